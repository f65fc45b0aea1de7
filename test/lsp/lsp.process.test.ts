import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  CompletionRequest,
  type CompletionItem,
  DidChangeTextDocumentNotification,
  DefinitionRequest,
  DidOpenTextDocumentNotification,
  DocumentSymbolRequest,
  type Hover,
  HoverRequest,
  type Location,
  type MarkupContent,
} from 'vscode-languageserver-protocol/node'
import { project, write } from '../project.ts'
import { type Client, openClient } from './client.ts'

const rows = Array.from({ length: 24 }, (_, index) => {
  const noise = ((index * 7919 + 13) % 101) / 100 + ((index * 104_729) % 997) / 9970
  return `${index % 2 === 0 ? 'grep' : 'cat'},${(10 + noise).toFixed(4)}`
})
const paper = `---
title: 時間 ⏱
bibliography: refs.bib
---

猫🐈は \`=times.grep.elapsed_ms.mean | ms | fixed(1)\`、@tbl-times を見よ [@one; @zero]。

\`\`\`yaml data
id: times
file: data/times.csv
\`\`\`

\`\`\`yaml table
id: tbl-times
kind: summary
from: times
by: [tool]
measures: [elapsed_ms]
statistics: [n, median]
caption: Times
\`\`\`

## Last {#sec-last}
`
const lines = paper.split('\n')

let client: Client
beforeEach(async () => {
  write({
    'index.md': paper,
    'data/times.csv': `tool,elapsed_ms\n${rows.join('\n')}\n`,
    'refs.bib': '@misc{zero, title = {Zero}}\n@misc{one, title = {Of One}, author = {Ada Lovelace}}\n',
  })
  client = await openClient(project, { REPRO_CACHE: join(project, 'cache') })
})
afterEach(async () => void (await client.end()))

/** The text with a line in place of the one with the Japanese sentence, and the position at its end. */
async function typed(sentence: string) {
  const line = 5
  const diagnostics = await client.change('index.md', lines.with(line, sentence).join('\n'))
  const at = client.at('index.md', { line, character: sentence.length })
  const items = (await client.request(CompletionRequest.type, at)) as CompletionItem[]
  return { diagnostics, items, labels: items.map(({ label }) => label) }
}

describe('the language server', () => {
  it('tells problems with rule and place in UTF-16, and that they are gone', async () => {
    expect(await client.open('index.md')).toEqual([])
    const wrong = lines.with(5, '猫🐈は @tbl-time を [@one; @zero]').join('\n')
    const [found, ...others] = await client.change('index.md', wrong)
    expect(others).toEqual([])
    expect(found).toMatchObject({
      ...{ code: 'unknown-reference', source: 'repro', severity: 1 },
      range: { start: { line: 5, character: 5 }, end: { line: 5, character: 14 } },
    })
    expect(found?.codeDescription?.href).toMatch(/docs\/problems\.md#unknown-reference$/)
    expect(await client.change('index.md', paper)).toEqual([])
  })

  it('completes ids, works, paths, columns, statistics and filters', async () => {
    await client.open('index.md')
    const mention = await typed('猫🐈は @')
    expect(mention.labels).toEqual(expect.arrayContaining(['@tbl-times', '@sec-last', '@one', '@zero']))
    expect(mention.items.find(({ label }) => label === '@tbl-times')?.textEdit).toEqual({
      ...{ newText: 'tbl-times' },
      range: { start: { line: 5, character: 6 }, end: { line: 5, character: 6 } },
    })
    expect((await typed('see [@o')).labels[0]).toBe('@zero')
    expect((await typed('`=')).labels).toEqual(expect.arrayContaining(['times', 'mean', 'abs']))
    expect((await typed('`=times.')).labels).toEqual(
      expect.arrayContaining(['elapsed_ms', 'grep', 'cat', 'n']),
    )
    expect((await typed('`=times.grep.elapsed_ms.me')).labels).toEqual(
      expect.arrayContaining(['mean', 'median', 'sd']),
    )
    expect((await typed('`=times.grep.elapsed_ms.mean | f')).labels).toContain('fixed')
  })

  it('completes keys of blocks with their meanings, and their values, in documents with errors', async () => {
    await client.open('index.md')
    const line = lines.indexOf('from: times')
    const key = lines.with(line, 'fr')
    expect(await client.change('index.md', key.join('\n'))).not.toEqual([])
    const found = (await client.request(
      CompletionRequest.type,
      client.at('index.md', { line, character: 2 }),
    )) as CompletionItem[]
    expect(found.find(({ label }) => label === 'from')).toMatchObject({
      documentation: 'The experiment or data that it shows',
      textEdit: { newText: 'from: ' },
    })
    await client.change('index.md', lines.with(line, 'from: ').join('\n'))
    const values = (await client.request(
      CompletionRequest.type,
      client.at('index.md', { line, character: 6 }),
    )) as CompletionItem[]
    expect(values.map(({ label }) => label)).toEqual(['times'])
    for (const [written, label, at] of [
      ['spec: {encoding: {x: {field: ', 'elapsed_ms', line],
      ['file: ', 'data/times.csv', lines.indexOf('file: data/times.csv')],
    ] as const) {
      await client.change('index.md', lines.with(at, written).join('\n'))
      const place = client.at('index.md', { line: at, character: written.length })
      const items = (await client.request(CompletionRequest.type, place)) as CompletionItem[]
      expect(
        items.map((item) => item.label),
        written,
      ).toContain(label)
    }
  })

  it('answers from the text as it is, and looks once at many edits', async () => {
    await client.open('index.md')
    const edits = Array.from({ length: 40 }, (_, index) => index)
    const told = edits.map(() => client.told('index.md'))
    const textOf = (index: number) => `${paper}\n## New {#sec-new${index}}\n\n@fig-none${index} @`
    for (const index of edits)
      void client.notify(DidChangeTextDocumentNotification.type, {
        textDocument: { uri: client.uri('index.md'), version: index + 2 },
        contentChanges: [{ text: textOf(index) }],
      })
    const last = textOf(39).split('\n')
    const position = { line: last.length - 1, character: last.at(-1)?.length ?? 0 }
    const items = (await client.request(
      CompletionRequest.type,
      client.at('index.md', position),
    )) as CompletionItem[]
    expect(items.map(({ label }) => label)).toContain('@sec-new39')
    let looks = 0
    for (const one of told) {
      looks += 1
      if ((await one).some(({ message }) => String(message).includes('@fig-none39'))) break
    }
    expect(looks).toBeLessThan(20)
  })

  it('shows the value of an expression with its origin and number of observations', async () => {
    await client.open('index.md')
    const hover = await client.request(HoverRequest.type, client.at('index.md', { line: 5, character: 12 }))
    const { value } = (hover as Hover).contents as MarkupContent
    expect(value).toMatch(/^\*\*1\d\.\d.ms\*\* \(data\)/)
    expect(value).toContain('n = 12')
    const work = await client.request(
      HoverRequest.type,
      client.at('index.md', { line: 5, character: (lines[5] ?? '').indexOf('@one') + 2 }),
    )
    expect(((work as Hover).contents as MarkupContent).value).toBe('**one**: Lovelace: Of One')
  })

  describe('of keys', () => {
    const text = `---
title: T
print:
  paper: a4
---

\`\`\`yaml table
id: tbl-x
kind: summary
from: speed
by: [tool]
statistics: [n, median]
columns: {mean: {decimals: 2}}
caption: Times
\`\`\`

\`\`\`yaml experiment
id: speed
script: a.ts
environments: [local]
trials: 2
patterns:
  baseline: {}
  other:
    label: Other
\`\`\`

\`\`\`ts experiment id=hello testbed=local trials=2 per=trial
export default () => {}
\`\`\`
`
    const hovers: readonly (readonly [string, string, RegExp])[] = [
      ['by', ': [tool]', /^\*\*by\*\*: Factors .*list of text; `\[operation\]` unless given$/s],
      [
        'statistics',
        ': [n',
        /^\*\*statistics\*\*: Columns: .*`\[n,mean,variance,max,min,median\]` unless given$/s,
      ],
      ['median', ']', /^\*\*median\*\*: /],
      ['decimals', ': 2', /^\*\*decimals\*\*: Decimal places.*whole number from 0 to 20$/s],
      ['paper', ': a4', /^\*\*paper\*\*: .*`a4`, `letter`; `a4` unless given$/s],
      ['trials', ': 2', /^\*\*trials\*\*: Trials of every cell\n\nwhole number from 1; required$/],
      ['label', ': Other', /^\*\*label\*\*: For tables and figures/],
      ['trials', '=2', /^\*\*trials\*\*: Trials of every cell\n\nwhole number from 1; required$/],
      ['per', '=trial', /^\*\*per\*\*: .*`trial`, `cell`$/s],
    ]
    it('tells what they mean, take and are unless given', async () => {
      await client.open('index.md')
      await client.change('index.md', text)
      for (const [word, after, means] of hovers) {
        const at = text.indexOf(word + after)
        const before = text.slice(0, at).split('\n')
        const position = { line: before.length - 1, character: (before.at(-1) ?? '').length + 1 }
        const hover = await client.request(HoverRequest.type, client.at('index.md', position))
        expect(((hover as Hover | null)?.contents as MarkupContent | undefined)?.value, word).toMatch(means)
      }
    })

    const places: readonly (readonly [string, string, string])[] = [
      ['columns: {mean: {', 'columns: {mean: {', 'unit'],
      ['columns: {mean: {unit: ', 'columns: {mean: {', '%'],
      ['st', 'statistics: [n, median]', 'statistics'],
      ['  paper: ', '  paper: a4', 'letter'],
      ['    o', '    label: Other', 'only'],
      ['```ts experiment id=hello t', '```ts experiment id=hello', 'trials'],
      ['```ts experiment id=hello per=', '```ts experiment id=hello', 'cell'],
    ]
    it('completes them in mappings and as attributes, with their values', async () => {
      await client.open('index.md')
      const all = text.split('\n')
      for (const [written, line, label] of places) {
        const at = all.findIndex((one) => one.startsWith(line))
        const changed = written.startsWith('```') ? `${written} testbed=local` : written
        await client.change('index.md', all.with(at, changed).join('\n'))
        const place = client.at('index.md', { line: at, character: written.length })
        const items = (await client.request(CompletionRequest.type, place)) as CompletionItem[]
        expect(
          items.map((item) => item.label),
          written,
        ).toContain(label)
      }
    })
  })

  it('leads to blocks, works and data', async () => {
    await client.open('index.md')
    const to = async (text: string, offset = 2) => {
      const character = (lines[5] ?? '').indexOf(text) + offset
      return (await client.request(
        DefinitionRequest.type,
        client.at('index.md', { line: 5, character }),
      )) as Location[]
    }
    expect(await to('@tbl-times')).toMatchObject([
      {
        uri: client.uri('index.md'),
        range: { start: { line: lines.indexOf('id: tbl-times'), character: 4 } },
      },
    ])
    expect(await to('@one')).toMatchObject([
      { uri: client.uri('refs.bib'), range: { start: { line: 1, character: 6 } } },
    ])
    expect(await to('times.grep')).toMatchObject([
      { uri: client.uri('index.md'), range: { start: { line: 7 } } },
    ])
    const line = lines.indexOf('file: data/times.csv')
    const file = await client.request(DefinitionRequest.type, client.at('index.md', { line, character: 10 }))
    expect(file).toMatchObject([{ uri: client.uri('data/times.csv') }])
  })

  it('lists headings and blocks', async () => {
    await client.open('index.md')
    const found = await client.request(DocumentSymbolRequest.type, {
      textDocument: { uri: client.uri('index.md') },
    })
    expect(found?.map(({ name }) => name)).toEqual(['times', 'tbl-times', 'Last'])
  })

  it('tells of a file that was saved outside of the editor', async () => {
    await client.open('index.md')
    const told = client.told('index.md')
    write({ 'refs.bib': '@misc{zero, title = {Zero}}\n' })
    expect((await told).map(({ message }) => message)).toEqual([expect.stringContaining('one')])
  })

  it('knows what stands in included files, and behind them', async () => {
    const text = `---\ntitle: T\n---\n\n\`\`\`yaml include\nfile: part.md\n\`\`\`\n\n猫🐈 \`=times.grep.elapsed_ms.mean\` and @sec-part.\n\n\`\`\`yaml data\nid: times\nfile: data/times.csv\n\`\`\`\n\n## Last {#sec-last}\n`
    const part =
      '## Part {#sec-part}\n\nOne.\n\nA \x60=times.grep.elapsed_ms.mean\x60, @sec-last and @fig-none.\n'
    write({ 'whole.md': text, 'part.md': part })
    expect(await client.open('whole.md')).toEqual([])
    const of = (path: string, written: string, needle: string) => {
      const line = written.split('\n').findIndex((one) => one.includes(needle))
      return client.at(path, { line, character: (written.split('\n')[line] ?? '').indexOf(needle) + 3 })
    }
    const places = async (path: string, written: string, needle: string) =>
      ((await client.request(DefinitionRequest.type, of(path, written, needle))) as Location[]).map(
        ({ uri, range }) => [uri, range.start.line],
      )
    const number = async (path: string, written: string) => {
      const hover = await client.request(HoverRequest.type, of(path, written, '=times.grep'))
      return ((hover as Hover).contents as MarkupContent).value
    }
    expect(await number('whole.md', text)).toMatch(/^\*\*10\.\d/)
    expect(await places('whole.md', text, '@sec-part')).toEqual([[client.uri('part.md'), 0]])
    expect(await places('whole.md', text, 'part.md')).toEqual([[client.uri('part.md'), 0]])
    // Open, the part is still one: it has no title, and its problems are told as those of the whole.
    const told = await client.open('part.md')
    expect(told.map(({ code, range }) => [code, range.start.line])).toEqual([['unknown-reference', 4]])
    expect(await number('part.md', part)).toMatch(/^\*\*10\.\d/)
    expect(await places('part.md', part, '@sec-last')).toEqual([[client.uri('whole.md'), 15]])
    const symbols = async (path: string) =>
      (await client.request(DocumentSymbolRequest.type, { textDocument: { uri: client.uri(path) } }))?.map(
        ({ name }) => name,
      )
    expect(await symbols('part.md')).toEqual(['Part'])
    expect(await symbols('whole.md')).toEqual(['times', 'Last'])
    expect(await client.change('part.md', part.replace('@fig-none', 'none'))).toEqual([])
  })

  it('completes in a block at the end of an included file that is still open', async () => {
    write({ 'part.md': 'Words.\n', 'index.md': `${paper}\n\`\`\`yaml include\nfile: part.md\n\`\`\`\n` })
    await client.open('index.md')
    // Nothing is told of it, as nothing is wrong.
    void client.open('part.md')
    const text = 'Words.\n\n```yaml table\nkind: summary\nfrom: times\nmeasures: ['
    const whole = client.told('index.md')
    await client.notify(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: client.uri('part.md'), version: 2 },
      contentChanges: [{ text }],
    })
    let found = await whole
    // Maybe first of the file as it was opened.
    while (!found.some(({ code }) => code === 'include')) found = await client.told('index.md')
    const at = client.at('part.md', { line: 5, character: 'measures: ['.length })
    const items = (await client.request(CompletionRequest.type, at)) as CompletionItem[]
    expect(items.map(({ label }) => label)).toEqual(['elapsed_ms'])
  })

  it('finds the document that includes a file without a title', async () => {
    write({
      'part.md': 'A \x60=times.grep.elapsed_ms.mean\x60 and @tbl-times, @fig-none.\n',
      'index.md': `${paper}\n\`\`\`yaml include\nfile: part.md\n\`\`\`\n`,
    })
    // First as a document of its own, until the other one is read.
    await client.open('part.md')
    expect((await client.told('part.md')).map(({ code }) => code)).toEqual(['unknown-reference'])
  })

  it('takes a file that is no longer included for a document of its own', async () => {
    write({
      'part.md': 'See @fig-none.\n',
      'index.md': `${paper}\n\`\`\`yaml include\nfile: part.md\n\`\`\`\n`,
    })
    await client.open('index.md')
    const part = client.told('part.md')
    await client.open('part.md')
    const codes = (all: readonly { readonly code?: unknown }[]) => all.map(({ code }) => code)
    expect(codes(await part)).toEqual(['unknown-reference'])
    const own = client.told('part.md')
    await client.change('index.md', paper)
    let found = await own
    while (!codes(found).includes('unknown-reference')) found = await client.told('part.md')
    const changed = await client.change('part.md', 'See @fig-other.\n')
    expect(changed.map(({ message }) => message).join()).toContain('@fig-other')
  })

  it('shows and finds the paths of claims, and ids in blocks', async () => {
    const claim =
      '\x60\x60\x60yaml claim\nid: C1\nstatement: S\nfrom: times.cat.elapsed_ms\nto: times.grep.elapsed_ms\ndirection: down\nscope: shape\nshows: tbl-times\n\x60\x60\x60\n'
    write({ 'index.md': `${paper}\n${claim}` })
    const all = `${paper}\n${claim}`.split('\n')
    await client.open('index.md')
    const at = (needle: string, offset: number) => {
      const line = all.findIndex((one) => one.startsWith(needle))
      return client.at('index.md', { line, character: needle.length + offset })
    }
    const hover = (await client.request(HoverRequest.type, at('from: times.cat', -2))) as Hover
    expect((hover.contents as MarkupContent).value).toMatch(
      /^\*\*median 10\.\d+.* · mean .*\*\* \(data\)[^]*n = 12/,
    )
    const found = (await client.request(DefinitionRequest.type, at('to: times.grep', 0))) as Location[]
    expect(found[0]?.range.start.line).toBe(7)
    const shown = (await client.request(DefinitionRequest.type, at('shows: tbl', 0))) as Location[]
    expect(shown[0]?.range.start.line).toBe(lines.indexOf('id: tbl-times'))
  })

  it('does not lose others over a file that is none of this machine', async () => {
    await client.open('index.md')
    for (const uri of ['file://host/a.md', 'file:///a%2Fb.md', 'file:///%zz.md'])
      await client.notify(DidOpenTextDocumentNotification.type, {
        textDocument: { uri, languageId: 'markdown', version: 1, text: '# A\n' },
      })
    let told = await client.change('index.md', `${paper}\n@fig-none\n`)
    // What was open is looked at again, too.
    while (told.length === 0) told = await client.told('index.md')
    expect(told.map(({ code }) => code)).toEqual(['unknown-reference'])
  })

  it.each([
    ['words', `${'a'.repeat(200_000)} `.repeat(2)],
    ['brackets', '['.repeat(300_000)],
    ['citations', '[@a;'.repeat(80_000)],
    ['a path', `\`=${'a.'.repeat(100_000)}`],
    ['a claim', `\n\`\`\`yaml claim\nid: C1\nfrom: ${'a.'.repeat(100_000)}\n\`\`\``],
  ])(
    'answers at the end of a long line of %s',
    async (_, long) => {
      await client.open('index.md')
      const text = `---\ntitle: T\n---\n\n${long}\n`
      await client.change('index.md', text)
      const line = text.split('\n').findIndex((one) => one.length > 1000)
      const at = client.at('index.md', { line, character: (text.split('\n')[line] ?? '').length })
      await client.request(HoverRequest.type, at)
      await client.request(DefinitionRequest.type, at)
      await client.request(CompletionRequest.type, at)
    },
    60_000,
  )

  it('ends as it is told', async () => {
    await client.open('index.md')
    const ended = client.end()
    expect(await ended).toBe(0)
    client = await openClient(project, { REPRO_CACHE: join(project, 'cache') })
  })
})
