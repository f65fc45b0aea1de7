/**
 * Reads a CSV file for figures: a record per row. Each column holds numbers, dates, booleans or texts, never
 * null.
 */

import { CsvError, readCsv } from '../text/csv.ts'
import { decimal } from '../text/numbers.ts'

export type CsvRecord = Readonly<Record<string, string | number | boolean | Date | null>>

/** Throws a CsvError for invalid CSV, and for a text in a column of numbers, which could not be drawn. */
export function csvRecords(csv: string): readonly CsvRecord[] {
  const { head, rows } = readCsv(csv)
  const readers = head.map((name, index) => {
    const filled = rows.filter(({ fields }) => !isEmpty(fields[index] as string))
    const texts = filled.map(({ fields }) => fields[index] as string)
    const reader = types.find((type) => texts.every((text) => type(text) !== undefined))
    if (reader !== undefined) return reader
    const number = filled.find(({ fields }) => decimal(fields[index] as string) !== undefined)
    const text = filled.find(({ fields }) => decimal(fields[index] as string) === undefined)
    if (number !== undefined && text !== undefined) {
      const [one, other] = [number, text].map(({ fields }) => fields[index])
      throw new CsvError(
        text.line,
        `${name} is no number: ${other}, but line ${number.line} has ${one}: leave a missing value empty, or, if these are names, make all of them words`,
      )
    }
    return (found: string) => found
  })
  return rows.map(({ fields }) =>
    Object.fromEntries(
      head.map((name, index) => {
        const text = fields[index] as string
        return [name, isEmpty(text) ? null : (readers[index]?.(text) ?? null)]
      }),
    ),
  )
}

function isEmpty(text: string): boolean {
  return text.trim() === ''
}

/** A column's type is the first that fits all its non-empty values. */
const types: readonly ((text: string) => number | boolean | Date | undefined)[] = [
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
