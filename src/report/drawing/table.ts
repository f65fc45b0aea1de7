/**
 * Parses delimited text to records. d3-dsv compiles code for its objects, which a drawing process forbids.
 */

import { dsvFormat } from 'd3-dsv'
import type { Records } from './message.ts'

/** Returns records by the names in the first row; missing cells are empty. */
export function parseTable(text: string, delimiter = ','): Records & { readonly columns: readonly string[] } {
  const [columns = [], ...rows] = dsvFormat(delimiter).parseRows(text)
  const records = rows.map((row) =>
    Object.fromEntries(columns.map((name, index) => [name, row[index] ?? ''])),
  )
  return Object.assign(records, { columns })
}
