/**
 * A thread beside a cell's script: ends the cell when the process that waits for it is gone. A script that computes without a
 * pause would notice that never.
 */

import { workerData } from 'node:worker_threads'
import { killCell } from './leftovers.ts'

const pollMs = 500

/** What the thread is started with. */
export interface Watched {
  /** The process that waits. */
  readonly parent: number
  readonly mark: string
}

const { parent, mark } = workerData as Watched
setInterval(() => {
  if (process.ppid !== parent) endCell(mark)
}, pollMs)

/** Ends all that the cell started, and this process at last. */
function endCell(mark: string): void {
  killCell(undefined, mark)
  process.kill(-process.pid, 'SIGKILL')
}
