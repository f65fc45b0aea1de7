/** Tables of runs as Typst, and where there is room for them. */

import type { Badge, Marked, ShownCell, TableContent } from '../../model.ts'
import { type Head, widthOf } from '../../table.ts'
import { textWidth } from '../../textwidth.ts'
import type { Measures } from './template.ts'
import { array, markup } from './text.ts'

export interface Fit {
  /**
   * In a column (as a float, or `here`, where it may break), over all columns, or on pages of its own behind the text,
   * upright or sideways.
   */
  readonly place: 'column' | 'here' | 'wide' | 'pages' | 'sideways'
  /** Of columns: fractions of those whose texts wrap; absent for those as wide as their content. */
  readonly fractions: readonly (number | undefined)[]
  /** Estimated widths of columns whose texts do not wrap, in points. */
  readonly widths: readonly number[]
}

const fontSize = 8
const lineHeight = 13.5
/** Between the texts of two columns. */
const between = 6
/** Texts that are longer wrap, in points. */
const longText = 95

/** Decides by estimated widths and heights in points: those of Helvetica, which is wider than the font of texts. */
export function fittingTable(
  { head, groups }: TableContent,
  notes: readonly string[],
  measures: Measures,
  isTwoColumns: boolean,
): Fit {
  const columns = widthOf(head)
  const widths = Array.from({ length: columns }, () => 0)
  const rows = groups.flatMap(({ rows }) => placed(rows))
  for (const { cell, column } of [...placed(head).flat(), ...rows.flat()]) {
    if ((cell.columns ?? 1) > 1) continue
    widths[column] = Math.max(widths[column] ?? 0, 0.88 * textWidth(textOf(cell), fontSize))
  }
  const natural = widths.reduce((sum, width) => sum + Math.min(width, longText) + between, 0)
  const hasLong = widths.some((width) => width > longText)
  const wanted = widths.reduce((sum, width) => sum + Math.min(width, 3 * longText) + between, 0)
  const heightIn = (room: number) => {
    const short = widths.reduce((sum, width) => sum + (width > longText ? 0 : width + between), 0)
    const long = widths.reduce((sum, width) => sum + (width > longText ? width : 0), 0)
    const lines = rows.reduce(
      (sum, cells) => {
        const most = cells.map(({ cell, column }) => {
          const width = widths[column] ?? 0
          if ((cell.columns ?? 1) > 1 || width <= longText) return 1
          const share = (Math.max(room - short, 60) * width) / long
          return Math.ceil((0.95 * textWidth(textOf(cell), fontSize)) / Math.max(share - between, 30))
        })
        return sum + 0.35 + 0.65 * Math.max(1, ...most)
      },
      head.length + groups.filter(({ title }) => title !== undefined).length,
    )
    const noteLines = notes.reduce((sum, note) => sum + Math.ceil((0.8 * textWidth(note, 7.5)) / room), 0)
    return lines * lineHeight + 10 * noteLines + 30
  }
  const { column, text, height } = measures
  const whole = widths.reduce((sum, width) => sum + width + between, 0)
  // Texts wrap only where the whole would be wider than its room.
  const fit = (place: Fit['place'], room: number): Fit => ({
    place,
    widths,
    fractions: widths.map((width) =>
      whole > room && width > longText ? Math.round(Math.min(width, 600)) : undefined,
    ),
  })
  const least = hasLong ? Math.max(natural, Math.min(wanted, text)) : natural
  if (!isTwoColumns) {
    if (natural > text) return fit('sideways', height)
    return fit(heightIn(text) < 0.6 * height ? 'column' : 'here', text)
  }
  if (least <= column && heightIn(column) < 0.75 * height)
    return fit(heightIn(column) < 0.45 * height ? 'column' : 'here', column)
  if (natural <= text && heightIn(text) < 0.8 * height) return fit('wide', text)
  return natural <= text ? fit('pages', text) : fit('sideways', height)
}

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

function textOf(cell: Marked<Head> | ShownCell): string {
  const unit = 'unit' in cell && cell.unit !== undefined ? ` (${cell.unit})` : ''
  const badge = 'badge' in cell && cell.badge !== undefined ? ` ${cell.badge.text}` : ''
  return cell.text + unit + badge
}

export function tableSource(
  { head, groups }: TableContent,
  { fractions }: Fit,
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
      ...(group.title === undefined
        ? []
        : [
            `table.cell(colspan: ${width}, align: start, inset: (x: 3pt, top: ${index === 0 ? 3 : 6}pt, bottom: 2.4pt))[#strong[${markup(
              group.title,
            )}];${badgeSource(group.badge)}]`,
          ]),
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
  return [
    '#align(center, grid-of(',
    `  ${array(widths)}, align: ${array(aligned)},`,
    ...lines.map((line) => `  ${line},`),
    '))',
  ].join('\n')
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
    ...(side === undefined ? [] : [`align: ${side}${isTop ? ' + top' : ''}`]),
  ]
  return given.length === 0 ? `[${content}]` : `table.cell(${given.join(', ')})[${content}]`
}

/** Alignments of the columns, for cells without one of their own. */
export function alignments(
  head: TableContent['head'],
  groups: TableContent['groups'],
  width: number,
): readonly string[] {
  const found = Array.from({ length: width }, () => 'start')
  for (const row of placed(head))
    for (const { cell, column } of row) if (cell.align !== undefined) found[column] = cell.align
  for (const { rows } of groups)
    for (const row of placed(rows))
      for (const { cell, column } of row) if (cell.value !== undefined) found[column] = 'end'
  return found
}
