/**
 * States of boards in the cache: what a board looks like behind its boot, or behind a stage of a job. They are derived data, and never
 * needed: what is missing, damaged or thrown away is made again. A folder each, complete once it has its name:
 *
 *     ram       the board's memory, of which restored boards have a private copy (copy on write)
 *     state     QEMU's state of processors and devices
 *     clock     the local times of processors, and a sum over `ram` (processors.c)
 *     console   what the board said on the way here, from its start on
 *     sums      digests of `state`, `clock` and `console`
 */

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheError, freeBytes } from '../cache.ts'
import { exclusively } from '../exclusive.ts'

export interface SavedStage {
  readonly folder: string
  readonly console: Buffer
}

export interface Stages {
  /** A complete stage, if there is one; it counts as used. */
  find(key: string): Promise<SavedStage | undefined>
  /**
   * Makes a stage unless somebody else does at the same time. `make` fills the folder `draft` with ram, state and clock, and returns the
   * console; undefined if the board did not get there, which nothing keeps.
   */
  make(
    key: string,
    make: (draft: string) => Promise<Buffer | undefined>,
    signal?: AbortSignal,
  ): Promise<SavedStage | undefined>
  /** Forgets a stage that turned out to be damaged. */
  forget(key: string): Promise<void>
}

const sealed = ['state', 'clock', 'console'] as const
const kept = '.stage'

/** Most bytes that stages take on the disk, if that is not more than half of what is free for them. */
export const mostBytes = 8e9

/** `most` is replaced in tests. */
export function openStages(cache: string, most = mostBytes): Stages {
  const root = stagesFolder(cache)
  const folderOf = (key: string) => join(root, `${key}${kept}`)
  const find = async (key: string) => {
    const folder = folderOf(key)
    const stage = await read(folder)
    if (stage) await utimes(folder, new Date(), new Date()).catch(() => {})
    return stage
  }
  return {
    find,
    async make(key, make, signal) {
      await mkdir(root, { recursive: true }).catch((error) => {
        throw cacheError(error, root)
      })
      const waiting = { what: 'board', signal, explain: cacheError }
      return await exclusively(join(root, `${key}.lock`), waiting, async () => {
        const found = await find(key)
        if (found) return found
        const draft = join(root, `${key}.draft`)
        await rm(draft, { recursive: true, force: true })
        try {
          await mkdir(draft)
          const console = await make(draft)
          if (console === undefined) return undefined
          await writeFile(join(draft, 'console'), console)
          await writeFile(join(draft, 'sums'), await sums(draft))
          await rm(folderOf(key), { recursive: true, force: true })
          await rename(draft, folderOf(key))
          await limit(root, most, folderOf(key))
          return { folder: folderOf(key), console }
        } catch (error) {
          throw cacheError(error, draft)
        } finally {
          await rm(draft, { recursive: true, force: true })
        }
      })
    },
    async forget(key) {
      await rm(folderOf(key), { recursive: true, force: true })
    },
  }
}

export function stagesFolder(cache: string): string {
  return join(cache, 'testbed', 'stages')
}

export interface Amount {
  readonly count: number
  /** On the disk. */
  readonly bytes: number
}

/** The stages of a cache that nobody used since an instant (ms); all by default. */
export async function measureStages(cache: string, before = Number.POSITIVE_INFINITY): Promise<Amount> {
  return amountOf(await unused(cache, before))
}

/** Deletes these stages. Boards that run go on: they have their files open. */
export async function deleteStages(cache: string, before: number): Promise<Amount> {
  const old = await unused(cache, before)
  for (const { folder } of old) await rm(folder, { recursive: true, force: true })
  return amountOf(old)
}

async function unused(cache: string, before: number): Promise<readonly Found[]> {
  return (await list(stagesFolder(cache))).filter(({ usedMs }) => usedMs < before)
}

function amountOf(found: readonly Found[]): Amount {
  return { count: found.length, bytes: found.reduce((sum, { bytes }) => sum + bytes, 0) }
}

async function read(folder: string): Promise<SavedStage | undefined> {
  try {
    if ((await readFile(join(folder, 'sums'), 'utf8')) !== (await sums(folder))) return undefined
    return { folder, console: await readFile(join(folder, 'console')) }
  } catch {
    return undefined
  }
}

async function sums(folder: string): Promise<string> {
  const lines = sealed.map(async (name) => {
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
    .filter((name) => name.endsWith(kept))
    .map(async (name): Promise<readonly Found[]> => {
      const folder = join(root, name)
      try {
        const sizes = await Promise.all(
          (await readdir(folder)).map(async (file) => (await stat(join(folder, file))).blocks * 512),
        )
        const bytes = sizes.reduce((sum, one) => sum + one, 0)
        return [{ folder, usedMs: (await stat(folder)).mtimeMs, bytes }]
      } catch {
        return [] // just deleted
      }
    })
  return (await Promise.all(found)).flat()
}

/** Deletes the stages that nobody used for longest until all take at most `most` bytes, and half of what is free for them; never `fresh`. */
async function limit(root: string, most: number, fresh: string): Promise<void> {
  const found = (await list(root)).toSorted((a, b) => a.usedMs - b.usedMs)
  let total = found.reduce((sum, { bytes }) => sum + bytes, 0)
  const allowed = Math.min(most, (total + (await freeBytes(root))) / 2)
  for (const { folder, bytes } of found) {
    if (total <= allowed) return
    if (folder === fresh) continue
    await rm(folder, { recursive: true, force: true })
    total -= bytes
  }
}
