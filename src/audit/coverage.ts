/** Which tests apply to the cells of a table. */

import type { Numbers } from './cell.ts'
import type { Data } from './data.ts'
import { grainOf, hasPower } from './grain.ts'
import type { Row } from './table.ts'

/** A row with what is known of its data. */
export interface Cell {
  readonly row: Row
  readonly numbers: Numbers
  readonly n: number | undefined
  readonly data: Data
}

/** Tests and the number of cells that they apply to. */
export interface Coverage {
  /** Mean and spread against printed extremes. */
  readonly extremes: number
  /** Against a declared scale. */
  readonly scale: number
  /**
   * Means of discrete data; `powerless` of them pass whatever is printed, as n is large for their decimals.
   */
  readonly grim: number
  readonly powerless: number
  /** Spreads of discrete data; DEBIT where these are binary. */
  readonly grimmer: number
  readonly debit: number
  /** Means that nothing could be checked against. */
  readonly unchecked: number
}

function hasScale({ limits }: Data): boolean {
  return Number.isFinite(limits.low) || Number.isFinite(limits.high)
}

export function hasExtremes(numbers: Numbers): boolean {
  return numbers.has('max') || numbers.has('min')
}

export function isCheckable({ numbers, data, n }: Cell): boolean {
  const isDiscrete = grainOf(data) !== undefined && n !== undefined
  return hasExtremes(numbers) || hasScale(data) || isDiscrete || (n === 1 && numbers.has('spread'))
}

export function coverageOf(cells: readonly Cell[]): Coverage {
  const count = (holds: (cell: Cell) => boolean) => cells.filter(holds).length
  const isDiscrete = ({ data, n }: Cell) => grainOf(data) !== undefined && n !== undefined
  const withSpread = (cell: Cell) => isDiscrete(cell) && cell.numbers.has('spread')
  return {
    extremes: count(({ numbers }) => hasExtremes(numbers)),
    scale: count(({ data }) => hasScale(data)),
    grim: count(isDiscrete),
    powerless: count((cell) => {
      const mean = cell.numbers.get('mean')
      return isDiscrete(cell) && mean !== undefined && !hasPower(mean, cell.n ?? 0, cell.data)
    }),
    grimmer: count((cell) => withSpread(cell) && !cell.data.isBinary),
    debit: count((cell) => withSpread(cell) && cell.data.isBinary),
    unchecked: count((cell) => !isCheckable(cell)),
  }
}
