/** Student's t distribution and mixtures of it; degrees of freedom need not be integers. */

import { quantileNormal } from 'vega-statistics'
import { sum } from './moments.ts'

/** Returns the two-sided tail probability of t (Abramowitz and Stegun 1964, 26.7.1). */
export function beyondStudent(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
}

/** Returns how many standard errors an interval of this level reaches to each side. */
export function criticalStudent(level: number, degrees: number): number {
  return quantileStudent(1 - (1 - level) / 2, degrees)
}

/** Returns the quantile at p, which is between 0 and 1, exclusive. */
export function quantileStudent(p: number, degrees: number): number {
  return p < 0.5 ? -quantileStudent(1 - p, degrees) : quantileMixture(p, [{ weight: 1, scale: 1 }], degrees)
}

/** A Student distribution around 0 and its share of a mixture. */
export interface Component {
  readonly weight: number
  /** Multiplies t. */
  readonly scale: number
}

/** Returns the quantile at p, from 0.5 to 1, of a mixture whose weights add up to 1. */
export function quantileMixture(p: number, components: readonly Component[], degrees: number): number {
  const wanted = 2 * (1 - p)
  const constant = Math.exp(-logBeta(degrees / 2, 0.5)) / Math.sqrt(degrees)
  // Starts below the quantile; as the tail is convex, Newton's method never passes it.
  let x = quantileNormal(p) * Math.min(...components.map(({ scale }) => scale))
  for (let rest = 200; rest > 0; rest -= 1) {
    let [tail, density] = [-wanted, 0]
    for (const { weight, scale } of components) {
      const t = x / scale
      tail += weight * beyondStudent(t, degrees)
      density += ((weight * constant) / scale) * (1 + (t * t) / degrees) ** (-(degrees + 1) / 2)
    }
    const step = tail / (2 * density)
    x += step
    if (Math.abs(step) <= 1e-13 * x) break
  }
  return x
}

/**
 * Returns the degrees of freedom of a sum of estimated variances, from those of each (Satterthwaite 1946).
 * The sum must not be 0.
 */
export function degreesOf(variances: readonly number[], degrees: readonly number[]): number {
  const total = sum(variances)
  const spread = variances.reduce(
    (all, variance, index) => all + (variance / total) ** 2 / (degrees[index] as number),
    0,
  )
  return 1 / spread
}

/** Regularised incomplete beta function, by its continued fraction (NIST DLMF 8.17.22; Lentz 1976). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x >= 1) return 1
  if (x <= 0) return 0
  // The fraction converges quickly below the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const tiny = 1e-300
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny)
  let fraction = d
  for (let m = 1; m < 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    let change = 1
    for (const term of [even, odd]) {
      d = 1 / nonZero(1 + term * d, tiny)
      c = nonZero(1 + term / c, tiny)
      change = c * d
      fraction *= change
    }
    if (Math.abs(change - 1) < 1e-15) break
  }
  return (fraction * Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b))) / a
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

/** Lanczos (1964), with the coefficients of Godfrey for g = 7. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const base = x + 6.5
  const series = lanczos.reduce((sum, coefficient, index) => sum + coefficient / (x + index), leading)
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series)
}

const leading = 0.99999999999980993
const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]
