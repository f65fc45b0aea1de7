/** Cells of a document: each pattern of each experiment in each of its environments. */

import type { Block, ExperimentBlock, Pattern } from '../document/block.ts'
import { type Condition, conditionsIn, fits, misfit } from '../query/parameters.ts'
import { runName } from '../results/run.ts'
import type { CellName } from '../results/store.ts'
import { hint } from '../text/spelling.ts'

export interface PlannedCell extends CellName {
  readonly block: ExperimentBlock
  readonly definition: Pattern
}

/** In text order, by environment. */
export function cellsOf(blocks: readonly Block[]): readonly PlannedCell[] {
  return blocks.flatMap((block) => {
    if (block.type !== 'experiment') return []
    return block.environments.flatMap((environment) =>
      block.patterns
        .filter(({ only }) => only === undefined || only.includes(environment))
        .map((definition) => ({
          experiment: block.id,
          environment,
          pattern: definition.name,
          block,
          definition,
        })),
    )
  })
}

/** Names of the runs that blocks have, in text order: cells, and files of data, which need no run. */
export function runNamesIn(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block) => {
    if (block.type !== 'data') return cellsOf([block]).map(runName)
    const { id: experiment, environments, patterns } = block
    return environments.flatMap((environment) =>
      patterns.map(({ name }) => runName({ experiment, environment, pattern: name })),
    )
  })
}

/** Thrown if the command line or its environment does not fit the document. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
}

/**
 * Returns a predicate for cells selected by `only`: patterns (`dom0-cpu`), experiments, cell names or their
 * leading parts (`latency/xen-4.14/dom0-cpu`, `latency/xen-4.14`), or values of parameters (`sizeKb=64`,
 * `sweep/local/sizeKb=64&threads=2`). Throws a RequestError for a word that matches no cell.
 */
export function cellSelector(
  cells: readonly PlannedCell[],
  only: readonly string[],
  flag: string,
): (cell: CellName) => boolean {
  const known = new Set(cells.flatMap(selectorsOf))
  for (const word of only) {
    if (known.has(word)) continue
    const conditions = conditionsOf(word)
    if (conditions !== undefined && cells.some((cell) => isSelected(cell, word))) continue
    if (conditions !== undefined) {
      const within = cells.filter((cell) => isWithin(cell, conditions.within))
      const wrong = misfit(
        conditions.all,
        within.map(({ definition }) => definition.parameters),
      )
      throw new RequestError(
        wrong === undefined || within.length === 0
          ? `${flag}: no cell fits ${word}`
          : `${flag}: unknown ${wrong.what}: ${wrong.name}${hint(wrong.name, wrong.known)}`,
      )
    }
    const names = word.includes('/')
      ? cells.map(runName)
      : cells.flatMap(({ experiment, pattern }) => [experiment, pattern])
    throw new RequestError(
      `${flag}: no experiment, pattern or cell of this name: ${word}${hint(word, names)}`,
    )
  }
  const words = new Set(only)
  const conditions = only.filter((word) => conditionsOf(word) !== undefined)
  // Of many words, nearly all are names.
  const fitting = cells.filter((cell) => conditions.some((word) => isSelected(cell, word)))
  const chosen = new Set(fitting.map(runName))
  return (cell) =>
    only.length === 0 || chosen.has(runName(cell)) || selectorsOf(cell).some((word) => words.has(word))
}

/** Whether a word of the command line selects a cell. */
export function isSelected(cell: PlannedCell, word: string): boolean {
  const conditions = conditionsOf(word)
  if (conditions === undefined) return selectorsOf(cell).includes(word)
  return isWithin(cell, conditions.within) && fits(conditions.all, cell.definition.parameters)
}

/** Reads `sizeKb=64`, perhaps behind an experiment, or that and an environment. */
function conditionsOf(
  word: string,
): { readonly within: string; readonly all: readonly Condition[] } | undefined {
  const slash = word.slice(0, Math.max(0, word.indexOf('='))).lastIndexOf('/')
  const all = conditionsIn(word.slice(slash + 1))
  return all && { within: word.slice(0, Math.max(0, slash)), all }
}

function isWithin({ experiment, environment }: CellName, within: string): boolean {
  return ['', experiment, `${experiment}/${environment}`].includes(within)
}

/** Returns the words that select a cell. */
export function selectorsOf(cell: CellName): readonly string[] {
  const { experiment, environment, pattern } = cell
  return [pattern, experiment, `${experiment}/${environment}`, runName(cell)]
}
