/** Runs one boot: writes its order, follows the executor, and validates the result. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit, { type LimitFunction } from 'p-limit'
import { remove } from '../files/change.ts'
import { readInside } from '../files/ordinary.ts'
import { TestbedError } from '../testbed/board.ts'
import type { Ending, Executor, Follower, Submission } from './executor.ts'
import type { HostFacts } from './host.ts'
import { refuseBootColumn } from './mergeboots.ts'
import { parseReads, type Reads } from './reads.ts'
import { ExperimentError, type Result } from './script/cell.ts'
import { type Failure, type BootOrder, type Machine, mostEnd, parseEnd } from './script/message.ts'
import { lastLines, outputLog } from './script/output.ts'
import { checkFiles, checkResult } from './script/result.ts'

export interface Watch extends Follower {
  readonly signal?: AbortSignal | undefined
}

export interface Ran {
  readonly result: Result
  readonly reads: Reads
  readonly host?: HostFacts
  readonly machine?: Machine
}

/** What an executor is told of a boot beside its order. */
export type Placing = Pick<Submission, 'variables' | 'key' | 'fresh' | 'alone' | 'gres'>

/** Limits what many boots that start or end at once do to files: each opens some. */
export const withFiles: LimitFunction = pLimit(16)

const tailLines = 12

/**
 * Throws an ExperimentError (with the script's place and the end of its output), a TestbedError, or the
 * signal's reason if aborted. The boot's folder must exist; `file` is where the order is written.
 */
export async function runOrder(
  order: BootOrder,
  file: string,
  placing: Placing,
  executor: Executor,
  { signal, ...follower }: Watch,
  submitted: () => void = () => {},
): Promise<Ran & Pick<Ending, 'release'>> {
  signal?.throwIfAborted()
  const { project, end, deadlineMs } = order
  const output = join(order.folder, outputLog)
  await withFiles(async () => {
    await remove(project, end)
    await writeFile(file, JSON.stringify({ ...order, deadlineMs: jobMs(deadlineMs) } satisfies BootOrder))
  })
  const submission = { order: file, project, output, deadlineMs, ...placing }
  const { ended, cancel } = executor.submit(submission, follower)
  signal?.addEventListener('abort', cancel)
  submitted()
  const ending = await ended.finally(() => signal?.removeEventListener('abort', cancel))
  signal?.throwIfAborted()
  const { host, release } = ending
  try {
    const more = { ...(host && { host }), ...(release && { release }) }
    return { ...outcomeOf(order, output, ending), ...more }
  } catch (error) {
    await release?.()
    throw error
  }
}

function outcomeOf(order: BootOrder, output: string, status: Ending): Ran {
  const { project, end, deadlineMs } = order
  const text = readInside(project, end, mostEnd)
  const outcome = text && parseEnd(new TextDecoder().decode(text.content))
  if (outcome?.type === 'failure') throw failure(outcome.failure, output)
  try {
    if (outcome === undefined) throw new ExperimentError(reasonOf(status, deadlineMs))
    return accepted(outcome, order)
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error
    throw failure({ fault: 'experiment', message: error.message }, output)
  }
}

/** Validates again: a script could write the end file itself. */
function accepted(
  end: { readonly result: unknown; readonly reads: unknown; readonly machine?: Machine },
  { folder, boots }: BootOrder,
): Ran {
  const result = checkResult(end.result)
  if (boots > 1) refuseBootColumn(result.columns)
  checkFiles(result.files, folder)
  const reads = parseReads(end.reads)
  if (reads === undefined) throw new ExperimentError("the script's process reported invalid reads")
  return { result, reads, ...(end.machine && { machine: end.machine }) }
}

function reasonOf({ status, late }: Ending, deadlineMs: number): string {
  return late
    ? `the script did not end within ${deadlineMs / 1000} s; ` +
        `raise \`deadline\` in the block, or give --deadline`
    : `the script's process ended early (${status})`
}

/** Leaves time to explain why a job did not end: the board knows more than the timeout. */
function jobMs(deadlineMs: number): number {
  return deadlineMs - Math.min(10_000, deadlineMs / 10)
}

function failure({ fault, message, advice, place }: Failure, output: string): Error {
  const text = place === undefined ? message : `${place}: ${message}`
  if (fault === 'testbed') return new TestbedError(text, advice === undefined ? {} : { advice })
  const tail = lastLines(output, tailLines).map((line) => `  | ${line}`)
  return new ExperimentError([text, ...(tail.length > 0 ? ['its output ends with', ...tail] : [])].join('\n'))
}
