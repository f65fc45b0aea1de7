/** Local patterns that are timed one after the other, where a drift would look like an effect. */

import type { ExperimentBlock } from '../document/block.ts'
import { warn } from '../document/problem.ts'
import { roundsFor, takesTurns } from '../document/rounds.ts'
import type { Mapping } from '../document/yaml.ts'
import { measuresTimes } from '../query/machine.ts'
import type { Column } from '../results/run.ts'

/**
 * Warns of a block whose recorded runs have times. Nothing is known of others: the build that runs them tells.
 *
 * @param shared environments whose boots share the clock of this host
 * @param columns of the recorded runs, if there are any
 */
export function checkRounds(
  block: ExperimentBlock,
  source: Mapping,
  shared: readonly string[],
  columns: readonly Column[] | undefined,
): void {
  const environment = block.environments.find((name) => shared.includes(name))
  const reason = environment === undefined || columns === undefined ? undefined : oneRound(block, columns)
  if (reason !== undefined) warn(source.file, 'one-round', source.keyPlace(['trials']), reason)
}

/** Returns what is wrong with measuring several patterns in one boot each; undefined where nothing is. */
export function oneRound(block: ExperimentBlock, columns: readonly Column[]): string | undefined {
  const { boots, order, trials } = block
  if (order !== undefined || boots > 1 || !takesTurns(block) || !measuresTimes(columns)) return undefined
  const few = roundsFor(trials)
  return (
    'each pattern runs all its trials in one boot, so a drift of this computer would look like an effect: ' +
    `boots: ${few} runs them in ${few} rounds, one boot of each pattern (order: blocked accepts it as it is)`
  )
}
