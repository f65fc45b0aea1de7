/** Runs the script of an order: provides its cell, and gives each trial the same initial state. */

import { pathToFileURL } from 'node:url'
import { runName, type Row } from '../../results/run.ts'
import { openSeal } from '../../results/seal.ts'
import { randomNumbers } from '../../stats/random.ts'
import { type Board, completed, type DiscardedAttempt, type OpenedBoard } from '../../testbed/board.ts'
import { testbedOf, type Testbeds } from '../../testbeds/testbeds.ts'
import { counted } from '../../text/message.ts'
import type { Reads } from '../reads.ts'
import { type Cell, ExperimentError, type InlineCell, type Script } from './cell.ts'
import { provideModules } from './hooks.ts'
import { importModule } from './importmodule.ts'
import { columnsOf, inlineModule, rowsOf } from './inline.ts'
import { openJournal } from './journal.ts'
import type { Message, BootOrder } from './message.ts'
import { runProgram } from './program.ts'
import { type Recorder, recordReads } from './recorder.ts'
import { checkRows, isRecord, describeValue, type Types } from './rows.ts'
import { requireSameColumns } from './samecolumns.ts'
import { provideZx, type ScriptZx, textOf, textsFrom } from './zx.ts'

type Send = (message: Message) => void
type Measure = Parameters<Cell['each']>[0]

/** What a script returned, what it read, and what its board gave up, if that tells. */
export interface Ran {
  readonly result: unknown
  readonly reads: Reads
  readonly discarded: readonly DiscardedAttempt[] | undefined
}

/** Returns the script's result, unvalidated except for rows of trials, and the project files it used. */
export async function runScript(order: BootOrder, send: Send, testbeds?: Testbeds): Promise<Ran> {
  const { project, experiment, script, program, folder, cache } = order
  const log = limitedLog(send)
  const inline =
    script.type === 'inline'
      ? { url: urlOf(script.document, experiment), source: inlineModule(script.source, script.firstLine) }
      : undefined
  // Files that are inputs under another name, or not at all.
  const own = [folder, cache, ...(script.type === 'file' ? [script.file] : [])]
  const loaded = heard(program === undefined ? provideModules({ inline, cache }) : () => [])
  // Must precede imports, which may capture the functions wrapped here.
  const recorder = recordReads(project, own, loaded.take)
  const zx = program === undefined ? provideZx() : undefined
  const url = pathToFileURL(script.type === 'inline' ? script.document : script.file).href
  zx?.foresee(textsFrom(script.type === 'inline' ? script.source : textOf(url), url))
  // The testbed's files are in the key under other names.
  const board = await recorder.pause(() =>
    testbedOf(order.environment, testbeds).open(order.environment, { ...order, log }),
  )
  const use: Use = { jobs: 0, keptTrials: 0 }
  const { cell, warmsUp } = openCell(order, board, { send, log }, { recorder, use, zx })
  const run = async () => {
    if (program !== undefined) return await runProgram(order, program, cell, recorder)
    return script.type === 'inline'
      ? await runInline(experiment, script.document, cell)
      : await runModule(script.file, cell, () => zx?.foreseeModules(loaded.all()))
  }
  const result = await run().finally(() => board?.close?.())
  if (board !== undefined) requireUse(order, use)
  if (order.warmup > 0 && !warmsUp())
    throw new ExperimentError(
      `the block says warmup: ${order.warmup}, and the script neither measures with cell.each, which warms up, ` +
        'nor reads cell.warmup',
    )
  const { reads, changed } = recorder.reads()
  for (const input of changed)
    send({ type: 'log', text: `${input} changed while the script ran, so it is not taken as an input` })
  for (const path of recorder.outside().slice(0, mostOutside))
    send({ type: 'log', text: `read ${path}, outside the project; changes to it are not tracked` })
  for (const text of unnoticed(order, recorder)) send({ type: 'log', text })
  return { result, reads, discarded: board?.discarded?.() }
}

/** What a script has its numbers from. */
interface Use {
  jobs: number
  keptTrials: number
}

/** Throws an ExperimentError for a result that did not come from the board, whose word its numbers would carry. */
function requireUse({ environment: { name, origin } }: BootOrder, { jobs, keptTrials }: Use): void {
  if (origin !== 'hardware' || jobs > 0 || keptTrials > 0) return
  throw new ExperimentError(
    `the script ran no job on the board of ${name}, so its numbers are not that hardware's: ` +
      'call cell.board.run, or run it in another environment',
  )
}

/** Warnings of what the recorder cannot see, once a cell. */
function unnoticed(
  { boot, namesInputs, untracked, program }: BootOrder,
  recorder: Recorder,
): readonly string[] {
  if (boot > 1) return []
  return [
    ...(program !== undefined && !namesInputs
      ? [
          `runs ${program.interpreter === 'none' ? 'a program' : program.interpreter}: files that it opens ` +
            'are not tracked; name them under `inputs:`',
        ]
      : []),
    ...(recorder.hasUnseen() && !namesInputs
      ? [
          'starts programs or worker threads: files that they open by themselves are not tracked; ' +
            'name them under `inputs:`',
        ]
      : []),
    ...(untracked.length > 0
      ? [
          `is given ${untracked.join(', ')}: changes of their values are not noticed (untrackedEnv); ` +
            'name under `env:` what decides a result',
        ]
      : []),
  ]
}

/** Remembers what `take` has returned. */
function heard(take: () => readonly string[]) {
  const all = new Set<string>()
  let waiting: string[] = []
  const listen = () => {
    for (const url of take()) {
      all.add(url)
      waiting.push(url)
    }
  }
  return {
    /** Since its last call. */
    take(): readonly string[] {
      listen()
      const taken = waiting
      waiting = []
      return taken
    },
    all(): readonly string[] {
      listen()
      return [...all]
    },
  }
}

async function runModule(file: string, cell: Cell, loaded: () => void): Promise<unknown> {
  const module = await importModule(pathToFileURL(file).href)
  loaded()
  if (typeof module.default === 'function') return await (module.default as Script)(cell)
  throw new ExperimentError(
    'the script has no function to call: export default async function (cell) { ... }',
  )
}

async function runInline(experiment: string, document: string, cell: Cell): Promise<unknown> {
  const { environment, pattern, parameters, boot, trials, warmup, seed, bootSeed } = cell
  const { deadlineMs, project, folder, needs, log, progress } = cell
  let warmups = 0
  const rows = await cell.each(async ({ number, isWarmup, random }) => {
    const own: InlineCell = {
      ...{ experiment, environment, pattern, parameters, boot, trials, warmup, seed, bootSeed },
      ...{ deadlineMs, project, folder, needs, log, progress, trial: number, random },
    }
    Object.assign(globalThis, { cell: own })
    // A module runs once per URL.
    const trial = isWarmup ? `warm-up-${(warmups += 1)}` : String(number)
    return rowsOf(await importModule(urlOf(document, experiment, trial))) as readonly Row[]
  })
  requireSameColumns(rows, 'there is')
  return { columns: columnsOf(rows), rows, exclusions: [], captured: {} }
}

/** URL of an inline script: based on the document's, for imports and errors. */
function urlOf(document: string, experiment: string, trial?: string): string {
  return `${pathToFileURL(document).href}?experiment=${experiment}${trial === undefined ? '' : `&trial=${trial}`}`
}

interface Surroundings {
  readonly recorder: Recorder
  readonly use: Use
  readonly zx: ScriptZx | undefined
}

function openCell(
  order: BootOrder,
  board: OpenedBoard | undefined,
  { send, log }: { readonly send: Send; readonly log: Cell['log'] },
  { recorder, use, zx }: Surroundings,
): { readonly cell: Cell; readonly warmsUp: () => boolean } {
  const { experiment, pattern, parameters, boot, trials, warmup, seed, project, folder } = order
  const environment = order.environment.name
  const chance = chanceOf(order, environment)
  const byExperiment = Map.groupBy(order.needed, (run) => run.experiment)
  let measured = false
  let isRead = false
  const cell: Cell = {
    experiment,
    environment,
    pattern,
    parameters,
    boot,
    trials,
    get warmup() {
      isRead = true
      return warmup
    },
    seed,
    bootSeed: 1 + Math.floor((2 ** 31 - 1) * randomNumbers(`${seed} boot ${boot}`)()),
    // Time left, since compiling and packing take seconds on a slow machine. Measured from process start.
    get deadlineMs() {
      return Math.max(1000, Math.round(order.deadlineMs - performance.now()))
    },
    project,
    folder,
    get board() {
      if (board) return countingJobs(completed(board, order.environment.testbed), use)
      throw new ExperimentError(`the environment ${environment} has no board`)
    },
    log,
    progress: limitedProgress(send),
    random: randomNumbers(chance),
    // No prototype: an experiment's name may equal an object method's.
    needs: Object.assign(Object.create(null), Object.fromEntries(byExperiment)),
    async each(measure) {
      // A journal holds only one kind of trial.
      if (measured)
        throw new ExperimentError('the script called cell.each twice: measure all of a trial in one call')
      measured = true
      return await eachTrial(order, chance, measure, send, { recorder, use, zx })
    },
  }
  return { cell, warmsUp: () => measured || isRead }
}

function countingJobs(board: Board, use: Use): Board {
  return {
    ...board,
    // What it says of itself may change with each job.
    get facts() {
      return board.facts
    },
    async run(job) {
      const ended = await board.run(job)
      use.jobs += 1
      return ended
    },
  }
}

/** Seed string of a boot; for the first, that of a single-boot cell. */
function chanceOf({ experiment, pattern, boot, seed }: BootOrder, environment: string): string {
  const chance = `${seed} ${runName({ experiment, environment, pattern })}`
  return boot === 1 ? chance : `${chance} boot ${boot}`
}

async function eachTrial(
  { trials, warmup, journal, journalName = journal, project, cache }: BootOrder,
  chance: string,
  measure: Measure,
  send: Send,
  { recorder, use, zx }: Surroundings,
): Promise<readonly Row[]> {
  const log = (text: string) => send({ type: 'log', text })
  const seal = openSeal(project, cache)
  const { finished, reads, foreign, append, clear } = openJournal(project, journal, seal, journalName)
  if (recorder.holds(reads)) recorder.add(reads)
  else {
    log('files that earlier trials used have changed: all trials run again')
    clear()
  }
  if (foreign > 0) log(`ignored in ${journal}, as not made on this machine: ${counted(foreign, 'trial')}`)
  const kept = [...finished.keys()].filter((trial) => trial < trials).length
  use.keptTrials = kept
  if (kept > 0) log(`${kept} of ${trials} trials are kept from before`)
  const restart = startingPoint(zx)
  const progress = limitedProgress(send)
  const types: Types = new Map()
  const all: Row[] = []
  let isWarm = false
  let isUnheard = false
  // Nobody knows which trial it belongs to, and the boot fails (boot.ts): started again, it must find none of them.
  process.on('unhandledRejection', () => {
    isUnheard = true
    clear()
  })
  /** A process that goes on behind kept trials is as cold as one that starts with the first. */
  const warmUp = async () => {
    if (isWarm) return
    isWarm = true
    for (let number = 0; number < warmup; number += 1) {
      const random = randomNumbers(`${chance} warm-up ${number}`)
      await restart(
        async () => await measure({ number: number % trials, isWarmup: true, random, unsaved() {} }),
      )
    }
  }
  for (let number = 0; number < trials; number += 1) {
    const kept = finished.get(number)
    if (kept === undefined) await warmUp()
    const random = randomNumbers(`${chance} ${number}`)
    let isSaved = kept === undefined
    const trial = { number, isWarmup: false, random, unsaved: () => void (isSaved = false) }
    const measured = kept ?? withTrial(await restart(async () => await measure(trial)), number)
    const rows = checkRows(measured, `trial ${number}`, types)
    if (isSaved && !isUnheard) append(number, rows, recorder.reads().reads)
    for (const row of rows) all.push(row)
    progress(number + 1, trials)
  }
  return all
}

/** Adds the trial; leaves invalid rows for validation. */
function withTrial(rows: unknown, trial: number): unknown {
  if (!Array.isArray(rows)) return rows
  return rows.map((row) => (isRecord(row) ? { trial, ...row } : row))
}

/** Captures the working directory, environment and zx settings; the result runs an action in this state. */
function startingPoint(zx: ScriptZx | undefined): <Value>(action: () => Promise<Value>) => Promise<Value> {
  const folder = process.cwd()
  const umask = process.umask()
  const variables = { ...process.env }
  return async (action) => {
    process.chdir(folder)
    process.umask(umask)
    for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name]
    Object.assign(process.env, variables)
    return zx === undefined ? await action() : await zx.within(action)
  }
}

const mostOutside = 5
const mostLines = 1000
const longestLine = 500

/** Limits the log's size; notes when lines are dropped. */
function limitedLog(send: Send): Cell['log'] {
  let lines = 0
  return (text) => {
    lines += 1
    if (lines > mostLines) return
    const line = typeof text === 'string' ? text : describeValue(text)
    send({ type: 'log', text: line.length > longestLine ? `${line.slice(0, longestLine)}…` : line })
    if (lines === mostLines) send({ type: 'log', text: 'cell.log limit reached; further lines are dropped' })
  }
}

const progressMs = 50

/** Limits the update rate, but always sends the last update. */
function limitedProgress(send: Send): Cell['progress'] {
  let last = 0
  return (done, total) => {
    const now = Date.now()
    if (!Number.isFinite(done) || !Number.isFinite(total) || (now - last < progressMs && done !== total))
      return
    last = now
    send({ type: 'progress', done, total })
  }
}
