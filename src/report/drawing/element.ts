/** Elements of a drawing. */

export interface Svg {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Svg | string)[]
}

/** Looks at every element, outer ones first. */
export function visit(svg: Svg, look: (element: Svg) => void): void {
  look(svg)
  for (const child of svg.children) if (typeof child !== 'string') visit(child, look)
}

/** Changes every element, outer ones first. What stays as it is, is the same object. */
export function changed(svg: Svg, change: (element: Svg) => Svg): Svg {
  const own = change(svg)
  const children = own.children.map((child) => (typeof child === 'string' ? child : changed(child, change)))
  return children.every((child, index) => child === own.children[index]) ? own : { ...own, children }
}
