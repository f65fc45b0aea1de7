/** Compares published means with ours: their ratio, and whether the published one is in our range. */

import type { Words } from '../../locale/en.ts'
import { digits } from '../../query/format.ts'
import { origins } from '../../query/quantity.ts'
import type { Run } from '../../results/run.ts'
import { mean } from '../../stats/moments.ts'
import { max, min } from '../../stats/order.ts'
import { decimal } from '../../text/numbers.ts'
import { type Cell, type Head, none, numberCell, numberHead } from '../table.ts'

export function comparisonHeads({ tables }: Words): readonly Head[] {
  return [numberHead(tables.ratio), { text: tables.inRange }]
}

/**
 * Returns two cells that compare a run's `values` with a published number of the same unit: the ratio of the
 * means, and whether the published number lies in [min, max] of the values. Both are empty if either is missing.
 */
export function comparisonCells(
  values: readonly number[],
  text: string | undefined,
  run: Run,
  { tables }: Words,
): readonly Cell[] {
  const published = decimal(text ?? '')
  if (published === undefined || values.length === 0) return [none, none]
  const ratio = mean(values) / published
  const inRange = min(values) <= published && published <= max(values)
  return [
    published === 0
      ? { type: 'text', text: tables.byZero }
      : { ...numberCell(ratio, [run]), text: ratioText(ratio) },
    { type: 'text', text: inRange ? tables.yes : tables.no, origins: origins([run]), runs: [run] },
  ]
}

/** Formats a ratio with two decimals; one from 10 on. */
function ratioText(ratio: number): string {
  return digits(ratio, Math.abs(ratio) >= 10 ? 1 : 2)
}

/**
 * Returns notes for a table with these columns: their meaning, and how many published means lie in our range,
 * counted over the cells from comparisonCells.
 */
export function comparisonNotes(
  rows: readonly (readonly Cell[])[],
  { tables: { yes, no, comparisonNote, comparisonCount } }: Words,
): readonly string[] {
  const answers = rows.flat().filter(({ type, text }) => type === 'text' && (text === yes || text === no))
  return [comparisonNote, comparisonCount(answers.filter(({ text }) => text === yes).length, answers.length)]
}
