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

interface TimeUnit {
  readonly microseconds: number
  /** Ends a measure's name in camelCase and so gives its unit: `elapsedNs`. */
  readonly suffix: string
  /** Spellings in names besides the symbol; in lower case. */
  readonly names: readonly string[]
  /** Spellings in the document's text, in any language; a single letter needs a blank before it. */
  readonly text: readonly string[]
}

/** By symbol, which is also the filter that converts to the unit. To add a unit of time: a line here. */
const times: ReadonlyMap<string, TimeUnit> = new Map([
  ['ns', time(1e-3, 'Ns', 'nanosec nanoseconds', 'ns nanosecond nanoseconds ナノ秒')],
  ['us', time(1, 'Us', 'µs microsec microseconds', 'us µs μs microsecond microseconds マイクロ秒')],
  ['ms', time(1e3, 'Ms', 'millisec milliseconds', 'ms millisecond milliseconds ミリ秒')],
  ['s', time(1e6, 'Seconds', 'sec secs seconds', 's second seconds 秒')],
])

function time(microseconds: number, suffix: string, names: string, text: string): TimeUnit {
  return { microseconds, suffix, names: names.split(' '), text: text.split(' ') }
}

export const timeUnits: readonly string[] = [...times.keys()].sort()

/** Spelling in the document's text -> the unit as `symbol` formats it. */
export const textUnits: ReadonlyMap<string, string> = new Map(
  [...times].flatMap(([unit, { text }]) => text.map((spelling) => [spelling, symbol(unit)])),
)

/** Returns the microseconds in a unit of time; undefined for other units. */
export function microseconds(unit: string): number | undefined {
  return times.get(unit === symbol('us') ? 'us' : unit)?.microseconds
}

/** Spelling in names -> unit. */
const inNames = new Map([...times].flatMap(([unit, { names }]) => [unit, ...names].map((one) => [one, unit])))

/** A name's start, and the word at its end that may be a unit. */
const lastWord = /^(.*?)[^\p{L}\p{N}]*((?<=[\p{Ll}\p{N}])\p{Lu}\p{Ll}*|(?<![\p{L}\p{N}])\p{Ll}+)\)?$/u

/** Before a unit, what makes it a divisor: `hits/s`, `MB per s`, `hitsPerMs`. */
const divides = /\/\s*$|(?:^|[^\p{L}\p{N}])[Pp]er[^\p{L}\p{N}]*$|(?<=[\p{Ll}\p{N}])Per[^\p{L}\p{N}]*$/u

/** Whether a name ends in a unit that its numbers are divided by, as those of a rate. */
function isRate(name: string, unit: string): boolean {
  return divides.test(name.slice(0, name.lastIndexOf(unit)))
}

/** Words of which an s in brackets, close behind them, is a unit: `time(s)`, `mean(s)`. Behind any other it is a plural. */
const timeWords =
  /(?:time|elapsed|duration|latency|delay|wait)$|^(?:t|age|lag|period|real|sys|mean|avg|average|min|max|median|std|stddev|sd|total|sum)$/i

/** `error(s)`: a number of errors. */
function isPlural(name: string): boolean {
  const [, word] = /(\p{Script=Latin}+)\(s\)$/u.exec(name) ?? []
  return word !== undefined && !timeWords.test(word)
}

/** Strips a unit of time from a name (`elapsedNs`, `elapsed_ms`, `elapsed (s)`); undefined if it has none. */
export function withoutUnit(name: string): string | undefined {
  const [, rest = '', word = ''] = lastWord.exec(name) ?? []
  return inNames.has(word.toLowerCase()) && !isRate(name, word) && !isPlural(name) ? rest : undefined
}

/** Strips a unit of time from a name, unless it is all of the name: `seconds`. */
export function nameWithoutUnit(name: string): string {
  return withoutUnit(name) || name
}

/** Returns the unit of time in a name, in whatever way it is written there; undefined if it has none. */
export function timeUnitInName(name: string): string | undefined {
  const [, rest = '', word = ''] = lastWord.exec(name) ?? []
  // A column called s may be anything.
  if ((rest === '' && word.length < 3) || isRate(name, word) || isPlural(name)) return undefined
  return inNames.get(word.toLowerCase())
}

const suffixes = new Map([['Bytes', 'B'], ...[...times].map(([unit, { suffix }]) => [suffix, unit] as const)])

/** Returns the unit suffix of a measure's name: `ns` for `elapsedNs`. */
export function unitInName(name: string): string | undefined {
  const word = /[A-Z][a-z]*$/.exec(name)?.[0] ?? ''
  return isRate(name, word) ? undefined : suffixes.get(word)
}
