/** Submits an array: its orders first, then its job. */

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LimitFunction } from 'p-limit'
import { remove } from '../../files/change.ts'
import type { ExecutorHost } from '../executor.ts'
import { readOrder } from '../script/readorder.ts'
import { type SlurmClient, Unknown } from './client.ts'
import { canceled, type Entry, nameOf } from './entry.ts'
import { arrayFolder, withdrawOrder, writeOrder, writeTasks } from './exchange.ts'
import { jobArguments, jobScript } from './script.ts'

export interface Submitter {
  readonly host: ExecutorHost
  readonly client: SlurmClient
  readonly pollMs: number
  /** The user's options of sbatch. */
  readonly more: readonly string[]
  /** Limits open files. */
  readonly files: LimitFunction
}

export interface SubmittedArray {
  readonly array: string
  readonly job: string
  /** In the order of their indices. */
  readonly entries: readonly Entry[]
}

/**
 * Submits boots of the same needs, but those that are canceled; undefined if all are. While Slurm does not answer, it
 * tries again. Throws a TestbedError with Slurm's words.
 */
export async function submitArray(
  submitter: Submitter,
  all: readonly Entry[],
): Promise<SubmittedArray | undefined> {
  const { host, client, pollMs, more } = submitter
  const { project, note } = host
  for (let isFirst = true; ; isFirst = false) {
    for (const entry of all) if (entry.isCanceled) entry.resolve(canceled)
    const entries = all.filter(({ isCanceled }) => !isCanceled)
    const [one] = entries
    if (one === undefined) return undefined
    // With a name of its own each time: if Slurm has the last one after all, its tasks find nothing to do.
    const array = randomUUID().slice(0, 13)
    await writeOrders(submitter, entries, array)
    try {
      const job = await client.submit({
        name: nameOf(array),
        script: jobScript(project, array),
        args: jobArguments(project, array, entries.length, one.submission, more),
        variables: one.submission.variables,
      })
      return { array, job, entries }
    } catch (error) {
      for (const { submission } of entries) await withdrawOrder(project, submission.key)
      await remove(project, arrayFolder(array))
      if (!(error instanceof Unknown)) throw error
      if (isFirst) note(`Slurm does not answer (${error.message}): trying again every ${pollMs / 1000} s`)
      await sleep(pollMs)
    }
  }
}

async function writeOrders(
  { host: { project, seal }, pollMs, files }: Submitter,
  entries: readonly Entry[],
  array: string,
): Promise<void> {
  const common = { array, version: process.version, pollMs }
  await writeTasks(
    project,
    array,
    entries.map(({ submission }) => submission.key),
  )
  await Promise.all(
    entries.map(({ submission: { key, order, deadlineMs, variables } }, index) => {
      const names = Object.keys(variables)
      const write = async () => {
        const task = { ...common, index, deadlineMs, variables: names, order: readOrder(order) }
        await writeOrder(project, key, task, seal)
      }
      return files(write)
    }),
  )
}
