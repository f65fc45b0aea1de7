/** A board's serial console, as a command of the user prints it. It tells what the network cannot, and disturbs nothing. */

import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import type { Socket } from 'node:net'

export interface Serial {
  /** How the board's kernel or hypervisor gave up since `since` (a mark of `mark()`); undefined if it did not. */
  panic(since: number): string | undefined
  /** Whether a hypervisor or a kernel has started since then. */
  hasBooted(since: number): boolean
  /** Whether the board said that a job has ended. No two have the same name. */
  hasEnded(job: string): boolean
  /** The place in the log up to now. */
  mark(): number
  stop(): void
}

const mostKept = 1_000_000

/** Runs the command until `stop`, or the end of this process; appends what it prints to `file`. */
export function followSerial(command: string, board: string, file: string): Serial {
  const log = createWriteStream(file, { flags: 'a' })
  log.on('error', () => {})
  const running = spawn('sh', ['-c', command], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, REPRO_BOARD: board },
    detached: true,
  })
  running.on('error', () => {})
  const end = () => {
    try {
      if (running.pid !== undefined) process.kill(-running.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  process.once('exit', end)
  let text = ''
  let dropped = 0
  running.stdout.on('data', (piece: Buffer) => {
    log.write(piece)
    text += piece.toString('latin1')
    if (text.length <= mostKept) return
    dropped += text.length - mostKept
    text = text.slice(-mostKept)
  })
  running.unref()
  ;(running.stdout as Socket).unref()
  const since = (mark: number) => text.slice(Math.max(0, mark - dropped))
  return {
    panic: (mark) =>
      /Panic on CPU \d+|(?<=\[ *\d+\.\d+\] )Kernel panic - not syncing[^\r\n]*/.exec(since(mark))?.[0],
    hasBooted: (mark) => /\bXen version \d|Booting Linux on physical CPU/.test(since(mark)),
    hasEnded: (job) => text.includes(`repro: job ${job} ended`),
    mark: () => dropped + text.length,
    stop: end,
  }
}
