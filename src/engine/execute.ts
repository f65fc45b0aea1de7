/**
 * Executes a cell: order -> process -> result for each boot, cached as it finishes; the merged result goes
 * into the store. A boot's folder is deleted, unless it fails.
 */

import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeFolder, move, remove } from '../files/change.ts'
import { type Fingerprints, sha256 } from '../files/fingerprint.ts'
import { openFiles } from '../files/tracked.ts'
import { variableDigest } from '../files/variable.ts'
import { violation } from '../query/invariant.ts'
import { machinePrefix } from '../query/machine.ts'
import { keyOf } from '../results/key.ts'
import { bootFolder, runName, type Run } from '../results/run.ts'
import type { Seal } from '../results/seal.ts'
import type { Store } from '../results/store.ts'
import { TestbedError } from '../testbed/board.ts'
import { type FinishedBoot, deleteBoot, cacheBoot, cachedBoot } from './bootcache.ts'
import type { Boot } from './boots.ts'
import type { Executor } from './executor.ts'
import { hostFacts } from './host.ts'
import { type BootResult, mergeBoots, mergeMachines, united } from './mergeboots.ts'
import type { Step } from './plan.ts'
import { areUnchanged, mergeReads } from './reads.ts'
import { type Placing, runOrder, type Watch, withFiles } from './run.ts'
import { ExperimentError } from './script/cell.ts'
import type { BootOrder } from './script/message.ts'
import { stripAhead } from './script/stripahead.ts'
import { namedVariables, scriptVariables, variableInputs } from './script/variables.ts'
import { changedSince, type Stamps, stampsOf, writtenSince } from './sources.ts'

export interface ExecutionContext {
  readonly project: string
  /** The document, relative to the project. */
  readonly document: string
  readonly cache: string
  readonly executor: Executor
  readonly store: Store
  readonly seal: Seal
  /** Files as the plan saw them. */
  readonly seen: Fingerprints
  /** Name and version of this program. */
  readonly generator: string
}

/** A cell to run, where, and who observes it. */
export interface Task
  extends
    ExecutionContext,
    Watch,
    Pick<Step, 'cell' | 'environment' | 'inputs' | 'boots' | 'needed' | 'program'> {
  /** Discards boots and trials finished by earlier builds. */
  readonly ignoreCache: boolean
  /** Shares its machine with no other cell. */
  readonly alone: boolean
  readonly enter: Enter
  /** How its boots follow those of other patterns, for provenance; absent if nothing decides that. */
  readonly order?: Order
  /** Called when the first boot may start; returns whether the cell should run. */
  readonly begin: () => boolean
  /** Called at once, even if other boots of the cell still run. */
  readonly onFailure: () => void
}

/** The order of boots in words, and the turns of this cell's. */
export interface Order {
  readonly text: string
  readonly turns: string
}

/** Runs a boot of a cell when its turn comes. */
export type Enter = <Value>(boot: Boot, action: () => Promise<Value>) => Promise<Value>

/** Thrown for a failed cell; `cause` is an ExperimentError or TestbedError. */
export class CellError extends Error {
  override readonly name = 'CellError'
}

export const journalFolder = '.repro/journals'

/** Folders of failed cells, by cell name. */
export const failedFolder = '.repro/failed'

const workFolder = '.repro/work'
const exchangeFolder = '.repro/orders'

/**
 * Runs the boots that are not cached. Returns undefined if the cell should not start. After a failure no
 * further boot starts, but running ones finish and are cached. Throws a CellError that names the cell, the
 * failure and the folder of artifacts, or the signal's reason.
 */
export async function execute(task: Task): Promise<Run | undefined> {
  const { project, boots, enter, begin, onFailure, log, signal } = task
  const start = async () => {
    signal?.throwIfAborted()
    if (!begin()) return undefined
    const date = new Date()
    return await withFiles(async () => {
      await remove(project, workOf(task))
      return { date, kept: await keptBefore(task) }
    })
  }
  let starting: ReturnType<typeof start> | undefined
  const progress = summed(boots, task.progress)
  const failures: Failure[] = []
  const finish = async (boot: Boot): Promise<Finished | undefined> => {
    starting ??= start()
    const begun = await starting
    if (begun === undefined || failures.length > 0) return undefined
    const watch: Watch = {
      signal,
      log: boots.length === 1 ? log : (text) => log(`boot ${boot.number}: ${text}`),
      progress: (done, total) => progress(boot, done, total),
    }
    try {
      const found = begun.kept.get(boot) ?? (await runBoot(task, boot, watch))
      progress(boot, boot.trials, boot.trials)
      return { ...found, trials: boot.trials }
    } catch (cause) {
      failures.push({ boot, cause })
      onFailure()
      return undefined
    }
  }
  const finished = await Promise.all(boots.map((boot) => enter(boot, () => finish(boot))))
  const begun = await starting
  if (begun === undefined) return undefined
  try {
    signal?.throwIfAborted()
    const [failure] = failures
    if (failure) throw await setAside(task, failure)
    const whole = finished.flatMap((one) => one ?? [])
    return await withFiles(() => complete(task, whole, begun.date))
  } finally {
    await withFiles(() => clear(project, runName(task.cell)))
  }
}

type Finished = FinishedBoot & BootResult

interface Failure {
  readonly boot: Boot
  readonly cause: unknown
}

/** Boots finished by earlier builds; empty if `ignoreCache`. */
async function keptBefore(task: Task): Promise<ReadonlyMap<Boot, FinishedBoot>> {
  const { boots, project, seal, ignoreCache, log } = task
  const kept = new Map<Boot, FinishedBoot>()
  const files = openFiles(project)
  for (const boot of boots) {
    if (ignoreCache) {
      await deleteBoot(project, boot.key)
      await remove(project, journalOf(boot))
      await forget(keptOf(task, boot))
    }
    const found = cachedBoot(project, boot.key, seal)
    if (found && areUnchanged(found.reads, files)) kept.set(boot, found)
  }
  if (kept.size > 0) log(`boots kept from before: ${kept.size} of ${boots.length}`)
  return kept
}

async function runBoot(task: Task, boot: Boot, watch: Watch): Promise<FinishedBoot> {
  const { cell, environment, needed, boots, project, cache, seal, executor } = task
  const { experiment, pattern, block, definition } = cell
  if (task.program?.problem !== undefined) throw new ExperimentError(noProgram(task, task.program.problem))
  const work = workOf(task, boot)
  // Apart from the boot's folder, which belongs to the script.
  const exchange = `${exchangeFolder}/${runName(cell)}`
  const started = performance.now()
  const order: BootOrder = {
    ...{ experiment, pattern, environment, project, cache, needed },
    parameters: definition.parameters,
    boot: boot.number,
    boots: boots.length,
    warmup: block.warmup ?? 0,
    trials: boot.trials,
    seed: definition.seed ?? block.seed,
    deadlineMs: block.deadlineSeconds * 1000,
    folder: makeFolder(project, work),
    end: `${exchange}/boot-${boot.number}.end.json`,
    journal: journalOf(boot),
    kept: keptOf(task, boot),
    script: scriptOf(task),
    program: task.program,
    namesInputs: block.inputs.length > 0,
    untracked: block.untrackedVariables ?? [],
    variables: variableInputs(block, variableDigest),
  }
  makeFolder(project, journalFolder)
  const file = join(makeFolder(project, exchange), `boot-${boot.number}.order.json`)
  const placing: Placing = {
    variables: scriptVariables(namedVariables(block)),
    key: boot.key,
    fresh: task.ignoreCache,
    alone: task.alone,
    gres: environment.gres,
  }
  const stamps = stampsOf(project, task.inputs, block.script)
  requireUnchanged(task)
  const { release, ...ran } = await runOrder(order, file, placing, executor, watch, () =>
    // While its process starts, which takes about as long.
    stripAhead(order, Object.keys(task.inputs)),
  )
  try {
    requireUnchanged(task)
    requireUnwritten(task, stamps)
  } catch (error) {
    // Trials of two scripts must not be taken for those of one, even if it is changed back.
    await remove(project, journalOf(boot))
    throw error
  }
  const finished = { ...ran, seconds: (performance.now() - started) / 1000 }
  await forget(order.kept)
  return await withFiles(async () => {
    const kept = await cacheBoot(project, boot.key, finished, seal)
    await release?.()
    if (kept === undefined) return finished // its files are still in its folder
    await remove(project, work)
    return kept
  })
}

/** Throws an ExperimentError if a file that decides the result was changed since the cell was planned. */
function requireUnchanged({ cell, project, inputs, program, seen }: Task): void {
  const { script } = cell.block
  const changed = changedSince(inputs, { script, isProgram: program !== undefined }, openFiles(project, seen))
  if (changed !== undefined)
    throw new ExperimentError(
      `${changed} changed since the build began: build again (a file that the script writes is no input)`,
    )
}

/** Throws an ExperimentError if such a file was written during a boot: it may have been read when it was another. */
function requireUnwritten({ project }: Task, before: Stamps): void {
  const written = writtenSince(project, before)
  if (written !== undefined)
    throw new ExperimentError(
      `${written} was written while the cell ran, which may have read something else than is there now: build again ` +
        '(a file that the script writes is no input)',
    )
}

async function complete(task: Task, finished: readonly Finished[], date: Date): Promise<Run> {
  const { cell, environment, document, store } = task
  const { experiment, pattern, block, definition } = cell
  try {
    const { files = {}, provenance, ...result } = mergeBoots(finished, task.program !== undefined)
    const reads = finished.map(({ reads }) => reads)
    const { inputs, changed } = mergeReads(task.inputs, reads)
    if (changed !== undefined) throw new ExperimentError(`${changed} changed while the cell ran: build again`)
    const run: Omit<Run, 'files'> = {
      experiment,
      environment: cell.environment,
      pattern,
      key: keyOf(cell, inputs),
      inputs,
      origin: environment.origin,
      trials: block.trials,
      seed: definition.seed ?? block.seed,
      parameters: definition.parameters,
      ...result,
      provenance: { ...provenance, ...(await circumstances(task, finished, date)), document },
    }
    const wrong = violation({ ...run, files: {} }, block.invariants)
    if (wrong !== undefined) throw new ExperimentError(wrong)
    return await store.keep(run, files)
  } catch (cause) {
    throw new CellError(`${runName(cell)} failed: ${failureText(cause)}`, { cause })
  }
}

/** Keeps the cell's work folder and describes the failure. */
async function setAside(task: Task, { boot, cause }: Failure): Promise<CellError> {
  const { project } = task
  const name = runName(task.cell)
  const kept = `${failedFolder}/${name}`
  await remove(project, kept)
  makeFolder(project, workOf(task, boot)) // a script may have deleted it
  await move(project, workOf(task), kept)
  // Paths refer to the folder's new location.
  const text = failureText(cause).replaceAll(join(project, workOf(task)), join(project, kept))
  const several = task.boots.length > 1
  const which = several ? `boot ${boot.number} of ${task.boots.length}: ` : ''
  const place = several ? `${kept}/${bootFolder(boot.number)}` : kept
  return new CellError(`${name} failed: ${which}${text}\nits files are kept in ${place}/`, { cause })
}

function failureText(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return cause instanceof TestbedError && cause.advice !== undefined ? `${text}\n${cause.advice}` : text
}

/** Work folder of a cell, or of one of its boots; a single boot uses the cell's. */
function workOf({ cell, boots }: Task, boot?: Boot): string {
  const work = `${workFolder}/${runName(cell)}`
  return boot === undefined || boots.length === 1 ? work : `${work}/${bootFolder(boot.number)}`
}

function journalOf({ journal }: Boot): string {
  return `${journalFolder}/${journal}.jsonl`
}

/** Where a testbed keeps parts of a boot that are done: nothing that a repository could bring. */
function keptOf({ project, cache }: Task, { journal }: Boot): string {
  return join(cache, 'kept', sha256(`${project}\n${journal}`))
}

/** Deletes what a testbed kept. There is nothing where the cache folder cannot be used. */
async function forget(kept: string): Promise<void> {
  if (existsSync(kept)) await rm(kept, { recursive: true, force: true })
}

/** Deletes a cell's folders and empty parents. */
async function clear(project: string, name: string): Promise<void> {
  for (const root of [workFolder, exchangeFolder]) {
    await remove(project, `${root}/${name}`)
    for (let above = dirname(`${root}/${name}`); above !== root; above = dirname(above)) {
      try {
        await rmdir(join(project, above))
      } catch {
        break // another cell's folder is in it, or there is none
      }
    }
  }
}

function summed(
  boots: readonly Boot[],
  tell: Watch['progress'],
): (boot: Boot, done: number, total: number) => void {
  const states = new Map(boots.map((boot) => [boot, { done: 0, total: boot.trials }]))
  return (boot, done, total) => {
    states.set(boot, { done, total })
    const all = [...states.values()]
    tell(
      all.reduce((sum, one) => sum + one.done, 0),
      all.reduce((sum, one) => sum + one.total, 0),
    )
  }
}

function scriptOf({ cell, project, document }: Task): BootOrder['script'] {
  const { script, place } = cell.block
  if ('file' in script) return { type: 'file', file: join(project, script.file) }
  return { type: 'inline', document: join(project, document), ...script, indentation: place.column - 1 }
}

/** At the block, as nothing of the script has run. */
function noProgram({ cell, document }: Task, problem: string): string {
  const { line, column } = cell.block.place
  return `${document}:${line}:${column}: ${problem}`
}

/** Provenance; not part of the key. */
async function circumstances(
  { generator, project, order }: Task,
  finished: readonly Finished[],
  date: Date,
): Promise<Readonly<Record<string, string | number>>> {
  const machine = mergeMachines(finished.flatMap(({ machine }) => (machine ? [machine] : [])))
  const own = await hostFacts(project)
  const host = Object.entries(united(finished.map((boot) => boot.host ?? own)))
  return {
    'made by': generator,
    date: date.toISOString(),
    'duration (s)': Math.round(10 * finished.reduce((sum, { seconds }) => sum + seconds, 0)) / 10,
    // `duration` is the sum over boots, even if they ran concurrently.
    ...(finished.length > 1 ? { ended: new Date().toISOString() } : {}),
    ...(order === undefined ? {} : { [`${machinePrefix}order`]: order.text, turns: order.turns }),
    ...Object.fromEntries(Object.entries(machine).map(([item, value]) => [`${machinePrefix}${item}`, value])),
    ...Object.fromEntries(host.map(([item, value]) => [`host ${item}`, value])),
  }
}
