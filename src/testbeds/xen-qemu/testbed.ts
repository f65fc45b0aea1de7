/** Debian's Xen on an Arm board that QEMU emulates. Heavy modules are loaded on demand. */

import { readFileSync } from 'node:fs'
import { codeDigest } from '../../files/code.ts'
import type {
  Fingerprints,
  Host,
  Environment as Named,
  Testbed,
  TestbedInputs,
} from '../../testbed/testbed.ts'
import { megabytes } from '../../text/numbers.ts'
import {
  areInstalled,
  lockFile,
  lockOf,
  packageInputs,
  sources,
  substitutionNotes,
  toolchainOf,
} from '../../toolchain/locked.ts'
import type { Root } from '../../toolchain/roots.ts'
import { type Environment, environmentSchema } from './schema.ts'

export const xenQemu: Testbed = {
  get definition() {
    return environmentSchema
  },
  origin: () => 'emulated',
  emulation: {
    hardware: [
      'Raspberry Pi 4 Model B',
      'Raspberry Pi 4',
      'Raspberry Pi',
      'Raspberry',
      'RasPi',
      'RPi 4',
      'RPi',
      'Pi 4',
      'Pi',
      'BCM2711',
      'Broadcom',
      'Cortex-A72',
      'ラズベリーパイ',
      'ラズパイ',
    ],
    emulators: ['QEMU'],
    items: ['emulator', 'device-tree model'],
  },
  // A board's clock counts its own instructions.
  isolated: true,
  files: [lockFile],
  inputs,
  async prepare(environments, host, options) {
    return substitutionNotes(await toolchainOf(systemsOf(environments), host, options))
  },
  async isPrepared(environment, host) {
    return await areInstalled(systemsOf([environment]), host)
  },
  async open(environment, host) {
    const { openBoard } = await import('./board.ts')
    return openBoard(await toolchainOf(systemsOf([environment]), host), definitionOf(environment), host)
  },
  async doctor(host) {
    const { doctor } = await import('./doctor.ts')
    return await doctor(sources(host))
  },
  async needs(environments, host) {
    const [{ sizeOf }, { roots }] = await Promise.all([import('../../toolchain/packages.ts'), lockOf(host)])
    const memoryMb = Math.max(...environments.map((one) => definitionOf(one).memoryMb))
    return {
      hardware:
        `an x86-64 computer with ${megabytes(memoryMb * 2 ** 20)} of memory for each cell that ` +
        'runs at once; no board.',
      software: 'Linux with apt',
      safety: 'Boards are emulated; packages go to the cache folder ($REPRO_CACHE, else ~/.cache/repro).',
      ...sizeOf((['host', ...systemsOf(environments)] as const).flatMap((root) => roots[root].packages)),
    }
  },
  async clean({ cache }, before, dryRun) {
    const { deleteStages, measureStages } = await import('./stages.ts')
    const { count, bytes } = await (dryRun ? measureStages : deleteStages)(cache, before)
    return count === 0 ? undefined : `${count} saved boards, ${Math.round(bytes / 1e6)} MB, in the cache`
  },
  async shell(environment, host, options) {
    const { runShell } = await import('./shell.ts')
    const toolchain = await toolchainOf(systemsOf([environment]), host, options)
    await runShell(toolchain, definitionOf(environment), host.project, options.signal)
  },
  async update(host, options) {
    const { updateLock } = await import('../../toolchain/update.ts')
    const { roots } = await updateLock({ ...sources(host), ...options })
    return Object.entries(roots).map(([root, { packages }]) => `${root}: ${packages.length} packages`)
  },
}

function definitionOf({ definition }: Named): Environment {
  return environmentSchema.parse(definition)
}

function systemsOf(environments: readonly Named[]): readonly Root[] {
  return [...new Set(environments.map((one) => definitionOf(one).root))]
}

/**
 * Returns the board's clock and the packages, as installed here (some may be substitutes) or as locked. A run
 * with the locked packages is valid wherever it was made.
 */
async function inputs(
  environments: readonly Named[],
  host: Host,
  fingerprints: Fingerprints,
): Promise<ReadonlyMap<string, readonly TestbedInputs[]>> {
  const { clockSource } = await import('./processors.ts')
  const packages = await packageInputs(['host', ...systemsOf(environments)], host, fingerprints)
  fingerprints.digest(clockSource)
  const clock = codeDigest(clockSource, readFileSync(clockSource, 'utf8'))
  const alternative = (root: Root, which: 'here' | 'locked') => ({
    'clock of the board': clock,
    ...packages.get('host')?.[which],
    ...packages.get(root)?.[which],
  })
  return new Map(
    environments.map((one) => {
      const { root } = definitionOf(one)
      return [one.name, [alternative(root, 'here'), alternative(root, 'locked')]]
    }),
  )
}
