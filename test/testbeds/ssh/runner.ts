/** Opens a pretend board to run jobs on it, without a toolchain. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Job } from '../../../src/testbed/board.ts'
import { openAccount } from '../../../src/testbeds/ssh/account.ts'
import type { Runner } from '../../../src/testbeds/ssh/attempt.ts'
import { agent, connect } from '../../../src/testbeds/ssh/connection.ts'
import { settingsOf } from '../../../src/testbeds/ssh/environment.ts'
import { holderName } from '../../../src/testbeds/ssh/holder.ts'
import type { Timings } from '../../../src/testbeds/ssh/reach.ts'
import { runJob } from '../../../src/testbeds/ssh/run.ts'
import { followSerial } from '../../../src/testbeds/ssh/serial.ts'
import { cpio } from '../../../src/toolchain/cpio.ts'
import { fakeBusybox } from './busybox.ts'
import type { PretendBoard } from './pretend.ts'

export const shortTimings: Timings = {
  pauseMs: 100,
  answerMs: 20_000,
  pollMs: 100,
  slackMs: 0,
  leastMs: 1000,
  graceMs: 500,
}

export interface Changes {
  readonly timings?: Partial<Timings>
  readonly settings?: Partial<Runner['settings']>
  /** Command that switches the board off and on. */
  readonly power?: string
  /** Whether the board's console can be read; or another command that shall print it. */
  readonly serial?: boolean | string
  /** Folder of the cache, which another computer has for itself. */
  readonly cache?: string
  /** Name of the boot, which has its own folder of kept jobs. */
  readonly boot?: string
}

export interface Process {
  readonly runner: Runner
  readonly cache: string
  readonly logged: string[]
  run(job: Job, number?: number): ReturnType<typeof runJob>
}

/** Opens a board as a process of a boot does: with the same `boot`, it finds what an earlier one kept. */
export async function open(
  { host, root }: Pick<PretendBoard, 'host' | 'root'>,
  { boot = 'boot', power, serial = false, ...changes }: Changes = {},
): Promise<Process> {
  const cache = changes.cache ?? join(root, 'host-cache')
  const kept = join(cache, 'kept', boot)
  mkdirSync(kept, { recursive: true })
  const logged: string[] = []
  const note = (text: string) => void logged.push(text)
  const console = typeof serial === 'string' ? serial : `exec tail -n +1 -f ${join(root, 'console')}`
  const settings = settingsOf({
    definition: { machine: 'emulated', root: 'debian-12', reboot: false },
    access: { host, ...(power !== undefined && { power: { cycle: power } }) },
  })
  const runner: Runner = {
    settings: { ...settings, quiet: 0, bootSeconds: 20, ...changes.settings },
    ...{ kind: 'pi', holder: await holderName(cache), cache, kept, account: await openAccount(kept, boot) },
    connection: connect(host),
    serial: serial === false ? undefined : followSerial(console, host, join(cache, 'serial.log'), note),
    tools: {
      busybox: fakeBusybox,
      archive: cpio([{ path: 'agent.sh', mode: 0o644, content: await agent() }]),
      version: 'v1',
    },
    timings: { ...shortTimings, ...changes.timings },
    bootId: undefined,
    log: note,
    onMachine() {},
  }
  return { runner, cache, logged, run: (job, number = 1) => runJob(runner, job, number) }
}

/** A job of one stage, with a file /job/input. */
export function jobOf(script: string, changes: Partial<Job> = {}): Job {
  const files = new Map([['/job/input', { content: Buffer.from('given\n') }]])
  return { stages: [{ files, script }], seed: 1, deadlineMs: 600_000, ...changes }
}
