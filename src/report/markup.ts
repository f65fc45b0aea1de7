/** Parses text with a few HTML tags, as the LaTeX reader leaves them, into inline nodes. All else is text. */

import type { Emphasis, Link, PhrasingContent, Strong } from 'mdast'
import type { Styled } from './model.ts'

/** By tag; others are ignored. */
const makers: ReadonlyMap<string, (address: string) => Open | undefined> = new Map<
  string,
  (address: string) => Open | undefined
>([
  ['i', () => ({ type: 'emphasis', children: [] })],
  ['b', () => ({ type: 'strong', children: [] })],
  ['sub', () => ({ type: 'subscript', children: [] })],
  ['sup', () => ({ type: 'superscript', children: [] })],
  ['code', () => ({ type: 'monospace', children: [] })],
  // A link for web addresses only.
  ['a', (address) => linkTo(webAddress(address))],
])

type Open = Emphasis | Strong | Styled | Link

const tag = /<(\/?)(i|b|sub|sup|code|span|a|p|br|li|ul)(?: (?:class|style|href)="([^<>]*?)")?\s*\/?>/g

/** Ignores unpaired and misplaced tags. */
export function markup(text: string): readonly PhrasingContent[] {
  const root: PhrasingContent[] = []
  const open: { readonly name: string; readonly children: PhrasingContent[] }[] = []
  const add = (node: PhrasingContent) => (open.at(-1)?.children ?? root).push(node)
  const write = (value: string) => value !== '' && add({ type: 'text', value })
  let end = 0
  for (const { 0: found, 1: slash, 2: name = '', 3: address = '', index } of text.matchAll(tag)) {
    write(text.slice(end, index))
    end = index + found.length
    if (name === 'p' || name === 'br' || name === 'li') write(' ')
    else if (slash !== '/') {
      const made = makers.get(name)?.(address)
      if (made) add(made)
      open.push({ name, children: made?.children ?? open.at(-1)?.children ?? root })
    } else if (open.at(-1)?.name === name) open.pop()
  }
  write(text.slice(end))
  return root
}

function linkTo(url: string | undefined): Link | undefined {
  return url === undefined ? undefined : { type: 'link', url, children: [] }
}

/** Normalizes an http(s) URL; undefined for anything else. */
export function webAddress(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text.trim()) || !URL.canParse(text)) return undefined
  return new URL(text).href
}
