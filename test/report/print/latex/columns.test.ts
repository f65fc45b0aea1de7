/** Columns of tables in LaTeX: none off the page, none wider than it needs. */

import { describe, expect, it } from 'vitest'
import {
  latinModern,
  type Letters,
  layoutOf as layoutWith,
  type Texts,
  times,
} from '../../../../src/report/print/latex/columns.ts'
import { textWidth } from '../../../../src/report/textwidth.ts'

const layoutOf = (columns: readonly Texts[], room: number, letters: Letters = times) =>
  layoutWith(columns, room, letters)
const column = (...body: readonly string[]): Texts => ({ head: ['head'], body })
const sentence = 'Twelve words of text that cannot stand in one line of a column.'

/** What columns and the gaps between them have, in points. */
function widthOf(columns: readonly Texts[], room: number): number {
  const { widths, points, gap } = layoutOf(columns, room)
  return columns.reduce((sum, { head, body }, index) => {
    const natural = Math.max(...[...head, ...body].map((text) => textWidth(text, points)))
    return sum + gap + (widths[index] ?? natural)
  }, 0)
}

describe('columns of a table', () => {
  it('are as wide as their content where there is room', () => {
    expect(layoutOf([column('a'), column('b c d')], 250)).toMatchObject({
      widths: [undefined, undefined],
      points: 8,
    })
  })

  it('wrap where they are widest, and only there', () => {
    const { widths } = layoutOf([column('null scheduler'), column(sentence), column(sentence)], 250)
    expect(widths[0]).toBeUndefined()
    expect(widths[1]).toBeGreaterThan(50)
    expect(widths[2]).toBe(widths[1])
  })

  it('of labels beside many numbers are no wider than the labels', () => {
    const label = 'null scheduler with 2 vCPUs'
    const numbers = Array.from({ length: 14 }, () => column('1,234.5'))
    const { widths } = layoutOf([column(label), ...numbers], 700)
    expect(widths[0] ?? 0).toBeLessThan(textWidth(label, 8) * 1.1)
  })

  it.each([
    ['sentences', Array.from({ length: 6 }, () => column(sentence))],
    ['a label and many numbers', [column(sentence), ...Array.from({ length: 20 }, () => column('12,345'))]],
    ['more numbers than there is room for', Array.from({ length: 60 }, () => column('12,345'))],
    ['one long word', [column('x'.repeat(300)), column('a')]],
    ['Japanese', [column('日本語の文'.repeat(20)), column('数')]],
    ['nothing', [column('')]],
  ])('of %s are no wider than the room', (_, columns) => {
    for (const room of [250, 514, 700]) expect(widthOf(columns, room)).toBeLessThan(room * 1.01)
  })

  it.each([
    [9, 215, 3.5],
    [14, 420, 4.7],
    [60, 250, 0.5],
  ])('have room for each number: %i in %i points', (count, room, points) => {
    const column = { head: ['quite long head'], body: ['123456789'] }
    const layout = layoutOf(
      Array.from({ length: count }, () => column),
      room,
    )
    expect(layout.points).toBe(points)
    for (const width of layout.widths)
      expect(width).toBeGreaterThanOrEqual(textWidth('123456789', layout.points))
  })

  it('have room for the letters of the text, of which those of Latin Modern are wider', () => {
    const heads = Array.from({ length: 16 }, () => ({ head: ['min. (ms)'], body: ['1.50'] }))
    const wide = layoutOf(heads, 700, times)
    const wider = layoutOf(heads, 700, latinModern)
    expect(wide.widths[0]).toBeUndefined()
    // In Latin Modern, each has 43 points.
    expect(wider.widths[0]).toBeLessThan(43)
    expect(wider.points).toBe(8)
  })
})
