/** A closed interval; an end may be infinite. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** The interval of an unknown value. */
export const unbounded: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }

/** True if `inner` lies in `outer`; both are closed. */
export function within(inner: Interval, outer: Interval): boolean {
  return outer.low <= inner.low && inner.high <= outer.high
}

/** Clips an interval to the possible values. */
export function clipped({ low, high }: Interval, limits: Interval): Interval {
  return { low: Math.max(low, limits.low), high: Math.min(high, limits.high) }
}

/** Widens an interval around its estimate. */
export function stretched({ low, high }: Interval, estimate: number, factor: number): Interval {
  if (factor === 1) return { low, high }
  return { low: estimate - factor * (estimate - low), high: estimate + factor * (high - estimate) }
}
