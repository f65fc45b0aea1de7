/** A drawing's SVG as elements of the page. Read as XML: a parser of HTML takes as long as the rest of a page. */

import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml'
import type { Element } from 'hast'
import { find, svg as schema } from 'property-information'
import { darkForm, hasDarkForm } from './darkdrawings.ts'

/**
 * Returns the root; sanitize.ts filters it with the rest of the page. Its class says whether it has a dark form.
 * Throws for what is not well-formed.
 */
export function drawingElement(svg: string): Element {
  const { root } = parseXml(svg)
  if (root === null) throw new Error('a drawing without an element')
  const element = elementOf(root)
  if (hasDarkForm(element))
    element.properties.className = [...[element.properties.className ?? []].flat().map(String), darkForm]
  return element
}

function elementOf({ name, attributes, children }: XmlElement): Element {
  const properties = Object.entries(attributes).map(([key, value]) => [propertyOf(key), value] as const)
  return {
    type: 'element',
    tagName: name,
    properties: Object.fromEntries(properties),
    children: children.flatMap((child) => {
      if (child instanceof XmlElement) return elementOf(child)
      return child instanceof XmlText ? { type: 'text', value: child.text } : []
    }),
  }
}

const properties = new Map<string, string>()

/** Attribute -> property of hast: stroke-width -> strokeWidth. */
function propertyOf(attribute: string): string {
  const known = properties.get(attribute) ?? find(schema, attribute).property
  properties.set(attribute, known)
  return known
}
