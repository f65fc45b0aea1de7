/** Compares published means with ours: their ratio, and whether the published one is in our range. */

import type { Messages } from '../../locale/en.ts'
import { digits } from '../../query/format.ts'
import { origins } from '../../query/quantity.ts'
import type { Run } from '../../results/run.ts'
import { mean } from '../../stats/moments.ts'
import { max, min } from '../../stats/order.ts'
import { decimal } from '../../text/numbers.ts'
import { type Cell, type Group, none, numberCell, numberHead } from '../table.ts'
import type { Column } from './columns.ts'

/** A run's values, and the published number of the same unit as it is written. */
export interface Comparison {
  readonly run: Run
  readonly values: readonly number[]
  readonly published: string | undefined
}

/**
 * Returns two columns: the ratio of the means, and whether the published number lies in [min, max] of the
 * values. Their cells are empty where one of both is missing.
 */
export function comparisonColumns<Row>(
  of: (row: Row) => Comparison,
  { tables }: Messages,
): readonly Column<Row>[] {
  const cell = (fill: (published: number, comparison: Comparison) => Cell) => (row: Row) => {
    const comparison = of(row)
    const published = decimal(comparison.published ?? '')
    return published === undefined || comparison.values.length === 0 ? none : fill(published, comparison)
  }
  const ratio = cell((published, { run, values }) => {
    if (published === 0) return { type: 'text', text: tables.byZero }
    const value = mean(values) / published
    return { ...numberCell(value, [run]), text: digits(value, Math.abs(value) >= 10 ? 1 : 2) }
  })
  const inRange = cell((published, { run, values }) => {
    const isInRange = min(values) <= published && published <= max(values)
    return {
      type: 'text',
      text: isInRange ? tables.yes : tables.no,
      origins: origins([run]),
      runs: [run],
    }
  })
  return [
    [numberHead(tables.ratio), ratio],
    [{ text: tables.inRange }, inRange],
  ]
}

/**
 * Returns notes for a table with these columns: what they mean, and how many published means are in range.
 */
export function comparisonNotes(
  groups: readonly Group[],
  { tables: { yes, no, comparisonNote, comparisonCount } }: Messages,
): readonly string[] {
  const cells = groups.flatMap(({ rows }) => rows.flat())
  const answers = cells.filter(({ type, text }) => type === 'text' && (text === yes || text === no))
  return [comparisonNote, comparisonCount(answers.filter(({ text }) => text === yes).length, answers.length)]
}
