/**
 * Units are symbols: '' (a count or a ratio), 'us' (microseconds, the canonical unit of time), 'us2' (its
 * square), or a column's own unit as its author wrote it, and its square ('B' and 'B²').
 */

import { QueryError } from './error.ts'

/** Multiplies units: 'us' x 'us' = 'us2'. Throws QueryError if the product has no symbol. */
export function product(left: string, right: string): string {
  if (left === '') return right
  if (right === '') return left
  if (left === right && root(left) === undefined) return square(left)
  throw new QueryError(`cannot multiply ${symbol(left)} by ${symbol(right)}`)
}

/** Divides units: 'us' / 'us' = ''. Throws QueryError if the quotient has no symbol. */
export function quotient(left: string, right: string): string {
  if (right === '') return left
  if (left === right) return ''
  if (left === square(right)) return right
  throw new QueryError(`cannot divide ${unitName(left)} by ${symbol(right)}`)
}

export function square(unit: string): string {
  if (unit === '') return ''
  return unit === 'us' ? 'us2' : `${unit}²`
}

/** Returns a unit's square root; undefined if it is not a square. An author's unit may end in a 2: 'CO2'. */
export function root(unit: string): string | undefined {
  if (unit === 'us2') return 'us'
  return unit.endsWith('²') ? unit.slice(0, -1) : undefined
}

/** Formats a unit: 'us2' -> 'µs²'. */
export function symbol(unit: string): string {
  return unit === 'us' ? 'µs' : unit === 'us2' ? 'µs²' : unit
}

/** Names a unit in error messages: `µs`, `a plain number`. */
export function unitName(unit: string): string {
  return unit === '' ? 'a plain number' : symbol(unit)
}

const microsecondsPer: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-3],
  ['us', 1],
  ['µs', 1],
  ['ms', 1e3],
  ['s', 1e6],
])

/** Returns the microseconds in a unit of time; undefined for other units. */
export function microseconds(unit: string): number | undefined {
  return microsecondsPer.get(unit)
}

const timeWord = /^(?:ns|us|µs|ms|s|secs?|seconds|(?:nano|micro|milli)s(?:ec|econds))$/

/** Strips a unit of time from a name (`elapsedNs`, `elapsed_ms`, `elapsed (s)`); undefined if it has none. */
export function withoutUnit(name: string): string | undefined {
  const [, rest = '', word = ''] =
    /^(.*?)[^\p{L}\p{N}]*((?<=[\p{Ll}\p{N}])\p{Lu}\p{Ll}*|(?<![\p{L}\p{N}])\p{Ll}+)\)?$/u.exec(name) ?? []
  return timeWord.test(word.toLowerCase()) ? rest : undefined
}

const suffixes = new Map([
  ['Ns', 'ns'],
  ['Us', 'us'],
  ['Ms', 'ms'],
  ['Seconds', 's'],
  ['Bytes', 'B'],
])

/** Returns the unit suffix of a measure's name: `ns` for `elapsedNs`. */
export function unitInName(name: string): string | undefined {
  return suffixes.get(/[A-Z][a-z]*$/.exec(name)?.[0] ?? '')
}
