/** Boards that run Xen and are reached by ssh: a Raspberry Pi 4, or a machine that stands in for it. */

import type { Environment, Testbed } from '../../testbed/testbed.ts'
import {
  areInstalled,
  lockFile,
  lockOf,
  packageInputs,
  substitutionNotes,
  toolchainOf,
} from '../../toolchain/locked.ts'
import type { Root } from '../../toolchain/roots.ts'
import { hostsOf, settingsOf } from './environment.ts'
import { accessSchema, definitionSchema } from './schema.ts'

export const ssh: Testbed = {
  get definition() {
    return definitionSchema
  },
  get access() {
    return accessSchema
  },
  origin: ({ machine }) => (machine === 'hardware' ? 'hardware' : 'emulated'),
  // One boot on each board.
  isolated: true,
  machines: ({ access }) => hostsOf(access),
  files: [lockFile],
  async inputs(environments, host, fingerprints) {
    const packages = await packageInputs(systemsOf(environments), host, fingerprints)
    return new Map(
      environments.map((one) => {
        const found = packages.get(settingsOf(one).root)
        return [one.name, found === undefined ? [] : [found.here, found.locked]]
      }),
    )
  },
  async prepare(environments, host, options) {
    return substitutionNotes(await toolchainOf(systemsOf(environments), host, options))
  },
  isPrepared: (environment, host) => areInstalled(systemsOf([environment]), host),
  async open(environment, place) {
    const [{ openBoard }, toolchain] = await Promise.all([
      import('./board.ts'),
      toolchainOf(systemsOf([environment]), place),
    ])
    return await openBoard(toolchain, environment, place)
  },
  async doctor(host, environments) {
    const { doctor } = await import('./doctor.ts')
    const found = environments.map(async (one) => {
      const systems = systemsOf([one])
      const isThere = await areInstalled(systems, host).catch(() => false)
      return await doctor(one, host.cache, isThere ? await toolchainOf(systems, host) : undefined)
    })
    return (await Promise.all(found)).flat()
  },
  async needs(environments, host) {
    const [{ sizeOf }, { roots }] = await Promise.all([import('../../toolchain/packages.ts'), lockOf(host)])
    return {
      hardware: `boards that run Xen and can be reached by ssh: ${environments.map(({ label }) => label).join('; ')}.`,
      software: 'Linux with apt and ssh',
      safety: 'Boards are restarted, and everything that they run beside dom0 is ended.',
      ...sizeOf((['host', ...systemsOf(environments)] as const).flatMap((root) => roots[root].packages)),
    }
  },
}

function systemsOf(environments: readonly Environment[]): readonly Root[] {
  return [...new Set(environments.map((one) => settingsOf(one).root))]
}
