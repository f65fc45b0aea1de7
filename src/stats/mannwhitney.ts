/**
 * Mann and Whitney's test (1947) of whether one of two samples tends to larger values, and Cliff's delta
 * (1993), its effect size: both count pairs, so outliers and the shape of the distributions do not matter.
 */

import { cumulativeNormal } from 'vega-statistics'
import { some } from './order.ts'
import { doubledRanks, sumChances } from './ranks.ts'

export interface MannWhitney {
  /** Pairs in which b is larger, equal ones counted half: 0 to n(a) n(b). */
  readonly u: number
  /** Cliff's delta: the share of pairs in which b is larger, minus the share in which a is; -1 to 1. */
  readonly delta: number
  /** Two-sided: the chance that a random relabelling of the values is at least as extreme. */
  readonly p: number
}

/** With fewer values in both samples p is exact, else normal, good to three digits (as R's wilcox.test). */
export const mostExact = 50

/** Compares two samples. Throws a RangeError if one is empty or has a non-finite value. */
export function mannWhitney(a: readonly number[], b: readonly number[]): MannWhitney {
  for (const sample of [a, b]) {
    some(sample, 'comparison')
    if (!sample.every(Number.isFinite)) throw new RangeError('a comparison of values that are not all finite')
  }
  const ranks = doubledRanks([...a, ...b])
  const rankSum = ranks.slice(a.length).reduce((sum, rank) => sum + rank, 0)
  const u = rankSum / 2 - (b.length * (b.length + 1)) / 2
  const pairs = a.length * b.length
  const exact = a.length < mostExact && b.length < mostExact
  const p = exact ? countedP(ranks, b.length, rankSum) : normalP(ranks, a.length, b.length, u)
  return { u, delta: (2 * u) / pairs - 1, p }
}

function countedP(ranks: readonly number[], size: number, rankSum: number): number {
  const chances = sumChances(ranks, size)
  let below = 0
  let above = 0
  for (const [sum, chance] of chances.entries()) {
    if (sum <= rankSum) below += chance
    if (sum >= rankSum) above += chance
  }
  return Math.min(1, 2 * Math.min(below, above))
}

/**
 * With corrections for ties and for continuity (Hollander and Wolfe, "Nonparametric Statistical Methods",
 * 1999, section 4.1).
 */
function normalP(ranks: readonly number[], m: number, n: number, u: number): number {
  const all = m + n
  const tied = new Map<number, number>()
  for (const rank of ranks) tied.set(rank, (tied.get(rank) ?? 0) + 1)
  const ties = [...tied.values()].reduce((sum, count) => sum + count ** 3 - count, 0)
  const sd = Math.sqrt(((m * n) / 12) * (all + 1 - ties / (all * (all - 1))))
  if (sd === 0) return 1
  const distance = Math.max(0, Math.abs(u - (m * n) / 2) - 0.5)
  return Math.min(1, 2 * cumulativeNormal(-distance / sd))
}
