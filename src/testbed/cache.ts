/** The cache folder: downloads and unpacked toolchains, all of which can be recreated. */

import { rename, rm, statfs, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { makeFolders } from '../files/folders.ts'
import { TestbedError } from './board.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Returns the absolute path of the cache folder: $REPRO_CACHE, else $XDG_CACHE_HOME/repro, else
 * ~/.cache/repro. It need not exist. Ignores a relative XDG_CACHE_HOME, as the XDG Base Directory
 * Specification says.
 */
export function cacheFolder(variables: Variables = process.env): string {
  const { REPRO_CACHE, XDG_CACHE_HOME, HOME } = variables
  if (REPRO_CACHE) return resolve(REPRO_CACHE)
  if (XDG_CACHE_HOME?.startsWith('/')) return join(XDG_CACHE_HOME, 'repro')
  return join(HOME || homedir(), '.cache', 'repro')
}

/** Returns the bytes available to unprivileged users on the file system of `folder`, which must exist. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Creates `folder` with its parents. Throws a TestbedError that names it if that fails. */
export async function makeCacheFolder(folder: string): Promise<void> {
  try {
    makeFolders(folder)
  } catch (cause) {
    throw cacheError(cause, folder)
  }
}

/** Writes a file of the cache atomically, creating its folder; safe with several processes. */
export async function writeToCache(file: string, content: Uint8Array | string): Promise<void> {
  const draft = `${file}.${process.pid}`
  makeFolders(dirname(file))
  try {
    await writeFile(draft, content, { flush: true })
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}

const elsewhere = 'Free some space, or set REPRO_CACHE to a folder on a larger disk.'

/**
 * Converts errors that a user can act on to a TestbedError: no space (ENOSPC, EDQUOT) and no permission
 * (EACCES, EPERM, EROFS, ENOTDIR). Returns any other error unchanged.
 */
export function cacheError(cause: unknown, file: string): unknown {
  const code = String((cause as { code?: unknown } | null)?.code)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new TestbedError(`disk full: cannot write ${file}`, { advice: elsewhere, cause })
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(code)) return cause
  const advice = 'Set REPRO_CACHE to a folder that you can write to.'
  return new TestbedError(`cannot write ${file} (${code})`, { advice, cause })
}

/** Throws a TestbedError unless `folder`'s file system has `bytes` free. `free` is replaced in tests. */
export async function requireFreeBytes(folder: string, bytes: number, free = freeBytes): Promise<void> {
  const available = await free(folder)
  if (available >= bytes) return
  throw new TestbedError(
    `disk too full: ${Math.ceil(bytes / 1e6)} MB needed in ${folder}, ${Math.floor(available / 1e6)} MB free`,
    { advice: elsewhere },
  )
}
