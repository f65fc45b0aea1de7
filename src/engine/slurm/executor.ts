/**
 * The executor `slurm`: boots as tasks of arrays in the queue of a cluster.
 *
 *     submit -> taken up from an earlier build, or gathered with others -> sbatch -> look -> collect
 *
 * Files say what has ended (exchange.ts); the queue is only asked whether somebody still works on the rest.
 */

import pLimit from 'p-limit'
import { openFiles } from '../../files/tracked.ts'
import { TestbedError } from '../../testbed/board.ts'
import { counted } from '../../text/message.ts'
import { RequestError } from '../cells.ts'
import type { Ending, Executor, ExecutorHost, Follower, Submission, Submitted } from '../executor.ts'
import { areUnchanged, parseReads } from '../reads.ts'
import { parseEnd } from '../script/message.ts'
import { type Queued, type SlurmClient, slurmClient, Unknown } from './client.ts'
import { collectAttempt, endText } from './collect.ts'
import { canceled, type Entry, nameOf, type Place, taskName } from './entry.ts'
import {
  discardBoot,
  discardResult,
  endedKeys,
  hasResult,
  ownOrder,
  readProgress,
  readResult,
  removeUnusedArray,
  resultsFolder,
  withdrawOrder,
} from './exchange.ts'
import { lostError } from './lost.ts'
import { submitArray, type Submitter } from './submit.ts'

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

class Queue {
  readonly #host: ExecutorHost
  readonly #client: SlurmClient
  readonly #pollMs: number
  /** To be submitted. */
  readonly #waiting = new Set<Entry>()
  /** Submitted, by key. */
  readonly #sent = new Map<string, Entry>()
  /** Array -> id of its job, as far as it is known. */
  readonly #jobs = new Map<string, string>()
  /** Array -> boots that this build waits for, or has not released. */
  readonly #open = new Map<string, number>()
  readonly #submitter: Submitter
  #gathering: NodeJS.Timeout | undefined
  #submitting: Promise<void> = Promise.resolve()
  #most: Promise<number> | undefined
  #looking: NodeJS.Timeout | undefined
  #isLooking = false
  #canceling: Entry[] = []
  /** What was told last, as it is told once. */
  #told = { reasons: '', isUnanswered: false, isContradicted: false }
  /** Limits open files when many boots start or end at once. */
  readonly #files = pLimit(8)

  constructor(host: ExecutorHost, client: SlurmClient, pollMs: number, more: readonly string[]) {
    this.#host = host
    this.#client = client
    this.#pollMs = pollMs
    this.#submitter = { host, client, pollMs, more, files: this.#files }
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

  /** What Slurm refuses fails, and nothing else: others may ask for what it has. */
  async #submitArray(all: readonly Entry[]): Promise<void> {
    try {
      const submitted = await submitArray(this.#submitter, all)
      if (submitted === undefined) return
      const { array, job, entries } = submitted
      this.#jobs.set(array, job)
      this.#host.note(`submitted ${counted(entries.length, 'boot')} to Slurm as job ${job}`)
      for (const [index, entry] of entries.entries()) {
        this.#send(entry, { array, index })
        if (entry.isCanceled) this.#cancel(entry)
      }
      this.#lookIn(this.#pollMs)
    } catch (error) {
      for (const { place, reject } of all) if (place === undefined) reject(error)
    }
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
    if (lost.length > 0) await this.#lose(lost)
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

  async #collect(entry: Entry): Promise<void> {
    const { project } = this.#host
    const { key } = entry.submission
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
    await collectAttempt(project, entry.submission, result.attempt)
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

  /**
   * Tasks that are gone from the queue without a result. Of some Slurm is asked by another command: while it knows one of
   * them to be there, the queue that it listed is believed for none.
   */
  async #lose(entries: readonly Entry[]): Promise<void> {
    const states = new Map<Entry, string>()
    for (const entry of entries.slice(0, mostDescribed)) {
      const state = await this.#stateOf(entry)
      if (state !== undefined) states.set(entry, state)
    }
    const known = [...states].find(([, state]) => isThere(state))
    if (known !== undefined) {
      for (const entry of entries) entry.misses = 0
      if (!this.#told.isContradicted)
        this.#host.note(
          `squeue does not list tasks that scontrol knows (${known[1]}): waiting for results all the same`,
        )
      this.#told.isContradicted = true
      return
    }
    for (const entry of entries) await this.#loseOne(entry, states.get(entry))
  }

  async #stateOf({ place }: Entry): Promise<string | undefined> {
    const job = place && this.#jobs.get(place.array)
    return job === undefined ? undefined : await this.#client.describe(`${job}_${place?.index}`)
  }

  async #loseOne(entry: Entry, state: string | undefined): Promise<void> {
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
    const error = lostError(
      project,
      place,
      `${this.#jobs.get(place.array) ?? place.array}_${place.index}`,
      state,
    )
    await withdrawOrder(project, key)
    await this.#leave(place)
    entry.reject(error)
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

/** Whether Slurm's words for a task (client.ts) say that it waits or works. */
function isThere(state: string): boolean {
  return /^(?:PENDING|CONFIGURING|RUNNING|COMPLETING|SUSPENDED|STOPPED|SIGNALING|RESIZING|REQUEUED?)\b/.test(
    state,
  )
}

/** Reasons for which any task waits a while. */
const usualReasons: ReadonlySet<string> = new Set([
  ...['', 'None', 'Priority', 'Resources', 'JobArrayTaskLimit', 'BeginTime', 'Cleaning', 'Prolog'],
])
