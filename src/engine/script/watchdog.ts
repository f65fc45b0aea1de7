/** Entry point of a thread that kills the cell when the parent dies, even while its script blocks. */

import { workerData } from 'node:worker_threads'
import { endCell } from './leftovers.ts'

const pollMs = 500

export interface Watched {
  readonly parent: number
  readonly mark: string
}

const { parent, mark } = workerData as Watched
setInterval(() => {
  if (process.ppid !== parent) endCell(mark)
}, pollMs)
