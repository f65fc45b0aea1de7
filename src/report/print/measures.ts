/** Room on printed pages. */

import type { PrintOptions } from '../model.ts'

/** Text width in points, by columns; of columns themselves. */
export interface Measures {
  readonly text: number
  readonly column: number
  /** Height of the text, which is the width of pages that lie on their side. */
  readonly height: number
}

export const papers = {
  a4: { typst: 'a4', width: 595.3, height: 841.9 },
  letter: { typst: 'us-letter', width: 612, height: 792 },
} as const

/** Between columns, in points. */
export const gutter = 18

/** In points. */
export function margins({ columns }: PrintOptions) {
  return columns === 2 ? { x: 48, top: 62, bottom: 58 } : { x: 84, top: 72, bottom: 68 }
}

export function measures(print: PrintOptions): Measures {
  const { width, height } = papers[print.paper]
  const { x, top, bottom } = margins(print)
  const text = width - 2 * x
  return { text, column: print.columns === 2 ? (text - gutter) / 2 : text, height: height - top - bottom }
}
