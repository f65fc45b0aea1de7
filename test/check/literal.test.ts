import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { checkLiterals } from '../../src/check/literal.ts'
import { parseDocument } from '../../src/document/document.ts'
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
    ['It takes 2.5 hours here.', '6:10 unbound-number 2.5 hours'],
    ['It takes 3.5\nminutes.', '6:10 unbound-number 3.5 minutes'],
    ['2.5時間かかる。', '6:1 unbound-number 2.5時間'],
    ['Its variance is 5 µs²', '6:17 unbound-number 5 µs'],
  ])('%j warns with its place', (body, message) => {
    expect(found(body)).toEqual([message])
  })

  it.each([
    ['a number of this tool', 'It takes `=latency.a.b.mean | ms`, or `=a.b.c.mean | fixed(1)` ms.'],
    ['code', 'Run `sleep 4 ms`.\n\n```\n4 ms\n```\n\n    4 ms'],
    ['another unit', 'A 54 MHz counter, 4 GB, 1000 Mbps, 10 MB/s and 4 msec.'],
    ['no unit', 'Of 50 trials; 4 more s. The 1990s. xl-4 ms, 1.2.3 ms or 2021/22 s.'],
    ['a number in a sentence that cites', 'It took 14.8 ms\non average, 1.39 times as long [@study].'],
    ['the text of a picture', '![It takes 4 ms](x.png)'],
  ])('does not warn of %s', (_, body) => {
    expect(found(body)).toEqual([])
  })

  it('is cited only in the sentence that does so', () => {
    expect(found('Ours is 9 ms. It was 5 ms [@a].\nBut now\n6 ms.')).toEqual([
      '6:9 unbound-number 9 ms',
      '8:1 unbound-number 6 ms',
    ])
  })

  it('needs more than the word "published": tables say what was published', () => {
    expect(found('The published value is 14.8 ms.')).toEqual(['6:24 unbound-number 14.8 ms'])
    expect(found('公表値は14.8 msである。')).toEqual(['6:5 unbound-number 14.8 ms'])
  })

  it('tells what to do', () => {
    const file = new VFile('---\ntitle: T\n---\n\n4,068\n µs\n')
    checkLiterals(parseDocument(file))
    expect(file.messages.map(({ reason, fatal }) => [reason, fatal])).toEqual([
      [
        '4,068 µs comes from no run and no published table: write a value (`=...`), cite its source in the sentence, or list it in the front matter (nominal: [4068 µs])',
        false,
      ],
    ])
  })
})

describe('a literal decimal', () => {
  it.each([
    ['It is 1.39 times as long.', '6:7 unbound-number 1.39'],
    ['Published are 1.39 and 10.5.', '6:15 unbound-number 1.39', '6:24 unbound-number 10.5'],
    ['Published 0.994.', '6:11 unbound-number 0.994'],
    ['公表値では1.39倍である。', '6:6 unbound-number 1.39'],
    ['(4.17)', '6:2 unbound-number 4.17'],
    ['| ratio |\n|---|\n| 1.39 |', '8:3 unbound-number 1.39'],
  ])('%j warns with its place', (body, ...messages) => {
    expect(found(body)).toEqual(messages)
  })

  it.each([
    ['a number of this tool', 'It is `=latency.a.b.mean / latency.a.c.mean | fixed(2)` times as long.'],
    ['a version', 'With Xen 4.14, Linux\n6.1 and QEMU 10.0; xen-4.14, v4.14, 6.1.176 and 4.14.'],
    ['a version that begins a sentence', 'Xen 4.14 is old.'],
    ['a version that has its name elsewhere', 'Old is 4.17 (4.20). We ran Xen 4.17, then Xen 4.20.'],
    ['a reference to a place', 'See Table 5.2, Section 3.1, 表5.2 and 第3.1節.'],
    ['the number of a heading', '## 2.1 Method\n\n## 2.2 方法'],
    ['another unit', 'A 1.5 GHz processor, 2.5 GB, 9.6kB and 36.6 °C.'],
    ['a nominal number', 'The level is 0.05.', '0.05'],
  ])('does not warn of %s', (_, body, nominal = '') => {
    expect(found(body, nominal && `"${nominal}"`)).toEqual([])
  })

  it('knows the versions of environments', () => {
    const block =
      '```yaml experiment\nid: a\nscript: a.ts\nenvironments: [xen-4.17]\ntrials: 1\npatterns: {a: {}}\n```'
    expect(found(`New is 4.17, old 4.13.\n\n${block}`)).toEqual(['6:18 unbound-number 4.13'])
  })
})

describe('a literal number outside of the prose', () => {
  const table = (caption: string) => `\`\`\`yaml table\nid: tbl-x\nkind: x\ncaption: ${caption}\n\`\`\``
  const claim = (more: string) =>
    `\`\`\`yaml claim\nid: C1\nstatement: A pause takes 5 ms\nscope: shape\n${more}\`\`\``

  it.each([
    ['a caption', table('Some 14.8 ms.'), ['9:15 unbound-number 14.8 ms']],
    ['a caption in quotes', table('"Some 14.8 ms."'), ['9:16 unbound-number 14.8 ms']],
    ['a caption over two lines', table('>-\n  Some\n  14.8 ms.'), ['11:3 unbound-number 14.8 ms']],
    ['a caption with a ratio', table('It is 1.39 times.'), ['9:16 unbound-number 1.39']],
    ['a caption with code', table('"`sleep 4 ms`"'), []],
    ['a claim of nobody else', claim(''), ['8:26 unbound-number 5 ms']],
    ['a claim of others', claim('source: Table 5\n'), []],
  ])('%s', (_, body, messages) => {
    expect(found(body).filter((one) => one.includes('-number'))).toEqual(messages)
  })

  it('in the abstract', () => {
    const file = new VFile('---\ntitle: T\nabstract: It takes 5 ms.\n---\n')
    checkLiterals(parseDocument(file))
    expect(file.messages.map(({ line, column, ruleId }) => [line, column, ruleId])).toEqual([
      [3, 20, 'unbound-number'],
    ])
  })
})

describe('a nominal number', () => {
  it('may stand in the text, however it is written', () => {
    expect(found('4 ms, 4ms, 4 milliseconds, 4ミリ秒, 4,068 us and 4068 μs', '4 ms, "4,068 µs"')).toEqual([])
  })

  it('is to be listed as YAML reads it', () => {
    const file = new VFile('---\ntitle: T\n---\nIt is 1.39 times as long.\n')
    checkLiterals(parseDocument(file))
    expect(file.messages.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("(nominal: ['1.39'])"),
    ])
  })

  it('may leave out a unit that no run has, and no other', () => {
    expect(found('It took 2.5 hours.', '"2.5"')).toEqual([])
    expect(found('It took 2.5 hours.', '"2.5 hours"')).toEqual([])
    expect(found('It took 2.5 s.', '"2.5"')).toEqual([
      '4:11 unused-nominal the text has no 2.5',
      '6:9 unbound-number 2.5 s',
    ])
  })

  it('is one number with one unit', () => {
    expect(found('4 s and 5 ms', '4 ms, 5 ms')).toEqual([
      '4:11 unused-nominal the text has no 4 ms',
      '6:1 unbound-number 4 s',
    ])
  })

  it('that the text does not have is a warning, also where it is cited', () => {
    expect(found('It took 4 ms [@a].', '4 ms, 5 ms')).toEqual(['4:17 unused-nominal the text has no 5 ms'])
  })

  it.each(['four ms', '4', '4 ms and 5 ms', 'about 4 ms', '4 GB'])('%s is an error', (text) => {
    expect(found('4 ms', `4 ms, ${text === '4' ? '"4"' : text}`)).toEqual([
      `4:17 invalid-value nominal: '${text}': write a time or a share with its unit, such as 4 ms, or a decimal`,
    ])
  })
})
