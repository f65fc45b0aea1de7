import { describe, expect, it } from 'vitest'
import { pairedTags, shownTag } from '../../src/document/inlinehtml.ts'

type Node = { readonly type: string; readonly value?: string; readonly children?: readonly Node[] }

/** `a|<b>|c|</b>`, in parentheses what stands in a node. */
const paired = (text: string) =>
  pairedTags<Node>(
    text.split('|').map((value) => ({ type: value.startsWith('<') ? 'html' : 'text', value })),
    (node) => [node],
    (type, children) => ({ type, children }),
  )
const written = (nodes: readonly Node[]): string =>
  nodes
    .map(
      ({ type, value, children = [] }) => value ?? (type === 'break' ? '/' : `${type}(${written(children)})`),
    )
    .join('')

describe('tags in Markdown', () => {
  it.each([
    ['H|<sub>|2|</sub>|O', 'Hsubscript(2)O'],
    ['<b>|a|<i>|b|</i>|c|</b>', 'strong(aemphasis(b)c)'],
    ['<KBD>|Ctrl|</kbd>', 'monospace(Ctrl)'],
    ['a|<br>|b|<br/>|c', 'a/b/c'],
    // Without a partner, overlapping, or with anything else: only the text.
    ['a|<b>|b', 'ab'],
    ['a|</b>|b', 'ab'],
    ['<b>|a|<i>|b|</b>|c|</i>', 'strong(ab)c'],
    ['<b onclick="x">|a|</b>', 'a'],
    ['<script>|a|</script>', 'a'],
    ['<u>|a|</u>', 'a'],
    ['<b\n>|a|</b>', 'a'],
    [`${'<b>|'.repeat(5000)}a${'|</b>'.repeat(5000)}`, `${'strong('.repeat(20)}a${')'.repeat(20)}`],
  ])('%.40s', (text, expected) => {
    expect(written(paired(text))).toBe(expected)
  })

  it.each([
    '<b x>',
    '<b/ onclick=x>',
    '<b><b>',
    '<!--b-->',
    '<bb>',
    '< b>',
    '<b',
    'b>',
    '<svg>',
    '<a>',
    '<img>',
    '<style>',
  ])('%s is none that is shown', (html) => {
    expect(shownTag(html)).toBeUndefined()
  })
})
