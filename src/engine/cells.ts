/** Cells of a document: every pattern of every experiment in each of its environments. */

import type { Block, ExperimentBlock, Pattern } from '../document/block.ts'
import { runName } from '../results/run.ts'
import type { CellName } from '../results/store.ts'
import { hint } from '../text/spelling.ts'

export interface PlannedCell extends CellName {
  readonly block: ExperimentBlock
  readonly definition: Pattern
}

/** In the order of the text, environment by environment. */
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

/** A choice of cells that picks none. */
export class ChoiceError extends Error {
  override readonly name = 'ChoiceError'
}

/**
 * Whether a cell is chosen by `only`: patterns (`dom0-cpu`), experiments, or names of cells (`latency/xen-4.14/dom0-cpu`, or a part
 * from the left: `latency/xen-4.14`). Throws a ChoiceError for a word that fits no cell.
 */
export function chosen(
  cells: readonly PlannedCell[],
  only: readonly string[],
  flag: string,
): (cell: CellName) => boolean {
  for (const word of only) {
    if (cells.some((cell) => fits(cell, word))) continue
    const names = word.includes('/')
      ? cells.map(runName)
      : cells.flatMap(({ experiment, pattern }) => [experiment, pattern])
    throw new ChoiceError(`${flag}: no experiment, pattern or cell of this name: ${word}${hint(word, names)}`)
  }
  return (cell) => only.length === 0 || only.some((word) => fits(cell, word))
}

/** Whether a word of a choice names this cell. */
export function fits(cell: CellName, word: string): boolean {
  return word === cell.pattern || word === cell.experiment || `${runName(cell)}/`.startsWith(`${word}/`)
}
