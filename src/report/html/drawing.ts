/**
 * Drawings in a page. Their SVG text is inserted as it is, as parsing and writing thousands of elements is
 * slow. It comes from a figure, where drawing/svg.ts checked it, or from a claim (distribution.ts).
 */

import type { Element, ElementData, Root } from 'hast'
import { visit } from 'unist-util-visit'
import { pixelsOfSvg } from '../picturesize.ts'
import { darkColors, darkForm, type DrawnColors } from './darkdrawings.ts'

export interface PageDrawing {
  readonly text: string
  /** Absent if it has no dark form. */
  readonly colors?: DrawnColors
  readonly hasBlends: boolean
}

declare module 'hast' {
  interface ElementData {
    /** The drawing that replaces this element. */
    readonly drawing?: PageDrawing
  }
}

/** Width in pixels below which no window shrinks a drawing; it scrolls instead. 34rem in style.ts. */
const leastWidth = 612

/** Class of drawings that are narrower than that, and never shown wider than they are. */
const narrow = 'narrow'

/**
 * Returns a placeholder for a drawing. Classes of the drawing say whether it has a dark form and is narrow.
 */
export function drawingElement(svg: string): Element {
  const colors = darkColors(svg)
  const { width = Infinity } = pixelsOfSvg(svg) ?? {}
  const sized = width < leastWidth ? withClass(svg, narrow) : svg
  const marked = colors ? withClass(sized, darkForm) : sized
  const text = withBlendClasses(marked)
  const drawing: PageDrawing = { text, ...(colors && { colors }), hasBlends: text !== marked }
  return { type: 'element', tagName: 'svg', properties: {}, children: [], data: { drawing } as ElementData }
}

/** Replaces placeholders with their drawings. */
export function placeDrawings(sane: Root): void {
  visit(sane, 'element', ({ data }, index, parent) => {
    if (data?.drawing !== undefined && parent !== undefined && index !== undefined)
      parent.children[index] = { type: 'raw', value: data.drawing.text }
  })
}

/** Returns the drawings whose placeholders are in a body. */
export function drawingsIn(sane: Element): readonly PageDrawing[] {
  const found: PageDrawing[] = []
  visit(sane, 'element', ({ data }) => {
    if (data?.drawing !== undefined) found.push(data.drawing)
  })
  return found
}

/** Adds a class to the first element of a text. */
function withClass(svg: string, name: string): string {
  const [start = ''] = /^<[^>]*/.exec(svg) ?? []
  const classed = start.includes(' class="')
    ? start.replace(' class="', (found) => `${found}${name} `)
    : start.replace(/^<\w+/, (tag) => `${tag} class="${name}"`)
  return classed + svg.slice(start.length)
}

/** Replaces style attributes, which the page's policy forbids; drawings use them only for blend modes. */
function withBlendClasses(svg: string): string {
  // The pattern is slow, and few drawings have the attribute.
  if (!svg.includes(' style="')) return svg
  return svg.replace(/(<[^<>]*) style="mix-blend-mode: ([a-z-]+);"/g, (_, start: string, mode: string) =>
    withClass(start, `${blendPrefix}${mode}`),
  )
}

/** Prefix of classes for blend modes. */
const blendPrefix = 'blend-'

const blendModes = [
  ...['multiply', 'screen', 'overlay', 'darken', 'lighten', 'color-dodge', 'color-burn', 'hard-light'],
  ...['soft-light', 'difference', 'exclusion', 'hue', 'saturation', 'color', 'luminosity'],
]

/** CSS of the classes for blend modes. */
export const blendStyle = `${blendModes
  .map((mode) => `.${blendPrefix}${mode} { mix-blend-mode: ${mode}; }`)
  .join('\n')}\n`
