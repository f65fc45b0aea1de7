/** Elements of a drawing. */

export interface Svg {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Svg | string)[]
}

/** Changes every element, outer ones first. */
export function changed(svg: Svg, change: (element: Svg) => Svg): Svg {
  const { children, ...element } = change(svg)
  return {
    ...element,
    children: children.map((child) => (typeof child === 'string' ? child : changed(child, change))),
  }
}
