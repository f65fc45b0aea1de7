/** Cross references in running text: @tbl-latency, @fig-scatter. */

import type { Text } from 'mdast'
import type { VFile } from 'vfile'
import type { Place } from './block.ts'
import { prefixes } from './exhibit.ts'
import { placeAt, type SourceText, sliceOf } from './place.ts'
import { warn } from './problem.ts'
import { nearest } from './spelling.ts'

export interface Reference {
  readonly type: 'reference'
  /** Of the table or figure, without the @. */
  readonly id: string
  readonly place: Place
  /** The text that holds it: characters `start` to `end` of its value are the reference, @ included. */
  readonly node: Text
  readonly start: number
  readonly end: number
}

/**
 * An @ that a Latin letter, a digit or what may stand in an address precedes is part of a word or an e-mail. Other
 * scripts put no space before a reference.
 */
const mention = /(?<![\p{Script=Latin}\p{N}_.+\-/@])@([a-zA-Z][\w-]*\w)/gu

/**
 * All words after an @ in one text, with places; those escaped in the Markdown (\@tbl-x) are left out.
 * @param near place of the text, or of what is around it
 */
export function mentions(node: Text, source: SourceText, near: Place): readonly Reference[] {
  if (!node.value.includes('@')) return []
  const slice = sliceOf(source, node)
  const offset = node.position?.start.offset ?? 0
  // Escapes and entities shift the text against its Markdown: pair every @ of the one with an @ of the other.
  const written = Array.from(slice.matchAll(/@/g), ({ index }) => index)
  const shown = Array.from(node.value.matchAll(/@/g), ({ index }) => index)
  const pairs = new Map(written.length === shown.length ? shown.map((index, n) => [index, written[n]]) : [])
  return Array.from(node.value.matchAll(mention), (match): Reference | undefined => {
    const at = pairs.get(match.index)
    if (at !== undefined && isEscaped(slice, at)) return undefined
    const { line, column } = at === undefined ? near : placeAt(source, offset + at)
    const end = match.index + match[0].length
    return { type: 'reference', id: match[1] ?? '', place: { line, column }, node, start: match.index, end }
  }).filter((found) => found !== undefined)
}

/** After an odd number of backslashes; each pair before that is a backslash of the text. */
function isEscaped(markdown: string, at: number): boolean {
  let backslashes = 0
  while (markdown[at - 1 - backslashes] === '\\') backslashes += 1
  return backslashes % 2 === 1
}

export function isReference({ id }: Reference): boolean {
  return Object.values(prefixes).some((prefix) => id.startsWith(prefix))
}

/** `@tlb-latency`: a mention of nothing known that is all but an id. */
export function warnOfNearMiss(
  { id, place, node, start }: Reference,
  ids: readonly string[],
  file: VFile,
): void {
  const before = node.value.slice(0, start)
  const isCitation = before.lastIndexOf('[') > before.lastIndexOf(']')
  const near = isCitation ? undefined : nearest(id, ids)
  if (near !== undefined)
    warn(file, 'reference-near-miss', place, `@${id} is plain text (did you mean @${near}?)`)
}
