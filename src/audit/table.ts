/** Published tables: CSV files whose columns are recognized by name. */

import { type CsvCell as Cell, CsvError, readCells } from '../text/csv.ts'
import { type Declared, readItems, readKind, readScale } from './data.ts'
import { labelled } from './definition.ts'
import { type Entry, readEntry } from './entry.ts'
import { type Column, columnsOf, type Role } from './head.ts'
import { type Mark, type Marking, markings, otherMark } from './marks.ts'
import type { Printed } from './printed.ts'
import { isSymmetric, readNumbers } from './values.ts'

export type { Column, Role } from './head.ts'

export interface Row {
  /** Line in the file; the header is line 1. */
  readonly line: number
  /** The columns that are not audited, by name. */
  readonly keys: Readonly<Record<string, string>>
  readonly numbers: ReadonlyMap<Role, Printed>
  /** What its columns `data`, `scale` and `items` say. */
  readonly declared: Declared
  /** What numbers such as 1,234 would be with the other decimal mark; absent if there are none. */
  readonly others?: readonly Other[]
  /** Non-empty cells with a role whose text is not a valid number for it. */
  readonly unread: readonly Unread[]
}

/** The other reading of a number. */
export interface Other extends Omit<Unread, 'reason' | 'role'> {
  readonly role: Role
  readonly number: Printed
}

export interface Unread extends Note {
  readonly role: Role | 'declaration'
  readonly text: string
}

/** Something to know about a place in the file. */
export interface Note {
  readonly column: string
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
  readonly notes: readonly Note[]
  /** What is open about decimal marks (see reading.ts); absent if nothing is. */
  readonly open?: Open
}

/** A file with numbers such as 1,234, which may be either. */
export interface Open {
  /** The rows with each decimal mark; absent if other numbers tell that of each column. */
  readonly readings?: ReadonlyMap<Mark, readonly Row[]>
  /** Whether some numbers of the file have a decimal point and others a decimal comma. */
  readonly isMixed: boolean
  /** The mark with which they divide thousands, if whole numbers stand in their column. */
  readonly besideWhole?: Mark
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

/** A column of the file with its entries, in the order of rows; undefined for empty cells. */
interface Place {
  readonly index: number
  readonly columns: readonly Column[]
  readonly entries: readonly (Entry | undefined)[]
}

/**
 * Parses a table. Picks the delimiter that makes the most header names known, unless a first line such as
 * `sep=;` names it. Throws a TableError with the location for malformed tables: a row with another number of
 * cells than the header, an unexpected name or unit. `mark` decides about 1,234 and 1.234 if no other number
 * does; without it they are unread, and `open` has both readings.
 */
export function readTable(file: string, csv: string, mark?: Mark): Table {
  const [, named] = /^\uFEFF?sep=(.)\r?\n/.exec(csv) ?? []
  const text = csv.replace(/^\uFEFF/, '').replace(/^sep=.(?=\r?\n)/, '')
  const delimiter = named ?? delimiterOf(text)
  const [head = [], ...body] = cellsOf(file, text, delimiter)
  const excess = body[mostRows]?.[0]
  if (excess) throw new TableError(file, excess, `${body.length} rows: an audit takes at most ${mostRows}`)
  const names = namesOf(file, head)
  for (const cells of body) checkLength(file, names, cells)
  const notes: Note[] = []
  const places = placesOf(file, head, names, body, notes)
  const marks = markings(
    new Map(
      places.map(({ index, columns, entries }) => [
        index,
        { texts: entries.flatMap(textsOf), areSizes: columns[0]?.role === 'n' },
      ]),
    ),
    delimiter,
    mark,
  )
  const declarations = declarationsOf(names, body)
  const rowsWith = (fill: Marking) =>
    body.map((cells, row) => {
      const own = (flipped: boolean) =>
        readRow({ row, names, places, declarations, cells }, (index) => {
          const found = marks.columns.get(index) ?? fill
          return flipped && found !== undefined ? otherMark(found) : found
        })
      // Who names the mark has decided.
      return mark === undefined ? withOthers(own(false), own(true), sourceOf(cells)) : own(false)
    })
  const sourceOf = (cells: readonly Cell[]) => (role: Role) => {
    const index = places.find((place) => place.columns.some((one) => one.role === role))?.index ?? 0
    const { text, line, column: offset } = cells[index] as Cell
    return { column: names[index] ?? '', text, line, offset }
  }
  const isOpen = [...marks.columns.values()].includes(undefined)
  const [rows, columns] = [
    rowsWith(undefined),
    new Map(places.flatMap((place) => place.columns.map((column) => [column.role, column]))),
  ]
  const readings = isOpen
    ? new Map((['.', ','] as const).map((each) => [each, rowsWith(each)] as const))
    : undefined
  const table = { file, columns, rows, notes }
  const isAmbiguous = [rows, ...(readings?.values() ?? [])].flat().some(({ others }) => others !== undefined)
  if (!isAmbiguous) return table
  const { besideWhole, isMixed } = marks
  return {
    ...table,
    open: { isMixed, ...(readings ? { readings } : {}), ...(besideWhole ? { besideWhole } : {}) },
  }
}

/** Adds what a row's numbers are as read with the other mark, where that differs. */
function withOthers(row: Row, flipped: Row, sourceOf: (role: Role) => Omit<Other, 'role' | 'number'>): Row {
  const others = [...flipped.numbers].flatMap(([role, number]) => {
    const own = row.numbers.get(role)
    return own === undefined || own.value === number.value ? [] : [{ role, number, ...sourceOf(role) }]
  })
  return others.length === 0 ? row : { ...row, others }
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
    head.split(delimiter).filter((name) => columnsOf(name.replace(/^\s*"|"\s*$/g, '')).length > 0).length
  const count = (delimiter: string) => head.split(delimiter).length
  const better = (a: string, b: string) => known(b) - known(a) || count(b) - count(a)
  return [',', ';', '\t'].sort(better)[0] as string
}

function namesOf(file: string, head: readonly Cell[]): readonly string[] {
  const names = head.map((cell, index) => cell.text.trim() || `column ${index + 1}`)
  for (const [index, name] of names.entries()) {
    const first = names.indexOf(name)
    if (first < index)
      throw new TableError(file, head[index] as Cell, `the name ${name} is that of column ${first + 1}, too`)
  }
  return names
}

function checkLength(file: string, names: readonly string[], cells: readonly Cell[]): void {
  const excess = cells.slice(names.length).find(({ text }) => text.trim() !== '')
  if (!excess && cells.length >= names.length) return
  const reason = `${cells.length} cells, but the head has ${names.length}`
  throw new TableError(file, excess ?? (cells[0] as Cell), reason)
}

/** Finds the audited columns. Notes second ones of a role. */
function placesOf(
  file: string,
  head: readonly Cell[],
  names: readonly string[],
  body: readonly (readonly Cell[])[],
  notes: Note[],
): readonly Place[] {
  const all = names.map(columnsOf)
  const mean = all.flat().find(({ role }) => role === 'mean')
  const taken = new Map<Role, Column>()
  const places: Place[] = []
  for (const [index, found] of all.entries()) {
    const { line, column: offset } = head[index] as Cell
    // `max threads` is no maximum of the values, unless the means are `mean threads`.
    const own = found.filter(
      ({ quantity, role }) =>
        quantity === '' || (mean !== undefined && (role === 'mean' || quantity === mean.quantity)),
    )
    const fresh = own.filter(({ role }) => !taken.has(role))
    const [second] = own.filter((column) => !fresh.includes(column))
    if (second !== undefined) {
      const reason = `was not audited: ${taken.get(second.role)?.name} is read as the table's ${second.role}`
      notes.push({ column: second.name, reason, line, offset })
    }
    if (fresh.length === 0) continue
    const unit = fresh[0]?.unit ?? ''
    const entries = body.map((cells) => {
      const text = (cells[index] as Cell).text
      return text.trim() === '' ? undefined : readEntry(text, unit)
    })
    const columns = [
      ...fresh.map((column) => inPercent(column, entries)),
      ...plusMinus(fresh, all.flat(), entries),
    ]
    for (const column of columns) {
      checkUnit(file, head[index] as Cell, column, mean)
      taken.set(column.role, column)
    }
    places.push({ index, columns, entries })
  }
  return places
}

/** A column whose cells all have a percent sign is in percent. */
function inPercent(column: Column, entries: Place['entries']): Column {
  const found = entries.filter((entry) => entry !== undefined)
  const isPercent = found.length > 0 && found.every((entry) => entry.isPercent)
  return column.unit === '' && isPercent ? { ...column, unit: '%' } : column
}

/** A column of means with ± among its cells has spreads as well, if no other column has. */
function plusMinus(
  own: readonly Column[],
  all: readonly Column[],
  entries: Place['entries'],
): readonly Column[] {
  const [mean] = own
  if (mean?.role !== 'mean' || all.some(({ role }) => role === 'spread')) return []
  if (!entries.some((entry) => entry?.form === '±')) return []
  const word = '±'
  return [{ ...mean, name: `${mean.name} ±`, word, role: 'spread', definitions: labelled(word) ?? [] }]
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

function textsOf(entry: Entry | undefined): readonly string[] {
  return entry === undefined ? [] : [entry.first, ...entry.second]
}

type Reader = (text: string) => Declared | undefined

const declaring: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['data', (text) => optional(readKind(text), (kind) => ({ kind }))],
  ['scale', (text) => optional(readScale(text), (scale) => ({ scale }))],
  ['items', (text) => optional(readItems(text), (items) => ({ items }))],
])

function optional<Value, Result>(
  value: Value | undefined,
  use: (value: Value) => Result,
): Result | undefined {
  return value === undefined ? undefined : use(value)
}

/** Returns the columns that declare the data: those of a known name with a cell that can be read so. */
function declarationsOf(
  names: readonly string[],
  body: readonly (readonly Cell[])[],
): ReadonlyMap<number, Reader> {
  const found = names.flatMap((name, index) => {
    const read = declaring.get(name.toLowerCase())
    const isKnown =
      read !== undefined && body.some((cells) => read((cells[index] as Cell).text) !== undefined)
    return isKnown ? [[index, read] as const] : []
  })
  return new Map(found)
}

interface Source {
  readonly row: number
  readonly names: readonly string[]
  readonly places: readonly Place[]
  readonly declarations: ReadonlyMap<number, Reader>
  readonly cells: readonly Cell[]
}

function readRow(
  { row, names, places, declarations, cells }: Source,
  markOf: (index: number) => Marking,
): Row {
  const numbers = new Map<Role, Printed>()
  const unread: Unread[] = []
  const audited = new Set(places.map(({ index }) => index))
  const isSpreadApart = places.some(({ columns }) => columns[0]?.role === 'spread')
  let declared: Declared = {}
  const reject = (index: number, role: Unread['role'], reason: string) => {
    const { text, line, column: offset } = cells[index] as Cell
    unread.push({ column: names[index] ?? '', role, text, reason, line, offset })
  }
  for (const { index, columns, entries } of places) {
    const entry = entries[row]
    if (entry === undefined) continue
    const values = readNumbers(entry, columns, markOf(index), isSpreadApart)
    for (const [role, number] of values.numbers) numbers.set(role, number)
    if (values.problem !== undefined) reject(index, values.problem.role, values.problem.reason)
  }
  if (!isSymmetric(numbers)) {
    numbers.delete('spread')
    const place = places.find(({ columns }) => columns.some(({ role }) => role === 'spread'))
    reject(place?.index ?? 0, 'spread', 'is an interval that is not symmetric about its mean')
  }
  for (const [index, read] of declarations) {
    const { text } = cells[index] as Cell
    const found = read(text)
    if (found !== undefined) declared = { ...declared, ...found }
    else if (text.trim() !== '')
      reject(index, 'declaration', `is no ${names[index]?.toLowerCase()} that is known`)
  }
  const keys = names.flatMap((name, index) =>
    audited.has(index) ? [] : [[name, (cells[index] as Cell).text]],
  )
  return { line: (cells[0] as Cell).line, keys: Object.fromEntries(keys), numbers, declared, unread }
}
