/** Order statistics. */

import { mean } from './moments.ts'

/** Smallest value. Throws a RangeError if there are no values. NaN if one of them is. */
export function min(values: readonly number[]): number {
  some(values, 'minimum')
  return values.reduce((a, b) => Math.min(a, b))
}

/** Largest value. Throws a RangeError if there are no values. NaN if one of them is. */
export function max(values: readonly number[]): number {
  some(values, 'maximum')
  return values.reduce((a, b) => Math.max(a, b))
}

/**
 * Quantile of type 7 of Hyndman and Fan, "Sample quantiles in statistical packages" (1996): interpolates
 * linearly between order statistics, as R and NumPy do by default.
 *
 * @param p from 0 (minimum) to 1 (maximum)
 */
export function quantile(values: readonly number[], p: number): number {
  some(values, 'quantile')
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile at ${p}, expected 0 to 1`)
  if (values.some(Number.isNaN)) return Number.NaN
  // A typed array sorts numerically, and several times as fast.
  const sorted = Float64Array.from(values)
  const position = (sorted.length - 1) * p
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  if (sorted.length < fewestSelected) sorted.sort()
  else selectAt(sorted, below, above)
  const low = sorted[below] as number
  const high = sorted[above] as number
  return position === below ? low : low + (position - below) * (high - low)
}

/** From this many values on, finding one takes less time than sorting all. */
const fewestSelected = 1000

/**
 * Moves the values that sorting would put at two neighbouring places there, in linear time: Hoare's FIND
 * ("Algorithm 65", 1961) with the median of three as pivot; sorts what is left after many bad pivots.
 */
function selectAt(values: Float64Array, below: number, above: number): void {
  let [low, high] = [0, values.length - 1]
  for (let left = 4 * Math.ceil(Math.log2(values.length)); high - low > fewestSelected; left -= 1) {
    if (left === 0) break
    const pivot = middleOf(values[low] as number, values[(low + high) >> 1] as number, values[high] as number)
    let [i, j] = [low, high]
    while (i <= j) {
      while ((values[i] as number) < pivot) i += 1
      while ((values[j] as number) > pivot) j -= 1
      if (i > j) break
      const value = values[i] as number
      values[i] = values[j] as number
      values[j] = value
      i += 1
      j -= 1
    }
    // Up to j none is larger than from i on, and all between equal the pivot.
    if (above <= j) high = j
    else if (below >= i) low = i
    else break
  }
  values.subarray(low, high + 1).sort()
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

/** Middle value, or the mean of both middle ones. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Throws a RangeError if there are no values. */
export function some(values: readonly number[], what: string): void {
  if (values.length === 0) throw new RangeError(`the ${what} of no values`)
}

/**
 * Returns the modified z scores of Iglewicz and Hoaglin, "How to Detect and Handle Outliers" (1993):
 * distances from the median in units of the median absolute deviation, scaled for normal values. Where half
 * of the values are equal it uses the mean deviation, and 0 where all are. Throws a RangeError for no values.
 */
export function modifiedZScores(values: readonly number[]): readonly number[] {
  const center = median(values)
  const distances = values.map((value) => Math.abs(value - center))
  // 0.6745 and 0.7979: median and mean distance of standard normal values from their centre.
  const medianDistance = median(distances) / 0.6745
  const scale = medianDistance > 0 ? medianDistance : mean(distances) / 0.7979
  return values.map((value) => (scale > 0 ? (value - center) / scale : 0))
}

/** Returns the indices of scores beyond 3.5, as the authors advise. To inspect and report, not to remove. */
export function outliers(values: readonly number[], limit = 3.5): readonly number[] {
  return [...modifiedZScores(values).entries()]
    .filter(([, score]) => Math.abs(score) > limit)
    .map(([index]) => index)
}
