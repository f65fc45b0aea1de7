/**
 * Makes folders outside of a project. Node's own `recursive` tries for ever where a file system says that a folder's
 * parent is missing although it is there, as /proc and automounted folders do.
 */

import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Creates a folder and its parents, if they are not there. Throws the system's error of the first that cannot be made. */
export function makeFolders(folder: string): void {
  const parent = dirname(folder)
  if (isFolder(folder)) return
  if (parent !== folder && !existsSync(parent)) makeFolders(parent)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(folder)) throw error
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
