import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { warnOfUnseen } from '../../src/check/unseen.ts'
import { parseDocument } from '../../src/document/document.ts'

function warnings(body: string): readonly string[] {
  const document = parseDocument(new VFile({ path: 'd.md', value: `---\ntitle: T\n---\n\n${body}\n` }))
  warnOfUnseen(document)
  return document.file.messages.map(({ line, column, ruleId }) => `${line}:${column} ${ruleId}`)
}

describe('what a reader would not see', () => {
  it.each([
    ['HTML in a line', 'a <b onclick="x">bold</b>', ['5:3 html']],
    ['HTML by itself', '<div>\ntext\n</div>', ['5:1 html']],
    ['what looks like HTML', 'for a <b and c> d', ['5:7 html']],
    ['a comment', 'a <!-- note --> b\n\n<!-- note -->', []],
    ['a sign', 'a < b, `<b>` and \\<b>', []],
    [
      'a value that a pipe cuts',
      '| a |\n| - |\n| `=e.l.b.t.mean | ms` |',
      ['7:18 table-cells', '7:3 open-value'],
    ],
    ['a value that is not closed', 'Mean `=e.l.b.t.mean here', ['5:6 open-value']],
    ['a backtick that is meant', 'Write \\`=x\\` for a value', []],
    ['a value in the text of a picture', '![Mean `=e.l.b.t.mean`](a.png)', ['5:8 open-value']],
    ['a value in a title', '[x](http://a.b "`=e.l.b.t.mean`")', ['5:17 open-value']],
    ['more cells than the head has', '| a | b |\n| - | - |\n| 1 | 2 | 3 |', ['7:9 table-cells']],
    ['a reference in a link', '[see @fig-x](http://a.b)', ['5:2 text-in-link']],
    ['a citation in a link', '[see \\[@x2003\\]](http://a.b)', ['5:2 text-in-link']],
    [
      'a scheme that the page leaves out',
      '[a](javascript:x) <ftp://a.b> [b](java&#10;script:x)',
      ['5:1 link-scheme', '5:19 link-scheme', '5:31 link-scheme'],
    ],
    [
      'schemes that it keeps',
      '[a](http://a.b) [b](mailto:a@b) [c](doi:10.1/2) [d](#x) [e](b.md?a:b) [f](HTTPS://a.b)',
      [],
    ],
    ['a link by reference', '[a][b]\n\n[b]: javascript:x', ['5:1 link-scheme']],
    ['a heading of an id alone', '## {#sec-a}', ['5:1 empty-heading']],
    ['a rule that makes a sentence a heading', 'That is all.\n---', ['5:1 underlined-heading']],
    ['further front matter', '---\nauthor: A\n---', ['6:1 underlined-heading']],
    ['an underlined heading', 'Method\n------', []],
    ['a footnote that nothing refers to', 'a\n\n[^x]: b', ['7:1 unused-footnote']],
  ])('%s', (_, body, expected) => {
    expect(warnings(body)).toEqual(expected)
  })
})
