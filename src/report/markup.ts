/** Text with a few HTML tags, as the reader of LaTeX leaves them, as elements. Everything else in it is text. */

import type { Element, ElementContent } from 'hast'
import { element } from '../locale/element.ts'

/** By tag; undefined for those that mean nothing here. */
const names: Readonly<Record<string, string>> = { i: 'em', b: 'strong', sub: 'sub', sup: 'sup', code: 'code' }

const tag = /<(\/?)(i|b|sub|sup|code|span|a|p|br|li|ul)(?: (?:class|style|href)="([^<>]*?)")?\s*\/?>/g

/** A tag without its other half, or in the wrong order, does nothing. */
export function markup(text: string): readonly ElementContent[] {
  const root: ElementContent[] = []
  const open: { readonly name: string; readonly children: ElementContent[] }[] = []
  const add = (node: ElementContent) => (open.at(-1)?.children ?? root).push(node)
  const write = (value: string) => value !== '' && add({ type: 'text', value })
  let end = 0
  for (const { 0: found, 1: slash, 2: name = '', 3: address, index } of text.matchAll(tag)) {
    write(text.slice(end, index))
    end = index + found.length
    if (name === 'p' || name === 'br' || name === 'li') write(' ')
    else if (slash !== '/') {
      const made =
        name === 'a' ? linkTo(address ?? '') : names[name] === undefined ? undefined : element(names[name])
      if (made) add(made)
      open.push({ name, children: made?.children ?? open.at(-1)?.children ?? root })
    } else if (open.at(-1)?.name === name) open.pop()
  }
  write(text.slice(end))
  return root
}

/** A link where the address is one of the web, else nothing. */
function linkTo(address: string): Element | undefined {
  const href = webAddress(address)
  return href === undefined ? undefined : element('a', { href })
}

/** The address as a link may have it; undefined unless it is one of http or https. */
export function webAddress(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text.trim()) || !URL.canParse(text)) return undefined
  return new URL(text).href
}
