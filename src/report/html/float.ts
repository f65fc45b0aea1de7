/** Tables and figures as HTML. */

import type { Element, ElementContent } from 'hast'
import { h } from 'hastscript'
import type { Messages } from '../../locale/en.ts'
import type { Drawing, Float, Parts, PictureContent } from '../model.ts'
import { pixelsOf } from '../picturesize.ts'
import { drawingElement } from './drawing.ts'
import { drawnElement } from './drawn.ts'
import { badgeElement, type KeepPart, noteList, type Phrasing, scrolling } from './parts.ts'
import { tableElement } from './table.ts'

export function floatElement(float: Float, messages: Messages, phrasing: Phrasing, kept: KeepPart): Element {
  const { id, label, caption, content } = float
  switch (content.type) {
    case 'table':
      return tableElement(float, content, messages, phrasing)
    case 'figure':
      return figureElement(float, content, messages, phrasing, kept)
    case 'picture':
      return h(
        'figure.float',
        { id },
        h('div.picture', pictureElement(content)),
        h('figcaption', ...captionOf(float, messages, phrasing)),
        noteList(float.notes),
      )
    case 'parts':
      return partsElement(float, content, messages, phrasing, kept)
    case 'failed':
      return h(
        'div.float.failed',
        { id },
        h('p', h('strong', messages.caption(label)), ...phrasing([caption])),
        h('p.missing', content.message),
      )
  }
}

function captionOf(
  { label, caption, badge }: Float,
  messages: Messages,
  phrasing: Phrasing,
): readonly (ElementContent | undefined)[] {
  return [
    h('strong', messages.caption(label)),
    ...phrasing([caption]),
    { type: 'text', value: ' ' },
    badgeElement(badge),
  ]
}

function figureElement(
  float: Float,
  content: Drawing,
  messages: Messages,
  phrasing: Phrasing,
  kept: KeepPart,
): Element {
  const { id, label, badge, notes } = float
  const { svg, isFolded } = content
  // A folded drawing has the id itself: a link to it then unfolds it.
  const drawing = scrolling(
    'div.scroll.drawing',
    { ariaLabel: label, id: isFolded ? id : undefined },
    drawingElement(svg),
  )
  const caption = captionOf(float, messages, phrasing)
  return h(
    'figure.float',
    { id: isFolded ? undefined : id, dataOrigin: badge?.origins.join(' ') ?? '' },
    isFolded
      ? h('details.folded', h('summary', ...caption), drawing)
      : [drawing, h('figcaption', ...caption)],
    noteList(notes),
    drawnElement(content, label, messages, kept),
  )
}

/** Parts beside each other, as figures in a figure. */
function partsElement(
  float: Float,
  { columns, parts }: Parts,
  messages: Messages,
  phrasing: Phrasing,
  kept: KeepPart,
): Element {
  const { id, label, badge, notes } = float
  const shown = parts.map(({ id: own, letter, caption, content }) =>
    h(
      'figure',
      { id: own },
      partContent(content, `${label} ${letter}`),
      h('figcaption', h('strong', letter), ' ', ...(caption === undefined ? [] : phrasing([caption]))),
      content.type === 'figure' ? drawnElement(content, `${label} ${letter}`, messages, kept) : undefined,
    ),
  )
  return h(
    'figure.float',
    { id, dataOrigin: badge?.origins.join(' ') },
    h('div.parts', { className: [`columns-${columns}`] }, ...shown),
    h('figcaption', ...captionOf(float, messages, phrasing)),
    noteList(notes),
  )
}

function partContent(content: Parts['parts'][number]['content'], ariaLabel: string): Element {
  switch (content.type) {
    case 'figure':
      return scrolling('div.scroll.drawing', { ariaLabel }, drawingElement(content.svg))
    case 'picture':
      return h('div.picture', pictureElement(content))
    case 'failed':
      return h('p.missing', content.message)
  }
}

/**
 * Embeds a picture: a report is one file and loads nothing. An SVG may have no width of its own; browsers
 * would show it at the width of its place, or not at all.
 */
export function pictureElement({
  mime,
  content,
  alt,
  title,
  width = mime === 'image/svg+xml' ? pixelsOf({ mime, content })?.width : undefined,
}: Omit<PictureContent, 'type'> & { readonly title?: string | undefined }): Element {
  return h('img', { src: `data:${mime};base64,${content}`, alt, title, width })
}
