/** Order statistics. */

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
  const sorted = Float64Array.from(values).sort()
  const position = (sorted.length - 1) * p
  const below = Math.floor(position)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return position === below ? low : low + (position - below) * (high - low)
}

/** Middle value, or the mean of both middle ones. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Throws a RangeError if there are no values. */
export function some(values: readonly number[], what: string): void {
  if (values.length === 0) throw new RangeError(`the ${what} of no values`)
}
