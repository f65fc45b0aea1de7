/**
 * The executor `slurm`: boots as tasks of arrays in the queue of a cluster.
 *
 *     submit -> taken up from an earlier build, or gathered with others -> sbatch -> look -> collect
 *
 * Files say what has ended (exchange.ts); the queue is only asked whether somebody still works on the rest.
 */

import { randomUUID } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { makeFolder, move, remove } from '../../files/change.ts'
import { FileError, readInside } from '../../files/ordinary.ts'
import { openFiles } from '../../files/tracked.ts'
import { TestbedError } from '../../testbed/board.ts'
import { counted } from '../../text/message.ts'
import { RequestError } from '../cells.ts'
import type { Ending, Executor, ExecutorHost, Follower, Submission, Submitted } from '../executor.ts'
import { areUnchanged, parseReads } from '../reads.ts'
import { mostEnd, parseEnd } from '../script/message.ts'
import { readOrder } from '../script/order.ts'
import { type Queued, type SlurmClient, slurmClient, Unknown } from './client.ts'
import {
  arrayFolder,
  attemptFolder,
  discardBoot,
  discardResult,
  endedKeys,
  endName,
  hasResult,
  journalName,
  ownOrder,
  readProgress,
  readResult,
  removeUnusedArray,
  resultsFolder,
  shareFolder,
  withdrawOrder,
  workName,
  writeOrder,
  writeTasks,
} from './exchange.ts'
import { jobArguments, jobScript } from './script.ts'

/** Settings of the environment, and what tests replace. */
export interface SlurmOptions {
  readonly variables?: Readonly<Record<string, string | undefined>>
  readonly client?: SlurmClient
}

const usualPollSeconds = 20
/** Submissions are gathered until none came for this long. */
const gatherMs = 500
const mostGathered = 1000
/** Looks in which a task must be missing from the queue and have no result: files may show late. */
const mostMisses = 3
/** Ended tasks of one look that Slurm is asked about. */
const mostDescribed = 10

/** Opens the executor. Throws a TestbedError without Slurm's commands, a RequestError for wrong settings. */
export async function openSlurm(
  { project, seal, note }: ExecutorHost,
  { variables = process.env, client = slurmClient }: SlurmOptions = {},
): Promise<Executor> {
  const pollMs = pollMsIn(variables.REPRO_SLURM_POLL)
  const more = (variables.REPRO_SLURM_ARGS ?? '').split(/\s+/).filter((word) => word !== '')
  await client.require()
  const queue = new Queue({ project, seal, note }, client, pollMs, more)
  return { separates: true, submit: (submission, follower) => queue.submit(submission, follower) }
}

function pollMsIn(text: string | undefined): number {
  const seconds = text === undefined || text === '' ? usualPollSeconds : Number(text)
  if (seconds > 0 && seconds <= 3600) return 1000 * seconds
  throw new RequestError(
    `REPRO_SLURM_POLL is ${text}: expected seconds between two looks, more than 0, at most 3600`,
  )
}

/** Where a boot is: the task of an array, which may be one of an earlier build. */
interface Place {
  readonly array: string
  readonly index: number
}

interface Entry {
  readonly submission: Submission
  readonly follower: Follower
  readonly resolve: (ending: Ending) => void
  readonly reject: (error: unknown) => void
  /** Undefined until it is submitted. */
  place: Place | undefined
  /** An earlier build submitted it; it is submitted again if nothing comes of that. */
  isTakenUp: boolean
  isCanceled: boolean
  isCollected: boolean
  /** Consecutive looks in which it was missed. */
  misses: number
  /** Lines of its log that were passed on. */
  lines: number
}

const canceled: Ending = { status: 'canceled', late: false }

class Queue {
  readonly #host: ExecutorHost
  readonly #client: SlurmClient
  readonly #pollMs: number
  readonly #more: readonly string[]
  /** To be submitted. */
  readonly #waiting = new Set<Entry>()
  /** Submitted, by key. */
  readonly #sent = new Map<string, Entry>()
  /** Array -> id of its job, as far as it is known. */
  readonly #jobs = new Map<string, string>()
  /** Array -> boots that this build waits for, or has not released. */
  readonly #open = new Map<string, number>()
  #gathering: NodeJS.Timeout | undefined
  #submitting: Promise<void> = Promise.resolve()
  #most: Promise<number> | undefined
  #looking: NodeJS.Timeout | undefined
  #isLooking = false
  #canceling: Entry[] = []
  /** What was told last, as it is told once. */
  #told = { reasons: '', isUnanswered: false }
  /** Limits open files when many boots start or end at once. */
  readonly #files = pLimit(8)

  constructor(host: ExecutorHost, client: SlurmClient, pollMs: number, more: readonly string[]) {
    this.#host = host
    this.#client = client
    this.#pollMs = pollMs
    this.#more = more
  }

  submit(submission: Submission, follower: Follower): Submitted {
    let cancel = () => {}
    const ended = new Promise<Ending>((resolve, reject) => {
      const entry: Entry = {
        ...{ submission, follower, resolve, reject, place: undefined },
        ...{ isTakenUp: false, isCanceled: false, isCollected: false, misses: 0, lines: 0 },
      }
      cancel = () => this.#cancel(entry)
      this.#files(() => this.#begin(entry)).catch(reject)
    })
    return { ended, cancel: () => cancel() }
  }

  /** Takes up what an earlier build has submitted, or puts the boot among those to submit. */
  async #begin(entry: Entry): Promise<void> {
    const { project } = this.#host
    const { key, fresh } = entry.submission
    const earlier = fresh ? undefined : this.#earlier(key)
    // A task that works on a discarded boot notices that, and ends.
    if (fresh) await discardBoot(project, key)
    else if (earlier === undefined) await discardResult(project, key)
    if (entry.isCanceled) entry.resolve(canceled)
    else if (earlier === undefined) this.#gather(entry)
    else {
      entry.isTakenUp = true
      this.#send(entry, earlier)
      this.#lookIn(gatherMs)
    }
  }

  /** The task that an earlier build has submitted, unless it has failed, or read files that have changed. */
  #earlier(key: string): Place | undefined {
    const { project, seal } = this.#host
    const order = ownOrder(project, key, seal)
    if (order === undefined || !hasResult(project, key)) return order
    const result = readResult(project, key)
    const text = result && endText(project, key, result.attempt)
    const end = text === undefined ? undefined : parseEnd(text)
    const reads = end?.type === 'result' ? parseReads(end.reads) : undefined
    return reads && areUnchanged(reads, openFiles(project)) ? order : undefined
  }

  #gather(entry: Entry): void {
    this.#waiting.add(entry)
    clearTimeout(this.#gathering)
    this.#gathering = setTimeout(() => this.#flush(), this.#waiting.size < mostGathered ? gatherMs : 0)
  }

  #flush(): void {
    const entries = [...this.#waiting]
    this.#waiting.clear()
    const groups = Map.groupBy(entries, ({ submission: { gres, alone, deadlineMs, variables } }) =>
      JSON.stringify([gres, alone, deadlineMs, variables]),
    )
    const submitted = async () => {
      this.#most ??= this.#client.mostTasks()
      const most = await this.#most
      for (const group of groups.values())
        for (let from = 0; from < group.length; from += most)
          await this.#submitArray(group.slice(from, from + most))
    }
    this.#submitting = this.#submitting.then(submitted).catch((error: unknown) => {
      for (const { place, reject } of entries) if (place === undefined) reject(error)
    })
  }

  /** Submits boots of the same needs. While Slurm does not answer, it tries again. */
  async #submitArray(all: readonly Entry[]): Promise<void> {
    const { project, note } = this.#host
    for (let isFirst = true; ; isFirst = false) {
      for (const entry of all) if (entry.isCanceled) entry.resolve(canceled)
      const entries = all.filter(({ isCanceled }) => !isCanceled)
      const [one] = entries
      if (one === undefined) return
      // With a name of its own each time: if Slurm has the last one after all, its tasks find nothing to do.
      const array = randomUUID().slice(0, 13)
      await this.#order(entries, array)
      try {
        const job = await this.#client.submit({
          name: nameOf(array),
          script: jobScript(project, array),
          args: jobArguments(project, array, entries.length, one.submission, this.#more),
          variables: one.submission.variables,
        })
        this.#jobs.set(array, job)
        note(`submitted ${counted(entries.length, 'boot')} to Slurm as job ${job}`)
        for (const [index, entry] of entries.entries()) {
          this.#send(entry, { array, index })
          if (entry.isCanceled) this.#cancel(entry)
        }
        this.#lookIn(this.#pollMs)
        return
      } catch (error) {
        for (const { submission } of entries) await withdrawOrder(project, submission.key)
        await remove(project, arrayFolder(array))
        if (!(error instanceof Unknown)) throw error
        if (isFirst)
          note(`Slurm does not answer (${error.message}): trying again every ${this.#pollMs / 1000} s`)
        await sleep(this.#pollMs)
      }
    }
  }

  async #order(entries: readonly Entry[], array: string): Promise<void> {
    const { project, seal } = this.#host
    const common = { array, version: process.version, pollMs: this.#pollMs }
    await writeTasks(
      project,
      array,
      entries.map(({ submission }) => submission.key),
    )
    await Promise.all(
      entries.map(({ submission: { key, order, deadlineMs, variables } }, index) => {
        const names = Object.keys(variables)
        const write = async () => {
          const task = { ...common, index, deadlineMs, variables: names, order: readOrder(order) }
          await writeOrder(project, key, task, seal)
        }
        return this.#files(write)
      }),
    )
  }

  #send(entry: Entry, { array, index }: Place): void {
    entry.place = { array, index }
    entry.misses = 0
    this.#open.set(array, (this.#open.get(array) ?? 0) + 1)
    this.#sent.set(entry.submission.key, entry)
  }

  /** Looks after `ms`, or when that is planned already, and then again and again while boots are left. */
  #lookIn(ms: number): void {
    if (this.#isLooking || (this.#looking !== undefined && ms >= this.#pollMs)) return
    clearTimeout(this.#looking)
    this.#looking = setTimeout(() => void this.#lookAndGoOn(), ms)
  }

  async #lookAndGoOn(): Promise<void> {
    this.#isLooking = true
    try {
      await this.#look()
    } catch (error) {
      for (const entry of this.#sent.values()) this.#fail(entry, error)
    }
    this.#isLooking = false
    this.#looking = undefined
    if (this.#sent.size > 0) this.#lookIn(this.#pollMs)
  }

  async #look(): Promise<void> {
    const queued = await this.#queued()
    // After the queue: who was missing there has written its result by now.
    const ended = endedKeys(this.#host.project)
    const lost: Entry[] = []
    for (const [key, entry] of this.#sent) {
      const { place, isCollected, isCanceled } = entry
      if (place === undefined || isCollected || isCanceled) continue
      if (ended.has(key)) {
        entry.isCollected = true
        this.#files(() => this.#collect(entry)).catch((error: unknown) => this.#fail(entry, error))
        continue
      }
      if (queued === undefined) continue
      const found = queued.get(taskName(place))
      entry.misses = found ? 0 : entry.misses + 1
      if (found) this.#jobs.set(place.array, found.job)
      if (found && !found.waits) this.#follow(entry)
      if (entry.misses >= mostMisses) lost.push(entry)
    }
    if (queued) this.#tellReasons([...queued.values()])
    for (const [index, entry] of lost.entries()) await this.#lose(entry, index < mostDescribed)
  }

  /** Tasks that have not ended, by name; undefined if Slurm does not answer. */
  async #queued(): Promise<ReadonlyMap<string, Queued> | undefined> {
    const arrays = new Set([...this.#sent.values()].flatMap(({ place }) => place?.array ?? []))
    try {
      const found = await this.#client.queue([...arrays].map(nameOf))
      this.#told.isUnanswered = false
      return new Map(found.map((one) => [`${one.name} ${one.index}`, one]))
    } catch (error) {
      if (!(error instanceof Unknown)) throw error
      if (!this.#told.isUnanswered)
        this.#host.note(`Slurm does not answer (${error.message}): waiting for results all the same`)
      this.#told.isUnanswered = true
      return undefined
    }
  }

  /** Passes on what a boot has told since the last look. */
  #follow(entry: Entry): void {
    const told = readProgress(this.#host.project, entry.submission.key)
    if (told === undefined) return
    for (const line of told.log.slice(entry.lines)) entry.follower.log(line)
    entry.lines = Math.max(entry.lines, told.log.length)
    entry.follower.progress(told.done, told.total)
  }

  /** Puts an ended boot's files where the build expects them. What the attempt wrote stays until it is released. */
  async #collect(entry: Entry): Promise<void> {
    const { project } = this.#host
    const { key, order: file } = entry.submission
    const result = readResult(project, key)
    if (result === undefined) {
      // A shared file system may show the folder before its file.
      entry.isCollected = false
      entry.misses += 1
      if (entry.misses < mostMisses) return
      await discardResult(project, key)
      throw new TestbedError(`the result of its task cannot be read: ${resultsFolder}/${key}`)
    }
    this.#follow(entry)
    const order = readOrder(file)
    const own = attemptFolder(key, result.attempt)
    const folder = relative(project, order.folder)
    await remove(project, folder)
    await shareFolder(project, `${own}/${workName}`, folder)
    const end = endText(project, key, result.attempt)
    if (end !== undefined) {
      const [there, here] = [join(project, own, workName), order.folder].map(asJson)
      const place = makeFolder(project, dirname(order.end))
      await writeFile(
        join(place, basename(order.end)),
        end.replaceAll(there ?? '', () => here ?? ''),
      )
    }
    if (isWritten(project, `${own}/${journalName}`))
      await move(project, `${own}/${journalName}`, order.journal)
    const { status, late, host } = result
    this.#sent.delete(key)
    const release = () => this.#files(() => this.#release(entry))
    entry.resolve({ status, late, host, release })
  }

  async #release({ submission: { key }, place }: Entry): Promise<void> {
    const { project } = this.#host
    await discardBoot(project, key)
    if (place) await this.#leave(place)
  }

  /** Deletes an array's folder when nothing of it is left. */
  async #leave({ array }: Place): Promise<void> {
    const left = (this.#open.get(array) ?? 1) - 1
    this.#open.set(array, left)
    if (left > 0) return
    this.#open.delete(array)
    await removeUnusedArray(this.#host.project, array)
  }

  #fail(entry: Entry, error: unknown): void {
    this.#sent.delete(entry.submission.key)
    entry.reject(error)
  }

  /** A task is gone from the queue without a result. */
  async #lose(entry: Entry, ask: boolean): Promise<void> {
    const { project } = this.#host
    const { submission, place, follower } = entry
    const { key } = submission
    if (place === undefined) return
    this.#sent.delete(key)
    if (entry.isTakenUp) {
      follower.log('its task of an earlier build ended without a result: submitted again')
      Object.assign(entry, { isTakenUp: false, place: undefined })
      await this.#leave(place)
      this.#gather(entry)
      return
    }
    const job = this.#jobs.get(place.array)
    const task = `${job ?? place.array}_${place.index}`
    const state = ask && job !== undefined ? await this.#client.describe(task) : undefined
    const printed = printedBy(project, place)
    const text = [
      `its task ended without a result (job ${[task, ...(state === undefined ? [] : [state])].join(': ')})`,
      ...(printed ?? []).map((line) => `  | ${line}`),
    ]
    await withdrawOrder(project, key)
    await this.#leave(place)
    entry.reject(new TestbedError(text.join('\n'), { advice: adviceFor(project, state, printed) }))
  }

  /** Tells why tasks wait, unless it is only for their turn; once while the reasons are the same. */
  #tellReasons(queued: readonly Queued[]): void {
    const waiting = queued.filter(({ waits, reason }) => waits && !usualReasons.has(reason))
    const reasons = [...Map.groupBy(waiting, ({ reason }) => reason)].sort(([a], [b]) => (a < b ? -1 : 1))
    const names = reasons.map(([reason]) => reason).join('\n')
    if (names === this.#told.reasons) return
    this.#told.reasons = names
    for (const [reason, tasks] of reasons)
      this.#host.note(
        `${counted(tasks.length, 'boot')} ${tasks.length === 1 ? 'waits' : 'wait'} in Slurm's queue: ${reason}`,
      )
  }

  #cancel(entry: Entry): void {
    entry.isCanceled = true
    if (this.#waiting.delete(entry)) entry.resolve(canceled)
    if (this.#sent.get(entry.submission.key) !== entry) return
    // All of a build are canceled in one go.
    if (this.#canceling.length === 0) setTimeout(() => void this.#endTasks(), 0)
    this.#canceling.push(entry)
  }

  async #endTasks(): Promise<void> {
    const { project, note } = this.#host
    const entries = this.#canceling.splice(0)
    const ended = endedKeys(project)
    const arrays = Map.groupBy(entries, ({ place }) => place?.array ?? '')
    const known = [...arrays].flatMap(([array, those]) => {
      const job = this.#jobs.get(array)
      return job === undefined ? [] : [`${job}_[${those.map(({ place }) => place?.index).join(',')}]`]
    })
    const unknown = [...arrays.keys()].filter((array) => !this.#jobs.has(array)).map(nameOf)
    const problems = [
      known.length > 0 && (await this.#client.cancel(known)),
      unknown.length > 0 && (await this.#client.cancelNamed(unknown)),
    ]
    for (const words of problems)
      if (words) note(`scancel failed (${words}): the tasks end by themselves when they notice`)
    for (const entry of entries) {
      const { submission, place } = entry
      // What has ended can still be taken up.
      if (!ended.has(submission.key)) await withdrawOrder(project, submission.key)
      this.#sent.delete(submission.key)
      if (place) await this.#leave(place)
      entry.resolve(canceled)
    }
  }
}

/** Reasons for which any task waits a while. */
const usualReasons: ReadonlySet<string> = new Set([
  ...['', 'None', 'Priority', 'Resources', 'JobArrayTaskLimit', 'BeginTime', 'Cleaning', 'Prolog'],
])

function nameOf(array: string): string {
  return `repro-${array}`
}

function taskName({ array, index }: Place): string {
  return `${nameOf(array)} ${index}`
}

/** Returns the end file of an attempt as it is. */
function endText(project: string, key: string, attempt: string): string | undefined {
  const found = readInside(project, `${attemptFolder(key, attempt)}/${endName}`, mostEnd)
  return found && new TextDecoder().decode(found.content)
}

/** A text as it stands inside of a JSON string. */
function asJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function isWritten(project: string, path: string): boolean {
  const found = lstatSync(join(project, path), { throwIfNoEntry: false })
  return found?.isFile() === true && found.size > 0
}

const mostLog = 4_000_000
const shownLines = 6

/** The last lines that a task printed beside its boot's output; undefined if none of it has arrived. */
function printedBy(project: string, { array, index }: Place): readonly string[] | undefined {
  try {
    const found = readInside(project, `${arrayFolder(array)}/${index}.log`, mostLog)
    return found && new TextDecoder().decode(found.content).trim().split('\n').slice(-shownLines)
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

function adviceFor(
  project: string,
  state: string | undefined,
  printed: readonly string[] | undefined,
): string {
  if (state?.startsWith('OUT_OF_MEMORY')) return 'Ask for more memory: REPRO_SLURM_ARGS="--mem=4G".'
  if (state?.startsWith('CANCELLED')) return 'Somebody canceled it: build again to submit it alone.'
  if (printed === undefined)
    return `Nothing that its node wrote has arrived: ${project} must be on a file system that all nodes share.`
  return (
    'Each node needs the folder of the project, the cache folder, Node and repro, at the same paths as here ' +
    '(docs/slurm.md). Build again to submit the failed boots alone.'
  )
}
