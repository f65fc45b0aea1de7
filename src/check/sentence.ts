/** Sentences of the prose, with places, for the wording checks. */

import type { InlineCode, Nodes, Text } from 'mdast'
import type { Place } from '../document/block.ts'
import { descend } from '../document/markdown.ts'
import { type Locate, locateInText, type SourceText } from '../document/place.ts'

/** A text or code node, and its offset in the enclosing prose. */
export interface Piece<Node = Text> {
  readonly node: Node
  readonly near: Place
  readonly start: number
}

export interface Prose {
  /** Text of a paragraph; code, pictures and the like are one non-word character each. */
  readonly text: string
  readonly pieces: readonly Piece[]
  readonly codes: readonly Piece<InlineCode>[]
}

const containers: ReadonlySet<string> = new Set([
  ...['paragraph', 'heading', 'tableCell', 'definitionTerm', 'definitionText'],
])

/** Yields paragraphs, headings, definitions and table cells below a node, in text order. */
export function* prosesOf(tree: Nodes): Generator<Prose> {
  for (const { node, near } of descend(tree)) {
    if (containers.has(node.type)) yield proseOf(node, near)
  }
}

function proseOf(container: Nodes, near: Place): Prose {
  const pieces: Piece[] = []
  const codes: Piece<InlineCode>[] = []
  let text = ''
  for (const visit of descend(container, near)) {
    const { node } = visit
    if ('children' in node) continue
    if (node.type === 'text') pieces.push({ node, near: visit.near, start: text.length })
    if (node.type === 'inlineCode') codes.push({ node, near: visit.near, start: text.length })
    text += node.type === 'text' ? node.value : node.type === 'break' ? ' ' : '\uFFFC'
  }
  return { text, pieces, codes }
}

/** Made when it is used: ICU loads its rules for longer than many documents are checked. */
let segmenter: Intl.Segmenter | undefined

/** Segments by language-independent rules (Unicode Standard Annex 29). Line ends do not end sentences. */
export function sentences(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'sentence' })
  return segmenter.segment(text.replace(/[\r\n]/g, ' '))
}

/** Locates characters of the prose that belong to text nodes. */
export function locateInProse(pieces: readonly Piece[], source: SourceText): Locate {
  const locators = new Map<Piece, ReturnType<typeof locateInText>>()
  return (offset) => {
    const piece = pieces.findLast(({ start }) => start <= offset) as Piece
    const locate = locators.get(piece) ?? locateInText(source, piece.node, piece.near)
    locators.set(piece, locate)
    const { line, column } = locate(offset - piece.start)
    return { line, column }
  }
}
