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
  readonly max?: Interval
  readonly min?: Interval
  /** Values that are possible at all; infinite unless given. */
  readonly limits?: Interval
}

/** Returns the largest range that the values may have; an end may be infinite. */
function rangeOf({ max, min, limits = unbounded }: Extent): Interval {
  return {
    low: Math.max(min?.low ?? limits.low, limits.low),
    high: Math.min(max?.high ?? limits.high, limits.high),
  }
}

/**
 * True if n values with this mean and these extremes exist: the other n - 2 must lie between the extremes.
 * For two values the mean must be in the middle.
 */
export function meanFits(n: number, extent: Extent): boolean {
  const { mean, max, min } = extent
  const { low, high } = rangeOf(extent)
  if (!atMost(mean.low, high) || !atMost(low, mean.high)) return false
  if (max !== undefined && !(atMost(mean.low, max.high) && atMost(low, max.high) && atMost(max.low, high)))
    return false
  if (min !== undefined && !(atMost(min.low, mean.high) && atMost(low, min.high) && atMost(min.low, high)))
    return false
  if (n === 1) {
    return (
      (max === undefined || atMost(max.low, mean.high)) &&
      (min === undefined || atMost(mean.low, min.high)) &&
      (max === undefined || min === undefined || (atMost(min.low, max.high) && atMost(max.low, min.high)))
    )
  }
  const least = (max?.low ?? low) + (n - 1) * low
  const most = (min?.high ?? high) + (n - 1) * high
  return atMost(least, n * mean.high) && atMost(n * mean.low, most)
}

/** `a <= b`, up to binary rounding of decimal fractions. */
export function atMost(a: number, b: number): boolean {
  return a <= b + 1e-9 * Math.max(Math.abs(a), Math.abs(b))
}

/** Returns the least and the largest possible sum of squared deviations. Requires `meanFits`. */
export function squaresBounds(n: number, extent: Extent): Interval {
  return { low: leastSquares(n, extent), high: mostSquares(n, extent) }
}

/** Returns the least sum of squares: all values but the extremes are equal, so that the mean comes out. */
function leastSquares(n: number, { mean, max, min }: Extent): number {
  if (n === 1) return 0
  const above = max === undefined ? undefined : Math.max(0, max.low - mean.high)
  const below = min === undefined ? undefined : Math.max(0, mean.low - min.high)
  // A single extreme: Samuelson's inequality.
  if (max === undefined || min === undefined) return ((above ?? below ?? 0) ** 2 * n) / (n - 1)
  if (min.high >= max.low) return 0
  const squares = (low: number, high: number, center: number) => {
    const up = high - center
    const down = center - low
    return up ** 2 + down ** 2 + (n > 2 ? (up - down) ** 2 / (n - 2) : 0)
  }
  // The sum is least if the mean lies, within its rounding, as close to the middle as possible.
  const middle = (low: number, high: number) => Math.min(mean.high, Math.max(mean.low, (low + high) / 2))
  const corners = [min.low, min.high].flatMap((low) =>
    [max.low, max.high].map((high) => squares(low, high, middle(low, high))),
  )
  return Math.min(...corners)
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
