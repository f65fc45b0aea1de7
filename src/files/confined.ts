/**
 * Processes for a stranger's bytes: they read only the program's own files, compile no text, and get no
 * environment. The kernel bounds their memory, even outside V8's heap, and keeps no core dump.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programUrl } from '../dist.ts'

/** Memory of the program itself and of what lies outside V8's heap. */
const outsideMb = 1024

/** CPU limit of a process in total; ends one whose build was killed meanwhile. */
const longestCpuSeconds = 3600

/** Node 20's name of the permission model. */
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

/**
 * Flags of Node for a process that allocates tens of MB for one answer. V8 starts with a small space for new
 * objects, and a third of the time of a large drawing went to collecting garbage. It also starts with a small
 * space for old objects, and each collection of these discards type feedback and optimised code: a drawing
 * takes twice as long after it.
 */
export const roomForGarbage: readonly string[] = [
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
  '--initial-old-space-size=256',
]

/** A program with compiled code (an addon of Node), which no permission of Node bounds: only our JavaScript around it. */
export interface Addon {
  /** Folder of its packages, which it may read. */
  readonly folder: string
}

/** Starts one of the entries in bundle.mjs, in UTC. Messages are structured clones. */
export function startConfined(entry: string, memoryMb: number, addon?: Addon): ChildProcess {
  const program = fileURLToPath(programUrl(entry))
  const bounds = `ulimit -c 0; ulimit -t ${longestCpuSeconds}; ulimit -d ${(memoryMb + outsideMb) * 1024} 2>/dev/null`
  const flags = [
    ...permissions(dirname(program), addon),
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${memoryMb}`,
    ...roomForGarbage,
    '--expose-gc',
    '--no-warnings',
  ]
  const { HOME } = process.env
  return spawn('/bin/sh', ['-c', `${bounds}; exec "$0" "$@"`, process.execPath, ...flags, program], {
    cwd: '/',
    // Compiled code finds the user's own fonts there.
    env: { TZ: 'UTC', LANG: 'C', ...(addon && HOME !== undefined ? { HOME } : {}) },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  })
}

function permissions(own: string, addon: Addon | undefined): readonly string[] {
  const read = [permission, `--allow-fs-read=${own}/*`]
  if (addon === undefined) return read
  // Before Node 20.12, who has permissions set has no addons.
  if (!process.allowedNodeEnvironmentFlags.has('--allow-addons')) return []
  return [...read, '--allow-addons', `--allow-fs-read=${addon.folder}/*`]
}

/** A process that ended without an answer: its signal, or exit code. */
export interface Ended {
  readonly type: 'ended'
  readonly status: string
}

/** Returns the process's next answer; the process keeps this one alive only meanwhile. */
export async function nextAnswer<Answer>(child: ChildProcess): Promise<Answer | Ended> {
  return await new Promise((found) => {
    const done = (answer: Answer | Ended) => {
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

/** Times the limit of processor time, for a process that does nothing. */
const mostWaiting = 10

/**
 * Returns the process's next answer. `late`: it was ended, as it needed more processor time from now on, so that a busy machine
 * refuses nothing.
 */
export async function answerWithin<Answer>(
  child: ChildProcess,
  seconds: number,
): Promise<Answer | Ended | { readonly type: 'late' }> {
  let isLate = false
  const [begunMs, begunSeconds] = [performance.now(), processorSeconds(child) ?? 0]
  const deadline = setInterval(() => {
    const wallSeconds = (performance.now() - begunMs) / 1000
    const spent = (processorSeconds(child) ?? wallSeconds) - begunSeconds
    if (spent < seconds && wallSeconds < mostWaiting * seconds) return
    isLate = true
    child.kill('SIGKILL')
  }, 100)
  const answer = await nextAnswer<Answer>(child)
  clearInterval(deadline)
  return isLate ? { type: 'late' } : answer
}

/** Of Linux, on all common processors. */
const ticksPerSecond = 100

/** Processor time of a process with all of its threads; undefined where the system does not tell it so. */
function processorSeconds({ pid }: ChildProcess): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // Behind the name, which may have blanks: proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return undefined
  }
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** Whether a process ended as those do that need more memory than they may have. */
export function isOutOfMemory({ status }: Ended): boolean {
  return /^(?:SIG|exit code 134)/.test(status)
}
