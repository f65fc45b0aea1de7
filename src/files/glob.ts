/** Files that a block names under `inputs`: by name, or by a pattern with `*` and `**`. */

import { statSync } from 'node:fs'
import { posix } from 'node:path'
import { Minimatch, minimatch } from 'minimatch'
import { type Entry, FileError, realPathInside } from './ordinary.ts'

/** The view of a project's files that `inputFiles` needs. */
export interface Tree {
  readonly exists: (path: string) => boolean
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
  return match(path).filter((found) => !outputs.has(top(found)) || top(found) === top(path))
}

/** Outputs of builds, which change with every build. Matched only by patterns that start with them. */
const outputs: ReadonlySet<string | undefined> = new Set(['_build', 'results'])

function top(path: string): string | undefined {
  return path.split('/')[0]
}

/** Names may begin with any character. */
const options = { nonegate: true, nocomment: true, nocaseMagicOnly: true } as const

/** Most names visited for one pattern; links can make any number of them. */
const mostNames = 1_000_000

/**
 * Returns the sorted paths of the project's files that match a pattern with `*` and `**` (as in minimatch and
 * Node's matchesGlob). Enters folders that start with a dot, and node_modules, only if the pattern matches
 * their own path. Follows links, except to a folder already on the path. Throws a FileError for links out of
 * the project.
 *
 * @param entriesOf lists a folder, which may be a link
 */
export function matching(
  pattern: string,
  project: string,
  entriesOf: (folder: string) => readonly Entry[],
): readonly string[] {
  if (alternativesOf(pattern) > mostAlternatives)
    throw new FileError(`${pattern.slice(0, 80)}: braces with more than ${mostAlternatives} alternatives`)
  const parts = pattern.split('/')
  const fixed = parts.slice(0, Math.max(0, parts.findIndex(isPattern))).join('/')
  const compiled = new Minimatch(pattern, options)
  const mayHold = opens(pattern)
  const found: string[] = []
  let names = 0
  const visit = (folder: string, way: readonly string[]): void => {
    for (const entry of entriesOf(folder === '' ? '.' : folder)) {
      names += 1
      if (names > mostNames)
        throw new FileError(
          `${pattern}: there are more than ${mostNames} files to compare; use a narrower pattern`,
        )
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      const fits = compiled.match(path)
      const isEntered =
        mayHold(path) && (fits || !(entry.name.startsWith('.') || entry.name === 'node_modules'))
      if (!fits && !isEntered) continue
      const real = entry.type === 'link' ? realPathInside(project, path) : `${way.at(-1)}/${entry.name}`
      if (real === undefined) continue // dangling link
      const isFolder = entry.type === 'folder' || (entry.type === 'link' && statSync(real).isDirectory())
      if (!isFolder) {
        if (fits) found.push(requireReadableName(path, project))
      } else if (isEntered && !way.some((one) => one === real || one.startsWith(`${real}/`)))
        visit(path, [...way, real])
    }
  }
  const start = realPathInside(project, fixed)
  if (start !== undefined) visit(fixed, [start])
  return found.sort()
}

const mostAlternatives = 2000

/** At most so many patterns stand for one with braces. */
function alternativesOf(pattern: string): number {
  return pattern
    .split('{')
    .slice(1)
    .reduce((product, part) => {
      const [, from, to] = /(-?\d+)\.\.(-?\d+)/.exec(part) ?? []
      // Of letters, a range has at most 26.
      const range = from === undefined ? 26 : Math.abs(Number(to) - Number(from)) + 1
      return product * (part.includes('..') ? range : part.split(',').length)
    }, 1)
}

/** Returns a predicate: may anything below this folder match the pattern? */
function opens(pattern: string): (folder: string) => boolean {
  if (/\{[^}]*\//.test(pattern)) return () => true
  const parts = pattern.split('/')
  return (folder) => {
    const names = folder.split('/')
    const own = parts.slice(0, names.length)
    if (own.some((part) => part.includes('**'))) return true
    return (
      names.length < parts.length && names.every((name, index) => minimatch(name, own[index] ?? '', options))
    )
  }
}

/** Node replaces invalid UTF-8 in names, so the returned name does not exist. */
function requireReadableName(path: string, project: string): string {
  if (path.includes('\uFFFD') && realPathInside(project, path) === undefined)
    throw new FileError(`${path}: the name is not UTF-8: rename the file`)
  return path
}
