/**
 * What was made of a project's files, kept in memory by a process that looks at them again and again (a live
 * document). It is used again only while every file that it was made of has the same content: what was read to
 * make it is recorded, and compared by digest.
 */

import { sha256 } from './fingerprint.ts'

/**
 * What something may be made of: the part of Files (tracked.ts) that only looks.
 *
 * Paths are relative to the project and untrusted: every method throws a FileError for a path that leaves the
 * project, directly or by a link, and for anything but a regular file of bounded size.
 */
export interface Source {
  /** Returns the content; undefined if there is no such file (a folder is none). */
  read(path: string): Uint8Array | undefined
  text(path: string): string | undefined
  /**
   * Like `text`, for files that are many and read by one caller, such as those of runs: the content is not
   * kept, only its digest. Reading again reads the file again; if it changed, the first digest stays, so that
   * the next build sees a change.
   */
  textOnce(path: string): string | undefined
  /**
   * Returns the SHA-256 (hex) of the content; undefined if there is no such file. Reads only changed files.
   * Absolute paths are the program's own, such as files of the cache.
   */
  digest(path: string): string | undefined
  /** Returns the sorted names in a folder; none if there is no such folder. */
  list(folder: string): readonly string[]
  match(pattern: string): readonly string[]
  exists(path: string): boolean
  /**
   * Returns why a document may not name this file; undefined if it can be read or is absent. Refuses what
   * reading refuses, folders, and .repro/ and _build/.
   */
  problem(path: string): string | undefined
  /**
   * Returns the result of `make`, which may depend only on `key` and on the files that it reads by its argument. It is called
   * once for all who ask; a live document (project/live.ts) uses an earlier result while these files are unchanged.
   */
  derived<T>(key: string, make: (files: Source) => T): T
}

/** A question that was asked of the files -> a digest of its answer. */
type Reads = Map<string, { readonly ask: (files: Source) => string; readonly answer: string }>

interface Entry {
  readonly value: unknown
  readonly reads: Reads
  usedAt: number
}

export interface Derived {
  /** Returns the kept value of a key if its files are as they were, or what `make` makes, which is kept. */
  of<T>(key: string, files: Source, make: (files: Source) => T): T
  /** To be called when a look at the files is over: forgets what the last looks did not use. */
  sweep(): void
  readonly size: number
}

/** Looks after which an unused value is forgotten: an error in the document may hide much of it for a while. */
const mostUnused = 20

export function openDerived(): Derived {
  const entries = new Map<string, Entry>()
  /** Of the values that are being made now, innermost last. */
  const open: Reads[] = []
  let look = 0
  const isAsBefore = ({ reads }: Entry, files: Source) => {
    for (const { ask, answer } of reads.values()) if (ask(files) !== answer) return false
    return true
  }
  return {
    of<T>(key: string, files: Source, make: (files: Source) => T): T {
      const before = entries.get(key)
      if (before && isAsBefore(before, files)) {
        before.usedAt = look
        for (const [name, read] of before.reads) open.at(-1)?.set(name, read)
        return before.value as T
      }
      const reads: Reads = new Map()
      open.push(reads)
      try {
        const value = make(recording(files, reads))
        entries.set(key, { value, reads, usedAt: look })
        return value
      } finally {
        open.pop()
        for (const [name, read] of reads) open.at(-1)?.set(name, read)
      }
    },
    sweep() {
      look += 1
      for (const [key, { usedAt }] of entries) if (look - usedAt > mostUnused) entries.delete(key)
    },
    get size() {
      return entries.size
    },
  }
}

/** Notes each question with its answer. Errors are not noted: what throws is not kept. */
function recording(files: Source, reads: Reads): Source {
  const note = (name: string, ask: (files: Source) => string) => {
    if (!reads.has(name)) reads.set(name, { ask, answer: ask(files) })
  }
  const noteDigest = (path: string) => note(`file ${path}`, (files) => files.digest(path) ?? 'nothing')
  return {
    ...files,
    read(path) {
      noteDigest(path)
      return files.read(path)
    },
    text(path) {
      noteDigest(path)
      return files.text(path)
    },
    textOnce(path) {
      const text = files.textOnce(path)
      noteDigest(path)
      // The file may have changed between the two looks.
      if (text !== undefined && sha256(text) !== files.digest(path) && !text.includes('\uFFFD'))
        reads.set(`file ${path}`, { ask: () => 'now', answer: 'another' })
      return text
    },
    digest(path) {
      noteDigest(path)
      return files.digest(path)
    },
    list(folder) {
      note(`folder ${folder}`, (files) => files.list(folder).join('\n'))
      return files.list(folder)
    },
    match(pattern) {
      note(`pattern ${pattern}`, (files) => files.match(pattern).join('\n'))
      return files.match(pattern)
    },
    exists(path) {
      noteDigest(path)
      return files.exists(path)
    },
    problem(path) {
      note(`problem ${path}`, (files) => files.problem(path) ?? '')
      return files.problem(path)
    },
  }
}
