/**
 * Writes a report as a page again and again, doing only what changed. The text is that of writeHtml (page.ts),
 * made of blocks, so that a browser that shows the page can replace those that are new:
 *
 *   report -> elements, with a mark in place of each part that was written before
 *          -> blocks, sanitised one by one -> frame with a mark in place of each block -> text
 */

import { randomBytes } from 'node:crypto'
import type { Element, ElementContent, Root } from 'hast'
import { h } from 'hastscript'
import { sha256 } from '../../files/fingerprint.ts'
import { messagesFor } from '../../locale/languages.ts'
import { isRecalling, recall } from '../../text/memory.ts'
import type { LivePage, PageBlock, Report } from '../model.ts'
import { positionOf } from '../prose.ts'
import { htmlText, type Shown, shownIn } from './frame.ts'
import { translator } from './nodes.ts'
import { bodyElement, pageAround } from './page.ts'
import type { KeepPart } from './parts.ts'
import { sanitized } from './sanitize.ts'

/** Elements of which each child is a block, or holds blocks itself. */
const holders = ['body', 'main', 'article']

interface KeptPart {
  readonly number: number
  readonly html: string
  readonly shown: Shown
  usedAt: number
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
  const byNumber = new Map<string, string>()
  const hashes = new Map<string, string>()
  let count = 0
  let look = 0
  /** Of nested parts that are being made. */
  let depth = 0

  // A drawing is the same text at each look, so what stands for it is found at once; it would take long to write and compare.
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
  /** A part may hold others, but none with drawings: the page's style has the colours of outer parts only. */
  const keepPart: (lang: string) => KeepPart = (lang) => (part, make) => {
    const name = `${lang} ${nameOf(part)}`
    let found = parts.get(name)
    if (found === undefined) {
      count += 1
      const number = count
      const wholePart = () => {
        const { html, shown } = written(make())
        return { html: whole(html), shown }
      }
      depth += 1
      try {
        // An inner part is kept with its outer one.
        const made = isRecalling() && depth === 1 ? recall('part', sha256(name), wholePart) : wholePart()
        found = { number, ...made, usedAt: look }
      } finally {
        depth -= 1
      }
      parts.set(name, found)
      byNumber.set(String(number), found.html)
    }
    found.usedAt = look
    const element = mark(String(found.number))
    if (part.position) element.position = part.position
    return element
  }
  /** Of an element that stands for a kept part. */
  const numberOf = ({ properties: { id } }: Element): string | undefined =>
    String(id).startsWith(`kept-${secret}-`) ? String(id).slice(`kept-${secret}-`.length) : undefined
  const whole = (text: string) => text.replace(marks, (_, number: string) => byNumber.get(number) ?? '')
  const hashOf = (html: string) => {
    const found = hashes.get(html) ?? sha256(html).slice(0, 16)
    hashes.set(html, found)
    return found
  }

  return (report) => {
    look += 1
    const messages = messagesFor(report.lang)
    const body = bodyElement(placed(report), messages, translator(messages, keepPart(report.lang)))
    const blocks: PageBlock[] = []
    // Blocks that follow each other, and what lies between them, have one mark.
    const runs: string[][] = []
    const shown: Shown[] = []
    const frameOf = (holder: Element, into: string): Element => {
      const children: ElementContent[] = []
      let run: string[] | undefined
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
          const html = htmlOf(child)
          run.push(html)
          const { start, end } = child.position ?? {}
          blocks.push({
            ...{ into, type: 'block', html },
            get hash() {
              return hashOf(html)
            },
            ...(start && end ? { lines: [start.line, end.line] as const } : {}),
          })
        } else if (run && child.type === 'text' && /^[ \n]*$/.test(child.value)) run.push(child.value)
        else {
          run = undefined
          children.push(child)
        }
      }
      return { ...holder, children }
    }
    const htmlOf = (child: Element): string => {
      const number = numberOf(child)
      if (number !== undefined) return byNumber.get(number) ?? ''
      const block = written(child)
      shown.push(block.shown)
      return whole(block.html)
    }
    const framed = frameOf(body, 'body')
    for (const part of parts.values()) if (part.usedAt === look) shown.push(part.shown)
    const frame = pageAround(framed, report, shown)
    const style = /<style>([\s\S]*?)<\/style>/.exec(frame)?.[1] ?? ''
    // The policy has the digest of the style.
    const around = frame
      .replace(style, '')
      .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
      .replace(new RegExp(`\\s*<div id="kept-${secret}-blocks\\d+"></div>\\s*`, 'g'), '')
    for (const [name, { number, usedAt }] of parts) {
      if (look - usedAt <= 20) continue
      parts.delete(name)
      byNumber.delete(String(number))
    }
    if (hashes.size > 20_000) hashes.clear()
    if (long.size > 5000) {
      long.clear()
      parts.clear()
    }
    const inner = new RegExp(`<div id="kept-${secret}-blocks(\\d+)"></div>`, 'g')
    let text: string | undefined
    return {
      get text() {
        text ??= frame.replace(inner, (_, index: string) => runs[Number(index)]?.join('') ?? '')
        return text
      },
      ...{ title: report.title, blocks, style, frame: sha256(around) },
    }
  }
}

function isLarge(name: string, value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return (
    name === 'detail' || name === 'files' || (name === 'content' && 'type' in value && value.type !== 'parts')
  )
}

/** Gives the nodes at the top of the text their places in the document, which elements take over. */
function placed(report: Report): Report {
  const children = report.body.children.map((node) => {
    const position = positionOf(node)
    return position ? { ...node, position } : node
  })
  return { ...report, body: { ...report.body, children } }
}

/** As in the frame of a page. */
function written(content: ElementContent): { readonly html: string; readonly shown: Shown } {
  const sane = sanitized(h('body', content))
  const root: Root = { type: 'root', children: sane.children }
  return { shown: shownIn(sane), html: htmlText(root) }
}
