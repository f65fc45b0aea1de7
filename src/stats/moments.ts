/** Two-pass mean and variance, accurate for large values with small deviations (Chan et al. 1983). */

/** Arithmetic mean. Throws a RangeError if there are no values. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the mean of no values')
  // Offsets from the first value keep large, close values (ticks) exact.
  const origin = values[0] as number
  let sum = 0
  for (const value of values) sum += value - origin
  return origin + sum / values.length
}

/** Adds up; 0 without values. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Sum of squared deviations over n. Throws a RangeError if there are no values. */
export function populationVariance(values: readonly number[]): number {
  return squaredDeviations(values) / values.length
}

/** Sum of squared deviations over n - 1 (Bessel's correction). NaN for one value; a RangeError for none. */
export function sampleVariance(values: readonly number[]): number {
  const squares = squaredDeviations(values)
  return values.length === 1 ? Number.NaN : squares / (values.length - 1)
}

/** Corrected two-pass: the second term compensates for rounding of the mean. */
function squaredDeviations(values: readonly number[]): number {
  const center = mean(values)
  let squares = 0
  let deviations = 0
  for (const value of values) {
    squares += (value - center) ** 2
    deviations += value - center
  }
  return Math.max(0, squares - deviations ** 2 / values.length)
}
