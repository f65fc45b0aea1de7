/**
 * Statistics of measures, a row per environment, pattern and combination of factors, with published ones
 * (Table 5).
 */

import { z } from 'zod'
import type { Pattern } from '../../document/block.ts'
import { unknown } from '../../query/error.ts'
import { columnOfStatistic, type PublishedRow } from '../../query/published.ts'
import { type Factors, series } from '../../query/series.ts'
import { statistic, statistics } from '../../query/statistics.ts'
import { excludedColumn, type Run } from '../../results/run.ts'
import type { RenderContext } from '../context.ts'
import { uniqueRow } from '../published.ts'
import {
  type ExperimentContext,
  type Head,
  headCell,
  none,
  numberCell,
  numberHead,
  publishedCell,
  type Table,
  tableKind,
} from '../table.ts'
import { type Column, type ColumnGroup, patternTable } from './columns.ts'
import { comparisonColumns, comparisonNotes } from './comparison.ts'
import {
  type CellRun,
  combinations,
  compare,
  labelOf,
  patternOptions,
  selectCells,
  unitOf,
} from './options.ts'

const options = z.strictObject({
  ...patternOptions,
  /** Factors whose values get their own rows; ignores those that `where` fixes or the runs lack. */
  by: z.array(z.string()).default(['operation']),
  /** Default: the first measure of the runs. */
  measures: z.array(z.string()).min(1).optional(),
  statistics: z.array(z.string()).min(1).default(['n', 'mean', 'variance', 'max', 'min', 'median']),
  /** Needs published means. */
  compare,
})

/** One measure of a run, for one combination of factors. */
interface Row {
  readonly pattern: Pattern
  readonly run: Run
  readonly factors: Factors
  readonly measure: string
  readonly values: readonly number[]
  readonly published: PublishedRow | undefined
  /** Number of the pattern's rows; absent after its first. */
  readonly height?: number
}

export const summary = tableKind(options, (given, context): Table => {
  const { runs, messages } = context
  for (const name of given.statistics) {
    if (statistic(name) === undefined) throw unknown('statistic', name, [...statistics.keys()])
  }
  const selection = selectCells(given, context)
  const { factors, published } = selection
  const firstMeasure = runs[0]?.columns.find(({ role }) => role === 'measure')?.name
  const measures = given.measures ?? (firstMeasure === undefined ? [] : [firstMeasure])
  for (const name of measures) labelOf(runs, name, 'measure')
  const by = given.by.filter(
    (name) =>
      !Object.hasOwn(factors, name) && runs.some(({ columns }) => columns.some((one) => one.name === name)),
  )
  const unit = unitOf(runs, measures)
  const columnOf = (name: string): string | undefined => {
    const column = columnOfStatistic(name, statistic(name)?.unit(unit) ?? '')
    return published[0]?.[column] === undefined ? undefined : column
  }
  const compared = given.compare ? columnOf('mean') : undefined
  const columns = columnsOf({ by, measures, statistics: given.statistics, unit, columnOf, compared }, context)
  const rowsOf = (run: Run, { pattern }: CellRun): readonly Row[] => {
    const combined = combinations(run, by).flatMap((values) =>
      measures.map((measure) => ({ factors: { ...factors, ...values }, measure })),
    )
    return combined.map((one, index) => ({
      pattern,
      run,
      ...one,
      values: series(run, one.factors, one.measure).values,
      published: uniqueRow(published, { pattern: pattern.name, ...one.factors, measure: one.measure }),
      ...(index === 0 ? { height: combined.length } : {}),
    }))
  }
  const table = patternTable(selection, columns, rowsOf, context)
  return {
    ...table,
    notes: [
      ...(compared === undefined ? [] : comparisonNotes(table.groups, messages)),
      ...exclusionNotes(table.runs, context),
      ...table.notes,
    ],
  }
})

interface Layout {
  readonly by: readonly string[]
  readonly measures: readonly string[]
  readonly statistics: readonly string[]
  readonly unit: string
  /** Returns a statistic's column of the published file, if it has one. */
  readonly columnOf: (statistic: string) => string | undefined
  /** Column of the published means, if our own are compared with them. */
  readonly compared: string | undefined
}

function columnsOf(layout: Layout, { runs, messages }: ExperimentContext): readonly ColumnGroup<Row>[] {
  const { tables } = messages
  const { by, measures, unit, columnOf, compared } = layout
  const statisticHead = (name: string): Head => {
    const { label = tables.percentile(name.slice(1)), unit: unitFrom } = statistic(name) ?? {}
    return { ...numberHead(tables.statistics[name] ?? label, unitFrom?.(unit)), name }
  }
  const published = layout.statistics.map((name): Column<Row> | false => {
    const column = columnOf(name)
    return column !== undefined && [statisticHead(name), (row) => publishedCell(row.published?.[column])]
  })
  const isAlone = compared === undefined && !published.some((column) => column)
  return [
    {
      columns: [
        [
          { text: tables.pattern },
          ({ pattern, height }) => (height === undefined ? undefined : headCell(pattern.label, height)),
        ],
        ...by.map((name): Column<Row> => [
          { text: labelOf(runs, name, 'factor') },
          ({ factors }) => headCell(factors[name] as string),
        ]),
        measures.length > 1 && [
          { text: tables.measure },
          ({ run, measure }) => headCell(labelOf([run], measure, 'measure')),
        ],
      ],
    },
    {
      title: isAlone ? undefined : tables.thisRerun,
      columns: [
        ...layout.statistics.map((name): Column<Row> => [
          statisticHead(name),
          ({ values, run }) =>
            values.length === 0 && name !== 'n'
              ? none
              : numberCell(statistic(name)?.of(values) as number, [run]),
        ]),
        runs.some((run) => run.exclusions.length > 0) && [
          numberHead(tables.excluded),
          ({ run, factors }) => numberCell(excludedRows(run, factors), [run]),
        ],
      ],
    },
    { title: tables.published, columns: published },
    {
      title: tables.comparison,
      columns:
        compared === undefined
          ? []
          : comparisonColumns((row) => ({ ...row, published: row.published?.[compared] }), messages),
    },
  ]
}

function excludedRows({ rows }: Run, factors: Factors): number {
  return rows.filter(
    (row) => row[excludedColumn] && Object.entries(factors).every(([name, value]) => row[name] === value),
  ).length
}

function exclusionNotes(
  runs: readonly Run[],
  { messages, display }: Pick<RenderContext, 'messages' | 'display'>,
): readonly string[] {
  const counts = new Map<string, number>()
  for (const { reason, count } of runs.flatMap((run) => run.exclusions)) {
    counts.set(reason, (counts.get(reason) ?? 0) + count)
  }
  if (counts.size === 0) return []
  const reasons = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  return [messages.tables.excludedNote(reasons.map(([reason, count]) => [display(reason), count]))]
}
