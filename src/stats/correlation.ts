import { mean } from './moments.ts'
import { doubledRanks } from './ranks.ts'

/**
 * Pearson's product-moment correlation (1895), in two passes: -1 to 1, NaN if one side is constant. Throws a
 * RangeError for fewer than two pairs or sides of different length.
 */
export function pearson(xs: readonly number[], ys: readonly number[]): number {
  if (xs.length !== ys.length) throw new RangeError(`${xs.length} values against ${ys.length}`)
  if (xs.length < 2) throw new RangeError(`the correlation of ${xs.length} pairs, at least 2 are needed`)
  const xMean = mean(xs)
  const yMean = mean(ys)
  let xx = 0
  let yy = 0
  let xy = 0
  for (const [i, x] of xs.entries()) {
    const dx = x - xMean
    const dy = (ys[i] as number) - yMean
    xx += dx * dx
    yy += dy * dy
    xy += dx * dy
  }
  if (xx === 0 || yy === 0) return Number.NaN
  // Rounding may leave the range by an ulp.
  return Math.max(-1, Math.min(1, xy / (Math.sqrt(xx) * Math.sqrt(yy))))
}

/**
 * Slope of the line of least squares (Legendre 1805): units of y for one of x; NaN if x is constant. Throws a
 * RangeError for fewer than two pairs or sides of different length.
 */
export function slope(xs: readonly number[], ys: readonly number[]): number {
  if (xs.length !== ys.length) throw new RangeError(`${xs.length} values against ${ys.length}`)
  if (xs.length < 2) throw new RangeError(`the slope of ${xs.length} pairs, at least 2 are needed`)
  const xMean = mean(xs)
  const yMean = mean(ys)
  let xx = 0
  let xy = 0
  for (const [i, x] of xs.entries()) {
    xx += (x - xMean) ** 2
    xy += (x - xMean) * ((ys[i] as number) - yMean)
  }
  return xx === 0 ? Number.NaN : xy / xx
}

/** Spearman's rank correlation (1904): Pearson's over midranks, with its errors. */
export function spearman(xs: readonly number[], ys: readonly number[]): number {
  if (xs.length < 2 || xs.length !== ys.length) return pearson(xs, ys)
  return pearson(doubledRanks(xs), doubledRanks(ys))
}
