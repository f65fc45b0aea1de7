/**
 * A quantity is a number with its unit and the runs or published tables it came from, so that no number in a report can lose its origin.
 * Units are symbols: '' (a count or a ratio), 'us' (microseconds, the canonical unit of time), 'us2' (their square), or any other
 * unit of a column, as its author wrote it, and its square ('B' and 'B²').
 */

import type { Run } from '../results/run.ts'
import type { Origin } from '../testbed/testbed.ts'
import { hint } from '../text/spelling.ts'
import type { Filter as FilterCall } from './expression.ts'

/** Where a number was read: a run, and how many observations of it were summarized, or a published table. */
export type Source = RunSource | PublishedSource

export interface RunSource {
  readonly type: 'run'
  readonly run: Run
  readonly n: number
}

export interface PublishedSource {
  readonly type: 'published'
  /** Relative to the project. */
  readonly file: string
  /** Its number in the publication. */
  readonly table?: string
}

export interface Quantity {
  readonly value: number
  readonly unit: string
  /** Empty for a constant that the author wrote. */
  readonly sources: readonly Source[]
}

/** The author's mistake in an expression, a table or a figure, or a result that is not there. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  /** Names of the runs (experiment/environment/pattern) that would answer; empty if the question itself is wrong. */
  readonly missing: readonly string[]

  constructor(message: string, missing: readonly string[] = []) {
    super(message)
    this.missing = missing
  }
}

/**
 * An error in one part of a report, so that the other parts can go on: an author's mistake as it is, and what nobody foresaw in words.
 */
export function partError(error: unknown): QueryError {
  if (error instanceof QueryError) return error
  const isOurs = error instanceof Error && !/^(?:Error|RangeError|TypeError|ReferenceError)$/.test(error.name)
  return new QueryError(isOurs ? error.message : `cannot be worked out: ${error}`)
}

/** Of an overflow, or of a difference or quotient of two. */
export const notFinite = 'the result is too large for a number'

/** `unknown pattern: dom0-cpo (did you mean dom0-cpu?)`. */
export function unknown(what: string, name: string, known: readonly string[]): QueryError {
  return new QueryError(`unknown ${what}: ${name}${hint(name, known)}`)
}

/** The runs among the sources of a number, once for each reading. */
export function runsIn(sources: readonly Source[]): readonly Run[] {
  return sources.flatMap((source) => (source.type === 'run' ? [source.run] : []))
}

/** Where the numbers behind a number are from, in a fixed order: `published` comes last and hides no origin of ours. */
export function originsIn(sources: readonly Source[]): readonly (Origin | 'published')[] {
  const isPublished = sources.some(({ type }) => type === 'published')
  return [...origins(runsIn(sources)), ...(isPublished ? (['published'] as const) : [])]
}

/** The origins of the runs behind a number, in a fixed order: a sum of an emulated time and a constant stays emulated. */
export function origins(runs: readonly Run[]): readonly Origin[] {
  return [...new Set(runs.map((run) => run.origin))].sort()
}

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

interface Rendering {
  readonly value: number
  readonly unit: string
  readonly decimals?: number
}

type Filter = (rendering: Rendering, args: readonly number[]) => Rendering

/** `| ms`, `| fixed(1)`, ...: how a quantity is printed. */
export const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['ns', inUnit('ns')],
  ['us', inUnit('us')],
  ['ms', inUnit('ms')],
  ['s', inUnit('s')],
  ['percent', percent],
  ['fixed', fixed],
])

/**
 * The quantity in words: number, no-break space, unit ('6.83 ms'). Without `fixed` three significant digits, and all digits before
 * the decimal point; counts are whole. Throws QueryError for an unknown filter or one that does not fit the unit.
 */
export function format(
  quantity: Pick<Quantity, 'value' | 'unit'>,
  chain: readonly Pick<FilterCall, 'name' | 'arguments'>[] = [],
): string {
  let rendering: Rendering = { value: quantity.value, unit: quantity.unit }
  for (const { name, arguments: args } of chain) {
    const filter = filters.get(name)
    if (filter === undefined) throw unknown('filter', name, [...filters.keys()])
    rendering = filter(rendering, args)
  }
  if (rendering.unit === 'truth') return rendering.value === 0 ? 'false' : 'true'
  const text = digits(rendering.value, rendering.decimals)
  if (rendering.unit === '') return text
  return `${text}\u00a0${symbol(rendering.unit)}`
}

/**
 * A number with thousands separators and a real minus sign; see `format` for how many digits. What is very large or very small, so that
 * most digits would be noughts, is written with a power of ten. Zero has no sign, however it came about. Throws QueryError for NaN.
 */
export function digits(value: number, decimals?: number): string {
  const size = Math.abs(value)
  if (decimals !== undefined && decimals <= mostDecimals)
    return size < 1e21
      ? written(value, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
      : withPower(value, decimals + 1)
  if (Number.isSafeInteger(value) || (size >= 100 && size < 1e15))
    return written(value, { maximumFractionDigits: 0 })
  return significant(value, 3)
}

/** More places than a double has digits. */
const mostDecimals = 20

/** A number with so many significant digits. */
export function significant(value: number, count: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) return withPower(value, count)
  return written(value, { minimumSignificantDigits: count, maximumSignificantDigits: count })
}

/** All digits of a number that somebody wrote. */
export function allDigits(value: number): string {
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-6 || size >= 1e21)) return withPower(value)
  return written(value, { maximumFractionDigits: mostDecimals })
}

/** `1.23×10⁻³⁰`. */
function withPower(value: number, count?: number): string {
  const precision =
    count === undefined ? {} : { minimumSignificantDigits: count, maximumSignificantDigits: count }
  const most = count === undefined ? { maximumSignificantDigits: 17 } : {}
  const [mantissa = '', power = ''] = written(value, { notation: 'scientific', ...precision, ...most }).split(
    'E',
  )
  if (power === '') return mantissa
  return `${mantissa}×10${[...power].map((one) => superscripts.get(one) ?? one).join('')}`
}

const superscripts = new Map([...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((one, index) => [String(index), one])).set('-', '⁻')

function written(value: number, options: Intl.NumberFormatOptions): string {
  if (Number.isNaN(value)) throw new QueryError('the value is not a number')
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  return formatter({ ...options, signDisplay: 'negative' })
    .format(value)
    .replace(/^-/, '−')
}

const formatters = new Map<string, Intl.NumberFormat>()

/** Made once for each set of options: that takes longer than thousands of numbers. */
function formatter(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options)
  const found = formatters.get(key) ?? new Intl.NumberFormat('en-US', options)
  formatters.set(key, found)
  return found
}

function inUnit(unit: string): Filter {
  return (rendering) => {
    const squared = root(rendering.unit)
    const exponent = squared === undefined ? 1 : 2
    const from = microseconds(squared ?? rendering.unit)
    const to = microseconds(unit)
    if (from === undefined || to === undefined) {
      const what = rendering.unit === '' ? unitName('') : `a number in ${symbol(rendering.unit)}`
      throw new QueryError(`the filter ${unit} needs a time, not ${what}`)
    }
    return {
      ...rendering,
      value: rendering.value * (from / to) ** exponent,
      unit: exponent === 2 ? square(unit) : unit,
    }
  }
}

function percent(rendering: Rendering): Rendering {
  if (rendering.unit !== '')
    throw new QueryError(`the filter percent needs a ratio, not ${symbol(rendering.unit)}`)
  return { ...rendering, value: rendering.value * 100, unit: '%' }
}

function fixed(rendering: Rendering, args: readonly number[]): Rendering {
  // The parser of expressions has checked that there is one whole number.
  return { ...rendering, decimals: args[0] as number }
}
