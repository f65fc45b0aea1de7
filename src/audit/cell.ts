/** Checks whether the numbers of one published cell can all describe the same n values. */

import type { Interval } from '../stats/interval.ts'
import { atMost, meanFits, squaresBounds } from './bounds.ts'
import type { Definition } from './definition.ts'
import { misprints, type Printed, readPrinted } from './printed.ts'
import type { Role } from './table.ts'

export type Numbers = ReadonlyMap<Role, Printed>

/** Possible; or not, as the mean does not fit the extremes, or the spread is outside their bounds. */
export type Check =
  | { readonly type: 'possible' }
  | { readonly type: 'mean' }
  | {
      readonly type: 'spread'
      /** Possible spreads, in the spread's own unit. */
      readonly admissible: Interval
    }

/** Checks a cell. Requires a mean; `n` is a positive integer. */
export function checkCell(numbers: Numbers, n: number, definition: Definition): Check {
  const admissible = admissibleSpread(numbers, n, definition)
  if (admissible === undefined) return { type: 'mean' }
  const spread = numbers.get('spread')?.range
  const fits =
    spread === undefined || (atMost(spread.low, admissible.high) && atMost(admissible.low, spread.high))
  return fits ? { type: 'possible' } : { type: 'spread', admissible }
}

/** Returns the range of spreads of n values with this mean and these extremes; undefined if none exist. */
export function admissibleSpread(numbers: Numbers, n: number, definition: Definition): Interval | undefined {
  const mean = numbers.get('mean')
  if (mean === undefined) return { low: 0, high: Number.POSITIVE_INFINITY }
  const [max, min] = [numbers.get('max'), numbers.get('min')]
  const extent = {
    mean: mean.range,
    ...(max === undefined ? {} : { max: max.range }),
    ...(min === undefined ? {} : { min: min.range }),
  }
  if (!meanFits(n, extent)) return undefined
  // The spread of one value would be divided by n - 1 = 0.
  if (n === 1) return { low: 0, high: 0 }
  const { low, high } = squaresBounds(n, extent)
  return { low: definition.spread(low, n), high: definition.spread(high, n) }
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
    if (printed === undefined || certain.has(role)) return []
    return misprints(printed.text).flatMap((text) => {
      const other = readPrinted(text)
      return other !== undefined && possible(new Map(numbers).set(role, other)) ? [{ role, text }] : []
    })
  })
}
