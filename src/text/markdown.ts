/** Builds Markdown as a tree (mdast), which needs no escaping, and renders to text or to a page. */

import type { AlignType, BlockContent, PhrasingContent, Root, RootContent, TableRow } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkStringify from 'remark-stringify'
import { unified } from 'unified'

export type Inline = string | PhrasingContent | readonly Inline[]

export function code(value: string): PhrasingContent {
  return { type: 'inlineCode', value }
}

export function strong(...children: readonly Inline[]): PhrasingContent {
  return { type: 'strong', children: inlines(children) }
}

export function link(url: string, ...children: readonly Inline[]): PhrasingContent {
  return { type: 'link', url, children: inlines(children) }
}

export function heading(depth: 1 | 2 | 3, ...children: readonly Inline[]): RootContent {
  return { type: 'heading', depth, children: inlines(children) }
}

export function paragraph(...children: readonly Inline[]): BlockContent {
  return { type: 'paragraph', children: inlines(children) }
}

export function list(...items: readonly Inline[]): RootContent {
  return {
    type: 'list',
    spread: false,
    children: items.map((item) => ({ type: 'listItem', spread: false, children: [paragraph(item)] })),
  }
}

export function shell(...lines: readonly string[]): RootContent {
  return { type: 'code', lang: 'sh', value: lines.join('\n') }
}

/**
 * Builds a table. The first row is the header; `align` is that of each column, or the columns that are aligned
 * to the right.
 */
export function table(
  rows: readonly (readonly Inline[])[],
  aligned: readonly number[] | readonly AlignType[] = [],
): RootContent {
  const align = (rows[0] ?? []).map((_, index): AlignType => {
    if (aligned.every((one) => typeof one === 'number')) return aligned.includes(index) ? 'right' : null
    return (aligned[index] as AlignType | undefined) ?? null
  })
  const row = (cells: readonly Inline[]): TableRow => ({
    type: 'tableRow',
    children: cells.map((cell) => ({ type: 'tableCell', children: inlines([cell]) })),
  })
  return { type: 'table', align, children: rows.map(row) }
}

/** GitHub parses formulas between dollar signs. */
const dollar = { character: '$', inConstruct: 'phrasing' } as const

export function markdownText(root: Root): string {
  return unified()
    .use(remarkGfm, { tablePipeAlign: false })
    .use(remarkStringify, { bullet: '-', rule: '-', unsafe: [dollar] })
    .stringify(root)
}

export function inlines(children: readonly Inline[]): PhrasingContent[] {
  return children.flatMap((child): PhrasingContent[] => {
    if (typeof child === 'string') return [{ type: 'text', value: child }]
    return isList(child) ? inlines(child) : [child]
  })
}

function isList(child: PhrasingContent | readonly Inline[]): child is readonly Inline[] {
  return Array.isArray(child)
}

/** Schemes of URLs that a report may link to. */
export const linkSchemes: readonly string[] = ['http', 'https', 'mailto', 'doi']

/** Returns a URL's scheme; undefined if it is relative. */
export function schemeOf(url: string): string | undefined {
  return /^([^/?#:]*):/.exec(url)?.[1]
}

/** True if a URL is relative, or has one of these schemes. */
export function isLinkable(url: string): boolean {
  const scheme = schemeOf(url.trim())
  return scheme === undefined || linkSchemes.includes(scheme.toLowerCase())
}
