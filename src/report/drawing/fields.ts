/**
 * Tracks the fields that a drawing reads. Vega silently draws a missing field as nothing, so every reading
 * place notes whether it found the field, and values that cannot be drawn.
 */

import { QueryError } from '../../query/error.ts'
import { hint } from '../../text/spelling.ts'

/** A place of a specification that reads a field. */
export interface Site {
  readonly path: readonly string[]
  found: boolean
  /** A record without the field. */
  without?: object
  /** An infinite value, or text for a number; `isQuantity` if Vega-Lite is about to draw it. */
  invalid?: { readonly value: unknown; readonly isQuantity?: boolean }
}

export interface Reads {
  site(path: readonly string[]): Site
  /**
   * Throws QueryError for a field that no record has or whose value cannot be drawn. `isNamed` returns true
   * for names that the author wrote: vega itself reads missing fields.
   */
  check(isNamed: (name: string) => boolean): void
}

export function openReads(): Reads {
  const sites: Site[] = []
  return {
    site(path) {
      const site: Site = { path, found: false }
      sites.push(site)
      return site
    },
    check(isNamed) {
      const isOwn = ([name]: readonly string[]) => name === undefined || isNamed(name)
      for (const { path, found, without } of sites)
        if (!found && without !== undefined && isOwn(path)) throw new QueryError(unknown(path, without))
      for (const { path, invalid } of sites)
        if (invalid && (invalid.isQuantity || isOwn(path)))
          throw new QueryError(undrawable(path, invalid.value))
    },
  }
}

/** Returns a field of a record and notes the read at its place. */
export function readAt(site: Site, record: unknown): unknown {
  const isRecord = typeof record === 'object' && record !== null
  if (isRecord && site.path.length === 1) {
    const value = plain(record, site.path[0] as string)
    if (value !== undefined) {
      site.found = true
      return value
    }
  }
  let value = record
  for (const name of site.path) {
    if (typeof value === 'object' && value !== null && !Object.hasOwn(value, name)) {
      if (!site.found && isRecord) site.without ??= record
      return undefined
    }
    value = own(value, name)
  }
  if (isRecord) site.found = true
  return value
}

/** Reads a number or a text, which no object here inherits; undefined for all else, and where none is. */
function plain(object: object, name: string): number | string | undefined {
  const value = (object as Record<string, unknown>)[name]
  return typeof value === 'number' || typeof value === 'string' ? value : undefined
}

/**
 * Reads an own property; undefined for functions, so that expressions cannot reach JavaScript's built-ins.
 */
export function own(object: unknown, name: string): unknown {
  if (object === null || object === undefined || !Object.hasOwn(object, name)) return undefined
  const value = (object as Record<string, unknown>)[name]
  return typeof value === 'function' ? undefined : value
}

/** Notes a non-finite number or invalid date; `shown` is what it was made from. */
export function noteInfinite(site: Site, value: unknown, shown = value): void {
  const isNumber = typeof value === 'number' || value instanceof Date
  if (isNumber && !Number.isFinite(Number(value))) site.invalid ??= { value: shown }
}

/** Notes a present value that is no number. Null and empty are gaps, which Vega-Lite skips. */
export function noteNoNumber(site: Site, value: unknown): void {
  if (value === null || value === undefined || value === '') return
  if (!Number.isFinite(Number(value))) site.invalid ??= { value, isQuantity: true }
}

function unknown(path: readonly string[], record: object): string {
  const known = Object.keys(record)
  const name = path.join('.')
  const dotted = known.find((one) => one === name || one.startsWith(`${name}.`))
  if (dotted !== undefined) {
    return (
      `the data has no field ${name} with parts (a dot in a name is written \\. : ` +
      `${dotted.replaceAll('.', '\\.')})`
    )
  }
  return `the data has no field ${name}${hint(name, known)}`
}

function undrawable(path: readonly string[], value: unknown): string {
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value)
  const where = path.length === 0 ? 'a scale' : `the field ${path.join('.')}`
  return (
    `${where} has a value that cannot be drawn: ${shown} (leave it out with a filter, ` +
    'or write nothing in its place)'
  )
}
