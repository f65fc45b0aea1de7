/** Finds the project of a document: the folder that all its paths start from. */

import { existsSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { defaultDocument } from '../results/run.ts'

/** Folders of a project by which it is known. */
const parts = ['paper', 'experiments']

/**
 * Returns the project of a folder: the nearest folder upwards with paper/ or experiments/, or the top of a git
 * repository; the folder itself if there is none.
 */
export function findProject(from: string): string {
  const start = resolve(from)
  for (let folder = start; ; folder = dirname(folder)) {
    if (isProject(folder, start)) return folder
    if (folder === dirname(folder)) return start
  }
}

function isProject(folder: string, start: string): boolean {
  const [below = ''] = relative(folder, start).split(sep)
  // Everything lies in the home folder: paper/ there is a project for what is inside paper/ only.
  if (below !== '' && shared().includes(folder)) return parts.includes(below)
  return [...parts, '.git'].some((name) => existsSync(join(folder, name)))
}

/** Whether papers of anybody may lie in a folder, which therefore is nobody's own paper. */
export function isShared(folder: string): boolean {
  return shared().includes(folder)
}

function shared(): readonly string[] {
  return [homedir(), tmpdir(), '/']
}

export interface Located {
  readonly project: string
  /** Relative to the project. */
  readonly document: string
}

/** Returns the project and the path of a document, as given on a command line in folder `cwd`. */
export function locate(document: string | undefined, cwd: string): Located {
  if (document === undefined) return { project: findProject(cwd), document: defaultDocument }
  const path = resolve(cwd, document)
  const project = findProject(dirname(path))
  return { project, document: relative(project, path) }
}
