/** Markdown -> mdast, with the same extensions for the text and the front matter's abstract. */

import type { Image, Link, Nodes, Root } from 'mdast'
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly'
import { gfmStrikethroughCjkFriendly } from 'micromark-extension-cjk-friendly-gfm-strikethrough'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { type Processor, unified } from 'unified'
import type { Place } from './block.ts'
import { checkLimits, limited, signLimit } from './limits.ts'
import { type Locate, offsetAt, type SourceText } from './place.ts'

/** Makes `**強調。**次` emphasis: CommonMark requires blanks around it. */
function cjkFriendly(this: Processor): void {
  const data = this.data()
  data.micromarkExtensions ??= []
  data.micromarkExtensions.push(
    limited(cjkFriendlyExtension()),
    limited(gfmStrikethroughCjkFriendly()),
    signLimit(),
  )
}

const markdown = unified().use(remarkParse).use(remarkGfm).use(cjkFriendly).freeze()
const withFrontMatter = markdown().use(remarkFrontmatter).freeze()

/** Counter shared by texts on one page, to number their footnotes. */
export interface Footnotes {
  count: number
}

/** Parses a file. Throws a LimitError; its offset counts from the start of the text. */
export function parseFile(text: string, footnotes: Footnotes): Root {
  checkLimits(text)
  return settled(withFrontMatter.parse(text), footnotes)
}

/**
 * Parses text from a value in a file; nodes get their places in the file. Throws a LimitError; its offset
 * counts from the start of the text.
 */
export function parseValue(
  text: string,
  { locate, source, footnotes }: { locate: Locate; source: SourceText; footnotes: Footnotes },
): Root {
  checkLimits(text)
  const tree = settled(markdown.parse(text), footnotes)
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
 * Resolves links and images by reference (`![a][b]`) to their URLs, so that later stages need not, and
 * numbers footnotes uniquely in the page.
 */
function settled(tree: Root, footnotes: Footnotes): Root {
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
