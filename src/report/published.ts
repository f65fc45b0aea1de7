/** Rows of the original study's tables, shown beside ours and never mixed with them. */

import { QueryError } from '../query/error.ts'
import type { PublishedRow } from '../query/published.ts'
import { hint } from '../text/spelling.ts'

/** Returns the rows with these values; ignores columns that the file lacks. */
export function matching(
  rows: readonly PublishedRow[],
  keys: Readonly<Record<string, string | undefined>>,
): readonly PublishedRow[] {
  const wanted = Object.entries(keys).filter(([, value]) => value !== undefined)
  return rows.filter((row) => wanted.every(([name, value]) => row[name] === undefined || row[name] === value))
}

/**
 * Returns the row with these values, if any. Throws QueryError if several environments were published and
 * none is chosen.
 */
export function theRow(
  rows: readonly PublishedRow[],
  keys: Readonly<Record<string, string | undefined>>,
): PublishedRow | undefined {
  const found = matching(rows, keys)
  if (found.length > 1) {
    const what = Object.values(keys).filter((value) => value !== undefined)
    throw new QueryError(
      `${found.length} published rows for ${what.join(', ')}: choose one with publishedEnvironment (known: ${valuesOf(found, 'environment').join(', ')})`,
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
