/**
 * The build's side of the drawing process: its messages and limits. Started for the first figure, ended with
 * the report.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../../dist.ts'
import { QueryError } from '../../query/error.ts'
import { sent } from './columns.ts'
import type { Order } from './order.ts'

export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'drawn'; readonly svg: string }
  /** `isMistake`: the fault of the specification or its data, not of this program. */
  | { readonly type: 'refused'; readonly message: string; readonly isMistake: boolean }

export interface Limits {
  readonly seconds: number
  readonly memoryMb: number
  /** Megabytes (10^6 characters) of the SVG. */
  readonly svgMb: number
  /** Pixels of the drawing's width and of its height. */
  readonly pixels: number
}

export const limits: Limits = { seconds: 30, memoryMb: 1024, svgMb: 16, pixels: 16_384 }

/** Advice at a limit. */
export const advice = 'aggregate, bin, sample or filter the data'

export interface Drawer {
  /** Returns SVG text, which is untrusted. Throws QueryError for a mistake in the order, and at a limit. */
  draw(order: Order): Promise<string>
  [Symbol.dispose](): void
}

export function openDrawer(bounds = limits): Drawer {
  let child: ChildProcess | undefined
  let before: Promise<unknown> = Promise.resolve()
  const draw = async (order: Order): Promise<string> => {
    if (child === undefined || hasEnded(child)) child = await started(bounds)
    return await answered(child, order, bounds)
  }
  return {
    draw(order) {
      const drawn = before.then(() => draw(order))
      before = drawn.catch(() => {})
      return drawn
    },
    [Symbol.dispose]() {
      child?.kill('SIGKILL')
    },
  }
}

/** Memory of the program itself and of drawings outside V8's heap. */
const outsideMb = 1024

/** CPU limit of a drawing process in total; ends one whose build was killed while it drew. */
const longestCpuSeconds = 3600

/** Node 20's name of the permission model. */
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

/**
 * Starts a process without the build's environment and files, in UTC. The kernel bounds its memory, even
 * outside V8's heap, and keeps no core dump.
 */
async function started({ memoryMb }: Limits): Promise<ChildProcess> {
  const program = fileURLToPath(programUrl('drawer.js'))
  const bounds = `ulimit -c 0; ulimit -t ${longestCpuSeconds}; ulimit -d ${(memoryMb + outsideMb) * 1024} 2>/dev/null`
  const flags = [
    permission,
    `--allow-fs-read=${dirname(program)}/*`,
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${memoryMb}`,
    '--no-warnings',
  ]
  const child = spawn('/bin/sh', ['-c', `${bounds}; exec "$0" "$@"`, process.execPath, ...flags, program], {
    cwd: '/',
    env: { TZ: 'UTC', LANG: 'C' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  })
  const answer = await next(child)
  if (answer.type === 'ended')
    throw new Error(`the process that draws figures does not start (${answer.status})`)
  return child
}

async function answered(child: ChildProcess, order: Order, limits: Limits): Promise<string> {
  let isLate = false
  const deadline = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, limits.seconds * 1000)
  const waiting = next(child)
  child.send(sent(order))
  const answer = await waiting
  clearTimeout(deadline)
  if (answer.type === 'drawn') return answer.svg
  if (answer.type === 'refused') {
    throw new QueryError(
      answer.isMistake ? answer.message : `the specification cannot be drawn: ${answer.message}`,
    )
  }
  if (isLate) throw new QueryError(`the drawing takes longer than ${limits.seconds} s (draw less: ${advice})`)
  if (answer.type === 'ended' && /^(?:SIG|exit code 134)/.test(answer.status))
    throw new QueryError(`the drawing needs more than ${limits.memoryMb} MB of memory (draw less: ${advice})`)
  throw new QueryError('the specification ended the process that draws it')
}

type End = { readonly type: 'ended'; readonly status: string }

/** Returns the process's next answer; the process keeps this one alive only meanwhile. */
async function next(child: ChildProcess): Promise<Answer | End> {
  return await new Promise((found) => {
    const done = (answer: Answer | End) => {
      child.removeAllListeners()
      child.unref()
      child.channel?.unref()
      found(answer)
    }
    child.ref()
    child.channel?.ref()
    child.once('message', (answer) => done(answer as Answer))
    child.once('exit', (code, signal) => done({ type: 'ended', status: signal ?? `exit code ${code}` }))
    child.once('error', (error) => done({ type: 'ended', status: error.message }))
  })
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}
