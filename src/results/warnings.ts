/** What a reader should know of the series behind a number: outliers, which stay in, and drift from trial to trial. */

import { drift } from '../stats/drift.ts'
import { holm } from '../stats/holm.ts'
import { outliers } from '../stats/outliers.ts'
import { format, symbol } from './quantity.ts'

export interface NamedSeries {
  /** `pause.total of latency/xen-4.14/baseline`. */
  readonly name: string
  /** In the order of trials. */
  readonly values: readonly number[]
  readonly unit: string
}

/** Drift is judged by a test that is near enough from here on. */
const fewestForDrift = 10

/**
 * At most one sentence on outliers (modified z scores beyond 3.5) and one on drift (Mann and Kendall's test; p at most 0.05 after Holm's
 * correction for the number of series).
 */
export function warningsOn(series: readonly NamedSeries[]): readonly string[] {
  const withOutliers = series.flatMap(({ name, values }) => {
    const count = values.length === 0 ? 0 : outliers(values).length
    return count === 0 ? [] : [`${name} (${count} of ${values.length})`]
  })
  const long = series.filter(({ values }) => values.length >= fewestForDrift)
  const drifts = long.map(({ values }) => drift(values))
  const ps = holm(drifts.map(({ p }) => p))
  const drifting = long.flatMap(({ name, unit }, index) => {
    const p = ps[index] as number
    const { slope } = drifts[index] as (typeof drifts)[number]
    if (p > 0.05) return []
    const step = format({ value: Math.abs(slope), unit: '' })
    return [`${name} (${slope < 0 ? '−' : '+'}${step}${unit === '' ? '' : ` ${symbol(unit)}`} a trial)`]
  })
  return [
    ...(withOutliers.length === 0
      ? []
      : [`outliers, which are counted like all others: ${listed(withOutliers)}`]),
    ...(drifting.length === 0
      ? []
      : [`values seem to drift from trial to trial, so intervals may be too narrow: ${listed(drifting)}`]),
  ]
}

const mostListed = 4

function listed(names: readonly string[]): string {
  const shown = names.slice(0, names.length > mostListed ? mostListed - 1 : mostListed)
  const more = names.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more series`] : [])].join(', ')
}
