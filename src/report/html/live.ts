/**
 * Writes a report as a page again and again, doing only what changed. The text is that of writeHtml
 * (page.ts), made of blocks, so that a browser that shows the page can replace those that are new:
 *
 *   report -> elements, with a mark in place of each part that was written before
 *          -> blocks, sanitised one by one -> frame with a mark in place of each block -> text
 */

import { randomBytes } from 'node:crypto'
import type { Element, ElementContent, Root } from 'hast'
import { h } from 'hastscript'
import type { RootContent } from 'mdast'
import type { Position } from 'unist'
import { sha256 } from '../../files/fingerprint.ts'
import { messagesFor } from '../../locale/languages.ts'
import { isSame } from '../../text/lists.ts'
import { isRecalling, recall } from '../../text/memory.ts'
import type { Float, LivePage, PageBlock, PiecePlace, Report } from '../model.ts'
import { positionOf } from '../prose.ts'
import { drawingsIn } from './drawing.ts'
import { htmlText, type Shown, shownIn } from './frame.ts'
import { type Translator, translator } from './nodes.ts'
import { bodyElement, pageAround } from './page.ts'
import type { KeepPart } from './parts.ts'
import { sanitized } from './sanitize.ts'

/** Elements of which each child is a block, or holds blocks itself. */
const holders = ['body', 'main', 'article']

/** HTML of a block or a part of one; see PageBlock. */
interface Html {
  readonly html: string
  readonly pieces: readonly PiecePlace[]
}

interface KeptPart extends Html {
  readonly name: string
  readonly number: number
  readonly shown: Shown
  usedAt: number
}

/** What the next page can reuse of the last one. */
interface Layout {
  readonly report: Report
  /** With a mark in place of each run. */
  readonly frame: string
  readonly frameDigest: string
  readonly style: string
  readonly blocks: readonly PageBlock[]
  /** Blocks that follow each other, by their indexes, and the texts between them. */
  readonly runs: readonly (readonly (number | string)[])[]
  /** Index of the block that is a kept part, by the part's number. */
  readonly blockOf: ReadonlyMap<number, number>
  readonly parts: readonly KeptPart[]
}

interface Digests<Key> {
  get(key: Key): string | undefined
  set(key: Key, digest: string): unknown
}

/** Stands for something long: the digest of its text. */
function shortened<Key>(known: Digests<Key>, key: Key, textOf: () => string): string {
  const found = known.get(key) ?? `#${sha256(textOf())}`
  known.set(key, found)
  return found
}

/** Opens a writer, which keeps the parts (tables, figures, claims, experiments) of the last reports. */
export function openWriter(): (report: Report) => LivePage {
  // No author can know it, so no text of the page is taken for a mark.
  const secret = randomBytes(16).toString('hex')
  const mark = (name: string) => h('div', { id: `kept-${secret}-${name}` })
  const marks = new RegExp(`<div id="kept-${secret}-(\\d+)"></div>`, 'g')
  const parts = new Map<string, KeptPart>()
  const byNumber = new Map<number, Html>()
  const hashes = new Map<string, string>()
  let count = 0
  let look = 0
  /** How many parts are being made, one within the other. */
  let depth = 0

  // A drawing is the same text at each look, so what stands for it is found at once; it would take long to
  // write and compare.
  const long = new Map<string, string>()
  // So are the large parts of a table, figure or claim that was made before.
  const large = new WeakMap<object, string>()
  /** Equal for equal parts, whatever their places; several times as fast as JSON with a replacer. */
  const nameOf = (value: unknown): string => {
    if (typeof value === 'string')
      return value.length < 1000 ? `${value.length}:${value}` : shortened(long, value, () => value)
    if (typeof value !== 'object' || value === null) return String(value)
    let name = '['
    if (Array.isArray(value)) {
      for (const one of value) name += `${nameOf(one)},`
      return `${name}]`
    }
    for (const [key, one] of Object.entries(value))
      if (key !== 'position' && one !== undefined)
        name += `${key.length}:${key}=${isLarge(key, one) ? shortened(large, one, () => nameOf(one)) : nameOf(one)};`
    return `${name}}`
  }
  // While the text does not change, reports share its nodes, which are never modified.
  const nodes = new WeakMap<object, KeptPart>()
  /** A part may hold others, but none with drawings: the page's style has the colours of outer parts only. */
  const keepPart: (lang: string) => KeepPart = (lang) => (part, make) => {
    const before = nodes.get(part)
    const name = before?.name ?? `${lang} ${nameOf(part)}`
    let found = parts.get(name)
    if (found === undefined) {
      count += 1
      const number = count
      const wholePart = () => {
        const made = whole(written(make()))
        const isPiece = part.type === 'rows'
        return isPiece ? { ...made, pieces: [[0, made.html.length]] as const } : made
      }
      depth += 1
      try {
        // An inner part is kept with its outer one.
        const made = isRecalling() && depth === 1 ? recall('part', sha256(name), wholePart) : wholePart()
        found = { name, number, ...made, usedAt: look }
      } finally {
        depth -= 1
      }
      parts.set(name, found)
      byNumber.set(number, found)
    }
    found.usedAt = look
    nodes.set(part, found)
    const element = mark(String(found.number))
    if (part.position) element.position = part.position
    return element
  }
  /** Of an element that stands for a kept part. */
  const numberOf = ({ properties: { id } }: Element): number | undefined =>
    String(id).startsWith(`kept-${secret}-`) ? Number(String(id).slice(`kept-${secret}-`.length)) : undefined
  const whole = ({ text, drawings, shown }: Written): Html & { readonly shown: Shown } => {
    const inner: Html[] = []
    const html = text.replace(marks, (_, number: string) => {
      const part = byNumber.get(Number(number)) ?? { html: '', pieces: [] }
      inner.push(part)
      return part.html
    })
    const drawn = placesOf(html, drawings)
    const within = placesOf(
      html,
      inner.map((part) => part.html),
    )
    const ofInner = inner.flatMap(({ pieces }, index) => {
      const [at = 0] = within?.[index] ?? []
      return pieces.map(([start, end]): PiecePlace => [at + start, at + end])
    })
    const pieces = drawn && within ? [...drawn, ...ofInner].sort(([a], [b]) => a - b) : []
    return { html, pieces, shown }
  }
  const hashOf = (html: string) => {
    const found = hashes.get(html) ?? sha256(html).slice(0, 16)
    hashes.set(html, found)
    return found
  }

  const blockWith = (
    { html, pieces }: Html,
    into: string,
    { start, end }: Partial<Position> = {},
  ): PageBlock => ({
    ...{ into, type: 'block', html, pieces },
    get hash() {
      return hashOf(html)
    },
    ...(start && end ? { lines: [start.line, end.line] as const } : {}),
  })
  // A translator has parts of one language.
  const translators = new Map<string, Translator>()
  const translatorOf = (lang: string): Translator => {
    const known = translators.get(lang) ?? translator(messagesFor(lang), keepPart(lang))
    translators.set(lang, known)
    return known
  }

  const layoutOf = (report: Report): Layout => {
    const body = bodyElement(placed(report), messagesFor(report.lang), translatorOf(report.lang))
    const blocks: PageBlock[] = []
    const blockOf = new Map<number, number>()
    const runs: (number | string)[][] = []
    const shown: Shown[] = []
    const frameOf = (holder: Element, into: string): Element => {
      const children: ElementContent[] = []
      let run: (number | string)[] | undefined
      for (const child of holder.children) {
        if (child.type === 'element' && holders.includes(child.tagName)) {
          run = undefined
          blocks.push({ into, type: 'holder', name: child.tagName })
          children.push(frameOf(child, child.tagName))
        } else if (child.type === 'element') {
          if (run === undefined) {
            children.push(mark(`blocks${runs.length}`))
            run = []
            runs.push(run)
          }
          const number = numberOf(child)
          if (number !== undefined) blockOf.set(number, blocks.length)
          run.push(blocks.length)
          blocks.push(blockWith(htmlOf(child, number), into, child.position))
        } else if (run && child.type === 'text' && /^[ \n]*$/.test(child.value)) run.push(child.value)
        else {
          run = undefined
          children.push(child)
        }
      }
      return { ...holder, children }
    }
    const htmlOf = (child: Element, number: number | undefined): Html => {
      if (number !== undefined) return byNumber.get(number) ?? { html: '', pieces: [] }
      const block = whole(written(child))
      shown.push(block.shown)
      return block
    }
    const framed = frameOf(body, 'body')
    const used = [...parts.values()].filter(({ usedAt }) => usedAt === look)
    const frame = pageAround(framed, report, [...shown, ...used.map((part) => part.shown)])
    const style = /<style>([\s\S]*?)<\/style>/.exec(frame)?.[1] ?? ''
    // Of the head, a page that is open only shows its title and style, which it takes in place; its script
    // has words.
    const around = `${report.lang} ${frame
      .slice(frame.lastIndexOf('<body'))
      .replace(new RegExp(`\\s*<div id="kept-${secret}-blocks\\d+"></div>\\s*`, 'g'), '')}`
    return { report, frame, frameDigest: sha256(around), style, blocks, runs, blockOf, parts: used }
  }

  /** Returns the layout if only tables and figures changed, and not the page's style; undefined otherwise. */
  const changedLayout = (before: Layout, report: Report): Layout | undefined => {
    const changes = changedFloats(before.report, report)
    if (changes === undefined) return undefined
    const [blocks, blockOf] = [[...before.blocks], new Map(before.blockOf)]
    const used = new Set(before.parts)
    for (const [old, now] of changes) {
      const [element] = translatorOf(report.lang).prose({ type: 'root', children: [placedNode(now)] })
      const [was, is] = [nodes.get(placedNode(old)), nodes.get(placedNode(now))]
      if (was && was === is) continue
      const index = was && blockOf.get(was.number)
      if (element?.type !== 'element' || !was || !is || index === undefined) return undefined
      const block = blocks[index]
      if (!block || blockOf.has(is.number)) return undefined
      if (JSON.stringify(was.shown) !== JSON.stringify(is.shown)) return undefined
      blocks[index] = blockWith(is, block.into, element.position)
      blockOf.delete(was.number)
      blockOf.set(is.number, index)
      used.delete(was)
      used.add(is)
    }
    for (const part of used) part.usedAt = look
    return { ...before, report, blocks, blockOf, parts: [...used] }
  }

  const inner = new RegExp(`<div id="kept-${secret}-blocks(\\d+)"></div>`, 'g')
  const pageOf = ({ report, frame, frameDigest, style, blocks, runs }: Layout): LivePage => {
    const textOf = (one: number | string): string => {
      const block = typeof one === 'number' ? blocks[one] : undefined
      return block?.type === 'block' ? block.html : String(one)
    }
    let text: string | undefined
    return {
      get text() {
        text ??= frame.replace(inner, (_, index: string) => runs[Number(index)]?.map(textOf).join('') ?? '')
        return text
      },
      ...{ title: report.title, blocks, style, frame: frameDigest },
    }
  }

  let layout: Layout | undefined
  return (report) => {
    look += 1
    layout = (layout && changedLayout(layout, report)) ?? layoutOf(report)
    for (const [name, { number, usedAt }] of parts) {
      if (look - usedAt <= 20) continue
      parts.delete(name)
      byNumber.delete(number)
    }
    if (hashes.size > 20_000) hashes.clear()
    if (long.size > 5000) {
      long.clear()
      parts.clear()
    }
    return pageOf(layout)
  }
}

/** Returns the old and new versions of changed top-level floats; undefined if anything else changed. */
function changedFloats(before: Report, now: Report): readonly (readonly [Float, Float])[] | undefined {
  const rest = ({ body: _, problems: __, translations, ...own }: Report) => ({
    ...own,
    translations: JSON.stringify(translations),
  })
  const [old, own] = [rest(before), rest(now)]
  const names = Object.keys(own) as (keyof typeof own)[]
  if (!isSame(Object.keys(old), names) || names.some((name) => old[name] !== own[name])) return undefined
  const changes: (readonly [Float, Float])[] = []
  if (before.body.children.length !== now.body.children.length) return undefined
  for (const [index, node] of now.body.children.entries()) {
    const was = before.body.children[index]
    if (was === node) continue
    if (was?.type !== 'float' || node.type !== 'float') return undefined
    changes.push([was, node])
  }
  return changes
}

function isLarge(name: string, value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return (
    name === 'detail' || name === 'files' || (name === 'content' && 'type' in value && value.type !== 'parts')
  )
}

/** Gives the nodes at the top of the text their places in the document, which elements take over. */
function placed(report: Report): Report {
  return { ...report, body: { ...report.body, children: report.body.children.map(placedNode) } }
}

const placedNodes = new WeakMap<RootContent, RootContent>()

/** Gives a node its place. Returns the same copy each time for the same node. */
function placedNode(node: RootContent): RootContent {
  const position = positionOf(node)
  if (position === undefined) return node
  const known = placedNodes.get(node) ?? { ...node, position }
  placedNodes.set(node, known)
  return known
}

interface Written {
  /** With marks in place of inner parts. */
  readonly text: string
  /** Texts of its drawings, in order. */
  readonly drawings: readonly string[]
  readonly shown: Shown
}

/** As in the frame of a page. */
function written(content: ElementContent): Written {
  const sane = sanitized(h('body', content))
  const [shown, drawings] = [shownIn(sane), drawingsIn(sane).map(({ text }) => text)]
  const root: Root = { type: 'root', children: sane.children }
  return { text: htmlText(root), drawings, shown }
}

/** Where elements with attributes are, one behind the other; undefined if one is not there as it is. */
function placesOf(html: string, texts: readonly string[]): readonly PiecePlace[] | undefined {
  const places: PiecePlace[] = []
  let end = 0
  for (const text of texts) {
    // Nothing else is taken for one: a quote of an author's is escaped in attributes, and `<` in texts.
    const start = html.indexOf(text, end)
    if (start === -1) return undefined
    end = start + text.length
    places.push([start, end])
  }
  return places
}
