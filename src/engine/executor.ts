/**
 * Executors run boots: on this host (script/process.ts), or wherever else the project's folder and the cache are. An order and its end are
 * files; an executor needs to understand neither.
 */

export interface Submitted {
  /** Resolves when the boot has ended, in whatever way: how, for one that left no end file. Rejects if it could not be started. */
  readonly ended: Promise<Ending>
  /** Ends the boot with all that it started. `ended` settles then. */
  cancel(): void
}

export interface Ending {
  /** In words: `exit code 1`. */
  readonly status: string
  /** Whether its deadline had passed. */
  readonly late: boolean
}

/** How a boot is followed. */
export interface Follower {
  readonly log: (text: string) => void
  readonly progress: (done: number, total: number) => void
}

/** What an executor must know of an order. */
export interface Submission {
  /** Absolute path of the order; its process carries that out, see script/order.ts. */
  readonly order: string
  /** Working folder: the project's. */
  readonly project: string
  /** File for what the boot prints. */
  readonly output: string
  /** The script's environment variables, which are written nowhere. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** From the start of the script until it is cancelled. */
  readonly deadlineMs: number
}

export interface Executor {
  submit(submission: Submission, follower: Follower): Submitted
}
