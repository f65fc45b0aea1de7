/** A closed interval; an end may be infinite. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Of what nothing is known. */
export const unbounded: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }

/** Whether `inner` lies in `outer`; both are closed. */
export function within(inner: Interval, outer: Interval): boolean {
  return outer.low <= inner.low && inner.high <= outer.high
}

/** The part of an interval within limits that its values cannot lie beyond. */
export function clipped({ low, high }: Interval, limits: Interval): Interval {
  return { low: Math.max(low, limits.low), high: Math.min(high, limits.high) }
}
