/**
 * Figures: a Vega-Lite specification and its data to SVG text. The drawing is a stranger's work: it is made in a process of its own,
 * and read here as something that may hold anything.
 */

import { QueryError } from '../query/error.ts'
import { advice, limits, type Order } from './drawing/message.ts'
import type { Drawer } from './drawing/process.ts'
import { parseSvg, printSvg, retold, type Svg, withOwnIds } from './drawing/svg.ts'

export interface FigureInput extends Order {
  /** Unique in the page: ids in the SVG start with it. */
  readonly id: string
  /** Whether some of the data is not there yet, and so perhaps not all `texts`. */
  readonly isPart?: boolean
  /** Becomes <title>, the name that a screen reader says. */
  readonly title: string
  /** Becomes <desc>. */
  readonly description: string
}

/**
 * Draws a figure as an SVG element. Throws QueryError for an unknown dataset or field (with the nearest name), a specification that
 * does not compile or compiles with a warning, one that asks for anything but a drawing, and at a limit.
 */
export async function renderFigure(input: FigureInput, drawer: Pick<Drawer, 'draw'>): Promise<string> {
  const { id, isPart = false, title, description, ...order } = input
  const text = await drawer.draw(order)
  if (text.length > limits.svgMb * 1e6) {
    throw new QueryError(
      `the drawing has ${(text.length / 1e6).toFixed(0)} MB of SVG, of at most ${limits.svgMb} MB (draw less: ${advice})`,
    )
  }
  const svg = bounded(parseSvg(text))
  return printSvg(
    named(withOwnIds(retold(svg, new Map(Object.entries(order.texts ?? {})), isPart), id), input),
  )
}

function bounded(svg: Svg): Svg {
  for (const side of ['width', 'height']) {
    const pixels = Number(svg.attributes[side])
    if (pixels > limits.pixels) {
      throw new QueryError(
        `the drawing has a ${side} of ${pixels} pixels, of at most ${limits.pixels} (give the specification a smaller one)`,
      )
    }
  }
  return svg
}

/** Names the picture for those who do not see it. */
function named(svg: Svg, { id, title, description }: FigureInput): Svg {
  const [titleId, descriptionId] = [`${id}:title`, `${id}:desc`]
  const attributes = { role: 'img', 'aria-labelledby': titleId, 'aria-describedby': descriptionId }
  return {
    ...svg,
    attributes: { ...svg.attributes, ...attributes },
    children: [
      { name: 'title', attributes: { id: titleId }, children: [title] },
      { name: 'desc', attributes: { id: descriptionId }, children: [description] },
      ...svg.children,
    ],
  }
}
