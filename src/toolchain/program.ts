/** Runs the programs that provisioning needs (apt, dpkg-deb, QEMU, the compiler). */

import { execFile } from 'node:child_process'
import { TestbedError } from '../testbed/board.ts'

export interface Finished {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
  /** Replaces the environment; by default this process's in the C locale. */
  readonly env?: Readonly<Record<string, string>>
  /** Advice for when the program is not installed. */
  readonly advice?: string
}

/**
 * Runs a program in the C locale and returns its output, whatever its exit code. Throws a TestbedError when
 * it is not installed, exceeds `timeoutMs` or is killed, and the signal's reason when aborted.
 */
export async function run(
  command: string,
  args: readonly string[],
  { signal, timeoutMs = 600_000, env, advice }: ProgramOptions = {},
): Promise<Finished> {
  signal?.throwIfAborted()
  return await new Promise((resolve, reject) => {
    const options = {
      env: env ?? { ...process.env, LC_ALL: 'C' },
      maxBuffer: 2 ** 28,
      timeout: timeoutMs,
      signal,
    }
    execFile(command, args, options, (error, stdout, stderr) => {
      if (!error) return resolve({ exitCode: 0, stdout, stderr })
      if (signal?.aborted) return reject(signal.reason)
      if (typeof error.code === 'number') return resolve({ exitCode: error.code, stdout, stderr })
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        return reject(
          new TestbedError(`program not found: ${command}`, { ...(advice && { advice }), cause: error }),
        )
      reject(new TestbedError(`${command} did not end: ${error.signal ?? error.message}`, { cause: error }))
    })
  })
}

/** Returns the last lines of a program's errors, for a message. */
export function complaint({ exitCode, stdout, stderr }: Finished): string {
  const text = (stderr.trim() || stdout.trim()).split('\n').slice(-4).join('\n')
  return text === '' ? `exit code ${exitCode}` : text
}
