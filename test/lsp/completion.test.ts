/** What is completed at a cursor, written ¦, in a text that was typed after the last look at its document. */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { suggestionsAt } from '../../src/lsp/completion.ts'
import { cursorAt, placeOf, type Position } from '../../src/lsp/context.ts'
import { definitionsAt, hoverAt, symbolsIn } from '../../src/lsp/language.ts'
import { presentLook } from '../../src/lsp/present.ts'
import { worksIn } from '../../src/lsp/works.ts'
import { type LiveDocument, type Look, openLive } from '../../src/project/live.ts'
import { openSeal } from '../../src/results/seal.ts'

const fence = (info: string, lines: string) => `\n\`\`\`${info}\n${lines}\n\`\`\`\n`
const frontMatter = '---\ntitle: T\nbibliography: paper/refs.bib\n---\n'
const base = `${frontMatter}
# A {#sec-a}

Words [@one].

## Some words

${fence('yaml data', 'id: bench\nfile: data/bench.csv\nunit: threads\ncolumns: {threads: index, system: factor}')}
${fence('yaml data', 'id: naps\nfile: data/naps.csv\ncolumns: {nap: factor}')}
${fence(
  'yaml experiment',
  'id: speed\nscript: experiments/speed.mjs\nenvironments: [local]\ntrials: 2\n' +
    'parameters: {size: 1}\npatterns:\n  small: {}\n  large: {label: Large one, size: 9}',
)}
${fence('yaml table', 'id: tbl-lat\nkind: summary\nfrom: bench\nby: [system]\ncaption: Latency')}
`
const files = {
  'index.md': base,
  'paper/refs.bib': '@misc{one, title = {One}}\n',
  'paper/part.md': 'Words.\n',
  'data/bench.csv': 'system,threads,latency_ms\nalpha,1,10.5\nbeta,1,8.25\nalpha,2,9.5\nbeta,2,8.5\n',
  'data/naps.csv': 'nap,length_s,odd name,a: b\nshort,1,5,1\n1.10,9,7,2\n',
  'data/more.csv': 'color,weight\nred,5\n',
  'experiments/speed.mjs': 'export default () => []\n',
  'figures/a.vl.json': '{}',
  'figures/a.png': '',
  'node_modules/x/y.csv': '',
  '.hidden/y.csv': '',
  '_build/y.csv': '',
  '.repro/y.csv': '',
  'results/y.csv': '',
}

let project: string
let live: LiveDocument
let look: Look
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'repro-completion-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true })
    writeFileSync(join(project, path), content)
  }
  const cache = join(project, 'cache')
  live = await openLive({ project, document: 'index.md', cache, seal: openSeal(project), generator: 'test' })
  look = await live.look()
})
afterAll(async () => {
  live[Symbol.dispose]()
  await rm(project, { recursive: true })
})

function typed(marked: string): {
  readonly text: string
  readonly position: Position
  readonly now: Look
} {
  const at = marked.indexOf('¦')
  const before = marked.slice(0, at).split(/\r\n|\n/)
  const text = marked.replace('¦', '')
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 }
  return { text, position, now: presentLook(look, new Map([['index.md', text]])) }
}

function completed(marked: string): readonly { readonly label: string; readonly text: string }[] {
  const { text, position, now } = typed(marked)
  const place = placeOf(now.opened.document, text, cursorAt(text, position))
  return suggestionsAt(place, now, worksIn(look), { project })
}

const labels = (marked: string) => completed(marked).map(({ label }) => label)

const table = (lines: string) => `${base}${fence('yaml table', `id: tbl-x\nfrom: bench\n${lines}`)}`
const summary = (lines: string) => table(`kind: summary\n${lines}`)
const figure = (lines: string) => `${base}${fence('yaml figure', `id: fig-x\n${lines}`)}`
const data = (lines: string) => `${base}${fence('yaml data', `id: new\nfile: data/more.csv\n${lines}`)}`

function expectLabels(text: string, expected: readonly string[], others: readonly string[]): void {
  const found = labels(text)
  expect(found).toEqual(expect.arrayContaining([...expected]))
  expect(found.filter((label) => others.includes(label))).toEqual([])
}

type Case = readonly [where: string, text: string, labels: readonly string[], others?: readonly string[]]

describe('completion of what is still open', () => {
  const cases: readonly Case[] = [
    ['a block at the end of a file', `${base}\`\`\`yaml figure\nid: fig-x\n¦`, ['src', 'spec']],
    ['the same before a line end', `${base}\`\`\`yaml figure\nid: fig-x\n¦\n`, ['src', 'spec']],
    ['below blank lines', `${base}\`\`\`yaml figure\nid: fig-x\n\n\n¦`, ['src']],
    ['at its first line', `${base}\`\`\`yaml figure\n¦`, ['src']],
    ['at a key', `${base}\`\`\`yaml table\nid: tbl-x\nki¦`, ['kind']],
    ['at a value', `${base}\`\`\`yaml table\nid: tbl-x\nkind: ¦`, ['summary', 'effects']],
    ['with tildes', `${base}~~~yaml table\nid: tbl-x\nkind: ¦`, ['summary']],
    ['with more ticks', `${base}\`\`\`\`yaml table\n\`\`\`\nkind: ¦`, ['summary']],
    ['in a list', `${base}- One\n\n  \`\`\`yaml table\n  kind: summary\n  mea¦`, ['measures']],
    ['in a quote', `${base}> \`\`\`yaml table\n> kind: summary\n> ¦`, ['measures']],
    ['with CRLF', `${base}\`\`\`yaml table\nid: tbl-x\n¦`.replaceAll('\n', '\r\n'), ['kind']],
    ['an empty one that is closed', `${base}\`\`\`yaml table\n¦\n\`\`\`\n`, ['kind']],
    ['in a closed one in a quote', `${base}> \`\`\`yaml table\n> ki¦\n> \`\`\`\n`, ['kind']],
    ['an include', `${base}\`\`\`yaml include\nfile: ¦`, ['paper/part.md'], ['data/naps.csv']],
    ['attributes', `${base}\`\`\`ts experiment id=x ¦`, ['trials', 'needs']],
    ['experiments as attributes', `${base}\`\`\`ts experiment needs=¦`, ['speed'], ['bench']],
    ['front matter', '---\ntitle: T\nauth¦', ['authors']],
    ['its first line', '---\n¦', ['title']],
    ['its value', '---\nlang: ¦', ['ja']],
    ['front matter before a text', '---\ntitle: T\nauth¦\n\n# A\n', ['authors']],
    ['a document that is front matter', '---\ntitle: T\nauth¦\n---', ['authors']],
  ]
  for (const [where, text, expected, others = []] of cases)
    it(`${where}`, () => expectLabels(text, expected, others))

  it('offers no keys below a block, and in a text that begins with a line', () => {
    expect(labels(`${base}\`\`\`yaml table\nid: tbl-x\n\`\`\`\n¦`)).toEqual([])
    expect(labels('---\n\nWords¦\n')).toEqual([])
    expect(labels(`${base}- One\n\n  \`\`\`yaml table\n  kind: summary\n\nki¦`)).toEqual([])
  })
})

describe('completion of values', () => {
  const cases: readonly Case[] = [
    ['where', summary('where: {¦}'), ['system'], ['nap', 'latency_ms']],
    ['a second one', summary('where: {system: alpha, ¦}'), ['system']],
    ['where, below', summary('where:\n  ¦'), ['system'], ['nap']],
    ['over lines', summary('where: {\n  ¦\n}'), ['system'], ['kind']],
    ['a value of a factor', summary('where: {system: ¦}'), ['alpha', 'beta'], ['short', 'true']],
    ['its value, below', summary('where:\n  system: ¦'), ['alpha']],
    ['operation', summary('where: {nothing: ¦}').replace('nothing', 'operation'), [], ['alpha']],
    ['measures', summary('measures: [¦]'), ['latency_ms'], ['length_s', 'system', 'measures']],
    ['measures, below', summary('measures:\n  - ¦'), ['latency_ms'], ['length_s', 'kind']],
    ['a second measure', summary('measures: [latency_ms, ¦]'), ['latency_ms']],
    ['by', summary('by: [¦]'), ['system'], ['nap']],
    ['statistics', summary('statistics: [n, ¦]'), ['median']],
    ['patterns', summary('patterns: ¦'), ['all', 'published']],
    [
      'patterns of an experiment',
      summary('patterns: [¦]').replace(/from: bench\nkind(?![^]*from: bench\nkind)/, 'from: speed\nkind'),
      ['small', 'large'],
    ],
    ['published', summary('published: ¦'), ['data/more.csv'], ['results/y.csv']],
    ['columns of a table', summary('columns: {¦}'), ['median', 'latency_ms']],
    ['units', summary('columns: {mean: {unit: ¦}}'), ['ms', '%']],
    ['a measure of effects', table('kind: effects\nmeasure: ¦'), ['latency_ms'], ['length_s']],
    [
      'from',
      table('kind: summary\nfrom: ¦').replace('from: bench\nkind', 'kind'),
      ['bench', 'naps', 'speed'],
    ],
    ['columns of data', data('columns: {¦}'), ['color', 'weight'], ['system']],
    ['roles', data('columns: {color: ¦}'), ['index', 'factor', 'measure', 'ignore']],
    ['roles, below', data('columns:\n  color: ¦'), ['factor']],
    ['keys of a column', data('columns:\n  color:\n    ¦'), ['role', 'label']],
    ['the unit of data', data('unit: ¦'), ['weight']],
    ['data', data('').replace('file: data/more.csv', 'file: ¦'), ['data/naps.csv'], ['figures/a.png']],
    ['pictures', figure('src: ¦'), ['figures/a.png'], ['data/naps.csv']],
    ['specifications', figure('spec: ¦'), ['figures/a.vl.json'], ['figures/a.png']],
    ['a source of a figure', figure('data: {rows: ¦}'), ['naps', 'data/more.csv']],
    ['ratios', figure('data: {rows: {from: naps, ratios: [¦]}}'), ['length_s'], ['latency_ms']],
    [
      'ratios of the nearest source',
      figure('data:\n  a:\n    from: bench\n  b:\n    from: naps\n    ratios: [¦]'),
      ['length_s'],
      ['latency_ms'],
    ],
    ['where of a figure', figure('data: {rows: {from: naps, where: {¦}}}'), ['nap', 'pattern'], ['system']],
    ['its parameters', figure('data: {rows: {from: speed, where: {¦}}}'), ['size']],
    ['their values', figure('data: {rows: {from: speed, where: {size: ¦}}}'), ['1', '9']],
    ['its patterns', figure('data: {rows: {from: speed, where: {pattern: ¦}}}'), ['small', 'large']],
    ['keys of data of a figure', figure('data:\n  rows:\n    ¦'), ['from', 'where', 'ratios']],
    ['keys of parts', figure('parts:\n  - ¦'), ['src', 'alt']],
    ['fields', figure('data: {rows: naps}\nspec: {encoding: {x: {field: ¦'), ['nap'], ['true', 'system']],
    ['keys of control', `${base}${fence('yaml claim', 'id: C1\ncontrol: {¦}')}`, ['label', 'cells']],
    ['cells', `${base}${fence('yaml claim', 'id: C1\ncontrol: {cells: {¦}}')}`, ['speed/local']],
    ['shows', `${base}${fence('yaml claim', 'id: C1\nshows: ¦')}`, ['tbl-lat']],
    ['an expression', `${base}${fence('yaml claim', 'id: C1\nvalue: bench.¦')}`, ['latency_ms']],
    [
      'an expression in a list',
      `${base}${fence('yaml claim', 'id: C1\nascending: [bench.¦]')}`,
      ['latency_ms'],
    ],
    ['an expression, below', `${base}${fence('yaml claim', 'id: C1\nvalue: >\n  bench.¦')}`, ['latency_ms']],
    [
      'parameters',
      `${base}${fence('yaml experiment', 'id: e\nparameters: {width: 2}\npatterns:\n  a: {¦}')}`,
      ['width', 'label', 'only'],
    ],
    [
      'scripts',
      `${base}${fence('yaml experiment', 'id: e\nscript: ¦')}`,
      ['experiments/speed.mjs'],
      ['figures/a.png'],
    ],
    ['bibliographies', '---\ntitle: T\nbibliography: ¦\n---\n', ['paper/refs.bib'], ['index.md']],
    ['translations', '---\ntitle: T\ntranslations: [¦]\n---\n', ['paper/part.md'], ['paper/refs.bib']],
    ['keys of authors', '---\ntitle: T\nauthors:\n  - ¦\n---\n', ['name', 'orcid']],
    ['kinds of blocks', `${base}\`\`\`yaml ¦`, ['table', 'figure', 'include', 'experiment']],
    ['languages', `${base}\`\`\`¦`, ['yaml', 'python', 'ts']],
    ['a script', `${base}\`\`\`python ¦`, ['experiment'], ['table']],
    ['ids in links', `${base}[x](#¦)`, ['#sec-a', '#tbl-lat', '#some-words']],
    ['ids in values', summary('caption: As @¦'), ['@sec-a', '@one']],
    ['works in values', summary('caption: See [@one; @¦'), ['@one']],
  ]
  for (const [where, text, expected, others = []] of cases)
    it(`${where}`, () => expectLabels(text, expected, others))

  it('never offers what is hidden, made or outside', () => {
    const found = labels(summary('published: ¦'))
    expect(found).toEqual(['data/bench.csv', 'data/more.csv', 'data/naps.csv'])
    expect(labels(summary('published: results/¦'))).toContain('results/y.csv')
  })

  it('quotes what YAML would read otherwise', () => {
    const odd = completed(`${base}${fence('yaml data', 'id: naps\nfile: data/naps.csv\ncolumns: {¦}')}`)
    expect(odd.find(({ label }) => label === 'odd name')?.text).toBe('odd name: ')
    expect(odd.find(({ label }) => label === 'a: b')?.text).toBe("'a: b': ")
    const where = (written: string) =>
      completed(figure(`data: {rows: {from: naps, where: {nap: ${written}`)).find(
        ({ label }) => label === '1.10',
      )
    expect(where('¦')?.text).toBe("'1.10'")
    expect(where("'¦'")?.text).toBe('1.10')
    const cells = completed(`${base}${fence('yaml claim', 'id: C1\ncontrol: {cells: {¦}}')}`)
    expect(cells.find(({ label }) => label === 'speed/local/small')?.text).toBe('speed/local/small: ')
  })

  it.each([
    ['a listing', fence('python', '@¦')],
    ['an open listing', '```python\n@¦'],
    ['a script', fence('python experiment id=x testbed=local trials=1', '@¦')],
    ['inline code', 'Use `@¦` there.\n'],
    ['inline code over lines', 'Use `a\n@¦ b` there.\n'],
    ['a formula', 'A formula $x_@¦$ there.\n'],
    ['a comment', '<!--\n@¦\n-->\n'],
    ['inline code of a caption', fence('yaml table', 'id: tbl-y\ncaption: Use `@¦` there')],
  ])('offers no ids in %s', (_, text) => {
    expect(labels(base + text)).toEqual([])
  })

  it('completes expressions in inline code', () => {
    expect(labels(`${base}It is \`=bench.¦\` and \`a\`.\n`)).toContain('latency_ms')
    expect(labels(`${base}It is \`a\` and \`=bench.¦`)).toContain('latency_ms')
  })
})

describe('what was typed after the last look', () => {
  const more = `${frontMatter}\nA new line.\n${base.slice(frontMatter.length)}`

  it('is at its own place', () => {
    const added = `${more}\n## New {#sec-new}\n\nSee [the ¦words](#sec-new), @sec-a, \`=bench.alpha.latency_ms.mean\`.\n`
    const { text, position, now } = typed(added)
    const works = worksIn(look)
    const lines = text.split('\n')
    expect(definitionsAt(text, position, now, works)).toMatchObject([
      { path: 'index.md', range: { start: { line: lines.indexOf('## New {#sec-new}') } } },
    ])
    expect(hoverAt(text, position, now, works)?.markdown).toBe('**Section “New”**')
    const of = (needle: string) => ({
      ...position,
      character: (lines[position.line] ?? '').indexOf(needle) + 2,
    })
    expect(definitionsAt(text, of('@sec-a'), now, works)).toMatchObject([
      { range: { start: { line: lines.indexOf('# A {#sec-a}') } } },
    ])
    expect(hoverAt(text, of('=bench'), now, works)?.markdown).toMatch(/^\*\*10/)
    expect(symbolsIn(now, 'index.md').find(({ name }) => name === 'New')?.range.start.line).toBe(
      lines.indexOf('## New {#sec-new}'),
    )
    expect(labels(`${added.replace('¦', '')}\n@¦`)).toContain('@sec-new')
  })

  it('has links to headings without an id, and to blocks', () => {
    for (const [link, line, name] of [
      ['[a¦](#some-words)', '## Some words', '**Some words**'],
      ['[a](#be¦nch)', 'id: bench', '**bench (data)**'],
      ['[a](#tbl-l¦at)', 'id: tbl-lat', /^\*\*Table 1\*\*: Latency$/],
    ] as const) {
      const { text, position, now } = typed(`${more}\n${link}\n`)
      const [target] = definitionsAt(text, position, now, worksIn(look))
      expect(target?.range.start.line, link).toBe(text.split('\n').indexOf(line))
      expect(hoverAt(text, position, now, worksIn(look))?.markdown, link).toMatch(name)
    }
  })

  it('is parsed once for a text, and not again if it was looked at', () => {
    const overlay = new Map([['index.md', more]])
    const first = presentLook(look, overlay)
    expect(presentLook(look, overlay, first).opened.document).toBe(first.opened.document)
    expect(presentLook(look, new Map()).opened.document).toBe(look.opened.document)
    expect(first.runs).toBe(look.runs)
  })
})
