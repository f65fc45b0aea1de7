/**
 * Drawings in a page: their text goes there as it is, as it takes long to read a thousand marks as elements and to write
 * them again. It is that of a figure, which only has what drawing/svg.ts lets pass, or of a claim (distribution.ts).
 */

import type { Element, ElementData } from 'hast'
import { visit } from 'unist-util-visit'
import { darkForm, hasDarkForm } from './darkdrawings.ts'

declare module 'hast' {
  interface ElementData {
    /** Text of a drawing, for which the element stands. */
    readonly drawing?: string
  }
}

/** Returns an element in place of a drawing, whose class says whether it has a dark form. */
export function drawingElement(svg: string): Element {
  const drawing = hasDarkForm(svg) ? withClass(svg, darkForm) : svg
  const data = { drawing: withBlendClasses(drawing) } as ElementData
  return { type: 'element', tagName: 'svg', properties: {}, children: [], data }
}

/** Puts the drawings of a sanitised body in their places. */
export function placeDrawings(sane: Element): void {
  visit(sane, 'element', ({ data }, index, parent) => {
    if (data?.drawing !== undefined && parent !== undefined && index !== undefined)
      parent.children[index] = { type: 'raw', value: data.drawing }
  })
}

/** Texts of the drawings in their places. */
export function drawingsIn(sane: Element): readonly string[] {
  const found: string[] = []
  visit(sane, 'raw', ({ value }) => void found.push(value))
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

/** The page's policy allows no style attributes, which drawings have for blend modes only. */
function withBlendClasses(svg: string): string {
  return svg.replace(/(<[^<>]*) style="mix-blend-mode: ([a-z-]+);"/g, (_, start: string, mode: string) =>
    withClass(start, `${blendPrefix}${mode}`),
  )
}

/** Of classes that stand for blend modes. */
const blendPrefix = 'blend-'

const blendModes = [
  ...['multiply', 'screen', 'overlay', 'darken', 'lighten', 'color-dodge', 'color-burn', 'hard-light'],
  ...['soft-light', 'difference', 'exclusion', 'hue', 'saturation', 'color', 'luminosity'],
]

/** CSS of the classes that stand for style attributes. */
export const blendStyle = `${blendModes
  .map((mode) => `.${blendPrefix}${mode} { mix-blend-mode: ${mode}; }`)
  .join('\n')}\n`

/** Whether a drawing has such a class. */
export function hasBlends(svg: string): boolean {
  return /<[^<>]* class="blend-/.test(svg)
}
