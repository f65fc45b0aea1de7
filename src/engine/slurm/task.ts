/**
 * Entry point of a task: executes the boot that its array has at its index, on whatever node Slurm started it.
 *
 *     task.js PROJECT ARRAY INDEX
 *
 * A task that is ended from outside (canceled, preempted, its node drained) writes no result: it starts again,
 * or the build hears from Slurm that it has ended.
 */

import { lstatSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from '../../files/change.ts'
import { readInside } from '../../files/ordinary.ts'
import { hostFacts } from '../host.ts'
import { mostBytes } from '../script/journal.ts'
import type { BootOrder } from '../script/message.ts'
import { writeEnd } from '../script/order.ts'
import { outputLog } from '../script/output.ts'
import { localExecutor } from '../script/process.ts'
import { otherVariables, scriptVariables } from '../script/variables.ts'
import {
  attemptFolder,
  attemptsOf,
  endName,
  hasResult,
  journalName,
  keyOfTask,
  orderMark,
  orderOf,
  publish,
  type TaskOrder,
  type TaskProgress,
  workName,
  writeProgress,
} from './exchange.ts'

/** Signals to a task's processes arrive one after another: was it the task's end, or only its boot's? */
const doubtMs = 2000
/** Lines of a cell's log (script.ts). */
const mostLines = 1001

const [project = '', array = '', index = ''] = process.argv.slice(2)
void execute(project, array, Number(index)).then((code) => (process.exitCode = code))

async function execute(project: string, array: string, index: number): Promise<number> {
  const found = await ordered(project, array, index)
  const { key, task } = found ?? {}
  if (key === undefined || task?.array !== array || task.index !== index)
    return told('nothing to do: the build has taken the order back', 0)
  if (hasResult(project, key)) return told('nothing to do: an earlier attempt has ended', 0)
  const attempt = await openAttempt(project, key)
  const order = await attemptOrder(task.order, key, attempt)
  const unfit = unfitness(task)
  const { status, late } =
    unfit === undefined
      ? await runBoot({ ...task, order }, key, attempt, found?.mark)
      : await refuse(order, unfit).then(() => ({ status: 'unfit', late: false }))
  if (status === stopped) return told('ended from outside', 1)
  const host = { ...(await hostFacts(project)), node: nodeName() }
  const isFirst = await publish(project, key, { attempt, status, late, host })
  return isFirst ? 0 : told('another attempt was faster', 0)
}

/** Looks several times: some shared file systems show new files late. */
async function ordered(project: string, array: string, index: number) {
  for (let looks = 0; looks < 6; looks += 1) {
    if (looks > 0) await sleep(500)
    const key = keyOfTask(project, array, index)
    const mark = key === undefined ? undefined : orderMark(project, key)
    const task = key === undefined ? undefined : orderOf(project, key)
    if (key !== undefined && task !== undefined) return { key, task, mark }
  }
  return undefined
}

function told(text: string, exitCode: number): number {
  console.log(`${nodeName()}: ${text}`)
  return exitCode
}

function nodeName(): string {
  return process.env.SLURMD_NODENAME ?? hostname()
}

/** Makes the folder of this attempt, whose name nobody else has. */
async function openAttempt(project: string, key: string): Promise<string> {
  const { SLURM_JOB_ID: job = '0', SLURM_RESTART_COUNT: restarts = '0' } = process.env
  for (let count = 0; ; count += 1) {
    const attempt = `${job}-${restarts}${count === 0 ? '' : `-${count}`}`
    try {
      await mkdir(join(project, attemptFolder(key, attempt)))
      return attempt
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** The order, with files of this attempt's own; it continues the longest journal. */
async function attemptOrder(order: BootOrder, key: string, attempt: string): Promise<BootOrder> {
  const { project, journal } = order
  const own = attemptFolder(key, attempt)
  const earlier = attemptsOf(project, key).map((one) => `${attemptFolder(key, one)}/${journalName}`)
  const sizes = [journal, ...earlier].map((path) => ({ path, size: sizeOf(join(project, path)) }))
  const longest = sizes.reduce((best, one) => (one.size > best.size ? one : best))
  const found = longest.size > 0 ? readInside(project, longest.path, 2 * mostBytes) : undefined
  const start = found?.content ?? new Uint8Array()
  // Another attempt may be writing its last line.
  const whole = start.subarray(0, start.lastIndexOf(newline) + 1)
  if (whole.length > 0) await writeFile(join(project, own, journalName), whole)
  return {
    ...order,
    folder: makeFolder(project, `${own}/${workName}`),
    end: `${own}/${endName}`,
    journal: `${own}/${journalName}`,
    journalName: journal,
  }
}

const newline = 10

function sizeOf(file: string): number {
  const found = lstatSync(file, { throwIfNoEntry: false })
  return found?.isFile() ? found.size : 0
}

/** Why this node cannot give what the build would have got where it was started; undefined if it can. */
function unfitness({ version, order, variables }: TaskOrder): string | undefined {
  const major = (text: string) => text.split('.')[0]
  if (major(process.version) !== major(version))
    return `Node ${process.version} runs on ${nodeName()}, and the build with ${version}: install the same version`
  if (lstatSync(order.cache, { throwIfNoEntry: false }) === undefined)
    return (
      `${nodeName()} does not see the cache folder ${order.cache}: set REPRO_CACHE to a folder that the ` +
      'nodes share, and set up the laboratory there'
    )
  const others = otherVariables(order.variables, { ...scriptVariables(variables), ...slurmVariables() })
  if (others.length > 0)
    return (
      `${nodeName()} gives other values to ${others.join(', ')} than the build has: ` +
      'name variables that nodes set under untrackedEnv'
    )
  return undefined
}

async function refuse(order: BootOrder, message: string): Promise<void> {
  await writeFile(join(order.folder, outputLog), '')
  await writeEnd(order, { type: 'failure', failure: { fault: 'testbed', message } })
}

const stopped = 'stopped'

async function runBoot(
  task: TaskOrder,
  key: string,
  attempt: string,
  mark: string | undefined,
): Promise<{ readonly status: string; readonly late: boolean }> {
  const { order } = task
  const { project, folder } = order
  const file = join(project, attemptFolder(key, attempt), 'order.json')
  await writeFile(file, JSON.stringify(order))
  const progress: { done: number; total: number; log: string[] } = { done: 0, total: order.trials, log: [] }
  const submission = {
    order: file,
    project,
    output: join(folder, outputLog),
    variables: { ...scriptVariables(task.variables), ...slurmVariables() },
    deadlineMs: task.deadlineMs,
    key,
    fresh: true,
    alone: false,
  }
  const { ended, cancel } = localExecutor.submit(submission, {
    log: (text) => void (progress.log.length < mostLines && progress.log.push(text)),
    progress: (done, total) => Object.assign(progress, { done, total }),
  })
  let isStopped = false
  const stop = () => {
    isStopped = true
    cancel()
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  const isOrdered = () => orderMark(project, key) === mark
  const write = () => writeProgress(project, key, attempt, progress)
  const teller = openTeller(task.pollMs, isOrdered, progress, write, stop)
  const ending = await ended
  await teller.end()
  if (ending.status !== 'exit code 0' && !ending.late) await sleep(doubtMs)
  return isStopped ? { status: stopped, late: false } : ending
}

/** Names of the node and the task, for testbeds that choose a board by them. */
function slurmVariables(): Readonly<Record<string, string | undefined>> {
  const { SLURMD_NODENAME, SLURM_JOB_ID } = process.env
  return { SLURMD_NODENAME, SLURM_JOB_ID }
}

/** Writes the progress when it changed, and stops a boot whose order has been taken back. */
function openTeller(
  pollMs: number,
  isOrdered: () => boolean,
  progress: TaskProgress,
  write: () => Promise<boolean>,
  stop: () => void,
) {
  let last = ''
  let running = Promise.resolve()
  const tell = async () => {
    const now = JSON.stringify(progress)
    const isWanted = isOrdered() && (now === last || (await write()))
    if (!isWanted) stop()
    last = now
  }
  const attemptToTell = () => {
    running = running.then(tell).catch((error: unknown) => console.error(String(error)))
  }
  const timer = setInterval(attemptToTell, Math.max(500, pollMs / 2))
  return {
    async end() {
      clearInterval(timer)
      attemptToTell()
      await running
    },
  }
}
