/** Published tables: CSV files whose columns are recognized by name. */

import { type CsvCell as Cell, CsvError, readCells } from '../text/csv.ts'
import { hasDecimalComma, type Printed, readPrinted } from './printed.ts'

export type Role = 'n' | 'mean' | 'spread' | 'max' | 'min'

const roles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['n', 'n'],
  ['trials', 'n'],
  ['mean', 'mean'],
  ['average', 'mean'],
  ['variance', 'spread'],
  ['var', 'spread'],
  ['sd', 'spread'],
  ['stdev', 'spread'],
  ['std', 'spread'],
  ['se', 'spread'],
  ['sem', 'spread'],
  ['max', 'max'],
  ['maximum', 'max'],
  ['min', 'min'],
  ['minimum', 'min'],
])

/** Recognized column names, alone or with a unit after an underscore (`mean_us`). */
export const columnNames: readonly string[] = [...roles.keys()]

export interface Column {
  /** As in the header. */
  readonly name: string
  /** The name without its unit: `mean`, `variance`. */
  readonly word: string
  readonly role: Role
  /** '' if the name has none. */
  readonly unit: string
}

export interface Row {
  /** Line in the file; the header is line 1. */
  readonly line: number
  /** The columns that are not audited, by name. */
  readonly keys: Readonly<Record<string, string>>
  readonly numbers: ReadonlyMap<Role, Printed>
  /** Non-empty cells with a role whose text is not a valid number for it. */
  readonly unread: readonly Unread[]
}

export interface Unread {
  readonly column: string
  readonly role: Role
  readonly text: string
  readonly reason: string
  /** In the file, from 1. */
  readonly line: number
  readonly offset: number
}

export interface Table {
  readonly file: string
  /** At most one per role; a second one counts as a key. */
  readonly columns: ReadonlyMap<Role, Column>
  readonly rows: readonly Row[]
}

/** Thrown for an invalid table, with the location. */
export class TableError extends Error {
  override readonly name = 'TableError'

  constructor(file: string, { line, column }: Omit<Cell, 'text'>, reason: string) {
    super(`${file}:${line}:${column}: ${reason}`)
  }
}

/** Limit on rows, as an audit tries many things for each. */
const mostRows = 50_000

/**
 * Parses a table. Picks the delimiter that makes the most header names known. Throws a TableError with the
 * location for malformed tables: a row with another number of cells than the header, an unexpected name or
 * unit.
 */
export function readTable(file: string, csv: string): Table {
  const text = csv.replace(/^\uFEFF/, '')
  const delimiter = delimiterOf(text)
  const [head = [], ...body] = cellsOf(file, text, delimiter)
  const columns = new Map<Role, Column>()
  const places = new Map<number, Column>()
  const names = head.map((cell, index) => cell.text.trim() || `column ${index + 1}`)
  for (const [index, name] of names.entries()) {
    const cell = head[index] as Cell
    const first = names.indexOf(name)
    if (first < index)
      throw new TableError(file, cell, `the name ${name} is that of column ${first + 1}, too`)
    const column = columnOf(name)
    if (column === undefined || columns.has(column.role)) continue
    checkUnit(file, cell, column, columns.get('mean') ?? meanOf(names))
    columns.set(column.role, column)
    places.set(index, column)
  }
  const excess = body[mostRows]?.[0]
  if (excess) throw new TableError(file, excess, `${body.length} rows: an audit takes at most ${mostRows}`)
  const hasComma = body.some((row) =>
    [...places.keys()].some((index) => hasDecimalComma(row[index]?.text ?? '', delimiter)),
  )
  const rows = body.map((cells) => readRow(file, names, places, cells, hasComma ? ',' : '.'))
  return { file, columns, rows }
}

/** Parses the non-empty rows. */
function cellsOf(file: string, text: string, delimiter: string): readonly (readonly Cell[])[] {
  try {
    return readCells(text, delimiter).filter((row) => row.some((cell) => cell.text.trim() !== ''))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const { line, column = 1, reason } = error
    throw new TableError(file, { line, column }, reason)
  }
}

function delimiterOf(text: string): string {
  const head = /^\s*([^\r\n]*)/.exec(text)?.[1] ?? ''
  const known = (delimiter: string) =>
    head.split(delimiter).filter((name) => columnOf(name.replace(/^\s*"|"\s*$/g, ''))).length
  const count = (delimiter: string) => head.split(delimiter).length
  const better = (a: string, b: string) => known(b) - known(a) || count(b) - count(a)
  return [',', ';', '\t'].sort(better)[0] as string
}

function meanOf(names: readonly string[]): Column | undefined {
  return names.map(columnOf).find((column) => column?.role === 'mean')
}

/** Requires the same unit for means, extremes and spreads, or its square for spreads. */
function checkUnit(file: string, cell: Cell, { name, role, unit }: Column, mean: Column | undefined): void {
  if (role === 'n' || role === 'mean' || mean === undefined || unit === '' || mean.unit === '') return
  const powers = ['2', '^2', '²'].map((power) => mean.unit + power)
  if (unit === mean.unit || (role === 'spread' && powers.includes(unit))) return
  throw new TableError(
    file,
    cell,
    `${name} is in ${unit}, but ${mean.name} in ${mean.unit}: write both in one unit`,
  )
}

function columnOf(name: string): Column | undefined {
  const [word = '', ...unit] = name.trim().split('_')
  const role = roles.get(word.toLowerCase())
  return role === undefined
    ? undefined
    : { name: name.trim(), word: word.toLowerCase(), role, unit: unit.join('_') }
}

function readRow(
  file: string,
  names: readonly string[],
  places: ReadonlyMap<number, Column>,
  cells: readonly Cell[],
  mark: '.' | ',',
): Row {
  const [first] = cells as readonly [Cell]
  const excess = cells.slice(names.length).find(({ text }) => text.trim() !== '')
  if (excess || cells.length < names.length) {
    const reason = `${cells.length} cells, but the head has ${names.length}`
    throw new TableError(file, excess ?? first, reason)
  }
  const keys: [string, string][] = []
  const numbers = new Map<Role, Printed>()
  const unread: Unread[] = []
  for (const [index, name] of names.entries()) {
    const { text, line, column: offset } = cells[index] as Cell
    const column = places.get(index)
    if (column === undefined) {
      keys.push([name, text])
      continue
    }
    if (text.trim() === '') continue
    const number = readPrinted(text, mark)
    const reason = reasonAgainst(column.role, number)
    if (number !== undefined && reason === undefined) numbers.set(column.role, number)
    else unread.push({ column: name, role: column.role, text, reason: reason ?? '', line, offset })
  }
  return { line: first.line, keys: Object.fromEntries(keys), numbers, unread }
}

/** Returns why a cell is invalid; undefined if it is valid. */
function reasonAgainst(role: Role, number: Printed | undefined): string | undefined {
  if (number === undefined) return 'is no number'
  if (role === 'n' && !(Number.isSafeInteger(number.value) && number.value >= 1))
    return 'is no whole number from 1'
  if (role === 'spread' && number.value < 0) return 'is a spread below 0'
  return undefined
}
