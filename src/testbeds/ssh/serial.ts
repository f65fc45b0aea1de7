/** A board's serial console, as a command of the user prints it. It tells what the network cannot, and disturbs nothing. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import type { Socket } from 'node:net'

export interface Serial {
  /** How the board's kernel or hypervisor gave up since `since` (a mark of `mark()`); undefined if it did not. */
  panic(since: number): string | undefined
  /** Whether a hypervisor or a kernel has started since then. */
  hasBooted(since: number): boolean
  /** Whether the board said that a job has started, or has ended. No two have the same name. */
  hasStarted(job: string): boolean
  hasEnded(job: string): boolean
  /** How often the command has ended by itself: what was said meanwhile is lost. */
  gaps(): number
  /** The place in the log up to now. */
  mark(): number
  stop(): void
}

const mostKept = 1_000_000
/** Bytes of the log file. */
const mostLogged = 50_000_000
const mostComplaint = 500

/**
 * Runs the command until `stop`, or the end of this process; appends what it prints to `file`. Starts it again when it ends
 * by itself, which `note` is told the first time.
 */
export function followSerial(
  command: string,
  board: string,
  file: string,
  note: (text: string) => void,
  againMs = 5000,
): Serial {
  const log = createWriteStream(file, { flags: 'a' })
  log.on('error', () => {})
  let text = ''
  let dropped = 0
  let gaps = 0
  let isStopped = false
  let running: ChildProcess | undefined
  const end = () => {
    isStopped = true
    try {
      if (running?.pid !== undefined) process.kill(-running.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  process.once('exit', end)
  start()
  const since = (mark: number) => text.slice(Math.max(0, mark - dropped))
  return {
    panic: (mark) =>
      /Panic on CPU \d+|(?<=\[ *\d+\.\d+\] )Kernel panic - not syncing[^\r\n]*/.exec(since(mark))?.[0],
    hasBooted: (mark) => /\bXen version \d|Booting Linux on physical CPU/.test(since(mark)),
    hasStarted: (job) => text.includes(`repro: job ${job} started`),
    hasEnded: (job) => text.includes(`repro: job ${job} ended`),
    gaps: () => gaps,
    mark: () => dropped + text.length,
    stop() {
      process.off('exit', end)
      end()
      log.end()
    },
  }

  function start(): void {
    if (isStopped) return
    const child = spawn('sh', ['-c', command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, REPRO_BOARD: board },
      detached: true,
    })
    running = child
    let complaint = ''
    child.on('error', (error) => (complaint += error.message))
    child.stdout.on('data', (piece: Buffer) => hear(piece))
    child.stderr.on('data', (piece: Buffer) => {
      complaint = (complaint + piece.toString()).slice(-mostComplaint)
    })
    child.on('close', (code, signal) => {
      if (isStopped) return
      gaps += 1
      const reason = [code === null ? signal : `exit code ${code}`, complaint.trim()]
        .filter(Boolean)
        .join(': ')
      if (gaps === 1)
        note(`the serial command of ${board} ended (${reason}): started again every ${againMs / 1000} s`)
      setTimeout(start, againMs).unref()
    })
    child.unref()
    for (const stream of [child.stdout, child.stderr]) (stream as Socket).unref()
  }

  function hear(piece: Buffer): void {
    if (dropped + text.length < mostLogged) log.write(piece)
    text += piece.toString('latin1')
    if (text.length <= mostKept) return
    dropped += text.length - mostKept
    text = text.slice(-mostKept)
  }
}
