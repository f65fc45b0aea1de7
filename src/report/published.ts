/** Rows of the original study's tables, shown beside ours and never mixed with them. */

import type { ClaimSeries } from '../claims/series.ts'
import type { Document } from '../document/document.ts'
import { QueryError } from '../query/error.ts'
import { type PublishedRow, parsePublished } from '../query/published.ts'
import { decimal } from '../text/numbers.ts'
import { hint } from '../text/spelling.ts'
import type { Distribution } from './model.ts'

/** Returns the rows with these values; ignores columns that the file lacks. */
export function matching(
  rows: readonly PublishedRow[],
  keys: Readonly<Record<string, string | undefined>>,
): readonly PublishedRow[] {
  const given = Object.entries(keys).filter(([, value]) => value !== undefined)
  return rows.filter((row) => given.every(([name, value]) => row[name] === undefined || row[name] === value))
}

/**
 * Returns the row with these values, if any. Throws QueryError if several environments were published and
 * none is chosen.
 */
export function uniqueRow(
  rows: readonly PublishedRow[],
  keys: Readonly<Record<string, string | undefined>>,
): PublishedRow | undefined {
  const found = matching(rows, keys)
  if (found.length > 1) {
    const what = Object.values(keys).filter((value) => value !== undefined)
    throw new QueryError(
      `${found.length} published rows for ${what.join(', ')}: choose one with publishedEnvironment ` +
        `(known: ${valuesOf(found, 'environment').join(', ')})`,
    )
  }
  return found[0]
}

/** Returns a column's distinct values, in file order. */
export function valuesOf(rows: readonly PublishedRow[], name: string): readonly string[] {
  return [...new Set(rows.map((row) => row[name]).filter((value) => value !== undefined))]
}

/** Throws QueryError for a published environment that the file lacks. */
export function checkEnvironment(rows: readonly PublishedRow[], name: string | undefined): void {
  const known = valuesOf(rows, 'environment')
  if (name !== undefined && !known.includes(name)) {
    throw new QueryError(`unknown publishedEnvironment: ${name}${hint(name, known)}`)
  }
}

/** A table's published rows of an experiment. */
interface Source {
  readonly experiment: string
  readonly measures: readonly string[]
  readonly rows: readonly PublishedRow[]
}

/**
 * Looks series up in the published files of the document's tables: by pattern and factors, and by phase if
 * the file has one, else by the table's measure. Unreadable files have no numbers; the table reports them.
 */
export async function publishedSeries(
  { blocks }: Document,
  readText: (path: string) => Promise<string>,
): Promise<(series: ClaimSeries) => Distribution['published']> {
  const sources: Source[] = []
  for (const block of blocks) {
    if (block.type !== 'table' || block.from === undefined) continue
    const { published, publishedEnvironment, measures } = block.options
    if (typeof published !== 'string' || !Array.isArray(measures)) continue
    const environment = typeof publishedEnvironment === 'string' ? publishedEnvironment : undefined
    const all = await readText(published)
      .then(parsePublished)
      .catch(() => [])
    const rows = matching(all, { environment })
    sources.push({ experiment: block.from, measures: measures.map(String), rows })
  }
  return (series) => {
    for (const { experiment, measures, rows } of sources) {
      if (experiment !== series.run.experiment || !measures.includes(series.measure)) continue
      const keys = { pattern: series.run.pattern, ...series.factors, phase: series.measure }
      const [row, ...others] = matching(rows, keys)
      const [mean, min, max] = ['mean', 'min', 'max'].map((name) =>
        decimal(row?.[`${name}_${series.unit}`] ?? ''),
      )
      if (mean === undefined || others.length > 0) continue
      return { mean, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
    }
    return undefined
  }
}
