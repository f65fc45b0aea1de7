/** One process at a time: a lock file that says who holds it and is taken over when its holder is dead. */

import { link, mkdir, readFile, rmdir, stat, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheError } from './cache.ts'

export interface Holder {
  readonly pid: number
  /** When the process started, in clock ticks since boot (proc_pid_stat(5), field 22): tells a reused pid apart. */
  readonly startTicks: string
  readonly host: string
}

export interface Waiting {
  readonly signal?: AbortSignal | undefined
  /** Called once, when somebody else holds the lock. */
  readonly onWait?: (holder: Holder) => void
  readonly pollMs?: number
}

/**
 * Runs `action` while holding the lock file `file`, whose folder must exist, and gives it back however the action ends. Waits
 * for a live holder, as long as `signal` lets it; a holder that died on this host loses the lock at once. A holder on
 * another host (shared cache) cannot be examined and counts as alive.
 */
export async function exclusively<T>(
  file: string,
  { signal, onWait, pollMs = 250 }: Waiting,
  action: () => Promise<T>,
): Promise<T> {
  const mine: Holder = { pid: process.pid, startTicks: await startTicks(process.pid), host: hostname() }
  for (let waited = false; ; waited = true) {
    signal?.throwIfAborted()
    if (await acquire(file, mine)) break
    const holder = await read(file)
    if (holder === undefined) continue
    if (await isDead(holder)) {
      await takeOver(file, holder)
      continue
    }
    if (!waited) onWait?.(holder)
    await sleep(pollMs, undefined, { signal })
  }
  try {
    return await action()
  } finally {
    await unlink(file)
  }
}

// link() makes the lock appear at once with its content; open('wx') would show an empty file to a reader in between.
async function acquire(file: string, mine: Holder): Promise<boolean> {
  const draft = `${file}.${mine.pid}-${++drafts}`
  try {
    await writeFile(draft, `${JSON.stringify(mine)}\n`)
    await link(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cacheError(error, file)
  } finally {
    await unlink(draft).catch(() => {})
  }
}
let drafts = 0

async function read(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // A torn file is left by a crash of the whole machine; nobody alive writes one.
    if (error instanceof SyntaxError) return { pid: 0, startTicks: '', host: hostname() }
    throw error
  }
}

async function isDead({ pid, startTicks: started, host }: Holder): Promise<boolean> {
  if (host !== hostname()) return false
  const now = await startTicks(pid)
  return now === '' || now !== started
}

// Only the process that could make the claim may remove another's lock, and only after looking again: else two
// processes that saw the same dead holder could each remove the other's new lock.
async function takeOver(file: string, dead: Holder): Promise<void> {
  const claim = `${file}.claim`
  try {
    await mkdir(claim)
  } catch {
    const age = await stat(claim).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > 10_000) await rmdir(claim).catch(() => {})
    await sleep(50)
    return
  }
  try {
    const holder = await read(file)
    if (holder?.pid === dead.pid && holder.startTicks === dead.startTicks) await unlink(file)
  } finally {
    await rmdir(claim)
  }
}

/** Whether a process of this number runs on this host. */
export async function isRunning(pid: number): Promise<boolean> {
  return (await startTicks(pid)) !== ''
}

/** See Holder; '' for a process that does not exist, or is dead and only waits for its parent to notice. */
async function startTicks(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}
