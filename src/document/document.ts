/**
 * A document: one Markdown file, parsed.
 *
 *   bytes -> text -> mdast -> front matter -> abstract (encoding.ts, markdown.ts)
 *                          -> fences -> blocks         (yaml.ts, schema.ts, experiment.ts, float.ts)
 *                          -> inline code -> values    (expression.ts)
 *                          -> text -> references, citations
 *
 * Errors are collected as messages of the file; `check` adds those that need the project.
 */

import type { Code, InlineCode, Nodes, Root } from 'mdast'
import { VFile } from 'vfile'
import { type ParsedExpression, parseExpression } from '../query/expression.ts'
import { ExpressionError } from '../query/syntax.ts'
import type { Block, Place } from './block.ts'
import { type Citation, citationsIn } from './citation.ts'
import { decode } from './encoding.ts'
import { type Fence, isBlock, readFence } from './fence.ts'
import { type FrontMatter, readFrontMatter } from './frontmatter.ts'
import { LimitError } from './limits.ts'
import { descend, type Footnotes, parseFile, parseValue, type Visit } from './markdown.ts'
import { type Locate, locateInInlineCode, placeAt, type SourceText, sourceText, startOf } from './place.ts'
import { fail, sortMessages } from './problem.ts'
import { isReference, mentionsIn, type Reference } from './reference.ts'
import { translateFrontMatter } from './translation.ts'

export interface Document {
  readonly file: VFile
  readonly frontMatter: FrontMatter
  /** The whole Markdown. The report replaces `nodes`, and the ranges of `references` and `citations`. */
  readonly tree: Root
  /** The front matter's abstract. Its values, references and citations precede those of the text below. */
  readonly abstract?: Root
  /** Only those without errors, in text order; so are the next three. */
  readonly blocks: readonly Block[]
  readonly values: readonly InlineValue[]
  readonly references: readonly Reference[]
  readonly citations: readonly Citation[]
  /** Other words after an @, left as plain text. */
  readonly mentions: readonly Reference[]
  /** The block or value of a node. */
  readonly nodes: ReadonlyMap<Nodes, Block | InlineValue>
  /** All fences with a block's info string, even invalid ones, with the places of their keys. */
  readonly fences: readonly Fence[]
  /** The document that this one translates. */
  readonly original?: Document
}

/** Returns the document with each block replaced by `change(block)`. */
export function withBlocks(document: Document, change: (block: Block) => Block): Document {
  const changed = new Map(document.blocks.map((block) => [block, change(block)]))
  const swap = (block: Block) => changed.get(block) ?? block
  return {
    ...document,
    blocks: [...changed.values()],
    nodes: new Map(
      [...document.nodes].map(([node, part]) => [node, part.type === 'value' ? part : swap(part)] as const),
    ),
    fences: document.fences.map((fence) =>
      fence.block === undefined ? fence : { ...fence, block: swap(fence.block) },
    ),
  }
}

/** Inline code that starts with `=`: a number in the prose. */
export interface InlineValue extends ParsedExpression {
  readonly type: 'value'
  readonly node: InlineCode
  readonly place: Place
  /** As written, without the `=`. */
  readonly source: string
  /** Returns the place of the character at an offset of `source`. */
  readonly locate: Locate
}

/**
 * Parses a document. Adds messages to the file, with stable rule ids; `fatal` marks errors. Never throws for
 * an author's mistake.
 * @param original of a translation: the document that `editionOf` names, or the reason why it is not
 * available
 */
export function parseDocument(
  file: VFile,
  original: Document | string = 'its original was not read',
): Document {
  const isText = decode(file)
  const text = sourceText(file)
  const footnotes: Footnotes = { count: 0 }
  const within = <T>(locate: Locate, parse: () => T): T | undefined => {
    try {
      return parse()
    } catch (error) {
      if (!(error instanceof LimitError)) throw error
      fail(file, 'limit', locate(error.offset), error.message)
      return undefined
    }
  }
  const whole = isText
    ? within(
        (offset) => placeAt(text, offset),
        () => parseFile(text.text, footnotes),
      )
    : undefined
  const tree: Root = whole ?? { type: 'root', children: [] }
  const first = tree.children[0]
  // If the file cannot be parsed, report only the reason.
  const written = readFrontMatter(
    first?.type === 'yaml' ? first : undefined,
    text,
    whole ? file : new VFile(),
  )
  const { editionOf } = written
  const its = editionOf && typeof original === 'object' ? original : undefined
  const isOrphan = editionOf !== undefined && its === undefined
  if (isOrphan && typeof original === 'string') fail(file, 'edition-of', editionOf.place, original)
  const frontMatter = its ? translateFrontMatter(written, its.frontMatter) : written

  const { abstract: abstractText, abstractLocate: locate } = written
  const abstract =
    abstractText === undefined || locate === undefined
      ? undefined
      : within(locate, () => parseValue(abstractText, { locate, source: text, footnotes }))

  const blocks: Block[] = []
  const values: InlineValue[] = []
  const found: Reference[] = []
  const cited: Citation[] = []
  const nodes = new Map<Nodes, Block | InlineValue>()
  const fences: Fence[] = []

  const theirs = its && { path: editionOf?.file ?? '', fences: its.fences }
  const readCode = (node: Code) => {
    // Without the original, every block of a translation would look wrong.
    const fence = isOrphan ? undefined : readFence(node, text, file, theirs)
    if (fence === undefined) return
    fences.push(fence)
    if (fence.block === undefined) return
    blocks.push(fence.block)
    nodes.set(node, fence.block)
  }
  const readNode = ({ node, inLink, near }: Visit) => {
    if (node.type === 'text' && !inLink) {
      const own = citationsIn(node, text, { near, file })
      cited.push(...own)
      found.push(...mentionsIn(node, text, near).filter(outside(own)))
    } else if (node.type === 'inlineCode') {
      const value = readValue(node, text, file)
      if (value === undefined) return
      values.push(value)
      nodes.set(node, value)
    }
  }
  for (const visit of abstract ? descend(abstract) : []) {
    readNode(visit)
    if (visit.node.type === 'code' && isBlock(visit.node))
      fail(
        file,
        'abstract-block',
        startOf(visit.node),
        'a block cannot stand in the abstract: put it into the text',
      )
  }
  for (const visit of descend(tree)) {
    readNode(visit)
    if (visit.node.type === 'code') readCode(visit.node)
  }

  sortMessages(file)
  return {
    file,
    frontMatter,
    tree,
    ...(abstract === undefined ? {} : { abstract }),
    blocks,
    values,
    references: found.filter(isReference),
    citations: cited,
    mentions: found.filter((one) => !isReference(one)),
    nodes,
    fences,
    ...(its ? { original: its } : {}),
  }
}

/** Parses the front matter alone. Its errors are not reported. */
export function parseFrontMatter(text: string): FrontMatter {
  const [head = ''] = /^\uFEFF?---[^\S\r\n]*\r?\n.*?\n---[^\S\r\n]*(?:\r?\n|$)/s.exec(text) ?? []
  // A VFile made from an empty string has no value.
  return parseDocument(new VFile({ value: head })).frontMatter
}

/** Ids of tables and figures, which the text can reference. */
export function floatIds(fences: readonly Fence[]): readonly string[] {
  return fences.flatMap(({ type, id }) =>
    (type === 'table' || type === 'figure') && id !== undefined ? [id] : [],
  )
}

/** Returns a predicate for mentions outside all citations. Both must be in text order. */
function outside(citations: readonly Citation[]): (mention: Reference) => boolean {
  let next = 0
  return ({ start }) => {
    while ((citations[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next += 1
    return start <= (citations[next]?.start ?? Number.POSITIVE_INFINITY)
  }
}

/** Excludes `=`, `==` and `=>`, which a text about programs may quote. */
const valuePattern = /^=\s*(?=[^=>\s])/

function readValue(node: InlineCode, text: SourceText, file: VFile): InlineValue | undefined {
  const start = valuePattern.exec(node.value)?.[0].length
  if (start === undefined) return undefined
  const source = node.value.slice(start)
  const locateNode = locateInInlineCode(text, node)
  const locate: Locate = (offset) => locateNode(start + offset)
  try {
    return { type: 'value', node, place: startOf(node), source, locate, ...parseExpression(source) }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    fail(file, error.ruleId, locate(error.offset), error.message)
    return undefined
  }
}
