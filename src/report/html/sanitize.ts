/**
 * Sanitises a page by an allow-list: text, tables, links and embedded pictures. All content of authors, runs
 * and libraries passes here, so that nothing in a page can run, load or send anything. Drawings have an
 * allow-list of their own (drawing/svg.ts).
 */

import type { Element, Root } from 'hast'
import { type Schema, sanitize } from 'hast-util-sanitize'
import { visit } from 'unist-util-visit'
import { control } from '../../document/encoding.ts'
import { linkSchemes } from '../../text/markdown.ts'

/** A colour of a formula: a name or hexadecimal digits. */
const color = /^(?:[a-z]+|#[0-9a-f]{3,8})$/i

const elements = `
  a article aside blockquote br caption cite code dd del details div dl dt em figcaption figure footer
  h1 h2 h3 h4 h5 h6 header hr img input li main nav ol p pre section span strong sub summary sup
  table tbody td th thead time tr ul svg`

/** MathML Core without what links, loads or acts. */
const mathElements = `
  math semantics annotation mrow mi mn mo mtext ms mspace msup msub msubsup mfrac msqrt mroot mstyle merror
  mpadded mphantom munder mover munderover mmultiscripts mprescripts mtable mtr mtd`

const mathAttributes = `
  display displaystyle scriptlevel mathvariant mathsize stretchy symmetric fence separator form lspace rspace
  minsize maxsize largeop movablelimits accent accentunder linethickness width height depth voffset encoding`

const attributes = `
  id className title lang dir role tabIndex hidden ariaLabel ariaLabelledBy ariaDescribedBy ariaHidden
  dataOrigin dataName dataFields dataTip dataTips dataFootnotes dataFootnoteRef dataFootnoteBackref`

const schema: Schema = {
  tagNames: ['body', ...listed(elements), ...listed(mathElements)],
  strip: ['script', 'style', 'iframe', 'object', 'embed', 'template', 'foreignObject', 'noscript'],
  attributes: {
    '*': listed(attributes),
    a: ['href', 'hrefLang', 'rel'],
    details: ['open'],
    img: ['src', 'alt', ['width', /^\d+(?:\.\d+)?$/]],
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

/** Returns the allowed part of a page's body, with placeholders of drawings. */
export function sanitized(body: Element): Element {
  visit(body, 'element', canonize)
  return sanitize(body, schema) as Element
}

/**
 * Normalises addresses: the allow-list expects lower-case schemes, nothing before them, and embedded pictures
 * only.
 */
function canonize({ tagName, properties }: Element): void {
  const { href, src } = properties
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
