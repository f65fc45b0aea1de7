/**
 * The document's text and abstract for the report: with blocks, pictures, inline values, cross references and
 * citations inserted, and without the author's raw HTML.
 */

import type { Blockquote, FootnoteDefinition, Heading, Nodes, PhrasingContent, Root, Text } from 'mdast'
import type { Node, Position } from 'unist'
import { visit } from 'unist-util-visit'
import { calloutKinds } from '../document/callout.ts'
import type { Citation } from '../document/citation.ts'
import type { Document } from '../document/document.ts'
import { headingIds } from '../document/headings.ts'
import { pairedTags } from '../document/inlinehtml.ts'
import type { Reference } from '../document/reference.ts'
import { headingsOf, sectionNumbers } from '../document/sections.ts'
import type { Messages } from '../locale/en.ts'
import { isSame } from '../text/lists.ts'
import { link } from '../text/markdown.ts'
import { perObject } from '../text/memory.ts'
import type { Address } from './addresses.ts'
import { joinLines } from './lines.ts'
import type { Callout, Entry, Float, Report } from './model.ts'
import { type Cited, citationNode } from './references.ts'
import { textOf } from './textof.ts'

export interface Replacements {
  /** Replacements of the document's nodes. */
  readonly nodes: ReadonlyMap<Nodes, Nodes>
  /** Labels by float id: `Table 5`. */
  readonly labels: ReadonlyMap<string, string>
  readonly cited: Cited
  /** Where links lead from the report; as written, unless given. */
  readonly addressOf?: (url: string) => Address
  readonly messages: Messages
}

const positions = new WeakMap<Nodes, Position>()

/**
 * Where the document has what became a node at the top of a report's text; reports themselves say nothing of
 * it.
 */
export function positionOf(node: Nodes): Position | undefined {
  return positions.get(node)
}

/**
 * The title is the report's only first-level heading; the text's start at the second. Abstract and text share
 * footnote numbers, and all ids are unique.
 */
export function prose(
  document: Document,
  replacements: Replacements,
): Pick<Report, 'abstract' | 'body' | 'contents'> {
  const copy = copier(document, replacements)
  const copied = (root: Root): Root => ({
    type: 'root',
    children: root.children.flatMap((node) => {
      const copies = copy(node)
      for (const one of copies) if (node.position) positions.set(one, node.position)
      return copies
    }) as Root['children'],
  })
  const body = copied(document.tree)
  const abstract = document.abstract && copied(document.abstract)
  const trees = abstract ? [abstract, body] : [body]
  numberFootnotes(trees)
  joinLines(trees, document.frontMatter.lang)
  const ids = [...document.blocks, ...document.targets].map(({ id }) => id)
  const numbers = document.frontMatter.numberSections ? sectionNumbers(headingsOf(body)) : undefined
  nameHeadings(trees.flatMap(headingsOf), ids, numbers)
  if (abstract) lowerHeadings(headingsOf(abstract), 3)
  lowerHeadings(headingsOf(body), 2)
  return { ...(abstract ? { abstract } : {}), body, contents: headingsOf(body).flatMap(entry) }
}

/** Stands for a table or figure in a text, as these are made last. */
interface Slot extends Node {
  readonly type: 'slot'
  /** The document's node. */
  readonly of: Nodes
}

export function slotOf(node: Nodes): Nodes {
  const { position } = node
  const slot: Slot = { type: 'slot', of: node, ...(position && { position }) }
  return slot as unknown as Nodes
}

/**
 * Fills the slots with tables and figures, given by the document's nodes. Nodes without a slot are returned
 * unchanged, and filling a node with the same floats again returns the same result.
 */
export function withFloats(
  { abstract, body }: Pick<Report, 'abstract' | 'body'>,
  floats: ReadonlyMap<Nodes, Float>,
): Pick<Report, 'abstract' | 'body'> {
  const filled = (node: Nodes | Slot): Nodes => {
    if (node.type === 'slot') {
      const float = floats.get(node.of)
      if (float === undefined) throw new Error('a table or figure that nothing made')
      return filledOnce(node, [float], () => placedAs(node, withPlace(float, node.of)))
    }
    if (!('children' in node)) return node
    const children = node.children.map(filled)
    if (isSame(children, node.children)) return node
    return filledOnce(node, children, () => placedAs(node, { ...node, children } as Nodes))
  }
  return { ...(abstract && { abstract: filled(abstract) as Root }), body: filled(body) as Root }
}

const filledOnce = perObject<Nodes>()

/** Gives a node the position of the one that it replaces. */
function placedAs(before: Nodes | Slot, node: Nodes): Nodes {
  const position = positions.get(before as Nodes)
  if (position) positions.set(node, position)
  return node
}

/** Returns the content of a caption, with values, references and citations in place. */
export function captionContent(
  caption: Root,
  document: Document,
  replacements: Replacements,
): readonly PhrasingContent[] {
  const copied = caption.children.flatMap(copier(document, replacements)) as Root['children']
  // A picture in a caption would be one without a file of ours.
  visit({ type: 'root', children: copied }, ['image', 'imageReference'], (node) => {
    const alt = 'alt' in node ? (node.alt ?? '') : ''
    for (const key of Object.keys(node)) delete (node as unknown as Record<string, unknown>)[key]
    Object.assign(node, { type: 'text', value: alt })
  })
  joinLines([{ type: 'root', children: copied }], document.frontMatter.lang)
  return copied.flatMap((node, index): PhrasingContent[] => {
    const space = index === 0 ? [] : [{ type: 'text', value: ' ' } as const]
    return node.type === 'paragraph' ? [...space, ...node.children] : [...space, node as PhrasingContent]
  })
}

/**
 * Returns a function that copies nodes of the document with replacements; of HTML, only plain pairs of tags.
 */
function copier(document: Document, replacements: Replacements): (node: Nodes) => readonly Nodes[] {
  const linkedIn = Map.groupBy(
    [...document.references, ...document.citations.filter(({ items }) => items.length > 0)],
    ({ node }) => node,
  )
  const copy = (node: Nodes): readonly Nodes[] => {
    const instead = replacements.nodes.get(node)
    if (instead) return [blocks.has(instead.type) ? withPlace(instead, node) : instead]
    if (node.type === 'html' || node.type === 'yaml' || node.type === 'definition') return []
    if (node.type === 'text') return linked(node, linkedIn.get(node) ?? [], replacements)
    const { position: _, ...own } = node
    if (!('children' in node)) return [own]
    const leading = node.type === 'link' ? replacements.addressOf?.(node.url) : undefined
    const children = phrasingParents.has(node.type)
      ? pairedTags<Nodes>(node.children, copy, (type, children) => ({ type, children }) as Nodes)
      : shownChildren(node).flatMap(copy)
    const copied = withPlace({ ...own, ...leading, children } as Nodes, node)
    return [copied.type === 'blockquote' ? (calloutIn(copied, replacements.messages) ?? copied) : copied]
  }
  return copy
}

/** Cells beyond the head of a table are not shown, as `check` says. */
function shownChildren(node: Extract<Nodes, { children: unknown }>): readonly Nodes[] {
  if (node.type !== 'table') return node.children
  const width = node.children[0]?.children.length ?? 0
  return node.children.map((row) => ({ ...row, children: row.children.slice(0, width) }))
}

const phrasingParents: ReadonlySet<string> = new Set([
  ...['paragraph', 'heading', 'emphasis', 'strong', 'delete', 'link', 'linkReference', 'tableCell'],
  'definitionTerm',
])

/** Nodes that keep their place in the document, for what formats say of them. */
const blocks: ReadonlySet<string> = new Set([
  ...['paragraph', 'heading', 'listItem', 'table'],
  ...['float', 'claim', 'experiment', 'equation', 'listing'],
])

function withPlace(copy: Nodes, { position }: Nodes): Nodes {
  return position === undefined || !blocks.has(copy.type) ? copy : { ...copy, position }
}

const marker = new RegExp(String.raw`^\[!(${calloutKinds.join('|')})\][ \t]*(?:\n|$)`, 'i')

/** Returns a quote that starts with `[!NOTE]` as what it is. */
function calloutIn({ children: [first, ...others] }: Blockquote, messages: Messages): Callout | undefined {
  const text = first?.type === 'paragraph' ? first.children[0] : undefined
  if (first?.type !== 'paragraph' || text?.type !== 'text') return undefined
  const [whole, word = ''] = marker.exec(text.value) ?? []
  const kind = calloutKinds.find((one) => one === word.toLowerCase())
  if (whole === undefined || kind === undefined) return undefined
  const rest = text.value.slice(whole.length)
  const [, ...more] = first.children
  // A line break in the source may follow the sign.
  const after = rest === '' && more[0]?.type === 'break' ? more.slice(1) : more
  const content = [...(rest === '' ? [] : [{ ...text, value: rest }]), ...after]
  return {
    type: 'callout',
    kind,
    title: messages.callouts[kind],
    children: [...(content.length === 0 ? [] : [{ ...first, children: content }]), ...others],
  }
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

/** Lowers headings so that none is above a level. */
function lowerHeadings(headings: readonly Heading[], highest: number): void {
  const top = headings.reduce((least, { depth }) => Math.min(least, depth), highest)
  for (const heading of headings)
    heading.depth = Math.min(6, heading.depth + highest - top) as Heading['depth']
}

/** Gives headings ids, the author's or of their words, and numbers. */
function nameHeadings(
  headings: readonly Heading[],
  taken: readonly string[],
  numbers: ReadonlyMap<Heading, string> = new Map(),
): void {
  const ids = headingIds(
    headings.map((heading) => ({ text: textOf(heading), id: heading.data?.id })),
    taken,
  )
  for (const [index, heading] of headings.entries()) {
    const number = numbers.get(heading)
    heading.data = { id: ids[index] ?? '', ...(number === undefined ? {} : { number }) }
  }
}

/** Returns the entry of a section or subsection in the table of contents. */
function entry(heading: Heading): readonly Entry[] {
  const { depth, data } = heading
  const number = data?.number === undefined ? '' : `${data.number}\u2002`
  return depth > 3 ? [] : [{ id: data?.id ?? '', text: number + textOf(heading).trim(), depth }]
}
