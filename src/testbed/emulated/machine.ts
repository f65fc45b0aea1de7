/** QEMU's process: runs until the board switches itself off, the deadline passes, or the board panics. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TestbedError } from '../testbed.ts'
import { qemuVariables } from './qemu.ts'
import type { Command } from './toolchain.ts'

/** Lines of the console that an error shows. */
const tailLines = 12

/** 'off' when the board switched itself off, else what happened instead, in words. */
export async function boot(
  { command, args }: Command,
  folder: string,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  signal?.throwIfAborted()
  const log = createWriteStream(join(folder, 'console.log'))
  const qemu = spawn(command, args, { cwd: folder, env: qemuVariables, stdio: ['ignore', 'pipe', 'pipe'] })
  let hung = false
  let complaint = ''
  let recent = ''
  let panic = ''
  const kill = () => qemu.kill('SIGKILL')
  const deadline = setTimeout(() => {
    hung = true
    kill()
  }, deadlineMs)
  signal?.addEventListener('abort', kill)
  qemu.stdout.on('data', (chunk: Buffer) => {
    log.write(chunk)
    recent = (recent + chunk.toString('latin1')).slice(-4096)
    // Neither Xen nor a panicking dom0 switches the board off, so it would idle until the deadline.
    const found = /Panic on CPU \d+|(?<=\[ *\d+\.\d+\] )Kernel panic - not syncing[^\r\n]*/.exec(recent)
    if (found && panic === '') {
      panic = found[0]
      setTimeout(kill, 500)
    }
  })
  qemu.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
    log.write(chunk)
  })
  const code = await ended(qemu).finally(() => {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', kill)
  })
  await new Promise((resolve) => log.end(resolve))
  signal?.throwIfAborted()
  if (hung)
    return `the board did not finish within ${Math.round(deadlineMs / 1000)} s (the cell's deadline, less some time for its results) and was switched off`
  if (panic !== '') return `the board panicked: ${panic}`
  return code === 0 ? 'off' : `QEMU ended with ${endOf(code)}: ${complaint.trim()}`
}

export async function failure(reason: string, folder: string): Promise<TestbedError> {
  const log = join(folder, 'console.log')
  const lines = (await readFile(log, 'latin1')).split(/\r?\n/).filter((line) => line.trim() !== '')
  const tail = lines.slice(-tailLines).map((line) => `  | ${line}`)
  return new TestbedError([`${reason}; its console ends with`, ...tail].join('\n'), {
    advice: `The whole console is in ${log}.`,
  })
}

/** Exit status of QEMU's process, null if a signal ended it. Throws a TestbedError if it does not start. */
export async function ended(qemu: ChildProcess): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    qemu.on('error', (cause) => reject(new TestbedError(`QEMU does not start: ${cause.message}`, { cause })))
    qemu.on('close', resolve)
  })
}

/** How QEMU ended when it should not have: `a signal`, `status 1`. */
export function endOf(code: number | null): string {
  return code === null ? 'a signal' : `status ${code}`
}
