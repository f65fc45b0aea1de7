/**
 * Renders tables as HTML: caption, heads with scope and unit, right-aligned numbers, scrolling on narrow
 * screens.
 */

import type { Element } from 'hast'
import { h } from 'hastscript'
import type { Messages } from '../../locale/en.ts'
import { cellText, placed } from '../grid.ts'
import type { Float, Marked, ShownCell, TableContent } from '../model.ts'
import { type Head, widthOf } from '../table.ts'
import { textWidth } from '../textwidth.ts'
import { badgeElement, noteList, type Phrasing, scrolling } from './parts.ts'

/** Most columns in portrait; wider tables are printed in landscape. */
const widestUpright = 10

/**
 * Of the text, where the contents stand beside it in a window of 1280 pixels; and the page's own sizes (style.ts). Fonts
 * of systems are up to an eighth wider than the one that widths are known of.
 */
const room = { text: 930, fontSize: 13.7 * 1.12, padding: 21.6, rowName: 126, wordy: 90 }

/** Classes of tables that would be wider than the text: these are set in smaller letters, with units below names. */
function densityOf(content: TableContent): readonly string[] {
  const width = leastWidth(content)
  if (width <= room.text) return []
  return width <= 1.6 * room.text ? ['dense'] : ['dense', 'densest']
}

/** Estimated width in pixels if texts wrap where they can: not in heads of columns, and nowhere within words. */
function leastWidth({ head, groups }: TableContent): number {
  const widths = Array.from({ length: widthOf(head) }, () => 0)
  const widen = (column: number, columns: number, width: number) => {
    const of = widths.slice(column, column + columns)
    const more = (width - of.reduce((sum, one) => sum + one, 0)) / columns
    if (more > 0) widths.splice(column, columns, ...of.map((one) => one + more))
  }
  const measured = (text: string, weight: string) => textWidth(text, room.fontSize, weight) + room.padding
  for (const { cell, column } of groups.flatMap(({ rows }) => placed(rows).flat())) {
    const words = cell.text.match(/[^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]+|\S/gu) ?? []
    const word = Math.max(
      isWordy(groups) ? room.wordy + room.padding : 0,
      ...words.map((one) => measured(one, 'normal')),
    )
    widen(column, cell.columns ?? 1, cell.type === 'head' ? Math.max(room.rowName, word) : word)
  }
  // Spanning ones last.
  const heads = placed(head).flat()
  for (const { cell, column } of heads.toSorted((a, b) => (a.cell.columns ?? 1) - (b.cell.columns ?? 1)))
    widen(column, cell.columns ?? 1, measured(cellText(cell), 'bold'))
  return widths.reduce((sum, width) => sum + width, 0)
}

export function tableElement(
  { id, label, caption, badge, notes }: Float,
  content: TableContent,
  messages: Messages,
  phrasing: Phrasing,
): Element {
  const { head, groups } = content
  const captionId = `${id}:caption`
  const width = widthOf(head)
  const title = h(
    'span',
    h('strong', messages.caption(label)),
    ...phrasing([caption]),
    ' ',
    badgeElement(badge),
  )
  return h(
    'div.float',
    { className: [...(width > widestUpright ? ['wide'] : []), ...densityOf(content)], id },
    scrolling(
      'div.scroll',
      { ariaLabelledBy: [captionId] },
      h(
        'table',
        { className: isWordy(groups) ? ['wordy'] : undefined },
        h('caption', { id: captionId }, title),
        h('thead', ...head.map((row) => h('tr', ...row.map(headElement)))),
        ...groups.map((group) => groupElement(group, width)),
      ),
    ),
    noteList(notes),
  )
}

function groupElement({ title, badge, rows }: TableContent['groups'][number], width: number): Element {
  const name = h('span', title, ' ', badgeElement(badge))
  return h(
    'tbody',
    title === undefined ? undefined : h('tr.group', h('th', { scope: 'rowgroup', colSpan: width }, name)),
    ...rows.map((row, index) =>
      h('tr', { className: isCovered(rows, index) ? undefined : ['named'] }, ...row.map(cellElement)),
    ),
  )
}

/** Returns true if a cell of an earlier row spans the row's first column. */
function isCovered(rows: readonly (readonly ShownCell[])[], index: number): boolean {
  return rows.slice(0, index).some((above, at) => (above[0]?.rows ?? 1) > index - at)
}

function headElement({ text, unit, columns, rows, align, badge }: Marked<Head>): Element {
  return h(
    'th',
    {
      scope: columns === undefined || columns === 1 ? 'col' : 'colgroup',
      colSpan: columns,
      rowSpan: rows,
      className: align === undefined || align === 'start' ? undefined : [align],
    },
    text,
    unit === undefined ? undefined : h('span.unit', ` (${unit})`),
    badge && [' ', badgeElement(badge)],
  )
}

function cellElement(cell: ShownCell): Element {
  const { type, text, value, origins, columns, rows, href, title, align, isStale = false } = cell
  if (type === 'head')
    return h(
      'th',
      { scope: rows === undefined ? 'row' : 'rowgroup', rowSpan: rows },
      href === undefined ? text : h('a', { href }, text),
    )
  return h(
    'td',
    {
      className: [
        type,
        ...(value !== undefined && type !== 'number' ? ['number'] : []),
        ...(isStale ? ['stale'] : []),
        ...(align === undefined ? [] : [`to-${align}`]),
      ],
      colSpan: columns,
      rowSpan: rows,
      dataOrigin: origins?.join(' '),
      title,
    },
    text,
  )
}

/** Returns true for tables of texts, whose cells may wrap. */
function isWordy(groups: TableContent['groups']): boolean {
  return !groups.some(({ rows }) => rows.some((row) => row.some(({ value }) => value !== undefined)))
}
