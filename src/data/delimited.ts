/** CSV and TSV (RFC 4180 with another divider) as cells. */

import { CsvError, openForeignCsv, sharedText } from '../text/csv.ts'
import {
  type Cell,
  type CellTable,
  DataError,
  type Layout,
  limits,
  requireShort,
  requireSize,
} from './table.ts'
import { textOf } from './text.ts'

/** Throws a DataError with line and column for anything that is no table. */
export function readDelimited(bytes: Uint8Array, usual: string, { delimiter = usual }: Layout): CellTable {
  const text = textOf(bytes)
  try {
    const { head, rows, unnamed } = openForeignCsv(text, delimiter)
    if (head.length === 0) throw new DataError('the file is empty: its first line names the columns')
    const other = [',', ';', '\t'].find(
      (one) => one !== delimiter && head.length === 1 && head[0]?.includes(one),
    )
    if (other !== undefined)
      throw new DataError(
        `line 1: one column, ${head[0]}: is the file divided by ${JSON.stringify(other)}? Say so: delimiter: ${JSON.stringify(other)}`,
      )
    requireSize(0, head.length)
    const cells = head.map((): Cell[] => [])
    const shared = head.map(() => new Map<string, string>())
    const lines: number[] = []
    for (const { line, fields } of rows) {
      lines.push(line)
      if (lines.length > limits.rows || lines.length * head.length > limits.cells)
        requireSize(lines.length, head.length)
      for (const [index, field] of fields.entries()) {
        requireShort(field, `line ${line}, column ${head[index]}`)
        cells[index]?.push(field === '' ? null : sharedText(field, shared[index] as Map<string, string>))
      }
    }
    return {
      ...{ names: head, cells, isText: true, nested: new Set<string>(), unnamed },
      rowPlace: (row) => `line ${lines[row] ?? '?'}`,
    }
  } catch (error) {
    if (error instanceof CsvError) throw new DataError(error.message)
    throw error
  }
}
