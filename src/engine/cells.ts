/** Cells of a document: each pattern of each experiment in each of its environments. */

import type { Block, ExperimentBlock, Pattern } from '../document/block.ts'
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
 * Returns a predicate for cells selected by `only`: patterns (`dom0-cpu`), experiments, or cell names or
 * their leading parts (`latency/xen-4.14/dom0-cpu`, `latency/xen-4.14`). Throws a RequestError for a word
 * that matches no cell.
 */
export function cellSelector(
  cells: readonly PlannedCell[],
  only: readonly string[],
  flag: string,
): (cell: CellName) => boolean {
  const known = new Set(cells.flatMap(selectorsOf))
  for (const word of only) {
    if (known.has(word)) continue
    const names = word.includes('/')
      ? cells.map(runName)
      : cells.flatMap(({ experiment, pattern }) => [experiment, pattern])
    throw new RequestError(
      `${flag}: no experiment, pattern or cell of this name: ${word}${hint(word, names)}`,
    )
  }
  const words = new Set(only)
  return (cell) => only.length === 0 || selectorsOf(cell).some((word) => words.has(word))
}

/** Returns the words that select a cell. */
export function selectorsOf(cell: CellName): readonly string[] {
  const { experiment, environment, pattern } = cell
  return [pattern, experiment, `${experiment}/${environment}`, runName(cell)]
}
