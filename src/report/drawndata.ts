/** The data of a figure for its readers: the columns that its specification names, as CSV. */

import { readCsv } from '../text/csv.ts'
import { isSame } from '../text/lists.ts'
import { recently } from '../text/memory.ts'
import type { Order, Records } from './drawing/order.ts'
import { namesIn, parseSpecification } from './drawing/specification.ts'
import type { DrawnData } from './model.ts'

/** Characters of a dataset's CSV in a page; what is longer is cut at a row. */
const longest = 400_000

/** @param units of fields, by dataset */
export function drawnData(
  { spec: text, data }: Pick<Order, 'spec' | 'data'>,
  units: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): readonly DrawnData[] {
  const isNamed = namesIn(parseSpecification(text))
  // A specification may compute names of fields, and then names none of them.
  const shownOf = (columns: readonly string[]) => {
    const named = columns.filter(isNamed)
    return named.length > 0 ? named : columns
  }
  return Object.entries(data).map(([name, given]) => {
    if (typeof given !== 'string') {
      const columns = shownOf(Object.keys(given[0] ?? {}))
      const own = units[name] ?? {}
      const heads = columns.map((one) => (Object.hasOwn(own, one) ? `${one} (${own[one]})` : one))
      const fields = isSame(heads, columns) ? {} : { fields: columns.map(cellText).join(',') }
      return { name, rows: given.length, ...fields, ...written(given, columns, heads) }
    }
    const { head, rows } = readCsv(given)
    const records = rows.map(({ fields }) =>
      Object.fromEntries(head.map((one, index) => [one, fields[index]])),
    )
    return { name, rows: rows.length, ...write(records, shownOf(head), shownOf(head)) }
  })
}

/** Editing a specification rarely changes the rows. */
const written = recently(write, (records, columns, heads) => [records, ...columns, ...heads])

function write(
  records: Records,
  columns: readonly string[],
  heads: readonly string[],
): Pick<DrawnData, 'csv' | 'shown'> {
  const lines: string[] = [heads.map(cellText).join(',')]
  let length = 0
  for (const record of records) {
    const line = columns.map((column) => cellText(record[column])).join(',')
    length += line.length + 1
    if (length > longest) break
    lines.push(line)
  }
  return { csv: `${lines.join('\n')}\n`, shown: lines.length - 1 }
}

/** One cell of CSV (RFC 4180); nothing for what is missing. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  // Of times converted from ticks, more digits than were measured.
  if (typeof value === 'number') return String(Number(value.toPrecision(9)))
  const text = value instanceof Date ? value.toISOString() : String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
