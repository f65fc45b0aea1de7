/**
 * Cached states of boards: after boot, or after a stage of a job. They are derived data: missing, damaged or
 * deleted ones are remade. Each is a folder, complete once it has its name:
 *
 *     ram       the board's memory as a sparse file, which a restored board reads in
 *     state     QEMU's state of processors and devices
 *     clock     the local times of processors, and a checksum of `ram` (processors.c)
 *     console   the console output since the board's start
 *     sums      digests of `state`, `clock` and `console`
 */

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exclusively } from '../../files/exclusive.ts'
import { cacheError, freeBytes, makeCacheFolder } from '../../testbed/cache.ts'

export interface SavedStage {
  readonly folder: string
  /** Creation time; differs if a stage is remade under the same key. */
  readonly madeMs: number
  readonly console: Buffer
}

export type Stages = ReturnType<typeof openStages>

const checkedFiles = ['state', 'clock', 'console'] as const
const [stageSuffix, draftSuffix] = ['.stage', '.draft']
/** Grace period for a stage that was found but not opened yet; an active draft has a younger lock. */
const recentMs = 60_000

/** Limit on the disk space of stages; half of what is free for them if that is less. */
export const mostBytes = 20e9

/** Opens the cached stages. Tests replace `most`. */
export function openStages(cache: string, most = mostBytes) {
  const root = stagesFolder(cache)
  const folderOf = (key: string) => join(root, `${key}${stageSuffix}`)
  const locked = <T>(key: string, signal: AbortSignal | undefined, action: () => Promise<T>) =>
    exclusively(join(root, `${key}.lock`), { what: 'board', signal, explain: cacheError }, action)

  /** Returns a complete stage, if there is one, and marks it as used. */
  async function find(key: string): Promise<SavedStage | undefined> {
    const folder = folderOf(key)
    const stage = await read(folder)
    if (stage) await utimes(folder, new Date(), new Date()).catch(() => {})
    return stage
  }

  /**
   * Makes a stage unless another process is making it. `fill` fills the folder `draft` with ram, state and
   * clock, and returns the console; undefined if the board did not get there, which is not cached.
   */
  async function make(
    key: string,
    fill: (draft: string) => Promise<Buffer | undefined>,
    signal?: AbortSignal,
  ): Promise<SavedStage | undefined> {
    await makeCacheFolder(root)
    return await locked(key, signal, async () => {
      const found = await find(key)
      if (found) return found
      const unfinished = join(root, `${key}${draftSuffix}`)
      await rm(unfinished, { recursive: true, force: true })
      try {
        await limit(root, most) // the disk may be full
        await mkdir(unfinished)
        const console = await fill(unfinished)
        if (console === undefined) return undefined
        await writeFile(join(unfinished, 'console'), console)
        await writeFile(join(unfinished, 'sums'), await sums(unfinished))
        await rm(folderOf(key), { recursive: true, force: true })
        await rename(unfinished, folderOf(key))
        await limit(root, most)
        return { folder: folderOf(key), madeMs: await madeMs(folderOf(key)), console }
      } catch (error) {
        throw cacheError(error, unfinished)
      } finally {
        await rm(unfinished, { recursive: true, force: true })
      }
    })
  }

  /** Deletes a damaged stage, unless another process has replaced it. */
  async function forget(key: string, damaged: SavedStage, signal?: AbortSignal): Promise<void> {
    const folder = folderOf(key)
    await locked(key, signal, async () => {
      if ((await madeMs(folder).catch(() => undefined)) !== damaged.madeMs) return
      await rm(folder, { recursive: true, force: true }).catch((error) => {
        throw cacheError(error, folder)
      })
    })
  }
  return { find, make, forget }
}

export function stagesFolder(cache: string): string {
  return join(cache, 'testbed', 'stages')
}

export interface Amount {
  readonly count: number
  readonly bytes: number
}

/** Measures the stages not used since an instant (ms; default: all), and unfinished ones of killed builds. */
export async function measureStages(cache: string, before = Number.POSITIVE_INFINITY): Promise<Amount> {
  return amountOf(await unused(cache, before))
}

/** Deletes these stages. Running boards are not affected: they have read their files. */
export async function deleteStages(cache: string, before: number): Promise<Amount> {
  const old = (await unused(cache, before)).filter(({ folder, usedMs }) => !isWritten(folder, usedMs))
  for (const one of old) await remove(one)
  return amountOf(old)
}

async function unused(cache: string, before: number): Promise<readonly Found[]> {
  return (await list(stagesFolder(cache))).filter(({ usedMs }) => usedMs < before)
}

async function remove({ folder }: Found): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  if (folder.endsWith(draftSuffix)) await rm(lockOf(folder), { force: true })
}

function lockOf(folder: string): string {
  return folder.replace(/\.[a-z]+$/, '.lock')
}

function amountOf(found: readonly Found[]): Amount {
  return { count: found.length, bytes: found.reduce((sum, { bytes }) => sum + bytes, 0) }
}

async function read(folder: string): Promise<SavedStage | undefined> {
  try {
    if ((await readFile(join(folder, 'sums'), 'utf8')) !== (await sums(folder))) return undefined
    return { folder, madeMs: await madeMs(folder), console: await readFile(join(folder, 'console')) }
  } catch {
    return undefined
  }
}

async function madeMs(folder: string): Promise<number> {
  return (await stat(join(folder, 'sums'))).mtimeMs
}

async function sums(folder: string): Promise<string> {
  const lines = checkedFiles.map(async (name) => {
    const digest = createHash('sha256').update(await readFile(join(folder, name)))
    return `${digest.digest('hex')}  ${name}\n`
  })
  return (await Promise.all(lines)).join('')
}

interface Found {
  readonly folder: string
  readonly usedMs: number
  readonly bytes: number
}

async function list(root: string): Promise<readonly Found[]> {
  const names = await readdir(root).catch(() => [])
  const found = names
    .filter((name) => name.endsWith(stageSuffix) || name.endsWith(draftSuffix))
    .map(async (name): Promise<readonly Found[]> => {
      const folder = join(root, name)
      try {
        const files = await Promise.all((await readdir(folder)).map((file) => stat(join(folder, file))))
        const bytes = files.reduce((sum, { blocks }) => sum + blocks * 512, 0)
        // A live holder keeps its lock's time current.
        const sign = folder.endsWith(draftSuffix)
          ? await stat(lockOf(folder)).catch(() => stat(folder))
          : await stat(folder)
        return [{ folder, usedMs: sign.mtimeMs, bytes }]
      } catch {
        return [] // just deleted
      }
    })
  return (await Promise.all(found)).flat()
}

function isWritten(folder: string, usedMs: number): boolean {
  return folder.endsWith(draftSuffix) && usedMs > Date.now() - recentMs
}

/**
 * Evicts least recently used stages until all take at most `most` bytes, and half of what is free for them;
 * none that was used just now.
 */
async function limit(root: string, most: number): Promise<void> {
  const found = (await list(root)).toSorted((a, b) => a.usedMs - b.usedMs)
  let total = found.reduce((sum, { bytes }) => sum + bytes, 0)
  const allowed = Math.min(most, (total + (await freeBytes(root))) / 2)
  for (const one of found) {
    if (total <= allowed || one.usedMs > Date.now() - recentMs) return
    await remove(one)
    total -= one.bytes
  }
}
