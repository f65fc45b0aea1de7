/** Runs one boot: writes its order, follows the executor, and validates the result. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { remove } from '../files/change.ts'
import { readInside } from '../files/ordinary.ts'
import { TestbedError } from '../testbed/board.ts'
import type { Executor, Follower, Submission } from './executor.ts'
import { refuseBootColumn } from './mergeboots.ts'
import { parseReads, type Reads } from './reads.ts'
import { ExperimentError, type Result } from './script/cell.ts'
import { mostBytes } from './script/journal.ts'
import { type Failure, type Order, parseEnd } from './script/message.ts'
import { lastLines, outputLog } from './script/output.ts'
import { checkFiles, checkResult } from './script/result.ts'

export interface Watch extends Follower {
  readonly signal?: AbortSignal | undefined
}

export interface Ran {
  readonly result: Result
  readonly reads: Reads
}

const tailLines = 12

/**
 * Throws an ExperimentError (with the script's place and the end of its output), a TestbedError, or the
 * signal's reason if aborted. The boot's folder must exist; `order` is the file to write.
 */
export async function runOrder(
  order: Order,
  { order: file, variables }: Pick<Submission, 'order' | 'variables'>,
  executor: Executor,
  { signal, ...follower }: Watch,
): Promise<Ran> {
  signal?.throwIfAborted()
  const { project, deadlineMs } = order
  const output = join(order.folder, outputLog)
  await remove(project, innerOf(order.end, project))
  await writeFile(file, JSON.stringify({ ...order, deadlineMs: jobMs(deadlineMs) } satisfies Order))
  const { ended, cancel } = executor.submit({ order: file, project, output, variables, deadlineMs }, follower)
  signal?.addEventListener('abort', cancel)
  const status = await ended.finally(() => signal?.removeEventListener('abort', cancel))
  signal?.throwIfAborted()
  const text = readInside(project, innerOf(order.end, project), mostEnd)
  const end = text && parseEnd(new TextDecoder().decode(text.content))
  if (end?.type === 'failure') throw failure(end.failure, output)
  if (end === undefined) throw failure({ fault: 'experiment', message: reasonOf(status, deadlineMs) }, output)
  try {
    return accepted(end, order)
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error
    throw failure({ fault: 'experiment', message: error.message }, output)
  }
}

function innerOf(path: string, project: string): string {
  return path.slice(project.length + 1)
}

/** Rows plus the rest of the result. */
const mostEnd = 2 * mostBytes

/** Validates again: a script could write the end file itself. */
function accepted(end: { readonly result: unknown; readonly reads: unknown }, { folder, boots }: Order): Ran {
  const result = checkResult(end.result)
  if (boots > 1) refuseBootColumn(result.columns)
  checkFiles(result.files, folder)
  try {
    return { result, reads: parseReads(end.reads) }
  } catch (error) {
    if (error instanceof z.ZodError)
      throw new ExperimentError("the script's process told of impossible reads")
    throw error
  }
}

function reasonOf(
  { status, late }: { readonly status: string; readonly late: boolean },
  deadlineMs: number,
): string {
  return late
    ? `the script did not end within ${deadlineMs / 1000} s; raise \`deadline\` in the block, or give --deadline`
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
