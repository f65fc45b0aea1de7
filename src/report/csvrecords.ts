/**
 * Reads a CSV file for figures: a record per row. Each column holds numbers, dates, booleans or texts, never
 * null.
 */

import { CsvError, readCsv } from '../text/csv.ts'
import { decimal } from '../text/numbers.ts'

type Value = string | number | boolean | Date

/** Throws a CsvError for invalid CSV, and for a text in a column of numbers, which could not be drawn. */
export function csvRecords(csv: string): readonly Readonly<Record<string, Value | null>>[] {
  const { head, rows } = readCsv(csv)
  const columns = head.map((name, index) => {
    const cells = rows.map(({ line, fields }) => ({ line, text: fields[index] as string }))
    const filled = cells.filter(({ text }) => text.trim() !== '')
    const type = types.find((parse) => filled.every(({ text }) => parse(text) !== undefined))
    const number = filled.find(({ text }) => decimal(text) !== undefined)
    const other = filled.find(({ text }) => decimal(text) === undefined)
    if (type === undefined && number !== undefined && other !== undefined)
      throw new CsvError(
        other.line,
        `${name} is no number: ${other.text}, but line ${number.line} has ${number.text}: ` +
          'leave a missing value empty, or, if these are names, make all of them words',
      )
    const parse = type ?? ((text: string) => text)
    return cells.map(({ text }) => (text.trim() === '' ? null : (parse(text) ?? null)))
  })
  return rows.map((_, row) =>
    Object.fromEntries(head.map((name, index) => [name, columns[index]?.[row] ?? null])),
  )
}

/** A column's type is the first that fits all its non-empty values. */
const types: readonly ((text: string) => Value | undefined)[] = [
  decimal,
  (text) => truths.get(text.trim()),
  date,
]

const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

/** Parses an ISO date, or date and time; UTC if it has no zone, wherever the figure is drawn. */
function date(text: string): Date | undefined {
  const match = /^\d{4}-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?)?$/.exec(
    text.trim(),
  )
  if (match === null) return undefined
  const found = new Date(text.includes('T') && match[1] === undefined ? `${text.trim()}Z` : text.trim())
  return Number.isNaN(found.getTime()) ? undefined : found
}
