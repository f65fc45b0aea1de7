/** Executors by name, as for --executor. To add one: a file or folder with it, and a line here. */

import { availableParallelism } from 'node:os'
import type { Executor, ExecutorHost } from './executor.ts'

export interface ExecutorEntry {
  /** Boots at once, unless the user says how many. */
  readonly jobs: number
  /** Throws a TestbedError if boots cannot be run in this way here. */
  open(host: ExecutorHost): Promise<Executor>
}

export const localName = 'local'

// They load when a build runs cells: the command line needs only their names.
export const executors: ReadonlyMap<string, ExecutorEntry> = new Map([
  [
    localName,
    {
      jobs: availableParallelism(),
      open: async () => (await import('./script/process.ts')).localExecutor,
    },
  ],
  [
    'slurm',
    {
      // Slurm's queue decides.
      jobs: Number.POSITIVE_INFINITY,
      open: async (host: ExecutorHost) => await (await import('./slurm/executor.ts')).openSlurm(host),
    },
  ],
])

/** Folders in which boots may wait for a build that takes them up, relative to the project. */
export const exchangeFolders = ['boots', 'results', 'arrays'].map((name) => `.repro/slurm/${name}`)

/** Boots at once with an executor that was found by its name. */
export function jobsOf(name: string): number {
  return executors.get(name)?.jobs ?? availableParallelism()
}

/** Opens an executor by a name of the Map. */
export async function openExecutor(name: string, host: ExecutorHost): Promise<Executor> {
  const entry = executors.get(name)
  if (entry === undefined) throw new Error(`unknown executor: ${name}`)
  return await entry.open(host)
}
