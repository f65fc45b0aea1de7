/**
 * A build's view of the project's files. Each is read once; digests are reused across builds while a file's
 * stamp (size, times, inode) is unchanged. Records every access, so that the next build can tell that nothing
 * changed.
 */

import type { Derived, Source } from './derived.ts'
import {
  type Fingerprint,
  type Fingerprints,
  isUnchanged,
  look,
  nameOf,
  sha256,
  stampAt,
  stampOf,
} from './fingerprint.ts'
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
  /** Whether a look would see what was seen; what it asks for is seen by this look, too. */
  areAs(seen: Fingerprints): boolean
  /**
   * The same files, for a part of this look that needs to know what it saw itself; this look sees that, too.
   */
  beside(): Files
}

/** Outputs of this program, never sources. */
const closed = ['.repro', '_build']

/** How a process that looks at the files again and again sees them. */
export interface LiveView {
  readonly kept: Derived
  /** Texts that lie over files, by path: those of an editor, not yet saved. */
  readonly overlay?: ReadonlyMap<string, string> | undefined
  /** Whether a file is known to be as it was when it was remembered, so that the disk need not be asked. */
  readonly isQuiet?: (path: string) => boolean
}

/** Opens a project's files; `remembered` are an earlier build's fingerprints. `tell` is told what is seen. */
export function openFiles(
  project: string,
  remembered: Fingerprints = {},
  live?: LiveView,
  tell?: (path: string, found: Fingerprint) => void,
): Files {
  const contents = new Map<string, Uint8Array | undefined>()
  const fingerprints = new Map<string, Fingerprint>()
  const derived = new Map<string, unknown>()
  const see = (path: string, found: Fingerprint): void => {
    fingerprints.set(path, found)
    tell?.(path, found)
  }

  const note = (path: string, found: Content | undefined) => {
    see(
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
  const take = (path: string): void => {
    const text = live?.overlay?.get(path)
    if (text === undefined || contents.has(path)) return
    const content = new TextEncoder().encode(text)
    contents.set(path, content)
    see(path, { type: 'file', stamp: '', sha256: sha256(content) })
  }
  const read = (path: string) => {
    take(path)
    return contents.has(path) ? contents.get(path) : keep(path, readInside(project, path))
  }
  // Without a stamp it may have changed since, or was a text that lay over it.
  const isAsRemembered = (path: string, stamp: string) =>
    stamp !== '' && (live?.isQuiet?.(path) === true || stamp === stampAt(project, path))
  const digest = (path: string): string | undefined => {
    take(path)
    if (!fingerprints.has(path)) {
      const before = remembered[path]
      if (before?.type === 'file' && isAsRemembered(path, before.stamp)) see(path, before)
      else keep(path, look(project, path))
    }
    const fingerprint = fingerprints.get(path)
    return fingerprint?.type === 'file' ? fingerprint.sha256 : undefined
  }
  const entries = (folder: string): readonly Entry[] => {
    const found = entriesInside(project, folder)
    see(folder, found ? { type: 'folder', names: found.map(nameOf) } : { type: 'nothing' })
    return found ?? []
  }
  const files: Files = {
    read,
    text: (path) => decoded(read(path)),
    textOnce(path) {
      take(path)
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
    derived<T>(key: string, make: (files: Source) => T): T {
      if (live) return live.kept.of(key, files, make)
      // Files are as they were when they were first looked at.
      if (!derived.has(key)) derived.set(key, make(files))
      return derived.get(key) as T
    },
    // Apart from the file's own fingerprint.
    doubt: (path) => void see(`${path} and more`, { type: 'doubtful' }),
    variable(name) {
      const digest = variableDigest(name)
      see(
        `//variable ${name}`, // no path is written so
        { type: 'variable', name, ...(digest && { digest }) },
      )
      return digest
    },
    fingerprints: () => Object.fromEntries([...fingerprints].sort(([a], [b]) => (a < b ? -1 : 1))),
    areAs: (seen) => Object.entries(seen).every(([path, one]) => isAs(path, one)),
    beside: () => openFiles(project, { ...remembered, ...Object.fromEntries(fingerprints) }, live, see),
  }
  const isStillNothing = (path: string, before: Fingerprint): boolean => {
    take(path)
    const known = fingerprints.get(path)
    if (known) return known.type === 'nothing'
    if (!isUnchanged(project, path, before)) return false
    see(path, before)
    return true
  }
  const isAs = (path: string, before: Fingerprint): boolean => {
    switch (before.type) {
      case 'file':
        return digest(path) === before.sha256
      case 'folder':
        return entries(path).map(nameOf).join('\n') === before.names.join('\n')
      case 'nothing':
        return isStillNothing(path, before)
      case 'variable':
        return files.variable(before.name) === before.digest
      case 'doubtful':
        return false
    }
  }
  return files
}

function decoded(content: Uint8Array | undefined): string | undefined {
  return content && new TextDecoder().decode(content)
}
