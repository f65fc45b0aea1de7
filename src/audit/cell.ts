/** Checks whether the numbers of one published cell can all describe the same n values. */

import type { Interval } from '../stats/interval.ts'
import { atMost, type Extent, largestVariance, meanFits, squaresBounds } from './bounds.ts'
import type { Data } from './data.ts'
import type { Definition } from './definition.ts'
import { checkGrain, type GrainMiss, grainOf, multiplesIn } from './grain.ts'
import { misprints, type Printed, readPrinted } from './printed.ts'
import type { Role } from './table.ts'

export type Numbers = ReadonlyMap<Role, Printed>

/** Possible; or not, and why. */
export type Check =
  | { readonly type: 'possible' }
  /** A mean or an extreme is not on the declared scale. */
  | { readonly type: 'scale'; readonly role: Exclude<Role, 'n' | 'spread'>; readonly limits: Interval }
  /** The mean does not fit the extremes. */
  | { readonly type: 'mean' }
  | {
      readonly type: 'spread'
      /** Possible spreads, in the spread's own unit. */
      readonly admissible: Interval
    }
  /** Discrete data have no such number. */
  | ({ readonly type: 'grain' } & GrainMiss)

/** Checks a cell. Requires a mean; `n` is a positive integer. */
export function checkCell(numbers: Numbers, n: number, definition: Definition, data: Data): Check {
  const { limits } = data
  for (const role of ['mean', 'max', 'min'] as const) {
    const range = numbers.get(role)?.range
    if (range !== undefined && !(atMost(range.low, limits.high) && atMost(limits.low, range.high)))
      return { type: 'scale', role, limits }
  }
  const admissible = admissibleSpread(numbers, n, definition, limits)
  if (admissible === undefined) return { type: 'mean' }
  // No spread is to blame beside a mean that does not exist.
  const alone = new Map([...numbers].filter(([role]) => role !== 'spread'))
  const meanMiss = checkGrain(alone, n, definition, data)
  if (meanMiss !== undefined) return { type: 'grain', ...meanMiss }
  const spread = numbers.get('spread')?.range
  const fits =
    spread === undefined || (atMost(spread.low, admissible.high) && atMost(admissible.low, spread.high))
  if (!fits) return { type: 'spread', admissible }
  const miss = checkGrain(numbers, n, definition, data)
  return miss === undefined ? { type: 'possible' } : { type: 'grain', ...miss }
}

/** Returns the range of spreads of n values with this mean and these extremes; undefined if none exist. */
export function admissibleSpread(
  numbers: Numbers,
  n: number,
  definition: Definition,
  limits: Interval,
): Interval | undefined {
  const extent = extentOf(numbers, limits)
  if (extent === undefined) return { low: 0, high: Number.POSITIVE_INFINITY }
  if (!meanFits(n, extent)) return undefined
  // The spread of one value would be divided by n - 1 = 0.
  if (n === 1) return { low: 0, high: 0 }
  const { low, high } = squaresBounds(n, extent)
  return { low: definition.spread(low, n), high: definition.spread(high, n) }
}

/** Returns a spread that n values or more with this mean and these extremes cannot exceed. */
export function spreadBound(numbers: Numbers, n: number, definition: Definition, data: Data): number {
  const extent = extentOf(numbers, data.limits)
  if (extent === undefined) return Number.POSITIVE_INFINITY
  const { mean, max, min, limits } = extent
  const grain = grainOf(data)
  const own = (range: Interval | undefined) =>
    range === undefined || grain === undefined ? range : multiplesIn(range, grain)
  return definition.spread(n * largestVariance({ mean, max: own(max), min: own(min), limits }), n)
}

function extentOf(numbers: Numbers, limits: Interval): Extent | undefined {
  const [mean, max, min] = [numbers.get('mean'), numbers.get('max'), numbers.get('min')]
  if (mean === undefined) return undefined
  return { mean: mean.range, max: max?.range, min: min?.range, limits }
}

/** A replacement for one number of the cell. */
export interface Correction {
  readonly role: Role
  readonly text: string
}

/**
 * Returns misprints of one digit, or two swapped ones, whose correction makes an impossible cell possible;
 * `certain` numbers are left alone. Often there are several: they show what to check in the original, not
 * what it says.
 */
export function corrections(
  numbers: Numbers,
  possible: (numbers: Numbers) => boolean,
  certain: ReadonlySet<Role>,
): readonly Correction[] {
  return (['mean', 'spread', 'max', 'min'] as const).flatMap((role) => {
    const printed = numbers.get(role)
    if (printed === undefined || printed.center !== undefined || certain.has(role)) return []
    return misprints(printed.text).flatMap((text) => {
      const other = readPrinted(text)
      return other !== undefined && possible(new Map(numbers).set(role, other)) ? [{ role, text }] : []
    })
  })
}
