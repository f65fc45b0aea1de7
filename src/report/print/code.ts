/** Code as it is printed. */

import type { Listing } from '../model.ts'
import { inEights } from './words.ts'

/** Columns between the stops of a tabulator: neither typesetter has any, and browsers' eight are too wide for columns. */
const stop = 4

/** Returns code with each tabulator expanded to blanks. */
export function withoutTabs(code: Listing['code']): Listing['code'] {
  let column = 0
  const expanded = (text: string) =>
    text.replace(/[^\t\n]+|\t|\n/gu, (piece) => {
      const blanks = stop - (column % stop)
      column = piece === '\n' ? 0 : column + (piece === '\t' ? blanks : [...piece].length)
      return piece === '\t' ? ' '.repeat(blanks) : piece
    })
  return code.map((part) =>
    typeof part === 'string' ? expanded(part) : { ...part, text: expanded(part.text) },
  )
}

/** A part of a line; its end; or a place where it may be broken. */
export type CodePiece = 'end' | 'soft' | { readonly kind?: CodePart['kind']; readonly text: string }

type CodePart = Exclude<Listing['code'][number], string>

/** What has no blanks for longer than every line has room for, of however many parts it consists. */
const longRun = /\S{33,}/g

/** Returns code in pieces between which lines may be broken where they have to. */
export function piecesOfCode(code: Listing['code']): readonly CodePiece[] {
  const textOf = (part: Listing['code'][number]) => (typeof part === 'string' ? part : part.text)
  const runs = [...code.map(textOf).join('').matchAll(longRun)].map(({ 0: run, index }) => ({
    start: index,
    end: index + run.length,
  }))
  const pieces: CodePiece[] = []
  let [offset, next] = [0, 0]
  for (const part of code) {
    const kind = typeof part === 'string' ? {} : { kind: part.kind }
    for (const [index, line] of textOf(part).split('\n').entries()) {
      if (index > 0) {
        pieces.push('end')
        offset += 1
      }
      let at = 0
      while (at < line.length) {
        while ((runs[next]?.end ?? Infinity) <= offset) next += 1
        const { start, end } = runs[next] ?? { start: Infinity, end: Infinity }
        const isLong = start <= offset
        const text = line.slice(at, at + (isLong ? end : start) - offset)
        const shown = isLong ? inEights(text) : [text]
        for (const piece of shown) {
          if (isLong && pieces.length > 0 && pieces.at(-1) !== 'end') pieces.push('soft')
          pieces.push({ ...kind, text: piece })
        }
        at += text.length
        offset += text.length
      }
    }
  }
  return pieces
}
