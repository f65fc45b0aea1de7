/** Returns the visible text of a report's node; empty for blocks beside the prose. */

import type { Nodes } from 'mdast'

export function textOf(node: Nodes): string {
  switch (node.type) {
    case 'text':
      return node.value
    case 'inlineCode':
      return node.value.replace(/\r?\n|\r/g, ' ')
    case 'value':
      return node.text + markOf(node)
    case 'missing':
    case 'formula':
      return node.text
    // Footnotes are called by their numbers.
    case 'footnoteReference':
      return node.identifier
    default:
      return 'children' in node ? node.children.map(textOf).join('') : ''
  }
}

/** The text of a cell of a table, with the ends of its lines. */
export function linesOf(node: Nodes): string {
  if (node.type === 'break') return '\n'
  return 'children' in node ? node.children.map(linesOf).join('') : textOf(node)
}

/** A narrow space keeps the mark from running into the unit when copied or read out. */
function markOf({ mark }: { readonly mark?: string }): string {
  return mark === undefined ? '' : `\u202f${mark}`
}
