/** Runs a boot of a cell in a process of its own, and ends that with all that it started: at the deadline, or when asked to. */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'
import { TestbedError } from '../../testbed/testbed.ts'
import { refuseBootColumn } from '../mergeboots.ts'
import { ExperimentError, type Result } from './cell.ts'
import { killCell, killGroup, killHolders, markVariable, streamsOf } from './leftovers.ts'
import { channelDescriptor, type Failure, type Message, messageReader, type Order } from './message.ts'
import { type Output, openOutput, outputLog } from './output.ts'
import { checkFiles, checkResult } from './result.ts'

export interface Watch {
  readonly log: (text: string) => void
  readonly progress: (done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
}

const tailLines = 12
/** From the request to end until the process is killed; also for one that has said what came of it. */
const graceMs = 3000
/** For what is still in the pipes when the process has ended. */
const drainMs = 1000

/**
 * Runs the script with these environment variables and returns its result. Throws an ExperimentError (with the script's place and
 * the end of its output) or a TestbedError, and the signal's reason when aborted. The cell's folder must exist.
 */
export async function runCell(
  order: Order,
  variables: Readonly<Record<string, string | undefined>>,
  { log, progress, signal }: Watch,
): Promise<Result> {
  signal?.throwIfAborted()
  const output = openOutput(join(order.folder, outputLog))
  const mark = randomUUID()
  const runner = fileURLToPath(programUrl('runner.js'))
  const child = spawn(process.execPath, ['--enable-source-maps', runner], {
    cwd: order.project,
    env: { ...variables, [markVariable]: mark },
    detached: true, // Leads a process group, which is ended as one.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  // There are no streams where the process could not be started.
  const printed = [child.stdout, child.stderr].flatMap((stream) => stream ?? [])
  for (const stream of printed) stream.on('data', (piece) => output.write(piece)).on('error', () => {})

  let late = false
  let killing: NodeJS.Timeout | undefined
  const kill = () => killCell(child.pid, mark)
  const end = () => {
    if (child.pid !== undefined) killGroup(child.pid, 'SIGTERM')
    killing ??= setTimeout(kill, graceMs)
  }
  let last: Message | undefined
  const channel = child.stdio?.[channelDescriptor] as Duplex | undefined
  channel?.on('error', () => {}) // The process has ended, which is told below.
  channel?.on(
    'data',
    messageReader((message) => {
      if (last !== undefined) return
      if (message.type === 'log') log(message.text)
      else if (message.type === 'progress') progress(message.done, message.total)
      else {
        last = message
        killing ??= setTimeout(kill, graceMs)
      }
    }),
  )
  channel?.write(`${JSON.stringify({ ...order, deadlineMs: jobMs(order.deadlineMs) } satisfies Order)}\n`)

  const deadline = setTimeout(() => {
    late = true
    end()
  }, order.deadlineMs)
  signal?.addEventListener('abort', end)
  let status: string
  try {
    status = await ended(child, printed, kill)
  } finally {
    clearTimeout(deadline)
    clearTimeout(killing)
    signal?.removeEventListener('abort', end)
    channel?.destroy()
    output.end()
  }
  signal?.throwIfAborted()
  if (last?.type === 'result') return accepted(last.result, order, output)
  if (late) throw failure({ fault: 'experiment', message: tooLate(order.deadlineMs) }, output)
  if (last?.type === 'failure') throw failure(last.failure, output)
  throw failure({ fault: 'experiment', message: `the script's process ended early (${status})` }, output)
}

/** Checked here as well: a script can write to the channel. */
function accepted(result: unknown, { folder, boots }: Order, output: Output): Result {
  try {
    const checked = checkResult(result)
    if (boots > 1) refuseBootColumn(checked.columns)
    checkFiles(checked.files, folder)
    return checked
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error
    throw failure({ fault: 'experiment', message: error.message }, output)
  }
}

function tooLate(deadlineMs: number): string {
  return `the script did not end within ${deadlineMs / 1000} s; raise \`deadline\` in the block, or give --deadline`
}

/** Leaves time to tell why a job did not end: the board knows more than that it is late. */
function jobMs(deadlineMs: number): number {
  return deadlineMs - Math.min(10_000, deadlineMs / 10)
}

/** Returns how the process ended, once all that it started is killed and all output is here. */
async function ended(child: ChildProcess, printed: readonly Readable[], kill: () => void): Promise<string> {
  const streams = streamsOf(child.pid, [1, 2])
  const closed = Promise.all(
    printed.map((stream) => new Promise<void>((resolve) => stream.once('close', () => resolve()))),
  )
  const status = await new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(startError(error)))
    child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`))
  })
  kill()
  const drained = async () => (await Promise.race([closed, sleep(drainMs, 'waiting')])) !== 'waiting'
  if (!(await drained())) {
    killHolders(streams)
    await drained()
  }
  for (const stream of printed) stream.destroy()
  return status
}

function startError(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException
  const advice =
    code === 'EMFILE' || code === 'EAGAIN' || code === 'ENOMEM'
      ? '; close other programs, raise the limits of `ulimit`, or give a lower --jobs'
      : ''
  return new ExperimentError(`the script's process cannot be started (${error.message})${advice}`)
}

function failure({ fault, message, advice, place }: Failure, output: Output): Error {
  const text = place === undefined ? message : `${place}: ${message}`
  if (fault === 'testbed') return new TestbedError(text, advice === undefined ? {} : { advice })
  const tail = output.lastLines(tailLines).map((line) => `  | ${line}`)
  return new ExperimentError([text, ...(tail.length > 0 ? ['its output ends with', ...tail] : [])].join('\n'))
}
