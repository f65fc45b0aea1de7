/**
 * Creates, moves and deletes files in a project. Refuses symbolic links among the parent folders, so that a
 * repository cannot redirect writes outside of itself. Throws a WriteError for what the file system refuses.
 */

import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  type Stats,
} from 'node:fs'
import { chmod, cp, link, lstat, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { FileError, pathInside, reasons } from './ordinary.ts'

/** Thrown with a readable message when something cannot be written or deleted. */
export class WriteError extends FileError {
  override readonly name = 'WriteError'
}

/**
 * Creates a folder and its parents; returns its absolute path. Throws a WriteError if a link or file is in
 * the way.
 */
export function makeFolder(project: string, path: string): string {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return folderPath(project, path, true) ?? ''
    } catch (error) {
      // Another process deleted an empty parent folder.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempts === 10) throw error
    }
  }
}

/**
 * Deletes a path of the project, if it exists. Deletes a link itself, not its target. Throws a WriteError,
 * before anything is deleted, if a parent folder is a link.
 */
export async function remove(project: string, path: string): Promise<void> {
  const place = pathInside(project, path)
  if (folderPath(project, dirname(relative(project, place)), false) === undefined) return
  try {
    await removeAll(place)
  } catch (error) {
    throw writeError(error, path, 'delete')
  }
}

/** Renames within the project; copies between file systems, where `to` still appears atomically. */
export async function move(project: string, from: string, to: string): Promise<void> {
  const source = pathInside(project, from)
  folderPath(project, dirname(relative(project, source)), false)
  const parent = makeFolder(project, dirname(to))
  await moveFile(source, join(parent, basename(to)), to)
}

/** Like `move`, for absolute paths of files or folders, inside the project or not. */
export async function moveFile(source: string, target: string, name = target): Promise<void> {
  try {
    await rename(source, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw writeError(error, name)
    await copyWhole(source, target, name)
    await removeAll(source)
  }
  syncFolder(dirname(target))
}

/** Hard-links a regular file to `target`, or copies it if it cannot. Paths are absolute. */
export async function shareFile(source: string, target: string): Promise<void> {
  try {
    await link(source, target)
  } catch (error) {
    if (!unshared.has((error as NodeJS.ErrnoException).code ?? '')) throw writeError(error, target)
    await copyWhole(source, target, target)
  }
  syncFolder(dirname(target))
}

const unshared: ReadonlySet<string> = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** Copies atomically: writes a temporary copy, then renames it. */
async function copyWhole(source: string, target: string, name: string): Promise<void> {
  const part = join(dirname(target), `.${basename(target)}.part`)
  try {
    await removeAll(part)
    await cp(source, part, { recursive: true, verbatimSymlinks: true })
    await syncAll(part)
    await rename(part, target)
  } catch (error) {
    await removeAll(part).catch(() => {})
    throw writeError(error, name)
  }
}

/**
 * Opens a file for appending, creating it if absent, but not its folder. Throws a WriteError for links, pipes and
 * devices.
 */
export function openForAppending(project: string, path: string): number {
  const folder = folderPath(project, dirname(path), false)
  if (folder === undefined) throw new WriteError(`cannot write ${path}: its folder has been deleted`)
  const file = join(folder, basename(path))
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
  try {
    const handle = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o666)
    if (fstatSync(handle).isFile()) return handle
    closeSync(handle)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ELOOP' && code !== 'ENXIO') throw writeError(error, path)
  }
  throw new WriteError(`cannot write ${path}: it is a link, or not an ordinary file; delete it`)
}

/** True if a folder of the project exists. Throws a WriteError if it or a parent is a link or a file. */
export function isFolder(project: string, path: string): boolean {
  return folderPath(project, path, false) !== undefined
}

/** Flushes a folder to disk; its new entries are not durable before. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } catch (error) {
    // Some file systems cannot sync folders.
    if (!['EINVAL', 'ENOTSUP', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    closeSync(handle)
  }
}

async function syncAll(place: string): Promise<void> {
  const found = await lstat(place)
  if (found.isDirectory()) {
    for (const name of await readdir(place)) await syncAll(join(place, name))
    syncFolder(place)
  } else if (found.isFile()) {
    const handle = await open(place, 'r')
    await handle.sync().finally(() => handle.close())
  }
}

/** Returns the absolute path of a folder of the project; undefined if it is absent and `make` is false. */
function folderPath(project: string, path: string, make: boolean): string | undefined {
  const place = pathInside(project, path)
  let folder = project
  for (const name of relative(project, place).split('/').filter(Boolean)) {
    folder = join(folder, name)
    const found = lstatSync(folder, { throwIfNoEntry: false })
    if (found === undefined && !make) return undefined
    if (found === undefined) makeOneFolder(folder, relative(project, folder))
    else requireFolder(found, folder, relative(project, folder))
  }
  return folder
}

function makeOneFolder(folder: string, path: string): void {
  try {
    mkdirSync(folder)
    syncFolder(dirname(folder))
  } catch (error) {
    // Another process created it first; check what it is.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writeError(error, path)
    requireFolder(lstatSync(folder), folder, path)
  }
}

function requireFolder(found: Stats, folder: string, path: string): void {
  if (found.isDirectory()) return
  const kind = found.isSymbolicLink() ? `a link to ${readlinkSync(folder)}` : 'not a folder'
  throw new WriteError(
    `${path} is ${kind}: repro writes and deletes only in real folders of the project; remove it`,
  )
}

/** Also deletes folders that a script left read-only. */
async function removeAll(place: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 3 }
  try {
    await rm(place, options)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    await openUp(place)
    await rm(place, options)
  }
}

async function openUp(place: string): Promise<void> {
  if (!(await lstat(place)).isDirectory()) return
  await chmod(place, 0o700)
  for (const name of await readdir(place)) await openUp(join(place, name))
}

const writeReasons: Readonly<Record<string, string>> = {
  ...reasons,
  ENOSPC: 'the disk is full; make room and try again',
  EDQUOT: 'the disk quota is used up; make room and try again',
  EROFS: 'the file system is read-only (EROFS)',
  ENOTDIR: 'a file is where a folder must be (ENOTDIR)',
  EISDIR: 'a folder is in its place (EISDIR)',
  ENOTEMPTY: 'a folder is in its place (ENOTEMPTY)',
  EEXIST: 'something is in its place (EEXIST)',
  EFBIG: 'the file is too large for this file system or the limit of this shell (EFBIG)',
}

/** Converts an error of the file system to a WriteError; returns any other error unchanged. */
export function writeError(error: unknown, path: string, what: 'write' | 'delete' = 'write'): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  const reason = writeReasons[code]
  if (error instanceof FileError || reason === undefined) return error
  return new WriteError(`cannot ${what} ${path}: ${reason}`, { cause: error })
}
