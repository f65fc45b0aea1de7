/** A report's running text as HTML elements: Markdown by remark-rehype, and our own nodes. */

import type { Element, ElementContent } from 'hast'
import { h } from 'hastscript'
import type { Heading, Link, Node, Nodes, Root, Table, Text } from 'mdast'
import remarkRehype, { defaultHandlers, type Options } from 'remark-rehype'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import type { DefinitionList, DefinitionTerm, DefinitionText } from '../../document/definitionlist.ts'
import type { Messages } from '../../locale/en.ts'
import { inlines } from '../../text/markdown.ts'
import { addressIn } from '../addresses.ts'
import type {
  Callout,
  CitationNode,
  Claim,
  Equation,
  Experiment,
  Float,
  Formula,
  Listing,
  Missing,
  Picture,
  Styled,
  Value,
} from '../model.ts'
import { claimElement } from './claim.ts'
import { experimentElement } from './experiment.ts'
import { floatElement, pictureElement } from './float.ts'
import { equationElement, inlineFormula } from './mathml.ts'
import { type KeepPart, type Phrasing, pageId } from './parts.ts'

export interface Translator {
  readonly phrasing: Phrasing
  readonly prose: (tree: Root) => readonly ElementContent[]
}

/** @param keep of a live report */
export function translator(messages: Messages, keep?: KeepPart): Translator {
  const kept: KeepPart = keep ?? ((_, make) => make())
  const own: NonNullable<Options['handlers']> = {
    heading: (state, { depth, data, children }: Heading) =>
      h(
        `h${depth}`,
        { id: data?.id },
        data?.number === undefined ? [] : [h('span.number', data.number), '\u2002'],
        state.all({ type: 'paragraph', children }),
      ),
    link: (state, node: Link) => defaultHandlers.link(state, { ...node, url: addressIn(node, '.html') }),
    text: (_state, { value }: Text): ElementContent => ({ type: 'text', value }),
    table: (state, node: Table) => h('div.scroll', defaultHandlers.table(state, node)),
    value: (_state, node: Value) => valueElement(node),
    missing: (_state, { text }: Missing) => h('span.missing', text),
    citation: (state, node: CitationNode) => h('span.citation', state.all(node)),
    workTitle: (state, node: Styled) => h('cite', state.all(node)),
    subscript: (state, node: Styled) => h('sub', state.all(node)),
    superscript: (state, node: Styled) => h('sup', state.all(node)),
    monospace: (state, node: Styled) => h('code', state.all(node)),
    picture: (_state, node: Picture) => pictureElement(node),
    formula: (_state, node: Formula) => inlineFormula(node, messages),
    equation: (_state, node: Equation) => equationElement(node, messages),
    listing: (_state, node: Listing) => listingElement(node, messages, phrasing),
    callout: (state, node: Callout) => calloutElement(node, state.all(node)),
    definitionList: (state, node: DefinitionList) => h('dl.definitions', state.all(node)),
    definitionTerm: (state, node: DefinitionTerm) => h('dt', state.all(node)),
    definitionText: (state, node: DefinitionText) => h('dd', state.all(node)),
    float: (_state, node: Float) => kept(node, () => floatElement(node, messages, phrasing, kept)),
    claim: (_state, node: Claim) => kept(node, () => claimElement(node, messages, phrasing)),
    experiment: (_state, node: Experiment) => kept(node, () => experimentElement(node, messages, phrasing)),
  }
  const keptHandlers = { kept: (_: unknown, { part }: Kept) => kept(part, () => alone(part)) }
  // Nodes have places in a live report only (live.ts); handlers of the library hand theirs on, too.
  const handlers: typeof own = Object.fromEntries(
    Object.entries(own).map(([type, handle]) => [
      type,
      (state, node: Node, parent) => {
        const made = handle?.(state, node, parent)
        if (node.position && made !== undefined && !Array.isArray(made) && made.position === undefined)
          state.patch(node as Nodes, made)
        return made
      },
    ]),
  )
  const processor = unified().use(remarkRehype, {
    clobberPrefix: 'note:',
    footnoteLabel: messages.page.footnotes,
    footnoteBackLabel: messages.page.backToText,
    handlers: { ...handlers, ...keptHandlers },
  })
  const phrasing: Phrasing = (content) => {
    const paragraph = processor.runSync({
      type: 'root',
      children: [{ type: 'paragraph', children: inlines(content) }],
    })
    return paragraph.children.flatMap((node) => (node.type === 'element' ? node.children : []))
  }
  const alone = (node: Nodes): Element => {
    const { children } = processor.runSync({ type: 'root', children: [node] } as Root)
    const [made] = children
    return made?.type === 'element' ? made : h('div', children as ElementContent[])
  }
  const prose = (tree: Root) => {
    const children = keep
      ? tree.children.map((node) => (isAlone(node) ? keptNode(node) : node))
      : tree.children
    const translated = processor.runSync({ ...tree, children } as Root)
    visit(translated, 'element', nameFootnotes)
    return translated.children.filter((node) => node.type !== 'doctype')
  }
  return { phrasing, prose }
}

/** Stands for a node at the top of a text that is translated by itself. */
interface Kept extends Node {
  readonly type: 'kept'
  readonly part: Nodes
}

function keptNode(part: Nodes): Kept {
  return { type: 'kept', part, ...(part.position && { position: part.position }) }
}

/** What makes an element by itself. */
const elements: ReadonlySet<string> = new Set([
  ...['paragraph', 'heading', 'list', 'table', 'blockquote', 'thematicBreak'],
  ...['callout', 'equation', 'listing', 'definitionList'],
])

/** What depends on the rest of the text, or is kept itself. */
const dependent: ReadonlySet<string> = new Set([
  ...['footnoteReference', 'footnoteDefinition', 'linkReference', 'imageReference', 'definition'],
  ...['float', 'claim', 'experiment'],
])

/** Whether it gives the same element whatever stands around it. Only nodes of the document's text have places. */
function isAlone(node: Nodes): boolean {
  return node.position !== undefined && elements.has(node.type) && !isDependent(node)
}

function isDependent(node: Nodes): boolean {
  return dependent.has(node.type) || ('children' in node && node.children.some(isDependent))
}

function nameFootnotes({ properties }: Element): void {
  if (properties.id === 'footnote-label') properties.id = pageId('footnotes')
  if (properties.dataFootnoteRef) properties.ariaDescribedBy = [pageId('footnotes')]
}

/** The title lists its runs. Published numbers are quiet, as in tables. */
function valueElement({ text, mark, origins, sources, state }: Value): Element {
  const title = sources.join('; ')
  if (state === 'missing') return h('span.value.missing', { title }, text)
  const className = [...(mark ? [] : ['published']), ...(state === 'stale' ? ['stale'] : [])]
  // A narrow space keeps the word from running into the unit when copied or read out.
  const raised = mark && ['\u202f', h('sup', mark)]
  return h('span.value', { className, dataOrigin: origins.join(' '), title }, text, raised)
}

/** A block of code; with an id it is a figure with a caption above it. */
function listingElement(
  { id, label, caption, language = '', code }: Listing,
  messages: Messages,
  phrasing: Phrasing,
): Element {
  const lines = linesOf(code).map((parts) =>
    h(
      'span.line',
      parts.map((part) => (typeof part === 'string' ? part : h(`span.code-${part.kind}`, part.text))),
      '\n',
    ),
  )
  const block = h(
    'pre',
    { tabIndex: 0, role: 'region', ariaLabel: label ?? messages.page.code(language) },
    h('code', { className: language === '' ? undefined : [`language-${language}`] }, ...lines),
  )
  if (id === undefined || label === undefined) return block
  const title = [h('strong', messages.caption(label)), ...(caption === undefined ? [] : phrasing([caption]))]
  return h('figure.float.listing', { id }, h('figcaption', ...title), block)
}

/** Parts of each line; printed lines are marked where they go on. */
function linesOf(code: Listing['code']): readonly Listing['code'][] {
  const lines: Listing['code'][number][][] = [[]]
  for (const part of code)
    for (const [index, text] of (typeof part === 'string' ? part : part.text).split('\n').entries()) {
      if (index > 0) lines.push([])
      if (text !== '') lines.at(-1)?.push(typeof part === 'string' ? text : { ...part, text })
    }
  return lines
}

function calloutElement({ kind, title }: Callout, children: readonly ElementContent[]): Element {
  return h('aside.callout', { className: [`callout-${kind}`], role: 'note', ariaLabel: title }, [
    h('p.callout-title', title),
    ...children,
  ])
}
