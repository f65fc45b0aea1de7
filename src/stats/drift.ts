import { cumulativeNormal } from 'vega-statistics'
import { clusterValues, type Sample } from './clusters.ts'

export interface Drift {
  /** Median change per trial, in the values' unit (Theil 1950, Sen 1968). Computed on access. */
  readonly slope: number
  /** Kendall's tau with the trial order: 1 if every value is larger than all before it, -1 if smaller. */
  readonly tau: number
  /** Two-sided p value: the chance of a random order with at least this trend. */
  readonly p: number
}

/**
 * Tests whether values rise or fall over the trials: the test of Mann (1945) and Kendall, normal with
 * corrections for ties and continuity, which is accurate from ten values on. With several boots it tests
 * within each and sums the scores (as for seasons: Hirsch, Slack and Smith, 1982): differences between boots
 * are not drift. Throws a RangeError if no boot has two values.
 */
export function drift(sample: Sample): Drift {
  const sequences = sample.clusters === undefined ? [sample.values] : clusterValues(sample)
  let [score, variance, pairs] = [0, 0, 0]
  for (const values of sequences) {
    const own = scoreOf(values)
    score += own.score
    variance += own.variance
    pairs += pairsOf(values.length)
  }
  if (pairs === 0)
    throw new RangeError(`the drift of ${sample.values.length} values, at least 2 are needed, of one boot`)
  const distance = Math.max(0, Math.abs(score) - 1)
  return {
    get slope() {
      return medianSlope(sequences, pairs)
    },
    tau: score / pairs,
    p: variance === 0 ? 1 : Math.min(1, 2 * cumulativeNormal(-distance / Math.sqrt(variance / 18))),
  }
}

function pairsOf(count: number): number {
  return (count * (count - 1)) / 2
}

/** Returns how many more pairs rise than fall, and 18 times the variance of that. */
function scoreOf(values: readonly number[]): { readonly score: number; readonly variance: number } {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const spread = (count: number) => count * (count - 1) * (2 * count + 5)
  let variance = spread(values.length)
  let unequal = pairsOf(values.length)
  for (const count of counts.values()) {
    variance -= spread(count)
    unequal -= pairsOf(count)
  }
  // Every pair rises, falls or is equal.
  return { score: unequal - 2 * falls(Float64Array.from(values)), variance }
}

/** Up to this many slopes are sorted; above, the median is found by bisection. */
const mostSlopes = 500_000

function medianSlope(sequences: readonly (readonly number[])[], count: number): number {
  if (count > mostSlopes) return bisectedSlope(sequences, count)
  const slopes = new Float64Array(count)
  let next = 0
  for (const values of sequences) {
    for (let j = 1; j < values.length; j += 1) {
      for (let i = 0; i < j; i += 1) {
        slopes[next] = ((values[j] as number) - (values[i] as number)) / (j - i)
        next += 1
      }
    }
  }
  slopes.sort()
  const [below, above] = [slopes[Math.floor((count - 1) / 2)], slopes[Math.floor(count / 2)]] as [
    number,
    number,
  ]
  return below + (above - below) / 2
}

/** Accurate to 40 bits of the range: a slope exceeds as many others as pairs fall once it is subtracted. */
function bisectedSlope(sequences: readonly (readonly number[])[], count: number): number {
  let [low, high] = [0, 0]
  for (const values of sequences) {
    for (let i = 1; i < values.length; i += 1) {
      const step = (values[i] as number) - (values[i - 1] as number)
      low = Math.min(low, step)
      high = Math.max(high, step)
    }
  }
  for (let bit = 0; bit < 40; bit += 1) {
    const slope = low + (high - low) / 2
    const falling = (values: readonly number[]) =>
      falls(Float64Array.from(values, (value, index) => value - slope * index))
    if (sequences.reduce((sum, values) => sum + falling(values), 0) > count / 2) high = slope
    else low = slope
  }
  return low + (high - low) / 2
}

/** Counts the pairs whose later value is smaller, while merge-sorting (Knight 1966). Sorts `values`. */
function falls(values: Float64Array): number {
  const n = values.length
  let from: Float64Array = values
  let to: Float64Array = new Float64Array(n)
  let count = 0
  for (let size = 1; size < n; size *= 2) {
    for (let start = 0; start < n; start += 2 * size) {
      const middle = Math.min(start + size, n)
      const end = Math.min(start + 2 * size, n)
      let left = start
      let right = middle
      for (let next = start; next < end; next += 1) {
        if (right < end && (left === middle || (from[right] as number) < (from[left] as number))) {
          count += middle - left
          to[next] = from[right] as number
          right += 1
        } else {
          to[next] = from[left] as number
          left += 1
        }
      }
    }
    ;[from, to] = [to, from]
  }
  return count
}
