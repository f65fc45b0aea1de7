/** Names by which boards note who uses them: a process, and the cache folder whose leases it takes. */

import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { self, stateOf } from '../../files/owner.ts'

/** Returns the name of this process: letters, digits and `._-`, which the verbs of agent.sh take. */
export async function holderName(cache: string): Promise<string> {
  const host =
    hostname()
      .replace(/[^\w-]/g, '-')
      .slice(0, 60) || 'unknown'
  const { place, pid, startTicks } = self()
  return [host, await cacheName(cache), place, pid, startTicks].join('.')
}

/** Returns the computer in a holder's name. */
export function computerOf(holder: string): string {
  return holder.split('.')[0] ?? holder
}

/**
 * Whether a holder cannot come back. One with our cache folder that is not on this machine, or was before its last
 * boot, is gone as well: its lease on the board is ours now.
 */
export function isGone(holder: string, own: string): boolean {
  const [, cache, place = '', pid, startTicks = ''] = holder.split('.')
  if (cache === undefined || cache !== own.split('.')[1]) return false
  return stateOf({ place, pid: Number(pid), startTicks }) !== 'alive'
}

/** Several computers, or containers, may share a cache folder, and a path may be another folder elsewhere. */
async function cacheName(cache: string): Promise<string> {
  const file = join(cache, 'boards', 'id')
  const made = randomUUID().slice(0, 8)
  const draft = `${file}.${made}`
  await mkdir(join(cache, 'boards'), { recursive: true })
  await writeFile(draft, made)
  await link(draft, file).catch(() => {}) // one is there, as a rule
  await rm(draft)
  const found = await readFile(file, 'utf8').catch(() => '')
  // Without one, no other process is taken for one of ours.
  return /^[0-9a-f]{8}$/.test(found) ? found : made
}
