/**
 * Runs a job on a board, apart from any connection:
 *
 *     reach -> clear -> restart -> send -> start | silence | ask -> fetch -> verify -> acknowledge
 *
 * Every step may fail. A job that did not end well is given up as a whole and tried again; one whose results are on the
 * board's disk, or here, is not run a second time.
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../files/fingerprint.ts'
import { type Job, TestbedError } from '../../testbed/board.ts'
import { bootSettings } from '../../toolchain/bootsettings.ts'
import { cpio, type Entry } from '../../toolchain/cpio.ts'
import { asking, clear, Discarded, type Ended, lostReason, type Runner, type Task } from './attempt.ts'
import { awaited } from './await.ts'
import { begin } from './begin.ts'
import { setAside } from './boards.ts'
import { collect } from './collect.ts'
import { jobFile } from './jobfile.ts'
import { requireIdentity } from './machine.ts'
import { LostBoard, reach } from './reach.ts'

/** Per job. */
const mostAttempts = 3

/** Runs job `number` of a boot. Throws a TestbedError when the budget is spent; the board is then set aside. */
export async function runJob(runner: Runner, job: Job, number: number): Promise<Ended> {
  const { account, kept, log } = runner
  const settings = bootSettings(job)
  const archive = archiveOf(job)
  const name = sha256(`${account.session} ${number} ${sha256(archive)}`).slice(0, 24)
  const folder = join(kept, name)
  const by = {
    ...runner,
    runner,
    settings: runner.settings,
    folder,
    archive,
    boot: settings,
    deadline: performance.now() + job.deadlineMs,
  }
  if (existsSync(folder)) return { folder, exitCode: 0 }
  for (;;) {
    const tried = account.tried(number).length
    if (tried >= mostAttempts) throw await exhausted(runner, number)
    // A name for each attempt, so that what is left of one is not taken for the next.
    const attempt = account.discarded.filter((one) => one.job === number).length + 1
    try {
      return await runAttempt({ ...by, name: `${name}_${attempt}`, attempt: tried + 1 })
    } catch (error) {
      if (error instanceof LostBoard) throw await givenUp(runner, error.message)
      if (!(error instanceof Discarded)) throw error
      await account.discard({ job: number, attempt, reason: error.message })
      log(`attempt ${tried + 1} of ${mostAttempts} is given up: ${error.message}`)
      if (tried + 1 < mostAttempts || !error.ended) continue
      // The script knows best what its own failure means.
      await account.renew()
      return error.ended
    }
  }
}

async function exhausted(runner: Runner, number: number): Promise<TestbedError> {
  const { account, connection } = runner
  const reasons = account.tried(number).map(({ reason }) => reason)
  return await givenUp(runner, `${connection.host}: ${mostAttempts} attempts failed: ${reasons.join('; ')}`)
}

/** Sets the board aside. */
async function givenUp({ account, connection, cache }: Runner, reason: string): Promise<TestbedError> {
  await setAside(cache, connection.host, reason)
  await account.renew()
  return new TestbedError(`${reason}; it is set aside`, {
    advice: 'Look at the board (`repro testbed doctor`), then delete the file that says so.',
  })
}

/** Packs a job: its files, and its stages as scripts. */
function archiveOf({ stages }: Job): Uint8Array {
  const entries = stages.flatMap(({ files, script }, index): readonly Entry[] => [
    ...[...files].map(([path, { content, executable = false }]) => ({
      path: jobFile(path),
      mode: executable ? 0o755 : 0o644,
      content,
    })),
    { path: `stage-${index + 1}`, mode: 0o755, content: Buffer.from(script) },
  ])
  return cpio(entries)
}

/** One attempt; goes on with the job if an earlier process left it on the board. */
async function runAttempt(by: Task): Promise<Ended> {
  const { connection, settings, timings, name, log } = by
  const machine = await reach(by)
  requireIdentity(settings, machine)
  by.runner.onMachine(machine)
  const before = await asking(() => connection.call('state', [name], timings.answerMs))
  const [state = 'absent'] = before.get('state') ?? []
  if (state !== 'absent') log(`${connection.host} has this job: ${state}`)
  if (state.startsWith('ended')) return await collect(by, before)
  const seconds = secondsFor(by)
  if (state === 'running') return await awaited(by, seconds, false)
  if (state === 'absent') {
    await begin(by, seconds)
    return await awaited(by, seconds, true)
  }
  await clear(by)
  throw new Discarded(lostReason(state))
}

/** A part of what is left, so that all attempts have time. */
function secondsFor({ deadline, timings, attempt }: Task): number {
  const leftMs = (0.8 * (deadline - performance.now())) / (mostAttempts - attempt + 1)
  return Math.ceil(Math.max(timings.leastMs, leftMs) / 1000)
}
