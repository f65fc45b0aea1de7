/**
 * Published tables: other authors' numbers, in CSV files that the front matter names. Paths with the root
 * `published` read them: `published.old.baseline.pause.total.mean`. A file has the columns `environment` and
 * `pattern`, factor columns (`operation`), statistics with their units (`mean_us`, `variance_us2`, `n`), and
 * optionally `phase` (the measure, by default `total`) and `table` (its number).
 */

import { CsvError, readCsv } from '../text/csv.ts'
import { remembered } from '../text/memory.ts'
import { decimal } from '../text/numbers.ts'
import { statistics } from './statistics.ts'
import { microseconds, square } from './units.ts'

/** A row of the file, without a prototype, since columns may have any name. */
export type PublishedRow = Readonly<Record<string, string>>

/** Throws a CsvError for invalid CSV, and for a statistic that is not a number. */
export function parsePublished(csv: string): readonly PublishedRow[] {
  const { head, rows } = readCsv(csv)
  const statistics = head.flatMap((name, index) => (statisticIn(name) === undefined ? [] : [index]))
  return rows.map(({ line, fields }) => {
    for (const index of statistics) {
      const text = fields[index] as string
      if (text.trim() === '' || decimal(text) !== undefined) continue
      throw new CsvError(line, `${head[index]} is no number: ${text}`)
    }
    const row: Record<string, string> = Object.create(null)
    for (const [index, name] of head.entries()) row[name] = fields[index] as string
    return row
  })
}

export interface PublishedTable {
  /** Relative to the project. */
  readonly file: string
  readonly cells: readonly PublishedCell[]
  /** Why paths cannot read it. */
  readonly problem?: string
}

/** The published numbers of one measure of one pattern. */
export interface PublishedCell {
  readonly file: string
  /** Its number in the publication. */
  readonly table?: string
  readonly environment: string
  readonly pattern: string
  readonly factors: Readonly<Record<string, string>>
  readonly measure: string
  /** By the statistic's name; times are in microseconds. */
  readonly numbers: Readonly<Record<string, { readonly value: number; readonly unit: string }>>
}

/** Reads the tables that a document names; skips files that do not exist. */
export function publishedTables(
  published: readonly { readonly file: string }[],
  textOf: (path: string) => string | undefined,
): readonly PublishedTable[] {
  return published.flatMap(({ file }) => {
    const text = textOf(file)
    return text === undefined ? [] : [publishedTable(file, text)]
  })
}

export function publishedTable(file: string, csv: string): PublishedTable {
  return fileTable(`${file}\n${csv}`)
}

const fileTable = remembered((text): PublishedTable => {
  const end = text.indexOf('\n')
  const file = text.slice(0, end)
  try {
    return tableOf(file, parsePublished(text.slice(end + 1)))
  } catch (error) {
    if (error instanceof CsvError) return { file, cells: [], problem: error.message }
    throw error
  }
}, 50)

function tableOf(file: string, rows: readonly PublishedRow[]): PublishedTable {
  const columns = Object.keys(rows[0] ?? {})
  const lacking = ['environment', 'pattern'].filter((name) => !columns.includes(name))
  const statistics = columns.flatMap((name) => statisticIn(name) ?? [])
  const [twice] = [...Map.groupBy(statistics, ({ name }) => name).values()].filter((same) => same.length > 1)
  const refuse = (problem: string) => ({ file, cells: [], problem })
  if (rows.length === 0) return refuse('no rows')
  if (lacking.length > 0) return refuse(`no column ${lacking.join(' and ')}`)
  if (twice)
    return refuse(
      `${twice.map(({ column }) => column).join(' and ')} are the same statistic: keep one of them`,
    )
  if (statistics.length === 0) return refuse('no column of a statistic, such as mean_us or n')
  const named = ['environment', 'pattern', 'phase', 'table', ...statistics.map(({ column }) => column)]
  const factors = columns.filter(
    (name) => !named.includes(name) && !rows.every((row) => decimal(row[name] ?? '') !== undefined),
  )
  const cells = rows.map((row): PublishedCell => {
    const { table = '', environment = '', pattern = '', phase = 'total' } = row
    const numbers = statistics.flatMap(({ column, name, unit, scale }) => {
      const value = decimal(row[column] ?? '')
      return value === undefined ? [] : [[name, { value: value * scale, unit }] as const]
    })
    return {
      file,
      ...(table === '' ? {} : { table }),
      environment,
      pattern,
      factors: Object.fromEntries(factors.map((name) => [name, row[name] ?? ''])),
      measure: phase,
      numbers: Object.fromEntries(numbers),
    }
  })
  return { file, cells }
}

/** Returns the column name of a statistic: `mean_us`, `variance_us2`, `n`. */
export function columnOfStatistic(name: string, unit: string): string {
  return unit === '' ? name : `${name}_${unit.replace('²', '2')}`
}

const statisticColumn = new RegExp(
  String.raw`^(${[...statistics.keys()].join('|')}|p\d{1,3})(?:_(.*?)(2?))?$`,
)

/** Parses a column name. `variance_ms2` is in square milliseconds, a million square microseconds each. */
function statisticIn(column: string) {
  const match = statisticColumn.exec(column)
  if (match === null) return undefined
  const [, name = '', unit = '', power = ''] = match
  const scale = microseconds(unit)
  if (scale !== undefined) return { column, name, unit: `us${power}`, scale: power ? scale ** 2 : scale }
  const isSquare = power !== '' && statistics.get(name)?.unit === square
  return { column, name, unit: isSquare ? `${unit}²` : `${unit}${power}`, scale: 1 }
}
