/**
 * The shift between two samples: the median of all differences between their values (Hodges and Lehmann
 * 1963). It belongs to Mann and Whitney's test as the difference of means belongs to Student's.
 */

import { quantileNormal } from 'vega-statistics'
import { type Differences, differencesBetween } from './differences.ts'
import type { Interval } from './interval.ts'
import { mostExact } from './mannwhitney.ts'
import { some } from './order.ts'
import { sumChances } from './ranks.ts'
import { rounding } from './trials.ts'

export interface Shift {
  /** b above a, in the samples' unit. */
  readonly estimate: number
  /** Unbounded if there are too few values for this level: at 95 %, fewer than four in each sample. */
  readonly interval: Interval
}

/**
 * Returns the shift from `a` to `b` with its interval, whose ends are differences themselves (Hollander and
 * Wolfe, "Nonparametric Statistical Methods", 1999, section 4.3); conservative with ties. Throws a RangeError
 * if a sample is empty or has a non-finite value.
 */
export function shift(a: readonly number[], b: readonly number[], level = 0.95): Shift {
  some(a, 'shift')
  some(b, 'shift')
  for (const sample of [a, b]) {
    if (!sample.every(Number.isFinite)) throw new RangeError('a shift of values that are not all finite')
  }
  const differences = differencesBetween(a, b)
  const skipped = outerDifferences(a.length, b.length, 1 - level)
  const interval =
    skipped === undefined
      ? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
      : { low: differences.at(skipped), high: differences.at(differences.length - 1 - skipped) }
  return { estimate: middle(differences), interval }
}

function middle({ length, at }: Differences): number {
  const below = at(Math.floor((length - 1) / 2))
  return length % 2 === 1 ? below : below + (at(length / 2) - below) / 2
}

/** Returns the differences outside the interval at each end; undefined if even all are too narrow. */
function outerDifferences(m: number, n: number, alpha: number): number | undefined {
  if (m >= mostExact || n >= mostExact) {
    const count = Math.floor((m * n) / 2 + quantileNormal(alpha / 2) * Math.sqrt((m * n * (m + n + 1)) / 12))
    return count < 1 ? undefined : count - 1
  }
  const ranks = Array.from({ length: m + n }, (_, index) => index + 1)
  const chances = sumChances(ranks, n)
  const smallest = (n * (n + 1)) / 2
  let below = 0
  let count = 0
  for (;;) {
    below += chances[smallest + count] as number
    if (below > alpha / 2 + rounding) break
    count += 1
  }
  return count === 0 ? undefined : count - 1
}
