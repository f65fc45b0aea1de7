/** Formats quantities: the filters of expressions, and the default number of digits. */

import type { Interval } from '../stats/interval.ts'
import { QueryError, unknown } from './error.ts'
import type { Arity } from './functions.ts'
import type { Quantity } from './quantity.ts'
import { microseconds, root, square, symbol, timeUnits, unitName } from './units.ts'

interface Rendering {
  readonly value: number
  readonly unit: string
  readonly decimals?: number
}

type Filter = Arity & {
  /** For the reference. */
  readonly means: string
  readonly of: (rendering: Rendering, args: readonly number[]) => Rendering
}

const none = { min: 0, max: 0 }

/** Prints a number's interval behind it; `asksForInterval` tells its caller to find one. */
const intervalFilter = 'interval'

/** What may follow `|` in an expression: unit conversions and number formats. */
export const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  [intervalFilter, { ...none, means: 'with its 95 % interval behind it', of: (rendering) => rendering }],
  ['fixed', { min: 1, max: 1, means: 'with that many decimal places', of: fixed }],
  ['percent', { ...none, means: 'a ratio in percent', of: percent }],
  ...timeUnits.map((unit) => [unit, { ...none, means: `a time in ${unit}`, of: inUnit(unit) }] as const),
])

/** A call of a filter in an expression. */
export interface FilterCall {
  readonly name: string
  readonly arguments: readonly number[]
}

export function asksForInterval(chain: readonly FilterCall[]): boolean {
  return chain.some(({ name }) => name === intervalFilter)
}

/** Whether a filter converts to a unit of time. */
export function asksForUnit(chain: readonly FilterCall[]): boolean {
  return chain.some(({ name }) => timeUnits.includes(name))
}

export function isTime(unit: string): boolean {
  return unit === 'us' || unit === square('us')
}

/**
 * Formats a quantity: number, its interval if there is one, no-break space, unit ('6.83 ms',
 * '6.83 [6.71, 6.95] ms'). A time is in `shown`, microseconds by default, unless a filter converts it. Without `fixed`,
 * three significant digits and all digits before the decimal point; counts are whole. Throws QueryError for an unknown filter or one that does not fit the unit.
 */
export function format(
  {
    value,
    unit,
    interval,
    shown: given = 'us',
  }: Pick<Quantity, 'value' | 'unit'> & {
    readonly interval?: Interval | undefined
    /** A unit of time. */
    readonly shown?: string
  },
  chain: readonly FilterCall[] = [],
): string {
  const converts = given === 'us' || !isTime(unit) || asksForUnit(chain)
  const steps = converts ? chain : [{ name: given, arguments: [] }, ...chain]
  const rendered = (one: number) => render({ value: one, unit }, steps)
  const number = (one: number) => {
    const rendering = rendered(one)
    return digits(rendering.value, rendering.decimals)
  }
  const shown = rendered(value)
  if (shown.unit === 'truth') return shown.value === 0 ? 'false' : 'true'
  const ends = interval === undefined ? '' : ` [${number(interval.low)}, ${number(interval.high)}]`
  const text = `${number(value)}${ends}`
  return shown.unit === '' ? text : `${text}\u00a0${symbol(shown.unit)}`
}

function render(rendering: Rendering, chain: readonly FilterCall[]): Rendering {
  return chain.reduce((before, { name, arguments: args }) => {
    const filter = filters.get(name)
    if (filter === undefined) throw unknown('filter', name, [...filters.keys()])
    return filter.of(before, args)
  }, rendering)
}

/**
 * Formats a number with thousands separators and a minus sign (U+2212); see `format` for the number of
 * digits. Very large and very small numbers get a power of ten. Zero has no sign. Throws QueryError for NaN.
 */
export function digits(value: number, decimals?: number): string {
  const size = Math.abs(value)
  if (decimals !== undefined && decimals <= mostDecimals)
    return written(value, size < 1e21 ? (one) => plain(one, decimals) : (one) => withPower(one, decimals + 1))
  if (Number.isSafeInteger(value) || (size >= 100 && size < 1e15))
    return written(value, (one) => plain(one, 0))
  return significant(value, 3)
}

/** More places than a double has digits. */
const mostDecimals = 20

/** Formats a number with `count` significant digits. */
export function significant(value: number, count: number): string {
  return written(value, (size) => {
    if (size === 0) return plain(size, count - 1)
    if (size < 1e-6 || size >= 1e15) return withPower(size, count)
    // Rounding can add a digit: with three of them, 9.999 is 10.0.
    const exponent = exponentOf(rounded(size, count - 1 - exponentOf(shortest(size))))
    return plain(size, count - 1 - exponent)
  })
}

/** Formats a number that an author wrote with all its digits. */
export function allDigits(value: number): string {
  return written(value, (size) => {
    if (size !== 0 && (size < 1e-6 || size >= 1e21)) return withPower(size)
    return plain(size, mostDecimals).replace(/\.?0+$/, '')
  })
}

/** Adds the sign, unless nothing but zeros is left of the number. */
function written(value: number, format: (size: number) => string): string {
  if (Number.isNaN(value)) throw new QueryError('the value is not a number')
  const text = Number.isFinite(value) ? format(Math.abs(value)) : '∞'
  return value < 0 && /[^0.]/.test(text) ? `−${text}` : text
}

/** A number that is not negative: `digits` (without zeros in front) times ten to the power of `scale`. */
interface Decimal {
  readonly digits: string
  readonly scale: number
}

/** The shortest decimal that is this double, as JavaScript prints it. */
function shortest(size: number): Decimal {
  const [mantissa = '', power] = size.toExponential().split('e')
  const [whole = '', rest = ''] = mantissa.split('.')
  return { digits: `${whole}${rest}`, scale: Number(power) - rest.length }
}

/** Of the first digit. */
function exponentOf({ digits, scale }: Decimal): number {
  return scale + digits.length - 1
}

/** Rounds halves away from zero, as Intl.NumberFormat does; `places` below zero rounds to tens and so on. */
function rounded(size: number, places: number): Decimal {
  const { digits, scale } = shortest(size)
  const excess = -places - scale
  if (excess <= 0) return { digits: digits === '0' ? '0' : `${digits}${'0'.repeat(-excess)}`, scale: -places }
  const kept = BigInt(digits.slice(0, Math.max(0, digits.length - excess)))
  const isUp = (digits[digits.length - excess] ?? '0') >= '5'
  return { digits: String(isUp ? kept + 1n : kept), scale: -places }
}

/** Formats as `1,234.50`. Not by Intl.NumberFormat, whose first use takes 14 ms. */
function plain(size: number, places: number): string {
  const { digits } = rounded(size, places)
  const all =
    places < 0 ? `${digits}${'0'.repeat(digits === '0' ? 0 : -places)}` : digits.padStart(places + 1, '0')
  const point = all.length - Math.max(0, places)
  const whole = all.slice(0, point).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
  return places > 0 ? `${whole}.${all.slice(point)}` : whole
}

/** `1.23×10⁻³⁰`, with `count` significant digits or else all. */
function withPower(size: number, count?: number): string {
  const exact = shortest(size)
  const { digits, scale } = count === undefined ? exact : rounded(size, count - 1 - exponentOf(exact))
  const power = String(scale + digits.length - 1)
  const rest = digits.slice(1, count)
  return `${digits[0]}${rest && `.${rest}`}×10${[...power].map((one) => superscripts.get(one) ?? one).join('')}`
}

const superscripts = new Map([...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((one, index) => [String(index), one])).set('-', '⁻')

function inUnit(unit: string): Filter['of'] {
  return (rendering) => {
    const squared = root(rendering.unit)
    const exponent = squared === undefined ? 1 : 2
    const from = microseconds(squared ?? rendering.unit)
    const to = microseconds(unit)
    if (from === undefined || to === undefined) {
      const what = rendering.unit === '' ? unitName('') : `a number in ${symbol(rendering.unit)}`
      throw new QueryError(`the filter ${unit} needs a time, not ${what}`)
    }
    const value = rendering.value * (from / to) ** exponent
    return { ...rendering, value, unit: exponent === 2 ? square(unit) : unit }
  }
}

function percent(rendering: Rendering): Rendering {
  if (rendering.unit !== '')
    throw new QueryError(`the filter percent needs a ratio, not ${symbol(rendering.unit)}`)
  return { ...rendering, value: rendering.value * 100, unit: '%' }
}

function fixed(rendering: Rendering, args: readonly number[]): Rendering {
  // The parser has checked that there is exactly one integer.
  return { ...rendering, decimals: args[0] as number }
}
