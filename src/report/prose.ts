/**
 * The document's text and abstract for the report: with blocks, pictures, inline values, cross references and
 * citations inserted, and without the author's raw HTML.
 */

import { slug } from 'github-slugger'
import type { FootnoteDefinition, Heading, Nodes, PhrasingContent, Root, Text } from 'mdast'
import { visit } from 'unist-util-visit'
import type { Citation } from '../document/citation.ts'
import type { Document } from '../document/document.ts'
import type { Reference } from '../document/reference.ts'
import type { Messages } from '../locale/en.ts'
import { link } from '../text/markdown.ts'
import { joinLines } from './lines.ts'
import type { Entry, Report } from './model.ts'
import { type Cited, citationNode } from './references.ts'
import { textOf } from './textof.ts'

export interface Replacements {
  /** Replacements of the document's nodes. */
  readonly nodes: ReadonlyMap<Nodes, Nodes>
  /** Labels by float id: `Table 5`. */
  readonly labels: ReadonlyMap<string, string>
  readonly cited: Cited
  readonly messages: Messages
}

/**
 * The title is the report's only first-level heading; the text's start at the second. Abstract and text share
 * footnote numbers, and all ids are unique.
 */
export function prose(
  document: Document,
  replacements: Replacements,
): Pick<Report, 'abstract' | 'body' | 'contents'> {
  const linkedIn = Map.groupBy(
    [...document.references, ...document.citations.filter(({ items }) => items.length > 0)],
    ({ node }) => node,
  )
  const copy = (node: Nodes): readonly Nodes[] => {
    const instead = replacements.nodes.get(node)
    if (instead) return [instead]
    if (node.type === 'html' || node.type === 'yaml' || node.type === 'definition') return []
    if (node.type === 'text') return linked(node, linkedIn.get(node) ?? [], replacements)
    const { position: _, ...own } = node
    return ['children' in node ? ({ ...own, children: node.children.flatMap(copy) } as Nodes) : own]
  }
  const copied = (root: Root): Root => ({
    type: 'root',
    children: root.children.flatMap(copy) as Root['children'],
  })
  const body = copied(document.tree)
  const abstract = document.abstract && copied(document.abstract)
  const trees = abstract ? [abstract, body] : [body]
  numberFootnotes(trees)
  joinLines(trees, document.frontMatter.lang)
  const ids = document.blocks.map(({ id }) => id)
  nameHeadings(trees.flatMap(headingsOf), ids)
  if (abstract) lowerHeadings(headingsOf(abstract), 3)
  lowerHeadings(headingsOf(body), 2)
  return { ...(abstract ? { abstract } : {}), body, contents: headingsOf(body).flatMap(entry) }
}

/** Links a text's references and citations: 'see @tbl-latency and [@xen2003]' -> 'see Table 5 and [1]'. */
function linked(
  { value }: Text,
  found: readonly (Reference | Citation)[],
  { labels, cited, messages }: Replacements,
): readonly PhrasingContent[] {
  const content: PhrasingContent[] = []
  let from = 0
  for (const one of found.toSorted((a, b) => a.start - b.start)) {
    content.push({ type: 'text', value: value.slice(from, one.start) })
    content.push(
      one.type === 'citation' ? citationNode(one, cited, messages) : crossReference(one.id, labels, messages),
    )
    from = one.end
  }
  content.push({ type: 'text', value: value.slice(from) })
  return content.filter((node) => node.type !== 'text' || node.value !== '')
}

function crossReference(
  id: string,
  labels: ReadonlyMap<string, string>,
  messages: Messages,
): PhrasingContent {
  const label = labels.get(id)
  return label === undefined
    ? { type: 'missing', text: messages.noFloat(id) }
    : link(`#${id}`, label.replace(' ', '\u00a0'))
}

/** Numbers footnotes in order of reference, first by the text, then by other footnotes. */
function numberFootnotes(trees: readonly Root[]): void {
  const definitions = new Map<string, FootnoteDefinition>()
  for (const tree of trees)
    visit(tree, 'footnoteDefinition', (node) => void definitions.set(node.identifier, node))
  const numbers = new Map<string, string>()
  const number = (node: Nodes): void => {
    if (node.type === 'footnoteReference' && !numbers.has(node.identifier))
      numbers.set(node.identifier, String(numbers.size + 1))
    if ('children' in node)
      for (const child of node.children) if (child.type !== 'footnoteDefinition') number(child)
  }
  for (const tree of trees) number(tree)
  // `numbers` grows during this loop if footnotes refer to others.
  for (const name of numbers.keys()) for (const child of definitions.get(name)?.children ?? []) number(child)
  for (const tree of trees)
    visit(tree, ['footnoteReference', 'footnoteDefinition'], (node) => {
      if (node.type !== 'footnoteReference' && node.type !== 'footnoteDefinition') return
      // Unreferenced definitions are not shown.
      node.identifier = numbers.get(node.identifier) ?? `unused-${node.identifier}`
      delete node.label
    })
}

function headingsOf(tree: Root): readonly Heading[] {
  const found: Heading[] = []
  visit(tree, 'heading', (node) => void found.push(node))
  return found
}

/** Lowers headings so that none is above a level. */
function lowerHeadings(headings: readonly Heading[], highest: number): void {
  const top = headings.reduce((least, { depth }) => Math.min(least, depth), highest)
  for (const heading of headings)
    heading.depth = Math.min(6, heading.depth + highest - top) as Heading['depth']
}

/** Gives headings ids from their words: unique, non-empty, and different from block ids. */
function nameHeadings(headings: readonly Heading[], taken: readonly string[]): void {
  const used = new Set(taken)
  const counts = new Map<string, number>()
  for (const heading of headings) {
    const base = slug(textOf(heading)).replace(/\s/g, '') || 'section'
    let count = counts.get(base) ?? 0
    let name = count === 0 ? base : `${base}-${count}`
    while (used.has(name)) {
      count += 1
      name = `${base}-${count}`
    }
    counts.set(base, count)
    used.add(name)
    heading.data = { id: name }
  }
}

/** Returns the entry of a section or subsection in the table of contents. */
function entry(heading: Heading): readonly Entry[] {
  const { depth, data } = heading
  return depth > 3 ? [] : [{ id: data?.id ?? '', text: textOf(heading).trim(), depth }]
}
