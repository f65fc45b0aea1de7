/**
 * The document's text as hast: Markdown by remark-rehype, with blocks, inline values, cross references and citations put in their
 * places.
 * Raw HTML of the author does not pass, nor do links with schemes that run something.
 */

import type { Element, ElementContent, Root } from 'hast'
import type { Code, InlineCode, Nodes, Table, Text } from 'mdast'
import rehypeSlug from 'rehype-slug'
import remarkCjkFriendly from 'remark-cjk-friendly/parseOnly'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype, { defaultHandlers } from 'remark-rehype'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import type { Citation } from '../document/citation.ts'
import type { Document } from '../document/document.ts'
import type { Reference } from '../document/reference.ts'
import { element, textOf } from './element.ts'
import { joinLines } from './lines.ts'
import { type Cited, citationElement } from './references.ts'
import type { Words } from './words/en.ts'

export interface Replacements {
  /** What stands for a node of the document's tree. */
  readonly nodes: ReadonlyMap<Nodes, Element>
  /** `Table 5` of an exhibit's id. */
  readonly labels: ReadonlyMap<string, string>
  readonly cited: Cited
  readonly words: Words
}

/** The title is the page's only first-level heading: the text's own start at the second. */
export async function prose(document: Document, replacements: Replacements): Promise<Root> {
  const { nodes, words } = replacements
  const linkedIn = Map.groupBy(
    [...document.references, ...document.citations.filter(({ items }) => items.length > 0)],
    ({ node }) => node,
  )
  const processor = unified()
    .use(remarkRehype, {
      // The page runs no scripts, so ids cannot shadow anything; without a prefix footnotes have short links.
      clobberPrefix: '',
      footnoteLabel: words.page.footnotes,
      footnoteBackLabel: words.page.backToText,
      handlers: {
        code: (state, node: Code) => nodes.get(node) ?? defaultHandlers.code(state, node),
        inlineCode: (state, node: InlineCode) => nodes.get(node) ?? defaultHandlers.inlineCode(state, node),
        text: (_state, node: Text) => linked(node, linkedIn.get(node) ?? [], replacements),
        table: (state, node: Table) =>
          element('div', { className: ['scroll'] }, defaultHandlers.table(state, node) as Element),
      },
    })
    .use(rehypeSlug)
  const tree = await processor.run(document.tree)
  const shift = document.tree.children.some((node) => node.type === 'heading' && node.depth === 1) ? 1 : 0
  visit(tree, 'element', (node) => {
    const depth = /^h([1-6])$/.exec(node.tagName)?.[1]
    if (depth !== undefined) node.tagName = `h${Math.min(6, Number(depth) + shift)}`
    if (node.tagName === 'a' && !isSafe(String(node.properties.href ?? ''))) delete node.properties.href
  })
  joinLines(tree, document.frontMatter.lang)
  return tree
}

/** A piece of Markdown outside the document's text, such as its abstract: no blocks, values or references. */
export async function markdown(text: string, lang: string): Promise<Root> {
  const processor = unified().use(remarkParse).use(remarkGfm).use(remarkCjkFriendly).use(remarkRehype)
  const tree = await processor.run(processor.parse(text))
  joinLines(tree, lang)
  return tree
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
    if (node.properties.id === 'footnote-label') return
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

/** Places in the page, relative paths, and the schemes that only show or write something. */
function isSafe(href: string): boolean {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(href.trim())?.[1]?.toLowerCase()
  return scheme === undefined || ['http', 'https', 'mailto', 'doi'].includes(scheme)
}
