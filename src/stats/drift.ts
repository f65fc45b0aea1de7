import { cumulativeNormal } from 'vega-statistics'

export interface Drift {
  /** Median change from one trial to the next, in the values' unit (Theil 1950, Sen 1968). Worked out when it is read. */
  readonly slope: number
  /** Kendall's tau with the order of trials: 1 if every value is larger than all before it, -1 if smaller. */
  readonly tau: number
  /** Two-sided: how often chance alone orders the values at least as much. */
  readonly p: number
}

/**
 * Whether values rise or fall over the order of trials: the test of Mann (1945) and Kendall, normal with corrections for ties and
 * continuity, which is close from ten values on. Throws a RangeError for fewer than two values.
 */
export function drift(values: readonly number[]): Drift {
  const n = values.length
  if (n < 2) throw new RangeError(`the drift of ${n} values, at least 2 are needed`)
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const pairs = (count: number) => (count * (count - 1)) / 2
  const spread = (count: number) => count * (count - 1) * (2 * count + 5)
  let variance = spread(n)
  let unequal = pairs(n)
  for (const count of counts.values()) {
    variance -= spread(count)
    unequal -= pairs(count)
  }
  // Every pair rises, falls or is equal.
  const score = unequal - 2 * falls(Float64Array.from(values))
  const distance = Math.max(0, Math.abs(score) - 1)
  return {
    get slope() {
      return medianSlope(values)
    },
    tau: score / pairs(n),
    p: variance === 0 ? 1 : Math.min(1, 2 * cumulativeNormal(-distance / Math.sqrt(variance / 18))),
  }
}

/** So many slopes are made and sorted; of more the middle one is found by bisection. */
const mostSlopes = 500_000

function medianSlope(values: readonly number[]): number {
  const n = values.length
  const count = (n * (n - 1)) / 2
  if (count > mostSlopes) return bisectedSlope(values, count)
  const slopes = new Float64Array(count)
  let next = 0
  for (let j = 1; j < n; j += 1) {
    for (let i = 0; i < j; i += 1) {
      slopes[next] = ((values[j] as number) - (values[i] as number)) / (j - i)
      next += 1
    }
  }
  slopes.sort()
  const [below, above] = [slopes[Math.floor((count - 1) / 2)], slopes[Math.floor(count / 2)]] as [
    number,
    number,
  ]
  return below + (above - below) / 2
}

/** To 40 bits of the range: a slope exceeds so many others as pairs fall once it is taken off. */
function bisectedSlope(values: readonly number[], count: number): number {
  let [low, high] = [0, 0]
  for (let i = 1; i < values.length; i += 1) {
    const step = (values[i] as number) - (values[i - 1] as number)
    low = Math.min(low, step)
    high = Math.max(high, step)
  }
  for (let bit = 0; bit < 40; bit += 1) {
    const slope = low + (high - low) / 2
    if (falls(Float64Array.from(values, (value, index) => value - slope * index)) > count / 2) high = slope
    else low = slope
  }
  return low + (high - low) / 2
}

/** In how many pairs the later value is smaller: counted while they are merged in order (Knight 1966). Sorts `values`. */
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
