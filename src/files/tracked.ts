/**
 * Files of a project as one build sees them: each is read once, and its digest is remembered from build to build by what
 * the file system says of it (size, time of change, inode). What was looked at is noted, so that the next build can tell by
 * itself that nothing changed.
 */

import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { isAbsolute } from 'node:path'
import { matching } from './glob.ts'
import {
  type Content,
  type Entry,
  entriesInside,
  FileError,
  placeIn,
  problemOf,
  readInside,
  readOrdinary,
  statusOf,
} from './ordinary.ts'

/** What a build saw at a path: a file's digest and stamp, the names in a folder (those of folders with a slash), or that nothing was there. */
export type Note =
  | { readonly type: 'file'; readonly stamp: string; readonly sha256: string }
  | { readonly type: 'folder'; readonly names: readonly string[] }
  | { readonly type: 'nothing' }

/** By path as it was asked for: relative to the project, or absolute. */
export type Notes = Readonly<Record<string, Note>>

/**
 * Paths are relative to the project, and any of them may come from a stranger: all of these throw a FileError for a path that
 * leads out of the project, by itself or by a link, and for what is not an ordinary file of bounded size.
 */
export interface Files {
  /** Content; undefined if there is no such file (a folder is none). */
  read(path: string): Uint8Array | undefined
  text(path: string): string | undefined
  /**
   * SHA-256 (hex) of the content; undefined if there is no such file. Reads only files that changed. An absolute path is the
   * program's own, such as a file of the cache.
   */
  digest(path: string): string | undefined
  /** Sorted names in a folder; none if there is no such folder. */
  list(folder: string): readonly string[]
  /** Sorted paths of files that fit a pattern with `*` and `**`. */
  match(pattern: string): readonly string[]
  exists(path: string): boolean
  /**
   * Why a document may not name this file, in words; undefined if it can be read, or if nothing is there. Beside what reading throws
   * these are folders, and what this program keeps in .repro/ and _build/.
   */
  problem(path: string): string | undefined
  /** Everything looked at so far. */
  notes(): Notes
}

/** What this program writes itself, so that it is no source of anything. */
const closed = ['.repro', '_build']

/** `remembered` are the notes of an earlier build. */
export function openFiles(project: string, remembered: Notes = {}): Files {
  const contents = new Map<string, Uint8Array | undefined>()
  const notes = new Map<string, Note>()

  const keep = (path: string, found: Content | undefined) => {
    contents.set(path, found?.content)
    notes.set(
      path,
      found
        ? { type: 'file', stamp: stampOf(found.stats), sha256: sha256(found.content) }
        : { type: 'nothing' },
    )
    return found?.content
  }
  const read = (path: string) =>
    contents.has(path) ? contents.get(path) : keep(path, readInside(project, path))
  const digest = (path: string): string | undefined => {
    if (!notes.has(path)) {
      const before = remembered[path]
      if (before?.type === 'file' && before.stamp === stampAt(project, path)) notes.set(path, before)
      else keep(path, look(project, path))
    }
    const note = notes.get(path)
    return note?.type === 'file' ? note.sha256 : undefined
  }
  const entries = (folder: string): readonly Entry[] => {
    const found = entriesInside(project, folder)
    notes.set(folder, found ? { type: 'folder', names: found.map(nameOf) } : { type: 'nothing' })
    return found ?? []
  }
  return {
    read,
    text(path) {
      const content = read(path)
      return content && new TextDecoder().decode(content)
    },
    digest,
    list: (folder) => entries(folder).map(({ name }) => name),
    match: (pattern) => matching(pattern, project, entries),
    exists(path) {
      placeIn(project, path) // no absolute one
      return digest(path) !== undefined
    },
    problem: (path) => problemOf(project, path, closed),
    notes: () => Object.fromEntries([...notes].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Whether a build would see all of it again. A file with another stamp is read: its content decides. */
export function unchanged(project: string, notes: Notes): boolean {
  try {
    return Object.entries(notes).every(([path, note]) => isUnchanged(project, path, note))
  } catch (error) {
    if (error instanceof FileError) return false // the build will say what is wrong
    throw error
  }
}

function isUnchanged(project: string, path: string, note: Note): boolean {
  switch (note.type) {
    case 'nothing':
      return statusOf(placeOf(project, path)) === undefined
    case 'folder':
      return entriesInside(project, path)?.map(nameOf).join('\n') === note.names.join('\n')
    case 'file':
      return stampAt(project, path) === note.stamp || sameContent(look(project, path), note.sha256)
    default:
      return false // written by another version
  }
}

function sameContent(found: Content | undefined, digest: string): boolean {
  return found !== undefined && sha256(found.content) === digest
}

function look(project: string, path: string): Content | undefined {
  return isAbsolute(path) ? readOrdinary(path) : readInside(project, path)
}

function placeOf(project: string, path: string): string {
  return isAbsolute(path) ? path : placeIn(project, path)
}

function nameOf({ name, type }: Entry): string {
  return type === 'folder' ? `${name}/` : name
}

/** A file changed this shortly before it is looked at may change again without another stamp; it gets none (as git does). */
const racyNs = 20_000_000n

/** Size, inode and times of a file; empty if it changed just now. */
function stampOf({ size, ino, mtimeNs, ctimeNs }: BigIntStats): string {
  const nowNs = BigInt(Date.now()) * 1_000_000n
  if (nowNs - mtimeNs < racyNs || nowNs - ctimeNs < racyNs) return ''
  return `${size} ${ino} ${mtimeNs} ${ctimeNs}`
}

/** The stamp of what lies at a path; undefined if there is no file, or if it changed just now. */
function stampAt(project: string, path: string): string | undefined {
  const found = statusOf(placeOf(project, path))
  return found?.isFile() ? stampOf(found) || undefined : undefined
}

/** SHA-256 (hex) of a file's content, or of a text. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}
