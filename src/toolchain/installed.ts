/** Installed sysroots in the cache: a folder each, complete once its marker exists. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LockedRoot, type Package, packagesDigest } from './packages.ts'
import type { Root } from './roots.ts'

/** A replacement for a pinned package that the mirror no longer has. */
export interface Substitution {
  readonly root: Root
  readonly pinned: string
  readonly installed: string
}

export interface Installed {
  readonly folder: string
  readonly packages: readonly Package[]
  readonly substitutions: readonly Substitution[]
}

// Incremented when the files that setup adds (the wrappers) change: older folders are then rebuilt.
const layout = 1
export const marker = '.complete'

/** Returns the folder of a locked sysroot. Its name depends on the lock, so that different locks coexist. */
export function rootFolder(cache: string, root: Root, locked: LockedRoot): string {
  const digest = packagesDigest({ [root]: locked.packages })
  return join(cache, 'testbed', `${root}-${digest.slice(0, 12)}`)
}

/** Returns the path of the marker, which set-up writes last; it lists what is installed. */
export function markerFile(cache: string, root: Root, locked: LockedRoot): string {
  return join(rootFolder(cache, root, locked), marker)
}

/** Returns what is installed for a sysroot; undefined if it is absent or incomplete. One small read. */
export async function installedRoot(
  cache: string,
  root: Root,
  locked: LockedRoot,
): Promise<Installed | undefined> {
  const folder = rootFolder(cache, root, locked)
  try {
    const [first, ...rest] = (await readFile(join(folder, marker), 'utf8')).split('\n')
    if (first !== `layout ${layout}`) return undefined
    const { packages, substitutions } = JSON.parse(rest.join('\n')) as Omit<Installed, 'folder'>
    return { folder, packages, substitutions }
  } catch {
    return undefined // absent, or half written
  }
}

/** Marks a sysroot as complete: the last step of its set-up. */
export async function markComplete({ folder, packages, substitutions }: Installed): Promise<void> {
  const text = `layout ${layout}\n${JSON.stringify({ packages, substitutions }, null, 1)}\n`
  await writeFile(join(folder, marker), text, { flush: true })
}
