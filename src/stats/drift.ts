import { cumulativeNormal } from 'vega-statistics'
import { median } from './order.ts'

export interface Drift {
  /** Median change from one trial to the next, in the values' unit (Theil 1950, Sen 1968). */
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
  const slopes: number[] = []
  let score = 0
  for (const [j, later] of values.entries()) {
    for (let i = 0; i < j; i += 1) {
      const change = later - (values[i] as number)
      score += Math.sign(change)
      slopes.push(change / (j - i))
    }
  }
  const counts = [...Map.groupBy(values, (value) => value).values()].map((equal) => equal.length)
  const spread = (count: number) => count * (count - 1) * (2 * count + 5)
  const variance = (spread(n) - counts.reduce((sum, count) => sum + spread(count), 0)) / 18
  const distance = Math.max(0, Math.abs(score) - 1)
  return {
    slope: median(slopes),
    tau: score / ((n * (n - 1)) / 2),
    p: variance === 0 ? 1 : Math.min(1, 2 * cumulativeNormal(-distance / Math.sqrt(variance))),
  }
}
