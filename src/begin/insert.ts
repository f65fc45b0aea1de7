/** Inserts a block into a document's text, and changes nothing else of it. */

import type { Code, RootContent } from 'mdast'
import { VFile } from 'vfile'
import type { Block } from '../document/block.ts'
import { type Document, parseDocument } from '../document/document.ts'
import { sourceText } from '../document/place.ts'
import { hasErrors } from '../document/problem.ts'
import { RequestError } from '../engine/cells.ts'

export interface Insertion {
  /** The document's new text. */
  readonly text: string
  /** Of the block's first line. */
  readonly line: number
}

/**
 * Inserts a fenced block behind the last one of its type, or at the end, in the line ends of the document. Throws an
 * RequestError if the block would not be one there, such as behind a fence or a comment that is never closed.
 */
export function insertBlock(document: Document, type: Block['type'], id: string, block: string): Insertion {
  const { text } = sourceText(document.file)
  const lineEnd = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n'
  const lines = block.trim().replaceAll('\n', lineEnd)
  const after = lastOf(document, type)?.position?.end.offset
  const start = withBlankLine(text.slice(0, after), lineEnd)
  const rest = after === undefined ? lineEnd : text.slice(after) || lineEnd
  const mark = String(document.file.value).startsWith('\uFEFF') ? '\uFEFF' : ''
  const inserted = `${mark}${start}${lines}${rest}`
  const parsed = parseDocument(new VFile({ path: document.file.path, value: inserted }))
  const isThere = parsed.blocks.some((one) => one.id === id && one.type === type)
  if (!isThere || hasErrors(parsed.file) || parsed.blocks.length !== document.blocks.length + 1)
    throw new RequestError(
      `a block at the end of ${document.file.path} would not be read as one: is a fence or a comment before it never closed?`,
    )
  return { text: inserted, line: start.split(lineEnd).length }
}

function withBlankLine(text: string, lineEnd: string): string {
  if (text === '' || text.endsWith(lineEnd + lineEnd)) return text
  return text + (text.endsWith(lineEnd) ? lineEnd : lineEnd + lineEnd)
}

/** The last block of a type that stands in no list or quotation. */
function lastOf({ tree, fences }: Document, type: Block['type']): Code | undefined {
  const top = new Set<RootContent>(tree.children)
  return fences.findLast((fence) => fence.type === type && top.has(fence.node))?.node
}
