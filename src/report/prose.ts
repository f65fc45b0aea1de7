/**
 * The document's text and abstract as hast: Markdown by remark-rehype, with blocks, pictures, inline values, cross references and
 * citations put in their places. Raw HTML of the author does not pass.
 */

import { slug } from 'github-slugger'
import type { Element, ElementContent, Root } from 'hast'
import type { Code, Image, InlineCode, Root as Markdown, Nodes, Table, Text } from 'mdast'
import remarkRehype, { defaultHandlers } from 'remark-rehype'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import type { Citation } from '../document/citation.ts'
import type { Document } from '../document/document.ts'
import type { Reference } from '../document/reference.ts'
import { element, pageId, textOf } from '../locale/element.ts'
import type { Words } from '../locale/en.ts'
import { joinLines } from './lines.ts'
import { type Cited, citationElement } from './references.ts'

export interface Replacements {
  /** What stands for a node of the document's tree. */
  readonly nodes: ReadonlyMap<Nodes, Element>
  /** `Table 5` of an exhibit's id. */
  readonly labels: ReadonlyMap<string, string>
  readonly cited: Cited
  readonly words: Words
}

export interface Prose {
  readonly abstract: readonly ElementContent[] | undefined
  readonly body: Root
}

/**
 * The title is the page's only first-level heading: the text's own start at the second. Abstract and text become one tree, so that
 * they share the numbers of footnotes and no id is there twice.
 */
export async function prose(document: Document, replacements: Replacements): Promise<Prose> {
  const { nodes, words } = replacements
  const linkedIn = Map.groupBy(
    [...document.references, ...document.citations.filter(({ items }) => items.length > 0)],
    ({ node }) => node,
  )
  const processor = unified().use(remarkRehype, {
    clobberPrefix: 'note:',
    footnoteLabel: words.page.footnotes,
    footnoteBackLabel: words.page.backToText,
    handlers: {
      code: (state, node: Code) => nodes.get(node) ?? defaultHandlers.code(state, node),
      image: (state, node: Image) => nodes.get(node) ?? defaultHandlers.image(state, node),
      inlineCode: (state, node: InlineCode) => nodes.get(node) ?? defaultHandlers.inlineCode(state, node),
      text: (_state, node: Text) => linked(node, linkedIn.get(node) ?? [], replacements),
      table: (state, node: Table) =>
        element('div', { className: ['scroll'] }, defaultHandlers.table(state, node) as Element),
    },
  })
  // As a quote the abstract stays together, and is taken out again.
  const first = document.abstract ? [{ ...document.abstract, type: 'blockquote' as const }] : []
  const tree = await processor.run({
    type: 'root',
    children: [...(first as Markdown['children']), ...document.tree.children],
  } as Markdown)
  const abstract = document.abstract && tree.children.find((node) => node.type === 'element')
  nameHeadings(
    tree,
    document.blocks.map(({ id }) => id),
  )
  joinLines(tree, document.frontMatter.lang)
  if (abstract?.type === 'element') lowerHeadings(abstract, 3)
  tree.children = tree.children.filter((node) => node !== abstract)
  lowerHeadings(tree, 2)
  return { abstract: abstract?.children, body: tree }
}

/** Moves headings down, if need be, so that none is above a level. */
function lowerHeadings(tree: Root | Element, highest: number): void {
  const headings: (readonly [Element, depth: number])[] = []
  visit(tree, 'element', (node) => {
    const depth = /^h([1-6])$/.exec(node.tagName)?.[1]
    if (depth !== undefined) headings.push([node, Number(depth)])
  })
  const top = headings.reduce((least, [, depth]) => Math.min(least, depth), highest)
  for (const [node, depth] of headings) node.tagName = `h${Math.min(6, depth + highest - top)}`
}

/** Gives headings ids by their words: none that a block has, none twice, none empty. */
function nameHeadings(tree: Root, taken: readonly string[]): void {
  const used = new Set(taken)
  const counts = new Map<string, number>()
  const footnotes = pageId('footnotes')
  visit(tree, 'element', (node) => {
    const { id, ariaDescribedBy } = node.properties
    if (Array.isArray(ariaDescribedBy)) node.properties.ariaDescribedBy = [footnotes]
    if (!/^h[1-6]$/.test(node.tagName)) return
    // Only the heading of the footnotes has an id so far.
    if (id !== undefined) {
      node.properties.id = footnotes
      return
    }
    const base = slug(textOf(node)).replace(/\s/g, '') || 'section'
    let count = counts.get(base) ?? 0
    let name = count === 0 ? base : `${base}-${count}`
    while (used.has(name)) {
      count += 1
      name = `${base}-${count}`
    }
    counts.set(base, count)
    used.add(name)
    node.properties.id = name
  })
}

export interface Entry {
  readonly id: string
  readonly text: string
  /** 2 for a section, 3 for a subsection. */
  readonly depth: number
}

/** Sections and subsections, for the table of contents. */
export function contents(tree: Root): readonly Entry[] {
  const entries: Entry[] = []
  visit(tree, 'element', (node) => {
    const { id } = node.properties
    // The heading of footnotes is for those who listen; there is nothing to see.
    if (id === pageId('footnotes')) return
    if ((node.tagName === 'h2' || node.tagName === 'h3') && typeof id === 'string') {
      entries.push({ id, text: textOf(node), depth: Number(node.tagName[1]) })
    }
  })
  return entries
}

/** A text with its references and citations as links: 'see @tbl-latency and [@xen2003]' -> 'see Table 5 and [1]'. */
function linked(
  { value }: Text,
  found: readonly (Reference | Citation)[],
  { labels, cited, words }: Pick<Replacements, 'labels' | 'cited' | 'words'>,
): ElementContent[] {
  const content: ElementContent[] = []
  let from = 0
  for (const one of found.toSorted((a, b) => a.start - b.start)) {
    content.push({ type: 'text', value: value.slice(from, one.start) })
    content.push(
      one.type === 'citation' ? citationElement(one, cited, words) : referenceElement(one.id, labels, words),
    )
    from = one.end
  }
  content.push({ type: 'text', value: value.slice(from) })
  return content.filter((node) => node.type !== 'text' || node.value !== '')
}

function referenceElement(id: string, labels: ReadonlyMap<string, string>, words: Words): Element {
  const label = labels.get(id)
  return label === undefined
    ? element('span', { className: ['missing'] }, words.noExhibit(id))
    : element('a', { href: `#${id}` }, label.replace(' ', '\u00a0'))
}
