/**
 * A document: one Markdown file, parsed.
 *
 *   text -> mdast -> front matter
 *                 -> fences -> blocks        (yaml.ts, schema.ts, experiment.ts, exhibit.ts)
 *                 -> inline code -> values   (expression.ts)
 *                 -> text -> references, citations
 *
 * What is wrong becomes messages of the file, all of them in one go; `check` adds those that need the project.
 */

import type { Code, InlineCode, Nodes, Root } from 'mdast'
import remarkCjkFriendly from 'remark-cjk-friendly/parseOnly'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { VFile } from 'vfile'
import type { Block, Place } from './block.ts'
import { type Citation, citations } from './citation.ts'
import { editionFrontMatter } from './edition.ts'
import { type ParsedExpression, parseExpression } from './expression.ts'
import { type Fence, readFence } from './fence.ts'
import { type FrontMatter, readFrontMatter } from './frontmatter.ts'
import { type Locate, locateInInlineCode, type SourceText, sourceText, startOf } from './place.ts'
import { fail, sortMessages } from './problem.ts'
import { isReference, mentions, type Reference } from './reference.ts'
import { ExpressionError } from './syntax.ts'

export interface Document {
  readonly file: VFile
  readonly frontMatter: FrontMatter
  /** The whole Markdown, untouched: the report replaces the nodes that `nodes` knows, and the ranges in `references` and `citations`. */
  readonly tree: Root
  /** In the order of the text; only those without errors, as all that follows. */
  readonly blocks: readonly Block[]
  readonly values: readonly InlineValue[]
  readonly references: readonly Reference[]
  readonly citations: readonly Citation[]
  /** Further words after an @, which stand as plain text. */
  readonly mentions: readonly Reference[]
  /** What a node of the tree stands for. */
  readonly nodes: ReadonlyMap<Nodes, Block | InlineValue>
  /** All fences of ours, also those with errors, with the places of their keys. */
  readonly fences: readonly Fence[]
  /** The document that this one is an edition of. */
  readonly original?: Document
}

/** An inline code that starts with `=`: a number in the prose. */
export interface InlineValue extends ParsedExpression {
  readonly type: 'value'
  readonly node: InlineCode
  readonly place: Place
  /** As written, without the `=`. */
  readonly source: string
  /** Place of the character at an offset of `source`, such as those in a path. */
  readonly locate: Locate
}

/** Without remarkCjkFriendly `**強調。**次` has no emphasis: CommonMark looks for blanks around it. */
const processor = unified()
  .use(remarkParse)
  .use(remarkFrontmatter)
  .use(remarkGfm)
  .use(remarkCjkFriendly)
  .freeze()

/**
 * Parses a document. Pure but for the file's messages; an author's mistake never throws.
 * Rule ids of the messages are stable; `fatal` tells errors from warnings.
 *
 * An edition is read with the document that it names as `editionOf`, or with the reason why there is none.
 */
export function parseDocument(
  file: VFile,
  original: Document | string = 'its original was not read',
): Document {
  const text = sourceText(file)
  const tree = processor.parse(file)
  const first = tree.children[0]
  const written = readFrontMatter(first?.type === 'yaml' ? first : undefined, text, file)
  const { editionOf } = written
  const its = editionOf && typeof original === 'object' ? original : undefined
  const isOrphan = editionOf !== undefined && its === undefined
  if (isOrphan && typeof original === 'string') fail(file, 'edition-of', editionOf.place, original)
  const frontMatter = its ? editionFrontMatter(written, its.frontMatter) : written

  const blocks: Block[] = []
  const values: InlineValue[] = []
  const found: Reference[] = []
  const cited: Citation[] = []
  const nodes = new Map<Nodes, Block | InlineValue>()
  const fences: Fence[] = []

  const theirs = its && { path: editionOf?.file ?? '', fences: its.fences }
  const readCode = (node: Code) => {
    // Without the original every block of an edition would seem wrong.
    const fence = isOrphan ? undefined : readFence(node, text, file, theirs)
    if (fence === undefined) return
    fences.push(fence)
    if (fence.block === undefined) return
    blocks.push(fence.block)
    nodes.set(node, fence.block)
  }
  for (const { node, inLink, near } of descend(tree)) {
    if (node.type === 'code') readCode(node)
    else if (node.type === 'text' && !inLink) {
      const own = citations(node, text, { near, file })
      cited.push(...own)
      const isCited = ({ start }: Reference) => own.some((one) => one.start < start && start < one.end)
      found.push(...mentions(node, text, near).filter((one) => !isCited(one)))
    } else if (node.type === 'inlineCode') {
      const value = readValue(node, text, file)
      if (value === undefined) continue
      values.push(value)
      nodes.set(node, value)
    }
  }

  sortMessages(file)
  return {
    file,
    frontMatter,
    tree,
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

/** What the front matter of a document says, without reading on; its mistakes are left to a reading of the whole. */
export function parseFrontMatter(text: string): FrontMatter {
  const [head = ''] = /^\uFEFF?---\r?\n.*?\n---[^\S\n]*(?:\n|$)/s.exec(text) ?? []
  return parseDocument(new VFile(head)).frontMatter
}

/** Ids that the text can refer to. */
export function exhibits(fences: readonly Fence[]): readonly string[] {
  return fences.flatMap(({ type, id }) =>
    (type === 'table' || type === 'figure') && id !== undefined ? [id] : [],
  )
}

interface Visit {
  readonly node: Nodes
  /** Links do not nest: text in one cannot refer elsewhere. */
  readonly inLink: boolean
  /** Place of the node, or of what is around it: the parser makes some texts anew, without a place. */
  readonly near: Place
}

/** A node and all below it in the order of the text; iterative, since quotes and lists nest at an author's will. */
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

/** `=`, `==` and `=>` are what a text about programs may quote. */
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
