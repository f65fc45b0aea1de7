/** Printed numbers: each represents all numbers that round to it. */

import type { Interval } from '../stats/interval.ts'

export interface Printed {
  readonly text: string
  readonly value: number
  /** One unit of the last digit. */
  readonly unit: number
  /** Possible values before rounding: half a unit to either side, both ends included (half up, half even). */
  readonly range: Interval
  /** The middle of the interval of which it is half the width; its digits were not printed. */
  readonly center?: number
}

/** More digits than any table prints. */
const longest = 40

/**
 * Parses `14777`, `-3.50`, `.85`, `1.2e4` or `12 345.6`; undefined for anything else, and for numbers too
 * large to compute with. Its `text` has a decimal point and no thousands separators.
 *
 * @param mark the decimal mark
 */
export function readPrinted(text: string, mark: '.' | ',' = '.'): Printed | undefined {
  const [written, other] = [text.trim().replace(/^["']|["']$/g, ''), mark === '.' ? ',' : '\\.']
  const thousands = new RegExp(`^([-−–+]?\\d{1,3})((?:(?:${other}|[ \u00a0\u2009\u202f'’])\\d{3})+)(?![\\d])`)
  const plain = written
    .replace(thousands, (_, first: string, rest: string) => first + rest.replace(/\D/g, ''))
    .replace(mark, '.')
    .replace(/^[−–]/, '-')
  const match = /^[-+]?(?:\d+(?:\.(\d*))?|\.(\d+))(?:[eE]([-+]?\d+))?$/.exec(plain)
  if (match === null || plain.length > longest) return undefined
  const value = Number(plain)
  const unit = 10 ** (Number(match[3] ?? 0) - (match[1] ?? match[2] ?? '').length)
  // Its square must be finite, too.
  if (!(Math.abs(value) < 1e150 && unit < 1e150)) return undefined
  return { text: plain, value, unit, range: { low: value - unit / 2, high: value + unit / 2 } }
}

/** Returns the number as cut off instead of rounded: up to one unit nearer to zero. */
export function truncated(printed: Printed): Printed {
  const { value, unit } = printed
  return {
    ...printed,
    range: { low: value > 0 ? value : value - unit, high: value < 0 ? value : value + unit },
  }
}

/** Formats a value with the decimals of a printed one. */
export function printedLike(value: number, { unit }: Printed): string {
  return value.toFixed(Math.min(20, Math.max(0, Math.round(-Math.log10(unit)))))
}

/** Returns every text that differs in one digit, or by swapping two adjacent ones. The first is never 0. */
export function misprints(text: string): readonly string[] {
  const found = new Set<string>()
  for (const [index, digit] of [...text].entries()) {
    if (!/\d/.test(digit)) continue
    for (const other of '0123456789') found.add(text.slice(0, index) + other + text.slice(index + 1))
    const next = text[index + 1]
    if (next !== undefined && /\d/.test(next)) {
      found.add(text.slice(0, index) + next + digit + text.slice(index + 2))
    }
  }
  found.delete(text)
  return [...found].filter((one) => !/^[-−+]?0\d/.test(one)).sort()
}
