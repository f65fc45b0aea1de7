/** Gets a board to answer: waits for its boot, restarts it, or switches its power. */

import { setTimeout as sleep } from 'node:timers/promises'
import { TestbedError } from '../../testbed/board.ts'
import type { Account } from './account.ts'
import { type Connection, ConnectionError, program } from './connection.ts'
import type { Settings } from './environment.ts'
import { type Machine, machineOf } from './machine.ts'
import type { Serial } from './serial.ts'

/** Per boot of a cell. */
export const mostPowerCycles = 2

const powerMs = 120_000

/** How long this computer waits. Tests shorten it. */
export interface Timings {
  /** Between two tries to reach a board. */
  readonly pauseMs: number
  /** For the answer to a question. */
  readonly answerMs: number
  /** Between two questions whether a job has ended; each may disturb it. */
  readonly pollMs: number
  /** Of silence beyond the longest job so far. */
  readonly slackMs: number
  /** What a job gets at least, however little is left. */
  readonly leastMs: number
  /** For results to reach the board's disk after the job's own deadline. */
  readonly graceMs: number
}

export const usualTimings: Timings = {
  pauseMs: 3000,
  answerMs: 30_000,
  pollMs: 10_000,
  slackMs: 2000,
  leastMs: 10_000,
  graceMs: 60_000,
}

export interface Reach {
  readonly connection: Connection
  readonly settings: Pick<Settings, 'power' | 'bootSeconds'>
  readonly account: Account
  readonly serial: Serial | undefined
  readonly timings: Timings
  /** On the clock of performance.now(). */
  readonly deadline: number
  log(text: string): void
}

/** Thrown when a board does not come back within the budget. */
export class LostBoard extends Error {
  override readonly name = 'LostBoard'
}

/** Tells the boot that is waited for from an old one, which `again` is called for while it answers. */
interface Wanted {
  isNew(machine: Machine): boolean
  again(): Promise<void>
}

/**
 * Returns the facts of a board that answers; switches its power if it does not for as long as a boot may take. Throws a
 * LostBoard, or a TestbedError if the time of the job is over.
 */
export async function reach(by: Reach, wanted?: Wanted): Promise<Machine> {
  const { connection, settings, serial, timings, deadline, log } = by
  let patience = performance.now() + settings.bootSeconds * 1000
  let mark = serial?.mark() ?? 0
  for (let told = false; ;) {
    let reason = 'it still runs its old boot'
    try {
      const machine = machineOf(connection.host, await connection.call('facts', [], timings.answerMs))
      if (wanted === undefined || wanted.isNew(machine)) return machine
      await wanted.again()
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      // A board that has answered will again: its name may be known only while it runs (mDNS), and its keys later than its ssh.
      if (!connection.hasAnswered) refuseForGood(error)
      reason = error.message
    }
    if (!told) log(`${reason}; waiting up to ${settings.bootSeconds} s`)
    told = true
    // The board may be well: it is not set aside.
    if (performance.now() > deadline) throw new TestbedError(`no time left for the job: ${reason}`)
    const panic = serial?.panic(mark)
    if (performance.now() > patience || panic !== undefined) {
      await powerCycle(by, panic ?? reason)
      patience = performance.now() + settings.bootSeconds * 1000
      mark = serial?.mark() ?? 0
    }
    await sleep(timings.pauseMs)
  }
}

/** Failures that waiting does not mend. */
function refuseForGood({ message }: ConnectionError): void {
  const found = [
    [
      /Permission denied/,
      'Let `ssh HOST true` work without a password: a key in ~/.ssh/config, or an agent.',
    ],
    [/Could not resolve hostname/, 'Name the board in ~/.ssh/config, or give its address as `host`.'],
    [/Host key verification failed|REMOTE HOST IDENTIFICATION/, 'Connect once by hand, and compare the key.'],
    [/Bad configuration|Can't open user config|bad option/i, 'Mend the configuration of ssh.'],
  ] as const
  for (const [pattern, advice] of found)
    if (pattern.test(message)) throw new TestbedError(message, { advice })
}

/** Switches the board off and on. Throws a LostBoard when the budget is spent, or nothing can switch it. */
export async function powerCycle(
  { connection: { host }, settings: { power }, account, log }: Reach,
  reason: string,
): Promise<void> {
  if (power === undefined)
    throw new LostBoard(
      `${host} does not answer (${reason}), and its environment has no \`power\`: switch it off and on`,
    )
  if (account.cycled >= mostPowerCycles)
    throw new LostBoard(`${host} does not answer (${reason}), after ${mostPowerCycles} power cycles`)
  await account.countPowerCycle()
  log(`${host}: power cycle ${account.cycled} of ${mostPowerCycles} (${reason})`)
  const { exitCode, complaint, problem } = await program('sh', ['-c', power.cycle], {
    deadlineMs: powerMs,
    variables: { REPRO_BOARD: host },
  })
  if (exitCode === 0) return
  throw new TestbedError(
    `the power command of ${host} failed: ${problem ?? (complaint || `exit code ${exitCode}`)}`,
    {
      advice: `It is \`${power.cycle}\`, from experiments/environments.yaml.`,
    },
  )
}

/** Restarts a board that answers, and returns the facts of its new boot. Throws a LostBoard. */
export async function restart(by: Reach, old: Machine): Promise<Machine> {
  const boot = old.fact('boot-id')
  let isHeard = false
  const again = async () => {
    if (isHeard) return
    try {
      const answer = await by.connection.call('restart', [boot], by.timings.answerMs)
      isHeard = answer.has('restarts')
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error // it may restart all the same
    }
  }
  await again()
  await sleep(by.timings.pauseMs)
  return await reach(by, { isNew: (machine) => machine.fact('boot-id') !== boot, again })
}
