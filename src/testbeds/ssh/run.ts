/**
 * Runs a job on a board, apart from any connection:
 *
 *     reach -> clear -> restart -> send -> start | silence | ask -> fetch -> verify -> acknowledge
 *
 * Every step may fail. A job that did not end well is given up as a whole and tried again; one whose results are on the
 * board's disk, or here, is not run a second time.
 */

import { existsSync } from 'node:fs'
import { readFile, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../../files/tracked.ts'
import { type Job, TestbedError } from '../../testbed/board.ts'
import { cacheError } from '../../testbed/cache.ts'
import { bootSettings } from '../../toolchain/bootsettings.ts'
import { cpio, type Entry } from '../../toolchain/cpio.ts'
import { longestSeconds, noteSeconds, setAside } from './boards.ts'
import { type Answer, ConnectionError } from './connection.ts'
import type { Settings } from './environment.ts'
import { listedFiles, writeFiles } from './fetched.ts'
import { parseHygiene, taints } from './hygiene.ts'
import { jobFile } from './jobfile.ts'
import { isReady, type Machine, requireBoot, requireIdentity, requireReady } from './machine.ts'
import { LostBoard, powerCycle, type Reach, reach, restart } from './reach.ts'
import type { Tools } from './tools.ts'

/** Per job. */
export const mostAttempts = 3

const sendMs = 300_000
const fetchMs = 300_000
const mostFetches = 5

export interface Runner extends Omit<Reach, 'deadline'> {
  readonly settings: Settings
  /** Name of the environment. */
  readonly name: string
  readonly tools: Tools
  readonly cache: string
  /** Folder for finished jobs, which a later process finds again. */
  readonly kept: string
  /** The boot of the board that this boot of a cell runs on; undefined before its first job. */
  bootId: string | undefined
  onMachine(machine: Machine): void
}

/** A job that ended: its files are in `folder`. */
export interface Ended {
  readonly folder: string
  readonly exitCode: number
}

/** Why an attempt does not count; `ended` if the job itself failed. */
class Discarded extends Error {
  override readonly name = 'Discarded'
  readonly ended: Ended | undefined

  constructor(reason: string, ended?: Ended) {
    super(reason)
    this.ended = ended
  }
}

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

interface Task extends Reach {
  readonly runner: Runner
  readonly settings: Settings
  /** Of this attempt on the board. */
  readonly name: string
  /** From 1. */
  readonly attempt: number
  /** Where its files go. */
  readonly folder: string
  readonly archive: Uint8Array
  readonly boot: ReturnType<typeof bootSettings>
  readonly cache: string
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
  if (state === 'running') return await awaited(by, seconds)
  if (state === 'absent') {
    await begin(by, machine, seconds)
    return await awaited(by, seconds)
  }
  await clear(by)
  throw new Discarded(lostReason(state))
}

function lostReason(state: string): string {
  if (state === 'absent') return 'the connection failed before the job started'
  return state === 'rebooted' ? 'dom0 rebooted in the middle of the job' : 'the job was killed'
}

/** A question before the job starts: without an answer the attempt is over. */
async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    throw new Discarded(`the connection failed before the job started: ${error.message}`)
  }
}

/** A part of what is left, so that all attempts have time. */
function secondsFor({ deadline, timings, attempt }: Task): number {
  const leftMs = (0.8 * (deadline - performance.now())) / (mostAttempts - attempt + 1)
  return Math.ceil(Math.max(timings.leastMs, leftMs) / 1000)
}

/** Whose jobs ours are, as a board notes it. */
function ourName({ runner: { cache } }: Task): string {
  const host = hostname().replace(/[^\w.-]/g, '-') || 'unknown'
  // Leases are in the cache folder, so whoever has another one does not know of ours.
  return `${host}-${sha256(cache).slice(0, 6)}`
}

/** Ends and deletes what earlier jobs left. Throws a TestbedError while another computer's job runs. */
async function clear(by: Task): Promise<void> {
  const { connection, account, log } = by
  const answer = await asking(() => connection.call('clear_board', [ourName(by)]))
  const [taken] = answer.get('taken') ?? []
  if (taken !== undefined)
    throw new TestbedError(`${connection.host} is used by ${taken.split(' ')[0]}`, {
      advice: 'Wait until its job is over, or take another board.',
    })
  const left = answer.get('left') ?? []
  for (const one of left) log(`${connection.host}: ended a leftover ${one}`)
  await account.noteLeftovers(left)
}

/** Makes the board ready, sends the job, and starts it. */
async function begin(by: Task, found: Machine, seconds: number): Promise<void> {
  const { connection, settings, runner, attempt, archive, boot } = by
  await clear(by)
  let machine = found
  if (attempt > 1 || (settings.reboot && runner.bootId === undefined)) machine = await restart(by, found)
  else machine = await reach(by)
  machine = await settled(by, machine)
  requireIdentity(settings, machine)
  requireReady(settings, machine)
  requireBoot(boot, machine)
  runner.onMachine(machine)
  runner.bootId = machine.fact('boot-id')
  await asking(async () => {
    if (machine.fact('tools') !== runner.tools.version) await sendTools(by)
    await connection.send(
      `mkdir -p ${place}/job && cd ${place}/job && exec ${place}/tools/busybox cpio -i -d -u`,
      archive,
      sendMs,
    )
  })
  await start(by, seconds)
}

/** Waits for services that start after ssh, on a board that has booted just now. */
async function settled(by: Task, machine: Machine): Promise<Machine> {
  const { settings, timings } = by
  let found = machine
  while (!isReady(settings, found) && Number(found.fact('uptime')) < settings.bootSeconds) {
    await sleep(timings.pauseMs)
    found = await reach(by)
  }
  return found
}

/** Without an answer the job may run all the same: its state tells. */
async function start(by: Task, seconds: number): Promise<void> {
  const { connection, name, log } = by
  try {
    const answer = await connection.call('start', [name, ourName(by), String(seconds)])
    const [problem] = answer.get('error') ?? []
    if (problem !== undefined) throw new TestbedError(`${connection.host}: ${problem}`)
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    log(`${error.message}; whether the job started is not known yet`)
  }
}

/** The agent's folder in the board's memory. */
const place = '/run/repro'

async function sendTools({ connection, runner: { tools } }: Task): Promise<void> {
  const folder = `${place}/tools`
  await connection.send(
    `rm -rf ${folder} && mkdir -p ${folder} && cat >${folder}/busybox && chmod 755 ${folder}/busybox`,
    tools.busybox,
    sendMs,
  )
  await connection.send(`cd ${folder} && exec ./busybox cpio -i -d -u`, tools.archive, sendMs)
  await connection.call('install_tools', [tools.version])
}

/** Waits for the end of a job that runs, in silence for as long as jobs take here, and collects its results. */
async function awaited(by: Task, seconds: number): Promise<Ended> {
  const { connection, settings, serial, timings, name, runner, log } = by
  const started = performance.now()
  const mark = serial?.mark() ?? 0
  const longestMs = 1000 * (await longestSeconds(runner.cache, runner.name))
  const quietMs = Math.max(1000 * settings.quiet, longestMs + timings.slackMs)
  let limit = started + seconds * 1000 + timings.graceMs
  const isOver = () =>
    serial?.hasEnded(name) === true || serial?.hasBooted(mark) === true || serial?.panic(mark) !== undefined
  // A console tells the end without a packet. It may be deaf, though: then the job's own deadline is the end.
  const silentUntil = serial === undefined ? started + quietMs : limit
  while (performance.now() < Math.min(silentUntil, limit) && !isOver())
    await sleep(Math.min(500, timings.pollMs))

  let cut: string | undefined
  let cycled: string | undefined
  for (;;) {
    const panic = cycled === undefined ? serial?.panic(mark) : undefined
    if (panic === undefined) {
      try {
        const answer = await connection.call('state', [name], timings.answerMs)
        const [state = 'absent'] = answer.get('state') ?? []
        if (cut !== undefined) log(`${connection.host} answers again`)
        cut = undefined
        if (state.startsWith('ended')) {
          await noteSeconds(runner.cache, runner.name, (performance.now() - started) / 1000)
          return await collect(by, answer)
        }
        if (state !== 'running') {
          await clear(by)
          throw new Discarded(cycled ?? lostReason(state))
        }
        if (performance.now() > limit) {
          await clear(by)
          throw new Discarded(`the job did not end within ${seconds} s`)
        }
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error
        if (cut === undefined) log(`${error.message}; the job goes on without it`)
        cut = error.message
      }
    }
    if (panic !== undefined || (cut !== undefined && performance.now() > limit)) {
      cycled =
        panic !== undefined
          ? `dom0 gave up: ${panic}`
          : 'the board hung, or was cut off beyond the end of the job'
      await powerCycle(by, panic ?? cut ?? '')
      await reach(by)
      limit = performance.now() + timings.graceMs
      continue
    }
    await sleep(timings.pollMs)
  }
}

/** Fetches and verifies the results of a job that has ended, keeps them here, and lets the board delete them. */
async function collect(by: Task, answer: Answer): Promise<Ended> {
  const { connection, name, folder } = by
  const status = (answer.get('state')?.[0] ?? '').split(' ').slice(1)
  const files = listedFiles(connection.host, answer)
  const draft = `${folder}.part`
  await fetchFiles(by, files, draft)
  const code = Number(status[0])
  if (code === 0 && status.length === 1) {
    const [observed, messages] = await Promise.all(
      ['hygiene', 'kernel-messages'].map((file) => readFile(join(draft, file), 'utf8').catch(() => '')),
    )
    const found = taints(parseHygiene(observed ?? '', messages ?? ''))
    if (found.length === 0) {
      await rename(draft, folder)
      await acknowledge(by)
      return { folder, exitCode: 0 }
    }
    await acknowledge(by)
    throw new Discarded(`disturbed: ${found.join('; ')}`)
  }
  const failed = `${folder}.failed`
  await rm(failed, { recursive: true, force: true })
  await rename(draft, failed)
  await acknowledge(by)
  const reason = await failureOf(failed, status)
  throw new Discarded(reason, { folder: failed, exitCode: Number.isInteger(code) && code > 0 ? code : 1 })

  /** A lost acknowledgement leaves some files on the board, which its next job deletes. */
  async function acknowledge(task: Task): Promise<void> {
    try {
      await task.connection.call('forget', [name])
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
    }
  }
}

async function fetchFiles(by: Task, files: ReturnType<typeof listedFiles>, draft: string): Promise<void> {
  const { connection, name, log } = by
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  for (let tries = 1; ; tries += 1) {
    await rm(draft, { recursive: true, force: true })
    try {
      const names = files.map((one) => one.name).join(' ')
      const received =
        files.length === 0
          ? new Uint8Array()
          : await connection.receive(
              `cd /var/lib/repro/jobs/${name}/files && exec cat ${names}`,
              total + 1,
              fetchMs,
            )
      await writeFiles(draft, files, received)
      return
    } catch (error) {
      // A disk of this computer that is full, say.
      if ((error as NodeJS.ErrnoException).code !== undefined) throw cacheError(error, draft)
      const { message } = error as Error
      if (tries >= mostFetches || performance.now() > by.deadline)
        throw new LostBoard(`cannot fetch results: ${message}`)
      log(`fetching results again: ${message}`)
      await reach(by)
    }
  }
}

async function failureOf(folder: string, [code = '', ...notes]: readonly string[]): Promise<string> {
  if (code === '' || notes.includes('disk-full'))
    return "there was no room for the results on the board's disk"
  if (notes.includes('memory-full')) return "the board's file system in memory was full"
  if (code === '137') return 'the job did not end in its time on the board'
  const log = await readFile(join(folder, 'console.log'), 'latin1').catch(() => '')
  const last = log.split('\n').findLast((line) => line.trim() !== '') ?? ''
  return `the job failed with status ${code}: ${last.slice(0, 300)}`
}
