/** Printed numbers: each represents all numbers that round to it. */

import type { Interval } from '../stats/interval.ts'

export interface Printed {
  readonly text: string
  readonly value: number
  /** Possible values before rounding: half a unit of the last digit to either side. */
  readonly range: Interval
}

/** More digits than any table prints. */
const longest = 40

/**
 * Parses `14777`, `-3.50`, `1.2e4` or `12 345.6`; undefined for anything else, and for numbers too large to
 * compute with. Its `text` has a decimal point and no thousands separators.
 *
 * @param mark the decimal mark
 */
export function readPrinted(text: string, mark: '.' | ',' = '.'): Printed | undefined {
  const [written, other] = [text.trim().replace(/^["']|["']$/g, ''), mark === '.' ? ',' : '\\.']
  const thousands = new RegExp(`^([-−+]?\\d{1,3})((?:(?:${other}|[ \u00a0\u2009\u202f'’])\\d{3})+)(?![\\d])`)
  const plain = written
    .replace(thousands, (_, first: string, rest: string) => first + rest.replace(/\D/g, ''))
    .replace(mark, '.')
  const match = /^[-−+]?\d+(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(plain)
  if (match === null || plain.length > longest) return undefined
  const value = Number(plain.replace('−', '-'))
  const half = 0.5 * 10 ** (Number(match[2] ?? 0) - (match[1] ?? '').length)
  // Its square must be finite, too.
  if (!(Math.abs(value) < 1e150 && half < 1e150)) return undefined
  return { text: plain, value, range: { low: value - half, high: value + half } }
}

/** True if a number certainly has a decimal comma: `12,5` does, `12,500` only where `;` is the delimiter. */
export function hasDecimalComma(text: string, delimiter: string): boolean {
  const [, whole = '', decimals] = /^\s*[-−+]?(\d+(?:\.\d{3})*),(\d+)\s*$/.exec(text) ?? []
  if (decimals === undefined) return false
  return delimiter === ';' || decimals.length !== 3 || whole.length > 3 || whole.startsWith('0')
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
