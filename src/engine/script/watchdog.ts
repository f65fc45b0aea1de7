/** A thread that kills the cell when the parent dies, even while the script blocks the event loop. */

import { workerData } from 'node:worker_threads'
import { killCell } from './leftovers.ts'

const pollMs = 500

/** Data for the thread. */
export interface Watched {
  /** PID of the parent. */
  readonly parent: number
  readonly mark: string
}

const { parent, mark } = workerData as Watched
setInterval(() => {
  if (process.ppid !== parent) endCell(mark)
}, pollMs)

/** Kills everything the cell started, then this process. */
function endCell(mark: string): void {
  killCell(undefined, mark)
  process.kill(-process.pid, 'SIGKILL')
}
