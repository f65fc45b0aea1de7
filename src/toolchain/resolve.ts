/** Resolves a sysroot's seeds to all its packages. */

import { TestbedError } from '../testbed/board.ts'
import type { Apt } from './apt.ts'
import type { Package } from './packages.ts'
import type { RootDeclaration } from './roots.ts'

/**
 * Returns the seeds of a sysroot and their dependencies (the first alternative that exists, none of
 * `without`), sorted by name. Throws a TestbedError that names a missing seed or dependency and who needs it.
 */
export async function resolve(declaration: RootDeclaration, apt: Apt): Promise<Package[]> {
  const { seeds, through, without } = declaration
  const found = new Map<string, Package>()
  const wanted: { name: string; by: string; through?: string }[] = []
  for (const name of seeds) wanted.push({ name, by: 'seeds' })
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

/** Returns a metapackage's current target: its first dependency with the same stem (linux-image-...). */
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
