/** Cross references in running text: @tbl-latency, @fig-scatter. */

import type { Text } from 'mdast'
import type { VFile } from 'vfile'
import { nearest } from '../text/spelling.ts'
import type { Place } from './block.ts'
import { prefixes } from './float.ts'
import { locateInText, type SourceText } from './place.ts'
import { warn } from './problem.ts'

export interface Reference {
  readonly type: 'reference'
  /** Table or figure id, without the @. */
  readonly id: string
  readonly place: Place
  /** The text node; characters `start` to `end` of its value are the reference, @ included. */
  readonly node: Text
  readonly start: number
  readonly end: number
}

/**
 * An @ after a Latin letter, a digit or an address character is part of a word or e-mail address. Other
 * scripts put no space before a reference.
 */
const mention =
  /(?<![\p{Script=Latin}\p{N}_.+\-/@])@(\p{Script=Latin}[\p{Script=Latin}\d_-]*[\p{Script=Latin}\d_])/gu

/**
 * Finds all words after an @ in a text, with places, except escaped ones (\@tbl-x).
 * @param near place of the text or its parent
 */
export function mentionsIn(node: Text, source: SourceText, near: Place): readonly Reference[] {
  if (!node.value.includes('@')) return []
  const locate = locateInText(source, node, near)
  return [...node.value.matchAll(mention)].flatMap(({ 0: whole, 1: id = '', index: start }) => {
    const { isEscaped, ...place } = locate(start)
    return isEscaped ? [] : [{ type: 'reference', id, place, node, start, end: start + whole.length }]
  })
}

export function isReference({ id }: Pick<Reference, 'id'>): boolean {
  return Object.values(prefixes).some((prefix) => id.startsWith(prefix))
}

/** Warns of a mention that is plain text: a claim, almost an id (`@tlb-latency`), or a citation key. */
export function warnOfNearMiss(
  { id, place }: Reference,
  {
    ids,
    claims,
    keys,
    file,
  }: Readonly<Record<'ids' | 'claims' | 'keys', readonly string[]>> & { file: VFile },
): void {
  if (claims.includes(id)) {
    const reason = `@${id} is plain text: to refer to a claim, write a link, [Claim ${id}](#${id})`
    warn(file, 'reference-near-miss', place, reason)
    return
  }
  if (ids.includes(id)) {
    const reason = `@${id} is plain text: an id to refer to starts with sec-, eq-, lst-, tbl- or fig-; or write [words](#${id})`
    warn(file, 'reference-near-miss', place, reason)
    return
  }
  const near = nearest(
    id,
    ids.filter((one) => isReference({ id: one })),
  )
  const meant = keys.includes(id) ? `[@${id}]` : near && `@${near}`
  if (meant === undefined) return
  warn(file, 'reference-near-miss', place, `@${id} is plain text (did you mean ${meant}?)`)
}
