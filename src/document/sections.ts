/** Section numbers, and the words of headings. */

import type { Heading, Nodes, Root } from 'mdast'
import { visit } from 'unist-util-visit'

export function headingsOf(tree: Root): readonly Heading[] {
  const found: Heading[] = []
  visit(tree, 'heading', (node) => void found.push(node))
  return found
}

/**
 * Returns the number of each heading: `2`, `2.1`. Levels count from the highest one of the text; a level that
 * is left out counts as 0. Headings with `{-}` have none.
 */
export function sectionNumbers(headings: readonly Heading[]): Map<Heading, string> {
  const top = Math.min(...headings.map(({ depth }) => depth))
  const counts: number[] = []
  const found = new Map<Heading, string>()
  for (const heading of headings) {
    if (heading.data?.isUnnumbered) continue
    const level = heading.depth - top
    while (counts.length <= level) counts.push(0)
    counts.length = level + 1
    counts[level] = (counts[level] ?? 0) + 1
    found.set(heading, counts.join('.'))
  }
  return found
}

/** The plain words of a heading. */
export function wordsOf(node: Nodes): string {
  if (node.type === 'text' || node.type === 'inlineCode') return node.value
  return 'children' in node ? node.children.map(wordsOf).join('').trim() : ''
}
