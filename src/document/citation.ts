/** Citations in running text: [@xen2003], [@xen2003, p. 3], [@xen2003; @efron1987]. */

import type { Text } from 'mdast'
import type { VFile } from 'vfile'
import type { Place } from './block.ts'
import { locateInText, type SourceText } from './place.ts'
import { fail } from './problem.ts'
import { isReference } from './reference.ts'

export interface Citation {
  readonly type: 'citation'
  /** Of the opening bracket. */
  readonly place: Place
  /** In the author's order; empty if the citation is malformed. */
  readonly items: readonly CitedItem[]
  /** The text node; characters `start` to `end` of its value are the citation, brackets included. */
  readonly node: Text
  readonly start: number
  readonly end: number
}

export interface CitedItem {
  /** Key of a bibliography entry, without the @. */
  readonly key: string
  /** Of the @. */
  readonly place: Place
  /** As written: `p. 3`. */
  readonly locator?: string
}

/** The parser has already taken out links and footnotes; other brackets must start with an @. */
const bracket = /\[(\s*@[\p{L}\p{N}_][^[\]]*)\]/gu

/** A key may contain punctuation, as in doi:10.1145/945445.945462, but ends with a letter or digit. */
const key = /[\p{L}\p{N}_](?:[\p{L}\p{N}_:.+/-]*[\p{L}\p{N}_])?/u
const cited = new RegExp(String.raw`^\s*@(${key.source})\s*(?:,\s*([^@]*[^@\s])\s*)?$`, 'u')

/** Whether the text is valid as a citation key. */
export function isCitable(text: string): boolean {
  return new RegExp(`^${key.source}$`, 'u').test(text)
}

/**
 * Finds all citations in a text, with places. Skips brackets that start with a table or figure ([@tbl-x]),
 * and those whose bracket or @ is escaped. Reports malformed citations as errors.
 * @param near place of the text or its parent
 */
export function citationsIn(
  node: Text,
  source: SourceText,
  { near, file }: { readonly near: Place; readonly file: VFile },
): readonly Citation[] {
  if (!node.value.includes('[')) return []
  const locate = locateInText(source, node, near)
  return [...node.value.matchAll(bracket)].flatMap((match): readonly Citation[] => {
    const [whole, content = ''] = match
    const { isEscaped, ...place } = locate(match.index)
    const at = match.index + whole.indexOf('@')
    if (isEscaped || locate(at).isEscaped || isReference({ id: node.value.slice(at + 1) })) return []
    const items: CitedItem[] = []
    let isReadable = true
    let offset = match.index + 1
    for (const part of content.split(';')) {
      const [, key, locator] = cited.exec(part) ?? []
      if (key === undefined || isReference({ id: key })) isReadable = false
      else {
        const { line, column } = locate(offset + part.indexOf('@'))
        const rest = locator === undefined ? {} : { locator: locator.replace(/\s+/g, ' ') }
        items.push({ key, place: { line, column }, ...rest })
      }
      offset += part.length + 1
    }
    if (!isReadable) {
      const reason =
        `cannot read the citation ${whole}: write [@key], [@key, p. 3] or [@key; @other] ` +
        '(\\[ for an ordinary bracket)'
      fail(file, 'citation-syntax', place, reason)
    }
    const end = match.index + whole.length
    return [{ type: 'citation', place, items: isReadable ? items : [], node, start: match.index, end }]
  })
}

/** Keys in the order of first citation. */
export function citedKeys({ citations }: { readonly citations: readonly Citation[] }): readonly string[] {
  return [...new Set(citations.flatMap(({ items }) => items.map((item) => item.key)))]
}
