/** Means of an operation's phases, their shares of the sum, and the published means (Tables 6 and 7). */

import * as z from 'zod'
import { digits } from '../../query/format.ts'
import { columnOfStatistic } from '../../query/published.ts'
import { canonical, columnOf, type Factors, select } from '../../query/series.ts'
import type { Run } from '../../results/run.ts'
import { mean } from '../../stats/moments.ts'
import { max } from '../../stats/order.ts'
import { decimal } from '../../text/numbers.ts'
import { uniqueRow } from '../published.ts'
import {
  type Cell,
  type ExperimentContext,
  headCell,
  none,
  numberCell,
  numberHead,
  placesOf,
  publishedCell,
  type Table,
  tableKind,
} from '../table.ts'
import { type ColumnGroup, patternTable } from './columns.ts'
import { comparisonColumns, comparisonNotes } from './comparison.ts'
import { type CellRun, labelOf, selectCells, unitOf } from './options.ts'
import { compare, measure, patternOptions } from './schema.ts'

const options = () =>
  z.strictObject({
    ...patternOptions,
    measures: z.array(measure).min(1).describe('The phases, in order'),
    share: z.boolean().default(true).describe('Shows each phase’s share of the sum'),
    compare,
  })

/** A pattern's phases, in the order of the option `measures`. */
interface Row {
  readonly label: string
  readonly run: Run
  /** Of each complete observation. */
  readonly values: readonly (readonly number[])[]
  /** Empty without observations. */
  readonly means: readonly number[]
  readonly sum: number
  readonly published: readonly (string | undefined)[]
}

export const phases = tableKind(options, (given, context): Table => {
  const { runs, messages } = context
  const { measures, compare } = given
  for (const name of measures) labelOf(runs, name, 'measure')
  const unit = unitOf(runs, measures)
  const meanColumn = columnOfStatistic('mean', unit)
  const selection = selectCells(given, context, (row) => row[meanColumn] !== undefined)
  const { factors, published } = selection
  const rowOf = (run: Run, { pattern: { name: pattern, label } }: CellRun): Row => {
    const values = complete(run, factors, measures)
    const means =
      values.length === 0 ? [] : measures.map((_, index) => mean(values.map((row) => row[index] as number)))
    return {
      label,
      run,
      values,
      means,
      sum: means.reduce((total, value) => total + value, 0),
      published: measures.map((phase) => uniqueRow(published, { pattern, ...factors, phase })?.[meanColumn]),
    }
  }
  const columns = columnsOf(given, unit, published.length > 0, context)
  const table = patternTable(selection, columns, (run, cell) => [rowOf(run, cell)], context)
  const incomplete = table.runs.reduce(
    (count, run) => count + select(run, factors).length - complete(run, factors, measures).length,
    0,
  )
  return {
    ...table,
    notes: [
      ...(compare && published.length > 0 ? comparisonNotes(table.groups, messages) : []),
      ...(incomplete === 0 ? [] : [messages.tables.incomplete(incomplete)]),
      ...table.notes,
    ],
  }
})

/** Sums are compared in the table of totals. */
function columnsOf(
  { measures, share, compare }: z.output<ReturnType<typeof options>>,
  unit: string,
  hasPublished: boolean,
  { runs, messages }: ExperimentContext,
): readonly ColumnGroup<Row>[] {
  const { tables } = messages
  const publishedHead = numberHead(tables.published, unit)
  const phase = (measure: string, index: number): ColumnGroup<Row> => {
    const comparison = comparisonColumns<Row>(
      ({ run, values, published }) => ({
        run,
        values: values.map((row) => row[index] as number),
        published: published[index],
      }),
      messages,
    )
    return {
      title: labelOf(runs, measure, 'measure'),
      columns: [
        [
          numberHead(tables.mean, unit),
          ({ means, run }) => (means[index] === undefined ? none : numberCell(means[index], [run])),
        ],
        share && [numberHead(tables.share, '%'), (row) => shareCell(row, index)],
        hasPublished && [publishedHead, ({ published }) => publishedCell(published[index])],
        ...(hasPublished && compare ? comparison : []),
      ],
    }
  }
  return [
    {
      columns: [
        [{ text: tables.pattern }, ({ label }) => headCell(label)],
        [numberHead(tables.n), ({ values, run }) => numberCell(values.length, [run])],
      ],
    },
    ...measures.map(phase),
    {
      title: tables.sum,
      columns: [
        [
          numberHead(tables.mean, unit),
          ({ means, sum, run }) => (means.length === 0 ? none : numberCell(sum, [run])),
        ],
        hasPublished && [publishedHead, ({ published }) => publishedCell(total(published))],
      ],
    },
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
function shareCell({ means, sum, run }: Row, index: number): Cell {
  const mean = means[index]
  if (mean === undefined || sum === 0) return none
  const percent = (mean / sum) * 100
  return { ...numberCell(percent, [run]), text: digits(percent, 1) }
}

function total(texts: readonly (string | undefined)[]): string | undefined {
  const numbers = texts.map((text) => decimal(text ?? ''))
  if (!numbers.every((number) => number !== undefined)) return undefined
  const places = max(texts.map((text) => placesOf(text ?? '')))
  return numbers.reduce((sum, number) => sum + number, 0).toFixed(Math.min(places, 20))
}
