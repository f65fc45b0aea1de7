/**
 * The abstract for the appendix and the metadata: self-contained Markdown, with numbers and names for links.
 */

import type { Nodes, PhrasingContent, Root, RootContent } from 'mdast'
import type { Document } from '../document/document.ts'
import { english } from '../locale/en.ts'
import { QueryError } from '../query/error.ts'
import { format } from '../query/format.ts'
import { originsIn } from '../query/quantity.ts'
import { evaluate, type Results } from '../query/query.ts'
import { labels } from '../report/floats.ts'

export function abstractOf(document: Document, results: Results): Root | undefined {
  if (document.abstract === undefined) return undefined
  const around = { document, results, names: labels(document, english) }
  return {
    type: 'root',
    children: document.abstract.children.flatMap((node) => plain(node, around)) as RootContent[],
  }
}

interface Around {
  readonly document: Document
  readonly results: Results
  readonly names: ReadonlyMap<string, string>
}

function plain(node: Nodes, around: Around): readonly Nodes[] {
  const { document, results, names } = around
  const part = document.nodes.get(node)
  if (part?.type === 'value') {
    try {
      const quantity = evaluate(part, results)
      const origins = originsIn(quantity.sources).map((name) => english.origins[name])
      return [text(`${format(quantity, part.filters)} (${origins.join(' + ')})`)]
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      return [text(english.error(error.message))]
    }
  }
  switch (node.type) {
    case 'html':
    case 'definition':
    case 'footnoteReference':
    case 'footnoteDefinition':
      return []
    case 'image':
      return [text(node.alt ?? '')]
    case 'text': {
      const found = [...document.references, ...document.citations].filter((one) => one.node === node)
      let value = node.value
      // From last to first, so that offsets stay valid.
      for (const one of found.toSorted((a, b) => b.start - a.start)) {
        const instead = one.type === 'reference' ? (names.get(one.id) ?? `@${one.id}`) : ''
        value = `${value.slice(0, one.start).replace(one.type === 'citation' ? /\s+$/ : '', '')}${instead}${value.slice(one.end)}`
      }
      return [text(value)]
    }
    case 'link':
      if (!/^(?:https?|mailto|doi):/i.test(node.url))
        return node.children.flatMap((child) => plain(child, around))
      break
    default:
      break
  }
  if (!('children' in node)) return [node]
  const children = (node.children as Nodes[]).flatMap((child) => plain(child, around))
  return [{ ...node, children } as Nodes]
}

function text(value: string): PhrasingContent {
  return { type: 'text', value }
}
