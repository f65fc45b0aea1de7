/**
 * Drafts: files are written in a folder private to this process, then renamed into place.
 *
 *     .repro/scratch/, results/.scratch/, _build/.scratch/     one per root: renames cannot cross file systems
 *
 * A draft's name identifies the process that made it; drafts of dead processes are swept.
 */

import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, rename, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, normalize } from 'node:path'
import { isFolder, makeFolder, move, remove, syncFolder, writeError } from './change.ts'
import { FileError, readInside } from './ordinary.ts'
import { self, stateOf } from './owner.ts'

const roots = ['.repro', 'results', '_build'] as const
const ownScratch = '.repro/scratch'

/** Returns the folder for drafts of `path`, which is relative to the project. */
function scratchOf(path: string): string {
  const root = roots.find((one) => path.startsWith(`${one}/`)) ?? '.repro'
  return root === '.repro' ? ownScratch : `${root}/.scratch`
}

let drafts = 0

/** Calls `fill` with a new folder, and deletes the folder afterwards, also on errors. */
async function drafted<T>(
  project: string,
  path: string,
  fill: (folder: string, draft: string) => Promise<T>,
): Promise<T> {
  const { pid, startTicks, place } = self()
  const draft = `${scratchOf(path)}/${pid}-${startTicks}-${place}-${++drafts}`
  try {
    return await fill(makeFolder(project, draft), draft)
  } catch (error) {
    throw writeError(error, path)
  } finally {
    await discard(project, draft).catch(() => {})
  }
}

/** Deletes a draft, and its .scratch/ folder if that is then empty: users see it. */
async function discard(project: string, draft: string): Promise<void> {
  await remove(project, draft)
  if (draft.includes('/.scratch/')) await rmdir(join(project, dirname(draft))).catch(() => {})
}

/** Writes a file of the project atomically: readers never see half of it. */
export async function writeAtomically(
  project: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  await drafted(project, path, async (folder, draft) => {
    await writeFile(join(folder, 'content'), content, { flush: true })
    await move(project, `${draft}/content`, path)
  })
}

/**
 * As `writeAtomically`, for what can be made again, and whose digest is in a file with a seal if it has none
 * itself: nothing waits for the disk, so that after a power failure the file may be damaged, which the next
 * build sees.
 */
export async function writeLightly(
  project: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const { pid, startTicks, place } = self()
  try {
    const draft = join(makeFolder(project, ownScratch), `${pid}-${startTicks}-${place}-${++drafts}`)
    try {
      writeFileSync(draft, content, { flag: 'wx' })
      renameSync(draft, join(makeFolder(project, dirname(path)), basename(path)))
    } catch (error) {
      rmSync(draft, { force: true })
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
      await writeAtomically(project, path, content)
    }
  } catch (error) {
    throw writeError(error, path)
  }
}

/**
 * As `writeLightly`, for what only saves work: nothing is kept where it cannot be written, as commands that
 * only read need no right to write.
 */
export async function keepLightly(
  project: string,
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  try {
    await writeLightly(project, path, content)
  } catch (error) {
    if (!(error instanceof FileError || (error instanceof Error && 'code' in error))) throw error
  }
}

/** Entries of a replaced folder's draft: its original path, and the folder itself. */
const [home, setAside] = ['home', 'folder']
const aside = '-replaced'

/**
 * Replaces the folder at `path` with the one that `fill` writes. The old one is set aside first; if this
 * process dies in between, `sweep` restores it.
 */
export async function replaceFolder<T>(
  project: string,
  path: string,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  return await drafted(project, path, async (folder, draft) => {
    const made = await fill(folder)
    syncFolder(folder)
    makeFolder(project, dirname(path))
    if (!isThere(project, path)) {
      await move(project, draft, path)
      return made
    }
    const old = `${draft}${aside}`
    const kept = makeFolder(project, old)
    await writeFile(join(kept, home), path, { flush: true })
    await move(project, path, `${old}/${setAside}`)
    try {
      await move(project, draft, path)
    } catch (error) {
      await rename(join(kept, setAside), join(project, path))
      throw error
    }
    await discard(project, old)
    return made
  })
}

/** True for dangling links too. The parent folder must exist. */
function isThere(project: string, path: string): boolean {
  return lstatSync(join(project, path), { throwIfNoEntry: false }) !== undefined
}

/** Drafts of other machines and containers are swept after this long without a change. */
const abandonedMs = 86_400_000

/**
 * Deletes the drafts of dead processes, and restores folders that they had set aside and not replaced.
 * Returns a message for each folder that could not be restored; it is left in place, as it may be the only
 * copy of a run.
 */
export async function sweep(project: string): Promise<readonly string[]> {
  const problems: string[] = []
  for (const root of roots) {
    const scratch = scratchOf(`${root}/`)
    for (const name of await namesIn(project, scratch)) {
      const draft = `${scratch}/${name}`
      if (!isAbandoned(name, lstatSync(join(project, draft), { throwIfNoEntry: false })?.mtimeMs)) continue
      try {
        if (name.endsWith(aside)) await restore(project, draft)
      } catch (error) {
        const { message } = error as Error
        problems.push(
          `cannot restore the folder set aside in ${draft} (${message}); move it back, or delete it`,
        )
        continue
      }
      await discard(project, draft).catch(() => {}) // harmless: draft names are unique
    }
  }
  return problems
}

async function namesIn(project: string, folder: string): Promise<readonly string[]> {
  return isFolder(project, folder) ? await readdir(join(project, folder)) : []
}

/** True only for names of drafts; anything else is not ours to delete. */
function isAbandoned(name: string, changedMs: number | undefined): boolean {
  const [, pid, startTicks = '', place = ''] =
    /^(\d+)-(\d*)-([0-9a-f]{12})-\d+(?:-replaced)?$/.exec(name) ?? []
  if (pid === undefined || changedMs === undefined) return false
  const state = stateOf({ pid: Number(pid), startTicks, place })
  return state === 'gone' || (state === 'elsewhere' && Date.now() - changedMs > abandonedMs)
}

async function restore(project: string, draft: string): Promise<void> {
  const path = homeOf(project, draft)
  const isHome =
    roots.some((root) => path.startsWith(`${root}/`)) && normalize(path) === path && !/\p{Cc}/u.test(path)
  if (!isHome || !isThere(project, `${draft}/${setAside}`)) return
  makeFolder(project, dirname(path))
  if (!isThere(project, path)) await move(project, `${draft}/${setAside}`, path)
}

/** Returns the original path of the folder set aside in a draft; empty if unknown. */
function homeOf(project: string, draft: string): string {
  try {
    return new TextDecoder().decode(readInside(project, `${draft}/${home}`)?.content)
  } catch (error) {
    if (error instanceof FileError) return ''
    throw error
  }
}
