/** Tables of runs as Typst. */

import { cellText, placed } from '../../grid.ts'
import type { Badge, Marked, ShownCell, TableContent } from '../../model.ts'
import { type Head, widthOf } from '../../table.ts'
import { array, markup } from '../source.ts'
import { alignments, type Fit, mostTogether } from '../tablefit.ts'
import { boldWords, measuredSource, widest } from './measured.ts'

export function tableSource(
  { head, groups }: TableContent,
  { fractions, place }: Fit,
  badgeSource: (badge: Badge | undefined) => string,
  linked: (href: string, content: string) => string,
): string {
  const width = widthOf(head)
  const widths = fractions.map((fraction) => (fraction === undefined ? 'auto' : `${fraction}fr`))
  const aligned = alignments(head, groups, width)
  const content = (cell: ShownCell) => {
    const text = markup(cell.text)
    const shown = cell.href === undefined ? text : linked(cell.href, text)
    if (cell.type === 'missing') return `#missing[${shown}];`
    return cell.isStale === true ? `#emph[${shown}];` : shown
  }
  // A title is repeated on the next page until another comes, so rows without one must not follow it.
  const repeats = groups.findLastIndex(({ title }) => title === undefined) < groups.findIndex(isTitled)
  const titleRow = ({ title = '', badge }: TableContent['groups'][number], isFirst: boolean) => {
    const cell = `table.cell(colspan: ${width}, align: start, inset: (x: 3pt, top: ${isFirst ? 3 : 6}pt, bottom: 2.4pt))`
    const row = `${cell}[#strong[${markup(title)}];${badgeSource(badge)}]`
    return repeats ? `table.header(level: 2, repeat: true, ${row})` : row
  }
  const lines = [
    'table.hline(stroke: 0.8pt)',
    `table.header(repeat: true, ${head
      .flatMap((row, index) => [
        ...row.map((one) => headCell(one, badgeSource)),
        ...(index === head.length - 1 ? [] : rulesBelow(head, index)),
      ])
      .join(', ')}, table.hline(stroke: 0.4pt))`,
    ...groups.flatMap((group, index) => [
      ...(index > 0 && group.title === undefined ? ['table.hline(stroke: 0.3pt + ink.rule)'] : []),
      ...(isTitled(group) ? [titleRow(group, index === 0)] : []),
      ...group.rows.map((row) =>
        row
          .map((cell) =>
            bodyCell(
              cell,
              content(cell),
              groups.some(({ rows }) => rows.some(isTall)),
            ),
          )
          .join(', '),
      ),
    ]),
    'table.hline(stroke: 0.8pt)',
  ]
  const isFitted = place === 'sideways' || fractions.some((one) => one !== undefined)
  return [
    `#align(center, ${isFitted ? 'fitted' : 'grid-of'}(`,
    `  ${array(widths)},${isFitted ? ` ${widestIn(head, groups)},` : ''} align: ${array(aligned)},`,
    ...lines.map((line) => `  ${line},`),
    '))',
  ].join('\n')
}

/** Cells over several columns have room in these. */
function widestIn(head: TableContent['head'], groups: TableContent['groups']): string {
  const parts = [head, ...groups.map(({ rows }) => rows)].flatMap((rows) =>
    placed<Marked<Head> | ShownCell>(rows)
      .flat()
      .filter(({ cell }) => (cell.columns ?? 1) === 1),
  )
  return measuredSource(
    Array.from({ length: widthOf(head) }, (_, index) => {
      const texts = parts.filter(({ column }) => column === index).map(({ cell }) => cellText(cell))
      const cells = texts.map((text) => ({ text, source: `strong[${markup(text)}]` }))
      return { cells: widest(cells, () => false), words: widest(texts.flatMap(boldWords), () => false) }
    }),
  )
}

function isTitled({ title }: TableContent['groups'][number]): boolean {
  return title !== undefined
}

function isTall(row: readonly ShownCell[]): boolean {
  return row.some(({ rows = 1 }) => rows > 1)
}

function headCell(
  { text, unit, columns = 1, rows = 1, align, badge }: Marked<Head>,
  badgeSource: (badge: Badge | undefined) => string,
): string {
  const given = [
    ...(columns === 1 ? [] : [`colspan: ${columns}`]),
    ...(rows === 1 ? [] : [`rowspan: ${rows}`]),
    `align: ${columns > 1 ? 'center' : (align ?? 'start')} + bottom`,
  ]
  const words = `${markup(text)}${unit === undefined ? '' : ` ${markup(`(${unit})`)}`}${badgeSource(badge)}`
  return `table.cell(${given.join(', ')})[#strong[${words}]]`
}

/** Short rules below heads that span columns. */
function rulesBelow(head: TableContent['head'], index: number): readonly string[] {
  return (placed(head)[index] ?? []).flatMap(({ cell: { columns = 1 }, column }) =>
    columns > 1 ? [`table.hline(start: ${column}, end: ${column + columns}, stroke: 0.3pt)`] : [],
  )
}

function bodyCell(
  { type, value, columns = 1, rows = 1, align }: ShownCell,
  content: string,
  isTop: boolean,
): string {
  const isNumber = type === 'number' || value !== undefined
  const side = align ?? (isNumber ? 'end' : type === 'none' ? undefined : 'start')
  const given = [
    ...(columns === 1 ? [] : [`colspan: ${columns}`]),
    ...(rows === 1 ? [] : [`rowspan: ${rows}`]),
    // On the next page, nothing would say what its rows are of.
    ...(rows > 1 && rows <= mostTogether ? ['breakable: false'] : []),
    ...(side === undefined ? [] : [`align: ${side}${isTop ? ' + top' : ''}`]),
  ]
  return given.length === 0 ? `[${content}]` : `table.cell(${given.join(', ')})[${content}]`
}
