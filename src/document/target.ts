/**
 * What a text can refer to besides tables and figures, by an id of the author's: sections, equations and
 * listings.
 *
 *   ## Method {#sec-method}      $$ ... $$ {#eq-energy}      ```python id=lst-loop caption="The loop"
 */

import type { Code, Heading, Nodes } from 'mdast'
import type { Math } from 'mdast-util-math'
import { referredId } from '../results/name.ts'
import type { Place } from './block.ts'
import { prefixes } from './float.ts'
import { idInLabel } from './mathematics.ts'
import { type SourceText, sliceOf, startOf } from './place.ts'

export type Target =
  | { readonly type: 'section'; readonly id: string; readonly place: Place; readonly node: Heading }
  | { readonly type: 'equation'; readonly id: string; readonly place: Place; readonly node: Math }
  | Listing

/** A code block with an id. */
export interface Listing {
  readonly type: 'listing'
  readonly id: string
  readonly place: Place
  readonly node: Code
  /** Markdown; may be empty. */
  readonly caption: string
  /** Of the caption's first character. */
  readonly captionPlace: Place
}

/** Returns what the node is to references, if it has an id. */
export function targetOf(node: Nodes, source: SourceText): Target | undefined {
  const place = startOf(node)
  if (node.type === 'heading' && node.data?.id !== undefined)
    return { type: 'section', id: node.data.id, place, node }
  if (node.type === 'math') {
    const id = idInLabel(node.data?.rest ?? '')
    return id === undefined ? undefined : { type: 'equation', id, place, node }
  }
  return node.type === 'code' ? listingOf(node, source) : undefined
}

/** An attribute of a fence: `caption="two words"`. */
export const attribute = /(?:^|\s)(id|caption)=(?:"([^"]*)"|(\S+))/g

/** Whether all of an info string behind the language is of a listing. */
export function isListing({ meta }: Code): boolean {
  return /^(?:id|caption)=/.test(meta?.trim() ?? '')
}

const idPattern = new RegExp(`^${referredId}$`, 'u')

function listingOf(node: Code, source: SourceText): Listing | undefined {
  if (!isListing(node)) return undefined
  const place = startOf(node)
  const found = new Map(
    [...(node.meta ?? '').matchAll(attribute)].map(([, name = '', quoted, word]) => [
      name,
      quoted ?? word ?? '',
    ]),
  )
  const id = found.get('id')
  if (id === undefined || !idPattern.test(id)) return undefined
  const [line = ''] = sliceOf(source, node).split(/[\r\n]/, 1)
  const at = line.search(/\scaption="?/)
  const column =
    at < 0 ? place.column : place.column + at + (/^\scaption="?/.exec(line.slice(at))?.[0].length ?? 0)
  const captionPlace = { line: place.line, column }
  return { type: 'listing', id, place, node, caption: found.get('caption') ?? '', captionPlace }
}

/** What an id is of, by its prefix: `sec-method`. */
export function kindOfId(id: string): keyof typeof prefixes | undefined {
  return (Object.keys(prefixes) as (keyof typeof prefixes)[]).find((kind) => id.startsWith(prefixes[kind]))
}
