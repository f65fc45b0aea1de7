/** Paths for patterns: `data/*.csv`, `data/**`. */

import { statSync } from 'node:fs'
import { Minimatch, minimatch } from 'minimatch'
import { isPattern } from './inputs.ts'
import { type Entry, FileError, realIn } from './ordinary.ts'

/** Names may begin with any character. */
const options = { nonegate: true, nocomment: true, nocaseMagicOnly: true } as const

/** Names looked at for one pattern: a project has fewer, and links can make any number of them. */
const mostNames = 1_000_000

/**
 * Sorted paths of the files of the project that fit a pattern with `*` and `**` (as minimatch and Node's matchesGlob have them). Folders that start with
 * a dot, and node_modules, are looked into only if the pattern fits their own path. Links are followed, but for those back to a folder on the
 * way. Throws a FileError for links that lead out of the project.
 *
 * @param entriesOf what is in a folder, which may be a link
 */
export function matching(
  pattern: string,
  project: string,
  entriesOf: (folder: string) => readonly Entry[],
): readonly string[] {
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
          `${pattern}: there are more than ${mostNames} names to look at: name fewer folders`,
        )
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      const fits = compiled.match(path)
      const isEntered =
        mayHold(path) && (fits || !(entry.name.startsWith('.') || entry.name === 'node_modules'))
      if (!fits && !isEntered) continue
      const real = entry.type === 'link' ? realIn(project, path) : `${way.at(-1)}/${entry.name}`
      if (real === undefined) continue // a link that leads nowhere
      const isFolder = entry.type === 'folder' || (entry.type === 'link' && statSync(real).isDirectory())
      if (!isFolder) {
        if (fits) found.push(requireReadableName(path, project))
      } else if (isEntered && !way.some((one) => one === real || one.startsWith(`${real}/`)))
        visit(path, [...way, real])
    }
  }
  const start = realIn(project, fixed)
  if (start !== undefined) visit(fixed, [start])
  return found.sort()
}

/** Whether anything below a folder may fit the pattern. */
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

/** Node replaces bytes that are no UTF-8; the name then is nobody's. */
function requireReadableName(path: string, project: string): string {
  if (path.includes('\uFFFD') && realIn(project, path) === undefined)
    throw new FileError(`${path}: the name is not UTF-8: rename the file`)
  return path
}
