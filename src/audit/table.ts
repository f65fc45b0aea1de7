/** Published tables: CSV files whose columns are known by their names. */

import { csvParseRows } from 'd3-dsv'
import { type Printed, readPrinted } from './printed.ts'

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

/** Names of columns that an audit reads, each alone or with its unit after an underscore (`mean_us`). */
export const columnNames: readonly string[] = [...roles.keys()]

export interface Column {
  /** As in the file's head. */
  readonly name: string
  /** What the name says it is: `mean`, `variance`. */
  readonly word: string
  readonly role: Role
  /** '' if the name has none. */
  readonly unit: string
}

export interface Row {
  /** In the file, the head being line 1. */
  readonly line: number
  /** The columns that are no numbers of the audit, by name. */
  readonly keys: Readonly<Record<string, string>>
  readonly numbers: ReadonlyMap<Role, Printed>
  /** Columns with a role whose text is no number. Empty ones are merely absent. */
  readonly unread: readonly { readonly column: string; readonly text: string }[]
}

export interface Table {
  readonly file: string
  /** At most one of each role; a second one counts as a key. */
  readonly columns: ReadonlyMap<Role, Column>
  readonly rows: readonly Row[]
}

export function readTable(file: string, csv: string): Table {
  const [head = [], ...body] = csvParseRows(csv.replace(/^\uFEFF/, ''))
  const columns = new Map<Role, Column>()
  const places = new Map<number, Column>()
  for (const [index, name] of head.entries()) {
    const column = columnOf(name)
    if (column === undefined || columns.has(column.role)) continue
    columns.set(column.role, column)
    places.set(index, column)
  }
  return { file, columns, rows: body.map((texts, index) => readRow(head, places, texts, index + 2)) }
}

function columnOf(name: string): Column | undefined {
  const [word = '', ...unit] = name.trim().split('_')
  const role = roles.get(word.toLowerCase())
  return role === undefined ? undefined : { name, word: word.toLowerCase(), role, unit: unit.join('_') }
}

function readRow(
  head: readonly string[],
  places: ReadonlyMap<number, Column>,
  texts: readonly string[],
  line: number,
): Row {
  const keys: Record<string, string> = {}
  const numbers = new Map<Role, Printed>()
  const unread: { column: string; text: string }[] = []
  for (const [index, name] of head.entries()) {
    const text = texts[index] ?? ''
    const column = places.get(index)
    if (column === undefined) {
      keys[name] = text
      continue
    }
    const number = readPrinted(text)
    if (number !== undefined) numbers.set(column.role, number)
    else if (text.trim() !== '') unread.push({ column: name, text })
  }
  return { line, keys, numbers, unread }
}
