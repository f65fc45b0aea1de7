/** Digests of project files that affect results: scripts with imports, board programs, named inputs. */

import { posix } from 'node:path'
import type { ExperimentBlock } from '../document/block.ts'
import { codeDigest } from '../files/code.ts'
import { inputFiles } from '../files/glob.ts'
import { pathInside, statusOf } from '../files/ordinary.ts'
import type { Files } from '../files/tracked.ts'
import type { Inputs } from '../results/run.ts'
import { moduleGraph, type RealPath } from './modules.ts'
import { digestNow, isRead, readInput, readPath } from './reads.ts'

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

/** Path -> size, inode and times of the files that `changedSince` looks at; undefined for one that is not there. */
export type Stamps = ReadonlyMap<string, string | undefined>

/** Returns the stamps of the script and of all files among the inputs. */
export function stampsOf(project: string, inputs: Inputs, script: ExperimentBlock['script']): Stamps {
  const named = Object.keys(inputs).flatMap((input) => (isRead(input) ? [readPath(input)] : []))
  const paths = [...('file' in script ? [posix.normalize(script.file)] : []), ...named]
  return new Map(paths.map((path) => [path, fileStamp(project, path)]))
}

/** Returns a file that was written since, perhaps with another content for a while; undefined if there is none. */
export function writtenSince(project: string, before: Stamps): string | undefined {
  return [...before].find(([path, stamp]) => fileStamp(project, path) !== stamp)?.[0]
}

/** Unlike `stampOf`, also of a file that changed just now: its next change is seconds away, or rewrites it. */
function fileStamp(project: string, path: string): string | undefined {
  const found = statusOf(pathInside(project, path))
  return found?.isFile() ? [found.size, found.ino, found.mtimeNs, found.ctimeNs].join(' ') : undefined
}

/**
 * Returns a file that is no longer as it was planned: the script, or another input. A script that is edited while
 * its cells wait or run would give rows under the key of what it was before.
 */
export function changedSince(
  inputs: Inputs,
  { script, isProgram }: { readonly script: ExperimentBlock['script']; readonly isProgram: boolean },
  files: Files,
): string | undefined {
  if ('file' in script) {
    const path = posix.normalize(script.file)
    const now = isProgram ? files.digest(path) : codeDigest(path, files.text(path) ?? '')
    if (now !== inputs.script) return script.file
  }
  const other = Object.entries(inputs).find(
    ([name, digest]) => isRead(name) && digestNow(name, files) !== digest,
  )
  return other && readPath(other[0])
}
