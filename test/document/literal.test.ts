import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { checkLiterals } from '../../src/document/literal.ts'
import { sortMessages } from '../../src/document/problem.ts'

/** `place rule number` of each message about a number; the body starts in line 6. */
function found(body: string, nominal = ''): readonly string[] {
  const file = new VFile(`---\ntitle: T\nbibliography: a.bib\nnominal: [${nominal}]\n---\n${body}\n`)
  checkLiterals(parseDocument(file))
  sortMessages(file)
  return file.messages.map(
    ({ line, column, ruleId, reason }) =>
      `${line}:${column} ${ruleId} ${/^(.*?)(?: comes from|$)/.exec(reason)?.[1]}`,
  )
}

describe('a literal number with a unit', () => {
  it.each([
    ['It takes 14.8 ms here.', '6:10 unbound-number 14.8 ms'],
    ['It takes 4,068µs.', '6:10 unbound-number 4,068µs'],
    ['It takes 5 s.', '6:10 unbound-number 5 s'],
    ['Some 70 to 98 % of it.', '6:12 unbound-number 98 %'],
    ['Some 10-20 ms.', '6:9 unbound-number 20 ms'],
    ['Some 10–20\u00a0ms.', '6:9 unbound-number 20 ms'],
    ['Some 20 &micro;s.', '6:6 unbound-number 20 µs'],
    ['In 3 milliseconds', '6:4 unbound-number 3 milliseconds'],
    ['平均は14.8ミリ秒である。', '6:4 unbound-number 14.8ミリ秒'],
    ['約５％である。', '6:2 unbound-number ５％'],
    ['# The 4 ms loop', '6:7 unbound-number 4 ms'],
    ['| a |\n|---|\n| 4 ms |', '8:3 unbound-number 4 ms'],
    ['> - It is\n>   **4** ms', '7:7 unbound-number 4 ms'],
    ['A [link of 4 ms](x.md)', '6:12 unbound-number 4 ms'],
    ['Its variance is 5 µs²', '6:17 unbound-number 5 µs'],
  ])('%j warns with its place', (body, message) => {
    expect(found(body)).toEqual([message])
  })

  it.each([
    ['a number of this tool', 'It takes `=latency.a.b.mean | ms`, or `=a.b.c.mean | fixed(1)` ms.'],
    ['code', 'Run `sleep 4 ms`.\n\n```\n4 ms\n```\n\n    4 ms'],
    ['another unit', 'A 54 MHz counter, 4 GB, 1000 Mbps, 10 MB/s and 4 msec.'],
    [
      'no unit',
      'It is 4.45 times as long, of 50 trials; 4 more s. The 1990s. xl-4 ms, 1.2.3 ms or 2021/22 s.',
    ],
    ['a published number', 'The study published 14.8 ms and 16.6 ms for it.'],
    ['a number in a sentence that cites', 'It took 14.8 ms\non average [@study].'],
    ['a published number in Japanese', '公表された平均は14.8 msである。'],
    ['the text of a picture', '![It takes 4 ms](x.png)'],
  ])('does not warn of %s', (_, body) => {
    expect(found(body)).toEqual([])
  })

  it('is published only in the sentence that says so', () => {
    expect(
      found(
        'The published value is 14.8 ms. Ours is 9 ms. It was 5 ms [@a].\nBut now\n6 ms. Unpublished: 7 ms',
      ),
    ).toEqual(['6:41 unbound-number 9 ms', '8:1 unbound-number 6 ms', '8:20 unbound-number 7 ms'])
    expect(found('公表値は14.8 msである。我々は9 msである。')).toEqual(['6:19 unbound-number 9 ms'])
  })

  it('tells what to do', () => {
    const file = new VFile('---\ntitle: T\n---\n\n4,068\n µs\n')
    checkLiterals(parseDocument(file))
    expect(file.messages.map(({ reason, fatal }) => [reason, fatal])).toEqual([
      [
        '4,068 µs comes from no run: write a value (`=...`), cite or say "published" in its sentence, or list it in the front matter (nominal: [4068 µs])',
        false,
      ],
    ])
  })
})

describe('a literal number outside of the prose', () => {
  const table = (caption: string) => `\`\`\`yaml table\nid: tbl-x\nkind: x\ncaption: ${caption}\n\`\`\``
  const claim = (more: string) =>
    `\`\`\`yaml claim\nid: C1\nstatement: A pause takes 5 ms\nscope: shape\n${more}\`\`\``

  it.each([
    ['a caption', table('Some 14.8 ms.'), ['9:15 unbound-number 14.8 ms']],
    ['a caption in quotes', table('"Some 14.8 ms."'), ['9:16 unbound-number 14.8 ms']],
    ['a caption over two lines', table('>-\n  Some\n  14.8 ms.'), ['9:10 unbound-number 14.8 ms']],
    ['a caption that says published', table('The published 14.8 ms.'), []],
    ['a caption with code', table('"`sleep 4 ms`"'), []],
    ['a claim of nobody else', claim(''), ['8:26 unbound-number 5 ms']],
    ['a claim of others', claim('source: Table 5\n'), []],
  ])('%s', (_, body, messages) => {
    expect(found(body).filter((one) => one.includes('-number'))).toEqual(messages)
  })

  it('in the abstract', () => {
    const file = new VFile('---\ntitle: T\nabstract: It takes 5 ms. The published 6 ms.\n---\n')
    checkLiterals(parseDocument(file))
    expect(file.messages.map(({ line, column, ruleId }) => [line, column, ruleId])).toEqual([
      [3, 11, 'unbound-number'],
    ])
  })
})

describe('a nominal number', () => {
  it('may stand in the text, however it is written', () => {
    expect(found('4 ms, 4ms, 4 milliseconds, 4ミリ秒, 4,068 us and 4068 μs', '4 ms, "4,068 µs"')).toEqual([])
  })

  it('is one number with one unit', () => {
    expect(found('4 s and 5 ms', '4 ms, 5 ms')).toEqual([
      '4:11 unused-nominal the text has no 4 ms',
      '6:1 unbound-number 4 s',
    ])
  })

  it('that the text does not have is a warning, also where it is published', () => {
    expect(found('The published 4 ms.', '4 ms, 5 ms')).toEqual(['4:17 unused-nominal the text has no 5 ms'])
  })

  it.each(['four ms', '4', '4 ms and 5 ms', 'about 4 ms', '4 GB'])('%s is an error', (text) => {
    expect(found('4 ms', `4 ms, ${text === '4' ? '"4"' : text}`)).toEqual([
      `4:17 invalid-value nominal: '${text}': write a time or a share with its unit, such as 4 ms`,
    ])
  })
})
