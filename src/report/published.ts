/** Published numbers in tables: rows of the original study's tables, which stand beside ours and are never mixed with them. */

import { QueryError } from '../query/error.ts'
import type { PublishedRow } from '../query/published.ts'
import { hint } from '../text/spelling.ts'

/** The rows with these values; columns that the file does not have do not restrict. */
export function matching(
  rows: readonly PublishedRow[],
  keys: Readonly<Record<string, string | undefined>>,
): readonly PublishedRow[] {
  const wanted = Object.entries(keys).filter(([, value]) => value !== undefined)
  return rows.filter((row) => wanted.every(([name, value]) => row[name] === undefined || row[name] === value))
}

/** The one row with these values, if there is one. Throws QueryError if several environments were published and none was chosen. */
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

/** The different values of a column, in the file's order. */
export function valuesOf(rows: readonly PublishedRow[], name: string): readonly string[] {
  return [...new Set(rows.map((row) => row[name]).filter((value) => value !== undefined))]
}

/** Throws QueryError if an option names a published environment that the file does not have. */
export function checkEnvironment(rows: readonly PublishedRow[], name: string | undefined): void {
  const known = valuesOf(rows, 'environment')
  if (name !== undefined && !known.includes(name)) {
    throw new QueryError(`unknown publishedEnvironment: ${name}${hint(name, known)}`)
  }
}
