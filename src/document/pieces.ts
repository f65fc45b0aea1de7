/**
 * Parses a document in pieces, so that after an edit only the piece with the edit is parsed again. A piece begins at
 * a heading or a fence at the start of a line, below a blank line: no list, quote, table or paragraph goes on there.
 * What could go on is a fence, a formula or HTML that is still open. So a piece whose last node is HTML, or is not
 * closed, is parsed together with the next.
 *
 * Definitions (`[a]: b`, `[^1]: c`) hold in the whole document, so a document that may have one is parsed as a whole.
 */

import type { Nodes, Root, RootContent } from 'mdast'
import { recalled } from '../text/memory.ts'

const start = /(?<=\n[ \t]*\n)(?=#{1,6} |`{3})/g
const definition = /^[ \t>*+\-\d.)]*\[(?:\\.|[^\]\\])*\]:/ms
const frontMatter = /^---[ \t]*\n(?:.*\n)*?---[ \t]*\n/

/** Below this, whole documents are parsed as fast as is noticed. */
const shortest = 10_000
/** Of a piece: each has its own parser, which takes as long to set up as this takes to parse. */
const shortestPiece = 500

/**
 * Returns what `parse` returns for a whole text. `parseFirst` and `parse` are pure; the former also reads front
 * matter. May throw what they throw, with another offset.
 */
export function inPieces(
  parseFirst: (text: string) => Root,
  parse: (text: string) => Root,
  { least = shortest, leastOfPiece = shortestPiece } = {},
): (text: string) => Root {
  const ofFirst = recalled('first piece', parseFirst, 50)
  const ofOther = recalled('piece', parse)
  return (text) => {
    if (text.length < least || text.includes('\r') || definition.test(text)) return parseFirst(text)
    const head = text.startsWith('---') ? frontMatter.exec(text)?.[0].length : 0
    if (head === undefined) return parseFirst(text)
    const starts = Array.from(text.matchAll(start), ({ index }) => index).filter((index) => index > head)
    const children: RootContent[] = []
    let line = 1
    let from = 0
    let next = leastOfPiece
    for (const to of [...starts, text.length]) {
      if (to < next && to < text.length) continue
      const piece = text.slice(from, to)
      const tree = (from === 0 ? ofFirst : ofOther)(piece)
      if (to < text.length && !isClosed(tree.children.at(-1), piece)) {
        // What stays open is parsed again with twice as much, not with each heading in it.
        next = from + 2 * piece.length
        continue
      }
      for (const node of tree.children) children.push(movedCopy(node, line - 1, from))
      line += piece.split('\n').length - 1
      from = to
      next = from + leastOfPiece
    }
    const end = { line, column: text.length - text.lastIndexOf('\n'), offset: text.length }
    return { type: 'root', children, position: { start: { line: 1, column: 1, offset: 0 }, end } }
  }
}

/** Whether a node at the top ends with its piece, whatever follows. */
function isClosed(node: RootContent | undefined, piece: string): boolean {
  if (node === undefined || node.type === 'html') return false
  if (node.type === 'list' || node.type === 'blockquote') return endsInWords(node)
  if (node.type !== 'code' && node.type !== 'math') return true
  const lines = piece.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0).split('\n')
  const opening = /^ {0,3}(`{3,}|~{3,}|\${2,})/.exec(lines[0] ?? '')?.[1]
  // Indented code ends at a line that is not.
  if (opening === undefined) return true
  const closing = new RegExp(`^ {0,3}\\${opening.charAt(0)}{${opening.length},}[ \\t]*$`)
  return lines.length > 1 && closing.test(lines.at(-1) ?? '')
}

/** What is open at the end of a list ends with it, but the parser counts the blank lines below as its own. */
function endsInWords(node: Nodes): boolean {
  if (node.type === 'paragraph' || node.type === 'heading') return true
  const last = 'children' in node ? node.children.at(-1) : undefined
  return last !== undefined && endsInWords(last)
}

/** Copies a node, as later stages change nodes, to other lines and another offset. */
export function movedCopy<T extends Nodes>(node: T, lines: number, offset: number): T {
  const copy = { ...node } as T & { children?: Nodes[] }
  if (copy.data) copy.data = structuredClone(copy.data)
  if ('align' in copy && copy.align) copy.align = [...copy.align]
  if (copy.position) {
    const { start, end } = copy.position
    const moved = (point: typeof start) => ({
      line: point.line + lines,
      column: point.column,
      ...(point.offset === undefined ? {} : { offset: point.offset + offset }),
    })
    copy.position = { start: moved(start), end: moved(end) }
  }
  if ('children' in node) copy.children = node.children.map((child) => movedCopy(child, lines, offset))
  return copy
}
