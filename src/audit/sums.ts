/** Checks whether parts add up: rows of one table (phases) against the means of another (totals). */

import { cumulativeNormal } from 'vega-statistics'
import { min } from '../stats/order.ts'
import type { Printed } from './printed.ts'
import type { Other, Row, Table } from './table.ts'

export interface Sum {
  readonly total: Row
  readonly parts: readonly Row[]
  /** Sum of the parts minus the total, in units of the total's last digit where that is exact. */
  readonly difference: number
  /** The largest difference that rounding explains. */
  readonly allowed: number
}

export interface SumAudit {
  readonly totals: string
  readonly parts: string
  /** The columns that match parts to totals. */
  readonly keys: readonly string[]
  readonly sums: readonly Sum[]
  /** Expected number of sums that miss due to rounding alone. */
  readonly expectedMisses: number
}

/** True if rounding explains the difference. */
export function addsUp({ difference, allowed }: Sum): boolean {
  // Differences are multiples of the last digit, `allowed` of half of it.
  return Math.abs(difference) <= allowed * (1 + 1e-9)
}

/**
 * Returns the means of a sum that does not add up, but would if these were read with the other decimal mark;
 * empty for any other sum.
 */
export function openIn(sum: Sum): readonly (readonly [Row, readonly Other[]])[] {
  if (addsUp(sum)) return []
  const meansOf = (rows: readonly Row[]) =>
    rows.flatMap((row) => {
      const mean = row.others?.find(({ role }) => role === 'mean')
      return mean === undefined ? [] : [[row, [mean]] as const]
    })
  const [total, parts] = [meansOf([sum.total]), meansOf(sum.parts)]
  const found = [parts, total, [...total, ...parts]].find((some) => {
    const flipped = new Map(some.map(([row, [mean]]) => [row, mean.number]))
    const read = (row: Row): Row => {
      const number = flipped.get(row)
      return number === undefined ? row : { ...row, numbers: new Map(row.numbers).set('mean', number) }
    }
    return flipped.size > 0 && sumOf(read(sum.total), sum.parts.map(read)).some(addsUp)
  })
  return found ?? []
}

/**
 * Checks the means of `parts` against those of `totals`; undefined if these tables are not parts and totals:
 * they need common keys, each with one total and several parts.
 */
export function auditSums(totals: Table, parts: Table): SumAudit | undefined {
  const [total, part] = [totals.columns.get('mean'), parts.columns.get('mean')]
  if (totals === parts || total === undefined || part === undefined || total.unit !== part.unit)
    return undefined
  const keys = commonKeys(totals, parts)
  if (keys.length === 0) return undefined
  const nameOf = (row: Row) => JSON.stringify(keys.map((key) => row.keys[key]))
  const grouped = Map.groupBy(parts.rows, nameOf)
  const names = totals.rows.map(nameOf)
  if (new Set(names).size < names.length) return undefined
  const sums = totals.rows.flatMap((row) => sumOf(row, grouped.get(nameOf(row)) ?? []))
  if (sums.length === 0) return undefined
  const expectedMisses = sums.reduce((sum, one) => sum + missChance(one), 0)
  return { totals: totals.file, parts: parts.file, keys, sums, expectedMisses }
}

/**
 * Returns the columns that have a value in common: a column of table numbers has the same name in both, but
 * never the same value.
 */
function commonKeys(a: Table, b: Table): readonly string[] {
  return Object.keys(a.rows[0]?.keys ?? {}).filter((key) => {
    const values = new Set(a.rows.map((row) => row.keys[key]))
    return b.rows.some((row) => values.has(row.keys[key]))
  })
}

function sumOf(total: Row, parts: readonly Row[]): readonly Sum[] {
  const printed = total.numbers.get('mean')
  const numbers = parts.map((row) => row.numbers.get('mean')).filter((number) => number !== undefined)
  if (printed === undefined || numbers.length < 2 || numbers.length < parts.length) return []
  const sum = numbers.reduce((so, { value }) => so + value, 0)
  const halves = [printed, ...numbers].map(half)
  // The binary sum of decimals is inexact, but by far less than their last digit.
  const unit = 2 * min(halves)
  const difference = Math.round((sum - printed.value) / unit) * unit
  return [{ total, parts, difference, allowed: halves.reduce((so, one) => so + one, 0) }]
}

function half({ range }: Printed): number {
  return (range.high - range.low) / 2
}

/**
 * Returns the chance that k parts and their total, all rounded to the same digit, do not add up: unless the
 * uniform rounding errors of the parts sum to less than half a unit (Irwin-Hall distribution, 1927). NaN
 * where the digits differ.
 */
function missChance({ total, parts }: Sum): number {
  const halves = [total, ...parts].map((row) => half(row.numbers.get('mean') as Printed))
  const [first = 0] = halves
  if (halves.some((one) => Math.abs(one - first) > first * 1e-6)) return Number.NaN
  const k = parts.length
  const below = irwinHall(k, (k - 1) / 2)
  return 2 * below
}

/**
 * Returns the chance that k uniform numbers in [0, 1) sum to less than x. For large k the exact terms cancel
 * out, and the normal approximation is accurate.
 */
function irwinHall(k: number, x: number): number {
  if (k > 20) return cumulativeNormal((x - k / 2) / Math.sqrt(k / 12))
  let sum = 0
  let choose = 1
  let factorial = 1
  for (let i = 1; i <= k; i += 1) factorial *= i
  for (let j = 0; j <= Math.min(k, Math.floor(x)); j += 1) {
    sum += (j % 2 === 0 ? 1 : -1) * choose * (x - j) ** k
    choose = (choose * (k - j)) / (j + 1)
  }
  return sum / factorial
}
