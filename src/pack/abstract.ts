/**
 * The abstract for the appendix and the metadata: self-contained Markdown, with numbers and names for links.
 */

import type { Nodes, PhrasingContent, Root, RootContent, Text } from 'mdast'
import { printed } from '../claims/printed.ts'
import type { Document, InlineValue } from '../document/document.ts'
import { english } from '../locale/en.ts'
import { QueryError } from '../query/error.ts'
import { originsIn } from '../query/quantity.ts'
import type { Results } from '../query/query.ts'
import { labels } from '../report/floats.ts'

export function abstractOf(document: Document, results: Results): Root | undefined {
  const names = labels(document, english)

  const numberText = (value: InlineValue): string => {
    try {
      const { text: number, quantity } = printed(value, results)
      const origins = originsIn(quantity.sources).map((name) => english.origins[name])
      return `${number} (${origins.join(' + ')})`
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      return english.error(error.message)
    }
  }

  /** Text with names for references, and without citations. */
  const plainText = (node: Text): string => {
    const found = [...document.references, ...document.citations].filter((one) => one.node === node)
    let { value } = node
    // From last to first, so that offsets stay valid.
    for (const one of found.toSorted((a, b) => b.start - a.start)) {
      const before = value.slice(0, one.start)
      const after = value.slice(one.end)
      value =
        one.type === 'reference'
          ? `${before}${names.get(one.id) ?? `@${one.id}`}${after}`
          : `${before.trimEnd()}${after}`
    }
    return value
  }

  const plain = (node: Nodes): readonly Nodes[] => {
    const part = document.nodes.get(node)
    if (part?.type === 'value') return [text(numberText(part))]
    if (/^(?:html|definition|footnote.*)$/.test(node.type)) return []
    if (node.type === 'image') return [text(node.alt ?? '')]
    // TeX is words enough; what reads the metadata has no mathematics.
    if (node.type === 'inlineMath') return [{ type: 'inlineCode', value: node.value }]
    if (node.type === 'math') return [{ type: 'code', value: node.value }]
    if (node.type === 'definitionList')
      return node.children.map(({ children }) => ({
        type: 'paragraph',
        children: (children as Nodes[]).flatMap(plain) as PhrasingContent[],
      }))
    if (node.type === 'text') return [text(plainText(node))]
    if (!('children' in node)) return [node]
    const children = (node.children as Nodes[]).flatMap(plain)
    const isLocal = node.type === 'link' && !/^(?:https?|mailto|doi):/i.test(node.url)
    return isLocal ? children : [{ ...node, children } as Nodes]
  }

  if (document.abstract === undefined) return undefined
  return { type: 'root', children: document.abstract.children.flatMap(plain) as RootContent[] }
}

function text(value: string): PhrasingContent {
  return { type: 'text', value }
}
