/**
 * Regenerates the lock file: the newest versions in the suites' point releases, with the dependencies of the seeds of
 * every root. A developer's command; ordinary use only reads the lock.
 */

import { join } from 'node:path'
import { type Report, TestbedError } from '../testbed.ts'
import { type Apt, openApt } from './apt.ts'
import { findMirror } from './mirror.ts'
import { type Lock, type LockedRoot, type Package, writeLock } from './packages.ts'
import { declarationOf, type Root, type RootDeclaration, roots } from './roots.ts'

/** Resolves all roots against the archive and writes `lockFile`. `cache` keeps apt's lists between updates. */
export async function updateLock(
  lockFile: string,
  {
    cache,
    mirror,
    report,
    signal,
  }: { cache: string; mirror?: string; report?: Report; signal?: AbortSignal },
): Promise<Lock> {
  const locked = new Map<Root, LockedRoot>()
  for (const root of roots.keys()) {
    const declaration = declarationOf(root)
    const { suite, architecture } = declaration
    report?.({ task: 'resolve', done: locked.size, total: roots.size, unit: 'roots', note: root })
    const base = await findMirror(suite, mirror)
    const apt = await openApt({ mirror: base, suite, architecture }, join(cache, 'apt'), signal)
    locked.set(root, { suite, architecture, packages: await resolve(declaration, apt) })
  }
  const lock: Lock = { schema: 1, roots: Object.fromEntries(locked) as Record<Root, LockedRoot> }
  await writeLock(lockFile, lock)
  return lock
}

/**
 * All packages that a root needs: its seeds and their dependencies, the first alternative that exists, not through
 * `without`. Sorted by name. Throws a TestbedError that names a missing seed or dependency and who needs it.
 */
export async function resolve(declaration: RootDeclaration, apt: Apt): Promise<Package[]> {
  const { seeds, through, without } = declaration
  const found = new Map<string, Package>()
  const wanted: { name: string; by: string; through?: string }[] = seeds.map((name) => ({
    name,
    by: 'seeds',
  }))
  for (const metapackage of through) wanted.push(await successor(metapackage, apt))
  for (let next = wanted.pop(); next; next = wanted.pop()) {
    if (found.has(next.name)) continue
    const candidate = await apt.show(next.name)
    if (!candidate)
      throw new TestbedError(`no package ${next.name} in ${declaration.suite} (needed by ${next.by})`)
    const { depends, ...pinned } = candidate
    found.set(next.name, next.through ? { ...pinned, through: next.through } : pinned)
    for (const alternatives of depends) {
      if (alternatives.some((name) => without.includes(name) || found.has(name))) continue
      const name = await firstReal(alternatives, apt)
      if (!name)
        throw new TestbedError(`no package provides ${alternatives.join(' | ')} in ${declaration.suite}`, {
          advice: `It is a dependency of ${next.name}: name a package as a seed, or put it into \`without\`.`,
        })
      wanted.push({ name, by: next.name })
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The package that a metapackage stands for now: its first dependency that begins with the same word (linux-image-...). */
export async function successor(
  metapackage: string,
  apt: Apt,
): Promise<{ name: string; by: string; through: string }> {
  const stem = metapackage.split('-').slice(0, -1).join('-')
  const candidate = await apt.show(metapackage)
  const name = candidate?.depends.flat().find((dependency) => dependency.startsWith(`${stem}-`))
  if (!name) throw new TestbedError(`the archive has no metapackage ${metapackage} that leads to a ${stem}-*`)
  return { name, by: metapackage, through: metapackage }
}

async function firstReal(names: readonly string[], apt: Apt): Promise<string | undefined> {
  for (const name of names) if (await apt.show(name)) return name
  return undefined
}
