/** Warns of local patterns that are timed one after the other, where a drift would look like an effect. */

import type { ExperimentBlock } from '../document/block.ts'
import { warn } from '../document/problem.ts'
import type { Mapping } from '../document/yaml.ts'
import { microseconds } from '../query/units.ts'
import type { Column } from '../results/run.ts'

/**
 * @param shared environments whose boots share the clock of this host
 * @param columns of the recorded runs, if there are any
 */
export function checkRounds(
  block: ExperimentBlock,
  source: Mapping,
  shared: readonly string[],
  columns: readonly Column[] | undefined,
): void {
  const { boots, environments, order, parallel = false, needs, patterns, trials } = block
  const isTimed = !parallel && needs.length === 0 && (columns === undefined || columns.some(isTime))
  const environment = environments.find((name) => shared.includes(name))
  if (environment === undefined || !isTimed || order !== undefined) return
  if (boots > 1 || trials < 2 || patterns.length < 2) return
  const few = Math.min(5, trials)
  const reason =
    `each pattern runs all its trials in one boot, so on ${environment} a drift would look like an effect: ` +
    `boots: ${few} runs them in ${few} rounds, one boot of each pattern (order: blocked accepts it as it is, ` +
    'parallel: true says that nothing is timed)'
  warn(source.file, 'one-round', source.keyPlace(['trials']), reason)
}

function isTime({ role, unit = '' }: Column): boolean {
  return role === 'measure' && (unit === 'ticks' || microseconds(unit) !== undefined)
}
