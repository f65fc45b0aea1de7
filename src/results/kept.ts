/**
 * What this machine computed from a text and keeps in the cache folder, as computing it anew takes longer than most
 * builds: code that V8 compiled, scripts without types, imports that a parser found. All of it has this machine's
 * seal: a cache folder inside of a project could come with a repository, and what it keeps is run or believed.
 */

import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { makeFolders } from '../files/folders.ts'
import { cacheFolder } from '../testbed/cache.ts'
import { openSeal } from './seal.ts'

export interface Kept {
  /** Returns the content; undefined if it is absent, damaged, or not this machine's. */
  read(name: string): Uint8Array | undefined
  /** Does nothing if the folder cannot be written: the content is then computed anew each time. */
  write(name: string, content: Uint8Array | string): void
  /** Deletes other entries. */
  forget(isUseless: (name: string) => boolean): void
}

/** Opens a folder of the cache; `name` may contain folders. */
export function openKept(name: string, cache = cacheFolder()): Kept {
  // Every cache folder is inside of the root, so the key is always bound to its file (seal.ts).
  const seal = openSeal(parse(cache).root, cache)
  const item = (entry: string) => ({ kind: 'kept', path: `${name}/${entry}` }) as const
  const file = (entry: string) => join(cache, name, entry)
  return {
    read(entry) {
      try {
        return seal.open(item(entry), readFileSync(file(entry)))
      } catch {
        return undefined
      }
    },
    write(entry, content) {
      const draft = `${file(entry)}.${process.pid}`
      try {
        const closed = seal.close(item(entry), content)
        if (closed === undefined) return
        makeFolders(dirname(draft))
        writeFileSync(draft, closed, { mode: 0o600 })
        renameSync(draft, file(entry))
      } catch {
        rmSync(draft, { force: true })
      }
    },
    forget(isUseless) {
      try {
        for (const entry of readdirSync(join(cache, name)).filter(isUseless))
          rmSync(file(entry), { recursive: true, force: true })
      } catch {}
    },
  }
}
