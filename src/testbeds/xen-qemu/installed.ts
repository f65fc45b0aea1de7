/** What is set up in the cache: one folder a root, complete once its marker is there. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LockedRoot, type Package, packagesDigest } from './packages.ts'
import type { Root } from './roots.ts'

/** A package that the mirror no longer had as pinned, and what was installed in its place. */
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

// Raised when what setup lays beside the packages (the wrappers) changes: older folders are then made anew.
const layout = 1
export const marker = '.complete'

/** The folder of a root as locked. Its name follows from the lock, so that different locks live side by side. */
export function rootFolder(cache: string, root: Root, locked: LockedRoot): string {
  const digest = packagesDigest({ [root]: locked.packages })
  return join(cache, 'testbed', `${root}-${digest.slice(0, 12)}`)
}

/** The last file that a root's set-up writes; it lists what is installed. */
export function markerFile(cache: string, root: Root, locked: LockedRoot): string {
  return join(rootFolder(cache, root, locked), marker)
}

/** What is installed for a root, or undefined when it is not (completely) there. One small read. */
export async function installedRoot(
  cache: string,
  root: Root,
  locked: LockedRoot,
): Promise<Installed | undefined> {
  const folder = rootFolder(cache, root, locked)
  let text: string
  try {
    text = await readFile(join(folder, marker), 'utf8')
  } catch {
    return undefined
  }
  const [first, ...rest] = text.split('\n')
  if (first !== `layout ${layout}`) return undefined
  try {
    const { packages, substitutions } = JSON.parse(rest.join('\n')) as Omit<Installed, 'folder'>
    return { folder, packages, substitutions }
  } catch {
    return undefined // half written
  }
}

/** Marks a root as complete: the last step of its set-up. */
export async function markComplete({ folder, packages, substitutions }: Installed): Promise<void> {
  const text = `layout ${layout}\n${JSON.stringify({ packages, substitutions }, null, 1)}\n`
  await writeFile(join(folder, marker), text, { flush: true })
}
