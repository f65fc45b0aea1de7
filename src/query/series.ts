/**
 * Series are the observations of one measure in one run, in its canonical unit, without the excluded rows.
 */

import { bootColumn, type Column, excludedColumn, type Row, type Run, runName } from '../results/run.ts'
import { randomNumbers } from '../stats/random.ts'
import { QueryError, unknown } from './error.ts'
import { microseconds } from './units.ts'

export interface Series {
  readonly values: readonly number[]
  /** The boot of each value; absent if the run has only one. */
  readonly clusters?: readonly (string | number)[]
  /** The run's: boots of runs with the same seed are paired (stats/pairing.ts). */
  readonly seed: number
  /** 'us' for every time, else the column's own unit. */
  readonly unit: string
}

/**
 * Returns rows in the order in which they were observed. Data without an index has none: a file that is sorted
 * would look as if its values resembled their neighbours, so its rows are shuffled, always alike.
 */
export function observed<R extends Row>(run: Run, rows: readonly R[]): readonly R[] {
  if (hasOrder(run)) return rows
  const random = randomNumbers(`order ${run.key}`)
  const shuffled = [...rows]
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const row = shuffled[last] as R
    shuffled[last] = shuffled[other] as R
    shuffled[other] = row
  }
  return shuffled
}

/** Whether the order of a run's rows means anything. */
export function hasOrder({ origin, columns }: Pick<Run, 'origin' | 'columns'>): boolean {
  return origin !== 'data' || columns.some(({ role, name }) => role === 'index' && name !== bootColumn)
}

/** Factor -> the value that a row must have. */
export type Factors = Readonly<Record<string, string>>

/** Returns the rows with these factor values that are not excluded. */
export function select(run: Run, factors: Factors = {}): readonly Row[] {
  for (const name of Object.keys(factors)) columnOf(run, name, ['factor'])
  return run.rows.filter(rowFilter(factors))
}

export function rowFilter(factors: Factors): (row: Row) => boolean {
  const values = Object.entries(factors)
  return (row) => !row[excludedColumn] && values.every(([name, value]) => row[name] === value)
}

/**
 * Returns the observations of `measure` in the rows selected by `factors`, in row order, without absent
 * values. Ticks and all units of time become microseconds. Throws QueryError for an unknown column, or ticks
 * without the clock's frequency.
 */
export function series(run: Run, factors: Factors, measure: string): Series {
  const rows = observed(run, select(run, factors))
  const { scale, unit } = canonical(run, columnOf(run, measure, ['measure']))
  const values: number[] = []
  const clusters: (string | number)[] = []
  for (const row of rows) {
    const value = row[measure]
    if (typeof value !== 'number') continue
    values.push(scaled(value, scale, measure))
    clusters.push(row[bootColumn] ?? '')
  }
  return { values, unit, seed: run.seed, ...(new Set(clusters).size > 1 ? { clusters } : {}) }
}

/** Converts to the canonical unit. Throws QueryError on overflow. */
export function scaled(value: number, scale: number, measure: string): number {
  const found = value * scale
  if (!Number.isFinite(found))
    throw new QueryError(`${measure}: ${value} is too large for a number in its canonical unit`)
  return found
}

/** Returns the factor from a column's unit to the canonical one, and the canonical unit. */
export function canonical(run: Run, column: Column): { readonly scale: number; readonly unit: string } {
  const unit = column.unit ?? ''
  if (unit === 'ticks') {
    if (run.clockHz === undefined || !(run.clockHz > 0)) {
      throw new QueryError(`run ${runName(run)}: ${column.name} is in ticks, but the run has no clockHz`)
    }
    return { scale: 1e6 / run.clockHz, unit: 'us' }
  }
  const scale = microseconds(unit)
  return scale === undefined ? { scale: 1, unit } : { scale, unit: 'us' }
}

/** Returns a run's column; throws QueryError with the nearest name among the columns of these roles. */
export function columnOf(run: Run, name: string, roles: readonly Column['role'][]): Column {
  const columns = run.columns.filter((column) => roles.includes(column.role))
  const column = columns.find((candidate) => candidate.name === name)
  if (column === undefined) {
    throw unknown(
      roles.join(' or '),
      name,
      columns.map((candidate) => candidate.name),
    )
  }
  return column
}
