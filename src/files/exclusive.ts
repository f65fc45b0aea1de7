/** Mutual exclusion between processes: a lock file that names its holder; a dead holder's is taken over. */

import { link, lstat, mkdir, readFile, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeError } from './change.ts'
import { lock } from './lockschema.ts'
import { FileError } from './ordinary.ts'
import { type Owner, self, stateOf } from './owner.ts'

export interface LockOptions {
  /** What is locked, for messages: `build`. */
  readonly what: string
  readonly signal?: AbortSignal | undefined
  /** Called with a line for the user when another process holds the lock, and on a takeover after a wait. */
  readonly onWait?: (note: string) => void
  readonly pollMs?: number
  /** A holder in another machine or container counts as dead after this long without a sign of life. */
  readonly silenceMs?: number
  /** Converts an error of the file system to one for the user. */
  readonly explain?: (error: unknown, file: string) => unknown
}

/** How often a holder touches its lock. */
const heartbeatMs = 5_000
/** A lock found this old is taken over without watching it. */
const longAgoMs = 600_000
/** How long to wait on a malformed lock: some file systems show a new file before its content. */
const tornMs = 1_000
const mostBytes = 4096

/**
 * Runs `action` while holding the lock file `file`, whose folder must exist, and always releases it. Waits
 * for a live holder until `signal` aborts. A holder that died on this machine loses the lock at once; one on
 * another machine or in another container (a shared folder) after a minute without touching the file. Throws
 * a FileError if `file` is not a regular file.
 */
export async function exclusively<T>(
  file: string,
  waiting: LockOptions,
  action: () => Promise<T>,
): Promise<T> {
  return await exclusivelyOneOf([file], waiting, action)
}

/** As `exclusively`, with the first of several lock files that is free; `action` gets its path. */
export async function exclusivelyOneOf<T>(
  files: readonly string[],
  waiting: LockOptions,
  action: (file: string) => Promise<T>,
): Promise<T> {
  const mine = self()
  const file = await obtain(files, mine, waiting)
  const heart = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), heartbeatMs)
  heart.unref()
  try {
    return await action(file)
  } finally {
    clearInterval(heart)
    await release(file, mine)
  }
}

/** A holder and since when nothing was heard of it. */
interface Watched {
  readonly sign: string
  readonly sinceMs: number
}

/** Resolves to the file that was obtained. */
async function obtain(files: readonly string[], mine: Owner, waiting: LockOptions): Promise<string> {
  const { signal, explain = writeError, pollMs = 250 } = waiting
  const watched = new Map<string, Watched>()
  for (let waited = false; ;) {
    const held: string[] = []
    for (const file of files) {
      try {
        signal?.throwIfAborted()
        const state = await attempt(file, mine, watched, waited, waiting)
        if (state === 'obtained') return file
        if (state !== 'unknown') held.push(state.note)
      } catch (error) {
        signal?.throwIfAborted()
        throw explain(error, file)
      }
    }
    if (!waited && held.length === files.length) {
      waiting.onWait?.(held.join('; '))
      waited = true
    }
    await sleep(pollMs, undefined, { signal })
  }
}

/** Tries once to obtain a lock; a dead holder loses it. */
async function attempt(
  file: string,
  mine: Owner,
  watched: Map<string, Watched>,
  waited: boolean,
  { what, onWait, silenceMs = 60_000 }: LockOptions,
): Promise<'obtained' | 'unknown' | { readonly note: string }> {
  for (;;) {
    if (await acquire(file, mine)) return 'obtained'
    const found = await read(file)
    if (found === undefined) continue
    const before = watched.get(file)
    const seen = before?.sign === found.sign ? before : { sign: found.sign, sinceMs: performance.now() }
    watched.set(file, seen)
    if (isGone(found, performance.now() - seen.sinceMs, silenceMs)) {
      if (waited) onWait?.(`${describe(found.owner)} is gone: taking over ${file}`)
      await takeOver(file, found)
      continue
    }
    return found.owner ? { note: waitNote(what, file, found.owner, silenceMs) } : 'unknown'
  }
}

function describe(owner: Owner | undefined): string {
  return owner ? `process ${owner.pid} on ${owner.host}` : 'its holder'
}

function waitNote(what: string, file: string, owner: Owner, silenceMs: number): string {
  const known = stateOf(owner) === 'alive'
  const advice = known
    ? `Ctrl-C stops waiting`
    : `if that process is gone, delete the file or wait ${silenceMs / 1000} s`
  return `waiting for another ${what}: ${describe(owner)} holds ${file} (${advice})`
}

interface Found {
  /** Undefined if the file is not a lock. */
  readonly owner: Owner | undefined
  /** Changes with every sign of life. */
  readonly sign: string
  readonly ageMs: number
}

function isGone({ owner, ageMs }: Found, silentMs: number, silenceMs: number): boolean {
  if (owner === undefined) return silentMs > tornMs || ageMs > longAgoMs
  const state = stateOf(owner)
  return state === 'gone' || (state === 'elsewhere' && (silentMs > silenceMs || ageMs > longAgoMs))
}

// link() creates the lock together with its content; after open('wx') a reader could see an empty file.
async function acquire(file: string, mine: Owner): Promise<boolean> {
  const draft = `${file}.${mine.pid}-${mine.startTicks}-${mine.place}-${++drafts}`
  const text = `${JSON.stringify(mine)}\n`
  try {
    await writeFile(draft, text, { flag: 'wx' })
    await link(draft, file).catch(async (error) => {
      // The file system has no hard links.
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(error.code)) throw error
      await writeFile(file, text, { flag: 'wx' })
    })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await unlink(draft).catch(() => {})
  }
}
let drafts = 0

async function read(file: string): Promise<Found | undefined> {
  try {
    const found = await lstat(file)
    if (!found.isFile())
      throw new FileError(
        `${file} is ${found.isSymbolicLink() ? 'a link' : 'not a file'}, where a lock must be: ` +
          'delete it and try again',
      )
    const sign = `${found.ino} ${found.mtimeMs}`
    const ageMs = Date.now() - found.mtimeMs
    const text = found.size > mostBytes ? '' : await readFile(file, 'utf8')
    return { owner: ownerIn(text), sign, ageMs }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Undefined for anything else, such as remains of a system crash: no live process writes that. */
function ownerIn(text: string): Owner | undefined {
  try {
    return lock.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Leaves the lock alone if another process has deleted it or taken it over. */
async function release(file: string, mine: Owner): Promise<void> {
  const found = await read(file).catch(() => undefined)
  const { owner } = found ?? {}
  if (owner?.pid === mine.pid && owner.startTicks === mine.startTicks && owner.place === mine.place)
    await unlink(file).catch(() => {})
}

// Only the process that created the claim may remove another's lock, after reading it again: two processes
// that saw the same dead holder could otherwise each remove the other's new lock.
async function takeOver(file: string, dead: Found): Promise<void> {
  const claim = `${file}.claim`
  try {
    await mkdir(claim)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    await endClaim(claim)
    return
  }
  try {
    const now = await read(file)
    if (now?.sign === dead.sign) await unlink(file)
  } finally {
    await rmdir(claim).catch(() => {})
  }
}

/** Waits for another process's takeover; removes the claim if it is stale. */
async function endClaim(claim: string): Promise<void> {
  await sleep(50)
  const found = await stat(claim).catch(() => undefined)
  if (found === undefined || Date.now() - found.mtimeMs < 10_000) return
  await rmdir(claim).catch((error) => {
    if (error.code !== 'ENOENT')
      throw new FileError(`cannot delete ${claim} (${error.code}): delete it and try again`)
  })
}
