/**
 * A build's view of the project's files. Each is read once; digests are reused across builds while a file's
 * stamp (size, times, inode) is unchanged. Records every access, so that the next build can tell that nothing
 * changed.
 */

import type { Derived, Source } from './derived.ts'
import { type Fingerprint, type Fingerprints, look, nameOf, sha256, stampAt, stampOf } from './fingerprint.ts'
import { matching } from './glob.ts'
import { type Content, type Entry, entriesInside, pathInside, problemOf, readInside } from './ordinary.ts'
import { variableDigest } from './variable.ts'

/** All of a project's files. Throws as Source does. */
export interface Files extends Source {
  /** Makes the next build look at everything again: something else than this file decides, unseen. */
  doubt(path: string): void
  /** Returns the digest of an environment variable's value; undefined if it is not set. */
  variable(name: string): string | undefined
  fingerprints(): Fingerprints
}

/** Outputs of this program, never sources. */
const closed = ['.repro', '_build']

/** How a process that looks at the files again and again sees them. */
export interface LiveView {
  readonly kept: Derived
  /** Texts that lie over files, by path: those of an editor, not yet saved. */
  readonly overlay?: ReadonlyMap<string, string> | undefined
}

/** Opens a project's files; `remembered` are an earlier build's fingerprints. */
export function openFiles(project: string, remembered: Fingerprints = {}, live?: LiveView): Files {
  const contents = new Map<string, Uint8Array | undefined>()
  const fingerprints = new Map<string, Fingerprint>()

  const note = (path: string, found: Content | undefined) => {
    fingerprints.set(
      path,
      found
        ? { type: 'file', stamp: stampOf(found.stats), sha256: sha256(found.content) }
        : { type: 'nothing' },
    )
    return found?.content
  }
  const keep = (path: string, found: Content | undefined) => {
    contents.set(path, found?.content)
    return note(path, found)
  }
  const read = (path: string) =>
    contents.has(path) ? contents.get(path) : keep(path, readInside(project, path))
  const digest = (path: string): string | undefined => {
    if (!fingerprints.has(path)) {
      const before = remembered[path]
      if (before?.type === 'file' && before.stamp === stampAt(project, path)) fingerprints.set(path, before)
      else keep(path, look(project, path))
    }
    const fingerprint = fingerprints.get(path)
    return fingerprint?.type === 'file' ? fingerprint.sha256 : undefined
  }
  const entries = (folder: string): readonly Entry[] => {
    const found = entriesInside(project, folder)
    fingerprints.set(folder, found ? { type: 'folder', names: found.map(nameOf) } : { type: 'nothing' })
    return found ?? []
  }
  for (const [path, text] of live?.overlay ?? []) {
    const content = new TextEncoder().encode(text)
    contents.set(path, content)
    fingerprints.set(path, { type: 'file', stamp: '', sha256: sha256(content) })
  }
  const files: Files = {
    read,
    text: (path) => decoded(read(path)),
    textOnce(path) {
      if (contents.has(path)) return decoded(contents.get(path))
      const found = readInside(project, path)
      return decoded(fingerprints.has(path) ? found?.content : note(path, found))
    },
    digest,
    list: (folder) => entries(folder).map(({ name }) => name),
    match: (pattern) => matching(pattern, project, entries),
    exists(path) {
      pathInside(project, path) // refuses absolute paths
      return digest(path) !== undefined
    },
    problem: (path) => problemOf(project, path, closed),
    derived: (key, make) => (live ? live.kept.of(key, files, make) : make(files)),
    // Apart from the file's own fingerprint.
    doubt: (path) => void fingerprints.set(`${path} and more`, { type: 'doubtful' }),
    variable(name) {
      const digest = variableDigest(name)
      fingerprints.set(
        `//variable ${name}`, // no path is written so
        { type: 'variable', name, ...(digest && { digest }) },
      )
      return digest
    },
    fingerprints: () => Object.fromEntries([...fingerprints].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
  return files
}

function decoded(content: Uint8Array | undefined): string | undefined {
  return content && new TextDecoder().decode(content)
}
