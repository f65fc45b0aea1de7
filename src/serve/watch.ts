/**
 * Watches the folders of what was read, without polling. Editors save by writing, by renaming over a file, or by
 * deleting and making it anew; all of these are events of its folder. Events only say that something may have
 * changed: what did is found by looking at the files.
 */

import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Watching {
  /** Watches the folders of these paths (relative to the project), which may be missing, and no others. */
  follow(paths: Iterable<string>): void
  close(): void
}

/** Outputs of this program. Runs made here (.repro/runs) count: another process may make one. */
const unwatched = /^(?:_build|\.git|\.repro(?!$|\/runs(?:$|\/)))(?:$|\/)/

/** Wait for a pause in the events of one save. */
const quietMs = 2
/** But not for longer than this, however busy the folders are. */
const longestWaitMs = 60
/** Where the system has no more watches to give. */
const pollMs = 1000

/**
 * Calls `changed` soon after something may have changed; events that come while a save goes on make one call.
 * `note` tells what the user should know, once.
 */
export function openWatching(
  project: string,
  changed: () => void,
  note: (text: string) => void = () => {},
): Watching {
  const watched = new Map<string, { readonly watcher: FSWatcher; readonly inode: number }>()
  let timer: NodeJS.Timeout | undefined
  let poll: NodeJS.Timeout | undefined
  let firstMs = 0
  let isClosed = false

  const tell = () => {
    if (isClosed) return
    const nowMs = performance.now()
    if (timer === undefined) firstMs = nowMs
    clearTimeout(timer)
    const waitMs = Math.min(quietMs, Math.max(0, firstMs + longestWaitMs - nowMs))
    timer = setTimeout(() => {
      timer = undefined
      changed()
    }, waitMs)
  }
  const inodeOf = (folder: string): number | undefined => {
    const found = statSync(join(project, folder), { throwIfNoEntry: false })
    return found?.isDirectory() ? found.ino : undefined
  }
  const drop = (folder: string) => {
    watched.get(folder)?.watcher.close()
    watched.delete(folder)
  }
  const add = (folder: string) => {
    const inode = inodeOf(folder)
    const before = watched.get(folder)
    if (inode === before?.inode) return
    // A folder that was deleted and made again is another one, which its watch does not see.
    drop(folder)
    if (inode === undefined) return
    try {
      const watcher = watch(join(project, folder), { persistent: false }, (_, name) => {
        const path = name === null ? folder : folder === '.' ? name : `${folder}/${name}`
        if (!unwatched.test(path)) tell()
      })
      watcher.on('error', () => {
        drop(folder)
        tell()
      })
      watched.set(folder, { watcher, inode })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return // it went away just now, which the watch of its parent tells
      if (code !== 'ENOSPC' && code !== 'EMFILE') throw error
      if (poll === undefined)
        note(`the system watches no more folders (${code}): looking every ${pollMs / 1000} s instead`)
      poll ??= setInterval(changed, pollMs)
      poll.unref()
    }
  }
  return {
    follow(paths) {
      if (isClosed) return
      const folders = new Set(['.'])
      for (const path of paths) {
        // The path may be a folder that was listed; and all above it may be moved.
        for (let folder = path; !folders.has(folder); folder = dirname(folder))
          if (!folder.startsWith('/') && !unwatched.test(folder)) folders.add(folder)
          else break
      }
      for (const folder of watched.keys()) if (!folders.has(folder)) drop(folder)
      for (const folder of folders) add(folder)
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      clearInterval(poll)
      for (const folder of [...watched.keys()]) drop(folder)
    },
  }
}
