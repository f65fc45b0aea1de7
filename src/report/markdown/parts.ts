/** Inline parts that several nodes have. HTML is ours alone: what others wrote is escaped. */

import type { PhrasingContent } from 'mdast'
import type { Badge } from '../model.ts'

export function html(value: string): PhrasingContent {
  return { type: 'html', value }
}

/** A place that links lead to. */
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

/** The origin as a small word behind a number. */
export function raised(text: string): readonly PhrasingContent[] {
  return [html('<sup>'), { type: 'text', value: text }, html('</sup>')]
}

export function badgeNodes(badge: Badge | undefined): readonly PhrasingContent[] {
  return badge === undefined ? [] : [{ type: 'text', value: ' ' }, ...raised(badge.text)]
}
