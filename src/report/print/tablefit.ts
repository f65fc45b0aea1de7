/** Where there is room for tables on printed pages, and how their columns stand. */

import { cellText, columnWidths, placed } from '../grid.ts'
import type { ShownCell, TableContent } from '../model.ts'
import { textWidth } from '../textwidth.ts'
import type { Measures } from './measures.ts'

export interface Fit {
  /**
   * In a column (as a float, or `here`, where it may break), over all columns, or on pages of its own behind
   * the text, upright or sideways.
   */
  readonly place: 'column' | 'here' | 'wide' | 'pages' | 'sideways'
  /** Of columns: fractions of those whose texts wrap; absent for those as wide as their content. */
  readonly fractions: readonly (number | undefined)[]
  /** Estimated widths of columns whose texts do not wrap, in points. */
  readonly widths: readonly number[]
  /** Estimated height of the head and the first rows, which stay together, in points. */
  readonly first: number
  /**
   * Whether the notes stand before it: behind a table over pages, a few lines might have the last page for
   * themselves.
   */
  readonly hasNotesFirst: boolean
}

const fontSize = 8
const lineHeight = 13.5
/** Between the texts of two columns. */
const between = 6
/** Texts that are longer wrap, in points. */
const longText = 95
/** Lines of notes that may stand between the caption and the head of a table. */
const mostNotesFirst = 5

/**
 * Decides by estimated widths and heights in points: those of Helvetica, which is wider than the font of
 * texts.
 */
export function fittingTable(
  content: TableContent,
  notes: readonly string[],
  measures: Measures,
  isTwoColumns: boolean,
): Fit {
  const { head, groups } = content
  const rows = groups.flatMap(({ rows }) => placed(rows))
  const widths = columnWidths(content, 0.88 * fontSize)
  const natural = widths.reduce((sum, width) => sum + Math.min(width, longText) + between, 0)
  const hasLong = widths.some((width) => width > longText)
  const wanted = widths.reduce((sum, width) => sum + Math.min(width, 3 * longText) + between, 0)
  /** Of the beginning of a table, or of all of it, without its notes. */
  const rowsIn = (room: number, count = rows.length) => {
    const short = widths.reduce((sum, width) => sum + (width > longText ? 0 : width + between), 0)
    const long = widths.reduce((sum, width) => sum + (width > longText ? width : 0), 0)
    const lines = rows.slice(0, count).reduce(
      (sum, cells) => {
        const most = cells.map(({ cell, column }) => {
          const width = widths[column] ?? 0
          if ((cell.columns ?? 1) > 1) return 1
          if (width <= longText) return cellText(cell).split('\n').length
          const share = (Math.max(room - short, 60) * width) / long
          const free = Math.max(share - between, 30)
          const linesOf = (text: string) => Math.ceil((0.95 * textWidth(text, fontSize)) / free)
          return cellText(cell)
            .split('\n')
            .reduce((sum, text) => sum + Math.max(1, linesOf(text)), 0)
        })
        return sum + 0.35 + 0.65 * Math.max(1, ...most)
      },
      head.length + (count < rows.length ? 1 : groups.filter(({ title }) => title !== undefined).length),
    )
    return lines * lineHeight
  }
  const noteLines = (room: number) =>
    notes.reduce((sum, note) => sum + Math.ceil((0.8 * textWidth(note, 7.5)) / room), 0)
  const heightIn = (room: number) => rowsIn(room) + 10 * noteLines(room) + 30
  const { column, text, height } = measures
  const whole = widths.reduce((sum, width) => sum + width + between, 0)
  // Texts wrap only where the whole would be wider than its room.
  const fit = (place: Fit['place'], room: number): Fit => {
    const hasNotesFirst = (place === 'pages' || place === 'sideways') && noteLines(room) <= mostNotesFirst
    return {
      ...{ place, widths, hasNotesFirst },
      first: rowsIn(room, together(rows[0])) + (hasNotesFirst ? 10 * noteLines(room) : 0),
      fractions: widths.map((width) =>
        whole > room && width > longText ? Math.round(Math.min(width, 600)) : undefined,
      ),
    }
  }
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

/**
 * Estimates the size of letters (points) that `fitted` of the template chooses, so that all words have room.
 */
export function fittingSize(columns: readonly (readonly string[])[], room: number): number {
  const widths = columns.map((words) => Math.max(0, ...words.map((word) => textWidth(word, 0.9 * fontSize))))
  const sum = widths.reduce((sum, width) => sum + width + between, 0)
  return fontSize * Math.min(1, room / Math.max(sum, 1))
}

/** Of letters that can be read at all, in points. */
export const smallestRead = 4.5

/** What is said of a table with smaller ones. */
export function smallTable(columns: number, points: number): string {
  return `a table of ${columns} columns is printed with letters of ${points.toFixed(1)} points, as there is no more room: split it`
}

/** Rows of one spanning cell that stay on one page. */
export const mostTogether = 12

/** Returns how many rows stay together, by the cells of the first. */
function together(row: readonly { readonly cell: ShownCell }[] = []): number {
  const spans = row.map(({ cell: { rows = 1 } }) => rows)
  return Math.max(1, ...spans.filter((rows) => rows <= mostTogether))
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
