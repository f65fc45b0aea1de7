/** What of the project's files decides results: a script with what it imports, board programs, and files named as inputs. */

import { posix } from 'node:path'
import { codeDigest } from '../files/code.ts'
import { inputFiles } from '../files/inputs.ts'
import type { Files } from '../files/tracked.ts'
import { moduleGraph, type RealPath } from './modules.ts'
import { digestNow } from './reads.ts'

/** Name of an input -> digest or version. What is not there is `missing`. */
export type Digests = Readonly<Record<string, string>>

/**
 * Digests of a script and, file by file, of what it imports, directly or not, and the versions of packages. The script itself
 * stands under `script`: what it, or its document, is called decides nothing. `path` is relative to the project (of a script in a
 * document: the document's, as its imports start there); `source` replaces the file's content.
 */
export function scriptDigests(path: string, files: Files, source?: string, real?: RealPath): Digests {
  const own = posix.normalize(path)
  const code = source ?? files.text(own)
  if (code === undefined) return { script: 'missing' }
  const { files: imported, packages } = moduleGraph({ path: own, source }, files, real)
  return {
    script: codeDigest(source === undefined ? own : 'inline.ts', code),
    ...fileDigests(imported, files),
    ...Object.fromEntries([...packages].map(([name, version]) => [`package ${name}`, version ?? 'missing'])),
  }
}

/** Of code what comments do not change, of other files every byte. */
function fileDigests(paths: readonly string[], files: Files): Digests {
  return Object.fromEntries(paths.map((path) => [`file ${path}`, digestNow(`file ${path}`, files)]))
}

/** Digests of files by name, or by a pattern with `*` and `**`. */
export function inputDigests(patterns: readonly string[], files: Files): Digests {
  const found = patterns.flatMap((pattern) => {
    const paths = inputFiles(pattern, files)
    return paths.length > 0 ? paths : [posix.normalize(pattern)]
  })
  return Object.fromEntries(
    [...new Set(found)].sort().map((path) => [`file ${path}`, files.digest(path) ?? 'missing']),
  )
}
