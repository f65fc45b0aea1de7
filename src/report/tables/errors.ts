/** Values of an environment against those of a reference: errors, signs of effects, and ranks of patterns. */

import type { Pattern } from '../../document/block.ts'
import { type Factors, type Series, series } from '../../query/series.ts'
import type { Run } from '../../results/run.ts'
import {
  type Centre,
  centreOf,
  differenceOf,
  type Estimate,
  relativeErrorOf,
  signOf,
} from '../../stats/centre.ts'
import { spearman } from '../../stats/correlation.ts'
import { type CellRun, runsOf } from './options.ts'

/** A pattern in one of two environments. */
export interface Side {
  /** Undefined if the environment does not have the pattern. */
  readonly cell: CellRun | undefined
  /** Undefined without a run, or if it has no such observations. */
  readonly sample: Series | undefined
  readonly estimate: Estimate | undefined
}

export interface PatternError {
  readonly pattern: Pattern
  readonly own: Side
  readonly reference: Side
  /** Relative to the reference; undefined if either value is missing, or the reference's is 0. */
  readonly error: Estimate | undefined
  /** Of the error, if its interval shows one. */
  readonly sign: 1 | -1 | undefined
  /** Undefined for the baseline, and if a value is missing. */
  readonly effect: Effect | undefined
}

/** How a pattern moves the value from the baseline's in both environments, as far as the intervals show. */
export interface Effect {
  readonly own: 1 | -1 | undefined
  readonly reference: 1 | -1 | undefined
}

/** The patterns of one measure and combination of factors. */
export interface ErrorBlock {
  readonly measure: string
  readonly factors: Factors
  readonly rows: readonly PatternError[]
  /** Over the patterns that both have: their number, and Spearman's correlation, NaN for one or none. */
  readonly ranks: { readonly correlation: number; readonly patterns: number; readonly runs: readonly Run[] }
}

/** What is compared, and how. */
export interface Comparison {
  /** Cells of the environment with rows. */
  readonly cells: readonly CellRun[]
  readonly reference: readonly CellRun[]
  readonly baseline: { readonly own: CellRun; readonly reference: CellRun | undefined }
  readonly measures: readonly string[]
  readonly combinations: readonly Factors[]
  readonly centre: Centre
}

/** Returns a block for each measure and combination that has rows, in this order. */
export function errorBlocks(comparison: Comparison): readonly ErrorBlock[] {
  return comparison.measures.flatMap((measure) =>
    comparison.combinations.flatMap((factors) => {
      const rows = errorRows(comparison, measure, factors)
      return rows.length === 0 ? [] : [{ measure, factors, rows, ranks: ranksOf(rows) }]
    }),
  )
}

function errorRows(
  { cells, reference: references, baseline, centre }: Comparison,
  measure: string,
  factors: Factors,
): readonly PatternError[] {
  const sideOf = (cell: CellRun | undefined) => side(cell, factors, measure, centre)
  const byPattern = new Map(references.map((one) => [one.pattern.name, one]))
  const base = { own: sideOf(baseline.own), reference: sideOf(baseline.reference) }
  return cells.flatMap((cell): readonly PatternError[] => {
    const { pattern } = cell
    const isBaseline = pattern.name === baseline.own.pattern.name
    const own = isBaseline ? base.own : sideOf(cell)
    const reference = isBaseline ? base.reference : sideOf(byPattern.get(pattern.name))
    // Other patterns may have the combination.
    if (cell.run && !own.sample && !reference.sample) return []
    return [
      {
        pattern,
        own,
        reference,
        ...errorOf(own, reference, centre),
        effect: isBaseline ? undefined : effectOf(base, { own, reference }, centre),
      },
    ]
  })
}

function side(cell: CellRun | undefined, factors: Factors, measure: string, centre: Centre): Side {
  const found = cell?.run && series(cell.run, factors, measure)
  const sample = found && found.values.length > 0 ? found : undefined
  return { cell, sample, estimate: sample && centreOf(sample, centre) }
}

function errorOf(own: Side, reference: Side, centre: Centre): Pick<PatternError, 'error' | 'sign'> {
  if (!own.sample || !reference.sample) return { error: undefined, sign: undefined }
  const error = relativeErrorOf(own.sample, reference.sample, centre)
  const isBounded = error && Number.isFinite(error.interval.low)
  // A reference that may be 0 has no bounded relative error, but may well have a difference.
  const shown = isBounded ? error : differenceOf(reference.sample, own.sample, centre)
  return { error, sign: signOf(shown.interval) }
}

interface Both {
  readonly own: Side
  readonly reference: Side
}

function effectOf(baseline: Both, of: Both, centre: Centre): Effect | undefined {
  const signIn = (which: keyof Both): 1 | -1 | 0 | undefined => {
    const [from, to] = [baseline[which].sample, of[which].sample]
    return from && to && (signOf(differenceOf(from, to, centre).interval) ?? 0)
  }
  const [own, reference] = [signIn('own'), signIn('reference')]
  if (own === undefined || reference === undefined) return undefined
  return { own: own || undefined, reference: reference || undefined }
}

function ranksOf(rows: readonly PatternError[]): ErrorBlock['ranks'] {
  const pairs = rows.flatMap(({ own, reference }) =>
    own.estimate && reference.estimate
      ? [{ own: own.estimate.value, reference: reference.estimate.value, sides: [own, reference] }]
      : [],
  )
  return {
    patterns: pairs.length,
    correlation:
      pairs.length < 2
        ? Number.NaN
        : spearman(
            pairs.map(({ own }) => own),
            pairs.map(({ reference }) => reference),
          ),
    runs: runsOf(pairs.flatMap(({ sides }) => sides.flatMap(({ cell }) => cell ?? []))),
  }
}
