import { mean } from './moments.ts'
import { median } from './order.ts'

/**
 * Modified z scores of Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (1993): distances from the median in units of what
 * the median distance would be for normal values. Where half of all values are equal the mean distance serves instead, and 0 for all
 * where all are. Throws a RangeError if there are no values.
 */
export function modifiedZScores(values: readonly number[]): readonly number[] {
  const center = median(values)
  const distances = values.map((value) => Math.abs(value - center))
  // 0.6745 and 0.7979: median and mean distance of standard normal values from their centre.
  const medianDistance = median(distances) / 0.6745
  const scale = medianDistance > 0 ? medianDistance : mean(distances) / 0.7979
  return values.map((value) => (scale > 0 ? (value - center) / scale : 0))
}

/** Indices of the values whose score is beyond 3.5, as its authors advise. They are to be looked at and reported, never left out. */
export function outliers(values: readonly number[], limit = 3.5): readonly number[] {
  return [...modifiedZScores(values).entries()]
    .filter(([, score]) => Math.abs(score) > limit)
    .map(([index]) => index)
}
