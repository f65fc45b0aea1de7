/** Tables and figures as HTML. */

import type { Element } from 'hast'
import { fromHtml } from 'hast-util-from-html'
import { h } from 'hastscript'
import type { Messages } from '../../locale/en.ts'
import type { Drawing, Float } from '../model.ts'
import { badgeElement, noteList, scrolling } from './parts.ts'
import { tableElement } from './table.ts'

export function floatElement(float: Float, messages: Messages): Element {
  const { id, label, caption, content } = float
  switch (content.type) {
    case 'table':
      return tableElement(float, content, messages)
    case 'figure':
      return figureElement(float, content, messages)
    case 'failed':
      return h(
        'div.float.failed',
        { id },
        h('p', h('strong', messages.caption(label)), caption),
        h('p.missing', content.message),
      )
  }
}

function figureElement(
  { id, label, caption, badge, notes }: Float,
  { svg, isFolded }: Drawing,
  messages: Messages,
): Element {
  // A folded drawing has the id itself: a link to it then unfolds it.
  const drawing = scrolling(
    'div.scroll.drawing',
    { ariaLabel: label, id: isFolded ? id : undefined },
    ...drawn(svg),
  )
  const content = [h('strong', messages.caption(label)), caption, ' ', badgeElement(badge)]
  return h(
    'figure.float',
    { id: isFolded ? undefined : id, dataOrigin: badge?.origins.join(' ') ?? '' },
    isFolded
      ? h('details.folded', h('summary', ...content), drawing)
      : [drawing, h('figcaption', ...content)],
    noteList(notes),
  )
}

/** Returns a drawing's elements; sanitize.ts filters them with the rest of the page. */
export function drawn(svg: string): readonly Element[] {
  return fromHtml(svg, { fragment: true }).children.filter((node) => node.type === 'element')
}
