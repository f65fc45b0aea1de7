/**
 * Audits a table's cells together: which tests apply, the definition of spread, sample sizes, and impossible
 * cells.
 */

import { type Interval, unbounded } from '../stats/interval.ts'
import { max, min } from '../stats/order.ts'
import { atMost } from './bounds.ts'
import {
  admissibleSpread,
  type Check,
  type Correction,
  checkCell,
  corrections,
  type Numbers,
  spreadBound,
} from './cell.ts'
import { type Cell, type Coverage, coverageOf, hasExtremes, isCheckable } from './coverage.ts'
import { type Data, type Declared, dataOf } from './data.ts'
import { type Definition, definitions, isVague } from './definition.ts'
import { truncated } from './printed.ts'
import type { Column, Role, Row, Table } from './table.ts'

/**
 * The number of cells that are possible under a definition of spread; others than the label's if it fits
 * few.
 */
export interface Reading {
  readonly definition: string
  /** True if the column's label allows it. */
  readonly isAllowed: boolean
  readonly possible: number
}

/** A cell and why it is impossible. */
export interface Finding {
  readonly row: Row
  /** What is known of the values behind it. */
  readonly data: Data
  /** Absent if no n is printed: the cell is then impossible for every n up to the largest tried. */
  readonly n?: number
  readonly check: Exclude<Check, { readonly type: 'possible' }>
}

export interface Impossible extends Finding {
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
  /** Number of cells that are impossible with fewer values. */
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
  /** Checked cells with a spread. */
  readonly cells: number
  readonly readings: readonly Reading[]
  /**
   * The preferred definition among those that the label allows and that make the most cells possible. Absent
   * if a column without a label fits none.
   */
  readonly definition?: Definition
  /** Other definitions that the label allows and that make as many possible. */
  readonly rivals: readonly Definition[]
  /** A definition against the label that most cells fit, while most (all but `own`) do not fit the label. */
  readonly better?: Reading & { readonly own: number }
  /** For definitions that make any cell possible; from spreads and extremes alone, ignoring a printed n. */
  readonly leastN: readonly LeastN[]
}

export interface CellsAudit {
  /** Cells with a mean and something to check it against. */
  readonly cells: number
  readonly coverage: Coverage
  /** Smallest and largest n of the cells; absent if a cell has none. */
  readonly n?: readonly [number, number]
  /** Absent if no cell that was checked has a spread. */
  readonly spread?: SpreadAudit
  /**
   * Cells that are possible as cut off after their last digit, but not as rounded. Empty unless cutting off
   * makes more cells possible.
   */
  readonly cutOff: readonly Finding[]
  readonly impossible: readonly Impossible[]
}

/** Above this, bounds change by less than a thousandth. */
const largestN = 1000

/** What holds for cells that say nothing else. */
export interface Assumed extends Declared {
  readonly n?: number | undefined
}

/**
 * Audits a table's cells; undefined if it has no means. `confirmed` returns the numbers of a row that
 * something else supports, which are no misprints.
 */
export function auditCells(
  table: Table,
  assumed: Assumed,
  confirmed: (row: Row) => ReadonlySet<Role>,
): CellsAudit | undefined {
  const judged = judgedCells(table, assumed)
  if (judged === undefined) return undefined
  const { all, cells, used, column, allowed, counts, best, found } = judged
  const [definition, ...rivals] = best
  const spread =
    column === undefined || !cells.some(hasSpread)
      ? undefined
      : spreadAudit(column, used.filter(hasSpread), allowed, counts, definition, rivals)
  const sizes = cells.map(({ n }) => n).filter((n) => n !== undefined)
  return {
    cells: cells.length,
    coverage: coverageOf(all),
    ...(sizes.length === cells.length && cells.length > 0 ? { n: [min(sizes), max(sizes)] as const } : {}),
    ...(spread === undefined ? {} : { spread }),
    cutOff: judged.cutOff,
    impossible: explained(found, definition ?? (allowed[0] as Definition), confirmed),
  }
}

/** Returns why cells are impossible, without explanations; nothing for a table without means. */
export function findingsIn(table: Table, assumed: Assumed): readonly Finding[] {
  return (judgedCells(table, assumed)?.found ?? []).map(({ one }) => one)
}

/** True if the row's numbers, or these in their place, are possible by a definition that the table allows. */
export function isPossible(table: Table, assumed: Assumed, row: Row, numbers: Numbers): boolean {
  const cell = cellOf(table, assumed, { ...row, numbers })
  const allowed = table.columns.get('spread')?.definitions ?? definitions
  return [cell, cutOff(cell)].some((one) => allowed.some((definition) => possibleAs([one], definition) === 1))
}

interface FoundIn {
  readonly cell: Cell
  readonly one: Finding
}

function judgedCells(table: Table, assumed: Assumed) {
  const all = table.rows
    .filter(({ numbers, unread }) => numbers.has('mean') && !unread.some(({ role }) => role === 'n'))
    .map((row) => cellOf(table, assumed, row))
  if (all.length === 0) return undefined
  const cells: readonly Cell[] = all.filter(isCheckable)
  const column = table.columns.get('spread')
  const allowed = column?.definitions ?? definitions
  const rounded = read(cells, allowed)
  const cut = rounded.most < cells.length ? read(cells.map(cutOff), allowed) : rounded
  const isTruncated = cut.most > rounded.most
  const { cells: used, counts } = isTruncated ? cut : rounded
  const isLabelled = column === undefined || !isVague(column.word)
  const best =
    max(counts) === 0 && !isLabelled ? [] : allowed.filter((_, index) => counts[index] === max(counts))
  const candidates = best.length === 0 ? allowed : best
  const findings = used.flatMap((cell): readonly FoundIn[] => {
    const one = finding(cell, candidates)
    return one === undefined ? [] : [{ cell, one }]
  })
  const isOnlyCutOff = ({ row }: Finding) => !findings.some(({ one }) => one.row === row)
  return {
    ...{ all, cells, used, column, allowed, counts, best },
    // Without a definition, nothing is known about spreads.
    found: best.length === 0 ? findings.filter(({ one }) => !concernsSpread(one.check)) : findings,
    cutOff: isTruncated ? cells.flatMap((cell) => finding(cell, candidates) ?? []).filter(isOnlyCutOff) : [],
  }
}

function cellOf(table: Table, assumed: Assumed, row: Row): Cell {
  const isPercent = table.columns.get('mean')?.unit === '%'
  return {
    row,
    numbers: row.numbers,
    n: wholeNumber(row.numbers.get('n')?.value ?? assumed.n),
    data: dataOf(row.declared, assumed, isPercent),
  }
}

function wholeNumber(n: number | undefined): number | undefined {
  return n !== undefined && Number.isInteger(n) && n >= 1 ? n : undefined
}

/** Counts the cells with possible spreads under each definition, and all possible cells under the best. */
function read(cells: readonly Cell[], allowed: readonly Definition[]) {
  const [withSpread, others] = [cells.filter(hasSpread), cells.filter((cell) => !hasSpread(cell))]
  const counts = allowed.map((definition) => possibleAs(withSpread, definition))
  return { cells, counts, most: max(counts) + possibleAs(others, allowed[0] as Definition) }
}

function hasSpread({ numbers }: Cell): boolean {
  return numbers.has('spread')
}

function possibleAs(cells: readonly Cell[], definition: Definition): number {
  return cells.filter((cell) => check(cell, definition).type === 'possible').length
}

function cutOff(cell: Cell): Cell {
  return { ...cell, numbers: new Map([...cell.numbers].map(([role, number]) => [role, truncated(number)])) }
}

function concernsSpread(found: Check): boolean {
  return found.type === 'spread' || (found.type === 'grain' && found.role === 'spread')
}

function spreadAudit(
  column: Column,
  cells: readonly Cell[],
  allowed: readonly Definition[],
  counts: readonly number[],
  definition: Definition | undefined,
  rivals: readonly Definition[],
): SpreadAudit {
  const own = allowed.map(({ name }, index) => ({
    definition: name,
    isAllowed: true,
    possible: counts[index] ?? 0,
  }))
  const half = cells.length / 2
  // Others matter only where the label fits few cells.
  const others = (max(counts) < half ? definitions : [])
    .filter((one) => !allowed.includes(one))
    .map((one) => ({ definition: one.name, isAllowed: false, possible: possibleAs(cells, one) }))
  const better = others
    .filter(({ possible }) => cells.length >= 3 && possible > half)
    .sort((a, b) => b.possible - a.possible)[0]
  const withExtremes = cells.filter(({ numbers }) => hasExtremes(numbers))
  return {
    column,
    cells: cells.length,
    readings: [...own, ...others],
    ...(definition === undefined ? {} : { definition }),
    rivals,
    ...(better === undefined ? {} : { better: { ...better, own: max(counts) } }),
    leastN:
      withExtremes.length === 0
        ? []
        : allowed.flatMap((one, index) => (counts[index] === 0 ? [] : leastOf(withExtremes, one))),
  }
}

/** Checks a cell; with unknown n it is possible if it is for any. */
function check({ numbers, n, data }: Pick<Cell, 'numbers' | 'n' | 'data'>, definition: Definition): Check {
  if (n !== undefined) return checkCell(numbers, n, definition, data)
  const spread = numbers.get('spread')?.range.low ?? 0
  for (let size = leastFor(numbers, definition, data.limits); size < largestN; size += 1) {
    const found = checkCell(numbers, size, definition, data)
    if (found.type === 'possible') return found
    if (!atMost(spread, spreadBound(numbers, size, definition, data))) break
  }
  return checkCell(numbers, largestN, definition, data)
}

/** With more impossible cells the table is probably misunderstood, and explaining each is slow. */
const mostExplained = 100

function explained(
  found: readonly FoundIn[],
  definition: Definition,
  confirmed: (row: Row) => ReadonlySet<Role>,
): readonly Impossible[] {
  return found.map(({ cell, one }, index) => ({
    ...one,
    ...(index < mostExplained
      ? explanation(cell, definition, confirmed(cell.row))
      : { fits: [], corrections: [] }),
  }))
}

function finding(cell: Cell, best: readonly Definition[]): Finding | undefined {
  const found = check(cell, best[0] as Definition)
  if (found.type === 'possible') return undefined
  const { row, data, n } = cell
  return {
    row,
    data,
    ...(n === undefined ? {} : { n }),
    check: found.type === 'spread' ? widest(cell, best) : found,
  }
}

/** Returns the check with the spreads that any of these definitions admits, as far as they have one unit. */
function widest(cell: Cell, best: readonly Definition[]): Impossible['check'] {
  const admissible = best
    .filter(({ power }) => power === best[0]?.power)
    .map((definition) => check(cell, definition))
    .flatMap((found) => (found.type === 'spread' ? [found.admissible] : []))
  const low = min(admissible.map((one) => one.low))
  return { type: 'spread', admissible: { low, high: max(admissible.map((one) => one.high)) } }
}

function explanation(
  { numbers, n, data }: Cell,
  definition: Definition,
  certain: ReadonlySet<Role>,
): Pick<Impossible, 'fits' | 'corrections'> {
  const most = Math.min(largestN, 2 * (n ?? 0))
  const sizes = Array.from({ length: Math.max(0, most - 1) }, (_, index) => index + 2)
  const isSpread = concernsSpread(check({ numbers, n, data }, definition))
  const tried = isSpread ? [...new Set([definition, ...definitions])] : [definition]
  const fits = tried.map((other) => ({
    definition: other.name,
    n: sizes.filter((size) => checkCell(numbers, size, other, data).type === 'possible'),
  }))
  return {
    fits: fits.filter((one) => one.n.length > 0),
    corrections: corrections(
      numbers,
      (changed) => check({ numbers: changed, n, data }, definition).type === 'possible',
      certain,
    ),
  }
}

function leastOf(cells: readonly Cell[], definition: Definition): readonly LeastN[] {
  const least = cells.map(({ numbers }) => leastFor(numbers, definition, unbounded))
  const n = max(least)
  if (!Number.isFinite(n)) return []
  const needing = least.filter((one) => one === n).length
  return [{ definition: definition.name, n, cells: needing, atLimit: cells.filter(isAtLimit).length }]

  function isAtLimit({ numbers }: Cell): boolean {
    const spread = numbers.get('spread')?.value ?? 0
    const admissible = admissibleSpread(numbers, n, definition, unbounded)
    if (spread === 0 || admissible === undefined || admissible.high < spread) return false
    return definition.squares(admissible.low, n) >= limitShare * definition.squares(spread, n)
  }
}

/**
 * Returns the least n for which the extremes allow the mean and so small a spread: all larger ones do, too.
 * Infinite if the largest n tried does not.
 */
function leastFor(numbers: Numbers, definition: Definition, limits: Interval): number {
  const highest = numbers.get('spread')?.range.high ?? Number.POSITIVE_INFINITY
  const isEnough = (n: number) => {
    const admissible = admissibleSpread(numbers, n, definition, limits)
    return admissible !== undefined && atMost(admissible.low, highest)
  }
  if (!isEnough(largestN)) return Number.POSITIVE_INFINITY
  let [tooFew, enough] = [1, largestN]
  while (enough - tooFew > 1) {
    const n = Math.floor((tooFew + enough) / 2)
    if (isEnough(n)) enough = n
    else tooFew = n
  }
  return enough
}
