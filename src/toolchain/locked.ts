/** The toolchain of a project: what its package lock pins, installed in the cache. */

import { join } from 'node:path'
import { FileError, problemOf } from '../files/ordinary.ts'
import type { Fingerprints, Host, PrepareOptions, TestbedInputs } from '../testbed/testbed.ts'
import type { Lock } from './packages.ts'
import type { Root } from './roots.ts'
import type { Toolchain } from './toolchain.ts'

/** Relative to the project. */
export const lockFile = 'experiments/packages.lock.json'

/** Where packages come from and go to. */
export function sources({ project, cache }: Host) {
  return { cache, lockFile: join(project, lockFile), mirror: process.env.REPRO_DEBIAN_MIRROR }
}

/** Reads the project's lock. Throws a FileError for one that may not be read, a TestbedError for a wrong one. */
export async function lockOf({ project }: Pick<Host, 'project'>): Promise<Lock> {
  const problem = problemOf(project, lockFile, [])
  if (problem !== undefined) throw new FileError(problem)
  const { readLock } = await import('./packages.ts')
  return await readLock(join(project, lockFile))
}

/** Installs systems, and what runs on the host, unless they are there. Throws a TestbedError with advice. */
export async function toolchainOf(
  systems: readonly Root[],
  host: Host,
  options: PrepareOptions = { report: () => {} },
): Promise<Toolchain> {
  const { setup } = await import('./setup.ts')
  return await setup([...systems].sort(), { ...sources(host), ...options })
}

/** Says, for the user, which pinned packages were replaced. */
export function substitutionNotes({ substitutions }: Toolchain): readonly string[] {
  return substitutions.map(
    ({ root, pinned, installed }) =>
      `${root}: ${installed} in place of ${pinned}, which the mirror no longer has; ` +
      'the keys of runs change',
  )
}

/** Whether systems, and what runs on the host, are installed. */
export async function areInstalled(systems: readonly Root[], host: Host): Promise<boolean> {
  const { installedRoot } = await import('./installed.ts')
  const { roots } = await lockOf(host)
  const wanted = ['host', ...systems] as const
  const found = await Promise.all(wanted.map((root) => installedRoot(host.cache, root, roots[root])))
  return found.every((one) => one !== undefined)
}

/** The packages of a system as inputs of cells: as installed here, where some may be substitutes, or as locked. */
export interface PackageInputs {
  readonly here: TestbedInputs
  readonly locked: TestbedInputs
}

/** Returns the packages of `systems` as inputs, by name. A run with the locked ones is valid wherever it was made. */
export async function packageInputs(
  systems: readonly Root[],
  host: Host,
  fingerprints: Fingerprints,
): Promise<ReadonlyMap<Root, PackageInputs>> {
  const [{ installedRoot, markerFile }, { packagesDigest }, { roots }] = await Promise.all([
    import('./installed.ts'),
    import('./packages.ts'),
    lockOf(host),
  ])
  fingerprints.digest(lockFile)
  const found = new Map<Root, PackageInputs>()
  for (const root of systems) {
    fingerprints.digest(markerFile(host.cache, root, roots[root])) // lists what is installed
    const installed = await installedRoot(host.cache, root, roots[root])
    const { packages: pinned } = roots[root]
    const input = (packages: typeof pinned) => ({
      [`packages ${root}`]: packagesDigest({ [root]: packages }),
    })
    found.set(root, { here: input(installed?.packages ?? pinned), locked: input(pinned) })
  }
  return found
}
