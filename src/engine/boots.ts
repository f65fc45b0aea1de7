/** Splits a cell into boots, and derives their keys. */

import { digest, keyOf } from '../results/key.ts'
import { trialsBefore, type Inputs } from '../results/run.ts'
import type { PlannedCell } from './cells.ts'

/** A share of a cell's trials, run by a process on its own board: the unit of scheduling and caching. */
export interface Boot {
  /** From 1. */
  readonly number: number
  readonly trials: number
  /** Digest of everything that affects its result; independent of the number of boots. */
  readonly key: string
  /** As `key`, but independent of the number of trials: further trials extend the same journal. */
  readonly journal: string
}

/**
 * Boots are independent, so adding boots keeps the results of those with the same number of trials. The first
 * boot's journal is that of a single-boot cell.
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
