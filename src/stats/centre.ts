/**
 * Typical values of samples, their differences and relative errors, by means or by medians. Means have
 * Student's intervals, differences Welch's and ratios Fieller's (means.ts), medians those of the bootstrap
 * (bootstrap.ts); samples whose boots share seeds are paired by boot in both.
 */

import { relativeError } from './agreement.ts'
import { bootstrapInterval } from './bootstrap.ts'
import type { Sample } from './clusters.ts'
import type { Interval } from './interval.ts'
import { differenceOfMeans, meanOf, ratioOfMeans } from './means.ts'
import { median } from './order.ts'

export type Centre = 'mean' | 'median'

export interface Estimate {
  readonly value: number
  /** 95 %, unless another level is asked for; unbounded if there are too few trials or boots. */
  readonly interval: Interval
}

/** Estimates a typical value, in the unit of the sample. Throws a RangeError if it is empty. */
export function centreOf(sample: Sample, centre: Centre, level?: number): Estimate {
  if (centre === 'mean') return estimate(meanOf(sample, level))
  return { value: median(sample.values), interval: bootstrapInterval([sample], median, options(level)) }
}

/** Estimates the value of b less that of a. Throws a RangeError if a sample is empty. */
export function differenceOf(a: Sample, b: Sample, centre: Centre, level?: number): Estimate {
  if (centre === 'mean') return estimate(differenceOfMeans(a, b, level))
  const difference = (x: readonly number[], y: readonly number[]) => median(y) - median(x)
  return {
    value: difference(a.values, b.values),
    interval: bootstrapInterval([a, b], difference, options(level)),
  }
}

/**
 * Estimates how far a sample's value lies above (or below: negative) that of a reference, as a share of the
 * size of the latter: 0.1 is 10 % too much. Undefined if the reference's is 0. Throws a RangeError if a
 * sample is empty.
 */
export function relativeErrorOf(
  sample: Sample,
  reference: Sample,
  centre: Centre,
  level?: number,
): Estimate | undefined {
  if (centre === 'median') {
    const error = (x: readonly number[], y: readonly number[]) => relativeError(median(y), median(x))
    const value = error(reference.values, sample.values)
    if (Number.isNaN(value)) return undefined
    return { value, interval: bootstrapInterval([reference, sample], error, options(level)) }
  }
  const size = meanOf(reference, level).value
  if (size === 0) return undefined
  const { value, interval } = ratioOfMeans(reference, sample, level)
  // Of a negative reference, a larger ratio is a smaller value.
  if (size > 0) return { value: value - 1, interval: { low: interval.low - 1, high: interval.high - 1 } }
  return { value: 1 - value, interval: { low: 1 - interval.high, high: 1 - interval.low } }
}

/** The sign that an interval shows: undefined if it contains 0. */
export function signOf({ low, high }: Interval): 1 | -1 | undefined {
  if (low > 0) return 1
  return high < 0 ? -1 : undefined
}

function estimate({ value, interval }: Estimate): Estimate {
  return { value, interval }
}

function options(level: number | undefined) {
  return level === undefined ? {} : { level }
}
