/**
 * Parses a drawing's SVG into a tree of harmless elements. Anything not on the list is an error: nothing else
 * reaches the page, and nothing is dropped silently.
 */

import { QueryError } from '../../query/error.ts'
import { hint } from '../../text/spelling.ts'
import { changed, type Svg, visit } from './element.ts'
import { rounded } from './lean.ts'
import { type Reading, readMarkup } from './markup.ts'
import { partsOf, tipName, tipOf, tipText } from './tips.ts'

const number = /^-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?:px|%)?$/i
const numbers = /^[-+\d.,e\s]*$/i
const word = /^[a-z-]+$/i
const reference = /^url\(#([\w-]+)\)$/
const paint =
  /^(?:[a-z]+|#[\da-f]{3,8}|(?:rgb|hsl)a?\([^()]*\)|(?:hwb|lab|lch|oklab|oklch)\([^()]*\)|url\(#[\w-]+\))$/i
/** SVG attributes that every drawn element may have. */
const mark = {
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
      ...{ class: mark.class, width: number, height: number, viewBox: numbers, version: number },
      xmlns: /^http:\/\/www\.w3\.org\/2000\/svg$/,
      'xmlns:xlink': /^http:\/\/www\.w3\.org\/1999\/xlink$/,
    },
  ],
  ['g', mark],
  ['a', { 'xlink:href': address }],
  ['path', { ...mark, d: /^[mlhvcsqtaz\d\s.,e+-]*$/i }],
  ['line', { ...mark, ...points }],
  ['rect', { ...mark, ...box }],
  [
    'text',
    {
      ...mark,
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

const textElements: ReadonlySet<string> = new Set(['text', 'tspan'])

const reading: Reading = {
  attributes: checked,
  text(within) {
    if (!textElements.has(within)) throw new QueryError(`a figure may not have text in <${within}>`)
  },
  tags: new Map(),
}

/**
 * Parses vega's SVG without the ARIA labels of single marks: the figure is one image, and all would be read
 * out. Places are rounded. Throws QueryError for anything that a figure may not have.
 */
export function parseSvg(text: string): Svg {
  if (!text.startsWith('<svg')) throw new QueryError('the drawing is not an SVG')
  const svg = readMarkup(text, reading)
  const ids = new Set<string | undefined>()
  visit(svg, ({ attributes }) => ids.add(attributes.id))
  visit(svg, ({ name, attributes }) => {
    for (const key in attributes) {
      const value = attributes[key] as string
      const target = targetOf(value)
      if (target !== undefined && !ids.has(target)) throw new QueryError(refused(name, key, value))
    }
  })
  return svg
}

/** The id in an attribute that refers to one. */
function targetOf(value: string): string | undefined {
  // Most do not.
  return value.startsWith('url') ? reference.exec(value)?.[1] : undefined
}

/** Returns the attributes that are drawn, and what the element tells of itself. */
function checked(name: string, given: Readonly<Record<string, string>>): Record<string, string> {
  const rules = allowed.get(name)
  if (rules === undefined) throw new QueryError(`a figure may not have the element <${name}>`)
  const attributes: Record<string, string> = {}
  for (const key in given) {
    if (key === 'role' || key.startsWith('aria-')) continue
    const value = given[key] as string
    if (!Object.hasOwn(rules, key) || !rules[key]?.test(value))
      throw new QueryError(refused(name, key, value))
    attributes[key] = key === 'transform' ? rounded(value) : value
  }
  const tip = tipOf(given)
  if (tip !== undefined) attributes[tipName] = tip
  return attributes
}

function refused(name: string, key: string, value: string): string {
  const shown = value.length > 60 ? `${value.slice(0, 60)}...` : value
  if (key === 'xlink:href') return `a figure links only to http:, https:, mailto: and #places: ${shown}`
  return `a figure may not have ${key}="${shown}" (of <${name}>)`
}

/** Prefixes ids and references to them, to be unique in a page of several drawings. */
export function prefixIds(svg: Svg, prefix: string): Svg {
  return changed(svg, (element) => {
    let own: Record<string, string> | undefined
    for (const key in element.attributes) {
      const value = element.attributes[key] as string
      const target = targetOf(value)
      if (key !== 'id' && target === undefined) continue
      own ??= { ...element.attributes }
      own[key] = key === 'id' ? `${prefix}:${value}` : `url(#${prefix}:${target})`
    }
    return own === undefined ? element : { ...element, attributes: own }
  })
}

/**
 * Replaces texts in the drawing only, so that a specification's filters and scales, and the data, keep their
 * own. Throws QueryError (with the nearest text) for a text that is not drawn, unless it `isPart`.
 */
export function replaceTexts(svg: Svg, replacements: ReadonlyMap<string, string>, isPart: boolean): Svg {
  if (replacements.size === 0) return svg
  const drawn = new Set<string>()
  const all = [...replacements.keys()]
  const replacedIn = (tip: string) => {
    if (!all.some((text) => tip.includes(text))) return tip
    const replaced = (part: string) => replacements.get(part) ?? part
    return tipText(partsOf(tip).map(([name, value]) => [replaced(name), replaced(value)]))
  }
  const replaced = changed(svg, (element) => {
    const tip = element.attributes[tipName]
    const own =
      tip === undefined
        ? element
        : { ...element, attributes: { ...element.attributes, [tipName]: replacedIn(tip) } }
    if (!element.children.some((child) => typeof child === 'string')) return own
    const children = element.children.map((child) => {
      if (typeof child !== 'string') return child
      drawn.add(child)
      return replacements.get(child) ?? child
    })
    return { ...own, children }
  })
  const unknown = [...replacements.keys()].find((text) => !drawn.has(text))
  if (unknown !== undefined && !isPart)
    throw new QueryError(`texts: the figure does not write '${unknown}'${hint(unknown, drawn)}`)
  return replaced
}

export function printSvg({ name, attributes, children }: Svg): string {
  let text = `<${name}`
  for (const key in attributes) text += ` ${key}="${escaped(attributes[key] as string)}"`
  if (children.length === 0) return `${text}/>`
  text += '>'
  for (const child of children) text += typeof child === 'string' ? escaped(child) : printSvg(child)
  return `${text}</${name}>`
}

/** Escapes a text for an element or an attribute in double quotes. */
export function escaped(text: string): string {
  return /[&<>"]/.test(text)
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
    : text
}
