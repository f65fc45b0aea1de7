/** Cells of a table in their columns, and how wide these are without a break. */

import type { Marked, ShownCell, TableContent } from './model.ts'
import { type Head, widthOf } from './table.ts'
import { textWidth } from './textwidth.ts'

interface Spanning {
  readonly columns?: number
  readonly rows?: number
}

/** Returns cells with the columns where they begin. */
export function placed<Cell extends Spanning>(
  rows: readonly (readonly Cell[])[],
): readonly (readonly { readonly cell: Cell; readonly column: number }[])[] {
  const taken: boolean[][] = rows.map(() => [])
  return rows.map((cells, index) => {
    let column = 0
    return cells.map((cell) => {
      while (taken[index]?.[column] === true) column += 1
      const { columns = 1, rows: height = 1 } = cell
      for (const row of taken.slice(index, index + height))
        for (let at = column; at < column + columns; at += 1) row[at] = true
      column += columns
      return { cell, column: column - columns }
    })
  })
}

/** Returns the widths of columns for a size of font, in its unit; cells over several columns do not count. */
export function columnWidths({ head, groups }: TableContent, fontSize: number): readonly number[] {
  const widths = Array.from({ length: widthOf(head) }, () => 0)
  for (const rows of [head, ...groups.map(({ rows }) => rows)])
    for (const { cell, column } of placed<Marked<Head> | ShownCell>(rows).flat()) {
      if ((cell.columns ?? 1) > 1) continue
      const lines = cellText(cell)
        .split('\n')
        .map((line) => textWidth(line, fontSize))
      widths[column] = Math.max(widths[column] ?? 0, ...lines)
    }
  return widths
}

/** A cell's text with its unit and badge. */
export function cellText(cell: Marked<Head> | ShownCell): string {
  const unit = 'unit' in cell && cell.unit !== undefined ? ` (${cell.unit})` : ''
  const badge = 'badge' in cell && cell.badge !== undefined ? ` ${cell.badge.text}` : ''
  return cell.text + unit + badge
}
