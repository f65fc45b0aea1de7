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

import type { Heading, InlineCode, Nodes, Root } from 'mdast'
import { VFile } from 'vfile'
import { type ParsedExpression, parseExpression } from '../query/expression.ts'
import { ExpressionError } from '../query/syntax.ts'
import { remembered } from '../text/memory.ts'
import type { Block, Place } from './block.ts'
import { type Citation, citationsIn } from './citation.ts'
import { withConditions } from './conditions.ts'
import { noteDataRoots, wholePathIn } from './datablock.ts'
import { decode } from './encoding.ts'
import { type Fence, isBlock, readFence } from './fence.ts'
import { type FrontMatter, readFrontMatter } from './frontmatter.ts'
import { includeAt, writtenAt } from './include.ts'
import { LimitError } from './limits.ts'
import { descend, type Footnotes, parseFile, parseValue, plainText, type Visit } from './markdown.ts'
import { readFenceAgain } from './movedfence.ts'
import { type Locate, locateInInlineCode, placeAt, type SourceText, sourceText, startOf } from './place.ts'
import { fail, sortMessages } from './problem.ts'
import { isReference, mentionsIn, type Reference } from './reference.ts'
import { type Listing, type Target, targetOf } from './target.ts'
import { translateFrontMatter } from './translation.ts'
import { locateInValue } from './yaml.ts'

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
  /** Sections, equations and listings with ids. */
  readonly targets: readonly Target[]
  /** Captions by `captionKey`; their values, references and citations are among those of the text. */
  readonly captions: ReadonlyMap<string, Root>
  /** The document that this one translates. */
  readonly original?: Document
}

/** Names a caption: of a table, figure or listing, or of a part of a figure. */
export function captionKey(id: string, part?: number): string {
  return part === undefined ? id : `${id}/${part}`
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
 * @param original of a translation: the document that `translationOf` names, or the reason why it is not
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
  const locateOffset = (offset: number) => placeAt(text, offset)
  const whole = isText ? within(locateOffset, () => parseFile(text.text, footnotes)) : undefined
  const first = whole?.children[0]
  const heading = whole && titleHeading(whole)
  const children = whole?.children.filter((node) => node !== heading) ?? []
  const tree: Root = { ...whole, type: 'root', children }
  // If the file cannot be parsed, report only the reason.
  const sink = whole ? file : new VFile()
  const written = readFrontMatter(first?.type === 'yaml' ? first : undefined, text, {
    file: sink,
    heading: heading && plainText(heading).trim(),
  })
  const { translationOf, abstract: abstractText, abstractLocate: locate } = written
  const translated = translationOf && typeof original === 'object' ? original : undefined
  const isOrphan = translationOf !== undefined && translated === undefined
  if (isOrphan && typeof original === 'string') fail(file, 'translation-of', translationOf.place, original)
  const frontMatter = translated ? translateFrontMatter(written, translated.frontMatter) : written
  const abstract =
    abstractText === undefined || locate === undefined
      ? undefined
      : within(locate, () => parseValue(abstractText, { locate, source: text, footnotes }))

  const values: InlineValue[] = []
  const mentions: Reference[] = []
  const citations: Citation[] = []
  const fences: Fence[] = []
  const targets: Target[] = []
  const captions = new Map<string, Root>()
  const readNode = ({ node, inLink, near }: Visit) => {
    if (node.type === 'text' && !inLink) {
      const cited = citationsIn(node, text, { near, file })
      citations.push(...cited)
      mentions.push(...mentionsIn(node, text, near).filter(outside(cited)))
    } else if (node.type === 'inlineCode') values.push(...readValue(node, text, file))
  }
  noteDataRoots(
    file,
    Array.from(descend(tree), ({ node }) => node),
    translated?.blocks.filter((block) => block.type === 'data') ?? [],
  )
  for (const visit of abstract ? descend(abstract) : []) {
    readNode(visit)
    const reason = 'a block cannot stand in the abstract: put it into the text'
    if (visit.node.type === 'code' && isBlock(visit.node))
      fail(file, 'abstract-block', startOf(visit.node), reason)
  }
  const readCaption = (key: string, written: string, locate: Locate) => {
    const parse = () => parseValue(written, { locate, source: text, footnotes, isCaption: true })
    const tree = written === '' || captions.has(key) ? undefined : within(locate, parse)
    if (tree === undefined) return
    captions.set(key, tree)
    for (const visit of descend(tree)) readNode(visit)
  }
  const originalBlocks = translated && { path: translationOf?.file ?? '', fences: translated.fences }
  for (const visit of descend(tree)) {
    readNode(visit)
    const target = visit.node.type === 'code' && isBlock(visit.node) ? undefined : targetOf(visit.node, text)
    if (target) targets.push(target)
    if (target?.type === 'listing') readCaption(captionKey(target.id), target.caption, captionLocate(target))
    // Without the original, every block of a translation would look wrong.
    if (visit.node.type !== 'code' || isOrphan) continue
    if (includeAt(visit.node, text, file)) continue
    const read = originalBlocks
      ? readFence(visit.node, text, file, originalBlocks)
      : readFenceAgain(visit.node, text, file)
    const fence = read && withWrittenLine(read, file)
    if (fence) fences.push(fence)
    for (const [key, written, locate] of fence ? captionsOf(fence) : []) readCaption(key, written, locate)
  }

  sortMessages(file)
  const valid = fences.flatMap(({ node, block }) =>
    block ? [[node, withConditions(block, frontMatter)] as const] : [],
  )
  return {
    file,
    frontMatter,
    tree,
    ...(abstract && { abstract }),
    blocks: valid.map(([, block]) => block),
    values,
    references: mentions.filter(isReference),
    citations,
    mentions: mentions.filter((mention) => !isReference(mention)),
    nodes: new Map<Nodes, Block | InlineValue>([
      ...valid,
      ...values.map((value) => [value.node, value] as const),
    ]),
    fences,
    targets,
    captions,
    ...(translated && { original: translated }),
  }
}

/** The title of a document without front matter: its first line, if that is a heading. */
function titleHeading({ children }: Root): Heading | undefined {
  const first = children.find(({ type }) => type !== 'html')
  const isTitle = first?.type === 'heading' && first.depth === 1 && plainText(first).trim() !== ''
  return isTitle ? first : undefined
}

/** Gives a script the line that it has in its own file: errors are told with it. */
function withWrittenLine(fence: Fence, file: VFile): Fence {
  const { block } = fence
  if (block?.type !== 'experiment' || !('source' in block.script)) return fence
  const { path, line } = writtenAt(file, { line: block.script.firstLine, column: 1 })
  if (path !== (file.path ?? '')) {
    const reason =
      'a script cannot stand in an included file: put the block into the document, or name a file'
    fail(file, 'include', block.place, reason)
  }
  return { ...fence, block: { ...block, script: { ...block.script, firstLine: line } } }
}

/** Captions of a table or figure, and of its parts. */
function captionsOf({ block, source }: Fence): readonly (readonly [key: string, written: string, Locate])[] {
  if (source === undefined || (block?.type !== 'table' && block?.type !== 'figure')) return []
  const parts = block.type === 'figure' ? (block.parts ?? []) : []
  return [
    [captionKey(block.id), block.caption, locateInValue(source, ['caption'])],
    ...parts.map(
      ({ caption = '' }, index) =>
        [captionKey(block.id, index), caption, locateInValue(source, ['parts', index, 'caption'])] as const,
    ),
  ]
}

/** A caption in the line of a fence has no escapes but those of Markdown. */
function captionLocate({ captionPlace: { line, column } }: Listing): Locate {
  return (offset) => ({ line, column: column + offset })
}

/** Parses the front matter alone. Its errors are not reported. */
export function parseFrontMatter(text: string): FrontMatter {
  return frontMatterOf(frontMatterText(text))
}

/** The lines of the front matter, with those around it; empty if there is none. */
export function frontMatterText(text: string): string {
  return /^\uFEFF?---[^\S\r\n]*\r?\n.*?\n---[^\S\r\n]*(?:\r?\n|$)/s.exec(text)?.[0] ?? ''
}

/** The front matter, and language, attributes and content of each block, as they are written. */
export function writtenBlocks({ file, fences }: Pick<Document, 'file' | 'fences'>): readonly string[] {
  const written = fences.flatMap(({ node }) => [node.lang ?? '', node.meta ?? '', node.value])
  return [frontMatterText(String(file)), ...written]
}

// A VFile made from an empty string has no value.
const frontMatterOf = remembered((head) => parseDocument(new VFile({ value: head })).frontMatter, 50)

/** Ids of tables, figures and their parts, which the text can reference. */
export function floatIds(fences: readonly Fence[]): readonly string[] {
  return fences.flatMap(({ type, id, block }) => {
    if ((type !== 'table' && type !== 'figure') || id === undefined) return []
    const parts = block?.type === 'figure' ? (block.parts ?? []) : []
    return [id, ...parts.flatMap((part) => part.id ?? [])]
  })
}

/** Ids that the text can reference: of tables, figures, sections, equations and listings. */
export function referenceIds({ fences, targets }: Pick<Document, 'fences' | 'targets'>): readonly string[] {
  return [...floatIds(fences), ...targets.map(({ id }) => id)]
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

function readValue(node: InlineCode, text: SourceText, file: VFile): readonly InlineValue[] {
  const start = valuePattern.exec(node.value)?.[0].length
  if (start === undefined) return []
  const source = node.value.slice(start)
  const locateNode = locateInInlineCode(text, node)
  const locate: Locate = (offset) => locateNode(start + offset)
  try {
    return [
      {
        type: 'value',
        node,
        place: startOf(node),
        source,
        locate,
        ...parseExpression(source, wholePathIn(file)),
      },
    ]
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    fail(file, error.ruleId, locate(error.offset), error.message)
    return []
  }
}
