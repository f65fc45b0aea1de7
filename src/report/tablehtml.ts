/** A table as HTML: a caption, heads with their scope and unit, numbers to the right, and a frame that scrolls on narrow screens. */

import type { Element } from 'hast'
import { element } from '../locale/element.ts'
import type { Words } from '../locale/en.ts'
import { runName } from '../results/run.ts'
import { badge, originWords, staleOf } from './standing.ts'
import type { Cell, Head, Table } from './table.ts'
import type { Telling } from './telling.ts'

export interface TableFrame {
  readonly id: string
  /** `Table 5`. */
  readonly label: string
  readonly caption: string
}

/** Columns that fit on an upright page; a table with more is printed across. */
const widestUpright = 10

export function tableElement(table: Table, { id, label, caption }: TableFrame, telling: Telling): Element {
  const { words, standings } = telling
  const captionId = `${id}:caption`
  const notes = [
    ...table.notes,
    ...table.missing.map(words.missingNote),
    ...staleOf(table.runs, standings).map((one) => words.staleNote(...one)),
  ]
  const width = Math.max(...table.head.map((row) => row.reduce((sum, head) => sum + (head.columns ?? 1), 0)))
  return element(
    'div',
    { className: ['exhibit', ...(width > widestUpright ? ['wide'] : [])], id },
    element(
      'div',
      { className: ['scroll'], role: 'region', ariaLabelledBy: [captionId], tabIndex: 0 },
      element(
        'table',
        { className: isWordy(table) ? ['wordy'] : undefined },
        element(
          'caption',
          { id: captionId },
          element(
            'span',
            {},
            element('strong', {}, words.caption(label)),
            caption,
            ' ',
            badge(table.runs, telling),
          ),
        ),
        element(
          'thead',
          {},
          ...table.head.map((row) => element('tr', {}, ...row.map((head) => headElement(head, words)))),
        ),
        ...table.groups.map((group) =>
          element(
            'tbody',
            {},
            group.title === undefined
              ? undefined
              : element(
                  'tr',
                  { className: ['group'] },
                  element(
                    'th',
                    { scope: 'rowgroup', colSpan: width },
                    element('span', {}, group.title, ' ', originBadge(group.origins, words)),
                  ),
                ),
            ...group.rows.map((row, index) =>
              element(
                'tr',
                { className: isCovered(group.rows, index) ? undefined : ['named'] },
                ...row.map((cell) => cellElement(cell, telling)),
              ),
            ),
          ),
        ),
      ),
    ),
    notes.length === 0
      ? undefined
      : element('ul', { className: ['notes'] }, ...notes.map((note) => element('li', {}, note))),
  )
}

/** Whether the first column of a row is taken by a cell of a row above it. */
function isCovered(rows: Table['groups'][number]['rows'], index: number): boolean {
  return rows.slice(0, index).some((above, at) => (above[0]?.rows ?? 1) > index - at)
}

function headElement({ text, unit, columns, rows, align, origins }: Head, words: Words): Element {
  return element(
    'th',
    {
      scope: columns === undefined || columns === 1 ? 'col' : 'colgroup',
      colSpan: columns,
      rowSpan: rows,
      className: align === undefined || align === 'start' ? undefined : [align],
    },
    text,
    unit === undefined ? undefined : element('span', { className: ['unit'] }, ` (${unit})`),
    origins === undefined ? undefined : [' ', originBadge(origins, words)],
  )
}

function originBadge(origins: Head['origins'], words: Words): Element | undefined {
  if (origins === undefined || origins.length === 0) return undefined
  return element(
    'span',
    { className: ['badge'], dataOrigin: origins.join(' ') },
    words.mark(originWords(origins, words), false),
  )
}

function cellElement(cell: Cell, { words, standings }: Telling): Element {
  const { type, text, value, origins, runs = [], columns, rows, href } = cell
  if (type === 'head')
    return element(
      'th',
      { scope: rows === undefined ? 'row' : 'rowgroup', rowSpan: rows },
      href === undefined ? text : element('a', { href }, text),
    )
  const stale = staleOf(runs, standings)
  const title = [
    ...(type === 'number' ? runs.map((run) => words.run(runName(run))) : []),
    ...stale.map((one) => words.stale(...one)),
  ]
  return element(
    'td',
    {
      className: [
        type,
        ...(value !== undefined && type !== 'number' ? ['number'] : []),
        ...(stale.length > 0 ? ['stale'] : []),
      ],
      colSpan: columns,
      dataOrigin: origins?.join(' '),
      title: title.length === 0 ? undefined : title.join('; '),
    },
    text,
  )
}

/** A table of texts: its cells may break into lines. */
function isWordy({ groups }: Table): boolean {
  return !groups.some(({ rows }) => rows.some((row) => row.some(({ value }) => value !== undefined)))
}
