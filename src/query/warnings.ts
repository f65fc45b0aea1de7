/** Warnings about the series behind a number: outliers, which are kept, and drift from trial to trial. */

import type { Sample } from '../stats/clusters.ts'
import { holm } from '../stats/compare.ts'
import { drift } from '../stats/drift.ts'
import { outliers } from '../stats/order.ts'
import { format } from './format.ts'
import { symbol } from './units.ts'

/** Values in trial order, with their boots if there are several. */
export interface NamedSeries extends Sample {
  /** `pause.total of latency/xen-4.14/baseline`. */
  readonly name: string
  readonly unit: string
  /** Whether the order of its values means anything; true by default. */
  readonly isOrdered?: boolean
}

/** Messages; other languages have the same shape. */
export const english = {
  /** A series, and how many of its values are outliers. */
  outlying: (series: string, count: number, all: number) => `${series} (${count} of ${all})`,
  /** A series and its slope: `+0.3 µs`. */
  drifting: (series: string, step: string) => `${series} (${step} per trial)`,
  /** The first of the series concerned, and how many more there are. */
  outliers: (series: readonly string[], more: number) => `outliers, which are kept: ${listed(series, more)}`,
  drifts: (series: readonly string[], more: number) =>
    `values seem to drift over the trials, so intervals may be too narrow: ${listed(series, more)}`,
}

function listed(series: readonly string[], more: number): string {
  return [...series, ...(more > 0 ? [`and ${more} more series`] : [])].join(', ')
}

/** The test's approximation is good from here on. Where every boot has one trial, nothing can drift. */
const fewestForDrift = 10

/**
 * Returns at most one sentence on outliers (modified z scores beyond 3.5) and one on drift (Mann-Kendall
 * test; p at most 0.05 after Holm's correction for the number of series).
 */
export function warningsOn(series: readonly NamedSeries[], words = english): readonly string[] {
  const withOutliers = series.flatMap(({ name, values }) => {
    const count = values.length === 0 ? 0 : outliers(values).length
    return count === 0 ? [] : [words.outlying(name, count, values.length)]
  })
  const long = series.filter(
    ({ values, clusters, isOrdered = true }) =>
      isOrdered && values.length >= fewestForDrift && new Set(clusters).size < values.length,
  )
  const drifts = long.map(drift)
  const ps = holm(drifts.map(({ p }) => p))
  const drifting = long.flatMap(({ name, unit }, index) => {
    const p = ps[index] as number
    const { slope } = drifts[index] as (typeof drifts)[number]
    if (p > 0.05) return []
    const step = format({ value: Math.abs(slope), unit: '' })
    return [words.drifting(name, `${slope < 0 ? '−' : '+'}${step}${unit === '' ? '' : ` ${symbol(unit)}`}`)]
  })
  return [
    ...(withOutliers.length === 0 ? [] : [words.outliers(...first(withOutliers))]),
    ...(drifting.length === 0 ? [] : [words.drifts(...first(drifting))]),
  ]
}

const mostListed = 4

function first(names: readonly string[]): readonly [names: readonly string[], more: number] {
  const shown = names.slice(0, names.length > mostListed ? mostListed - 1 : mostListed)
  return [shown, names.length - shown.length]
}
