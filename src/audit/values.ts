/** Numbers of an entry, by the roles of its column. */

import type { Entry } from './entry.ts'
import type { Column, Role } from './head.ts'
import { type Marking, markIn } from './marks.ts'
import { type Printed, readPrinted } from './printed.ts'

/** Returns an entry's numbers by role, or why it has none. */
export function readNumbers(
  entry: Entry,
  columns: readonly Column[],
  marking: Marking,
  isSpreadApart: boolean,
): readonly (readonly [Role, Printed])[] | string {
  const [column, other] = columns as readonly [Column, Column?]
  const { role, unit } = column
  if (entry.isPercent && unit !== '%') return 'is in percent, unlike its column'
  const read = (text: string) => readMarked(text, marking, role)
  if (other === undefined && entry.form === '±')
    return isSpreadApart && role === 'mean'
      ? 'has a spread of its own, beside the column of spreads'
      : 'is no number'
  if (other === undefined && entry.form === 'brackets')
    return 'has a second number in brackets: name both in the head, as in mean (sd)'
  const isInterval = column.word.includes('ci') || column.word.includes('interval')
  const isPair = entry.form === 'plain' && entry.second.length > 0
  if (isPair && !(role === 'spread' && isInterval)) return 'is a range, not a number'
  const first = isPair ? halfWidth([entry.first, ...entry.second].map(read)) : read(entry.first)
  if (typeof first === 'string') return first
  const reason = reasonAgainst(role, first)
  if (reason !== undefined) return reason
  if (isPair || other === undefined || entry.second.length === 0) return [[role, first]]
  const second = entry.second.map(read)
  const spread = second.length === 2 ? halfWidth(second, first) : (second[0] ?? 'is no number')
  if (typeof spread === 'string') return spread
  const problem = reasonAgainst('spread', spread)
  if (problem !== undefined) return problem
  return [
    [role, first],
    ['spread', spread],
  ]
}

/** Returns half of an interval's width, or why it has none. `mean` must be in its middle. */
function halfWidth(ends: readonly (Printed | string)[], mean?: Printed): Printed | string {
  const [low = 'is no number', high = 'is no number'] = ends
  if (typeof low === 'string') return low
  if (typeof high === 'string') return high
  const unit = Math.max(low.unit, high.unit)
  const value = (high.value - low.value) / 2
  if (value < 0) return 'is an interval that ends before it starts'
  const center = (high.value + low.value) / 2
  if (mean !== undefined && Math.abs(center - mean.value) > 1.01 * (unit / 2 + mean.unit / 2))
    return 'has an interval that is not symmetric about its mean'
  const text = String(Number(value.toPrecision(12)))
  return { text, value, unit, range: { low: value - unit / 2, high: value + unit / 2 }, isDerived: true }
}

/** Reads a number with its own decimal mark if that is certain, or its column's. */
function readMarked(text: string, { mark, basis }: Marking, role: Role): Printed | string {
  const sign = markIn(text)
  const isOpen = sign === 'comma?' || sign === 'point?'
  // Sizes are whole, so that a mark before three digits divides thousands.
  if (isOpen && role === 'n') return readPrinted(text.replace(/[.,]/, '')) ?? 'is no number'
  if (isOpen && basis === 'mixed')
    return `may be ${text.replace(/[.,]/, '')} or ${text.replace(',', '.')}: its table has decimal points and commas`
  return readPrinted(text, sign === '.' || sign === ',' ? sign : mark) ?? 'is no number'
}

/** Returns why a number is invalid; undefined if it is valid. */
function reasonAgainst(role: Role, number: Printed): string | undefined {
  if (role === 'n' && !(Number.isSafeInteger(number.value) && number.value >= 1))
    return 'is no whole number from 1'
  if (role === 'spread' && number.value < 0) return 'is a spread below 0'
  return undefined
}
