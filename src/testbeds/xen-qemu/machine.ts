/** Runs QEMU until the board powers off or is saved, the deadline passes, or the board panics. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { TestbedError } from '../../testbed/board.ts'
import type { Command } from '../../toolchain/hostprograms.ts'
import { GoneError, type Monitor, openMonitor } from './monitor.ts'
import { qemuVariables } from './qemu.ts'

const tailLines = 12

/** One run of QEMU, for part of a board's life. */
export interface MachineRun extends Command {
  /** QEMU's working folder, where the board's output files appear. */
  readonly folder: string
  readonly variables?: Readonly<Record<string, string>>
  /** Controls QEMU while it runs; the run fails if this does. */
  control?(monitor: Monitor): Promise<void>
  readonly deadline: Deadline
  readonly signal?: AbortSignal | undefined
}

/** A limit of `ms`, which expires `at` a time on the clock of performance.now(). */
export interface Deadline {
  readonly ms: number
  readonly at: number
}

/** The board's console, and how the run ended: 'off' when QEMU ended as expected, else a description. */
export interface MachineEnd {
  readonly how: string
  readonly console: Buffer
}

/** Runs QEMU; also appends the console to the folder's console.log. */
export async function runMachine(run: MachineRun): Promise<MachineEnd> {
  const { command, args, folder, variables, control, deadline, signal } = run
  signal?.throwIfAborted()
  const log = createWriteStream(join(folder, 'console.log'), { flags: 'a' })
  const qemu = spawn(command, args, {
    cwd: folder,
    env: { ...qemuVariables, ...variables },
    stdio: ['ignore', 'pipe', 'pipe', ...(control ? (['pipe'] as const) : [])],
  })
  const pieces: Buffer[] = []
  let hung = false
  let complaint = ''
  let recent = ''
  let panic = ''
  let controlError: unknown
  const kill = () => qemu.kill('SIGKILL')
  const late = setTimeout(
    () => {
      hung = true
      kill()
    },
    Math.max(0, deadline.at - performance.now()),
  )
  signal?.addEventListener('abort', kill)
  qemu.stdout?.on('data', (chunk: Buffer) => {
    pieces.push(chunk)
    log.write(chunk)
    recent = (recent + chunk.toString('latin1')).slice(-4096)
    // Neither Xen nor a panicking dom0 powers the board off; it would idle until the deadline.
    const found = /Panic on CPU \d+|(?<=\[ *\d+\.\d+\] )Kernel panic - not syncing[^\r\n]*/.exec(recent)
    if (found && panic === '') {
      panic = found[0]
      setTimeout(kill, 500)
    }
  })
  qemu.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
    log.write(chunk)
  })
  const over = exitStatus(qemu).finally(() => {
    clearTimeout(late)
    signal?.removeEventListener('abort', kill)
  })
  if (control) {
    try {
      await control(await openMonitor(qemu.stdio[3] as Duplex))
    } catch (error) {
      controlError = error
      if (!(error instanceof GoneError)) kill() // nothing else would end it
    }
  }
  const code = await over
  await new Promise((resolve) => log.end(resolve))
  signal?.throwIfAborted()
  return { how: how(), console: Buffer.concat(pieces) }

  function how(): string {
    if (hung)
      return (
        `the board did not finish within ${Math.round(deadline.ms / 1000)} s (the cell's deadline, ` +
        'less some time for its results) and was switched off'
      )
    if (panic !== '') return `the board panicked: ${panic}`
    if (controlError !== undefined && !(controlError instanceof GoneError)) {
      if (controlError instanceof TestbedError) return controlError.message
      throw controlError
    }
    return code === 0 ? 'off' : `QEMU ended with ${exitText(code)}: ${complaint.trim()}`
  }
}

/** Returns an error with the last lines of the folder's console.log. */
export async function consoleError(reason: string, folder: string): Promise<TestbedError> {
  const log = join(folder, 'console.log')
  const lines = (await readFile(log, 'latin1')).split(/\r?\n/).filter((line) => line.trim() !== '')
  const tail = lines.slice(-tailLines).map((line) => `  | ${line}`)
  return new TestbedError([`${reason}; its console ends with`, ...tail].join('\n'), {
    advice: `The whole console is in ${log}.`,
  })
}

/** Resolves to QEMU's exit status, null if a signal ended it. Throws a TestbedError if it does not start. */
export async function exitStatus(qemu: ChildProcess): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    qemu.on('error', (cause) => reject(new TestbedError(`QEMU does not start: ${cause.message}`, { cause })))
    qemu.on('close', resolve)
  })
}

/** Describes an unexpected end of QEMU: `a signal`, `status 1`. */
export function exitText(code: number | null): string {
  return code === null ? 'a signal' : `status ${code}`
}
