/**
 * Data for figures of slowdowns: each pattern's mean relative to the baseline's in the same environment, with
 * its interval.
 */

import type { SourceBlock } from '../document/block.ts'
import { QueryError } from '../query/error.ts'
import { columnOf, type Factors, series } from '../query/series.ts'
import { unitName } from '../query/units.ts'
import { excludedColumn, runName, type Run } from '../results/run.ts'
import { bootstrapInterval } from '../stats/bootstrap.ts'
import { mean } from '../stats/moments.ts'
import { recently } from '../text/memory.ts'
import { cellFields, type FigureRecord } from './records.ts'
import { cellRuns } from './tables/options.ts'

/** Fewer resamples than for a verdict: a figure shows many intervals, each to a pixel. */
const resamples = 600

const ratioFields = ['measure', 'ratio', 'low', 'high']

/**
 * Returns a record per environment, pattern except the first (the baseline), value of the first factor (such
 * as the operation) and measure: the `ratio` of means and its 95 % interval (stats/bootstrap.ts) `low` to
 * `high`, null if there are too few trials. Throws QueryError for an unknown measure.
 */
export const ratios = recently(makeRatios, (experiment, runs, measures) => [
  ...[experiment, measures.length, ...measures],
  ...runs,
])

function makeRatios(
  experiment: SourceBlock,
  runs: readonly Run[],
  measures: readonly string[],
): readonly FigureRecord[] {
  return experiment.environments.flatMap((environment) => {
    const [base, ...others] = cellRuns(experiment, environment, runs)
    const baseline = base?.run
    if (baseline === undefined) return []
    for (const measure of measures) columnOf(baseline, measure, ['measure'])
    return others.flatMap(({ run }) => {
      if (run === undefined) return []
      const cell = cellFields(experiment, run, [...run.columns.map(({ name }) => name), ...ratioFields])
      return groups(run).flatMap((factors) =>
        measures.flatMap((measure) => {
          const ratio = ratioOf(run, baseline, factors, measure)
          return ratio === undefined ? [] : [{ ...cell, ...factors, measure, ...ratio }]
        }),
      )
    })
  })
}

/** Returns the values of the first factor, in order of the rows. */
function groups(run: Run): readonly Factors[] {
  const factor = run.columns.find(({ name, role }) => role === 'factor' && name !== excludedColumn)?.name
  if (factor === undefined) return [{}]
  return [...new Set(run.rows.map((row) => String(row[factor] ?? '')))].map((value) => ({ [factor]: value }))
}

function ratioOf(run: Run, baseline: Run, factors: Factors, measure: string) {
  const [own, base] = [series(run, factors, measure), series(baseline, factors, measure)]
  if (own.values.length === 0 || base.values.length === 0) return undefined
  if (own.unit !== base.unit)
    throw new QueryError(
      `${measure} has different units: ${unitName(base.unit)} in run ${runName(baseline)}, ` +
        `${unitName(own.unit)} in run ${runName(run)}`,
    )
  if (mean(base.values) === 0)
    throw new QueryError(`no ratio of ${measure}: its mean in run ${runName(baseline)} is 0`)
  const { low, high } = bootstrapInterval([own, base], (a, b) => mean(a) / mean(b), { resamples })
  const end = (value: number) => (Number.isFinite(value) ? value : null)
  return { ratio: mean(own.values) / mean(base.values), low: end(low), high: end(high) }
}
