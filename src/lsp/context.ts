/** Where the cursor stands in a document: in words, in an expression, or in the YAML of a block. */

import type { Document } from '../document/document.ts'
import type { Fence } from '../document/fence.ts'

/** As editors count: from 0, in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly character: number
}

export interface Cursor extends Position {
  /** Of its line. */
  readonly before: string
  readonly after: string
}

export type Place =
  /** After an @; `isCitation` in brackets. */
  | { readonly type: 'mention'; readonly written: string; readonly isCitation: boolean }
  /** In inline code that starts with =, or a key of a claim that takes an expression. */
  | { readonly type: 'expression'; readonly written: string }
  /** At a key of a block, or of the front matter. */
  | { readonly type: 'key'; readonly fence: FenceType; readonly written: string }
  | { readonly type: 'value'; readonly fence: FenceType; readonly key: string; readonly written: string }
  | { readonly type: 'none' }

export type FenceType = Fence['type'] | 'front matter'

export function cursorAt(text: string, { line, character }: Position): Cursor {
  const own = text.split(/\r\n|\n|\r/)[line] ?? ''
  return { line, character, before: own.slice(0, character), after: own.slice(character) }
}

/** Keys of claims whose values are expressions. */
const expressionKeys = ['value', 'agrees', 'ascending', 'from', 'to', 'published', 'when']

export function placeOf(document: Document, text: string, cursor: Cursor): Place {
  const { before } = cursor
  const fence = fenceAt(document, text, cursor.line)
  if (fence !== undefined) return placeInYaml(fence, text, cursor)
  const [, expression] = /(?:^|[^`])`=\s*([^`]*)$/.exec(before) ?? []
  if (expression !== undefined) return { type: 'expression', written: expression }
  const [, bracket, mention] =
    /(?:(\[(?:[^\]@]*@[^\]@;]*;)*[^\]@]*)|(?<![\p{Script=Latin}\p{N}_.+\-/]))@([\p{L}\p{N}_:.+/-]*)$/u.exec(
      before,
    ) ?? []
  if (mention !== undefined) return { type: 'mention', written: mention, isCitation: bracket !== undefined }
  return { type: 'none' }
}

/** The kind of a block whose content has this line (0-based). */
export function fenceAt({ fences }: Document, text: string, line: number): FenceType | undefined {
  const [front = ''] = /^\uFEFF?---[^\S\r\n]*\r?\n.*?\n---[^\S\r\n]*(?:\r?\n|$)/s.exec(text) ?? []
  if (line > 0 && line < front.split('\n').length - 2) return 'front matter'
  const found = fences.find(({ node: { position, lang } }) => {
    const [start, end] = [position?.start.line ?? 0, position?.end.line ?? 0]
    return (lang === 'yaml' || lang === undefined) && line >= start && line < end - 1
  })
  return found?.type
}

function placeInYaml(fence: FenceType, text: string, { before, line }: Cursor): Place {
  const [, key, written = ''] =
    // In braces, as in `x: {field: `, or at the start of the line.
    /[{,]\s*([\w-]+):\s+([^{},]*)$/.exec(before) ?? /^\s*(?:- )?([\w-]+):\s+(.*)$/.exec(before) ?? []
  // A list below its key: the nearest line above that is less indented and has a key.
  const owner = key ?? ownerOf(text, line)
  if (key === undefined && /^[\w-]*$/.test(before)) return { type: 'key', fence, written: before }
  if (owner === undefined) return { type: 'none' }
  const own = key === undefined ? before.replace(/^\s*(?:- )?/, '') : written
  const mention = /(?<![\p{Script=Latin}\p{N}_.+\-/])@([\p{L}\p{N}_:.+/-]*)$/u.exec(own)?.[1]
  if (mention !== undefined) return { type: 'mention', written: mention, isCitation: own.includes('[') }
  const inline = /`=\s*([^`]*)$/.exec(own)?.[1]
  if (inline !== undefined) return { type: 'expression', written: inline }
  if (fence === 'claim' && expressionKeys.includes(owner))
    return { type: 'expression', written: own.replace(/^[[\s'"]+/, '') }
  const word = /[^\s,[\]{}'"]*$/.exec(own)?.[0] ?? ''
  return { type: 'value', fence, key: owner, written: word }
}

function ownerOf(text: string, line: number): string | undefined {
  const lines = text.split(/\r\n|\n|\r/)
  const indent = (one: string) => /^\s*/.exec(one)?.[0].length ?? 0
  const own = indent(lines[line] ?? '')
  for (let index = line - 1; index >= 0; index -= 1) {
    const one = lines[index] ?? ''
    if (/^\s*(?:```|~~~)/.test(one)) return undefined
    const key = /^\s*(?:- )?([\w-]+):/.exec(one)?.[1]
    if (key !== undefined && (indent(one) < own || (indent(one) === own && !/^\s*- /.test(one)))) return key
  }
  return undefined
}
