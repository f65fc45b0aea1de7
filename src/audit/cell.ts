/** Whether the numbers of one published cell can all be true of the same n values. */

import type { Interval } from '../stats/interval.ts'
import { meanFits, squaresBounds } from './bounds.ts'
import type { Definition } from './definition.ts'
import { misprints, type Printed, readPrinted } from './printed.ts'
import type { Role } from './table.ts'

export type Numbers = ReadonlyMap<Role, Printed>

/** Can be; or cannot, because the mean does not fit the extremes, or because the spread lies outside of what they admit. */
export type Check =
  | { readonly type: 'possible' }
  | { readonly type: 'mean' }
  | {
      readonly type: 'spread'
      /** What the spread could be, in its own unit. */
      readonly admissible: Interval
    }

/** A spread is optional; of the rest the mean must be there, and `n` is a whole number from 1. */
export function checkCell(numbers: Numbers, n: number, definition: Definition): Check {
  const mean = numbers.get('mean')
  if (mean === undefined) return { type: 'possible' }
  const [max, min] = [numbers.get('max'), numbers.get('min')]
  const extent = {
    mean: mean.range,
    ...(max === undefined ? {} : { max: max.range }),
    ...(min === undefined ? {} : { min: min.range }),
  }
  if (!meanFits(n, extent)) return { type: 'mean' }
  const spread = numbers.get('spread')
  if (spread === undefined) return { type: 'possible' }
  // One value has no spread to divide by n - 1.
  if (n === 1)
    return spread.range.low <= 0 ? { type: 'possible' } : { type: 'spread', admissible: { low: 0, high: 0 } }
  const bounds = squaresBounds(n, extent)
  const admissible = { low: definition.spread(bounds.low, n), high: definition.spread(bounds.high, n) }
  const fits =
    spread.range.high >= 0 && spread.range.low <= admissible.high && admissible.low <= spread.range.high
  return fits ? { type: 'possible' } : { type: 'spread', admissible }
}

/** A number of the cell, written otherwise. */
export interface Correction {
  readonly role: Role
  readonly text: string
}

/**
 * Slips of one digit, or of two neighbours, that would make an impossible cell possible; `certain` numbers are left alone. Often there are
 * several: they show what to look for in the original, not what it says.
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
