/** Which of several boards a boot gets: leases, and boards that are set aside. All in one folder of the cache. */

import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { exclusively, exclusivelyOneOf } from '../../files/exclusive.ts'
import { TestbedError } from '../../testbed/board.ts'
import { writeToCache } from '../../testbed/cache.ts'

export interface SetAside {
  readonly host: string
  readonly reason: string
  /** ISO 8601. */
  readonly date: string
  /** Deleting it puts the board back. */
  readonly file: string
}

function folderOf(cache: string): string {
  return join(cache, 'boards')
}

function leaseFile(cache: string, host: string): string {
  return join(folderOf(cache), `${host}.lock`)
}

function asideFile(cache: string, host: string): string {
  return join(folderOf(cache), `${host}.aside.json`)
}

/** There while a board is reserved by a boot of ours (reservation.ts). */
export function reservedFile(cache: string, host: string): string {
  return join(folderOf(cache), `${host}.reserved`)
}

const written = z.object({ reason: z.string(), date: z.string() })

/** Sets a board aside that failed too often, until a person has looked at it. */
export async function setAside(cache: string, host: string, reason: string): Promise<void> {
  const text = JSON.stringify({ reason, date: new Date().toISOString() })
  await writeToCache(asideFile(cache, host), `${text}\n`)
}

export async function boardsAside(cache: string, hosts: readonly string[]): Promise<readonly SetAside[]> {
  const found = await Promise.all(
    hosts.map(async (host) => {
      const file = asideFile(cache, host)
      const text = await readFile(file, 'utf8').catch(() => undefined)
      if (text === undefined) return []
      const { reason, date } = parsed(text) ?? { reason: 'a reason that cannot be read', date: '' }
      return [{ host, reason, date, file }]
    }),
  )
  return found.flat()
}

function parsed(text: string): z.infer<typeof written> | undefined {
  try {
    return written.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

export function asideText({ host, reason, date, file }: SetAside): string {
  return `${host} was set aside (${date}): ${reason}; delete ${file} when it is mended`
}

/**
 * Waits for a board that is neither set aside nor leased, `preferred` before others, leases it for the life of this
 * process, and returns its name. Throws a TestbedError if all are set aside.
 */
export async function leaseBoard(
  cache: string,
  hosts: readonly string[],
  preferred: string | undefined,
  log: (text: string) => void,
): Promise<string> {
  await mkdir(folderOf(cache), { recursive: true })
  const told = new Set<string>()
  for (;;) {
    const aside = await boardsAside(cache, hosts)
    const usable = hosts.filter((host) => !aside.some((one) => one.host === host))
    if (usable.length === 0)
      throw new TestbedError(`no board to run on: ${aside.map(asideText).join('; ')}`, {
        advice: 'Look at the board (`repro testbed doctor`), then delete that file.',
      })
    for (const one of aside) if (!told.has(one.host)) log(`left out: ${asideText(one)}`)
    for (const { host } of aside) told.add(host)
    const ordered = usable.toSorted((a, b) => Number(b === preferred) - Number(a === preferred))
    const leased = await leaseOneOf(cache, ordered, log)
    if (leased !== undefined) return leased
  }
}

/** Undefined if the board that came free had been set aside by the boot before. */
async function leaseOneOf(
  cache: string,
  hosts: readonly string[],
  log: (text: string) => void,
): Promise<string | undefined> {
  const names = new Map(hosts.map((host) => [leaseFile(cache, host), host]))
  return await new Promise((resolve, reject) => {
    const what = { what: 'boot on this board', onWait: log }
    const held = exclusivelyOneOf([...names.keys()], what, async (file) => {
      const host = names.get(file) ?? ''
      const aside = await boardsAside(cache, [host])
      if (aside.length > 0) return resolve(undefined)
      resolve(host)
      await new Promise<never>(() => {}) // to the end of the process, whose locks are free then
    })
    held.catch(reject)
  })
}

/**
 * Runs `action` with a board leased, if no boot has it; else returns who has, and does not wait. The board need not be
 * one that boots use.
 */
export async function withFreeBoard<T>(
  cache: string,
  host: string,
  action: () => Promise<T>,
): Promise<T | { readonly holder: string }> {
  await mkdir(folderOf(cache), { recursive: true })
  const waiting = new AbortController()
  let holder = ''
  const onWait = (note: string) => {
    holder = note
    waiting.abort()
  }
  try {
    const { signal } = waiting
    return await exclusively(leaseFile(cache, host), { what: 'boot on this board', signal, onWait }, action)
  } catch (error) {
    if (!waiting.signal.aborted) throw error
    return { holder }
  }
}

/** The longest that such a job took on these boards, in seconds: how long to keep silent for the next. */
export async function longestSeconds(cache: string, kind: string): Promise<number> {
  const text = await readFile(join(folderOf(cache), `${kind}.seconds`), 'utf8').catch(() => '')
  const seconds = Number(text)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0
}

export async function noteSeconds(cache: string, kind: string, seconds: number): Promise<void> {
  if (seconds > (await longestSeconds(cache, kind)))
    await writeToCache(join(folderOf(cache), `${kind}.seconds`), `${Math.ceil(seconds)}\n`)
}
