/** Makes a drawing smaller without a change to see: what is said again and again is said once, or not at all. */

import type { Svg } from './element.ts'

/** Returns the drawing with its font on the root, and without what is neither drawn nor holds anything. */
export function lean(svg: Svg): Svg {
  const fonts = new Set<string | undefined>()
  collectFonts(svg, fonts)
  const [font] = fonts
  const isOne = fonts.size === 1 && font !== undefined
  const { name, attributes, children } = without(svg, isOne)
  return { name, attributes: isOne ? { ...attributes, 'font-family': font } : attributes, children }
}

function collectFonts({ name, attributes, children }: Svg, fonts: Set<string | undefined>): void {
  if (name === 'text') fonts.add(attributes['font-family'])
  for (const child of children) if (typeof child !== 'string') collectFonts(child, fonts)
}

function without({ name, attributes, children }: Svg, isFontKnown: boolean): Svg {
  const { 'font-family': font, ...others } = attributes
  const left: (Svg | string)[] = []
  for (const child of children)
    if (typeof child === 'string') left.push(child)
    else if (!isNothing(child)) left.push(without(child, isFontKnown))
  return { name, attributes: isFontKnown && font !== undefined ? others : attributes, children: left }
}

function isNothing({ name, attributes: { d, display, id }, children }: Svg): boolean {
  return name === 'path' && d === '' && display === 'none' && id === undefined && children.length === 0
}

/** Returns a transform with places to a thousandth of a pixel. Vega gives them sixteen digits. */
export function rounded(transform: string): string {
  if (!/\.\d{4}/.test(transform)) return transform
  return transform.replace(/translate\(([^)]*)\)/g, (_, places: string) => {
    const short = places.replace(/-?\d+\.\d{4,}(?![\de])/g, (place) =>
      String(Number(Number(place).toFixed(3)) + 0),
    )
    return `translate(${short})`
  })
}
