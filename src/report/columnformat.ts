/** How an author wants the columns of a table: decimal places, unit of time, alignment. */

import type { ColumnFormats } from '../document/schema.ts'
import type { Messages } from '../locale/en.ts'
import { QueryError } from '../query/error.ts'
import { digits } from '../query/format.ts'
import { microseconds, square, symbol } from '../query/units.ts'
import { hint } from '../text/spelling.ts'
import { type Cell, type Head, signed, type Table, widthOf } from './table.ts'

type Format = ColumnFormats[string]

/**
 * Returns the table with its columns formatted. A format is named by a statistic, a measure, or the head of
 * its columns. Throws QueryError for a name that no column has, and for a unit that does not fit.
 */
export function withColumns(table: Table, formats: ColumnFormats | undefined, messages: Messages): Table {
  if (formats === undefined) return table
  const leaves = leafHeads(table.head)
  const namesOf = ({ name, text }: Head) => [
    ...(name === undefined ? [] : [name]),
    text,
    ...englishOf(text, messages),
  ]
  const known = leaves.flatMap((head) => (head === undefined ? [] : namesOf(head)))
  for (const name of Object.keys(formats)) {
    if (known.includes(name)) continue
    throw new QueryError(`columns: the table has no column ${name}${hint(name, known)}`)
  }
  const formatOf = (head: Head | undefined): Format | undefined =>
    head &&
    namesOf(head).flatMap((name) => (Object.hasOwn(formats, name) ? [formats[name] as Format] : []))[0]
  const ofHeads = new Map(leaves.flatMap((head) => (head ? [[head, formatOf(head)] as const] : [])))
  const ofColumns = leaves.map((head) => ({ format: formatOf(head), head }))
  return {
    ...table,
    head: table.head.map((row) => row.map((head) => formattedHead(head, ofHeads.get(head)))),
    groups: table.groups.map((group) => ({ ...group, rows: formattedRows(group.rows, ofColumns) })),
  }
}

/**
 * Returns the table with its times in `unit`, by default the unit of their measures (query/givenunit.ts). Those of a
 * phase, or of a comparison with the board's clock, are in microseconds already.
 */
export function withTimesIn(table: Table, unit: string): Table {
  if (unit === 'us') return table
  const formats = new Map([
    [symbol('us'), { unit: symbol(unit), factor: timesIn(unit) }],
    [symbol('us2'), { unit: symbol(square(unit)), factor: timesIn(unit) ** 2 }],
  ])
  const leaves = leafHeads(table.head)
  const converted = (cell: Cell, { factor: by }: { readonly factor: number }): Cell => {
    if (cell.value === undefined) return cell
    const value = cell.value * by
    const text = digits(value)
    return { ...cell, value, text: cell.text.startsWith('+') ? signed(value, text) : text }
  }
  return {
    ...table,
    head: table.head.map((row) =>
      row.map((head) => {
        const format = formats.get(head.unit ?? '')
        return format ? { ...head, unit: format.unit } : head
      }),
    ),
    groups: table.groups.map((group) => ({
      ...group,
      rows: inColumns(
        group.rows,
        (cell, column) => {
          const format = formats.get(leaves[column]?.unit ?? '')
          return format && (cell.columns ?? 1) === 1 ? converted(cell, format) : cell
        },
        leaves.length,
      ),
    })),
  }
}

function timesIn(unit: string): number {
  return 1 / (microseconds(unit) ?? 1)
}

/** Some heads are words of the report's language. */
function englishOf(text: string, { tables }: Messages): readonly string[] {
  const named = (words: object): readonly string[] =>
    Object.entries(words).flatMap(([key, word]: [string, unknown]) => {
      if (word === text) return [key]
      return typeof word === 'object' && word !== null ? named(word) : []
    })
  return named(tables)
}

/** The lowest head of each column. */
function leafHeads(head: Table['head']): readonly (Head | undefined)[] {
  const found: (Head | undefined)[] = Array.from({ length: widthOf(head) })
  const open: number[] = found.map(() => 0)
  for (const [index, row] of head.entries()) {
    let column = 0
    for (const one of row) {
      while ((open[column] ?? 0) > index) column += 1
      for (let at = column; at < column + (one.columns ?? 1); at += 1) {
        found[at] = one
        open[at] = index + (one.rows ?? 1)
      }
      column += one.columns ?? 1
    }
  }
  return found
}

function formattedHead(head: Head, format: Format | undefined): Head {
  if (format === undefined) return head
  const unit = format.unit === undefined ? head.unit : symbol(format.unit)
  if (format.unit !== undefined) factor(head, format.unit)
  return {
    ...head,
    ...(unit === undefined ? {} : { unit }),
    ...(format.align === undefined ? {} : { align: format.align }),
  }
}

/** Throws QueryError if the column has no such unit. */
function factor({ text, unit = '' }: Head, to: NonNullable<Format['unit']>): number {
  if (to === '%') {
    if (unit !== '') throw new QueryError(`columns: ${text} is in ${unit}, and % is for ratios`)
    return 100
  }
  const from = microseconds(unit)
  const wanted = microseconds(to)
  if (from === undefined || wanted === undefined)
    throw new QueryError(`columns: ${text} is ${unit === '' ? 'a plain number' : `in ${unit}`}, not a time`)
  return from / wanted
}

function formattedRows(
  rows: readonly (readonly Cell[])[],
  columns: readonly { readonly format: Format | undefined; readonly head: Head | undefined }[],
): readonly (readonly Cell[])[] {
  const formatted = (cell: Cell, column: number) => {
    const { format, head } = columns[column] ?? {}
    return format && head ? formattedCell(cell, format, head) : cell
  }
  return inColumns(rows, formatted, columns.length)
}

/** Changes each cell by its first column: cells may span several, and rows. */
function inColumns(
  rows: readonly (readonly Cell[])[],
  change: (cell: Cell, column: number) => Cell,
  width: number,
): readonly (readonly Cell[])[] {
  const open: number[] = Array.from({ length: width }, () => 0)
  return rows.map((row, index) => {
    let column = 0
    return row.map((cell) => {
      while ((open[column] ?? 0) > index) column += 1
      const first = column
      for (let at = column; at < column + (cell.columns ?? 1); at += 1) open[at] = index + (cell.rows ?? 1)
      column += cell.columns ?? 1
      return change(cell, first)
    })
  })
}

function formattedCell(cell: Cell, { decimals, unit, align }: Format, head: Head): Cell {
  const aligned = align === undefined || (cell.columns ?? 1) > 1 ? cell : { ...cell, align }
  if (cell.value === undefined) return aligned
  const value = unit === undefined ? cell.value : cell.value * factor(head, unit)
  if (unit === undefined && decimals === undefined) return aligned
  const text = digits(value, decimals)
  return { ...aligned, value, text: cell.text.startsWith('+') ? signed(value, text) : text }
}
