/** Debian's Xen on an Arm board that QEMU emulates. Heavy modules are loaded on demand. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeDigest } from '../../files/code.ts'
import { FileError, problemOf } from '../../files/ordinary.ts'
import type {
  Fingerprints,
  PrepareOptions,
  Host,
  Environment as Named,
  Testbed,
  TestbedInputs,
} from '../../testbed/testbed.ts'
import { megabytes } from '../../text/numbers.ts'
import { type Environment, environmentSchema } from './environment.ts'
import type { Installed } from './installed.ts'
import type { Lock } from './packages.ts'
import type { Root } from './roots.ts'
import type { Toolchain } from './toolchain.ts'

/** Relative to the project. */
const lockFile = 'experiments/packages.lock.json'

export const xenQemu: Testbed = {
  definition: environmentSchema,
  origin: () => 'emulated',
  emulation: {
    hardware: [
      'Raspberry Pi 4 Model B',
      'Raspberry Pi 4',
      'Raspberry Pi',
      'Pi',
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
    const { substitutions } = await toolchainOf(environments, host, options)
    return substitutions.map(
      ({ root, pinned, installed }) =>
        `${root}: ${installed} in place of ${pinned}, which the mirror no longer has; ` +
        'the keys of runs change',
    )
  },
  async isPrepared(environment, host) {
    const { installedRoot } = await import('./installed.ts')
    const { roots } = await lockOf(host)
    const wanted = ['host', definitionOf(environment).root] as const
    const found = await Promise.all(wanted.map((root) => installedRoot(host.cache, root, roots[root])))
    return found.every((one) => one !== undefined)
  },
  async open(environment, host) {
    const { openBoard } = await import('./board.ts')
    return openBoard(await toolchainOf([environment], host), definitionOf(environment), host)
  },
  async doctor(host) {
    const { doctor } = await import('./doctor.ts')
    return await doctor(sources(host))
  },
  async needs(environments, host) {
    const [{ sizeOf }, { roots }] = await Promise.all([import('./packages.ts'), lockOf(host)])
    const memoryMb = Math.max(...environments.map((one) => definitionOf(one).memoryMb))
    return {
      hardware:
        `an x86-64 computer with ${megabytes(memoryMb * 2 ** 20)} of memory for each cell that ` +
        'runs at once; no board.',
      software: 'Linux with apt',
      safety: 'Boards are emulated; packages go to the cache folder ($REPRO_CACHE, else ~/.cache/repro).',
      ...sizeOf(rootsOf(environments).flatMap((root) => roots[root].packages)),
    }
  },
  async clean({ cache }, before, dryRun) {
    const { deleteStages, measureStages } = await import('./stages.ts')
    const { count, bytes } = await (dryRun ? measureStages : deleteStages)(cache, before)
    return count === 0 ? undefined : `${count} saved boards, ${Math.round(bytes / 1e6)} MB, in the cache`
  },
  async shell(environment, host, options) {
    const { runShell } = await import('./shell.ts')
    const toolchain = await toolchainOf([environment], host, options)
    await runShell(toolchain, definitionOf(environment), host.project, options.signal)
  },
  async update(host, options) {
    const { updateLock } = await import('./update.ts')
    const { roots } = await updateLock({ ...sources(host), ...options })
    return Object.entries(roots).map(([root, { packages }]) => `${root}: ${packages.length} packages`)
  },
}

function definitionOf({ definition }: Named): Environment {
  return environmentSchema.parse(definition)
}

function rootsOf(environments: readonly Named[]): readonly Root[] {
  return ['host', ...new Set(environments.map((one) => definitionOf(one).root))]
}

function lockPath({ project }: Host): string {
  return join(project, lockFile)
}

/** Where packages come from and go to. */
function sources(host: Host) {
  return { cache: host.cache, lockFile: lockPath(host), mirror: process.env.REPRO_DEBIAN_MIRROR }
}

async function lockOf(host: Host): Promise<Lock> {
  const problem = problemOf(host.project, lockFile, [])
  if (problem !== undefined) throw new FileError(problem)
  const { readLock } = await import('./packages.ts')
  return await readLock(lockPath(host))
}

async function toolchainOf(
  environments: readonly Named[],
  host: Host,
  options: PrepareOptions = { report: () => {} },
): Promise<Toolchain> {
  const { setup } = await import('./setup.ts')
  const roots = rootsOf(environments).filter((root) => root !== 'host')
  return await setup([...roots].sort(), { ...sources(host), ...options })
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
  const [{ installedRoot, markerFile }, { clockSource }, { packagesDigest }, { roots }] = await Promise.all([
    import('./installed.ts'),
    import('./processors.ts'),
    import('./packages.ts'),
    lockOf(host),
  ])
  fingerprints.digest(lockFile)
  const digests = new Map<Root, Readonly<Record<'here' | 'locked', TestbedInputs>>>()
  for (const root of rootsOf(environments)) {
    fingerprints.digest(markerFile(host.cache, root, roots[root])) // lists what is installed
    const installed: Installed | undefined = await installedRoot(host.cache, root, roots[root])
    const { packages: pinned } = roots[root]
    const input = (packages: typeof pinned) => ({
      [`packages ${root}`]: packagesDigest({ [root]: packages }),
    })
    digests.set(root, { here: input(installed?.packages ?? pinned), locked: input(pinned) })
  }
  fingerprints.digest(clockSource)
  const clock = codeDigest(clockSource, readFileSync(clockSource, 'utf8'))
  const alternative = (root: Root, which: 'here' | 'locked') => ({
    'clock of the board': clock,
    ...digests.get('host')?.[which],
    ...digests.get(root)?.[which],
  })
  return new Map(
    environments.map((one) => {
      const { root } = definitionOf(one)
      return [one.name, [alternative(root, 'here'), alternative(root, 'locked')]]
    }),
  )
}
