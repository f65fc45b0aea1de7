/**
 * Renders a Vega-Lite specification and its data to SVG text. The drawing is untrusted: it is made in a
 * separate process, and its result is checked here.
 */

import { QueryError } from '../query/error.ts'
import { lean } from './drawing/lean.ts'
import type { Order } from './drawing/order.ts'
import { advice, type Drawer, limits } from './drawing/process.ts'
import { escaped, parseSvg, prefixIds, printSvg, replaceTexts } from './drawing/svg.ts'
import { withSharedTips } from './drawing/tips.ts'

export interface FigureInput extends Order {
  /** Unique in the page; prefix of ids in the SVG. */
  readonly id: string
  /** True if data is missing, and so perhaps some of `texts`. */
  readonly isPart?: boolean
  /** Becomes <title>, which screen readers say. */
  readonly title: string
  /** Becomes <desc>. */
  readonly description: string
}

/**
 * Draws a figure as an SVG element. Throws QueryError for an unknown dataset or field (with the nearest
 * name), a specification that fails to compile or warns or asks for more than a drawing, and at a limit.
 */
export async function renderFigure(input: FigureInput, drawer: Pick<Drawer, 'draw'>): Promise<string> {
  const { id, isPart = false, title, description, ...order } = input
  const text = await drawer.draw(order)
  if (text.length > limits.svgMb * 1e6) {
    throw new QueryError(
      `the drawing has ${(text.length / 1e6).toFixed(0)} MB of SVG, of at most ${limits.svgMb} MB ` +
        `(draw less: ${advice})`,
    )
  }
  const elements = text.match(/<[a-z]/gi)?.length ?? 0
  if (elements > limits.elements)
    throw new QueryError(
      `the drawing has ${elements.toLocaleString('en')} elements, of at most ` +
        `${limits.elements.toLocaleString('en')} (draw less: ${advice})`,
    )
  const drawn = parseSvg(text)
  for (const side of ['width', 'height']) {
    const pixels = Number(drawn.attributes[side])
    if (pixels > limits.pixels) {
      throw new QueryError(
        `the drawing has a ${side} of ${pixels} pixels, more than the limit of ${limits.pixels} ` +
          '(give the specification a smaller one)',
      )
    }
  }
  const named = replaceTexts(drawn, new Map(Object.entries(order.texts ?? {})), isPart)
  const svg = withSharedTips(lean(prefixIds(named, id)))
  // A name and a description for screen readers.
  const [titleId, descriptionId] = [`${id}:title`, `${id}:desc`]
  const labels = { role: 'img', 'aria-labelledby': titleId, 'aria-describedby': descriptionId }
  return printSvg({
    ...svg,
    attributes: { ...svg.attributes, ...labels },
    children: [
      { name: 'title', attributes: { id: titleId }, children: [title] },
      { name: 'desc', attributes: { id: descriptionId }, children: [description] },
      ...svg.children,
    ],
  })
}

/** Returns a drawing with another name: that of a caption whose values and references are in place. */
export function withTitle(svg: string, title: string): string {
  return svg.replace(/(<title id="[^"]*">)[^<]*(?=<\/title>)/, (_, start: string) => start + escaped(title))
}
