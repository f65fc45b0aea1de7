/** The data of a figure for its readers: the columns that its specification names, as CSV. */

import { readCsv } from '../text/csv.ts'
import type { Order, Records } from './drawing/order.ts'
import { isNamed, parseSpecification } from './drawing/specification.ts'
import type { DrawnData } from './model.ts'

/** Characters of a dataset's CSV in a page; what is longer is cut at a row. */
const longest = 400_000

export function drawnData({ spec: text, data }: Pick<Order, 'spec' | 'data'>): readonly DrawnData[] {
  const spec = parseSpecification(text)
  return Object.entries(data).map(([name, given]) => {
    const { head, rows } = typeof given === 'string' ? tableOf(given) : columnsOf(given)
    const named = [...head.keys()].filter((index) => isNamed(spec, head[index] as string))
    // A specification may compute names of fields, and then names none of them.
    const shown = named.length > 0 ? named : [...head.keys()]
    const lines: string[] = [shown.map((index) => cellText(head[index])).join(',')]
    let length = 0
    for (const row of rows) {
      const line = shown.map((index) => cellText(row[index])).join(',')
      length += line.length + 1
      if (length > longest) break
      lines.push(line)
    }
    return { name, csv: `${lines.join('\n')}\n`, rows: rows.length, shown: lines.length - 1 }
  })
}

interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

function tableOf(csv: string): Table {
  const { head, rows } = readCsv(csv)
  return { head, rows: rows.map(({ fields }) => fields) }
}

function columnsOf(records: Records): Table {
  const head = Object.keys(records[0] ?? {})
  return { head, rows: records.map((record) => head.map((name) => record[name])) }
}

/** One cell of CSV (RFC 4180); nothing for what is missing. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  // Of times converted from ticks, more digits than were measured.
  if (typeof value === 'number') return String(Number(value.toPrecision(9)))
  const text = value instanceof Date ? value.toISOString() : String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
