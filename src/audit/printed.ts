/** Printed numbers: each stands for all numbers that are rounded to it. */

import type { Interval } from '../stats/interval.ts'

export interface Printed {
  readonly text: string
  readonly value: number
  /** What the number may have been before it was rounded: half a unit of its last digit to either side. */
  readonly range: Interval
}

/** Reads `14777`, `-3.50` or `1.2e4`; undefined for anything else. */
export function readPrinted(text: string): Printed | undefined {
  const match = /^[-−+]?\d+(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text.trim())
  if (match === null) return undefined
  const value = Number(text.trim().replace('−', '-'))
  const half = 0.5 * 10 ** (Number(match[2] ?? 0) - (match[1] ?? '').length)
  return { text: text.trim(), value, range: { low: value - half, high: value + half } }
}

/** Every text that differs from this one in a single digit, or in two neighbours that changed places. The first digit is never 0. */
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
