/**
 * Sanitises a page by an allow-list: text, tables, links, embedded pictures and drawings. All content of
 * authors, runs and libraries passes here, so that nothing in a page can run, load or send anything.
 */

import type { Element, Root } from 'hast'
import { type Schema, sanitize } from 'hast-util-sanitize'
import { visit } from 'unist-util-visit'
import { control } from '../../document/encoding.ts'
import { linkSchemes } from '../../text/markdown.ts'

/** A paint: a colour, or a gradient of the same drawing. */
const paint = /^(?:[^(]*|rgba?\([^()]*\)|hsla?\([^()]*\)|url\(#[^()]*\))$/

/** A colour of a formula: a name or hexadecimal digits. */
const color = /^(?:[a-z]+|#[0-9a-f]{3,8})$/i

const elements = `
  a article aside blockquote br caption cite code dd del details div dl dt em figcaption figure footer
  h1 h2 h3 h4 h5 h6 header hr img input li main nav ol p pre section span strong sub summary sup
  table tbody td th thead time tr ul
  svg g path line rect circle text tspan title desc defs clipPath linearGradient radialGradient stop pattern`

/** Of CSS; those of a drawing become classes. */
const blendModes = [
  ...['multiply', 'screen', 'overlay', 'darken', 'lighten', 'color-dodge', 'color-burn', 'hard-light'],
  ...['soft-light', 'difference', 'exclusion', 'hue', 'saturation', 'color', 'luminosity'],
]

/** CSS of the classes that stand for style attributes. */
export const blendStyle = blendModes.map((mode) => `.blend-${mode} { mix-blend-mode: ${mode}; }`).join('\n')

/** MathML Core without what links, loads or acts. */
const mathElements = `
  math semantics annotation mrow mi mn mo mtext ms mspace msup msub msubsup mfrac msqrt mroot mstyle merror
  mpadded mphantom munder mover munderover mmultiscripts mprescripts mtable mtr mtd`

const mathAttributes = `
  display displaystyle scriptlevel mathvariant mathsize stretchy symmetric fence separator form lspace rspace
  minsize maxsize largeop movablelimits accent accentunder linethickness width height depth voffset encoding`

const attributes = `
  id className title lang dir role tabIndex hidden ariaLabel ariaLabelledBy ariaDescribedBy ariaHidden
  dataOrigin dataName dataTip dataTips dataFootnotes dataFootnoteRef dataFootnoteBackref`

const drawingAttributes = `
  xmlns version viewBox width height preserveAspectRatio transform d
  x y x1 x2 y1 y2 dx dy cx cy fx fy r rx ry offset opacity display pointerEvents paintOrder
  fillOpacity fillRule strokeOpacity strokeWidth strokeLineCap strokeLineJoin strokeDashArray strokeDashOffset
  strokeMiterLimit stopOpacity gradientTransform gradientUnits spreadMethod clipPathUnits
  fontFamily fontSize fontStyle fontVariant fontWeight textAnchor dominantBaseline`

const schema: Schema = {
  tagNames: ['body', ...listed(elements), ...listed(mathElements)],
  strip: ['script', 'style', 'iframe', 'object', 'embed', 'template', 'foreignObject', 'noscript'],
  attributes: {
    '*': [
      ...listed(attributes),
      ...listed(drawingAttributes),
      ...listed('fill stroke stopColor clipPath filter').map((name): [string, RegExp] => [name, paint]),
    ],
    a: ['href', 'hrefLang', 'rel', 'xLinkHref'],
    details: ['open'],
    img: ['src', 'alt'],
    input: [['type', 'checkbox'], ['disabled', true], 'checked'],
    ol: ['start'],
    ...Object.fromEntries(
      listed(mathElements).map((name) => [
        name,
        [...listed(mathAttributes), ['mathcolor', color], ['mathbackground', color]],
      ]),
    ),
    td: ['align', 'colSpan', 'rowSpan'],
    th: ['align', 'colSpan', 'rowSpan', 'scope'],
  },
  protocols: {
    href: [...linkSchemes],
    src: ['data'],
    xLinkHref: ['http', 'https', 'mailto'],
  },
  required: { input: { disabled: true, type: 'checkbox' } },
  // Ids are unique by construction, and no script looks names up.
  clobber: [],
  clobberPrefix: '',
  ancestors: {},
  allowComments: false,
  allowDoctypes: false,
}

function listed(names: string): string[] {
  return names.trim().split(/\s+/)
}

/** Returns the allowed part of a page's body. */
export function sanitized(body: Element): Element {
  visit(body, 'element', canonize)
  return sanitize(body, schema) as Element
}

/**
 * Normalises addresses: the allow-list expects lower-case schemes, nothing before them, and embedded pictures
 * only.
 */
function canonize({ tagName, properties }: Element): void {
  const { href, src, style } = properties
  // The page's policy allows no style attributes, which drawings set for blend modes only.
  const mode = /^mix-blend-mode: ([a-z-]+);$/.exec(typeof style === 'string' ? style : '')?.[1]
  if (mode !== undefined && blendModes.includes(mode))
    properties.className = [...[properties.className ?? []].flat().map(String), `blend-${mode}`]
  delete properties.style
  if (typeof href === 'string') {
    properties.href = href.trim().replace(/^[a-z][a-z0-9+.-]*:/i, (scheme) => scheme.toLowerCase())
  }
  if (tagName === 'img' && !/^data:image\/(?:gif|jpeg|png|svg\+xml|webp);base64,/.test(String(src))) {
    delete properties.src
  }
}

/** Replaces control characters in all texts and attributes of a page. */
export function withoutControls(page: Root): void {
  visit(page, (node) => {
    if ('value' in node && typeof node.value === 'string') node.value = node.value.replace(control, '\uFFFD')
    if (node.type !== 'element') return
    for (const [name, value] of Object.entries(node.properties)) {
      if (typeof value === 'string') node.properties[name] = value.replace(control, '\uFFFD')
    }
  })
}
