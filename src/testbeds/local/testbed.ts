/** The local testbed, without a board: for scripts that measure the host, or process other runs. */

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
  get definition() {
    return z.strictObject({})
  },
  origin: () => 'local',
  // Parallel runs on one host would disturb each other's times.
  isolated: false,
  environments: [localEnvironment],
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

/** The interpreter is part of what a local cell measures; versions of one major line count as equal. */
const interpreter = `Node ${process.versions.node.split('.')[0]}`
