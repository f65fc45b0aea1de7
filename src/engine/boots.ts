/** The boots of a cell, and what decides each of them. */

import { trialsBefore } from '../results/boots.ts'
import { digest, keyOf } from '../results/key.ts'
import type { Inputs } from '../results/run.ts'
import type { PlannedCell } from './cells.ts'

/** A part of a cell's trials, which a process runs on a board of its own: what is scheduled, and kept as it finishes. */
export interface Boot {
  /** From 1. */
  readonly number: number
  readonly trials: number
  /** Of everything that decides its result, but not of how many boots there are beside it. */
  readonly key: string
  /** As the key, but whatever its number of trials: the first of more trials are the same ones. */
  readonly journal: string
}

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
