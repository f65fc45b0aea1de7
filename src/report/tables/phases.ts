/** Means of an operation's phases, their shares of the sum, and the published means (Tables 6 and 7). */

import { z } from 'zod'
import type { Words } from '../../locale/en.ts'
import { digits } from '../../query/format.ts'
import { columnOfStatistic, type PublishedRow } from '../../query/published.ts'
import { canonical, columnOf, type Factors, select } from '../../query/series.ts'
import type { Run } from '../../results/run.ts'
import { mean } from '../../stats/moments.ts'
import { max } from '../../stats/order.ts'
import { decimal } from '../../text/numbers.ts'
import { checkEnvironment, matching, theRow, valuesOf } from '../published.ts'
import {
  type Cell,
  headCell,
  missingCell,
  none,
  numberCell,
  numberHead,
  placesOf,
  publishedCell,
  type Table,
  tableKind,
} from '../table.ts'
import { comparisonCells, comparisonHeads, comparisonNotes } from './comparison.ts'
import {
  type CellRun,
  cellsOf,
  chooseEnvironments,
  choosePatterns,
  compare,
  environmentGroup,
  environments,
  factorsOf,
  labelOf,
  notRerun,
  number,
  operation,
  patterns,
  published,
  publishedEnvironment,
  unitOf,
  where,
} from './options.ts'

const options = z.strictObject({
  number,
  environments,
  operation,
  where,
  /** The phases, in order. */
  measures: z.array(z.string()).min(1),
  /** Shows each phase's share of the sum. */
  share: z.boolean().default(true),
  patterns,
  published,
  publishedEnvironment,
  /** Needs published means. */
  compare,
})

interface Layout {
  readonly measures: readonly string[]
  readonly share: boolean
  readonly compare: boolean
  readonly published: readonly PublishedRow[]
  readonly publishedColumn: string
}

export const phases = tableKind(options, (given, context): Table => {
  const { experiment, runs, words } = context
  const factors = factorsOf(given)
  checkEnvironment(context.published ?? [], given.publishedEnvironment)
  for (const name of Object.keys(factors)) labelOf(runs, name, 'factor')
  for (const name of given.measures) labelOf(runs, name, 'measure')
  const unit = unitOf(runs, given.measures)
  const publishedColumn = columnOfStatistic('mean', unit)
  const publishedRows = matching(context.published ?? [], {
    ...factors,
    environment: given.publishedEnvironment,
  }).filter((row) => row[publishedColumn] !== undefined)
  const publishedPatterns = valuesOf(publishedRows, 'pattern')
  // No columns for what no row shows.
  const beside = given.patterns === 'unpublished' ? [] : publishedRows
  const layout: Layout = {
    measures: given.measures,
    share: given.share,
    compare: given.compare && beside.length > 0,
    published: beside,
    publishedColumn,
  }
  const names = chooseEnvironments(experiment, given.environments)
  const cells = names.map((name) =>
    choosePatterns(cellsOf(experiment, name, runs), given.patterns, publishedPatterns),
  )
  const shown = cells.flat().flatMap(({ run }) => run ?? [])
  const groups = names.map((name, index) => {
    const own = cells[index] as readonly CellRun[]
    return environmentGroup(
      name,
      own.flatMap(({ run }) => run ?? []),
      own.map((cell) => rowOf(cell, layout, factors, words)),
    )
  })
  // Sums are compared in the table of totals.
  const phaseCells = groups.flatMap(({ rows }) => rows).map((row) => row.slice(0, -sumWidth(layout)))
  return {
    head: head(layout, unit, runs, words),
    groups,
    notes: [
      ...(layout.compare ? comparisonNotes(phaseCells, words) : []),
      ...incomplete(shown, factors, given.measures, words),
      ...(given.patterns === 'unpublished' ? [] : notRerun(experiment, publishedPatterns, words)),
    ],
    runs: shown,
    missing: cells.flat().flatMap(({ run, name }) => (run === undefined ? [name] : [])),
  }
})

/** Number of columns of the sum: our mean, and the published one. */
function sumWidth({ published: rows }: Layout): number {
  return rows.length > 0 ? 2 : 1
}

function head(
  { measures, share, compare: compared, published: rows }: Layout,
  unit: string,
  runs: readonly Run[],
  words: Words,
): Table['head'] {
  const { tables } = words
  const beside = rows.length > 0 ? [numberHead(tables.published, unit)] : []
  const perPhase = [
    numberHead(tables.mean, unit),
    ...(share ? [numberHead(tables.share, '%')] : []),
    ...beside,
    ...(compared ? comparisonHeads(words) : []),
  ]
  const sum = [numberHead(tables.mean, unit), ...beside]
  return [
    [
      { text: tables.pattern, rows: 2 },
      numberHead(tables.n, '', 2),
      ...measures.map((name) => ({
        text: labelOf(runs, name, 'measure'),
        columns: perPhase.length,
        align: 'center' as const,
      })),
      { text: tables.sum, columns: sum.length, align: 'center' },
    ],
    [...measures.flatMap(() => perPhase), ...sum],
  ]
}

function rowOf(
  { pattern, name, run }: CellRun,
  layout: Layout,
  factors: Factors,
  words: Words,
): readonly Cell[] {
  const { measures, share, compare: compared } = layout
  const hasPublished = layout.published.length > 0
  if (run === undefined) {
    const perPhase =
      1 + (share ? 1 : 0) + (hasPublished ? 1 : 0) + (compared ? comparisonHeads(words).length : 0)
    const width = 1 + measures.length * perPhase + sumWidth(layout)
    return [headCell(pattern.label), missingCell(name, width, words)]
  }
  const values = complete(run, factors, measures)
  const means =
    values.length === 0 ? [] : measures.map((_, index) => mean(values.map((row) => row[index] as number)))
  const sum = means.reduce((total, value) => total + value, 0)
  const publishedMeans = measures.map(
    (phase) =>
      theRow(layout.published, { pattern: pattern.name, ...factors, phase })?.[layout.publishedColumn],
  )
  return [
    headCell(pattern.label),
    numberCell(values.length, [run]),
    ...measures.flatMap((_, index) => [
      means[index] === undefined ? none : numberCell(means[index], [run]),
      ...(share
        ? [means[index] === undefined || sum === 0 ? none : percentCell(means[index] / sum, run)]
        : []),
      ...(hasPublished ? [publishedCell(publishedMeans[index])] : []),
      ...(compared
        ? comparisonCells(
            values.map((row) => row[index] as number),
            publishedMeans[index],
            run,
            words,
          )
        : []),
    ]),
    means.length === 0 ? none : numberCell(sum, [run]),
    ...(hasPublished ? [publishedCell(total(publishedMeans))] : []),
  ]
}

/** Returns the measures of complete rows only: means over different rows would not add up. */
function complete(run: Run, factors: Factors, measures: readonly string[]): readonly (readonly number[])[] {
  const columns = measures.map((name) => ({ name, ...canonical(run, columnOf(run, name, ['measure'])) }))
  return select(run, factors).flatMap((row) => {
    const values = columns.flatMap(({ name, scale }) => {
      const value = row[name]
      return typeof value === 'number' ? [value * scale] : []
    })
    return values.length === columns.length ? [values] : []
  })
}

/** Always one decimal, so that a row's shares can be added by eye. */
function percentCell(ratio: number, run: Run): Cell {
  const cell = numberCell(ratio * 100, [run])
  return { ...cell, text: digits(ratio * 100, 1) }
}

function total(texts: readonly (string | undefined)[]): string | undefined {
  const numbers = texts.map((text) => decimal(text ?? ''))
  if (!numbers.every((number) => number !== undefined)) return undefined
  const places = max(texts.map((text) => placesOf(text ?? '')))
  return numbers.reduce((sum, number) => sum + number, 0).toFixed(Math.min(places, 20))
}

function incomplete(
  runs: readonly Run[],
  factors: Factors,
  measures: readonly string[],
  { tables }: Words,
): readonly string[] {
  const left = runs.reduce(
    (count, run) => count + select(run, factors).length - complete(run, factors, measures).length,
    0,
  )
  return left === 0 ? [] : [tables.incomplete(left)]
}
