/** Whether parts add up: rows of one table (phases) against the means of another (totals). */

import { cumulativeNormal } from 'vega-statistics'
import { min } from '../stats/order.ts'
import type { Printed } from './printed.ts'
import type { Row, Table } from './table.ts'

export interface Sum {
  readonly total: Row
  readonly parts: readonly Row[]
  /** Sum of the parts less the total, in units of the total's last digit where that is exact. */
  readonly difference: number
  /** The largest difference that rounding of all these numbers explains. */
  readonly allowed: number
}

export interface SumAudit {
  readonly totals: string
  readonly parts: string
  /** The columns that tell which parts belong to which total. */
  readonly keys: readonly string[]
  readonly sums: readonly Sum[]
  /** How many sums rounding alone makes miss, on average. */
  readonly expectedMisses: number
}

/**
 * Checks the means of `parts` against those of `totals`; undefined if these tables are not parts and totals of each other: they need common
 * keys under which a total is one row and its parts are several.
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

/** Columns of both whose values meet: a column that numbers the tables has the same name in both, but never the same value. */
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
  // Parts with decimals: their sum in binary is not exact, but to far less than their last digit.
  const unit = 2 * min(halves)
  const difference = Math.round((sum - printed.value) / unit) * unit
  return [{ total, parts, difference, allowed: halves.reduce((so, one) => so + one, 0) }]
}

function half({ range }: Printed): number {
  return (range.high - range.low) / 2
}

/**
 * How often k parts and their total, all rounded to the same digit, miss each other: unless the rounding errors of the parts, which are
 * uniform, add up to less than half a unit (the distribution of Irwin 1927 and Hall 1927). NaN where the digits differ.
 */
function missChance({ total, parts }: Sum): number {
  const halves = [total, ...parts].map((row) => half(row.numbers.get('mean') as Printed))
  const [first = 0] = halves
  if (halves.some((one) => Math.abs(one - first) > first * 1e-6)) return Number.NaN
  const k = parts.length
  const below = irwinHall(k, (k - 1) / 2)
  return 2 * below
}

/** Chance that k uniform numbers of [0, 1) add up to less than x. Of many the sum is as good as normal, and its terms cancel out. */
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
