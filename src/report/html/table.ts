/** A table as HTML: a caption, heads with their scope and unit, numbers to the right, and a frame that scrolls on narrow screens. */

import type { Element } from 'hast'
import { h } from 'hastscript'
import type { Words } from '../../locale/en.ts'
import type { Float, Marked, ShownCell, TableContent } from '../model.ts'
import { type Head, widthOf } from '../table.ts'
import { badgeElement, noteList, scrolling } from './parts.ts'

/** Columns that fit on an upright page; a table with more is printed across. */
const widestUpright = 10

export function tableElement(
  { id, label, caption, badge, notes }: Float,
  { head, groups }: TableContent,
  words: Words,
): Element {
  const captionId = `${id}:caption`
  const width = widthOf(head)
  return h(
    'div',
    { className: ['exhibit', ...(width > widestUpright ? ['wide'] : [])], id },
    scrolling(
      { className: ['scroll'], ariaLabelledBy: [captionId] },
      h(
        'table',
        { className: isWordy(groups) ? ['wordy'] : undefined },
        h(
          'caption',
          { id: captionId },
          h('span', {}, h('strong', {}, words.caption(label)), caption, ' ', badgeElement(badge)),
        ),
        h('thead', {}, ...head.map((row) => h('tr', {}, ...row.map(headElement)))),
        ...groups.map((group) => groupElement(group, width)),
      ),
    ),
    noteList(notes),
  )
}

function groupElement({ title, badge, rows }: TableContent['groups'][number], width: number): Element {
  return h(
    'tbody',
    {},
    title === undefined
      ? undefined
      : h(
          'tr',
          { className: ['group'] },
          h('th', { scope: 'rowgroup', colSpan: width }, h('span', {}, title, ' ', badgeElement(badge))),
        ),
    ...rows.map((row, index) =>
      h('tr', { className: isCovered(rows, index) ? undefined : ['named'] }, ...row.map(cellElement)),
    ),
  )
}

/** Whether the first column of a row is taken by a cell of a row above it. */
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
    unit === undefined ? undefined : h('span', { className: ['unit'] }, ` (${unit})`),
    badge && [' ', badgeElement(badge)],
  )
}

function cellElement(cell: ShownCell): Element {
  const { type, text, value, origins, columns, rows, href, title, isStale = false } = cell
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
      ],
      colSpan: columns,
      dataOrigin: origins?.join(' '),
      title,
    },
    text,
  )
}

/** A table of texts: its cells may break into lines. */
function isWordy(groups: TableContent['groups']): boolean {
  return !groups.some(({ rows }) => rows.some((row) => row.some(({ value }) => value !== undefined)))
}
