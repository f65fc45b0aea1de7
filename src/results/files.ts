/**
 * Files of a project as one build sees them: each is read once, and its digest is remembered from build to build by what
 * the file system says of it (size, time of change, inode). What was looked at is noted, so that the next build can tell by
 * itself that nothing changed.
 */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

/** What a build saw at a path: a file's digest and stamp, the names in a folder, or that nothing was there. */
export type Note =
  | { readonly type: 'file'; readonly stamp: string; readonly sha256: string }
  | { readonly type: 'folder'; readonly names: readonly string[] }
  | { readonly type: 'nothing' }

/** By path as it was asked for: relative to the project, or absolute. */
export type Notes = Readonly<Record<string, Note>>

/** All paths are relative to the project, or absolute. */
export interface Files {
  /** Content; undefined if there is no such file. */
  read(path: string): Uint8Array | undefined
  text(path: string): string | undefined
  /** SHA-256 (hex) of the content; undefined if there is no such file. Reads only files that changed. */
  digest(path: string): string | undefined
  /** Sorted names in a folder; none if there is no such folder. */
  list(folder: string): readonly string[]
  exists(path: string): boolean
  /** Everything looked at so far. */
  notes(): Notes
}

/** `remembered` are the notes of an earlier build. */
export function openFiles(project: string, remembered: Notes = {}): Files {
  const contents = new Map<string, Uint8Array | undefined>()
  const notes = new Map<string, Note>()

  const read = (path: string): Uint8Array | undefined => {
    if (contents.has(path)) return contents.get(path)
    const found = look(resolve(project, path))
    contents.set(path, found?.content)
    notes.set(
      path,
      found ? { type: 'file', stamp: found.stamp, sha256: sha256(found.content) } : { type: 'nothing' },
    )
    return found?.content
  }
  const digest = (path: string): string | undefined => {
    const known = notes.get(path)
    if (known === undefined) {
      const before = remembered[path]
      if (before?.type === 'file' && before.stamp === stampOf(resolve(project, path))) notes.set(path, before)
      else read(path)
    }
    const note = notes.get(path)
    return note?.type === 'file' ? note.sha256 : undefined
  }
  return {
    read,
    text(path) {
      const content = read(path)
      return content && new TextDecoder().decode(content)
    },
    digest,
    list(folder) {
      const names = namesIn(resolve(project, folder))
      notes.set(folder, names ? { type: 'folder', names } : { type: 'nothing' })
      return names ?? []
    },
    exists: (path) => digest(path) !== undefined,
    notes: () => Object.fromEntries([...notes].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Whether a build would see all of it again. A file with another stamp is read: its content decides. */
export function unchanged(project: string, notes: Notes): boolean {
  return Object.entries(notes).every(([path, note]) => {
    const place = resolve(project, path)
    switch (note.type) {
      case 'nothing':
        return statSync(place, { throwIfNoEntry: false }) === undefined
      case 'folder':
        return namesIn(place)?.join('\n') === note.names.join('\n')
      case 'file':
        return stampOf(place) === note.stamp || sameContent(place, note.sha256)
      default:
        return false // written by another version
    }
  })
}

function sameContent(file: string, digest: string): boolean {
  const found = look(file)
  return found !== undefined && sha256(found.content) === digest
}

/** A file changed this shortly before it is looked at may change again without another stamp; it gets none (as git does). */
const racyNs = 20_000_000n

function look(file: string): { readonly content: Uint8Array; readonly stamp: string } | undefined {
  const stamp = stampOf(file) ?? ''
  try {
    return { content: readFileSync(file), stamp }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Size, inode and times of a file; undefined if there is none, or if it changed just now. */
function stampOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false })
  if (!found?.isFile()) return undefined
  const { size, ino, mtimeNs, ctimeNs } = found
  const nowNs = BigInt(Date.now()) * 1_000_000n
  if (nowNs - mtimeNs < racyNs || nowNs - ctimeNs < racyNs) return undefined
  return `${size} ${ino} ${mtimeNs} ${ctimeNs}`
}

function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** SHA-256 (hex) of a file's content, or of a text. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}
