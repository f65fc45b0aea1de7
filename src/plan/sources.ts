/** What of the project's files decides results: a script with what it imports, board programs, and files named as inputs. */

import { posix } from 'node:path'
import { isPattern } from '../document/check.ts'
import type { Files } from '../results/files.ts'
import { codeDigest } from './code.ts'

/** Path -> digest, to be part of a run's inputs. A file that is not there has the digest `missing`. */
export type Digests = Readonly<Record<string, string>>

/**
 * Digests of a script and, file by file, of what it imports by relative paths, directly or not. The script itself stands
 * under `script`: what it, or its document, is called decides nothing. `path` is relative to the project (of a script in a document: the
 * document's, as its imports start there); `source` replaces the file's content.
 */
export function scriptDigests(path: string, files: Files, source?: string): Digests {
  const own = posix.normalize(path)
  const code = source ?? files.text(own)
  if (code === undefined) return { script: 'missing' }
  const found: Record<string, string> = { script: codeDigest(source === undefined ? own : 'inline.ts', code) }
  const waiting = [...imports(code, own)]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (file === own || `file ${file}` in found) continue
    const text = files.text(file)
    found[`file ${file}`] = text === undefined ? 'missing' : codeDigest(file, text)
    if (text !== undefined && /\.[cm]?[jt]s$/.test(file)) waiting.push(...imports(text, file))
  }
  return found
}

/** Files that a module names in `import ... from`, `export ... from`, `import '...'` and `import('...')`. */
function imports(text: string, file: string): readonly string[] {
  const named = text.matchAll(/\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g)
  return [...named].map(([, , path = '']) => posix.join(posix.dirname(file), path))
}

/** Digests of the files in a folder, not of those below it. */
export function folderDigests(folder: string, files: Files): Digests {
  return Object.fromEntries(
    files.list(folder).flatMap((name) => {
      const path = `${folder}/${name}`
      const text = files.text(path)
      return text === undefined ? [] : [[`file ${path}`, codeDigest(path, text)]]
    }),
  )
}

/** Digests of files by name, or by a pattern with `*` and `**` (see matchesGlob of node:path). */
export function inputDigests(patterns: readonly string[], files: Files): Digests {
  const found = patterns.flatMap((pattern) => {
    const path = posix.normalize(pattern)
    return isPattern(path) ? files.match(path) : [path]
  })
  return Object.fromEntries(
    [...new Set(found)].sort().map((path) => [`file ${path}`, files.digest(path) ?? 'missing']),
  )
}
