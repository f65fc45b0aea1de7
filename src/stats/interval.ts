/** A closed interval; an end may be infinite. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Whether `inner` lies in `outer`; both are closed. */
export function within(inner: Interval, outer: Interval): boolean {
  return outer.low <= inner.low && inner.high <= outer.high
}
