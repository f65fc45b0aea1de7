/** Statistics of observations by name. To add one: a line here. */

import { mean, populationVariance } from '../stats/moments.ts'
import { max, median, min, quantile } from '../stats/order.ts'
import { square } from './units.ts'

export interface Statistic {
  /**
   * English head of a table's column. Other languages may have their own, and all have one for percentiles.
   */
  readonly label?: string
  /** For the reference. */
  readonly means?: string
  readonly of: (values: readonly number[]) => number
  /** Derives the statistic's unit from the series'. */
  readonly unit: (unit: string) => string
  /** Whether it hangs on the outermost observations, so that its interval is too narrow. */
  readonly isExtreme?: boolean
  /** Of a quantile: the share of values at most as large; 0 and 1 of the extremes. */
  readonly probability?: number
}

const same = (unit: string): string => unit

/** By name; percentiles (`p95`) are accepted as well. */
export const statistics: ReadonlyMap<string, Statistic> = new Map<string, Statistic>([
  [
    'n',
    { label: 'n', means: 'how many observations there are', of: (values) => values.length, unit: () => '' },
  ],
  ['mean', { label: 'mean', means: 'their mean', of: mean, unit: same }],
  // Divided by n, not n - 1: the only definition that the original study's cells admit, and ours stand beside
  // them.
  [
    'variance',
    { label: 'variance', means: 'their variance, divided by n', of: populationVariance, unit: square },
  ],
  [
    'sd',
    {
      label: 'std. dev.',
      means: 'the root of the variance',
      of: (values) => Math.sqrt(populationVariance(values)),
      unit: same,
    },
  ],
  ['median', { label: 'median', means: 'the value in the middle', of: median, unit: same, probability: 0.5 }],
  ['max', { label: 'max.', means: 'the largest', of: max, unit: same, isExtreme: true, probability: 1 }],
  ['min', { label: 'min.', means: 'the smallest', of: min, unit: same, isExtreme: true, probability: 0 }],
])

/** Returns a statistic by name, `p95` and `p99.9` being quantiles of type 7; undefined if there is none. */
export function statistic(name: string): Statistic | undefined {
  const known = statistics.get(name)
  if (known !== undefined) return known
  const percentage = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name)?.[1]
  if (percentage === undefined) return undefined
  const probability = Number(percentage) / 100
  return {
    of: (values) => quantile(values, probability),
    unit: same,
    probability,
    isExtreme: ['0', '100'].includes(percentage),
  }
}
