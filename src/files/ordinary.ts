/**
 * Reads untrusted files: paths stay inside the project, and only regular files of bounded size are opened.
 * Devices are never opened, and named pipes never block.
 */

import { createHash } from 'node:crypto'
import {
  accessSync,
  type BigIntStats,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { isAbsolute, join, normalize, relative } from 'node:path'

/** Thrown for a file or folder that cannot be used; the message says which, why, and what to do. */
export class FileError extends Error {
  override readonly name: string = 'FileError'
}

/** Size limit of one file. */
export const mostBytes = 256 * 2 ** 20

export interface Content {
  readonly content: Uint8Array
  /** Taken before the file was read. */
  readonly stats: BigIntStats
}

/** Never read or written: .git can hold credentials. */
const alwaysClosed = ['.git']

/** Resolves a project path. Throws a FileError if it leaves the project or enters a `closed` folder. */
export function pathInside(project: string, path: string, closed: readonly string[] = []): string {
  return join(project, innerPath(path, closed))
}

/** Without anything that a path would be refused for, or changed; of runs and their like there are thousands. */
const plainPath = /^(?:\.repro\/)?(?:[^./\0][^/\0]*\/)*[^./\0][^/\0]*$/

function innerPath(path: string, closed: readonly string[] = []): string {
  if (closed.length === 0 && plainPath.test(path)) return path
  if (path.includes('\0'))
    throw new FileError(`${path.replaceAll('\0', '\\0')}: a path cannot contain a NUL character`)
  const inner = normalize(path)
  if (isAbsolute(path) || leadsOut(inner))
    throw new FileError(`${path} lies outside of the project: name a file by its path in the project`)
  refuseClosed(path, inner, closed)
  return inner
}

/** Reads a project file; undefined if absent or a folder. Throws a FileError if it must not be read. */
export function readInside(project: string, path: string, most = mostBytes): Content | undefined {
  const direct = readUnlinked(project, path, most)
  if (direct !== 'unknown') return direct
  const real = realPathInside(project, path)
  return real === undefined ? undefined : readOrdinary(real, path, project, most)
}

/** Returns the content of a project file; undefined if it is absent, a folder, or must not be read. */
export function contentOf(project: string, path: string): Uint8Array | undefined {
  try {
    return readInside(project, path)?.content
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

/**
 * As `readInside`, for an ordinary file that no link leads to, as the kernel's name of the open file tells: such files
 * are read by the thousand, and it asks for half as much. `unknown` for all others, and where there is no /proc.
 */
function readUnlinked(project: string, path: string, most: number): Content | undefined | 'unknown' {
  const inner = innerPath(path)
  try {
    const place = join(homeOf(project), inner)
    const found = lstatSync(place, { bigint: true, throwIfNoEntry: false })
    if (found === undefined) return undefined
    if (!found.isFile()) return 'unknown'
    const handle = openSync(place, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    try {
      const stats = fstatSync(handle, { bigint: true })
      if (!stats.isFile() || readlinkSync(`/proc/self/fd/${handle}`) !== place) return 'unknown'
      return { content: readAll(handle, stats.size, path, most), stats }
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (error instanceof FileError) throw error
    return 'unknown'
  }
}

/** Returns why a document cannot name this file; undefined if it can be read or is absent. */
export function problemOf(project: string, path: string, closed: readonly string[]): string | undefined {
  try {
    const real = realPathInside(project, path, closed)
    if (real === undefined) return undefined
    const stats = statSync(real, { bigint: true })
    if (stats.isDirectory()) return `${path} is a folder, not a file`
    requireOrdinary(stats, path)
    requireBounded(stats.size, path)
    accessSync(real, constants.R_OK)
    return undefined
  } catch (error) {
    const told = asFileError(error, path)
    if (told instanceof FileError) return told.message
    throw told
  }
}

/**
 * Reads a file that the program itself names; undefined if it is absent or a folder. With `project`, the
 * opened file must lie inside it.
 *
 * @param name the name in messages
 */
export function readOrdinary(
  file: string,
  name = file,
  project?: string,
  most = mostBytes,
): Content | undefined {
  const flags = project === undefined ? 0 : constants.O_NOFOLLOW
  return opened(file, name, flags, (handle, stats) => {
    if (project !== undefined && leadsOut(relative(homeOf(project), openedPath(handle, file))))
      throw new FileError(`${name} changed while it was opened: it leads out of the project now`)
    return { content: readAll(handle, stats.size, name, most), stats }
  })
}

/** Returns SHA-256 (hex) and size of a file that the program itself names, or undefined. Refuses links. */
export function digestOf(file: string): { readonly sha256: string; readonly bytes: number } | undefined {
  return opened(file, file, constants.O_NOFOLLOW, (handle) => {
    const hash = createHash('sha256')
    const buffer = new Uint8Array(1 << 20)
    let bytes = 0
    for (let read = -1; read !== 0; bytes += read) {
      read = readSync(handle, buffer)
      hash.update(buffer.subarray(0, read))
    }
    return { sha256: hash.digest('hex'), bytes }
  })
}

/** Opens a regular file for `use`; undefined if it is absent or a folder. */
function opened<T>(
  file: string,
  name: string,
  flags: number,
  use: (handle: number, stats: BigIntStats) => T,
): T | undefined {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false })
    if (found === undefined || found.isDirectory()) return undefined
    // Checked before opening: opening a device can have effects.
    requireOrdinary(found, name)
    const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | flags)
    try {
      const stats = fstatSync(handle, { bigint: true })
      requireOrdinary(stats, name)
      return use(handle, stats)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw asFileError(error, name)
  }
}

/** Reads a text file that the program itself names. Throws a FileError if it is absent. */
export function readTextFile(file: string): string {
  const found = readOrdinary(file)
  if (found === undefined) throw new FileError(`no file ${file}`)
  return new TextDecoder().decode(found.content)
}

/** An entry of a folder; links are not followed. */
export interface Entry {
  readonly name: string
  readonly type: 'file' | 'folder' | 'link' | 'other'
}

/** Lists a folder of the project, sorted by name; undefined if there is none. */
export function entriesInside(project: string, folder: string): readonly Entry[] | undefined {
  const real = realPathInside(project, folder)
  if (real === undefined) return undefined
  try {
    return readdirSync(real, { withFileTypes: true })
      .map((entry): Entry => ({ name: entry.name, type: typeOf(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw asFileError(error, folder)
  }
}

function typeOf(entry: Dirent): Entry['type'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  return entry.isSymbolicLink() ? 'link' : 'other'
}

/** Resolves all links of a project path; undefined if nothing is there. */
export function realPathInside(
  project: string,
  path: string,
  closed: readonly string[] = [],
): string | undefined {
  const place = pathInside(project, path, closed)
  try {
    const real = realpathSync.native(place)
    const inner = relative(homeOf(project), real)
    if (leadsOut(inner)) throw new FileError(`${path} leads out of the project by a link, to ${real}`)
    refuseClosed(path, inner, closed)
    return real
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw asFileError(error, path)
  }
}

/** Cached real paths of projects, which do not move while the program runs. */
const homes = new Map<string, string>()

function homeOf(project: string): string {
  const home = homes.get(project) ?? realpathSync.native(project)
  homes.set(project, home)
  return home
}

function leadsOut(inner: string): boolean {
  return inner === '..' || inner.startsWith('../') || isAbsolute(inner)
}

/** Refuses `.git` at any depth (submodules have their own), other closed folders only at the top. */
function refuseClosed(path: string, inner: string, closed: readonly string[]): void {
  // Some file systems ignore case.
  const parts = inner.toLowerCase().split('/')
  const found = parts.find((part) => alwaysClosed.includes(part)) ?? closed.find((one) => one === parts[0])
  if (found !== undefined)
    throw new FileError(`${path} is in ${found}; a document cannot use files from there`)
}

function requireOrdinary(stats: BigIntStats, name: string): void {
  if (stats.isFile()) return
  const kind = stats.isFIFO()
    ? 'a named pipe'
    : stats.isSocket()
      ? 'a socket'
      : stats.isDirectory()
        ? 'a folder'
        : 'a device'
  throw new FileError(`${name} is ${kind}, not an ordinary file`)
}

function requireBounded(bytes: bigint, name: string, most = mostBytes): void {
  if (bytes <= most) return
  const [has, limit] = [bytes, BigInt(most)].map((one) => `${one / 2n ** 20n} MB`)
  throw new FileError(`${name} is too large: ${has}, but a file may have at most ${limit}`)
}

function readAll(handle: number, size: bigint, name: string, most: number): Uint8Array {
  requireBounded(size, name, most)
  const buffer = Buffer.allocUnsafe(Number(size) + 1)
  let read = 0
  for (let more = -1; more !== 0 && read < buffer.length; read += more) {
    more = readSync(handle, buffer, read, buffer.length - read, null)
    // All of it, in less than was asked for: it ends there.
    if (read === 0 && more === Number(size)) return buffer.subarray(0, more)
  }
  if (read === buffer.length) throw new FileError(`${name} grew while it was read: try again`)
  return buffer.subarray(0, read)
}

/** Returns the path of an open file, unaffected by later changes of links. */
function openedPath(handle: number, file: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${handle}`)
  } catch {
    // No /proc: the current path, if it still leads to the opened file.
    const [now, opened] = [statSync(file, { bigint: true }), fstatSync(handle, { bigint: true })]
    return now.ino === opened.ino && now.dev === opened.dev ? realpathSync.native(file) : '/'
  }
}

/** Returns the status of an absolute path, following links; undefined if nothing is there. */
export function statusOf(place: string): BigIntStats | undefined {
  try {
    // Throwing takes longer than the look itself.
    return statSync(place, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw asFileError(error, place)
  }
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** Explains errors of the file system, on reading and on writing. */
export const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission (EACCES)',
  EPERM: 'no permission (EPERM)',
  ELOOP: 'it is a link, or its links lead in a circle (ELOOP)',
  ENAMETOOLONG: 'the path is too long (ENAMETOOLONG)',
  EMFILE: 'too many open files (EMFILE); raise the limit, see ulimit -n',
  ENFILE: 'too many open files on this machine (ENFILE)',
  EIO: 'the disk has an error there (EIO)',
}

/** Converts an error of the file system to a FileError; returns any other error unchanged. */
function asFileError(error: unknown, name: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof FileError || code === undefined) return error
  return new FileError(`cannot read ${name}: ${reasons[code] ?? code}`, { cause: error })
}
