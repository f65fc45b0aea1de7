/** Records of delimited text. d3-dsv's own objects are made by compiled code, which a drawing process does not allow. */

import { dsvFormat } from 'd3-dsv'
import type { Records } from './message.ts'

/** Records by the names in the first row; a row that is too short has empty texts. */
export function parseTable(text: string, delimiter = ','): Records & { readonly columns: readonly string[] } {
  const [columns = [], ...rows] = dsvFormat(delimiter).parseRows(text)
  const records = rows.map((row) =>
    Object.fromEntries(columns.map((name, index) => [name, row[index] ?? ''])),
  )
  return Object.assign(records, { columns })
}
