/**
 * Fieller's interval of a ratio ("Some problems in interval estimation", 1954): all ratios r for which y - r x
 * may be 0. Exact for normal x and y. Where x may be 0 it has no upper end, however large the estimate: Gleser
 * and Hwang ("The nonexistence of 100(1 - alpha)% confidence sets of finite expected diameter in
 * errors-in-variables and related models", 1987) show that no interval with ends could be right there.
 */

import { type Interval, unbounded } from './interval.ts'

/** Estimated variances and covariance of both sides of a ratio y / x. */
export interface RatioErrors {
  readonly ofX: number
  readonly ofY: number
  readonly covariance: number
}

export interface RatioOptions {
  /** Standard errors that the interval reaches to each side of y - r x. */
  readonly t: number
  /** Whether neither side can be negative; so no ratio can, and only those from 0 on count. */
  readonly isPositive?: boolean
}

/**
 * Returns the interval, or the smallest one that holds the set if that has a gap. If x may be 0, both ends are
 * infinite, or of sides that cannot be negative the upper one. x must not be 0.
 */
export function fiellerInterval(
  { x, y }: { readonly x: number; readonly y: number },
  { ofX, ofY, covariance }: RatioErrors,
  { t, isPositive = false }: RatioOptions,
): Interval {
  // The set is square r^2 - 2 middle r + rest <= 0; y / x lies in it.
  const square = x ** 2 - t ** 2 * ofX
  const middle = x * y - t ** 2 * covariance
  const rest = y ** 2 - t ** 2 * ofY
  const root = Math.sqrt(Math.max(0, middle ** 2 - square * rest))
  const [low, high] = [(middle - root) / square, (middle + root) / square]
  if (square > 0) return isPositive ? { low: Math.max(0, low), high: Math.max(0, high) } : { low, high }
  if (!isPositive) return unbounded
  // All but the ratios between the ends, which are in reverse: of those from 0 on, all above the larger end.
  const isApart = square < 0 && middle ** 2 > square * rest && high < 0
  return { low: isApart ? Math.max(0, low) : 0, high: Number.POSITIVE_INFINITY }
}
