/**
 * Executors run boots, on this host (script/process.ts) or wherever the project's folder and the cache are
 * available. Orders and their ends are files that an executor need not understand.
 */

import type { Seal } from '../results/seal.ts'
import type { HostFacts } from './host.ts'

export interface Submitted {
  /** Resolves with the exit status when the boot has ended in any way. Rejects if it could not be started. */
  readonly ended: Promise<Ending>
  /** Kills the boot and everything it started; `ended` then settles. */
  cancel(): void
}

export interface Ending {
  /** For messages: `exit code 1`. */
  readonly status: string
  /** Whether the deadline had passed. */
  readonly late: boolean
  /** Facts of the machine that ran the boot (host.ts), if it is another one than this. */
  readonly host?: HostFacts
  /** Deletes what the executor still holds of the boot; called when its result is kept, or has failed. */
  readonly release?: () => Promise<void>
}

export interface Follower {
  readonly log: (text: string) => void
  readonly progress: (done: number, total: number) => void
}

/** The part of an order that an executor needs. */
export interface Submission {
  /** Absolute path of the order, which the boot's process executes (script/order.ts). */
  readonly order: string
  /** Project folder, the working directory. */
  readonly project: string
  readonly output: string
  /** The script's environment variables; never written to disk. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** From the start of the script until cancellation. */
  readonly deadlineMs: number
  /** Of the boot (boots.ts): equal orders of an earlier build have the same. */
  readonly key: string
  /** Runs even if an earlier build has submitted the same boot. */
  readonly fresh: boolean
  /** Shares its machine with no other boot. */
  readonly alone: boolean
  /** Generic resources of a cluster that the environment asks for: `pi4xen:1`. */
  readonly gres?: string | undefined
}

export interface Executor {
  /** Whether boots that must be alone get machines of their own; otherwise they are submitted one by one. */
  readonly separates?: boolean
  submit(submission: Submission, follower: Follower): Submitted
}

/** The build that an executor works for. */
export interface ExecutorHost {
  /** Absolute path of the project. */
  readonly project: string
  readonly seal: Seal
  /** Tells the user a line that belongs to no cell. */
  readonly note: (text: string) => void
}
