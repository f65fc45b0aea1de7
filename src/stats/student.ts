/** Student's t distribution, from one degree of freedom up; degrees need not be integers. */

import { quantileNormal } from 'vega-statistics'

/** Returns the two-sided tail probability of t. */
export function beyondStudent(t: number, degrees: number): number {
  return Math.min(1, areaFrom(angleOf(t, degrees), degrees) / areaFrom(0, degrees))
}

/** Returns the quantile at p, which is between 0 and 1, exclusive. */
export function quantileStudent(p: number, degrees: number): number {
  if (p < 0.5) return -quantileStudent(1 - p, degrees)
  const wanted = 2 * (1 - p)
  const whole = 2 * areaFrom(0, degrees)
  let t = expansion(p, degrees)
  // Newton's method; converges quickly from the expansion.
  for (
    let step = Number.POSITIVE_INFINITY, rest = 50;
    Math.abs(step) > 1e-12 * (1 + t) && rest > 0;
    rest -= 1
  ) {
    const density = Math.cos(angleOf(t, degrees)) ** (degrees + 1) / (Math.sqrt(degrees) * whole)
    step = (beyondStudent(t, degrees) - wanted) / (2 * density)
    t = Math.max(0, t + step)
  }
  return t
}

/** With t = tan(angle) times the square root of the degrees, the density is a power of the angle's cosine. */
function angleOf(t: number, degrees: number): number {
  return Math.atan(Math.abs(t) / Math.sqrt(degrees))
}

const parts = 400

/** Integrates that power of the cosine from an angle on, by Simpson's rule, up to where it is below e^-60. */
function areaFrom(angle: number, degrees: number): number {
  const end = Math.acos(Math.exp(-60 / (degrees - 1)))
  if (angle >= end) return 0
  const step = (end - angle) / parts
  let sum = 0
  for (let i = 0; i <= parts; i += 1) {
    const weight = i === 0 || i === parts ? 1 : i % 2 === 1 ? 4 : 2
    sum += weight * Math.cos(angle + i * step) ** (degrees - 1)
  }
  return (sum * step) / 3
}

/** Approximates the quantile by an expansion around the normal one (Abramowitz and Stegun 1964, 26.7.5). */
function expansion(p: number, degrees: number): number {
  const z = quantileNormal(p)
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ]
  return terms.reduce((sum, term, index) => sum + term / degrees ** (index + 1), z)
}

/**
 * Returns the degrees of freedom of the sum of variances estimated from samples of these sizes (Satterthwaite
 * 1946). The sum must not be 0.
 */
export function degreesOf(variances: readonly number[], sizes: readonly number[]): number {
  const total = variances.reduce((sum, variance) => sum + variance, 0)
  const spread = variances.reduce(
    (sum, variance, index) => sum + (variance / total) ** 2 / ((sizes[index] as number) - 1),
    0,
  )
  return 1 / spread
}
