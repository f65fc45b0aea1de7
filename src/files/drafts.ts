/**
 * Drafts: what is being written lies in a folder that only this process writes, until a rename puts it in its place.
 *
 *     .repro/scratch/, results/.scratch/, _build/.scratch/     by where it goes, as a rename cannot leave a file system
 *
 * A draft's name says who made it; those of processes that are gone are swept.
 */

import { lstatSync } from 'node:fs'
import { readdir, rename, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { isFolder, makeFolder, move, remove, syncFolder, writeError } from './change.ts'
import { FileError, readInside } from './ordinary.ts'
import { self, stateOf } from './owner.ts'

const roots = ['.repro', 'results', '_build'] as const

/** Folder of drafts of what goes to `path`, relative to the project. */
function scratchOf(path: string): string {
  const root = roots.find((one) => path.startsWith(`${one}/`)) ?? '.repro'
  return root === '.repro' ? '.repro/scratch' : `${root}/.scratch`
}

let drafts = 0

/** Lets `fill` write into a new folder, and gives it up again: an error leaves nothing behind. */
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

/** Deletes a draft, and what held it if there is no other: folders that people look at stay clean. */
async function discard(project: string, draft: string): Promise<void> {
  await remove(project, draft)
  if (draft.includes('/.scratch/')) await rmdir(join(project, dirname(draft))).catch(() => {})
}

/** Writes a file of the project under another name first, so that nobody ever reads half of it. */
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

/** Files of a folder that was set aside: where it lay, and itself. */
const [home, setAside] = ['home', 'folder']
const aside = '-replaced'

/**
 * Puts the folder that `fill` writes at `path`. What is there already is set aside first, and comes back when this process dies
 * in between.
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

/** Also a link that leads nowhere is. Its folder must be there. */
function isThere(project: string, path: string): boolean {
  return lstatSync(join(project, path), { throwIfNoEntry: false }) !== undefined
}

/** Drafts of other machines and containers are swept when nothing has changed in them for this long. */
const abandonedMs = 86_400_000

/**
 * Deletes what processes that are gone were writing; a folder that one had set aside comes back if nothing took its place. Returns
 * why one could not, in words: it stays where it is, as it may be the only copy of a run.
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
          `what was set aside in ${draft} cannot go back to its place (${message}); move it there, or delete it`,
        )
        continue
      }
      await discard(project, draft).catch(() => {}) // harmless: no other draft gets its name
    }
  }
  return problems
}

async function namesIn(project: string, folder: string): Promise<readonly string[]> {
  return isFolder(project, folder) ? await readdir(join(project, folder)) : []
}

/** What has no name of a draft is not ours to delete. */
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

/** Where what is set aside in a draft lay; empty if that is not said. */
function homeOf(project: string, draft: string): string {
  try {
    return new TextDecoder().decode(readInside(project, `${draft}/${home}`)?.content)
  } catch (error) {
    if (error instanceof FileError) return ''
    throw error
  }
}
