/** Where the cursor stands in a document: in words, in an expression, or in the YAML of a block. */

import { type Document, frontMatterText } from '../document/document.ts'
import type { Fence } from '../document/fence.ts'

/** As editors count: from 0, in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly character: number
}

export interface Cursor extends Position {
  /** Of its line, near it. */
  readonly before: string
  readonly after: string
}

export type Place =
  /** After an @; `isCitation` in brackets. */
  | { readonly type: 'mention'; readonly written: string; readonly isCitation: boolean }
  /** In inline code that starts with =, or a key of a claim that takes an expression. */
  | { readonly type: 'expression'; readonly written: string }
  /** At a key of a block, of a mapping in it, or of the front matter; or at an attribute of a fence. */
  | { readonly type: 'key'; readonly scope: Scope; readonly written: string }
  | { readonly type: 'value'; readonly scope: Scope; readonly key: string; readonly written: string }
  | { readonly type: 'none' }

export type FenceType = Fence['type'] | 'front matter'

/** Which keys may stand at a place. */
export interface Scope {
  readonly fence: FenceType
  /** In YAML, in YAML of a translation, or as attributes of a fence. */
  readonly form: 'content' | 'translation' | 'attributes'
  /** Of a table. */
  readonly kind?: string
  /** Keys of the mappings around it, the outermost first. */
  readonly outer: readonly string[]
  /** Of what it stands in within its line. */
  readonly bracket?: '{' | '['
}

/** Of a line, on each side: more than anybody writes, and few enough for patterns that take the square of it. */
const mostCharacters = 1000

export function cursorAt(text: string, { line, character }: Position): Cursor {
  const own = text.split(/\r\n|\n|\r/)[line] ?? ''
  return {
    ...{ line, character },
    before: own.slice(Math.max(0, character - mostCharacters), character),
    after: own.slice(character, character + mostCharacters),
  }
}

/** Keys of claims whose values are expressions. */
const expressionKeys = ['value', 'agrees', 'ascending', 'from', 'to', 'published', 'when']

export function placeOf(document: Document, text: string, cursor: Cursor): Place {
  const { before } = cursor
  const scope = scopeAt(document, text, cursor)
  if (scope?.form === 'attributes') return placeInAttributes(scope, before)
  if (scope !== undefined) return placeInYaml(scope, text, cursor)
  const [, expression] = /(?:^|[^`])`=\s*([^`]*)$/.exec(before) ?? []
  if (expression !== undefined) return { type: 'expression', written: expression }
  const [, bracket, mention] =
    /(?:(\[(?:[^\]@]*@[^\]@;]*;)*[^\]@]*)|(?<![\p{Script=Latin}\p{N}_.+\-/]))@([\p{L}\p{N}_:.+/-]*)$/u.exec(
      before,
    ) ?? []
  if (mention !== undefined) return { type: 'mention', written: mention, isCitation: bracket !== undefined }
  return { type: 'none' }
}

/** The block, its line of attributes, or the front matter that a line is of; undefined in running text. */
export function scopeAt({ fences, original }: Document, text: string, cursor: Cursor): Scope | undefined {
  const { line, before } = cursor
  const lines = text.split(/\r\n|\n|\r/)
  const front = frontMatterText(text)
  if (line > 0 && line < front.split('\n').length - 2)
    return { fence: 'front matter', form: 'content', ...around(lines, 1, cursor) }
  for (const { type, node } of fences) {
    const [start, end] = [node.position?.start.line ?? 0, node.position?.end.line ?? 0]
    const isYaml = node.lang === 'yaml'
    if (!isYaml && line === start - 1 && /^\s*(?:`{3,}|~{3,})\S+\s+experiment\s/.test(before))
      return { fence: type, form: 'attributes', outer: [] }
    if (!isYaml || line < start || line >= end - 1) continue
    const [, kind] = /^kind:\s*([\w-]+)/m.exec(lines.slice(start, end - 1).join('\n')) ?? []
    const form = original === undefined ? 'content' : 'translation'
    return { fence: type, form, ...(kind === undefined ? {} : { kind }), ...around(lines, start, cursor) }
  }
  return undefined
}

/** Keys of the mappings around a place in YAML, whose first line is `first`. */
function around(
  lines: readonly string[],
  first: number,
  { line, before }: Cursor,
): Pick<Scope, 'outer' | 'bracket'> {
  const open: { readonly sign: '{' | '['; readonly key: string | undefined }[] = []
  for (const [, key, sign] of before.matchAll(/(?:([\w.-]+):\s*)?([{[])|[}\]]/g))
    if (sign === '{' || sign === '[') open.push({ sign, key })
    else open.pop()
  const outer = open.flatMap(({ key }) => key ?? [])
  let [, { length: column } = { length: 0 }] = /^(\s*(?:- )*)/.exec(before) ?? []
  for (let index = line - 1; index >= first && column > 0; index -= 1) {
    const [, indent, key] = /^(\s*(?:- )*)([\w.-]+):\s*(?:#.*)?$/.exec(lines[index] ?? '') ?? []
    if (indent === undefined || key === undefined || indent.length >= column) continue
    outer.unshift(key)
    column = indent.length
  }
  const bracket = open.at(-1)?.sign
  return { outer, ...(bracket === undefined ? {} : { bracket }) }
}

function placeInAttributes(scope: Scope, before: string): Place {
  const [, key, written = ''] = /\s([\w-]+)=(?:[^\s"]*,)?([^\s",]*)$/.exec(before) ?? []
  if (key !== undefined) return { type: 'value', scope, key, written }
  const [, start] = /\s([\w-]*)$/.exec(before) ?? []
  return start === undefined ? { type: 'none' } : { type: 'key', scope, written: start }
}

function placeInYaml(scope: Scope, text: string, { before, line }: Cursor): Place {
  const [, key, written = ''] =
    // In braces, as in `x: {field: `, or at the start of the line.
    /[{,]\s*([\w-]+):\s+([^{},]*)$/.exec(before) ?? /^\s*(?:- )*([\w-]+):\s+(.*)$/.exec(before) ?? []
  const [, begun] =
    (scope.bracket === undefined ? /^\s*(?:- )*([\w-]*)$/ : /[{,]\s*([\w-]*)$/).exec(before) ?? []
  // An item of a list below its key is a value: the nearest line above that is less indented and has a key.
  const isItem = /^\s*- /.test(before) && keysAreRare(scope)
  if (begun !== undefined && scope.bracket !== '[' && !isItem) return { type: 'key', scope, written: begun }
  const owner = key ?? ownerOf(text, line)
  if (owner === undefined) return { type: 'none' }
  const own = key === undefined ? before.replace(/^\s*(?:- )?/, '') : written
  const mention = /(?<![\p{Script=Latin}\p{N}_.+\-/])@([\p{L}\p{N}_:.+/-]*)$/u.exec(own)?.[1]
  if (mention !== undefined) return { type: 'mention', written: mention, isCitation: own.includes('[') }
  const inline = /`=\s*([^`]*)$/.exec(own)?.[1]
  if (inline !== undefined) return { type: 'expression', written: inline }
  if (scope.fence === 'claim' && expressionKeys.includes(owner))
    return { type: 'expression', written: own.replace(/^[[\s'"]+/, '') }
  const word = /[^\s,[\]{}'"]*$/.exec(own)?.[0] ?? ''
  return { type: 'value', scope, key: owner, written: word }
}

/** Lists of mappings have few names: `parts`, `authors`, `invariants`. */
function keysAreRare({ outer }: Scope): boolean {
  return !['parts', 'authors', 'invariants'].includes(outer.at(-1) ?? '')
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
