/**
 * Watches the folders of what was read, without polling. Editors save by writing, by renaming over a file, or
 * by deleting and making it anew; all of these are events of its folder. Events only say that something may
 * have changed: what did is found by looking at the files.
 */

import { type FSWatcher, lstatSync, readlinkSync, statSync, watch } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export interface Watching {
  /**
   * Watches the folders of these paths (relative to the project), which may be missing, and no others. A path
   * may be a link to a file, whose folder is watched as well.
   */
  follow(paths: Iterable<string>): void
  /** Returns a moment, for `isQuiet`. */
  mark(): number
  /**
   * Whether a path is that of a file in a folder that was watched at a moment, and had no event since. It
   * need not be looked at: an event that is still to come will tell. False for what may change without one,
   * such as links.
   */
  isQuiet(path: string, mark: number): boolean
  close(): void
}

/** Outputs of this program. Runs made here (.repro/runs) count: another process may make one. */
const unwatched = /^(?:_build|\.git|\.repro(?!$|\/runs(?:$|\/)))(?:$|\/)/

/** Wait for a pause in the events of one save. */
const quietMs = 2
/** But not for longer than this, however busy the folders are. */
const longestWaitMs = 60
/** Of paths that are remembered one by one. */
const mostEvents = 10_000
/** Where the system has no more watches to give. */
const pollMs = 1000

/**
 * Calls `changed` soon after something may have changed; events that come while a save goes on make one call.
 * `tellUser` tells what the user should know, once.
 */
export function openWatching(
  project: string,
  changed: () => void,
  tellUser: (text: string) => void = () => {},
): Watching {
  const watched = new Map<
    string,
    { readonly watcher: FSWatcher; readonly inode: number; readonly since: number }
  >()
  /**
   * Paths that were files when they were looked at, of which no event has come since; with what links lead
   * to.
   */
  const files = new Map<string, string | undefined>()
  /** Counts moments: marks, events, and beginnings of watches. */
  let moment = 0
  /** The last events of paths, and of what may concern any path. */
  const events = new Map<string, number>()
  let lastOfAll = 0
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
    if (files.has(folder)) return undefined
    const found = statSync(join(project, folder), { throwIfNoEntry: false })
    const linked = found?.isFile() ? linkedFrom(project, folder) : undefined
    // What has another name may be written by that, of which no event comes here.
    if (linked !== undefined || (found?.isFile() && found.nlink === 1)) files.set(folder, linked)
    return found?.isDirectory() ? found.ino : undefined
  }
  const note = (path: string) => {
    moment += 1
    files.delete(path)
    events.set(path, moment)
    if (!watched.has(path) && events.size < mostEvents) return
    lastOfAll = moment
    files.clear()
    events.clear()
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
        note(path)
        if (!unwatched.test(path)) tell()
      })
      watcher.on('error', () => {
        note(folder)
        drop(folder)
        tell()
      })
      watched.set(folder, { watcher, inode, since: (moment += 1) })
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return // it went away just now, which the watch of its parent tells
      if (code !== 'ENOSPC' && code !== 'EMFILE') throw error
      if (poll === undefined)
        tellUser(`the system watches no more folders (${code}): looking every ${pollMs / 1000} s instead`)
      poll ??= setInterval(changed, pollMs)
      poll.unref()
    }
  }
  return {
    follow(paths) {
      if (isClosed) return
      // Paths may be folders that were listed; and all above them may be moved.
      const folders = new Set(['.'])
      const addAbove = (path: string) => {
        for (let folder = path; !folders.has(folder); folder = dirname(folder))
          if (!/^(?:\/|\.\.(?:$|\/))/.test(folder) && !unwatched.test(folder)) folders.add(folder)
          else break
      }
      for (const path of paths) addAbove(path)
      // Those that links lead to come behind them.
      for (const folder of folders) {
        add(folder)
        const linked = files.get(folder)
        if (linked !== undefined) addAbove(linked)
      }
      for (const folder of watched.keys()) if (!folders.has(folder)) drop(folder)
    },
    mark: () => (moment += 1),
    isQuiet(path, mark) {
      const folder = watched.get(dirname(path))
      if (folder === undefined || folder.since > mark || lastOfAll > mark) return false
      return files.has(path) && files.get(path) === undefined && (events.get(path) ?? 0) < mark
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      clearInterval(poll)
      for (const folder of [...watched.keys()]) drop(folder)
    },
  }
}

/** What a link in the project leads to, relative to the project; undefined for what is no link. */
function linkedFrom(project: string, path: string): string | undefined {
  try {
    if (!lstatSync(join(project, path)).isSymbolicLink()) return undefined
    const target = readlinkSync(join(project, path))
    return target.startsWith('/') ? undefined : normalize(join(dirname(path), target))
  } catch {
    return undefined // it went away just now, which the watch of its folder tells
  }
}
