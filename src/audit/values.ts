/** Numbers of an entry, by the roles of its column. */

import type { Entry } from './entry.ts'
import type { Column, Role } from './head.ts'
import { type Marking, signOf } from './marks.ts'
import { type Printed, readPrinted } from './printed.ts'

/** What was read of an entry; `problem` says why a role has no number. */
export interface Values {
  readonly numbers: readonly (readonly [Role, Printed])[]
  readonly problem?: { readonly role: Role; readonly reason: string }
}

/** Reads an entry's numbers by role. `isSpreadApart` tells that spreads have a column of their own. */
export function readNumbers(
  entry: Entry,
  columns: readonly Column[],
  marking: Marking,
  isSpreadApart: boolean,
): Values {
  const [{ role, unit, word }, other] = columns as readonly [Column, Column?]
  const reject = (reason: string): Values => ({ numbers: [], problem: { role, reason } })
  if (entry.isPercent && unit !== '%' && role !== 'n') return reject('is in percent, unlike its column')
  const texts = [entry.first, ...entry.second]
  if (entry.form === 'plain' && texts.length > 1) {
    const isInterval = role === 'spread' && /\bci|interval/.test(word)
    return isInterval ? valuesOf(halfWidth(texts.map(read))) : reject('is a range, not a number')
  }
  const first = valuesOf(read(entry.first))
  const [spread, end] = entry.second.map(read)
  if (spread === undefined || first.numbers.length === 0 || role === 'n') return first
  const second = valuesOf(end === undefined ? spread : halfWidth([spread, end]), 'spread')
  if (other !== undefined) return { ...second, numbers: [...first.numbers, ...second.numbers] }
  if (role !== 'mean') return reject('is no number')
  const reason =
    entry.form === '±' && isSpreadApart
      ? 'has a spread of its own, beside the column of spreads'
      : 'has a second number in brackets that the head does not name, as mean (sd) would'
  return { ...first, problem: { role: 'spread', reason } }

  function read(text: string): Printed | string {
    return readMarked(text, marking, role)
  }

  function valuesOf(number: Printed | string, own = role): Values {
    const reason = typeof number === 'string' ? number : reasonAgainst(own, number)
    if (typeof number === 'string' || reason !== undefined)
      return { numbers: [], problem: { role: own, reason: reason ?? '' } }
    return { numbers: [[own, number]] }
  }
}

/** Returns half of an interval's width, or why it has none. */
function halfWidth([low, high]: readonly (Printed | string)[]): Printed | string {
  if (typeof low !== 'object') return low ?? 'is no number'
  if (typeof high !== 'object') return high ?? 'is no number'
  if (high.value < low.value) return 'is an interval that ends before it starts'
  const unit = Math.max(low.unit, high.unit)
  const value = (high.value - low.value) / 2
  return {
    text: String(Number(value.toPrecision(12))),
    value,
    unit,
    range: { low: value - unit / 2, high: value + unit / 2 },
    center: (high.value + low.value) / 2,
  }
}

/** True unless the spread is an interval whose middle is not the mean. */
export function isSymmetric(numbers: ReadonlyMap<Role, Printed>): boolean {
  const [mean, spread] = [numbers.get('mean'), numbers.get('spread')]
  if (mean === undefined || spread?.center === undefined) return true
  return Math.abs(spread.center - mean.value) <= 1.01 * (spread.unit + mean.unit)
}

/** Reads a number with its own decimal mark if that is certain, or its column's. */
function readMarked(text: string, marking: Marking, role: Role): Printed | string {
  if (/^[<>≤≥]/.test(text)) return 'is a bound, not a number'
  if (/^[~≈]/.test(text)) return 'is only approximate'
  const sign = signOf(text)
  const isOpen = sign === 'comma?' || sign === 'point?'
  if (isOpen && role === 'n') return readPrinted(text.replace(/[.,]/, '')) ?? 'is no number'
  if (isOpen && marking === undefined)
    return (
      `may be ${text.replace(/[.,]/, '')} or ${text.replace(',', '.')}, ` +
      'which no other number tells (--decimal does)'
    )
  return readPrinted(text, sign === '.' || sign === ',' ? sign : marking) ?? 'is no number'
}

/** Returns why a number is invalid; undefined if it is valid. */
function reasonAgainst(role: Role, number: Printed): string | undefined {
  if (role === 'n' && !(Number.isSafeInteger(number.value) && number.value >= 1))
    return 'is no whole number from 1'
  if (role === 'spread' && number.value < 0) return 'is a spread below 0'
  return undefined
}
