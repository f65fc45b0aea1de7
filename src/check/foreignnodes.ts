/** What Markdown makes of other tools' lines: rules of their fences, headings of their tables, links that swallow words. */

import type { Code, Heading, InlineCode, Link, List, Nodes, Paragraph, Parents } from 'mdast'
import type { Place } from '../document/block.ts'
import { isBlock } from '../document/fence.ts'
import { descend } from '../document/markdown.ts'
import { locateInFence, placeAt, type SourceText, sliceOf, startOf } from '../document/place.ts'

/** Adds a warning. */
export type Say = (ruleId: string, place: Place, reason: string) => void

/** Checks how nodes follow each other. */
export function checkNeighbours(parent: Parents, source: SourceText, say: Say): void {
  const children: readonly Nodes[] = parent.children
  for (const [index, node] of children.entries()) {
    const before = children[index - 1]
    if (node.type === 'heading') checkOverline(node, before, source, say)
    if (node.type === 'paragraph') checkNoFence(node, source, say)
    if (node.type === 'code') checkOpenFence(node, before, source, say)
    if (node.type === 'thematicBreak') checkRule(node, index, children, source, say)
    if (node.type === 'delete') checkEdit(node, source, say)
    // The parser gives no place to a bare address in brackets.
    if (node.type === 'link' && node.position === undefined)
      checkBracketed(node, before, children[index + 1], parent, source, say)
  }
}

/** `==== Title ====` in three lines, as reStructuredText has it; `====` and `----` are fences of AsciiDoc. */
function checkOverline(node: Heading, before: Nodes | undefined, source: SourceText, say: Say): void {
  const [first = '', ...rest] = sliceOf(source, node).split(/\r?\n/)
  const last = rest.at(-1)?.trim() ?? ''
  if (/^={3,}$/.test(first.trim()) && rest.length > 1)
    say('sign-line', startOf(node), 'this line is part of the heading below: a heading starts with #')
  else if (
    before?.type === 'thematicBreak' &&
    last !== '' &&
    endLine(before) === startOf(node).line - 1 &&
    sliceOf(source, before) === last
  )
    say(
      'sign-line',
      startOf(before),
      'this line is a rule, and that below makes a heading: code stands between ```, and a heading starts with #',
    )
}

/** `Title` above `~~~~~`: a heading of reStructuredText, whose line opens a fence here that nothing closes. */
function checkOpenFence(node: Code, before: Nodes | undefined, source: SourceText, say: Say): void {
  if (isBlock(node)) return // told of as an error
  const slice = sliceOf(source, node)
  const [, fence = '', rest = ''] = /^[ \t]*(`{3,}|~{3,})([^\n]*)/.exec(slice) ?? []
  if (fence === '') return
  const lines = slice.split(/\r?\n/)
  const isClosed =
    lines.length > 1 && new RegExp(`^[ \\t>]*${fence[0]}{${fence.length},}[ \\t]*$`).test(lines.at(-1) ?? '')
  if (isClosed) return
  const isUnderline =
    fence.startsWith('~') &&
    rest.trim() === '' &&
    before !== undefined &&
    endLine(before) === startOf(node).line - 1
  say(
    'open-fence',
    startOf(node),
    isUnderline
      ? `a line of ~ opens code, up to the end of the text: a heading starts with #`
      : `nothing closes this ${fence}: what follows is code, up to the end of the text`,
  )
}

/** A line of ``` with another ` behind it, such as that of a value in a caption, opens no code. */
function checkNoFence(node: Paragraph, source: SourceText, say: Say): void {
  const [first] = node.children
  if (first?.type !== 'text' && first?.type !== 'inlineCode') return
  const [line = '', ...others] = sliceOf(source, node).split(/\r?\n/)
  if (!/^(`{3,})[ \t]*[\w-]+[^`]*`/.test(line) || others.length === 0) return
  // Code in a sentence may have three signs, too.
  if (first.type === 'inlineCode' && !sliceOf(source, first).includes('\n')) return
  say(
    'open-fence',
    startOf(node),
    'this line opens no code, as it has a ` behind its ```: write ~~~ for ```, here and at its end',
  )
}

/** Lines of four signs or more that enclose a text, and a line below a title. */
function checkRule(
  node: Nodes,
  index: number,
  children: readonly Nodes[],
  source: SourceText,
  say: Say,
): void {
  const slice = sliceOf(source, node).trim()
  if (!/^([*_-])\1{3,}$/.test(slice)) return
  const { line } = startOf(node)
  const [before, next] = [children[index - 1], children[index + 1]]
  if (before?.type === 'paragraph' && endLine(before) === line - 1 && slice.startsWith('*')) {
    const title = sliceOf(source, before)
    if (!title.includes('\n') && Math.abs(title.length - slice.length) <= 3)
      say('sign-line', startOf(node), 'this line is a rule, and makes no heading of the one above: write ##')
  }
  if (next === undefined || startOf(next).line !== line + 1) return
  const end = children.find(
    (one, at) =>
      at > index + 1 &&
      one.type === 'thematicBreak' &&
      sliceOf(source, one).trim() === slice &&
      endLine(children[at - 1] as Nodes) === startOf(one).line - 1,
  )
  if (end)
    say(
      'asciidoc',
      startOf(node),
      `${slice} of AsciiDoc is a rule here: write > before the lines of a quote, and > [!NOTE] above those of a box`,
    )
}

function endLine(node: Nodes): number {
  return node.position?.end.line ?? 0
}

/** `{~~old~>new~~}` */
function checkEdit(node: Nodes, source: SourceText, say: Say): void {
  const start = node.position?.start.offset ?? 0
  const end = node.position?.end.offset ?? 0
  const slice = sliceOf(source, node)
  if (source.text[start - 1] !== '{' || source.text[end] !== '}' || !slice.includes('~>')) return
  say('edit-mark', startOf(node), `{${slice}} is shown with its signs: accept the edit, or leave it out`)
}

/** `[address words]` of wikis, `[[address][words]]` of Org, and `[@address]` of Pandoc. */
function checkBracketed(
  node: Link,
  before: Nodes | undefined,
  next: Nodes | undefined,
  parent: Nodes,
  source: SourceText,
  say: Say,
): void {
  if (before?.type !== 'text') return
  // The address of a work as a key, in Pandoc and MyST.
  if (/\[-?@$/.test(before.value)) {
    const at = source.text.indexOf(`@${node.url}`, parent.position?.start.offset ?? 0)
    say(
      'citation-form',
      at < 0 ? startOf(parent) : placeAt(source, at),
      `@${node.url} is a link here: write [@key], with the key of an entry of the bibliography`,
    )
  }
  if (!before.value.endsWith('[')) return
  const after = next?.type === 'text' ? next.value : ''
  const isWiki = /^ [^\][\n]+\](?!\()/.test(after)
  const isOrg = before.value.endsWith('[[') && (after.startsWith('][') || node.url.includes(']['))
  if (!isWiki && !isOrg) return
  const start = parent.position?.start.offset ?? 0
  const at = source.text.indexOf(`[${node.url}`, start)
  const place = at < 0 ? startOf(parent) : placeAt(source, at - (isOrg ? 1 : 0))
  say(
    'wiki-link',
    place,
    `${isOrg ? '[[' : '['}${node.url} ... is shown with its brackets: write [words](address)`,
  )
}

/** A link of a bare address takes the words in brackets that follow it. */
export function checkBareLink(node: Link, source: SourceText, say: Say): void {
  const slice = sliceOf(source, node)
  if (node.position === undefined || /^[[<]/.test(slice)) return
  const start = node.position?.start.offset ?? 0
  const around = source.text.slice(Math.max(0, start - 80), start)
  if (/^(?:https?:\/\/|mailto:)?[^?#[\]]*\[/.test(slice) || source.text[start + slice.length] === '[')
    say(
      'asciidoc',
      startOf(node),
      `${slice}... is a link that takes the words with it: write [words](address)`,
    )
  else if (/(?:^|\s)"[^"\n]+":$/.test(around))
    say('wiki-link', startOf(node), `"words":${slice} of Textile is shown as it is: write [words](${slice})`)
}

/** `![words|100](a.png)` */
export function checkPictureSize(node: Nodes, say: Say): void {
  if (node.type !== 'image') return
  const size = /\|\s*\d+(?:x\d+)?\s*$/.exec(node.alt ?? '')
  if (size)
    say(
      'attributes',
      startOf(node),
      `${size[0].trim()} is part of the picture's text: a size is the key width of a block yaml figure`,
    )
}

/** Code with what reStructuredText writes around it: a role behind it, a reference, a target. */
export function checkAroundCode(node: InlineCode, source: SourceText, say: Say): void {
  const slice = sliceOf(source, node)
  const start = node.position?.start.offset ?? 0
  const after = source.text.slice(start + slice.length, start + slice.length + 40)
  const role = /^:([a-z][\w+-]*):(?![\w`])/.exec(after)
  if (role)
    say(
      'role',
      startOf(node),
      `the role ${slice}${role[0]} is not read: write ${adviceOn(role[1] ?? '', node.value)}`,
    )
  else if (/^__?(?![\w_])/.test(after) && !/ <[^<>]+>$/.test(node.value))
    say('link-definition', startOf(node), `${slice}_ is no link: write [words](address)`)
  else if (/(?:^|[\s(])_$/.test(source.text.slice(Math.max(0, start - 2), start)))
    say(
      'target',
      placeAt(source, start - 1),
      `_${slice} is no target: an id stands behind a heading, {#sec-name}`,
    )
}

function adviceOn(role: string, value: string): string {
  if (role.startsWith('sub')) return `$_{${value}}$`
  if (role.startsWith('sup')) return `$^{${value}}$`
  return role === 'math' ? `$${value}$` : 'Markdown'
}

/** Marks in code that other tools read: of lines to show, and of notes below. */
const marks =
  /(?:#|\/\/|--|;|%|\/\*|<!--)[ \t]*(?:<\d+>|\[!code[^\]\n]*\]|highlight-(?:next-line|start|end))[ \t]*(?:\*\/|-->)?[ \t]*$/m

export function checkCodeMarks(node: Code, source: SourceText, say: Say): void {
  const mark = marks.exec(node.value)
  // A text about Markdown shows its code.
  if (mark === null || node.lang === 'markdown' || node.lang === 'md') return
  say(
    'code-mark',
    locateInFence(source, node)(mark.index),
    `${mark[0].trim()} is part of the code: write a comment, and what it says in the text`,
  )
}

/** Boxes besides those of GitHub, terms of Org, and items of AsciiDoc that go on. */
export function checkItems(list: List, source: SourceText, say: Say): void {
  for (const item of list.children) {
    const slice = sliceOf(source, item)
    const text = slice.replace(/^\s*(?:[-*+]|\d+[.)])[ \t]+/, '')
    if (slice.trim() === '+' || slice.startsWith('+\n'))
      say(
        'asciidoc',
        startOf(item),
        '+ starts an empty item: indent the paragraph that belongs to the item above',
      )
    else if (item.checked === null || item.checked === undefined) {
      const box = /^\[[-/<>!?*]\][ \t]+\S/.exec(text)
      if (box) say('task', startOf(item), `${box[0].slice(0, 3)} is plain text: write [ ] or [x]`)
    }
    if (/^[^\n`]{1,60}[ \t]::[ \t]+\S/.test(text))
      say(
        'property',
        startOf(item),
        ':: is plain text: for a definition, write the term in a line, and what it is below, behind a colon and a blank',
      )
  }
}

/** A paragraph that is `__TOC__`, which is bold here, or that ends in `::`, above code. */
export function checkParagraph(
  paragraph: Paragraph,
  next: Nodes | undefined,
  source: SourceText,
  say: Say,
): void {
  const slice = sliceOf(source, paragraph).trim()
  if (/^__[A-Z]*TOC__$/.test(slice))
    say('contents', startOf(paragraph), `${slice} is bold text: leave it out, as a report has its contents`)
  if (/\w::$/.test(slice) && next?.type === 'code')
    say('sign-line', startOf(paragraph), ':: is shown with both colons: write one, and code between ```')
}

/** Brackets around the words of a heading, which Pandoc takes for a link to it. */
export function checkHeadingLinks(
  text: string,
  headings: ReadonlySet<string>,
): readonly { readonly index: number; readonly whole: string }[] {
  return [...text.matchAll(/\[([^[\]\n]{3,80})\](?![([:])/g)].flatMap(({ 0: whole, 1: words = '', index }) =>
    headings.has(words.toLowerCase()) ? [{ index, whole }] : [],
  )
}

/** Words of the headings, in lower case, and what links and footnotes are defined. */
export function namesIn(root: Nodes): {
  readonly headings: ReadonlySet<string>
  readonly definitions: readonly string[]
} {
  const headings = new Set<string>()
  const definitions: string[] = []
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === 'heading') headings.add(wordsOf(node).toLowerCase())
    else if (node.type === 'definition' || node.type === 'footnoteDefinition')
      // Identifiers of footnotes are their numbers.
      definitions.push(`${node.type} ${(node.label ?? node.identifier).toLowerCase()}`)
    if ('children' in node) for (const child of node.children) waiting.push(child)
  }
  return { headings, definitions }
}

function wordsOf(heading: Heading): string {
  return [...descend(heading)].map(({ node }) => (node.type === 'text' ? node.value : '')).join('')
}

/** `\'e` and `\"{u}`, of which Markdown drops the backslash. */
const accents =
  /(?<!\\)\\['"^~=.][{]\\?[A-Za-z][}]|(?<=[\p{Ll}])\\"[aeiouyAEIOUY](?=[\p{Ll}\s.,;:)])|(?<=[\p{Ll}])\\'[aeiou](?=[\p{Ll}\s.,;:)]|$)/gu

export function checkAccents(node: Nodes, source: SourceText, say: Say): void {
  const slice = sliceOf(source, node)
  if (!slice.includes('\\')) return
  for (const { 0: whole, index } of slice.matchAll(accents))
    say(
      'latex',
      placeAt(source, (node.position?.start.offset ?? 0) + index),
      `${whole} is no letter with an accent: write the letter itself`,
    )
}

/** `&name;` that names no sign. */
export function checkEntities(value: string): readonly { readonly index: number; readonly whole: string }[] {
  return [...value.matchAll(/&[A-Za-z][A-Za-z0-9]{1,30};/g)].map(({ 0: whole, index }) => ({ index, whole }))
}
