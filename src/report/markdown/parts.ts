/** Inline parts shared by several nodes. The HTML is generated here; the document's text is escaped. */

import type { PhrasingContent } from 'mdast'
import type { Badge } from '../model.ts'

export function html(value: string): PhrasingContent {
  return { type: 'html', value }
}

/** A link target. */
export function anchor(id: string): PhrasingContent {
  return html(`<a id="${escaped(id)}"></a>`)
}

export function escaped(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** The origin, raised behind a number. */
export function raised(text: string): readonly PhrasingContent[] {
  return [html('<sup>'), { type: 'text', value: text }, html('</sup>')]
}

export function badgeNodes(badge: Badge | undefined): readonly PhrasingContent[] {
  return badge === undefined ? [] : [{ type: 'text', value: ' ' }, ...raised(badge.text)]
}
