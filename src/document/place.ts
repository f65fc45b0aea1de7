/**
 * Maps a character of a parsed piece (fence content, inline code) back to its place in the Markdown file. The
 * Markdown parser strips indentation, quote markers and escapes; editors count them.
 */

import type { Code, InlineCode, Nodes, Text, Yaml } from 'mdast'
import type { VFile } from 'vfile'
import { type Location, location } from 'vfile-location'
import type { Place } from './block.ts'

/** Returns the place of the character at an offset of a piece's value. */
export type Locate = (offset: number) => Place

/** A node with text of its own. */
type Literal = Pick<Code | InlineCode | Yaml, 'value' | 'position'>

/** A file's text, without byte order mark, which the parser does not count either. */
export interface SourceText {
  readonly text: string
  readonly lines: readonly string[]
  readonly location: Location
}

const sources = new WeakMap<VFile, SourceText & { readonly value: unknown }>()

export function sourceText(file: VFile): SourceText {
  const known = sources.get(file)
  if (known?.value === file.value) return known
  const text = String(file).replace(/^\uFEFF/, '')
  const lines = text.split(/\r\n|\n|\r/)
  const source = { text, lines, location: location(text), value: file.value }
  sources.set(file, source)
  return source
}

export function placeAt({ location }: SourceText, offset: number): Place {
  const { line, column } = location.toPoint(offset) ?? { line: 1, column: 1 }
  return { line, column }
}

export function offsetAt({ location }: SourceText, place: Place): number {
  return location.toOffset(place) ?? 0
}

/** Start of a node. The parser sets every position; a node built by hand has none and counts as line 1. */
export function startOf(node: Pick<Nodes, 'position'>): Place {
  const start = node.position?.start
  return { line: start?.line ?? 1, column: start?.column ?? 1 }
}

/** The node's Markdown source, fences included. */
export function sliceOf({ text }: SourceText, node: { position?: Code['position'] }): string {
  return text.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0)
}

/**
 * Locates characters in the content of a fence or of front matter, with line ends as `\n`. The content is the
 * end of each file line, so the difference in length is the prefix (list indentation, `> `).
 */
export function locateInFence(source: SourceText, node: Literal): Locate {
  const opening = startOf(node)
  const content = fenceText(node)
  const lines = content.split('\n')
  const inContent = location(content)
  return (offset) => {
    const point = inContent.toPoint(Math.min(offset, content.length))
    if (content === '' || point === undefined) return opening
    const line = opening.line + point.line // The content starts below the fence.
    const prefix = (source.lines[line - 1] ?? '').length - (lines[point.line - 1] ?? '').length
    return { line, column: Math.max(1, point.column + prefix) }
  }
}

/** A fence's content with line ends normalized to `\n`. */
export function fenceText(node: Literal): string {
  return node.value.replace(/\r\n|\r/g, '\n')
}

/** Locates characters in inline code or a formula, which may span lines and, in a table, contain `\|`. */
export function locateInInlineCode(source: SourceText, node: Literal): Locate {
  const slice = sliceOf(source, node)
  const start = node.position?.start.offset ?? 0
  // Most are correct, and never asked.
  let offsets: readonly number[] | undefined
  return (offset) => {
    offsets ??= offsetsIn(slice, node.value)
    return placeAt(source, start + (offsets[Math.min(offset, node.value.length)] ?? 0))
  }
}

/** Of each character of the value of a node, and of its end, in the node's Markdown. */
function offsetsIn(slice: string, value: string): readonly number[] {
  const ticks = /^[`$]*/.exec(slice)?.[0].length ?? 0
  const padded = slice.length - 2 * ticks > value.length && /[ \r\n]/.test(slice[ticks] ?? '')
  const offsets: number[] = []
  let at = ticks + (padded && !/^\s/.test(value) ? 1 : 0)
  for (const character of value.split('')) {
    if (!/[\r\n]/.test(slice[at] ?? '')) {
      // Skip what the parser removed: indentation or `> ` of a continuation line, the backslash of `\|`.
      while (slice[at] !== character && /[ \t>\\]/.test(slice[at] ?? '')) at += 1
    }
    offsets.push(at)
    at += character !== '\r' && slice.startsWith('\r\n', at) ? 2 : 1
  }
  return [...offsets, at]
}

export interface TextPlace extends Place {
  /** Whether a backslash precedes the character, which makes it literal. */
  readonly isEscaped: boolean
}

/**
 * Locates characters in a text node. Escapes and entities shift offsets, so it matches the nth `@` of the
 * text with the nth in the Markdown.
 * @param near place of the text or its parent; returned where the two do not match
 */
export function locateInText(source: SourceText, node: Text, near: Place): (offset: number) => TextPlace {
  const slice = sliceOf(source, node)
  const start = node.position?.start.offset ?? 0
  const found = new Map<string, ReadonlyMap<number, number>>()
  return (offset) => {
    const character = node.value[offset] ?? ''
    const places = found.get(character) ?? pairs(character, node.value, slice)
    found.set(character, places)
    const at = places.get(offset)
    if (at === undefined) return { line: near.line, column: near.column, isEscaped: false }
    return { ...placeAt(source, start + at), isEscaped: isEscaped(slice, at) }
  }
}

/** Offset of a character in the text -> offset in its Markdown; empty if their counts differ. */
function pairs(character: string, value: string, slice: string): ReadonlyMap<number, number> {
  const written = character === '\\' ? shownBackslashes(slice) : indexesOf(character, slice)
  const shown = indexesOf(character, value)
  return new Map(
    written.length === shown.length ? shown.map((at, index) => [at, written[index] as number]) : [],
  )
}

function indexesOf(character: string, text: string): readonly number[] {
  const found: number[] = []
  if (character === '') return found
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found.push(at)
  return found
}

/** Backslashes of a Markdown text that are shown: those that escape a sign are not. */
function shownBackslashes(slice: string): readonly number[] {
  const found: number[] = []
  for (let at = slice.indexOf('\\'); at >= 0; at = slice.indexOf('\\', at)) {
    const escapes = /^[!-/:-@[-`{-~]/.test(slice.slice(at + 1, at + 2))
    if (!escapes) found.push(at)
    else if (slice[at + 1] === '\\') found.push(at + 1)
    at += escapes ? 2 : 1
  }
  return found
}

/** Whether an odd number of backslashes precedes; each pair is a literal backslash. */
function isEscaped(markdown: string, at: number): boolean {
  let backslashes = 0
  while (markdown[at - 1 - backslashes] === '\\') backslashes += 1
  return backslashes % 2 === 1
}
