/**
 * Where the cursor stands in a document: in words, in an expression, in the line of a fence, or in the YAML
 * of a block.
 */

import type { Code, Nodes } from 'mdast'
import type { Document } from '../document/document.ts'
import { blockType, isClosing } from '../document/fence.ts'
import { expects, type Scope } from './keys.ts'

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
  /** In a link to an id: `[words](#`. */
  | { readonly type: 'link'; readonly written: string }
  /** In inline code that starts with =, or a key of a claim that takes an expression. */
  | { readonly type: 'expression'; readonly written: string }
  /** On the opening line of a fence: at its language, or at the word after it. */
  | { readonly type: 'fence'; readonly written: string; readonly language?: string }
  /** At a key of a block, of a mapping in it, or of the front matter; or at an attribute of a fence. */
  | { readonly type: 'key'; readonly scope: Scope; readonly written: string }
  /** At the value of a key, or an item of its list. */
  | {
      readonly type: 'value'
      readonly scope: Scope
      readonly key: string
      readonly written: string
      /** Of a list below its key, where a mapping may begin. */
      readonly isItem?: boolean
      /** Whether a quote stands before it. */
      readonly isQuoted?: boolean
    }
  | { readonly type: 'none' }

/**
 * Of a line, on each side: more than anybody writes, and few enough for patterns that take the square of it.
 */
const mostCharacters = 1000

export function cursorAt(text: string, { line, character }: Position): Cursor {
  const own = linesOf(text)[line] ?? ''
  return {
    ...{ line, character },
    before: own.slice(Math.max(0, character - mostCharacters), character),
    after: own.slice(character, character + mostCharacters),
  }
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/)
}

/** What is needed of a document; its tree is that of the text. */
type Written = Pick<Document, 'tree' | 'original'>

export function placeOf(document: Written, text: string, cursor: Cursor): Place {
  const around = surroundings(document, text, cursor)
  switch (around.type) {
    case 'code':
      return { type: 'none' }
    case 'opening':
      return placeInOpening(around.before)
    case 'block':
      return around.scope.form === 'attributes'
        ? placeInAttributes(around.scope, around.before)
        : placeInYaml(around.scope, around.before)
    case 'text': {
      const place = placeInWords(cursor.before)
      const isLiteral = place?.type !== 'expression' && isInLiteral(document.tree, cursor)
      return place === undefined || isLiteral ? { type: 'none' } : place
    }
  }
}

/** The block, its line of attributes, or the front matter that a line is of; undefined elsewhere. */
export function scopeAt(document: Written, text: string, cursor: Cursor): Scope | undefined {
  const around = surroundings(document, text, cursor)
  return around.type === 'block' ? around.scope : undefined
}

type Surroundings =
  | { readonly type: 'text' | 'code' }
  /** `before` is of the cursor's line, without the list or quote that it stands in. */
  | { readonly type: 'opening'; readonly before: string }
  | { readonly type: 'block'; readonly scope: Scope; readonly before: string }

function surroundings({ tree, original }: Written, text: string, cursor: Cursor): Surroundings {
  const { line, before } = cursor
  const lines = linesOf(text)
  if (line > 0 && line < frontMatterEnd(lines, line)) {
    const own = lines.slice(1, frontMatterEnd(lines, line))
    const scope = { fence: 'front matter', form: 'content', ...around(own, line - 1, before) } as const
    return { type: 'block', scope, before }
  }
  const node = codeBefore(tree, line + 1)
  if (node?.position === undefined) return { type: 'text' }
  const { start, end } = node.position
  const [opening] = /^(?:`{3,}|~{3,})/.exec(lines[start.line - 1]?.slice(start.column - 1) ?? '') ?? []
  if (opening === undefined) return { type: line < end.line ? 'code' : 'text' }
  const type = blockType(node)
  if (line === start.line - 1) {
    const own = before.slice(start.column - 1)
    const hasAttributes = type !== undefined && node.lang !== 'yaml' && /^\S+\s+experiment\s/.test(own)
    if (!hasAttributes) return { type: 'opening', before: own.slice(opening.length) }
    return { type: 'block', scope: { fence: type, ...attributes }, before: own }
  }
  const isClosed = end.line > start.line && isClosing(opening, lines[end.line - 1] ?? '')
  // What is not closed goes on with whatever is written below.
  const isWithin = isClosed
    ? line < end.line
    : lines.slice(end.line, line + 1).every((one) => /^[\s>]*$/.test(one))
  if (!isWithin) return { type: 'text' }
  if (type === undefined || node.lang !== 'yaml' || (isClosed && line === end.line - 1))
    return { type: 'code' }
  const prefix = new RegExp(`^[\\s>]{0,${start.column - 1}}`)
  const last = isClosed ? end.line - 1 : Math.max(end.line, line + 1)
  const own = lines.slice(start.line, last).map((one) => one.replace(prefix, ''))
  const [, kind] = /^kind:\s*([\w-]+)/m.exec(own.join('\n')) ?? []
  const ownBefore = before.replace(prefix, '')
  const scope: Scope = {
    fence: type,
    form: original === undefined ? 'content' : 'translation',
    ...(kind === undefined ? {} : { kind }),
    ...around(own, line - start.line, ownBefore),
  }
  return { type: 'block', scope, before: ownBefore }
}

const attributes = { form: 'attributes', outer: [], lines: [], line: 0 } as const

/**
 * The line that ends the front matter; 0 if there is none. One that is still open ends at the first blank
 * line, but for the cursor's.
 */
function frontMatterEnd(lines: readonly string[], line: number): number {
  if (!/^\uFEFF?---[^\S\r\n]*$/.test(lines[0] ?? '')) return 0
  const closing = lines.findIndex((one, index) => index > 0 && /^---\s*$/.test(one))
  if (closing > 0) return closing
  const blank = lines.findIndex((one, index) => index > 0 && index !== line && one.trim() === '')
  return blank < 0 ? lines.length : blank
}

/** The last block of code that begins at a line (from 1) or before, in what begins last. */
function codeBefore(node: Nodes, line: number): Code | undefined {
  if (node.type === 'code') return node
  for (const child of 'children' in node ? node.children.toReversed() : []) {
    if ((child.position?.start.line ?? 0) > line) continue
    const found = codeBefore(child, line)
    // The parser recreates some nodes without a place.
    if (found !== undefined || child.position !== undefined) return found
  }
  return undefined
}

/** Whether a place is in code, a formula or HTML, as far as these are complete. */
function isInLiteral(node: Nodes, at: Position): boolean {
  if (['inlineCode', 'inlineMath', 'math', 'html'].includes(node.type)) return true
  const children = 'children' in node ? node.children : []
  return children.some((child) => {
    const { position } = child
    if (position === undefined) return 'children' in child && isInLiteral(child, at)
    const isAfter = before({ line: position.start.line - 1, character: position.start.column - 1 }, at)
    const isBefore = before(at, { line: position.end.line - 1, character: position.end.column - 1 })
    return isAfter && isBefore && isInLiteral(child, at)
  })
}

function before(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character)
}

/** In Markdown, by what stands before it in its line. */
function placeInWords(before: string): Place | undefined {
  const [, expression] = /(?:^|[^`])`=\s*([^`]*)$/.exec(before) ?? []
  if (expression !== undefined) return { type: 'expression', written: expression }
  if (isInCode(before)) return { type: 'none' }
  const link =
    /\]\(<?#([^\s()<>]*)$/.exec(before)?.[1] ?? /^\s*\[[^\]]*\]:\s*<?#([^\s<>]*)$/.exec(before)?.[1]
  if (link !== undefined) return { type: 'link', written: link }
  const [, bracket, mention] =
    /(?:(\[(?:[^\]@]*@[^\]@;]*;)*[^\]@]*)|(?<![\p{Script=Latin}\p{N}_.+\-/]))@([\p{L}\p{N}_:.+/-]*)$/u.exec(
      before,
    ) ?? []
  if (mention !== undefined) return { type: 'mention', written: mention, isCitation: bracket !== undefined }
  return undefined
}

/** Whether inline code has begun and not ended, which it does with as many ticks. */
function isInCode(before: string): boolean {
  let open = 0
  for (const [{ length }] of before.matchAll(/`+/g)) {
    if (open === 0) open = length
    else if (open === length) open = 0
  }
  return open > 0
}

function placeInOpening(before: string): Place {
  const [, language, written] = /^[ \t]*(?:(\S+)[ \t]+)?(\S*)$/.exec(before) ?? []
  if (written === undefined) return { type: 'none' }
  return { type: 'fence', written, ...(language === undefined ? {} : { language }) }
}

function placeInAttributes(scope: Scope, before: string): Place {
  const [, key, written = ''] = /\s([\w-]+)=(?:[^\s"]*,)?([^\s",]*)$/.exec(before) ?? []
  if (key !== undefined) return { type: 'value', scope, key, written }
  const [, start] = /\s([\w-]*)$/.exec(before) ?? []
  return start === undefined ? { type: 'none' } : { type: 'key', scope, written: start }
}

/** A key in YAML: quoted, or without signs that end it. */
const keyPattern = String.raw`'[^']*'|"[^"]*"|[^\s{}[\],:'"#&*!|>%@\x60][^{}[\],:#]*?`
const startPattern = new RegExp(String.raw`^(\s*(?:- +)*)(?:(${keyPattern}):(?:\s+|$))?(.*)$`, 's')
const pairPattern = new RegExp(String.raw`(?:^|[{,])\s*(${keyPattern}):\s+([^{},]*)$`)
const bracketPattern =
  /(?:('[^']*'|"[^"]*"|[^\s{}[\],:'"#]+):\s+)?([{[])|'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[}\]]|\s#.*$/g

function unquoted(key: string): string {
  return key.replace(/^(['"])(.*)\1$/s, '$2').trim()
}

/** What is open at a place: brackets, and mappings and lists by their indentation. */
function around(
  lines: readonly string[],
  line: number,
  before: string,
): Pick<Scope, 'outer' | 'bracket' | 'lines' | 'line'> {
  let open: readonly Bracket[] = []
  for (let index = Math.max(0, line - mostLines); index <= line; index += 1) {
    const own = index === line ? before : (lines[index] ?? '').slice(0, mostCharacters)
    const indent = /^\s*/.exec(own)?.[0].length ?? 0
    // A line that is indented no more than that where a bracket opened is of something else: it was never
    // closed.
    if (own.trim() !== '' || index === line)
      open = open.filter((one) => one.indent < indent || /^\s*[}\]]/.test(own))
    open = bracketsAfter(own, open, index)
  }
  const outer = open.flatMap(({ key }) => key ?? [])
  const first = open[0]?.line ?? line
  const start = first === line ? before : (lines[first] ?? '')
  let column = startPattern.exec(start)?.[1]?.length ?? 0
  for (let index = first - 1; index >= 0 && column > 0; index -= 1) {
    const own = lines[index] ?? ''
    const [, indent = '', key] = startPattern.exec(own.slice(0, mostCharacters)) ?? []
    if (/^\s*(?:#|$)/.test(own) || indent.length >= column) continue
    if (key !== undefined) outer.unshift(unquoted(key))
    column = indent.length
  }
  const bracket = open.at(-1)?.sign
  return { outer, lines, line, ...(bracket === undefined ? {} : { bracket }) }
}

/** Above the cursor: more than anybody writes in brackets. */
const mostLines = 200

interface Bracket {
  readonly sign: '{' | '['
  /** Whose value it opens. */
  readonly key: string | undefined
  readonly line: number
  readonly indent: number
}

/** Brackets that are open at the end of a line. In a value without quotes, they are signs like others. */
function bracketsAfter(own: string, before: readonly Bracket[], line: number): readonly Bracket[] {
  const [, indent = '', , value = ''] = startPattern.exec(own) ?? []
  if (before.length === 0 && !/^[{[]/.test(value)) return before
  const open = [...before]
  for (const [sign, key, opening] of own.matchAll(bracketPattern)) {
    if (opening === '{' || opening === '[')
      open.push({
        sign: opening,
        key: key && unquoted(key),
        line,
        indent: /^\s*/.exec(indent)?.[0].length ?? 0,
      })
    else if (sign === '}' || sign === ']') open.pop()
  }
  return open
}

function placeInYaml(scope: Scope, before: string): Place {
  const { bracket, outer } = scope
  // A value stands behind a blank.
  if (before.endsWith(':')) return { type: 'none' }
  const [, indent = '', ownKey, rest = ''] =
    bracket === undefined ? (startPattern.exec(before) ?? []) : ['', '', ...pairAt(before, bracket)]
  const written = rest.replace(/^['"]/, '')
  const inWords = placeInWords(bracket === undefined ? rest : before)
  const owner = ownKey === undefined ? outer.at(-1) : unquoted(ownKey)
  const holder = { ...scope, outer: ownKey === undefined ? outer.slice(0, -1) : outer }
  if (inWords !== undefined) return inWords
  if (owner !== undefined && expects('expression', holder, owner)) return { type: 'expression', written }
  const isItem = ownKey === undefined && /- +$/.test(indent)
  if (ownKey === undefined && bracket !== '[' && !isItem)
    return /^['"]?[^\s'"]*$/.test(rest) ? { type: 'key', scope, written } : { type: 'none' }
  if (owner === undefined) return { type: 'none' }
  const word = /[^\s,[\]{}'"]*$/.exec(rest)?.[0] ?? ''
  const isQuoted = /['"]$/.test(rest.slice(0, rest.length - word.length))
  return {
    ...{ type: 'value', scope: holder, key: owner, written: word },
    ...(isItem && { isItem }),
    ...(isQuoted && { isQuoted }),
  }
}

/**
 * Key and value at the end of what stands in brackets; the key is undefined in lists, and where it is begun.
 */
function pairAt(before: string, bracket: '{' | '['): readonly [string | undefined, string] {
  const [, key, value] = (bracket === '{' && pairPattern.exec(before)) || []
  return [key, value ?? /[^{}[\],]*$/.exec(before)?.[0].trimStart() ?? '']
}
