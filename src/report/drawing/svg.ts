/**
 * Parses a drawing's SVG into a tree of harmless elements. Anything not on the list is an error: nothing else
 * reaches the page, and nothing is dropped silently.
 */

import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml'
import { QueryError } from '../../query/error.ts'
import { hint } from '../../text/spelling.ts'

export interface Svg {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Svg | string)[]
}

const number = /^-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?:px|%)?$/i
const numbers = /^[-+\d.,e\s]*$/i
const word = /^[a-z-]+$/i
const reference = /^url\(#([\w-]+)\)$/
const paint =
  /^(?:[a-z]+|#[\da-f]{3,8}|(?:rgb|hsl)a?\([^()]*\)|(?:hwb|lab|lch|oklab|oklch)\([^()]*\)|url\(#[\w-]+\))$/i
const drawn = {
  class: /^[\p{L}\p{N}_\s.:-]*$/u,
  transform: /^(?:(?:translate|rotate|scale)\([-+\d.,e\s]*\)\s*)*$/i,
  'clip-path': reference,
  style: /^mix-blend-mode: [a-z-]+;$/,
  display: word,
  'pointer-events': word,
  opacity: number,
  fill: paint,
  'fill-opacity': number,
  stroke: paint,
  'stroke-opacity': number,
  'stroke-width': number,
  'stroke-linecap': word,
  'stroke-linejoin': word,
  'stroke-dasharray': numbers,
  'stroke-dashoffset': number,
  'stroke-miterlimit': number,
}
const box = { x: number, y: number, width: number, height: number }
const points = { x1: number, y1: number, x2: number, y2: number }
const circles = { cx: number, cy: number, r: number, fx: number, fy: number, fr: number }
const id = /^[\w-]+$/
const address = /^(?:https?:\/\/|mailto:|#)/i

/** Vega's elements and the allowed values of their attributes. */
const allowed: ReadonlyMap<string, Readonly<Record<string, RegExp>>> = new Map<
  string,
  Record<string, RegExp>
>([
  [
    'svg',
    {
      ...{ class: drawn.class, width: number, height: number, viewBox: numbers, version: number },
      xmlns: /^http:\/\/www\.w3\.org\/2000\/svg$/,
      'xmlns:xlink': /^http:\/\/www\.w3\.org\/1999\/xlink$/,
    },
  ],
  ['g', drawn],
  ['a', { 'xlink:href': address }],
  ['path', { ...drawn, d: /^[mlhvcsqtaz\d\s.,e+-]*$/i }],
  ['line', { ...drawn, ...points }],
  ['rect', { ...drawn, ...box }],
  [
    'text',
    {
      ...drawn,
      'text-anchor': word,
      // A list of names; vega writes `[object Object]` for invalid ones.
      'font-family': /^[\p{L}\p{N}\s'",._-]*$/u,
      'font-size': number,
      'font-style': word,
      'font-variant': word,
      'font-weight': /^(?:[a-z]+|\d+)$/i,
    },
  ],
  ['tspan', { x: number, dy: number }],
  ['defs', {}],
  ['clipPath', { id }],
  ['linearGradient', { id, ...points }],
  ['radialGradient', { id, ...circles }],
  ['pattern', { id, ...box, viewBox: numbers, preserveAspectRatio: /^[a-z ]+$/i }],
  ['stop', { offset: number, 'stop-color': paint }],
])

const texts: ReadonlySet<string> = new Set(['text', 'tspan'])

/**
 * Parses vega's SVG without the ARIA labels of single marks: the figure is one image, and all would be read
 * out. Throws QueryError for anything that a figure may not have.
 */
export function parseSvg(text: string): Svg {
  let root: XmlElement | null
  try {
    root = parseXml(text).root
  } catch (cause) {
    throw new QueryError(`the drawing is no well-formed SVG: ${(cause as Error).message.split('\n')[0]}`)
  }
  if (root?.name !== 'svg') throw new QueryError('the drawing is no SVG')
  const svg = checked(root)
  const ids = idsOf(svg)
  for (const { name, attributes } of elementsOf(svg)) {
    for (const [key, value] of Object.entries(attributes)) {
      const target = reference.exec(value)?.[1]
      if (target !== undefined && !ids.has(target)) throw new QueryError(refused(name, key, value))
    }
  }
  return svg
}

function checked(element: XmlElement): Svg {
  const { name } = element
  const rules = allowed.get(name)
  if (rules === undefined) throw new QueryError(`a figure may not have the element <${name}>`)
  const attributes = Object.entries(element.attributes).filter(([key]) => !/^(?:role|aria-[a-z]+)$/.test(key))
  for (const [key, value] of attributes) {
    if (!Object.hasOwn(rules, key) || !rules[key]?.test(value))
      throw new QueryError(refused(name, key, value))
  }
  const children = element.children.map((child) => {
    if (child instanceof XmlElement) return checked(child)
    if (child instanceof XmlText && texts.has(name)) return child.text
    throw new QueryError(`a figure may not have ${child.type} in <${name}>`)
  })
  return { name, attributes: Object.fromEntries(attributes), children }
}

function refused(name: string, key: string, value: string): string {
  const shown = value.length > 60 ? `${value.slice(0, 60)}...` : value
  if (key === 'xlink:href') return `a figure links only to http:, https:, mailto: and #places: ${shown}`
  return `a figure may not have ${key}="${shown}" (of <${name}>)`
}

function elementsOf(svg: Svg): readonly Svg[] {
  return [svg, ...svg.children.flatMap((child) => (typeof child === 'string' ? [] : elementsOf(child)))]
}

function idsOf(svg: Svg): ReadonlySet<string> {
  return new Set(elementsOf(svg).flatMap(({ attributes }) => attributes.id ?? []))
}

/** Prefixes ids and references to them, to be unique in a page of several drawings. */
export function withOwnIds(svg: Svg, prefix: string): Svg {
  const rename = (element: Svg): Svg => ({
    ...element,
    attributes: mapValues(element.attributes, (value, key) =>
      key === 'id'
        ? `${prefix}:${value}`
        : value.replace(reference, (_, target) => `url(#${prefix}:${target})`),
    ),
    children: element.children.map((child) => (typeof child === 'string' ? child : rename(child))),
  })
  return rename(svg)
}

/**
 * Replaces texts in the drawing only, so that a specification's filters and scales, and the data, keep their
 * own. Throws QueryError (with the nearest text) for a text that is not drawn, unless it `isPart`.
 */
export function retold(svg: Svg, instead: ReadonlyMap<string, string>, isPart: boolean): Svg {
  const written = new Set<string>()
  const visit = (element: Svg): Svg => ({
    ...element,
    children: element.children.map((child) => {
      if (typeof child !== 'string') return visit(child)
      written.add(child)
      return instead.get(child) ?? child
    }),
  })
  const told = visit(svg)
  for (const text of instead.keys()) {
    if (!isPart && !written.has(text))
      throw new QueryError(`texts: the figure does not write '${text}'${hint(text, written)}`)
  }
  return told
}

export function printSvg({ name, attributes, children }: Svg): string {
  const tag = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${attributeText(value)}"`),
  ].join(' ')
  if (children.length === 0) return `<${tag}/>`
  return `<${tag}>${children.map((child) => (typeof child === 'string' ? innerText(child) : printSvg(child))).join('')}</${name}>`
}

function innerText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function attributeText(text: string): string {
  return innerText(text).replaceAll('"', '&quot;')
}

function mapValues(
  record: Readonly<Record<string, string>>,
  change: (value: string, key: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))
}
