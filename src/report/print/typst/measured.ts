/** What the template's `fitted` measures of a table: what may be the widest in each column. */

import { textWidth } from '../../textwidth.ts'
import { array, markup } from '../source.ts'
import { wordsOf } from '../words.ts'

/** A cell, or a word in it that no line breaks, as text and as Typst's code. */
export interface Measured {
  readonly text: string
  readonly source: string
}

export interface MeasuredColumn {
  readonly cells: readonly Measured[]
  readonly words: readonly Measured[]
}

export function measuredSource(columns: readonly MeasuredColumn[]): string {
  const list = (all: readonly Measured[]) => array(all.map(({ source }) => source))
  return array(columns.map(({ cells, words }) => `(${list(cells)}, ${list(words)})`))
}

/** The words of a text, bold, as they may be. */
export function boldWords(text: string): readonly Measured[] {
  return wordsOf(text, 29, 24).map((word) => ({ text: word, source: `strong[${markup(word)}]` }))
}

/** Returns the two items of each of two kinds that are estimated to be the widest. */
export function widest<Item extends { readonly text: string }>(
  items: readonly Item[],
  isOther: (item: Item) => boolean,
): readonly Item[] {
  const widths = new Map(items.map((item) => [item, textWidth(item.text, 1)]))
  const sorted = items.toSorted((a, b) => (widths.get(b) ?? 0) - (widths.get(a) ?? 0))
  return [...sorted.filter(isOther).slice(0, 2), ...sorted.filter((item) => !isOther(item)).slice(0, 2)]
}
