/** Warns of source text that the page would drop or show as something else. */

import type { Heading, Html, Image, Link, Nodes, Table, Text } from 'mdast'
import type { Place } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import { shownTag } from '../document/inlinehtml.ts'
import { descend } from '../document/markdown.ts'
import { locateInText, placeAt, type SourceText, sliceOf, sourceText } from '../document/place.ts'
import { warn } from '../document/problem.ts'
import { isLinkable, linkSchemes, schemeOf } from '../text/markdown.ts'
import { counted } from '../text/message.ts'

/** Reports a warning, by default at the node. */
type Say = (ruleId: string, reason: string, place?: Place) => void

export function warnOfUnseen({ tree, abstract, captions, file }: Document): void {
  const source = sourceText(file)
  const roots = [...(abstract ? [abstract] : []), tree, ...captions.values()]
  const inCaptions = new Set(captions.values())
  const referred = new Set<string>()
  for (const { node } of roots.flatMap((root) => [...descend(root)]))
    if (node.type === 'footnoteReference') referred.add(node.identifier)
  for (const root of roots) {
    const cells = new Set<Nodes>()
    for (const { node, near, inLink } of descend(root)) {
      const say: Say = (ruleId, reason, { line, column } = near) =>
        warn(file, ruleId, { line, column }, reason)
      switch (node.type) {
        case 'html':
          warnOfHtml(node, say)
          break
        case 'heading':
          warnOfEmpty(node, say)
          warnOfUnderlined(node, source, say)
          break
        case 'table':
          warnOfExcess(node, say)
          break
        case 'tableCell':
          for (const { node: below } of descend(node)) cells.add(below)
          break
        case 'text':
          warnOfOpenValue(node, cells.has(node), locateInText(source, node, near), say)
          if (inLink && /(?:^|\s|\[)@(?:tbl|fig)-\w|\[@[\p{L}\p{N}_]/u.test(node.value))
            say('text-in-link', 'a reference or citation inside a link stays plain text')
          break
        case 'image':
        case 'link':
          if (node.type === 'image' && inCaptions.has(root))
            say('caption-picture', 'a picture cannot stand in a caption: only its words are shown')
          warnOfAddress(node, source, say)
          break
        case 'footnoteDefinition':
          if (!referred.has(node.identifier))
            say('unused-footnote', `the footnote ${node.label ?? ''} is not shown: nothing refers to it`)
          break
        default:
          break
      }
    }
  }
}

/** Comments are meant to be hidden. */
function warnOfHtml({ value }: Html, say: Say): void {
  const shown = value.replace(/<!--.*?-->/gs, '').trim()
  if (shown === '' || /^<\/[^<]*>$/.test(shown) || shownTag(shown)) return
  const line = shown.replace(/\s+/g, ' ')
  const start = line.length > 40 ? `${line.slice(0, 39)}…` : line
  say('html', `HTML is not shown: ${start} (write Markdown; \\< for the sign)`)
}

function warnOfEmpty({ children }: Heading, say: Say): void {
  if (children.every((node) => node.type === 'text' && node.value.trim() === ''))
    say('empty-heading', 'a heading without words shows nothing: write some')
}

/** Hyphens under a paragraph are meant as a rule, or as the end of a second front matter. */
function warnOfUnderlined(node: Heading, source: SourceText, say: Say): void {
  const slice = sliceOf(source, node).trim()
  if (!/[\r\n]/.test(slice) || !slice.endsWith('-')) return
  let end = slice.length
  while (slice[end - 1] === '-') end -= 1
  const text = slice.slice(0, end).trimEnd()
  if (!/[\r\n]|[.:;,。、：]$|^[A-Za-z]\w*: /.test(text)) return
  say('underlined-heading', 'the line of hyphens below makes this a heading: leave a blank line between')
}

/** Cells beyond the header's width are not shown. */
function warnOfExcess({ children: rows }: Table, say: Say): void {
  const width = rows[0]?.children.length ?? 0
  for (const { children: cells } of rows) {
    const excess = cells[width]?.position?.start
    if (excess === undefined) continue
    const reason =
      `the table has ${counted(width, 'column')}, this row ${counted(cells.length, 'cell')}: ` +
      'the rest is not shown (\\| for the sign)'
    say('table-cells', reason, excess)
  }
}

/** A backtick and an equals sign in plain text: a closed value would be code. */
function warnOfOpenValue(
  { value }: Text,
  inCell: boolean,
  locate: ReturnType<typeof locateInText>,
  say: Say,
): void {
  for (const { index } of value.matchAll(/`=\s*[^=>\s`]/g)) {
    const { isEscaped, ...place } = locate(index)
    const advice = inCell ? 'a | ends the table cell: write \\|' : 'close it with `'
    if (!isEscaped) say('open-value', `a value that stays plain text: ${advice}`, place)
  }
}

/** Warns of links that the page drops, and of values in alternative texts and titles. */
function warnOfAddress(node: Image | Link, source: SourceText, say: Say): void {
  if (node.type === 'link' && !isLinkable(node.url)) {
    const reason =
      'the page leaves this link out: ' + `${schemeOf(node.url)?.trim()} is none of ${linkSchemes.join(', ')}`
    say('link-scheme', reason)
  }
  const texts = node.type === 'image' ? [node.alt, node.title] : [node.title]
  const slice = sliceOf(source, node)
  const written = slice.indexOf('`=')
  const hasValue =
    texts.some((text) => text?.includes('`=')) ||
    (node.type === 'image' && written >= 0 && (node.alt ?? '').includes('=') && slice.indexOf('](') > written)
  if (!hasValue) return
  const offset = (node.position?.start.offset ?? 0) + Math.max(0, written)
  const reason = 'a value in the text of a picture or in a title stays plain text: write it in the prose'
  say('open-value', reason, placeAt(source, offset))
}
