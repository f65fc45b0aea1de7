/**
 * Statistics of measures, a row per environment, pattern and combination of factors, with published ones
 * (Table 5).
 */

import { z } from 'zod'
import type { Words } from '../../locale/en.ts'
import { unknown } from '../../query/error.ts'
import { columnOfStatistic, type PublishedRow } from '../../query/published.ts'
import { type Factors, series, statistic, statistics } from '../../query/series.ts'
import { excludedColumn, type Run } from '../../results/run.ts'
import type { RenderContext } from '../context.ts'
import { checkEnvironment, matching, theRow, valuesOf } from '../published.ts'
import {
  type Cell,
  type ExperimentContext,
  type Head,
  headCell,
  missingCell,
  none,
  numberCell,
  numberHead,
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
  /** Factors whose values get their own rows; ignores those that `where` fixes or the runs lack. */
  by: z.array(z.string()).default(['operation']),
  /** Default: the first measure of the runs. */
  measures: z.array(z.string()).min(1).optional(),
  statistics: z.array(z.string()).min(1).default(['n', 'mean', 'variance', 'max', 'min', 'median']),
  patterns,
  published,
  publishedEnvironment,
  /** Needs published means. */
  compare,
})

interface Layout {
  readonly by: readonly string[]
  readonly measures: readonly string[]
  readonly unit: string
  readonly statistics: readonly string[]
  readonly showsExcluded: boolean
  /** Statistic -> column of the published file. */
  readonly published: ReadonlyMap<string, string>
  /** Column of the published means, if our own are compared with them. */
  readonly compared: string | undefined
}

export const summary = tableKind(options, (given, context): Table => {
  const { experiment, runs, words } = context
  const factors = factorsOf(given)
  checkEnvironment(context.published ?? [], given.publishedEnvironment)
  const publishedRows = matching(context.published ?? [], {
    ...factors,
    environment: given.publishedEnvironment,
  })
  const layout = layOut(given, factors, context, publishedRows)
  const names = chooseEnvironments(experiment, given.environments)
  const publishedPatterns = valuesOf(publishedRows, 'pattern')
  const cells = names.map((name) =>
    choosePatterns(cellsOf(experiment, name, runs), given.patterns, publishedPatterns),
  )
  const shown = cells.flat().flatMap(({ run }) => run ?? [])
  const groups = names.map((name, index) => {
    const own = cells[index] as readonly CellRun[]
    const rows = own.flatMap((cell) => rowsOf(cell, layout, factors, publishedRows, words))
    return environmentGroup(
      name,
      own.flatMap(({ run }) => run ?? []),
      rows,
    )
  })
  return {
    head: head(layout, runs, words),
    groups,
    notes: [
      ...(layout.compared === undefined
        ? []
        : comparisonNotes(
            groups.flatMap(({ rows }) => rows),
            words,
          )),
      ...exclusionNotes(shown, context),
      ...(given.patterns === 'unpublished' ? [] : notRerun(experiment, publishedPatterns, words)),
    ],
    runs: shown,
    missing: cells.flat().flatMap(({ run, name }) => (run === undefined ? [name] : [])),
  }
})

function layOut(
  given: z.output<typeof options>,
  factors: Factors,
  { runs }: ExperimentContext,
  publishedRows: readonly PublishedRow[],
): Layout {
  for (const name of given.statistics) {
    if (statistic(name) === undefined) throw unknown('statistic', name, [...statistics.keys()])
  }
  for (const name of Object.keys(factors)) labelOf(runs, name, 'factor')
  const [first] = runs
  const firstMeasure = first?.columns.find((column) => column.role === 'measure')?.name
  const measures = given.measures ?? (firstMeasure === undefined ? [] : [firstMeasure])
  for (const name of measures) labelOf(runs, name, 'measure')
  const unit = unitOf(runs, measures)
  // No columns for what no row shows.
  const shownRows = given.patterns === 'unpublished' ? [] : publishedRows
  return {
    by: given.by.filter(
      (name) =>
        !Object.hasOwn(factors, name) &&
        runs.some((run) => run.columns.some((column) => column.name === name)),
    ),
    measures,
    unit,
    statistics: given.statistics,
    showsExcluded: runs.some((run) => run.exclusions.length > 0),
    published: publishedColumns(given.statistics, unit, shownRows),
    compared: given.compare ? publishedColumns(['mean'], unit, shownRows).get('mean') : undefined,
  }
}

function publishedColumns(
  names: readonly string[],
  unit: string,
  rows: readonly PublishedRow[],
): ReadonlyMap<string, string> {
  const [row] = rows
  if (row === undefined) return new Map()
  const columns = names.map((name): [string, string] => {
    return [name, columnOfStatistic(name, statistic(name)?.unit(unit) ?? '')]
  })
  return new Map(columns.filter(([, column]) => row[column] !== undefined))
}

function head(layout: Layout, runs: readonly Run[], words: Words): Table['head'] {
  const { tables } = words
  const statisticHead = (name: string): Head => {
    const names: Readonly<Record<string, string>> = tables.statistics
    return numberHead(names[name] ?? tables.percentile(name.slice(1)), statistic(name)?.unit(layout.unit))
  }
  const double = layout.published.size > 0
  const rows = double ? { rows: 2 } : {}
  const leading: Head[] = [
    { text: tables.pattern, ...rows },
    ...layout.by.map((name) => ({ text: labelOf(runs, name, 'factor'), ...rows })),
    ...(layout.measures.length > 1 ? [{ text: tables.measure, ...rows }] : []),
  ]
  const own = [
    ...layout.statistics.map(statisticHead),
    ...(layout.showsExcluded ? [numberHead(tables.excluded)] : []),
  ]
  if (!double) return [[...leading, ...own]]
  const groups: Head[] = [
    { text: tables.thisRerun, columns: own.length, align: 'center' },
    { text: tables.published, columns: layout.published.size, align: 'center' },
    ...(layout.compared === undefined
      ? []
      : [{ text: tables.comparison, columns: comparisonHeads(words).length, align: 'center' as const }]),
  ]
  return [
    [...leading, ...groups],
    [
      ...own,
      ...[...layout.published.keys()].map(statisticHead),
      ...(layout.compared === undefined ? [] : comparisonHeads(words)),
    ],
  ]
}

function rowsOf(
  { pattern, name, run }: CellRun,
  layout: Layout,
  factors: Factors,
  publishedRows: readonly PublishedRow[],
  words: Words,
): readonly (readonly Cell[])[] {
  const leading = layout.by.length + (layout.measures.length > 1 ? 1 : 0)
  if (run === undefined) {
    const width =
      leading +
      layout.statistics.length +
      (layout.showsExcluded ? 1 : 0) +
      layout.published.size +
      (layout.compared === undefined ? 0 : comparisonHeads(words).length)
    return [[headCell(pattern.label), missingCell(name, width, words)]]
  }
  const lines = combinations(run, layout.by).flatMap((values) =>
    layout.measures.map((measure) => ({ values, measure })),
  )
  return lines.map(({ values, measure }, index) => {
    const selected = { ...factors, ...values }
    const row = theRow(publishedRows, { pattern: pattern.name, ...selected, measure })
    return [
      ...(index === 0 ? [headCell(pattern.label, lines.length)] : []),
      ...layout.by.map((factor) => headCell(values[factor] as string)),
      ...(layout.measures.length > 1 ? [headCell(labelOf([run], measure, 'measure'))] : []),
      ...statisticCells(run, selected, measure, layout),
      ...[...layout.published.values()].map((column) => publishedCell(row?.[column])),
      ...(layout.compared === undefined
        ? []
        : comparisonCells(series(run, selected, measure).values, row?.[layout.compared], run, words)),
    ]
  })
}

function statisticCells(run: Run, factors: Factors, measure: string, layout: Layout): readonly Cell[] {
  const { values } = series(run, factors, measure)
  const excluded = run.rows.filter(
    (row) => row[excludedColumn] && Object.entries(factors).every(([name, value]) => row[name] === value),
  ).length
  return [
    ...layout.statistics.map((name) => {
      if (values.length === 0 && name !== 'n') return none
      return numberCell(statistic(name)?.of(values) as number, [run])
    }),
    ...(layout.showsExcluded ? [numberCell(excluded, [run])] : []),
  ]
}

/** Returns the combinations of factor values in the run, in order of the rows. */
function combinations(run: Run, by: readonly string[]): readonly Factors[] {
  const found = new Map<string, Factors>()
  for (const row of run.rows) {
    const values = Object.fromEntries(by.map((name) => [name, String(row[name] ?? '')]))
    found.set(JSON.stringify(values), values)
  }
  return [...found.values()]
}

function exclusionNotes(
  runs: readonly Run[],
  { words, say }: Pick<RenderContext, 'words' | 'say'>,
): readonly string[] {
  const counts = new Map<string, number>()
  for (const { reason, count } of runs.flatMap((run) => run.exclusions)) {
    counts.set(reason, (counts.get(reason) ?? 0) + count)
  }
  if (counts.size === 0) return []
  const reasons = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  return [words.tables.excludedNote(reasons.map(([reason, count]) => [say(reason), count]))]
}
