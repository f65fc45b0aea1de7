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
  /** In the author's order; none where what is written cannot be read. */
  readonly items: readonly CitedItem[]
  /** The text that holds it: characters `start` to `end` of its value are the citation, brackets included. */
  readonly node: Text
  readonly start: number
  readonly end: number
}

export interface CitedItem {
  /** Of an entry of the bibliography, without the @. */
  readonly key: string
  /** Of the @. */
  readonly place: Place
  /** Where in the work, as written: `p. 3`. */
  readonly locator?: string
}

/** Links and footnotes in brackets are no text by now; a bracket that does not start with an @ is an ordinary one. */
const bracket = /\[(\s*@[\p{L}\p{N}_][^[\]]*)\]/gu

/** A key may hold punctuation, as in doi:10.1145/945445.945462, but ends with a letter or a digit. */
const key = /[\p{L}\p{N}_](?:[\p{L}\p{N}_:.+/-]*[\p{L}\p{N}_])?/u
const cited = new RegExp(String.raw`^\s*@(${key.source})\s*(?:,\s*([^@]*[^@\s])\s*)?$`, 'u')

/** Whether a citation can have this key. */
export function isCitable(text: string): boolean {
  return new RegExp(`^${key.source}$`, 'u').test(text)
}

/**
 * All citations in one text, with places. A bracket that starts with a table or figure ([@tbl-x]) is none, nor is one whose bracket or
 * @ is escaped in the Markdown; one that starts as a citation and goes on as something else is an error of the file.
 * @param near place of the text, or of what is around it
 */
export function citations(
  node: Text,
  source: SourceText,
  { near, file }: { readonly near: Place; readonly file: VFile },
): readonly Citation[] {
  if (!node.value.includes('[')) return []
  const locate = locateInText(source, node, near)
  return Array.from(node.value.matchAll(bracket), (match): Citation | undefined => {
    const [whole, content = ''] = match
    const { isEscaped, ...place } = locate(match.index)
    const at = match.index + whole.indexOf('@')
    if (isEscaped || locate(at).isEscaped || isReference({ id: node.value.slice(at + 1) })) return undefined
    const end = match.index + whole.length
    const items: CitedItem[] = []
    let offset = match.index + 1
    for (const part of content.split(';')) {
      const [, key, locator] = cited.exec(part) ?? []
      if (key === undefined || isReference({ id: key })) {
        const reason = `cannot read the citation ${whole}: write [@key], [@key, p. 3] or [@key; @other] (\\[ for an ordinary bracket)`
        fail(file, 'citation-syntax', place, reason)
        return { type: 'citation', place, items: [], node, start: match.index, end }
      }
      const { line, column } = locate(offset + part.indexOf('@'))
      items.push({
        key,
        place: { line, column },
        ...(locator === undefined ? {} : { locator: locator.replace(/\s+/g, ' ') }),
      })
      offset += part.length + 1
    }
    return { type: 'citation', place, items, node, start: match.index, end }
  }).filter((found) => found !== undefined)
}

/** Keys in the order in which the text first cites them. */
export function citedKeys({
  citations: found,
}: {
  readonly citations: readonly Citation[]
}): readonly string[] {
  return [...new Set(found.flatMap(({ items }) => items.map(({ key: own }) => own)))]
}
