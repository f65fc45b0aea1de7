/**
 * Reads SVG as Vega writes it (vega-scenegraph, util/markup.js): elements, attributes in double quotes, and
 * texts. The rest of XML (declarations, instructions, comments, CDATA, custom entities) is an error. A
 * general XML parser is several times slower.
 */

import { QueryError } from '../../query/error.ts'
import type { Svg } from './element.ts'

export interface Reading {
  /** Returns the attributes to keep. Throws for an element that may not be there. */
  readonly attributes: (name: string, given: Readonly<Record<string, string>>) => Record<string, string>
  /** Throws for an element that may not have texts. */
  readonly text: (within: string) => void
  /** Tags of the last text, by their source: an edited figure has most of them again. */
  tags: Map<string, Tag>
}

/** The start of an element. */
interface Tag {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly isEmpty: boolean
  readonly length: number
}

/** Limit of nesting, as later passes are recursive. */
const deepest = 1000

const tagName = /<([A-Za-z]+)/y
const attribute = / ([\w:-]+)="([^"<\t\n\r]*)"/y
/** Characters that XML 1.0 forbids. */
const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u
const reference = /&(?:(amp|lt|gt|quot)|#x([\dA-F]{1,6}));|&/g
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

/** Returns the only element of a text. Throws QueryError for one that is not as described above. */
export function readMarkup(text: string, reading: Reading): Svg {
  const tags: Reading['tags'] = new Map()
  const fail = (at: number) =>
    new QueryError(`the drawing is not well-formed SVG, at ${JSON.stringify(text.slice(at, at + 40))}`)
  const wrong = forbidden.exec(text)
  if (wrong) throw fail(wrong.index)
  const read = (written: string, at: number): string => {
    if (!written.includes('&')) return written
    return written.replace(reference, (_, name: string | undefined, digits: string | undefined) => {
      const sign = name === undefined ? signOf(digits) : named[name]
      if (sign === undefined || forbidden.test(sign)) throw fail(at)
      return sign
    })
  }
  const tagAt = (start: number): Tag => {
    tagName.lastIndex = start
    const name = tagName.exec(text)?.[1]
    if (name === undefined) throw fail(start)
    let end = tagName.lastIndex
    const given: Record<string, string> = {}
    attribute.lastIndex = end
    for (let found = attribute.exec(text); found !== null; found = attribute.exec(text)) {
      const [, key = '', value = ''] = found
      if (Object.hasOwn(given, key) || key === '__proto__') throw fail(end)
      given[key] = read(value, end)
      end = attribute.lastIndex
    }
    const isEmpty = text[end] === '/'
    if (text[isEmpty ? end + 1 : end] !== '>') throw fail(end)
    end += isEmpty ? 2 : 1
    return { name, attributes: reading.attributes(name, given), isEmpty, length: end - start }
  }
  const open: { readonly name: string; readonly children: (Svg | string)[] }[] = []
  let root: Svg | undefined
  let at = 0
  while (at < text.length) {
    const parent = open.at(-1)
    if (text[at] !== '<') {
      const end = text.indexOf('<', at)
      if (parent === undefined || end === -1) throw fail(at)
      const content = read(text.slice(at, end), at)
      reading.text(parent.name)
      parent.children.push(content)
      at = end
    } else if (text[at + 1] === '/') {
      const closing = `</${parent?.name}>`
      if (parent === undefined || !text.startsWith(closing, at)) throw fail(at)
      open.pop()
      at += closing.length
    } else {
      if (parent === undefined && root !== undefined) throw fail(at)
      const written = text.slice(at, text.indexOf('>', at) + 1)
      const tag = reading.tags.get(written) ?? tagAt(at)
      // Otherwise, the first `>` is in an attribute.
      if (tag.length === written.length) tags.set(written, tag)
      const { name, attributes } = tag
      const element = { name, attributes, children: [] }
      root ??= element
      parent?.children.push(element)
      if (!tag.isEmpty) open.push(element)
      if (open.length > deepest) throw new QueryError(`the drawing has more than ${deepest} levels`)
      at += tag.length
    }
  }
  if (root === undefined || open.length > 0) throw fail(at)
  reading.tags = tags
  return root
}

function signOf(digits: string | undefined): string | undefined {
  const point = Number.parseInt(digits ?? '', 16)
  return point <= 0x10ffff ? String.fromCodePoint(point) : undefined
}
