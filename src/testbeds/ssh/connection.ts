/**
 * The system's ssh, which honours the user's ~/.ssh/config, jump hosts and agents. Each call is a connection of its own:
 * a shared one that has died would take all others with it, and an open one disturbs what the board measures.
 */

import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { $ } from 'zx'
import { TestbedError } from '../../testbed/board.ts'

/** A connection that failed, or was given up at its deadline; the board's own failures have exit codes. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

export interface Connection {
  readonly host: string
  /** Whether the board has answered a call of this process. */
  readonly hasAnswered: boolean
  /** Calls a verb of agent.sh; words may hold letters, digits and `._-` only. Throws a ConnectionError. */
  call(verb: string, words?: readonly string[], deadlineMs?: number): Promise<Answer>
  /** Sends bytes to a command of ours. Throws a ConnectionError. */
  send(command: string, input: Uint8Array, deadlineMs: number): Promise<void>
  /** Returns what a command of ours prints, at most `bytes`. Throws a ConnectionError. */
  receive(command: string, bytes: number, deadlineMs: number): Promise<Uint8Array>
}

/** Name -> values, in their order. */
export type Answer = ReadonlyMap<string, readonly string[]>

const callMs = 60_000
const mostAnswer = 1_000_000

/** Silence of `3 * 5` seconds is a dead connection. No shared ones: users of labgrid suffer from dead masters. */
const options = [
  ...['-T', '-x', '-a'],
  ...[
    'BatchMode=yes',
    'ConnectTimeout=15',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=3',
    'ControlMaster=no',
    'ControlPath=none',
    'PermitLocalCommand=no',
    'ClearAllForwardings=yes',
    'LogLevel=ERROR',
  ].flatMap((option) => ['-o', option]),
]

export function connect(host: string, signal?: AbortSignal): Connection {
  const run = async (command: string, input: Uint8Array, bytes: number, deadlineMs: number) => {
    const own = process.env.REPRO_SSH_CONFIG
    const args = [...(own ? ['-F', own] : []), ...options, '--', host, command]
    const ended = await program('ssh', args, { input, bytes, deadlineMs, signal })
    if (ended.problem !== undefined) throw new ConnectionError(`${host}: ${ended.problem}`)
    // 255 is ssh's own, as ssh(1) says.
    if (ended.exitCode === 255) throw new ConnectionError(`${host}: ${ended.complaint || 'ssh failed'}`)
    return ended
  }
  let hasAnswered = false
  return {
    host,
    get hasAnswered() {
      return hasAnswered
    },
    async call(verb, words = [], deadlineMs = callMs) {
      for (const word of words)
        if (!/^[\w.-]+$/.test(word)) throw new Error(`not a word for a board: ${word}`)
      const command = ['exec sh -s --', verb, ...words].join(' ')
      const { output, exitCode, complaint } = await run(command, await agent(), mostAnswer, deadlineMs)
      const answer = parseAnswer(output.toString())
      hasAnswered ||= answer.has('end')
      if (answer.has('end')) return answer
      throw new ConnectionError(
        `${host}: the board's answer is cut off (exit code ${exitCode}) ${complaint}`.trim(),
      )
    },
    async send(command, input, deadlineMs) {
      const { exitCode, complaint } = await run(command, input, mostAnswer, deadlineMs)
      if (exitCode !== 0)
        throw new ConnectionError(`${host}: cannot send files: ${complaint || `exit code ${exitCode}`}`)
    },
    async receive(command, bytes, deadlineMs) {
      const { output, exitCode, complaint } = await run(command, new Uint8Array(), bytes, deadlineMs)
      if (exitCode === 0) return output
      throw new ConnectionError(`${host}: cannot fetch files: ${complaint || `exit code ${exitCode}`}`)
    },
  }
}

export async function agent(): Promise<Uint8Array> {
  return await readFile(new URL('./agent.sh', import.meta.url))
}

/** As agent.sh cuts them; a board may be anybody's. */
const longestValue = 2000

/** Lines of ours, without what the board's shell may print at the start. Values have no control characters. */
export function parseAnswer(text: string): Answer {
  const answer = new Map<string, string[]>()
  for (const line of text.split(/\r?\n/)) {
    const found = /^repro: ([\w-]+) ?(.*)$/.exec(line)
    if (!found) continue
    const [, name = '', value = ''] = found
    const values = answer.get(name) ?? []
    values.push(plain(value).slice(0, longestValue))
    answer.set(name, values)
  }
  return answer
}

/** A line of a board, for messages and the record of a run. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').trim()
}

export interface ProgramEnd {
  readonly exitCode: number
  readonly output: Buffer
  /** The last lines of its errors. */
  readonly complaint: string
  /** Why it was given up. */
  readonly problem?: string
}

/** Runs a program of this computer. Kills it at the deadline, or when it prints more than `bytes`. */
export async function program(
  command: string,
  args: readonly string[],
  {
    input = new Uint8Array(),
    bytes = mostAnswer,
    deadlineMs,
    signal,
    variables = {},
  }: {
    readonly input?: Uint8Array
    readonly bytes?: number
    readonly deadlineMs: number
    readonly signal?: AbortSignal | undefined
    readonly variables?: Readonly<Record<string, string>>
  },
): Promise<ProgramEnd> {
  signal?.throwIfAborted()
  const running = $({
    spawn: ours,
    nothrow: true,
    quiet: true,
    input: Buffer.from(input),
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...variables, LC_ALL: 'C' },
    detached: true,
  })`${command} ${args}`
  const pieces: Buffer[] = []
  let size = 0
  let problem: string | undefined
  let complained = 0
  const giveUp = (why: string) => {
    problem ??= why
    try {
      if (running.pid !== undefined) process.kill(-running.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  running.stdout.on('data', (piece: Buffer) => {
    size += piece.length
    if (size > bytes) giveUp(`it sends more than ${bytes} bytes`)
    else pieces.push(piece)
  })
  // zx keeps all of it.
  running.stderr.on('data', (piece: Buffer) => {
    complained += piece.length
    if (complained > mostAnswer) giveUp(`it complains in more than ${mostAnswer} bytes`)
  })
  running.stdin.on('error', () => {}) // it ended before it read all
  const late = setTimeout(() => giveUp(`no end within ${Math.round(deadlineMs / 1000)} s`), deadlineMs)
  const abort = () => giveUp('interrupted')
  signal?.addEventListener('abort', abort)
  try {
    const { exitCode, stderr } = await running
    signal?.throwIfAborted()
    const complaint = stderr
      .trim()
      .split('\n')
      .slice(-4)
      .map((line) => plain(line).slice(0, longestValue))
      .join('\n')
    // Not what a shell says of a program that it was to run for us, here or on a board.
    if (exitCode === 127 && new RegExp(`: ${command}: (?:command )?not found`).test(stderr))
      throw new TestbedError(`program not found: ${command}`, {
        advice: 'Install it, such as the package openssh-client.',
      })
    return {
      exitCode: exitCode ?? -1,
      output: Buffer.concat(pieces),
      complaint,
      ...(problem !== undefined && { problem }),
    }
  } finally {
    clearTimeout(late)
    signal?.removeEventListener('abort', abort)
  }
}

/** Called from here, so that recorded reads know the program as ours and not as the script's (engine/script/observe.ts). */
const ours = ((...given: Parameters<typeof spawn>) => spawn(...given)) as typeof spawn
