/**
 * Executes a cell: order -> process -> result -> run in the store. Its folder is kept when it fails, and gone when it does not.
 */

import { rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ExperimentBlock, Pattern } from '../document/block.ts'
import { makeFolder, move, remove } from '../files/change.ts'
import type { Inputs, Run } from '../results/run.ts'
import { runName } from '../results/series.ts'
import type { CellName, Store } from '../results/store.ts'
import type { Environment } from '../testbed/environment.ts'
import { TestbedError } from '../testbed/testbed.ts'
import { hostFacts } from './host.ts'
import type { Order } from './message.ts'
import { runCell, type Watch } from './process.ts'
import { scriptVariables } from './variables.ts'

/** A cell that must be run. */
export interface Task {
  readonly cell: CellName & { readonly block: ExperimentBlock; readonly definition: Pattern }
  readonly environment: Environment | 'local'
  readonly inputs: Inputs
  readonly key: string
  /** As the key, but over all inputs but the number of trials. */
  readonly journal: string
  readonly needed: readonly Run[]
}

export interface Workshop {
  readonly project: string
  /** The document, relative to the project. */
  readonly document: string
  readonly lockFile: string
  readonly cache: string
  readonly store: Store
  /** Name and version of this program. */
  readonly generator: string
}

/** A cell that failed; `cause` is an ExperimentError or TestbedError. */
export class CellError extends Error {
  override readonly name = 'CellError'
}

/** Where trials are kept as they finish. */
export const journals = '.repro/journals'

/** Where the folders of cells that failed are kept, by their names. */
export const failedFolder = '.repro/failed'

const workFolder = '.repro/work'

/** `afresh` forgets finished trials of an earlier build. Throws a CellError that names the cell, what failed and the folder with what is left; or the signal's reason. */
export async function execute(
  task: Task,
  shop: Workshop,
  { afresh, ...watch }: Watch & { readonly afresh: boolean },
): Promise<Run> {
  const { cell, environment, inputs, key, needed } = task
  const { experiment, pattern, block, definition } = cell
  const { project, store, lockFile, cache } = shop
  const work = `${workFolder}/${runName(cell)}`
  await remove(project, work)
  const folder = makeFolder(project, work)
  const journal = `${journals}/${task.journal}.jsonl`
  if (afresh) await remove(project, journal)
  const order: Order = {
    experiment,
    pattern,
    environment,
    parameters: definition.parameters,
    trials: block.trials,
    seed: definition.seed ?? block.seed,
    deadlineMs: block.deadlineSeconds * 1000,
    project,
    folder,
    journal,
    needed,
    script: scriptOf(block, shop),
    lockFile,
    cache,
  }
  const started = new Date()
  try {
    const result = await runCell(order, scriptVariables(block.variables), watch)
    const made: Omit<Run, 'files'> = {
      experiment,
      environment: cell.environment,
      pattern,
      key,
      inputs,
      origin: environment === 'local' ? 'local' : environment.testbed,
      trials: block.trials,
      seed: definition.seed ?? block.seed,
      parameters: definition.parameters,
      ...(result.clockHz === undefined ? {} : { clockHz: result.clockHz }),
      columns: result.columns,
      rows: result.rows,
      ...(result.datasets === undefined ? {} : { datasets: result.datasets }),
      exclusions: result.exclusions,
      captured: result.captured,
      provenance: { ...result.provenance, ...(await circumstances(started, shop)), document: shop.document },
    }
    const run = await store.keep(made, result.files ?? {})
    await clear(project, work)
    return run
  } catch (cause) {
    if (watch.signal?.aborted) {
      await clear(project, work)
      throw watch.signal.reason
    }
    const kept = `${failedFolder}/${runName(cell)}`
    await remove(project, kept)
    makeFolder(project, work) // a script may have deleted it
    await move(project, work, kept)
    await clear(project, work)
    throw new CellError(
      `${runName(cell)} failed: ${moved(cause, folder, join(project, kept))}\nits files are kept in ${kept}/`,
      { cause },
    )
  }
}

/** Deletes a cell's work folder, and those above it that are empty then. */
async function clear(project: string, work: string): Promise<void> {
  await remove(project, work)
  for (let above = dirname(work); above !== workFolder; above = dirname(above)) {
    try {
      await rmdir(join(project, above))
    } catch {
      return // another cell's folder is in it
    }
  }
}

/** The message, with places in the cell's folder as they are now. */
function moved(cause: unknown, from: string, to: string): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  const advice = cause instanceof TestbedError && cause.advice !== undefined ? `\n${cause.advice}` : ''
  return `${text}${advice}`.replaceAll(from, to)
}

function scriptOf({ script, place }: ExperimentBlock, { project, document }: Workshop): Order['script'] {
  if ('file' in script) return { type: 'file', file: join(project, script.file) }
  return { type: 'inline', document: join(project, document), ...script, indentation: place.column - 1 }
}

/** Decides nothing, but a reader may wonder. */
async function circumstances(
  started: Date,
  { generator, project }: Workshop,
): Promise<Readonly<Record<string, string | number>>> {
  const host = Object.entries(await hostFacts(project))
  return {
    'made by': generator,
    date: started.toISOString(),
    'duration (s)': Math.round((Date.now() - started.getTime()) / 100) / 10,
    ...Object.fromEntries(host.map(([item, value]) => [`host ${item}`, value])),
  }
}
