/** Tables described by their columns: each has a head, and a cell in each row. */

import { origins } from '../../query/quantity.ts'
import type { Run } from '../../results/run.ts'
import type { Origin } from '../../testbed/board.ts'
import { type Cell, type Head, headCell, missingCell, type Table, type TableContext } from '../table.ts'
import { type CellRun, runsOf, type Selection } from './options.ts'

/** A cell is undefined if one of an earlier row spans it. */
export type Column<Row> = readonly [head: Head, cell: (row: Row) => Cell | undefined]

/** Columns under a common title; without one, their own heads span both rows of heads. */
export interface ColumnGroup<Row> {
  readonly title?: string | undefined
  /** Of the numbers below the title. */
  readonly origins?: readonly Origin[]
  /** False for a column that is not shown. */
  readonly columns: readonly (Column<Row> | false)[]
}

export function tableHead<Row>(groups: readonly ColumnGroup<Row>[]): Table['head'] {
  const shown = groups.map(({ title, origins: own = [], columns }) => ({
    title,
    mark: own.length === 0 ? {} : { origins: own },
    heads: columns.flatMap((column): readonly Head[] => (column ? [column[0]] : [])),
  }))
  const lower = shown.flatMap(({ title, heads }) => (title === undefined ? [] : heads))
  if (lower.length === 0) return [shown.flatMap(({ heads }) => heads)]
  const upper = shown.flatMap(({ title, mark, heads }): readonly Head[] => {
    if (title === undefined) return heads.map((head) => ({ ...head, rows: 2 }))
    return heads.length === 0 ? [] : [{ text: title, columns: heads.length, align: 'center', ...mark }]
  })
  return [upper, lower]
}

export function tableRow<Row>(groups: readonly ColumnGroup<Row>[], row: Row): readonly Cell[] {
  return groups.flatMap(({ columns }) => columns.flatMap((column) => (column && column[1](row)) || []))
}

/** Returns a table with rows for each pattern by environment; for a missing run, one row that says so. */
export function patternTable<Row>(
  { environments, runs, missing, notes }: Selection,
  columns: readonly ColumnGroup<Row>[],
  rowsOf: (run: Run, cell: CellRun) => readonly Row[],
  { messages }: Pick<TableContext, 'messages'>,
): Table {
  const width = columns.flatMap((group) => group.columns.filter((column) => column !== false)).length
  const groups = environments.map(({ environment, cells }) => ({
    title: environment,
    origins: origins(runsOf(cells)),
    rows: cells.flatMap((cell) => {
      const { pattern, name, run } = cell
      if (run === undefined) return [[headCell(pattern.label), missingCell(name, width - 1, messages)]]
      return rowsOf(run, cell).map((row) => tableRow(columns, row))
    }),
  }))
  return { head: tableHead(columns), groups, notes, runs, missing }
}
