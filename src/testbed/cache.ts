/** Where things that can be made again live between builds: downloads and unpacked laboratories. */

import { mkdir, statfs } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { TestbedError } from './testbed.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Absolute path of the cache folder: $REPRO_CACHE, else $XDG_CACHE_HOME/repro, else ~/.cache/repro. It need not exist.
 * Relative paths in XDG_CACHE_HOME are ignored, as the XDG Base Directory Specification says.
 */
export function cacheFolder(variables: Variables = process.env): string {
  const { REPRO_CACHE, XDG_CACHE_HOME, HOME } = variables
  if (REPRO_CACHE) return resolve(REPRO_CACHE)
  if (XDG_CACHE_HOME?.startsWith('/')) return join(XDG_CACHE_HOME, 'repro')
  return join(HOME || homedir(), '.cache', 'repro')
}

/** Bytes an ordinary user can still write to the file system that holds `folder` (which must exist). */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Makes `folder`, with its parents. Throws a TestbedError that names it when that is impossible. */
export async function makeCacheFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw cacheError(cause, folder)
  }
}

const elsewhere = 'Free some space, or set REPRO_CACHE to a folder on a larger disk.'

/**
 * A file system's refusal as something a user can act on: no space (ENOSPC, EDQUOT) and no permission
 * (EACCES, EPERM, EROFS, ENOTDIR) become a TestbedError; anything else comes back unchanged.
 */
export function cacheError(cause: unknown, file: string): unknown {
  const code = (cause as { code?: unknown } | null)?.code
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new TestbedError(`disk full: cannot write ${file}`, { advice: elsewhere, cause })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return new TestbedError(`cannot write ${file} (${code})`, {
        advice: 'Set REPRO_CACHE to a folder that you can write to.',
        cause,
      })
    default:
      return cause
  }
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
