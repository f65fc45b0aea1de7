/**
 * The frame of every page: its head, with the browser's permissions, around a sanitised body; as HTML text.
 */

import { createHash } from 'node:crypto'
import type { Element, Root } from 'hast'
import { h } from 'hastscript'
import rehypeStringify from 'rehype-stringify'
import { unified } from 'unified'
import { isFromRight } from '../../locale/languages.ts'
import { darkStyle, type DrawnColors } from './darkdrawings.ts'
import { blendStyle, drawingsIn, placeDrawings } from './drawing.ts'
import { sanitized, withoutControls } from './sanitize.ts'

export interface Frame {
  /** BCP 47 tag. */
  readonly lang: string
  /** Title of the browser's tab. */
  readonly title: string
  readonly authors?: readonly string[]
  readonly keywords?: readonly string[]
  /** Further elements of the head. */
  readonly metadata?: readonly Element[]
  /** Name and version of this program. */
  readonly generator: string
  /** CSS. */
  readonly style: string
  /** JavaScript of ours, which runs before the body is read. */
  readonly script?: string
  readonly body: Element
  /** What is shown in a page whose body has marks in its place. */
  readonly further?: readonly Shown[]
}

/** What of a sanitised body decides the style of its page. */
export interface Shown {
  readonly hasBlends: boolean
  readonly colors: DrawnColors
}

export function shownIn(sane: Element): Shown {
  const drawings = drawingsIn(sane)
  const paintedBy = (paint: keyof DrawnColors) => [
    ...new Set(drawings.flatMap(({ colors }) => colors?.[paint] ?? [])),
  ]
  return {
    hasBlends: drawings.some(({ hasBlends }) => hasBlends),
    colors: { fill: paintedBy('fill'), stroke: paintedBy('stroke') },
  }
}

/** Writes sanitised elements as HTML, with their drawings. */
export function htmlText(sane: Root): string {
  placeDrawings(sane)
  withoutControls(sane)
  return processor.stringify(sane)
}

/** After sanitising, only drawings are raw. */
const processor = unified().use(rehypeStringify, { closeEmptyElements: true, allowDangerousHtml: true })

/**
 * Returns the page as HTML text. Its Content-Security-Policy holds even if something passes the allow-list:
 * no requests or forms, no scripts and no style but ours.
 */
export function htmlPage({
  lang,
  title,
  authors = [],
  keywords = [],
  metadata = [],
  generator,
  style: given,
  script,
  body,
  further = [],
}: Frame): string {
  const sane = sanitized(body)
  const shown = [shownIn(sane), ...further]
  const blends = shown.some((one) => one.hasBlends) ? blendStyle : ''
  const style = `${given}${blends}${darkStyle(shown.map(({ colors }) => colors))}`
  const page: Root = {
    type: 'root',
    children: [
      { type: 'doctype' },
      h(
        'html',
        { lang, dir: isFromRight(lang) ? 'rtl' : undefined },
        h(
          'head',
          h('meta', { charSet: 'utf-8' }),
          h('meta', { httpEquiv: ['Content-Security-Policy'], content: policy(style, script) }),
          h('meta', { name: 'referrer', content: 'no-referrer' }),
          h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
          h('meta', { name: 'generator', content: generator }),
          ...authors.map((name) => h('meta', { name: 'author', content: name })),
          keywords.length === 0 ? undefined : h('meta', { name: 'keywords', content: keywords.join(', ') }),
          ...metadata,
          h('title', title),
          h('style', style),
          script === undefined ? undefined : h('script', script),
        ),
        sane,
      ),
    ],
  }
  return `${htmlText(page)}\n`
}

function policy(style: string, script: string | undefined): string {
  return [
    "default-src 'none'",
    'img-src data:',
    `style-src '${hash(style)}'`,
    ...(script === undefined ? [] : [`script-src '${hash(script)}'`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** A source of CSP. */
function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
