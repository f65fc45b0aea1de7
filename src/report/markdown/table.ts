/** Renders tables in Markdown, which has one head row and no spans. */

import type { AlignType, RootContent } from 'mdast'
import { type Inline, link, strong, table } from '../../text/markdown.ts'
import type { Marked, ShownCell, TableContent } from '../model.ts'
import { type Head, widthOf } from '../table.ts'
import { badgeNodes } from './parts.ts'

export function tableNode({ head, groups }: TableContent): RootContent {
  const columns = Array.from({ length: widthOf(head) }, (_, index) => index)
  const heads = spread(head)
  const ofColumn = (column: number) => [...new Set(heads.flatMap((row) => row[column] ?? []))]
  const alignments: Readonly<Record<string, AlignType>> = { end: 'right', center: 'center' }
  const align = columns.map((column) => alignments[ofColumn(column).at(-1)?.align ?? ''] ?? null)
  const rows = groups.flatMap((group) => {
    const cells = spread(group.rows)
    return [
      ...(group.title === undefined
        ? []
        : [columns.map((column): Inline => (column === 0 ? titleOf(group) : ''))]),
      ...cells.map((row, index) =>
        columns.map((column): Inline => {
          const cell = row[column]
          const isShown = cell !== row[column - 1] && cell !== cells[index - 1]?.[column]
          return cell !== undefined && isShown ? cellText(cell) : ''
        }),
      ),
    ]
  })
  return table([columns.map((column) => joined(ofColumn(column).map(headText))), ...rows], align)
}

/** Returns cells by row and column; repeats one that spans others. */
function spread<Cell extends { readonly columns?: number; readonly rows?: number }>(
  rows: readonly (readonly Cell[])[],
): readonly (readonly (Cell | undefined)[])[] {
  const found: (Cell | undefined)[][] = rows.map(() => [])
  for (const [index, cells] of rows.entries()) {
    let column = 0
    for (const cell of cells) {
      while (found[index]?.[column] !== undefined) column += 1
      const { columns = 1, rows: height = 1 } = cell
      for (const row of found.slice(index, index + height))
        for (let at = column; at < column + columns; at += 1) row[at] = cell
    }
  }
  return found
}

function joined(heads: readonly Inline[]): Inline {
  return heads.flatMap((head, index) => (index === 0 ? [head] : [' · ', head]))
}

function headText({ text, unit, badge }: Marked<Head>): Inline {
  return [text, unit === undefined ? '' : ` (${unit})`, badgeNodes(badge)]
}

function titleOf({ title = '', badge }: TableContent['groups'][number]): Inline {
  return [strong(title), badgeNodes(badge)]
}

function cellText({ text, href }: ShownCell): Inline {
  return href === undefined ? text : link(href, text)
}
