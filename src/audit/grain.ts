/**
 * Checks of discrete data. The n values are multiples of a grain (1 for integers, 1/k for the mean of k
 * integer items), so that only some means are possible (GRIM: Brown and Heathers, 2017), and with each of
 * them only some spreads (GRIMMER: Anaya, 2016; by Allard's parity argument, 2018). DEBIT (Heathers and
 * Brown, 2019) is the case of the two values 0 and 1. All sums that round to the printed mean are tried, not
 * only the nearest one, and a sum of squares must also fit extremes and limits.
 */

import type { Interval } from '../stats/interval.ts'
import { meansBetween, squaresBounds } from './bounds.ts'
import type { Data } from './data.ts'
import type { Definition } from './definition.ts'
import { type Printed, printedLike } from './printed.ts'
import type { Role } from './table.ts'

export type GrainTest = 'GRIM' | 'GRIMMER' | 'DEBIT'

export interface GrainMiss {
  readonly test: GrainTest
  readonly role: Exclude<Role, 'n'>
  /** The nearest possible numbers below and above, with the printed one's decimals. */
  readonly nearest: readonly string[]
}

/** More sums than this round to the mean only where the tests have no power. */
const mostSums = 2000
/** Above this, integers and their sums are not exact. */
const largest = 2 ** 48

const none: Interval = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }

/** Returns the grain of values: the step of one item by the number of items. Absent for continuous data. */
export function grainOf({ step, items }: Data): number | undefined {
  return step === undefined ? undefined : step / items
}

/** Returns the first number that n discrete values cannot have; undefined if all are possible. */
export function checkGrain(
  numbers: ReadonlyMap<Role, Printed>,
  n: number,
  definition: Definition,
  data: Data,
): GrainMiss | undefined {
  const [grain, mean, spread] = [grainOf(data), numbers.get('mean'), numbers.get('spread')]
  if (grain === undefined || mean === undefined) return undefined
  const ends = new Map<'max' | 'min', Interval>()
  for (const role of ['max', 'min'] as const) {
    const printed = numbers.get(role)
    if (printed === undefined) continue
    const steps = stepsIn(printed.range, grain)
    if (steps.high < steps.low) return { test: 'GRIM', role, nearest: around(steps, grain, printed) }
    ends.set(role, steps)
  }
  const sums = stepsIn({ low: n * mean.range.low, high: n * mean.range.high }, grain)
  if (sums.high - sums.low > mostSums || Math.max(Math.abs(sums.low), Math.abs(sums.high)) > largest)
    return undefined
  const extremes = { max: ends.get('max'), min: ends.get('min'), limits: stepsIn(data.limits, grain) }
  const means = meansBetween(n, extremes)
  const all = means === undefined ? none : stepsIn({ low: n * means.low, high: n * means.high }, 1)
  const possible = { low: Math.max(sums.low, all.low), high: Math.min(sums.high, all.high) }
  if (possible.high < possible.low) return meanMiss()
  if (spread === undefined) return undefined
  const wanted = {
    low: definition.squares(spread.range.low, n) / grain ** 2,
    high: definition.squares(spread.range.high, n) / grain ** 2,
  }
  if (wanted.high > largest) return undefined
  const tried: Nearest[] = []
  for (let sum = possible.low; sum <= possible.high; sum += 1) {
    const exactMean = { low: sum / n, high: sum / n }
    const found = squaresAround(sum, n, wanted, squaresBounds(n, { ...extremes, mean: exactMean }))
    if (found === 'inside') return undefined
    tried.push(found)
  }
  return { test: data.isBinary ? 'DEBIT' : 'GRIMMER', role: 'spread', nearest: nearestSpreads() }

  function meanMiss(): GrainMiss {
    const below = Math.min(sums.low, sums.high, all.high)
    const above = Math.max(sums.low, sums.high, all.low)
    const nearest = [below, above].filter((sum) => all.low <= sum && sum <= all.high)
    return {
      test: 'GRIM',
      role: 'mean',
      nearest: unique(nearest.map((sum) => printedLike((sum * (grain ?? 1)) / n, mean as Printed))),
    }
  }

  function nearestSpreads(): readonly string[] {
    const below = Math.max(...tried.map((one) => one.below ?? Number.NEGATIVE_INFINITY))
    const above = Math.min(...tried.map((one) => one.above ?? Number.POSITIVE_INFINITY))
    return unique(
      [below, above]
        .filter(Number.isFinite)
        .map((squares) =>
          printedLike(definition.spread(Math.max(0, squares) * (grain ?? 1) ** 2, n), spread as Printed),
        ),
    )
  }
}

/** True if GRIM can fail for this mean: fewer sums than printed means. */
export function hasPower(mean: Printed, n: number, data: Data): boolean {
  const grain = grainOf(data)
  return grain !== undefined && n * mean.unit < grain * (1 - 1e-9)
}

/** Returns an interval from the first to the last multiple of the grain in it. */
export function multiplesIn(range: Interval, grain: number): Interval {
  const { low, high } = stepsIn(range, grain)
  return { low: low * grain, high: high * grain }
}

/** Returns the multiples of the grain in an interval, in grains; `high` is below `low` if there are none. */
function stepsIn({ low, high }: Interval, grain: number): Interval {
  return {
    low: Math.ceil(low / grain - tolerance(low / grain)),
    high: Math.floor(high / grain + tolerance(high / grain)),
  }
}

/** Ends of intervals belong to them, up to binary rounding of decimal fractions. */
function tolerance(value: number): number {
  return Number.isFinite(value) ? 1e-9 * (1 + Math.abs(value)) : 0
}

function around({ low, high }: Interval, grain: number, printed: Printed): readonly string[] {
  return unique([high, low].map((steps) => printedLike(steps * grain, printed)))
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

interface Nearest {
  readonly below?: number
  readonly above?: number
}

/**
 * Finds a sum of squared deviations of n integers with this sum, in grains squared: `inside` if there is one
 * in both intervals, or the nearest ones in `bounds` below and above `wanted`.
 */
function squaresAround(sum: number, n: number, wanted: Interval, bounds: Interval): 'inside' | Nearest {
  // Less the mean's whole part, the integers sum to `rest`, and their squares to at least as much.
  const rest = sum - n * Math.floor(sum / n)
  const shift = rest ** 2 / n
  const least = Math.max(rest, bounds.low + shift)
  const most = bounds.high + shift
  const first = nextSquares(n, rest, Math.max(least, wanted.low + shift))
  if (
    first <=
    Math.min(most, wanted.high + shift) + tolerance(most === Number.POSITIVE_INFINITY ? first : most)
  )
    return 'inside'
  const below = lastSquares(n, rest, Math.min(most, wanted.low + shift))
  return {
    ...(below >= least - tolerance(least) ? { below: below - shift } : {}),
    ...(first <= most + tolerance(first) ? { above: first - shift } : {}),
  }
}

/**
 * Returns the least sum of squares, at least `from`, of n integers that sum to `rest`: its parity is
 * theirs.
 */
function nextSquares(n: number, rest: number, from: number): number {
  if (n === 2) return pairSquares(rest, evenWith(rest, Math.ceil(root(from - tolerance(from), rest)), 1))
  return evenWith(rest, Math.max(rest, Math.ceil(from - tolerance(from))), 1)
}

/** Returns the largest such sum, at most `to`; it may be negative. */
function lastSquares(n: number, rest: number, to: number): number {
  if (n === 2) return pairSquares(rest, evenWith(rest, Math.floor(root(to + tolerance(to), rest)), -1))
  return evenWith(rest, Math.floor(to + tolerance(to)), -1)
}

/** Two integers with sum 0 or 1 and difference d have squares (d² + sum) / 2. */
function pairSquares(rest: number, difference: number): number {
  return difference < 0 ? Number.NEGATIVE_INFINITY : (difference ** 2 + rest) / 2
}

function root(squares: number, rest: number): number {
  return Math.sqrt(Math.max(0, 2 * squares - rest))
}

/** Returns the value or its neighbour in this direction, whichever is even or odd with `rest`. */
function evenWith(rest: number, value: number, direction: 1 | -1): number {
  return Math.abs(value - rest) % 2 === 0 ? value : value + direction
}
