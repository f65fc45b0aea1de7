/**
 * Widths of columns of tables, which TeX makes as wide as their longest line, however wide the page is.
 * Columns are as wide as their content while there is room. Then the widest ones wrap, at one width, but none
 * becomes narrower than its longest word, which would be printed over the next column. Then the letters
 * become smaller.
 */

import { textWidth } from '../../textwidth.ts'
import { wordsOf } from '../words.ts'

/** A column's cells in plain text, with the ends of their lines: `head` is bold. */
export interface Texts {
  readonly head: readonly string[]
  readonly body: readonly string[]
}

export interface Layout {
  /**
   * In points, of those whose texts wrap or have lines of their own; undefined for those as wide as their
   * content.
   */
  readonly widths: readonly (number | undefined)[]
  /** Size of letters. */
  readonly points: number
  /** Between two columns, in points. */
  readonly gap: number
  /** Estimated height of a row, in lines. */
  readonly lines: (row: readonly string[]) => number
}

/**
 * Gap between columns, in points; half of it at each side of a table. Less if there are very many columns.
 */
const between = 6

/** Sizes of letters, in points: LaTeX's own names mean others in texts of 10 points and of 11. */
const sizes = [8, 7, 5]

/** Words that are longer are broken, in letters. */
export const longestWord = 24

/** Widths of letters, as fractions of those of Helvetica, which are measured. */
export interface Letters {
  readonly regular: number
  readonly bold: number
  /** How much wider they are for each point that they are smaller than 8 points. */
  readonly growth: number
}

export const times: Letters = { regular: 1.02, bold: 1.1, growth: 0 }

export const latinModern: Letters = { regular: 1.07, bold: 1.25, growth: 0.06 }

/** @param room in points */
export function layoutOf(
  columns: readonly Texts[],
  room: number,
  { regular, bold, growth }: Letters,
): Layout {
  const gap = Math.min(between, (0.4 * room) / columns.length)
  const free = room - gap * columns.length
  const measure = (of: (text: string) => number) =>
    columns.map(({ head, body }) =>
      Math.max(1, ...head.map((one) => bold * of(one)), ...body.map((one) => regular * of(one))),
    )
  const natural = measure((text) => Math.max(...text.split('\n').map((line) => textWidth(line, 1))))
  const hasLines = columns.map(({ head, body }) => [...head, ...body].some((text) => text.includes('\n')))
  const least = measure((text) =>
    Math.max(0, ...wordsOf(text, longestWord, longestWord / 2).map((word) => textWidth(word, 1))),
  )
  const sum = (widths: readonly number[]) => widths.reduce((total, one) => total + one, 0)
  /** The size of letters as wide as these; all below 5 points have one shape. */
  const em = (size: number) => size * (1 + growth * (8 - Math.max(5, size)))
  const points = sizes.find((one) => em(one) * sum(least) <= free) ?? rounded(free / sum(least) / em(1))
  const most = widest(natural, least, free / em(points))
  const wanted = natural.map((one, index) => Math.max(least[index] ?? 0, Math.min(one, most)))
  const widths = wanted.map((one, index) =>
    one >= (natural[index] ?? 0) && hasLines[index] !== true ? undefined : one * em(points),
  )
  return {
    ...{ widths, points, gap },
    lines: (row) =>
      Math.max(
        1,
        ...row.map((text, index) => {
          const width = widths[index]
          if (width === undefined) return 1
          const linesOf = (line: string) => Math.max(1, Math.ceil((1.1 * textWidth(line, points)) / width))
          return text.split('\n').reduce((sum, line) => sum + linesOf(line), 0)
        }),
      ),
  }
}

function rounded(points: number): number {
  return Math.max(0.5, Math.floor(points * 10) / 10)
}

/** Returns the width at which wide columns wrap, so that all together have `room`. */
function widest(natural: readonly number[], least: readonly number[], room: number): number {
  const total = (most: number) =>
    natural.reduce((sum, one, index) => sum + Math.max(least[index] ?? 0, Math.min(one, most)), 0)
  let low = 0
  let high = Math.max(...natural, 0)
  if (total(high) <= room) return high
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2
    if (total(middle) <= room) low = middle
    else high = middle
  }
  return low
}

/** LaTeX's commands for the letters and gaps of a table. */
export function settings({ points, gap }: Layout): string {
  return `\\fontsize{${points}}{${(1.2 * points).toFixed(1)}}\\selectfont\\setlength{\\tabcolsep}{${(gap / 2).toFixed(1)}bp}`
}

/**
 * Marks of LaTeX for the columns; `letters` says where those that do not wrap have their texts: l, c or r.
 */
export function columnMarks({ widths }: Layout, letters: readonly string[]): string {
  const ragged: Readonly<Record<string, string>> = { c: 'centering', r: 'raggedleft' }
  return widths
    .map((width, index) => {
      const letter = letters[index] ?? 'l'
      if (width === undefined) return letter
      return `>{\\${ragged[letter] ?? 'raggedright'}\\arraybackslash}p{${width.toFixed(1)}bp}`
    })
    .join('')
}
