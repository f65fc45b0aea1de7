/** Runs boots on this host, each in a process that is killed with its descendants at its end or deadline. */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Duplex, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'
import type { Executor, Follower, Submission, Submitted } from '../executor.ts'
import { ExperimentError } from './cell.ts'
import { killCell, killGroup, killHolders, markVariable, streamsOf } from './leftovers.ts'
import { channelDescriptor, messageReader } from './message.ts'
import { openOutput } from './output.ts'
import { isDoneWithin } from './within.ts'

/** From SIGTERM, or the process's `ended` message, until SIGKILL. */
const graceMs = 3000
/** Time to drain the pipes after the process has ended. */
const drainMs = 1000

export const localExecutor: Executor = { submit }

function submit(
  { order, project, output: log, variables, deadlineMs }: Submission,
  follower: Follower,
): Submitted {
  const output = openOutput(log)
  const mark = randomUUID()
  const runner = fileURLToPath(programUrl('runner.cjs'))
  const child = spawn(process.execPath, ['--enable-source-maps', runner, order], {
    cwd: project,
    env: { ...variables, [markVariable]: mark },
    detached: true, // Leads a process group, so that it can be killed as a whole.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  // If the spawn failed, there are no streams.
  const printed = [child.stdout, child.stderr].flatMap((stream) => stream ?? [])
  for (const stream of printed) stream.on('data', (piece) => output.write(piece)).on('error', () => {})

  let killing: NodeJS.Timeout | undefined
  const kill = () => killCell(child.pid, mark)
  const cancel = () => {
    if (child.pid !== undefined) killGroup(child.pid, 'SIGTERM')
    killing ??= setTimeout(kill, graceMs)
  }
  const channel = child.stdio?.[channelDescriptor] as Duplex | undefined
  channel?.on('error', () => {}) // The process has ended; handled below.
  channel?.on(
    'data',
    messageReader((message) => {
      if (killing !== undefined) return
      if (message.type === 'log') follower.log(message.text)
      else if (message.type === 'progress') follower.progress(message.done, message.total)
      else killing = setTimeout(kill, graceMs)
    }),
  )
  let late = false
  const deadline = setTimeout(() => {
    late = true
    cancel()
  }, deadlineMs)
  const settled = ended(child, printed, kill).finally(() => {
    clearTimeout(deadline)
    clearTimeout(killing)
    channel?.destroy()
    output.end()
  })
  return { ended: settled.then((status) => ({ status, late })), cancel }
}

/** Resolves with the exit status, after all descendants are killed and all output is read. */
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
  if (!(await isDoneWithin(closed, drainMs))) {
    killHolders(streams)
    await isDoneWithin(closed, drainMs)
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
