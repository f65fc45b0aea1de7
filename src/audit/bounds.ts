/**
 * Bounds on the sum of squared deviations of n values with known mean, maximum and minimum. Samuelson's
 * inequality ("How deviant can you be?", 1968) and those of Popoviciu (1935) and Bhatia and Davis ("A better
 * bound on the variance", 2000) are special cases; these bounds are sharp: for three values and more, every
 * sum between them occurs.
 */

import { type Interval, unbounded } from '../stats/interval.ts'

/** Each is an interval, due to rounding. An absent extreme may be anywhere within the limits. */
export interface Extent {
  readonly mean: Interval
  readonly max?: Interval | undefined
  readonly min?: Interval | undefined
  /** Values that are possible at all; infinite unless given. */
  readonly limits?: Interval | undefined
}

/** Returns the largest range that the values may have; an end may be infinite. */
function rangeOf({ max, min, limits = unbounded }: Omit<Extent, 'mean'>): Interval {
  return {
    low: Math.max(min?.low ?? limits.low, limits.low),
    high: Math.min(max?.high ?? limits.high, limits.high),
  }
}

/**
 * Returns the means that n values with these extremes may have; undefined if there are no such values. The
 * other n - 2 must lie between the extremes.
 */
export function meansBetween(n: number, extent: Omit<Extent, 'mean'>): Interval | undefined {
  const { max, min } = extent
  const { low, high } = rangeOf(extent)
  if (max !== undefined && !(atMost(low, max.high) && atMost(max.low, high))) return undefined
  if (min !== undefined && !(atMost(low, min.high) && atMost(min.low, high))) return undefined
  if (n === 1) {
    const [least, most] = [max?.low ?? low, min?.high ?? high]
    return atMost(least, most) ? { low: Math.max(low, least), high: Math.min(high, most) } : undefined
  }
  const least = (max?.low ?? low) + (n - 1) * low
  const most = (min?.high ?? high) + (n - 1) * high
  return { low: Math.max(low, least / n), high: Math.min(high, most / n) }
}

/** True if n values with this mean and these extremes exist. */
export function meanFits(n: number, extent: Extent): boolean {
  const means = meansBetween(n, extent)
  return means !== undefined && atMost(extent.mean.low, means.high) && atMost(means.low, extent.mean.high)
}

/** `a <= b`, up to binary rounding of decimal fractions. */
export function atMost(a: number, b: number): boolean {
  return a <= b + 1e-9 * Math.max(Math.abs(a), Math.abs(b))
}

/** Returns the least and the largest possible sum of squared deviations. Requires `meanFits`. */
export function squaresBounds(n: number, extent: Extent): Interval {
  return { low: leastSquares(n, extent), high: mostSquares(n, extent) }
}

/** Returns the largest variance, whatever the number of values (Bhatia and Davis). */
export function largestVariance(extent: Extent): number {
  const { mean } = extent
  const { low, high } = rangeOf(extent)
  if (!Number.isFinite(high - low)) return Number.POSITIVE_INFINITY
  const middle = Math.min(mean.high, Math.max(mean.low, (low + high) / 2))
  return Math.max(0, (middle - low) * (high - middle))
}

/** Returns the least sum of squares: all values but the extremes are equal, so that the mean comes out. */
function leastSquares(n: number, { mean, max, min }: Extent): number {
  if (n === 1) return 0
  const above = max === undefined ? undefined : Math.max(0, max.low - mean.high)
  const below = min === undefined ? undefined : Math.max(0, mean.low - min.high)
  // A single extreme: Samuelson's inequality.
  if (max === undefined || min === undefined) return ((above ?? below ?? 0) ** 2 * n) / (n - 1)
  if (min.high >= max.low) return 0
  // Extremes and mean may lie anywhere in their ranges, not only at the ends. The sum is convex in all three,
  // so taking the best of each in turn leads to the least.
  let [low, high, center, least] = [min.high, max.low, mean.low, Number.POSITIVE_INFINITY]
  for (let sweep = 0; sweep < mostSweeps; sweep += 1) {
    center = within(mean, (low + high) / 2)
    high = within(max, center + (n > 2 ? (center - low) / (n - 1) : 0))
    low = within(min, center - (n > 2 ? (high - center) / (n - 1) : 0))
    const [up, down] = [high - center, center - low]
    const sum = up ** 2 + down ** 2 + (n > 2 ? (up - down) ** 2 / (n - 2) : 0)
    if (sum >= least * (1 - 1e-12)) break
    least = sum
  }
  return least
}

/** Enough for any three ranges: each sweep halves the distance to the least sum, or more. */
const mostSweeps = 100

function within({ low, high }: Interval, value: number): number {
  return Math.min(high, Math.max(low, value))
}

/**
 * Returns the largest sum: all values are at the ends of their range, except one that gives the mean. Where
 * the range is open to one side, that one is as far out as the mean allows.
 */
function mostSquares(n: number, extent: Extent): number {
  if (n === 1) return 0
  const { mean } = extent
  const { low, high } = rangeOf(extent)
  const range = high - low
  if (range <= 0) return 0
  if (range === Number.POSITIVE_INFINITY) {
    const excess = n * Math.max(0, Math.min(mean.high - low, high - mean.low))
    return excess ** 2 * (1 - 1 / n)
  }
  const squares = (excess: number) => {
    const atMax = Math.floor(excess / range)
    const rest = excess - atMax * range
    return atMax * range ** 2 + rest ** 2 - excess ** 2 / n
  }
  // Total excess of the values over the smallest. Between integer multiples of the range the sum is convex in
  // it.
  const least = Math.max(0, n * (mean.low - low))
  const most = Math.min(n * range, n * (mean.high - low))
  // At these multiples it is range² k (1 - k/n): largest for k nearest to n/2.
  const [first, last] = [Math.ceil(least / range), Math.floor(most / range)]
  const counts = [Math.floor(n / 2), Math.ceil(n / 2)].map((count) => Math.min(last, Math.max(first, count)))
  const candidates = [least, most, ...(first <= last ? counts.map((count) => count * range) : [])]
  return Math.max(0, ...candidates.map(squares))
}
