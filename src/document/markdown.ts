/** Markdown -> mdast, with the same extensions for the text and the front matter's abstract. */

import type { Heading, Image, Link, Nodes, Paragraph, Root } from 'mdast'
import { mathFromMarkdown } from 'mdast-util-math'
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly'
import { gfmStrikethroughCjkFriendly } from 'micromark-extension-cjk-friendly-gfm-strikethrough'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { type Processor, unified } from 'unified'
import { referredId } from '../results/name.ts'
import { recalled } from '../text/memory.ts'
import { quickAutolinks } from './autolinks.ts'
import type { Place } from './block.ts'
import { readDefinitionLists } from './definitionlist.ts'
import { checkLimits, limited, signLimit } from './limits.ts'
import { describeMath, mathOfCode, mathSyntax } from './mathematics.ts'
import { inPieces, movedCopy } from './pieces.ts'
import { type Locate, offsetAt, type SourceText } from './place.ts'

/** Mathematics; and `**強調。**次` as emphasis: CommonMark requires blanks around it. */
function extended(this: Processor): void {
  const data = this.data()
  data.fromMarkdownExtensions ??= []
  data.fromMarkdownExtensions.push(mathFromMarkdown())
  data.micromarkExtensions = (data.micromarkExtensions ?? []).map(quickAutolinks)
  data.micromarkExtensions.push(
    mathSyntax(),
    limited(cjkFriendlyExtension()),
    limited(gfmStrikethroughCjkFriendly()),
    signLimit(),
  )
}

/** A caption is a line of text: nothing in it starts a list, a heading or a quote. */
function inlineOnly(this: Processor): void {
  const data = this.data()
  data.micromarkExtensions ??= []
  data.micromarkExtensions.push({
    disable: {
      null: [
        ...['headingAtx', 'setextUnderline', 'thematicBreak', 'list', 'blockQuote', 'codeIndented'],
        ...['codeFenced', 'htmlFlow', 'definition', 'table', 'mathFlow', 'gfmFootnoteDefinition'],
      ],
    },
  })
}

const markdown = unified().use(remarkParse).use(remarkGfm).use(extended).freeze()
const caption = markdown().use(inlineOnly).freeze()
const withFrontMatter = markdown().use(remarkFrontmatter).freeze()

const parsedFile = inPieces(
  (text) => withFrontMatter.parse(text),
  (text) => markdown.parse(text),
)
const parsedText = recalled('text', (text) => markdown.parse(text))
const parsedCaption = recalled('caption', (text) => caption.parse(text))

/** Counter shared by texts on one page, to number their footnotes. */
export interface Footnotes {
  count: number
}

/** Parses a file. Throws a LimitError; its offset counts from the start of the text. */
export function parseFile(text: string, footnotes: Footnotes): Root {
  checkLimits(text)
  return settled(parsedFile(text), text, footnotes)
}

/**
 * Parses text from a value in a file; nodes get their places in the file. Throws a LimitError; its offset
 * counts from the start of the text.
 */
export function parseValue(
  text: string,
  {
    locate,
    source,
    footnotes,
    isCaption = false,
  }: { locate: Locate; source: SourceText; footnotes: Footnotes; isCaption?: boolean },
): Root {
  checkLimits(text)
  const parsed = (isCaption ? parsedCaption : parsedText)(text)
  const tree = settled(movedCopy(parsed, 0, 0), text, footnotes)
  const pointAt = (offset: number) => {
    const place = locate(offset)
    return { ...place, offset: offsetAt(source, place) }
  }
  for (const { node } of descend(tree)) {
    const { position } = node
    if (position === undefined) continue
    node.position = {
      start: pointAt(position.start.offset ?? 0),
      end: pointAt(position.end.offset ?? 0),
    }
  }
  return tree
}

/**
 * Resolves links and images by reference (`![a][b]`) to their URLs, so that later stages need not, numbers
 * footnotes uniquely in the page, and reads what Markdown does not have: formulas, definition lists, and
 * attributes of headings.
 */
function settled(tree: Root, text: string, footnotes: Footnotes): Root {
  readOwn(tree, text)
  const definitions = new Map<string, { readonly url: string; readonly title?: string | null | undefined }>()
  const numbers = new Map<string, string>()
  for (const { node } of descend(tree)) {
    if (node.type === 'definition' && !definitions.has(node.identifier))
      definitions.set(node.identifier, node)
  }
  for (const { node } of descend(tree)) {
    if (node.type === 'linkReference' || node.type === 'imageReference') {
      const definition = definitions.get(node.identifier)
      if (definition === undefined) continue
      const { url, title } = definition
      const own: Partial<Link | Image> = { type: node.type === 'linkReference' ? 'link' : 'image' }
      Object.assign(node, own, { url, title })
    } else if (node.type === 'footnoteReference' || node.type === 'footnoteDefinition') {
      if (!numbers.has(node.identifier)) {
        footnotes.count += 1
        numbers.set(node.identifier, String(footnotes.count))
      }
      node.identifier = numbers.get(node.identifier) ?? ''
    }
  }
  return tree
}

declare module 'mdast' {
  interface HeadingData {
    /** Unique in the report; before that, as the author gave it. */
    id?: string
    /** `{-}` or `{.unnumbered}` behind it. */
    isUnnumbered?: boolean
  }
}

/** Changes nodes in place, children after their parents. */
function readOwn(tree: Root, text: string): void {
  for (const { node } of descend(tree)) {
    if (node.type === 'math' || node.type === 'inlineMath') describeMath(node, text)
    else if (node.type === 'heading') readAttributes(node)
    else if (node.type === 'code' && node.lang === 'math') mathOfCode(node)
    if (!('children' in node)) continue
    for (const child of node.children) if (child.type === 'paragraph') readDisplay(child, text)
    if (['root', 'blockquote', 'listItem', 'footnoteDefinition'].includes(node.type))
      readDefinitionLists(node, text)
  }
}

const attributes = new RegExp(
  String.raw`(?<![ \t])[ \t]*\{[ \t]{0,20}(?:#(${referredId}))?[ \t]{0,20}(-|\.unnumbered)?[ \t]{0,20}\}[ \t]{0,20}$`,
  'u',
)

/** Takes `{#sec-method}` and `{-}` off the end of a heading. */
function readAttributes(heading: Heading): void {
  const last = heading.children.at(-1)
  if (last?.type !== 'text') return
  const [whole, id, unnumbered] = attributes.exec(last.value) ?? []
  if (whole === undefined || (id === undefined && unnumbered === undefined)) return
  last.value = last.value.slice(0, -whole.length)
  if (last.value === '') heading.children.pop()
  heading.data = { ...(id === undefined ? {} : { id }), ...(unnumbered && { isUnnumbered: true }) }
}

/** Makes a paragraph that is one formula in `$$`, maybe with a label, a formula of its own. */
function readDisplay(paragraph: Paragraph, text: string): void {
  const [formula, label, ...others] = paragraph.children
  if (formula?.type !== 'inlineMath' || others.length > 0) return
  if (!text.startsWith('$$', formula.position?.start.offset ?? 0)) return
  const rest = label?.type === 'text' ? label.value.trim() : ''
  if (label !== undefined && !/^[({][^(){}]*[)}]$/.test(rest)) return
  Object.assign(paragraph, {
    type: 'math',
    value: formula.value,
    children: undefined,
    position: formula.position,
    data: { isInline: true, ...(rest === '' ? {} : { rest }) },
  })
  delete (paragraph as Partial<Paragraph>).children
}

export interface Visit {
  readonly node: Nodes
  /** Inside a link, where text cannot link elsewhere. */
  readonly inLink: boolean
  /** Place of the node or its parent: the parser recreates some texts without a place. */
  readonly near: Place
}

/** Yields a node and its descendants in text order. Iterative, as nesting depth is the author's choice. */
export function* descend(top: Nodes, near: Place = { line: 1, column: 1 }): Generator<Visit> {
  const waiting: Visit[] = [{ node: top, inLink: false, near }]
  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    yield visit
    const { node, inLink, near } = visit
    if (!('children' in node)) continue
    const within = inLink || node.type === 'link' || node.type === 'linkReference'
    for (const child of node.children.toReversed()) {
      waiting.push({ node: child, inLink: within, near: child.position?.start ?? near })
    }
  }
}

/** The words of a node, as far as they are known without runs. */
export function plainText(top: Nodes): string {
  const texts = [...descend(top)].map(({ node }) =>
    node.type === 'text' || node.type === 'inlineCode' ? node.value : '',
  )
  return texts.join('')
}
