/**
 * Processes for a stranger's bytes: they read only the program's own files, compile no text, and get no
 * environment. The kernel bounds their memory, even outside V8's heap, and keeps no core dump.
 */

import { type ChildProcess, spawn } from 'node:child_process'
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

/** Starts one of the entries in bundle.mjs, in UTC. Messages are structured clones. */
export function startConfined(entry: string, memoryMb: number): ChildProcess {
  const program = fileURLToPath(programUrl(entry))
  const bounds = `ulimit -c 0; ulimit -t ${longestCpuSeconds}; ulimit -d ${(memoryMb + outsideMb) * 1024} 2>/dev/null`
  const flags = [
    permission,
    `--allow-fs-read=${dirname(program)}/*`,
    '--disallow-code-generation-from-strings',
    `--max-old-space-size=${memoryMb}`,
    '--no-warnings',
  ]
  return spawn('/bin/sh', ['-c', `${bounds}; exec "$0" "$@"`, process.execPath, ...flags, program], {
    cwd: '/',
    env: { TZ: 'UTC', LANG: 'C' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  })
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

/** Whether a process ended as those do that need more memory than they may have. */
export function isOutOfMemory({ status }: Ended): boolean {
  return /^(?:SIG|exit code 134)/.test(status)
}
