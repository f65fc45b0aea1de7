/** Files that a block names under `inputs`: by name, or by a pattern with `*` and `**`. */

import { posix } from 'node:path'

/** The part of a project's files that is needed here. */
export interface Tree {
  /** Whether a file of this path exists. */
  readonly exists: (path: string) => boolean
  /** Paths of files that fit a pattern. */
  readonly match: (pattern: string) => readonly string[]
}

/** Whether a path stands for several files: `data/*.csv`. */
export function isPattern(path: string): boolean {
  return /[*?[\]{}]/.test(path)
}

/** The files that an input names. A file of exactly that name is meant before a pattern: names may have brackets. */
export function inputFiles(input: string, { exists, match }: Tree): readonly string[] {
  const path = posix.normalize(input)
  if (exists(path)) return [path]
  if (!isPattern(path)) return []
  return match(path).filter((found) => !made.has(top(found)) || top(found) === top(path))
}

/** What builds write: as inputs, they would change with every build. A pattern that begins with one of them finds it. */
const made: ReadonlySet<string> = new Set(['_build', 'results'])

function top(path: string): string {
  return path.split('/')[0] ?? ''
}
