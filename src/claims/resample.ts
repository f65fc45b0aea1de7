/**
 * The interval of an expression, by drawing the trials of its runs anew: a trial comes with all its rows, so what belongs together (a
 * pause and the unpause after it, a phase and its total) stays together.
 */

import { type Expression, references } from '../document/expression.ts'
import { QueryError } from '../results/quantity.ts'
import { evaluate, findRun, type Results, vocabularyOf } from '../results/query.ts'
import type { Row, Run } from '../results/run.ts'
import { excludedColumn, runName } from '../results/series.ts'
import { type BootstrapOptions, bootstrap } from '../stats/bootstrap.ts'
import type { Interval } from '../stats/interval.ts'
import { fewestTrials } from '../stats/trials.ts'

/** Trials of one boot resemble each other; where a run has several, this column tells them apart. */
const bootColumn = 'boot'

export interface ResampledInterval {
  readonly interval: Interval
  /** Units (trials or boots) of the run that has fewest. */
  readonly units: number
}

/** Throws QueryError if the expression cannot be evaluated as it is. */
export function expressionInterval(
  ast: Expression,
  results: Results,
  options: BootstrapOptions & { readonly level: number },
): ResampledInterval {
  evaluate({ ast }, results)
  const runs = runsOf(ast, results)
  const units = runs.map((run) => unitsOf(run, options.level))
  // A draw may miss a factor's value that is rare. The value is known all the same, as one that occurs 0 times.
  const vocabulary = vocabularyOf(results)
  const interval = bootstrap(
    units.map((one) => one.length),
    (draw) => {
      const drawn = runs.map((run, index) => ({
        ...run,
        rows: (draw[index] ?? []).flatMap((unit) => units[index]?.[unit] ?? []),
      }))
      return valueOrNaN(ast, { experiments: results.experiments, runs: drawn, vocabulary })
    },
    options,
  )
  return { interval, units: Math.min(...units.map((one) => one.length)) }
}

/** The different runs that an expression reads. */
export function runsOf(ast: Expression, results: Results): readonly Run[] {
  const runs = references(ast).map(({ parts: [experiment = '', environment = '', pattern = ''] }) =>
    findRun(results, experiment, environment, pattern),
  )
  return [...new Map(runs.map((run) => [runName(run), run])).values()]
}

/** Rows that are drawn together: those of a boot if there are enough boots to draw from, else those of a trial. */
function unitsOf(run: Run, level: number): readonly (readonly Row[])[] {
  const kept = run.rows.filter((row) => !row[excludedColumn])
  const boots = [...Map.groupBy(kept, (row) => row[bootColumn]).values()]
  if (boots.length >= fewestTrials(level)) return boots
  const indices = run.columns.filter(({ name, role }) => role === 'index' || name === bootColumn)
  if (indices.length === 0) return kept.map((row) => [row])
  return [...Map.groupBy(kept, (row) => JSON.stringify(indices.map(({ name }) => row[name]))).values()]
}

function valueOrNaN(ast: Expression, results: Results): number {
  try {
    return evaluate({ ast }, results).value
  } catch (error) {
    // Such as the mean of what this draw has none of.
    if (error instanceof QueryError) return Number.NaN
    throw error
  }
}
