/** This host, without a board: for scripts that measure the computer that they run on, or compute something from other runs. */

import { arch, release } from 'node:os'
import * as z from 'zod'
import type { Environment, Testbed } from '../../testbed/testbed.ts'

/** The one environment that every project has. */
export const localEnvironment: Environment = {
  name: 'local',
  label: 'this computer, without a board',
  testbed: 'local',
  origin: 'local',
  definition: {},
}

export const local: Testbed = {
  definition: z.strictObject({}),
  origin: () => 'local',
  // On one host they would disturb each other's times.
  isolated: false,
  files: [],
  inputs: async (environments) => new Map(environments.map(({ name }) => [name, [{ interpreter }]])),
  prepare: async () => [],
  isPrepared: async () => true,
  open: async () => undefined,
  doctor: async () => [
    {
      name: 'local',
      ok: true,
      found: `Node ${process.version} on ${process.platform} ${release()}, ${arch()}`,
    },
  ],
  needs: async () => ({
    hardware: 'any computer that runs Node.',
    downloadBytes: 0,
    unpackedBytes: 0,
  }),
}

/** What runs a script is part of what a local cell measures; versions of one major line are taken as alike. */
const interpreter = `Node ${process.versions.node.split('.')[0]}`
