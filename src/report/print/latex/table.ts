/** Tables of runs as LaTeX, by booktabs, multirow and longtable. */

import type { Badge, Marked, ShownCell, TableContent } from '../../model.ts'
import { type Head, widthOf } from '../../table.ts'
import { alignments, type Fit, placed } from '../tablefit.ts'
import type { Escape } from './text.ts'

/** How the parts of cells are written. */
export interface Parts {
  readonly escape: Escape
  readonly badgeSource: (badge: Badge | undefined) => string
  readonly linked: (url: string, content: string) => string
}

/** Between columns, in points. */
const between = 3

/** Returns a table for a float; `room` is its width in points. */
export function tabular(content: TableContent, fit: Fit, room: number, parts: Parts): string {
  return [
    `\\setlength{\\tabcolsep}{${between}pt}%`,
    `\\reproshrink{\\begin{tabular}{${columnsOf(content, fit, room)}}`,
    '\\toprule',
    headOf(content, parts),
    '\\midrule',
    ...bodyOf(content, parts),
    '\\bottomrule',
    '\\end{tabular}}',
  ].join('\n')
}

/** Returns a table that goes on over pages, with its head on each. */
export function longTable(
  content: TableContent,
  fit: Fit,
  room: number,
  caption: string,
  parts: Parts,
): string {
  const head = headOf(content, parts)
  const lines = caption.split('\n')
  const title = lines.pop() ?? ''
  return [
    `\\footnotesize\\setlength{\\tabcolsep}{${between}pt}%`,
    ...lines,
    `\\begin{longtable}{${columnsOf(content, fit, room)}}`,
    `${title}\\\\`,
    '\\toprule',
    head,
    '\\midrule',
    '\\endfirsthead',
    '\\toprule',
    head,
    '\\midrule',
    '\\endhead',
    '\\bottomrule',
    '\\endlastfoot',
    ...bodyOf(content, parts),
    '\\end{longtable}',
  ].join('\n')
}

function columnsOf({ head, groups }: TableContent, { fractions, widths }: Fit, room: number): string {
  const letters: Readonly<Record<string, string>> = { end: 'r', center: 'c' }
  const aligned = alignments(head, groups, widthOf(head))
  const long = fractions.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  const short = fractions.reduce<number>(
    (sum, one, index) => sum + (one === undefined ? (widths[index] ?? 0) : 0),
    0,
  )
  const free = Math.max(room - short - 2 * between * fractions.length, 40 * fractions.length)
  return fractions
    .map((one, index) => {
      if (one === undefined) return letters[aligned[index] ?? ''] ?? 'l'
      return `>{\\raggedright\\arraybackslash}p{${((0.98 * free * one) / long).toFixed(1)}bp}`
    })
    .join('')
}

function headOf({ head }: TableContent, { escape, badgeSource }: Parts): string {
  return rowsOf(head, (cell: Marked<Head>) => {
    const unit = cell.unit === undefined ? '' : ` ${escape(`(${cell.unit})`)}`
    return `\\textbf{${escape(cell.text)}${unit}}${badgeSource(cell.badge)}`
  })
    .flatMap(({ source, spans }, index) => [
      source,
      ...(index === head.length - 1
        ? []
        : [spans.map(([from, to]) => `\\cmidrule(lr){${from}-${to}}`).join('')]),
    ])
    .filter((line) => line !== '')
    .join('\n')
}

function bodyOf({ head, groups }: TableContent, { escape, badgeSource, linked }: Parts): readonly string[] {
  const width = widthOf(head)
  const shown = (cell: ShownCell) => {
    const text = escape(cell.text)
    const content = cell.href === undefined ? text : linked(cell.href, text)
    if (cell.type === 'missing') return `\\repromissing{${content}}`
    return cell.isStale === true ? `\\emph{${content}}` : content
  }
  return groups.flatMap(({ title, badge, rows }, index) => [
    ...(index > 0 ? ['\\addlinespace'] : []),
    ...(title === undefined
      ? []
      : [`\\multicolumn{${width}}{l}{\\textbf{${escape(title)}}${badgeSource(badge)}}\\\\*`]),
    ...rowsOf(rows, shown).map(({ source }) => source),
  ])
}

/** Returns rows with their cells in columns, and the columns of cells that span several. */
function rowsOf<
  Cell extends { readonly columns?: number; readonly rows?: number; readonly align?: Head['align'] },
>(
  rows: readonly (readonly Cell[])[],
  content: (cell: Cell) => string,
): readonly { readonly source: string; readonly spans: readonly (readonly [number, number])[] }[] {
  const letters: Readonly<Record<string, string>> = { end: 'r', center: 'c', start: 'l' }
  return placed(rows).map((cells) => {
    const parts: string[] = []
    const spans: (readonly [number, number])[] = []
    let at = 0
    for (const { cell, column } of cells) {
      for (; at < column; at += 1) parts.push('')
      const { columns = 1, rows: height = 1, align } = cell
      const tall = height > 1 ? `\\multirow[t]{${height}}{*}{${content(cell)}}` : content(cell)
      if (columns > 1) {
        parts.push(`\\multicolumn{${columns}}{${letters[align ?? 'center'] ?? 'c'}}{${tall}}`)
        spans.push([column + 1, column + columns])
      } else
        parts.push(align === undefined || height > 1 ? tall : `\\multicolumn{1}{${letters[align]}}{${tall}}`)
      at += columns
    }
    return { source: `${parts.join(' & ')} \\\\`, spans }
  })
}
