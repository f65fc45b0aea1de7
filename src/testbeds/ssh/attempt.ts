/** An attempt at a job on a board: what all its steps know, and how it ends. */

import { TestbedError } from '../../testbed/board.ts'
import type { bootSettings } from '../../toolchain/bootsettings.ts'
import { ConnectionError } from './connection.ts'
import type { Settings } from './environment.ts'
import { computerOf, isGone } from './holder.ts'
import type { Machine } from './machine.ts'
import type { Reach } from './reach.ts'
import type { Tools } from './tools.ts'

export interface Runner extends Omit<Reach, 'deadline'> {
  readonly settings: Settings
  /** Of what takes about as long: an environment and an experiment. */
  readonly kind: string
  readonly tools: Tools
  readonly cache: string
  /** This process's name on boards (holder.ts). */
  readonly holder: string
  /** Folder for finished jobs, which a later process finds again. */
  readonly kept: string
  /** The boot of the board that this boot of a cell runs on; undefined before its first job. */
  bootId: string | undefined
  onMachine(machine: Machine): void
}

/** A job that ended: its files are in `folder`. */
export interface Ended {
  readonly folder: string
  readonly exitCode: number
}

/** Why an attempt does not count; `ended` if the job itself failed. */
export class Discarded extends Error {
  override readonly name = 'Discarded'
  readonly ended: Ended | undefined

  constructor(reason: string, ended?: Ended) {
    super(reason)
    this.ended = ended
  }
}

export interface Task extends Reach {
  readonly runner: Runner
  readonly settings: Settings
  /** Of this attempt on the board. */
  readonly name: string
  /** From 1. */
  readonly attempt: number
  /** Where its files go. */
  readonly folder: string
  readonly archive: Uint8Array
  readonly boot: ReturnType<typeof bootSettings>
  readonly cache: string
}

export function lostReason(state: string): string {
  if (state === 'absent') return 'the connection failed before the job started'
  return state === 'rebooted' ? 'dom0 rebooted in the middle of the job' : 'the job was killed'
}

/** A question before the job starts: without an answer the attempt is over. */
export async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    throw new Discarded(`the connection failed before the job started: ${error.message}`)
  }
}

/** Ends and deletes what earlier jobs left, and claims the board for the next. Throws a TestbedError while another uses it. */
export async function clear(by: Task): Promise<void> {
  const { connection, account, log, runner } = by
  const own = runner.holder
  const ask = async (former: string) => await asking(() => connection.call('clear_board', [own, former]))
  let answer = await ask('nobody')
  let [taken] = answer.get('taken') ?? []
  if (taken !== undefined && isGone(taken, own)) {
    answer = await ask(taken)
    taken = answer.get('taken')?.[0]
  }
  if (taken !== undefined)
    throw new TestbedError(`${connection.host} is used by ${usedBy(taken, own)}`, {
      advice: 'Wait until its job is over, or take another board.',
    })
  const left = answer.get('left') ?? []
  for (const one of left) log(`${connection.host}: ended a leftover ${one}`)
  await account.noteLeftovers(left)
}

function usedBy(holder: string, own: string): string {
  const computer = computerOf(holder)
  return computer === computerOf(own)
    ? `another process of this computer, perhaps under another name or with another cache folder (${holder})`
    : computer
}
