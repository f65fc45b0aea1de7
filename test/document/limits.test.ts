import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { renderReport } from '../report/render.ts'

const front = '---\ntitle: T\n---\n\n'
const read = (body: string) => parseDocument(new VFile({ path: 'd.md', value: `${front}${body}\n` }))
const errors = (body: string) =>
  read(body).file.messages.map(({ line, column, ruleId, reason }) => `${line}:${column} ${ruleId} ${reason}`)
const many = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => of(index)).join('')

const nested = (place: string) => [`${place} limit lists or quotes are nested more than 100 deep`]
const signs = expect.stringMatching(/limit a paragraph with more than 5000 of the signs .* split it$/)

describe('a document beyond a limit is refused at its place', () => {
  it.each([
    ['quotes', '> '.repeat(3000), nested('5:201')],
    [
      'lines that go on in a list',
      `- a\n${'b\n'.repeat(5100)}`,
      [expect.stringMatching(/^5005:1 limit thousands of lines go on in a list/)],
    ],
    ['lines that go on in a quote', `> a\n${'b\n'.repeat(5100)}`, [expect.stringMatching(/^5005:1 limit /)]],
    [
      'lines that go on in a later paragraph of a list',
      `- a\n\n  a\n${'b\n'.repeat(5100)}`,
      [expect.stringMatching(/ limit /)],
    ],
    ['quotes without blanks', '>'.repeat(3000), nested('5:101')],
    ['lists', `${'- '.repeat(1000)}x`, nested('5:201')],
    ['lists by numbers', `${'1. '.repeat(1000)}x`, nested('5:301')],
    ['lists and quotes', `a\n\n${'> - '.repeat(200)}x`, nested('7:201')],
    ['lists by indentation', many(500, (index) => `${' '.repeat(2 * index)}- x\n`), nested('105:201')],
    [
      'emphasis',
      `${'*a **b '.repeat(300)}${'c** d* '.repeat(300)}`,
      [expect.stringMatching(/^5:\d+ limit emphasis is nested more than 100 deep$/)],
    ],
    [
      'pictures in pictures',
      `${'!['.repeat(400)}x${'](a.png)'.repeat(400)}`,
      [expect.stringMatching(/^5:\d+ limit brackets are nested more than 100 deep$/)],
    ],
    [
      'links',
      `${'['.repeat(400)}x${'](a)'.repeat(400)}`,
      [expect.stringMatching(/^5:\d+ limit brackets are nested more than 100 deep$/)],
    ],
    [
      'characters',
      'a '.repeat(600_000),
      [
        expect.stringMatching(
          /^5:\d+ limit the document has 1,200,019 characters, more than 1,000,000: split it$/,
        ),
      ],
    ],
    [
      'signs of direction',
      'a\u2066b\u2069\n'.repeat(15_000),
      [
        expect.stringContaining('5:2 control-character U+2066'),
        expect.stringMatching(
          /^10005:2 limit more than 20,000 signs turn the direction of the text: leave them out$/,
        ),
      ],
    ],
    ['lines', 'a\n\n'.repeat(30_000), ['40000:1 limit more than 40000 lines: split the document']],
    [
      'signs',
      '*a* `b`\n\n'.repeat(19_000).concat('**a** [@b] '.repeat(4000)),
      [
        expect.stringMatching(
          /limit more than 60000 signs of Markdown such as .* and @: split the document$/,
        ),
      ],
    ],
    [
      'addresses',
      `${'www.a.b '.repeat(3000)}\n\n`.repeat(40),
      [expect.stringMatching(/^25:\d+ limit more than 60000 signs of Markdown/)],
    ],
    [
      'footnotes',
      many(2000, (index) => `[^${index}]: b\n\n`),
      ['3003:1 limit more than 1500 lists, quotes, footnotes and underlined headings: split the document'],
    ],
    [
      'underlined headings',
      'a\n---\n\n'.repeat(2000),
      [expect.stringContaining('limit more than 1500 lists')],
    ],
    [
      'cells of tables',
      `|${'a|'.repeat(1000)}\n|${'-|'.repeat(1000)}\n${'|a|\n'.repeat(200)}`,
      [expect.stringMatching(/^\d+:1 limit tables with more than 40000 cells/)],
    ],
    [
      'quotes between paragraphs',
      '> a\n\n'.repeat(2000),
      [expect.stringContaining('limit more than 1500 lists')],
    ],
    ['citations in a paragraph', '[@a] '.repeat(12_000), [signs]],
    ['closing signs', 'a* '.repeat(20_000), [signs]],
    ['HTML that is never closed', 'a <![CDATA[ '.repeat(1700), [signs]],
    ['links that are never closed', '[a](<b '.repeat(20_000), [signs]],
  ])('%s', (_, body, expected) => {
    expect(errors(body)).toEqual(expected)
  })

  it('in the abstract as well, at its place in the file', () => {
    const value = `---\ntitle: T\nabstract: |\n  Some.\n\n  ${'> '.repeat(200)}x\n---\n`
    const { file } = parseDocument(new VFile({ path: 'd.md', value }))
    expect(file.messages.map(String)).toEqual(['d.md:6:203: lists or quotes are nested more than 100 deep'])
  })
})

const blankLines = `${' '.repeat(24)}\n`.repeat(38_000)

describe('blanks and nesting that patterns and parsers would take minutes for are told', () => {
  const block = (kind: string, content: string) => `\`\`\`yaml ${kind}\n${content}\n\`\`\``
  it.each([
    ['blank lines in invalid YAML', block('figure', `x: [\n${blankLines}y`), /yaml-syntax/],
    ['lists in YAML', block('claim', '- '.repeat(30_000)), /nested too deeply/],
    ['keys in YAML', block('claim', '? '.repeat(30_000)), /nested too deeply/],
    ['brackets in YAML', block('claim', 'a: ['.repeat(30_000)), /nested too deeply/],
    [
      'indentation in YAML',
      block(
        'claim',
        many(900, (index) => `${' '.repeat(index)}a:\n`),
      ),
      /nested too deeply/,
    ],
  ])('%s', (_, body, reason) => {
    expect(errors(body)[0]).toMatch(reason)
  })
})

describe('a long document is read', () => {
  it.each([
    ['references', '@fig-a '.repeat(20_000)],
    ['numbers', 'x 14 '.repeat(20_000)],
    ['items', '- a\n\n'.repeat(2000)],
    ['items with lines', '- a\nb\n'.repeat(1500)],
    ['lines of an item', `- a\n${'  b\n'.repeat(20_000)}`],
    ['lines of a numbered item', `10. a\n${'    b\n'.repeat(20_000)}`],
    ['lines of a quote', '> a\n'.repeat(20_000)],
    ['lines', 'a\n'.repeat(20_000)],
    ['lines that go on in items', `- a\n${'b\n'.repeat(20)}`.repeat(900)],
    ['a rule of many signs', '- '.repeat(300)],
    ['arrays in code', `\`\`\`\n${'[0m '.repeat(3000)}\n\`\`\``],
    ['cells', `|a|b|\n|-|-|\n${'|a|b|\n'.repeat(3000)}`],
    ['a long line', 'a'.repeat(900_000)],
    ['blank lines in a formula', `$$\nx\n${blankLines}y\n$$`],
    ['blank lines in a quoted formula', `> $$\n> x\n${`${'> '.repeat(10)}\n`.repeat(30_000)}> y\n> $$`],
  ])('%s', (_, body) => {
    expect(errors(body)).toEqual([])
  })

  it('and shown, as deep as it may be', async () => {
    const document = read(`${'> '.repeat(100)}x`)
    const { html } = await renderReport({
      document,
      runs: [],
      read: () => Promise.reject(new Error()),
      generator: 'g',
    })
    expect(html.split('<blockquote>')).toHaveLength(101)
  })
})
