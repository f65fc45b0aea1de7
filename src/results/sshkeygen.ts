/**
 * Runs OpenSSH's ssh-keygen to sign, and to check signatures (`ssh-keygen -Y`, OpenSSH 8.2 or newer). It
 * never waits for a person: it has no terminal to ask for a passphrase, and a deadline.
 */

import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { findInstalled } from '../files/installed.ts'
import { ExplainedError } from '../text/message.ts'

const deadlineMs = 60_000

export interface Answer {
  readonly isDone: boolean
  readonly out: string
  /** Its complaint in one line. */
  readonly complaint: string
}

/** Throws an ExplainedError if ssh-keygen is not installed or does not end. */
export async function sshKeygen(
  args: readonly string[],
  input: Uint8Array | string,
  waitMs = deadlineMs,
): Promise<Answer> {
  const { DISPLAY: _, SSH_ASKPASS: __, ...env } = process.env
  const child = spawn(findInstalled('ssh-keygen', process.cwd()) ?? 'ssh-keygen is not installed', args, {
    env: { ...env, LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A session of its own has no terminal, and its processes end together.
    detached: true,
  })
  const { promise: timeout, resolve: onTimeout } = Promise.withResolvers<'timeout'>()
  const timer = setTimeout(() => onTimeout('timeout'), waitMs)
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<number | null | Error>()
  child.on('error', onEnd)
  child.on('close', onEnd)
  child.stdin.on('error', () => {}) // it may end before it has read all
  child.stdin.end(input)
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  const end = await Promise.race([ended, timeout])
  clearTimeout(timer)
  if (end instanceof Error) throw new ExplainedError(missing(end), { cause: end })
  if (end === 'timeout') {
    kill(child.pid)
    throw new ExplainedError(
      `ssh-keygen did not end within ${waitMs / 1000} s: does it wait for a passphrase, or for a touch of the key?`,
    )
  }
  const [out, err] = await output
  return { isDone: end === 0, out, complaint: complaintIn(err === '' ? out : err) }
}

function missing({ message }: Error): string {
  return message.includes('ENOENT')
    ? 'ssh-keygen is not installed (package openssh-client): signatures of results/ need it'
    : `cannot start ssh-keygen: ${message}`
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended meanwhile.
  }
}

/** Drops what ssh-keygen says on the way, and the frames of its warnings. */
function complaintIn(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return lines.filter((line) => line !== '' && !/^@|^Signing |^Write signature/.test(line)).join('; ')
}
