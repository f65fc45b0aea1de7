/** Elements shared by several nodes. */

import type { Element, ElementContent, Properties } from 'hast'
import { h } from 'hastscript'
import type { Position } from 'unist'
import type { Inline } from '../../text/markdown.ts'
import type { Badge, Fact } from '../model.ts'

/** Renders inline content. */
export type Phrasing = (content: readonly Inline[]) => readonly ElementContent[]

/** Returns the element of a part, which may be one that stands for what was made of an equal part before. */
export type KeepPart = (
  part: { readonly type: string; readonly position?: Position | undefined },
  make: () => Element,
) => Element

/** Id of a part of the page itself; the colon keeps it apart from authors' ids. */
export function pageId(name: string): string {
  return `page:${name}`
}

/** A small label; its word is text, so that it is copied, printed and read out. */
export function badgeElement(badge: Badge | undefined): Element | undefined {
  return badge && h('span.badge', { dataOrigin: badge.origins.join(' ') }, badge.text)
}

export function noteList(notes: readonly string[]): Element | undefined {
  if (notes.length === 0) return undefined
  return h('ul.notes', ...notes.map((note) => h('li', note)))
}

/** A part that scrolls if it is too wide; screen readers read its label. */
export function scrolling(
  selector: string,
  { id, ...label }: Properties,
  ...children: readonly (Element | undefined)[]
): Element {
  return h(selector, { role: 'region', ...label, tabIndex: 0, id }, ...children)
}

/** A table of cells of experiments, and what is known of their runs. */
export function cellsTable(heads: readonly Element[], rows: readonly Element[]): Element {
  return h('table.cells', h('thead', h('tr', ...heads)), h('tbody', ...rows))
}

export function definitions(facts: readonly Fact[], phrasing: Phrasing): Element {
  return h(
    'dl',
    facts.flatMap(([term, content]) => [h('dt', term), h('dd', [...phrasing([content])])]),
  )
}

/** Twelve digits, with the full digest in the title. */
export function digest(hex: string): Element {
  return h('code', { title: hex }, hex.slice(0, 12))
}
