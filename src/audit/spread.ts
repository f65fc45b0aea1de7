/**
 * Audits the spreads of a table's cells together: their definition, their sample sizes, and impossible cells.
 */

import { max, min } from '../stats/order.ts'
import {
  admissibleSpread,
  type Check,
  type Correction,
  checkCell,
  corrections,
  type Numbers,
} from './cell.ts'
import { type Definition, definitions } from './definition.ts'
import type { Column, Role, Row, Table } from './table.ts'

/** The number of cells that are possible under a definition of spread. */
export interface Reading {
  readonly definition: string
  readonly possible: number
}

export interface Impossible {
  readonly row: Row
  /** Absent if no n is printed: the cell is then impossible for every n up to the largest tried. */
  readonly n?: number
  readonly check: Exclude<Check, { readonly type: 'possible' }>
  /** Other n (up to twice the printed one, and 1000) and definitions that fit; only for the first cells. */
  readonly fits: readonly { readonly definition: string; readonly n: readonly number[] }[]
  readonly corrections: readonly Correction[]
}

/**
 * The least n under a definition: with fewer values, some extremes are too far out for their spread
 * (Samuelson's inequality, sharpened).
 */
export interface LeastN {
  readonly definition: string
  readonly n: number
  /** Number of cells that need this n. */
  readonly cells: number
  /**
   * Number of cells with hardly more spread than their extremes imply for n values. A single outlier makes
   * such a cell, but only if n is the true sample size: so these cells reveal n.
   */
  readonly atLimit: number
}

/** From this fraction on, a cell is at its limit. */
const limitShare = 0.99

export interface SpreadAudit {
  readonly column: Column
  /** Cells with a mean, a spread and at least one extreme. */
  readonly cells: number
  /** Smallest and largest n of the cells; absent if a cell has none. */
  readonly n?: readonly [number, number]
  readonly readings: readonly Reading[]
  /** The preferred definition among those that make the most cells possible; absent if none makes any. */
  readonly definition?: Definition
  /** Other definitions that make as many possible. */
  readonly rivals: readonly Definition[]
  /** For definitions that make any cell possible; from spreads and extremes alone, ignoring a printed n. */
  readonly leastN: readonly LeastN[]
  readonly impossible: readonly Impossible[]
}

/** Above this, bounds change by less than a thousandth. */
const largestN = 1000

/**
 * Audits a table's spreads; undefined if it has none. `given` is the sample size of cells without one.
 * `confirmed` returns the numbers of a row that something else supports, which are no misprints.
 */
export function auditSpread(
  table: Table,
  given: number | undefined,
  confirmed: (row: Row) => ReadonlySet<Role>,
): SpreadAudit | undefined {
  const column = table.columns.get('spread')
  const rows = table.rows.filter(
    ({ numbers, unread }) =>
      numbers.has('mean') &&
      numbers.has('spread') &&
      (numbers.has('max') || numbers.has('min')) &&
      !unread.some(({ role }) => role === 'n'),
  )
  if (column === undefined || rows.length === 0) return undefined
  const sizeOf = ({ numbers }: Row) => wholeNumber(numbers.get('n')?.value ?? given)
  const readings = definitions.map((definition) => ({
    definition: definition.name,
    possible: rows.filter((row) => checkSizes(row.numbers, sizeOf(row), definition).type === 'possible')
      .length,
  }))
  const most = Math.max(...readings.map(({ possible }) => possible))
  const best = most === 0 ? [] : definitions.filter((_, index) => readings[index]?.possible === most)
  const [definition, ...rivals] = best
  const sizes = rows.map(sizeOf).filter((n) => n !== undefined)
  return {
    column,
    cells: rows.length,
    ...(sizes.length === rows.length ? { n: [min(sizes), max(sizes)] as const } : {}),
    readings,
    ...(definition === undefined ? {} : { definition }),
    rivals,
    leastN: definitions.flatMap((one, index) => (readings[index]?.possible === 0 ? [] : leastOf(rows, one))),
    impossible: definition === undefined ? [] : impossibleCells(rows, sizeOf, definition, confirmed),
  }
}

function wholeNumber(n: number | undefined): number | undefined {
  return n !== undefined && Number.isInteger(n) && n >= 1 ? n : undefined
}

/** Checks a cell; with unknown n it is possible if it is for any. */
function checkSizes(numbers: Numbers, n: number | undefined, definition: Definition): Check {
  if (n !== undefined) return checkCell(numbers, n, definition)
  for (let size = 2; size < largestN; size += 1) {
    const check = checkCell(numbers, size, definition)
    if (check.type === 'possible') return check
  }
  return checkCell(numbers, largestN, definition)
}

/** With more impossible cells the table is probably misunderstood, and explaining each is slow. */
const mostExplained = 100

function impossibleCells(
  rows: readonly Row[],
  sizeOf: (row: Row) => number | undefined,
  definition: Definition,
  confirmed: (row: Row) => ReadonlySet<Role>,
): readonly Impossible[] {
  const found: Impossible[] = []
  for (const row of rows) {
    const n = sizeOf(row)
    const check = checkSizes(row.numbers, n, definition)
    if (check.type === 'possible') continue
    const size = n === undefined ? {} : { n }
    const isExplained = found.length < mostExplained
    found.push({
      row,
      ...size,
      check,
      ...(isExplained ? explanation(row, n, definition, confirmed(row)) : { fits: [], corrections: [] }),
    })
  }
  return found
}

function explanation(
  row: Row,
  n: number | undefined,
  definition: Definition,
  certain: ReadonlySet<Role>,
): Pick<Impossible, 'fits' | 'corrections'> {
  const most = Math.min(largestN, 2 * (n ?? 0))
  const sizes = Array.from({ length: Math.max(0, most - 1) }, (_, index) => index + 2)
  const fits = definitions.map((other) => ({
    definition: other.name,
    n: sizes.filter((size) => checkCell(row.numbers, size, other).type === 'possible'),
  }))
  return {
    fits: fits.filter((one) => one.n.length > 0),
    corrections: corrections(
      row.numbers,
      (numbers) => checkSizes(numbers, n, definition).type === 'possible',
      certain,
    ),
  }
}

function leastOf(rows: readonly Row[], definition: Definition): readonly LeastN[] {
  const least = rows.map(({ numbers }) => leastFor(numbers, definition))
  const n = max(least)
  if (!Number.isFinite(n)) return []
  const cells = least.filter((one) => one === n).length
  return [{ definition: definition.name, n, cells, atLimit: rows.filter(isAtLimit).length }]

  function isAtLimit({ numbers }: Row): boolean {
    const spread = numbers.get('spread')?.value ?? 0
    const admissible = admissibleSpread(numbers, n, definition)
    if (spread === 0 || admissible === undefined || admissible.high < spread) return false
    return definition.squares(admissible.low, n) >= limitShare * definition.squares(spread, n)
  }
}

/** Returns the least possible n: more values allow a smaller spread for the same extremes. */
function leastFor(numbers: Numbers, definition: Definition): number {
  const highest = numbers.get('spread')?.range.high ?? 0
  for (let n = 2; n <= largestN; n += 1) {
    const check = checkCell(numbers, n, definition)
    if (check.type === 'possible' || (check.type === 'spread' && check.admissible.low <= highest)) return n
  }
  return Number.POSITIVE_INFINITY
}
