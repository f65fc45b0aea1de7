/** Digests of project files that affect results: scripts with imports, board programs, named inputs. */

import { posix } from 'node:path'
import { codeDigest } from '../files/code.ts'
import { inputFiles } from '../files/glob.ts'
import type { Files } from '../files/tracked.ts'
import { moduleGraph, type RealPath } from './modules.ts'
import { digestNow, readInput } from './reads.ts'

/** Input -> digest or version, or `missing`. */
export type Digests = Readonly<Record<string, string>>

/**
 * Digests a script and its direct and indirect imports, file by file, with package versions. The script is
 * keyed as `script`, since its name, or its document's, does not affect results. `path` is relative to the
 * project; for an inline script it is the document's, where its imports resolve, and `source` replaces the
 * content.
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

function fileDigests(paths: readonly string[], files: Files): Digests {
  return Object.fromEntries(paths.map((path) => [`file ${path}`, digestNow(`file ${path}`, files)]))
}

/** Digests of files by path or by a glob with `*` and `**`. */
export function inputDigests(patterns: readonly string[], files: Files): Digests {
  const found = patterns.flatMap((pattern) => {
    const paths = inputFiles(pattern, files)
    return paths.length > 0 ? paths : [posix.normalize(pattern)]
  })
  return Object.fromEntries(
    [...new Set(found)].sort().map((path) => [readInput(path, 'data'), files.digest(path) ?? 'missing']),
  )
}
