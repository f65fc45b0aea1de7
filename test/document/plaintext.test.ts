import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'

const messages = (front: string, body = '') =>
  parseDocument(new VFile({ path: 'd.md', value: `---\n${front}\n---\n\n${body}\n` })).file.messages.map(
    ({ line, column, ruleId, reason }) => `${line}:${column} ${ruleId} ${reason}`,
  )

describe('words that are no Markdown', () => {
  it.each([
    [
      'title: Sizes of $x^2$',
      '2:8 plain-text title is no Markdown: $x^2$ is shown with its signs; write signs',
    ],
    ['title: The `sort` call', '2:8 plain-text title is no Markdown: `sort` is shown with its signs'],
    [
      'title: T\nsubtitle: A *slow* one',
      '3:11 plain-text subtitle is no Markdown: *slow* is shown with its signs',
    ],
    [
      'title: T\nkeywords: [a, <b>c</b>]',
      '3:15 plain-text keywords is no Markdown: <b> is shown with its signs',
    ],
    ['title: What @tbl-a says', '2:8 plain-text title is no Markdown: @tbl-a is shown with its signs; refer'],
    [
      'title: As [@knuth] says',
      '2:8 plain-text title is no Markdown: [@knuth] is shown with its signs; cite',
    ],
    ["title: 'The \\LaTeX{} book'", '2:8 plain-text title is no Markdown: \\LaTeX{} is shown with its signs'],
    [
      'title: Why issue #5 stays',
      '2:8 plain-text title ends before #5 stays, as a # behind a blank starts a comment',
    ],
  ])('%s', (front, expected) => {
    expect(messages(front).map((text) => text.slice(0, expected.length))).toEqual([expected])
  })

  it('are the statement of a claim, too', () => {
    const claim =
      '```yaml claim\nid: C1\nstatement: It is **faster**\nscope: shape\nvalue: a.b.c.d.mean\nbetween: [1, 2]\n```'
    expect(messages('title: T', claim)).toContain(
      '7:12 plain-text statement is no Markdown: **faster** is shown with its signs; leave the asterisks out',
    )
  })

  it.each([
    'Costs of $5 and $6',
    'C# and a*b*c',
    '2 * 3 * 4 < 5 > 3',
    'me@x.org, @user and [sic]',
    "'Issue #5'",
    'Naps # of cats',
    'A_b and snake_case_name',
    'x^2 of C:\\x',
  ])('has none in %s', (title) => {
    expect(messages(`title: ${title}`)).toEqual([])
  })
})
