/** What a boot did to get its results: attempts that were given up, power cycles. On disk, as the host may be restarted, too. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { DiscardedAttempt } from '../../testbed/board.ts'
import { writeToCache } from '../../testbed/cache.ts'

const written = z.strictObject({
  /** Tells this boot's jobs from those of another one. */
  session: z.string(),
  host: z.string(),
  powerCycles: z.int(),
  discarded: z.array(z.strictObject({ job: z.int(), attempt: z.int(), reason: z.string() })),
  leftovers: z.array(z.string()),
  /** Of the above, those of budgets that were spent before. */
  spent: z.strictObject({ discarded: z.int(), powerCycles: z.int() }),
})

type Written = z.infer<typeof written>

export interface Account extends Readonly<Omit<Written, 'discarded' | 'leftovers' | 'spent'>> {
  readonly discarded: readonly DiscardedAttempt[]
  /** What earlier jobs had left on the board. */
  readonly leftovers: readonly string[]
  /** Attempts at a job that count for its budget. */
  tried(job: number): readonly DiscardedAttempt[]
  /** Power cycles that count for the budget. */
  readonly cycled: number
  /** Begins new budgets, when one is spent: whoever starts the boot again has looked at the board. */
  renew(): Promise<void>
  discard(one: DiscardedAttempt): Promise<void>
  countPowerCycle(): Promise<void>
  noteLeftovers(those: readonly string[]): Promise<void>
  moveTo(host: string): Promise<void>
}

/** Opens the account in the boot's kept folder; a new one gets the name `session`. */
export async function openAccount(kept: string, session: string): Promise<Account> {
  const file = join(kept, 'account.json')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const empty: Written = {
    ...{ session, host: '', powerCycles: 0, discarded: [], leftovers: [] },
    spent: { discarded: 0, powerCycles: 0 },
  }
  const data = (text !== undefined && parsed(text)) || empty
  const write = async () => await writeToCache(file, `${JSON.stringify(data)}\n`)
  if (data === empty) await write()
  return {
    get session() {
      return data.session
    },
    get host() {
      return data.host
    },
    get powerCycles() {
      return data.powerCycles
    },
    get discarded() {
      return data.discarded
    },
    get leftovers() {
      return data.leftovers
    },
    tried: (job) => data.discarded.slice(data.spent.discarded).filter((one) => one.job === job),
    get cycled() {
      return data.powerCycles - data.spent.powerCycles
    },
    async renew() {
      data.spent = { discarded: data.discarded.length, powerCycles: data.powerCycles }
      await write()
    },
    async discard({ job, attempt, reason }) {
      data.discarded.push({ job, attempt, reason })
      await write()
    },
    async countPowerCycle() {
      data.powerCycles += 1
      await write()
    },
    async noteLeftovers(those) {
      if (those.length === 0) return
      data.leftovers.push(...those)
      await write()
    },
    async moveTo(host) {
      data.host = host
      await write()
    },
  }
}

/** Undefined for a file of another version, or of a crash of the system. */
function parsed(text: string): Written | undefined {
  try {
    return written.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
