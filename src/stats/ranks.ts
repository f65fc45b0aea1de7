/** Ranks, and the null distribution of rank sums. */

import { some } from './order.ts'

/**
 * Returns each value's rank, from 1 for the smallest, doubled to keep it an integer: ties share the mean of
 * their ranks (midranks), which may end in a half.
 */
export function doubledRanks(values: readonly number[]): readonly number[] {
  some(values, 'ranks')
  const order = values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number))
  const ranks = new Array<number>(values.length)
  for (let start = 0; start < order.length;) {
    let end = start
    while (end + 1 < order.length && values[order[end + 1] as number] === values[order[start] as number])
      end += 1
    for (let i = start; i <= end; i += 1) ranks[order[i] as number] = start + end + 2
    start = end + 1
  }
  return ranks
}

/**
 * Returns the chance of each sum of `size` of these scores (non-negative integers), drawn without
 * replacement; the index is the sum. The shift algorithm of Streitberg and Röhmel, "Exact distributions for
 * permutation and rank tests" (1986): exact, ties or not.
 */
export function sumChances(scores: readonly number[], size: number): Float64Array {
  if (!(size >= 0 && size <= scores.length)) throw new RangeError(`${size} of ${scores.length} scores`)
  const largest = scores
    .toSorted((a, b) => b - a)
    .slice(0, size)
    .reduce((sum, score) => sum + score, 0)
  // ways[k][sum]: number of ways in which k of the scores seen so far have that sum.
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(largest + 1))
  ;(ways[0] as Float64Array)[0] = 1
  for (const [seen, score] of scores.entries()) {
    for (let k = Math.min(size, seen + 1); k >= 1; k -= 1) {
      const to = ways[k] as Float64Array
      const from = ways[k - 1] as Float64Array
      for (let sum = score; sum <= largest; sum += 1) {
        to[sum] = (to[sum] as number) + (from[sum - score] as number)
      }
    }
  }
  const counts = ways[size] as Float64Array
  const all = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => count / all)
}
