/** Files that a block names under `inputs`: by name, or by a pattern with `*` and `**`. */

import { posix } from 'node:path'

/** The view of a project's files that `inputFiles` needs. */
export interface Tree {
  readonly exists: (path: string) => boolean
  /** Returns the paths of files that match a pattern. */
  readonly match: (pattern: string) => readonly string[]
}

/** True if a path is a pattern: `data/*.csv`. */
export function isPattern(path: string): boolean {
  return /[*?[\]{}]/.test(path)
}

/** Returns the files that an input names. An exact name wins over a pattern: names may have brackets. */
export function inputFiles(input: string, { exists, match }: Tree): readonly string[] {
  const path = posix.normalize(input)
  if (exists(path)) return [path]
  if (!isPattern(path)) return []
  return match(path).filter((found) => !made.has(top(found)) || top(found) === top(path))
}

/** Outputs of builds, which change with every build. Matched only by patterns that start with them. */
const made: ReadonlySet<string> = new Set(['_build', 'results'])

function top(path: string): string {
  return path.split('/')[0] ?? ''
}
