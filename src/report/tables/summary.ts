/**
 * Statistics of measures, a row per environment, pattern and combination of factors, with published ones
 * (Table 5).
 */

import * as z from 'zod'
import type { Pattern } from '../../document/block.ts'
import { naming } from '../../document/naming.ts'
import { unknown } from '../../query/error.ts'
import { type ParameterColumn, parameterColumns, parameterOf } from '../../query/parameters.ts'
import { columnOfStatistic, type PublishedRow } from '../../query/published.ts'
import { type Factors, series } from '../../query/series.ts'
import { statistic, statistics } from '../../query/statistics.ts'
import { excludedColumn, type Run } from '../../results/run.ts'
import { hint } from '../../text/spelling.ts'
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
  labelOf,
  type Selection,
  selectCells,
  unitOf,
  usualMeasures,
} from './options.ts'
import { compare, measure, patternOptions } from './schema.ts'

function unknownStatistic({ input }: { readonly input?: unknown }): string {
  return `unknown statistic: ${String(input)}${hint(String(input), statistics.keys())}`
}

/** Of the default, which suits runs that have no such column. */
const usualFactor = 'operation'

const options = () =>
  z.strictObject({
    ...patternOptions,
    by: z
      .array(z.string().meta(naming('factor', 'parameter')))
      .default([usualFactor])
      .describe(
        'Factors whose values get their own rows, and parameters, by whose values patterns are sorted; ignores those that where fixes, and operation where the runs lack it',
      ),
    measures: z
      .array(measure)
      .min(1)
      .optional()
      .describe('Default: all of the runs in the unit of the first; a note names the others'),
    statistics: z
      .array(
        z
          .string()
          .refine((name) => statistic(name) !== undefined, { error: unknownStatistic })
          .meta(naming('statistic')),
      )
      .min(1)
      .default(['n', 'mean', 'variance', 'max', 'min', 'median'])
      .describe('Columns: n, mean, variance, sd, median, max, min, or percentiles such as p95'),
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
  const { runs, messages, display } = context
  const chosen = selectCells(given, context)
  const { factors, published } = chosen
  const parameters = parametersIn(given.by, context)
  const selection = sorted(chosen, parameters)
  const { measures, others } = given.measures ? { measures: given.measures, others: [] } : usualMeasures(runs)
  for (const name of measures) labelOf(runs, name, 'measure')
  const found = new Set(runs.flatMap((run) => run.columns.map(({ name }) => name)))
  requireKnown(given.by, [...found, ...Object.keys(factors), ...parameters.map(({ column }) => column)])
  const by = given.by.filter((name) => !Object.hasOwn(factors, name) && found.has(name))
  const unit = unitOf(runs, measures)
  const columnOf = (name: string): string | undefined => {
    const column = columnOfStatistic(name, statistic(name)?.unit(unit) ?? '')
    return published[0]?.[column] === undefined ? undefined : column
  }
  const compared = given.compare ? columnOf('mean') : undefined
  const shown = chosen.environments.map(({ cells }) => cells.map(({ pattern }) => pattern))
  const layout = {
    ...{ by, parameters, statistics: given.statistics, unit, columnOf, compared },
    namesMeasures: measures.length > 1 || others.length > 0,
    namesPatterns: !shown.every((patterns) => tellsApart(parameters, patterns)),
  }
  const columns = columnsOf(layout, context)
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
      ...(others.length === 0
        ? []
        : [messages.tables.otherMeasures(others.map((name) => display(labelOf(runs, name, 'measure'))))]),
      ...exclusionNotes(table.runs, context),
      ...table.notes,
    ],
  }
})

/** Throws a QueryError for a name that would be left out: rows of all its values would stand as one. */
function requireKnown(by: readonly string[], known: readonly string[]): void {
  const name = by.find((one) => one !== usualFactor && !known.includes(one))
  if (name !== undefined) throw unknown('factor or parameter', name, known)
}

/** The parameters among the names of `by`, in their order: a column of the rows comes first. */
function parametersIn(
  by: readonly string[],
  { experiment, runs }: ExperimentContext,
): readonly ParameterColumn[] {
  const columns = runs.flatMap((run) => run.columns.map(({ name }) => name))
  const known = parameterColumns(experiment.patterns, columns)
  return by.flatMap((name) => known.find(({ column }) => column === name) ?? [])
}

/** Sorts cells by parameters: numbers by size, words in the block's order. */
function sorted(selection: Selection, parameters: readonly ParameterColumn[]): Selection {
  const order = (cells: readonly CellRun[]) => {
    const places = parameters.map((one) => {
      const values = [...new Set(cells.map(({ pattern }) => parameterOf(pattern, one)))]
      const isNumeric = values.every((value) => typeof value === 'number')
      return new Map(
        (isNumeric ? values.toSorted((a, b) => a - b) : values).map((value, place) => [value, place]),
      )
    })
    const placesOf = ({ pattern }: CellRun) =>
      parameters.map((one, index) => places[index]?.get(parameterOf(pattern, one)) ?? 0)
    return cells.toSorted((a, b) => {
      const [left, right] = [placesOf(a), placesOf(b)]
      const at = left.findIndex((place, index) => place !== right[index])
      return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
    })
  }
  return {
    ...selection,
    environments: selection.environments.map((one) => ({ ...one, cells: order(one.cells) })),
  }
}

/** Whether patterns have different values of these parameters, so that these name them. */
function tellsApart(parameters: readonly ParameterColumn[], patterns: readonly Pattern[]): boolean {
  const values = patterns.map((pattern) => JSON.stringify(parameters.map((one) => parameterOf(pattern, one))))
  return parameters.length > 0 && new Set(values).size === values.length
}

interface Layout {
  readonly by: readonly string[]
  readonly parameters: readonly ParameterColumn[]
  /** False where the parameters tell patterns apart. */
  readonly namesPatterns: boolean
  readonly namesMeasures: boolean
  readonly statistics: readonly string[]
  readonly unit: string
  /** Returns a statistic's column of the published file, if it has one. */
  readonly columnOf: (statistic: string) => string | undefined
  /** Column of the published means, if our own are compared with them. */
  readonly compared: string | undefined
}

function columnsOf(layout: Layout, { runs, messages }: ExperimentContext): readonly ColumnGroup<Row>[] {
  const { tables } = messages
  const { by, parameters, namesPatterns, namesMeasures, unit, columnOf, compared } = layout
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
        namesPatterns && [
          { text: tables.pattern },
          ({ pattern, height }) => (height === undefined ? undefined : headCell(pattern.label, height)),
        ],
        ...parameters.map((one): Column<Row> => [
          { text: one.parameter },
          ({ pattern, height }) =>
            height === undefined
              ? undefined
              : headCell(String(parameterOf(pattern, one) ?? none.text), height),
        ]),
        ...by.map((name): Column<Row> => [
          { text: labelOf(runs, name, 'factor') },
          ({ factors }) => headCell(factors[name] as string),
        ]),
        namesMeasures && [
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
