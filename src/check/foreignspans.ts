/** Syntax of other tools with emphasis, code or a link inside, which Markdown parses into several nodes. */

import type { Nodes, Parents, Text } from 'mdast'
import type { Place } from '../document/block.ts'
import { locateInText, type SourceText } from '../document/place.ts'
import type { Say } from './foreignnodes.ts'

/** Stands for a node that is no text. No document has it: it is no character. */
const gap = '\uFFFF'

interface Span {
  readonly ruleId: string
  readonly pattern: RegExp
  readonly say: (match: RegExpExecArray) => string
}

/** Each pattern has a gap in or beside it: foreign.ts looks for those of text alone. */
const spans: readonly Span[] = [
  {
    ruleId: 'inline-note',
    pattern: /\^\[[^\]\uFFFF]{0,2000}\uFFFF[^\]]{0,2000}\]/g,
    say: () => 'an inline footnote is not read: write [^1] here, and [^1]: the text in a line of its own',
  },
  {
    ruleId: 'superscript',
    pattern: /(?<![\\^[])\^[^\s^[\]$\uFFFF]{0,40}\uFFFF[^\s^[\]$]{0,40}\^(?!\^)/g,
    say: ([whole]) => `${shown(whole)} is shown with its signs: write $^{...}$, or a sign such as ²`,
  },
  {
    ruleId: 'subscript',
    pattern: /(?<![\\~])~[^\s~\uFFFF]{0,40}\uFFFF[^\s~]{0,40}~(?!~)/g,
    say: ([whole]) => `${shown(whole)} is shown with its signs: write $_{...}$, or a sign such as ₂`,
  },
  {
    ruleId: 'highlight',
    pattern: /(?<![=\w])==(?=[^\s=])[^=\n\uFFFF]{0,300}\uFFFF[^=\n]{0,300}(?<!\s)==(?![=\w])/g,
    say: ([whole]) => `${shown(whole)} is shown with its signs: write **bold**`,
  },
  {
    ruleId: 'latex',
    pattern: /\\(?!footnote\b)[A-Za-z]+\*?\{[^{}\uFFFF]{0,300}\uFFFF[^{}]{0,300}\}/g,
    say: ([whole]) => `${shown(whole)} is plain text: LaTeX stands in formulas only, $...$; write Markdown`,
  },
  {
    ruleId: 'link-definition',
    pattern: /\[[^[\]\n\uFFFF]{0,300}\uFFFF[^[\]\n]{0,300}\]\[([^[\]\n\uFFFF]+)\]/g,
    say: ([whole, name]) => `${shown(whole)} is no link: nothing defines ${name} ([${name}]: address)`,
  },
  {
    ruleId: 'dash',
    pattern: /(?<=\uFFFF)-{2,3}(?=[\uFFFF\p{L}\p{N}])|(?<=[\p{L}\p{N}])-{2,3}(?=\uFFFF)/gu,
    say: ([whole]) => `${whole} is shown as ${whole.length} hyphens: write – or —`,
  },
  {
    ruleId: 'table-caption',
    pattern: /(?<=^|\n)Table:[ \t]+[^\n\uFFFF]*\uFFFF/g,
    say: () => 'a Markdown table has no caption: write it as a sentence, or make a block yaml table',
  },
]

function shown(whole: string): string {
  return whole.replaceAll(gap, '…')
}

/** Warns of forms that begin in one text of a paragraph, heading or cell and end in another. */
export function checkSpans({ children }: Parents, source: SourceText, near: Place, say: Say): void {
  const nodes: readonly Nodes[] = children
  if (nodes.length < 2 || !nodes.some(({ type }) => type === 'text')) return
  let text = ''
  const texts: { readonly start: number; readonly node: Text }[] = []
  for (const one of nodes) {
    if (one.type === 'text') texts.push({ start: text.length, node: one })
    text += one.type === 'text' ? one.value : one.type === 'break' ? '\n' : gap
  }
  if (!/[\^~=\\\]-]|Table:/.test(text)) return
  for (const { ruleId, pattern, say: words } of spans) {
    for (const match of text.matchAll(pattern)) {
      const found = texts.findLast(({ start }) => start <= match.index)
      if (found === undefined) continue
      const { isEscaped, ...place } = locateInText(source, found.node, near)(match.index - found.start)
      if (!isEscaped || ruleId === 'latex') say(ruleId, place, words(match))
    }
  }
}
