/** The boots of a cell, and what decides each of them. */

import { trialsBefore } from '../results/boots.ts'
import { digest, keyOf } from '../results/key.ts'
import type { Inputs } from '../results/run.ts'
import type { PlannedCell } from './cells.ts'
import type { Boot } from './execute.ts'

/**
 * A boot's result does not depend on the boots beside it: with more of them, those of the same number of trials are still good. The first
 * one's journal is that of a cell without further boots.
 */
export function plannedBoots(
  cell: PlannedCell,
  { trials: _, boots: __, ...others }: Inputs,
): readonly Boot[] {
  const { trials: all, boots } = cell.block
  const common = keyOf(cell, others)
  return Array.from({ length: boots }, (_, index) => {
    const number = index + 1
    const trials = trialsBefore(number + 1, all, boots) - trialsBefore(number, all, boots)
    const journal = number === 1 ? common : digest({ cell: common, boot: number })
    return { number, trials, journal, key: digest({ journal, trials }) }
  })
}
