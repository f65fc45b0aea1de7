/** Elements of the page, as hast: https://github.com/syntax-tree/hast */

import type { Element, ElementContent, Properties, RootContent } from 'hast'

export type Child = ElementContent | string | undefined | readonly Child[]

/** `element('p', { className: ['note'] }, 'text', other)`; undefined children and properties are left out. */
export function element(
  tagName: string,
  properties: Readonly<Record<string, Properties[string]>> = {},
  ...children: readonly Child[]
): Element {
  return { type: 'element', tagName, properties: { ...properties }, children: flatten(children) }
}

/** A drawing, as SVG text; it is parsed, and held to the allow-list, when the page is put together (sanitize.ts). */
export function raw(value: string): ElementContent {
  return { type: 'raw', value } as unknown as ElementContent
}

/** The text of a node and all below it. */
export function textOf(node: RootContent): string {
  if (node.type === 'text') return node.value
  return 'children' in node ? node.children.map(textOf).join('') : ''
}

function flatten(children: readonly Child[]): ElementContent[] {
  return children.flatMap((child) => {
    if (child === undefined) return []
    if (typeof child === 'string') return [{ type: 'text' as const, value: child }]
    return isList(child) ? flatten(child) : [child]
  })
}

function isList(child: ElementContent | readonly Child[]): child is readonly Child[] {
  return Array.isArray(child)
}

/** Id of a part of the page itself. Authors' ids have no colon, and what is derived from theirs has one. */
export function pageId(name: string): string {
  return `page:${name}`
}
