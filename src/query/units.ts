/**
 * Units are symbols: '' (a count or a ratio), 'us' (microseconds, the canonical unit of time), 'us2' (their square), or any other unit of a
 * column, as its author wrote it, and its square ('B' and 'B²').
 */

import { QueryError } from './error.ts'

/** Multiplied units: 'us' x 'us' = 'us2'. Throws QueryError where there is no symbol for the product. */
export function product(left: string, right: string): string {
  if (left === '') return right
  if (right === '') return left
  if (left === right && root(left) === undefined) return square(left)
  throw new QueryError(`cannot multiply ${symbol(left)} by ${symbol(right)}`)
}

/** Divided units: 'us' / 'us' = ''. Throws QueryError where there is no symbol for the quotient. */
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

/** What a unit is the square of; undefined if it is none. An author's own unit may end in a 2: 'CO2'. */
export function root(unit: string): string | undefined {
  if (unit === 'us2') return 'us'
  return unit.endsWith('²') ? unit.slice(0, -1) : undefined
}

/** How a unit is printed: 'us2' -> 'µs²'. */
export function symbol(unit: string): string {
  return unit === 'us' ? 'µs' : unit === 'us2' ? 'µs²' : unit
}

/** `µs`, or that there is none: for messages on units that do not fit. */
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

/** Microseconds in one unit of time; undefined if the symbol is none. */
export function microseconds(unit: string): number | undefined {
  return microsecondsPer.get(unit)
}

const timeWord = /^(?:ns|us|µs|ms|s|secs?|seconds|(?:nano|micro|milli)s(?:ec|econds))$/

/** The name of a column without the unit of time that it ends in (`elapsedNs`, `elapsed_ms`, `elapsed (s)`); undefined if there is none. */
export function withoutUnit(name: string): string | undefined {
  const [, rest = '', word = ''] =
    /^(.*?)[^\p{L}\p{N}]*((?<=[\p{Ll}\p{N}])\p{Lu}\p{Ll}*|(?<![\p{L}\p{N}])\p{Ll}+)\)?$/u.exec(name) ?? []
  return timeWord.test(word.toLowerCase()) ? rest : undefined
}

const suffixes: readonly (readonly [RegExp, string])[] = [
  [/Ns$/, 'ns'],
  [/Us$/, 'us'],
  [/Ms$/, 'ms'],
  [/Seconds$/, 's'],
  [/Bytes$/, 'B'],
]

/** The unit of a measure whose name ends in it, as `elapsedNs` does. */
export function unitInName(name: string): string | undefined {
  return suffixes.find(([suffix]) => suffix.test(name))?.[1]
}
