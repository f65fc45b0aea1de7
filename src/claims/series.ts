/** The series that a claim's expressions read, and how many independent trials each is worth. */

import { type Claim, expressionsOf } from '../document/claim.ts'
import { type Reading, whatIsRead } from '../query/interpret.ts'
import { pathsToRuns, probesOf, type Results } from '../query/query.ts'
import { series } from '../query/series.ts'
import { runName } from '../results/run.ts'
import { autocorrelation, effectiveTrials } from '../stats/autocorrelation.ts'
import { clusterValues } from '../stats/clusters.ts'
import { sum } from '../stats/moments.ts'

/** A series, listed once however many statistics use it. */
export interface ClaimSeries extends Reading {
  /** `pause.total`. */
  readonly what: string
  readonly measure: string
}

/** In reading order, without duplicates or row counts. Throws a QueryError if results are missing. */
export function seriesOf({ test }: Pick<Claim, 'test'>, results: Results): readonly ClaimSeries[] {
  const found = new Map<string, ClaimSeries>()
  for (const path of expressionsOf(test).flatMap(pathsToRuns)) {
    for (const { run, read } of probesOf(path, results).probes) {
      const reading = read(run.rows)
      if (reading.measure === undefined) continue
      const what = whatIsRead(reading)
      found.set(`${what} ${runName(run)}`, { ...reading, what, measure: reading.measure })
    }
  }
  return [...found.values()]
}

/** What a series is worth. */
export interface SeriesFacts {
  /** `pause.total`. */
  readonly series: string
  readonly run: string
  /** Observations that are not excluded. */
  readonly n: number
  readonly boots: number
  /** Autocorrelation of neighbouring trials of a boot, corrected for its bias (stats/autocorrelation.ts). */
  readonly lag1: number
  /** Independent trials that those of all boots are worth. */
  readonly ess: number
}

/** In reading order; throws as `seriesOf` does. */
export function seriesFacts(claim: Pick<Claim, 'test'>, results: Results): readonly SeriesFacts[] {
  return seriesOf(claim, results).map(({ what, run, factors, measure }) => {
    const boots = clusterValues(series(run, factors, measure))
    const lag1 = autocorrelation(boots)
    const sizes = boots.map(({ length }) => length)
    return {
      ...{ series: what, run: runName(run), n: sum(sizes), boots: boots.length, lag1 },
      ess: sum(sizes.map((n) => effectiveTrials(n, lag1))),
    }
  })
}
