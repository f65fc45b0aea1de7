/** The text of a report's node and all below it, as a reader sees it; of blocks that stand beside the prose it is empty. */

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
      return node.text
    // Footnotes are called by their numbers.
    case 'footnoteReference':
      return node.identifier
    default:
      return 'children' in node ? node.children.map(textOf).join('') : ''
  }
}

/** A narrow space and the mark: copied or read out, the word must not run into the unit. */
function markOf({ mark }: { readonly mark?: string }): string {
  return mark === undefined ? '' : `\u202f${mark}`
}
