/** Markdown -> mdast, in one way for all that an author writes in it: the text, and the abstract in the front matter. */

import type { Image, Link, Nodes, Root } from 'mdast'
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly'
import { gfmStrikethroughCjkFriendly } from 'micromark-extension-cjk-friendly-gfm-strikethrough'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { type Processor, unified } from 'unified'
import type { Place } from './block.ts'
import { checkLimits, limited, signLimit } from './limits.ts'
import type { Locate, SourceText } from './place.ts'

/** Without it `**強調。**次` has no emphasis: CommonMark looks for blanks around it. */
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
const withFrontMatter = unified()
  .use(remarkParse)
  .use(remarkFrontmatter)
  .use(remarkGfm)
  .use(cjkFriendly)
  .freeze()

/** Numbers the footnotes of several texts that are shown on one page. */
export interface Footnotes {
  count: number
}

/** Parses a file. Throws a LimitError, whose offset counts from the start of the text. */
export function parseFile(text: string, footnotes: Footnotes): Root {
  checkLimits(text)
  return settled(withFrontMatter.parse(text), footnotes)
}

/**
 * Parses a text that is a value in a file; its nodes have their places in the file. Throws a LimitError, whose offset counts from the
 * start of the text.
 */
export function parseValue(
  text: string,
  { locate, source, footnotes }: { locate: Locate; source: SourceText; footnotes: Footnotes },
): Root {
  checkLimits(text)
  const tree = settled(markdown.parse(text), footnotes)
  const pointAt = (offset: number) => {
    const { line, column } = locate(offset)
    return { line, column, offset: (source.lineStarts[line - 1] ?? 0) + column - 1 }
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
 * Gives links and pictures by reference (`![a][b]`) the address of their definition, so that what looks at links and pictures sees
 * all, and footnotes their numbers for names, which are unique in the page.
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
