/** Tables of runs as LaTeX, by booktabs, multirow and longtable. */

import { placed } from '../../grid.ts'
import type { Badge, Marked, ShownCell, TableContent } from '../../model.ts'
import { type Head, widthOf } from '../../table.ts'
import { textWidth } from '../../textwidth.ts'
import { alignments } from '../tablefit.ts'
import { columnMarks, type Layout, settings, type Texts } from './columns.ts'
import { breakable, type Escape } from './text.ts'

/** How the parts of cells are written. */
export interface Parts {
  readonly escape: Escape
  readonly badgeSource: (badge: Badge | undefined) => string
  readonly linked: (url: string, content: string) => string
  readonly layout: (columns: readonly Texts[], room: number) => Layout
}

/** Returns a table for a float; `room` is its width in points. */
export function tabular(content: TableContent, room: number, parts: Parts): string {
  const layout = parts.layout(textsOf(content), room)
  return [
    `${settings(layout)}%`,
    `\\reproshrink{\\begin{tabular}{${columnMarks(layout, lettersOf(content))}}`,
    '\\toprule',
    headOf(content, layout, parts),
    '\\midrule',
    ...bodyOf(content, layout, room, parts),
    '\\bottomrule',
    '\\end{tabular}}',
  ].join('\n')
}

/** Returns a table that goes on over pages, with its head on each. */
export function longTable(content: TableContent, room: number, caption: string, parts: Parts): string {
  const layout = parts.layout(textsOf(content), room)
  const head = headOf(content, layout, parts)
  const lines = caption.split('\n')
  const title = lines.pop() ?? ''
  return [
    `${settings(layout)}%`,
    ...lines,
    // That of a page that lies on its side is its height.
    '\\setlength{\\LTcapwidth}{\\linewidth}%',
    `\\begin{longtable}{${columnMarks(layout, lettersOf(content))}}`,
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
    ...bodyOf(content, layout, room, parts),
    '\\end{longtable}',
  ].join('\n')
}

function lettersOf({ head, groups }: TableContent): readonly string[] {
  const letters: Readonly<Record<string, string>> = { end: 'r', center: 'c' }
  return alignments(head, groups, widthOf(head)).map((one) => letters[one] ?? 'l')
}

/** Texts of the columns; those of cells over several have room in these. */
function textsOf({ head, groups }: TableContent): readonly Texts[] {
  const columns = Array.from({ length: widthOf(head) }, () => ({
    head: [] as string[],
    body: [] as string[],
  }))
  const badge = (one: Badge | undefined) => (one === undefined ? '' : `  [${one.text}]`)
  for (const { cell, column } of placed(head).flat())
    if ((cell.columns ?? 1) === 1)
      columns[column]?.head.push(
        `${cell.text}${cell.unit === undefined ? '' : ` (${cell.unit})`}${badge(cell.badge)}`,
      )
  for (const { cell, column } of groups.flatMap(({ rows }) => placed(rows).flat()))
    if ((cell.columns ?? 1) === 1) columns[column]?.body.push(cell.text)
  return columns
}

function headOf({ head }: TableContent, layout: Layout, { escape, badgeSource }: Parts): string {
  return rowsOf(head, layout, (cell: Marked<Head>, isWrapped) => {
    const unit = cell.unit === undefined ? '' : ` ${escape(`(${cell.unit})`)}`
    const text = isWrapped ? breakable(escape, cell.text) : escape(cell.text)
    return `\\textbf{${text}${unit}}${badgeSource(cell.badge)}`
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

function bodyOf(
  { head, groups }: TableContent,
  layout: Layout,
  room: number,
  { escape, badgeSource, linked }: Parts,
): readonly string[] {
  const width = widthOf(head)
  const shown = (cell: ShownCell, isWrapped: boolean) => {
    const text = isWrapped ? breakable(escape, cell.text) : escape(cell.text)
    const content = cell.href === undefined ? text : linked(cell.href, text)
    if (cell.type === 'missing') return `\\repromissing{${content}}`
    return cell.isStale === true ? `\\emph{${content}}` : content
  }
  return groups.flatMap(({ title, badge, rows }, index) => [
    ...(index > 0 ? ['\\addlinespace'] : []),
    ...(title === undefined
      ? []
      : [
          `\\multicolumn{${width}}{${textWidth(title, 8) > 0.4 * room ? `p{${(0.9 * room).toFixed(1)}bp}` : 'l'}}{\\textbf{${escape(title)}}${badgeSource(badge)}}\\\\*`,
        ]),
    ...rowsOf(rows, layout, shown).map(({ source }) => source),
  ])
}

/** Returns rows with their cells in columns, and the columns of cells that span several. */
function rowsOf<
  Cell extends { readonly columns?: number; readonly rows?: number; readonly align?: Head['align'] },
>(
  rows: readonly (readonly Cell[])[],
  { widths }: Layout,
  content: (cell: Cell, isWrapped: boolean) => string,
): readonly { readonly source: string; readonly spans: readonly (readonly [number, number])[] }[] {
  const letters: Readonly<Record<string, string>> = { end: 'r', center: 'c', start: 'l' }
  return placed(rows).map((cells) => {
    const parts: string[] = []
    const spans: (readonly [number, number])[] = []
    let at = 0
    for (const { cell, column } of cells) {
      for (; at < column; at += 1) parts.push('')
      const { columns = 1, rows: height = 1, align } = cell
      const wrapped = columns === 1 ? widths[column] : undefined
      const text = content(cell, wrapped !== undefined)
      const tall =
        height > 1
          ? `\\multirow[t]{${height}}{${wrapped === undefined ? '*' : `${wrapped.toFixed(1)}bp`}}{${text}}`
          : text
      if (columns > 1) {
        parts.push(`\\multicolumn{${columns}}{${letters[align ?? 'center'] ?? 'c'}}{${tall}}`)
        spans.push([column + 1, column + columns])
      } else
        parts.push(
          align === undefined || height > 1 || wrapped !== undefined
            ? tall
            : `\\multicolumn{1}{${letters[align]}}{${tall}}`,
        )
      at += columns
    }
    return { source: `${parts.join(' & ')} \\\\`, spans }
  })
}
