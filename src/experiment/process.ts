/** Runs a cell in a process of its own, and ends that with all that it started: at the deadline, or when asked to. */

import { type ChildProcess, fork } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TestbedError } from '../testbed/testbed.ts'
import { ExperimentError, type Result } from './cell.ts'
import type { Failure, Message, Order } from './message.ts'

export interface Watch {
  readonly log: (text: string) => void
  readonly progress: (done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
}

/** In the cell's folder: what its script and the programs it ran printed. */
export const outputLog = 'output.log'

const tailLines = 12
const graceMs = 3000

/**
 * The script's result. Throws an ExperimentError (with the script's place and the end of its output) or a TestbedError, and
 * the signal's reason when aborted. The cell's folder must exist.
 */
export async function runCell(order: Order, { log, progress, signal }: Watch): Promise<Result> {
  signal?.throwIfAborted()
  // Beside this file as source, beside the program's other files when bundled.
  const runner = new URL(import.meta.url.endsWith('.ts') ? './runner.ts' : './runner.js', import.meta.url)
  const child = fork(runner, [], {
    cwd: order.project,
    detached: true, // Leads a process group, which is ended as one.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--enable-source-maps'],
  })
  const output = createWriteStream(join(order.folder, outputLog))
  child.stdout?.pipe(output, { end: false })
  child.stderr?.pipe(output, { end: false })
  let last: Message | undefined
  child.on('message', (message: Message) => {
    if (message.type === 'log') log(message.text)
    else if (message.type === 'progress') progress(message.done, message.total)
    else last = message
  })

  let late = false
  let killing: NodeJS.Timeout | undefined
  const end = () => {
    signalGroup(child, 'SIGTERM')
    killing ??= setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
  }
  const deadline = setTimeout(() => {
    late = true
    end()
  }, order.deadlineMs)
  signal?.addEventListener('abort', end)
  child.send({ ...order, deadlineMs: jobMs(order.deadlineMs) } satisfies Order)
  let status: string
  try {
    status = await ended(child)
  } finally {
    clearTimeout(deadline)
    clearTimeout(killing)
    signal?.removeEventListener('abort', end)
    signalGroup(child, 'SIGKILL') // What the script left running.
  }
  await new Promise((resolve) => output.end(resolve))
  signal?.throwIfAborted()
  if (last?.type === 'result') return last.result
  if (late) throw await failure(order, { fault: 'experiment', message: tooLate(order.deadlineMs) })
  if (last?.type === 'failure') throw await failure(order, last.failure)
  throw await failure(order, { fault: 'experiment', message: `the script's process ended early (${status})` })
}

function tooLate(deadlineMs: number): string {
  return `the script did not end within ${deadlineMs / 1000} s; raise \`deadline\` in the block, or give --deadline`
}

/** Leaves time to tell why a job did not end: the board knows more than that it is late. */
function jobMs(deadlineMs: number): number {
  return deadlineMs - Math.min(10_000, deadlineMs / 10)
}

/** How the process ended, once all its output is here. */
async function ended(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', () => signalGroup(child, 'SIGKILL')) // Else a program left behind keeps the output open.
    child.on('close', (code, by) => resolve(by ?? `exit code ${code}`))
  })
}

function signalGroup({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function failure({ folder }: Order, { fault, message, advice, place }: Failure): Promise<Error> {
  const text = place === undefined ? message : `${place}: ${message}`
  if (fault === 'testbed') return new TestbedError(text, advice === undefined ? {} : { advice })
  const printed = await readFile(join(folder, outputLog), 'utf8')
  const lines = printed.split('\n').filter((line) => line.trim() !== '')
  const tail = lines.slice(-tailLines).map((line) => `  | ${line}`)
  return new ExperimentError([text, ...(tail.length > 0 ? ['its output ends with', ...tail] : [])].join('\n'))
}
