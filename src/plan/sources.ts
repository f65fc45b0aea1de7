/** Digests of the files that decide results: a script with what it imports, and the programs of boards. */

import { createHash } from 'node:crypto'
import { posix } from 'node:path'

/** Content of a file by its path relative to the project; undefined if there is none. */
export type ReadFile = (path: string) => Promise<Uint8Array | undefined>

/**
 * SHA-256 (hex) of a script and, file by file, of what it imports by relative paths, directly or not. `path` is the script's, relative to
 * the project (of a script in a document: the document's, as its imports start there); `source` replaces the file's content.
 */
export async function scriptDigest(path: string, read: ReadFile, source?: string): Promise<string> {
  const found = new Map<string, string>()
  const waiting = [posix.normalize(path)]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue
    const inline = found.size === 0 ? source : undefined
    const content = inline === undefined ? await read(file) : new TextEncoder().encode(inline)
    found.set(file, content ? sha256(content) : 'missing')
    if (content && (inline !== undefined || /\.[cm]?[jt]s$/.test(file)))
      waiting.push(...imports(new TextDecoder().decode(content), file))
  }
  // The script's own name decides nothing: renaming it, or its document, leaves its results as they are.
  const [own, ...others] = [...found]
  const lines = others.map(([file, digest]) => `${file} ${digest}`).sort()
  return sha256(new TextEncoder().encode([own?.[1], ...lines].join('\n')))
}

/** Files that a module names in `import ... from`, `export ... from`, `import '...'` and `import('...')`. */
function imports(text: string, file: string): readonly string[] {
  const named = text.matchAll(/\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g)
  return [...named].map(([, , path = '']) => posix.join(posix.dirname(file), path))
}

/** SHA-256 (hex) of files by name and content; `paths` are relative to the project. */
export async function filesDigest(paths: readonly string[], read: ReadFile): Promise<string> {
  const lines = paths
    .toSorted()
    .map(async (path) => `${path} ${sha256((await read(path)) ?? new Uint8Array())}`)
  return sha256(new TextEncoder().encode((await Promise.all(lines)).join('\n')))
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
