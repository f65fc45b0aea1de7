/**
 * Renders tables as HTML: caption, heads with scope and unit, right-aligned numbers, scrolling on narrow
 * screens.
 */

import type { Element } from 'hast'
import { h } from 'hastscript'
import type { Messages } from '../../locale/en.ts'
import type { Float, Marked, ShownCell, TableContent } from '../model.ts'
import { type Head, widthOf } from '../table.ts'
import { badgeElement, noteList, type Phrasing, scrolling } from './parts.ts'

/** Most columns in portrait; wider tables are printed in landscape. */
const widestUpright = 10

export function tableElement(
  { id, label, caption, badge, notes }: Float,
  { head, groups }: TableContent,
  messages: Messages,
  phrasing: Phrasing,
): Element {
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
    { className: width > widestUpright ? ['wide'] : [], id },
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
