/**
 * Welch's test (1947) of whether two samples have the same mean, and Student's interval of the difference:
 * for samples of nearly normal values, such as means of many, with unequal variances.
 */

import type { Interval } from './interval.ts'
import { mean, sampleVariance } from './moments.ts'
import { beyondStudent, degreesOf, quantileStudent } from './student.ts'

export interface Welch {
  /** The mean of b less that of a. */
  readonly difference: number
  readonly interval: Interval
  /** Two-sided. */
  readonly p: number
}

/** Compares two samples of at least two values each. */
export function welch(a: readonly number[], b: readonly number[], level = 0.95): Welch {
  const difference = mean(b) - mean(a)
  const variances = [a, b].map((sample) => sampleVariance(sample) / sample.length)
  const variance = variances.reduce((sum, one) => sum + one, 0)
  if (variance === 0)
    return { difference, interval: { low: difference, high: difference }, p: difference === 0 ? 1 : 0 }
  const degrees = degreesOf(variances, [a.length, b.length])
  const error = Math.sqrt(variance)
  const reach = quantileStudent(1 - (1 - level) / 2, degrees) * error
  return {
    difference,
    interval: { low: difference - reach, high: difference + reach },
    p: beyondStudent(difference / error, degrees),
  }
}
