/** docs/writing.md: each of its examples is checked and rendered, as are pages with all of them together. */

import { readFileSync } from 'node:fs'
import { VFile } from 'vfile'
import { afterAll, describe, expect, it } from 'vitest'
import { check } from '../../src/check/check.ts'
import { calloutKinds } from '../../src/document/callout.ts'
import { type Document, parseDocument } from '../../src/document/document.ts'
import { expandIncludes, settlePlaces } from '../../src/document/include.ts'
import { openDrawer } from '../../src/report/drawing/process.ts'
import { writeHtml } from '../../src/report/html/page.ts'
import { style } from '../../src/report/html/style.ts'
import { writeMarkdown } from '../../src/report/markdown/document.ts'
import { makeReport } from '../../src/report/report.ts'
import { tableKinds } from '../../src/report/tables/kinds.ts'
import { loadTypesetter } from '../../src/text/tex.ts'
import { fakeRun } from '../results/fake.ts'
import { source } from '../source.ts'

const drawer = openDrawer()
afterAll(() => drawer[Symbol.dispose]())
const typeset = await loadTypesetter()

const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const files = new Map<string, Uint8Array>([
  ['figures/setup.png', png],
  [
    'paper/method.md',
    Buffer.from('### Included {#sec-included}\n\nIts text, with a note.[^i]\n\n[^i]: There.\n'),
  ],
  ['paper/loop.md', Buffer.from('A\n\n```yaml include\nfile: paper/loop.md\n```\n')],
  ['paper/open.md', Buffer.from('A\n\n```sh\nnever closed\n')],
  ['paper/front.md', Buffer.from('---\ntitle: X\n---\n\nA\n')],
  ['paper/wrong.md', Buffer.from('Text.\n\nSee @fig-gone and $\\foo$.\n')],
  [
    'paper/outer.md',
    Buffer.from('Outer.\n\n```yaml include\nfile: paper/wrong.md\n```\n\nAfter \\ref{a}.\n'),
  ],
  ['paper/refs.bib', Buffer.from('@misc{key, title = {Known}, year = 2001}\n')],
])
const project = {
  exists: (path: string) => files.has(path) || path === 'experiments/pause-resume.ts',
  problem: (path: string) => (path.startsWith('secret') ? `${path} leaves the project` : undefined),
  match: () => [],
  read: (path: string) => files.get(path),
  list: () => [],
  environments: ['xen-4.14'],
  languages: ['en', 'ja'],
  tableKinds,
  typeset,
}
const experiment = `
\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14]
trials: 4
patterns: {baseline: {}}
\`\`\`
`

function opened(body: string, front = 'title: T'): Document {
  const file = new VFile({ path: 'paper/d.md', value: `---\n${front}\n---\n\n${body}\n` })
  expandIncludes(file, project)
  const document = parseDocument(file)
  check(document, project)
  return document
}

function messages(document: Document): readonly string[] {
  settlePlaces(document.file)
  return document.file.messages.map(({ file, line, column, reason }) => `${file}:${line}:${column} ${reason}`)
}

async function rendered(body: string, front?: string) {
  const document = opened(body, front)
  expect(messages(document)).toEqual([])
  const report = await makeReport({
    document,
    runs: [fakeRun()],
    read: async (path) => {
      const content = files.get(path)
      if (content === undefined) throw new Error(`no file ${path}`)
      return content
    },
    drawer,
    generator: 'g',
  })
  expect(report.problems).toEqual([])
  const html = writeHtml(report).text
  return {
    html,
    article: /<article>.*<\/article>/s.exec(html)?.[0] ?? '',
    markdown: writeMarkdown(report, 'd').text,
  }
}

const text = readFileSync(source('docs/writing.md'), 'utf8')
const examples = [...text.matchAll(/^(`{3,4})markdown\n(.*?)\n\1$/gms)].map(([, , body = '']) => body)
const front = /^```yaml\n(title:.*?)\n```$/ms.exec(text)?.[1] ?? ''

describe('docs/writing.md', () => {
  it('has examples of everything', () => {
    expect(examples.length).toBeGreaterThanOrEqual(11)
    expect(front).toContain('orcid')
  })

  it.each(examples.map((body) => [body.trim().split('\n')[0], body]))('%s: works', async (_, body) => {
    const { article, markdown } = await rendered(`${experiment}\n${body}`)
    expect(article).not.toContain('class="missing"')
    // Nothing of its syntax is left as text.
    const shown = article.replace(/<(pre|math|style)\b.*?<\/\1>/gs, '').replace(/<[^>]*>/g, '')
    expect(shown).not.toMatch(/\{#|\{-\}|\$\$|@(?:fig|tbl|eq|sec|lst)-|\[!|\[\^/)
    expect(markdown).not.toMatch(/\{#|@(?:fig|tbl|eq|sec|lst)-/)
  })

  it('has a front matter that is shown', async () => {
    const { html, markdown } = await rendered('## A\n\n$$\nx\n$$ {#eq-nap}', front)
    expect(html).toContain('<a class="orcid" href="https://orcid.org/0000-0002-1825-0097"')
    expect(html).toContain('Keywords: sleep, clocks')
    expect(html).toContain('<meta name="keywords" content="sleep, clocks">')
    expect(html).toContain(
      '<meta name="citation_author_orcid" content="https://orcid.org/0000-0002-1825-0097">',
    )
    expect(html).toContain('<meta name="citation_doi" content="10.5281/zenodo.1234567">')
    expect(html).toContain('<link rel="license" href="https://spdx.org/licenses/CC-BY-4.0.html">')
    expect(html).toContain('<a href="https://spdx.org/licenses/CC-BY-4.0.html">CC-BY-4.0</a>')
    expect(html).toContain('<a href="https://doi.org/10.5281/zenodo.1234567">')
    expect(html).toContain('<h2 id="a"><span class="number">1</span>')
    expect(html).toMatch(/<section class="abstract".*<math.*href="#eq-nap">Equation/s)
    expect(markdown).toContain('[ORCID](https://orcid.org/0000-0002-1825-0097)')
    expect(markdown).toContain('- License: [CC-BY-4.0](https://spdx.org/licenses/CC-BY-4.0.html)')
    expect(markdown).toContain('## 1 A')
  })
})

describe('a callout', () => {
  it.each(calloutKinds)('%s has only styles of callouts', async (kind) => {
    const { article } = await rendered(`> [!${kind.toUpperCase()}]\n> Text`)
    const classes = /<aside class="([^"]*)"/.exec(article)?.[1]?.split(' ') ?? []
    expect(classes).toEqual(['callout', `callout-${kind}`])
    // The page has boxes of its own, such as .tip, which lies over the text and is not printed.
    const selectors = style.split('\n').flatMap((line) => /^\s*([^{}@]+)\{/.exec(line)?.[1]?.split(',') ?? [])
    const matching = selectors.filter((one) => classes.some((name) => one.trim() === `.${name}`))
    expect(matching.filter((one) => !one.includes('.callout'))).toEqual([])
    expect(article).not.toContain('class="tip"')
  })
})

describe('references', () => {
  const body = `
## One {#sec-one}

See @sec-one, @eq-a, @lst-a, @fig-a, @fig-left and [@sec-two].

### Two {#sec-two}

$$
x
$$ {#eq-a}

\`\`\`sh id=lst-a caption="C"
x
\`\`\`

\`\`\`yaml figure
id: fig-a
caption: C
parts:
  - {id: fig-left, src: figures/setup.png, alt: A}
  - {src: figures/setup.png, alt: B}
\`\`\`
`
  it.each([
    ['lang: en', 'Section “One”, Equation 1, Listing 1, Figure 1, Figure 1a and [Section “Two”]'],
    ['numberSections: true', 'Section 1, Equation 1, Listing 1, Figure 1, Figure 1a and [Section 1.1]'],
    ['lang: ja\nnumberSections: true', '1節, 式1, リスト1, 図1, 図1a and [1.1節]'],
  ])('with %s', async (line, expected) => {
    const { article } = await rendered(body, `title: T\n${line}`)
    const words = article.replaceAll('\u00a0', ' ').replace(/<[^>]*>/g, '')
    expect(words).toContain(`See ${expected}`)
    for (const id of ['sec-one', 'eq-a', 'lst-a', 'fig-a', 'fig-left'])
      expect(article).toContain(`id="${id}"`)
  })

  it('to nothing are errors that say how an id is given', () => {
    expect(messages(opened('@sec-a @eq-b @lst-c @fig-d'))).toEqual([
      'paper/d.md:5:1 unknown section: @sec-a: write its id behind the heading, ## Title {#sec-a}',
      'paper/d.md:5:8 unknown equation: @eq-b: write its id behind the closing $$, $$ {#eq-b}',
      'paper/d.md:5:14 unknown listing: @lst-c: write its id behind the language, ```python id=lst-c caption="..."',
      'paper/d.md:5:21 unknown figure: @fig-d (none defined)',
    ])
  })

  it('cannot be told apart if two things have one id', () => {
    expect(messages(opened('## A {#sec-a}\n\n## B {#sec-a}'))).toEqual([
      'paper/d.md:7:1 id sec-a is taken at line 5',
    ])
  })
})

describe('captions', () => {
  it('have values, references, citations and formulas', async () => {
    const table = `
\`\`\`yaml table
id: tbl-a
kind: summary
from: latency
operation: pause
caption: Mean \`=latency['xen-4.14'].baseline.pause.total.mean | ms\` of $x$, *after* [@key]; see @tbl-a
\`\`\`
`
    const { article, markdown } = await rendered(experiment + table, 'title: T\nbibliography: paper/refs.bib')
    const caption = /<caption.*?<\/caption>/s.exec(article)?.[0] ?? ''
    expect(caption).toContain('10.2\u00a0ms\u202f<sup>emulated</sup>')
    expect(caption).toContain('<math')
    expect(caption).toContain('<em>after</em> <span class="citation">[<a href="#cite:key">1</a>]')
    expect(caption).toContain('<a href="#tbl-a">Table\u00a01</a>')
    expect(markdown).toContain(
      '**Table 1.** Mean 10.2\u00a0ms<sup>emulated</sup> of $`x`$, *after* \\[[1](#cite:key)]',
    )
  })

  it('have their mistakes at their places', () => {
    const figure =
      '```yaml figure\nid: fig-a\nsrc: figures/setup.png\nalt: A\ncaption: See @fig-b and $\\foo$\n```'
    expect(messages(opened(figure))).toEqual([
      'paper/d.md:9:14 unknown figure: @fig-b (did you mean fig-a?)',
      'paper/d.md:9:26 TeX: Undefined control sequence: \\foo',
    ])
  })

  it('show no pictures, HTML and odd links, which is said', () => {
    const figure =
      '```yaml figure\nid: fig-a\nsrc: figures/setup.png\nalt: A\ncaption: A ![b](c.png) <u>d</u> [e](javascript:f)\n```'
    expect(messages(opened(figure)).map((one) => one.slice(0, 45))).toEqual([
      'paper/d.md:9:12 a picture cannot stand in a c',
      'paper/d.md:9:24 HTML is not shown: <u> (write',
      'paper/d.md:9:33 the page leaves this link out',
    ])
  })
})

describe('columns of a table', () => {
  const table = (columns: string) => `${experiment}
\`\`\`yaml table
id: tbl-a
kind: summary
from: latency
operation: pause
caption: C
measures: [total]
statistics: [n, mean]
columns: ${columns}
\`\`\``

  it('have the unit, the decimals and the alignment that are asked for', async () => {
    const { article, markdown } = await rendered(table('{mean: {unit: ms, decimals: 3, align: center}}'))
    expect(article).toMatch(/<th scope="col" class="center">mean<span class="unit"> \(ms\)<\/span>/)
    expect(article).toMatch(/<td class="number to-center"[^>]*>10\.\d{3}<\/td>/)
    expect(markdown).toMatch(/\| mean \(ms\) \|\n\| - \| -: \| :-: \|/)
  })

  it.each([
    ['{men: {decimals: 1}}', 'columns: the table has no column men (did you mean mean?)'],
    ['{n: {unit: ms}}', 'columns: n is a plain number, not a time'],
    ['{mean: {unit: "%"}}', 'columns: mean is in µs, and % is for ratios'],
  ])('%s is an error', async (columns, expected) => {
    const document = opened(table(columns))
    expect(messages(document)).toEqual([])
    const read = async () => png
    const report = await makeReport({ document, runs: [fakeRun()], read, drawer, generator: 'g' })
    expect(report.problems.map(({ message }) => message)).toEqual([expected])
  })
})

describe('an include', () => {
  const include = (path: string) => `Before.\n\n\`\`\`yaml include\nfile: ${path}\n\`\`\`\n\nAfter.`

  it('stands in the place of its block', async () => {
    const { article } = await rendered(
      `## A\n\n${include('paper/method.md')} See @sec-included.`,
      'title: T\nnumberSections: true',
    )
    expect(article).toMatch(
      /Before\..*<h3 id="sec-included">.*1\.1.*Its text.*After\. See .*Section\u00a01\.1/s,
    )
    expect(article).toContain('There.')
  })

  it.each([
    ['paper/gone.md', 'paper/d.md:7:1 no file paper/gone.md'],
    ['secret.md', 'paper/d.md:7:1 secret.md leaves the project'],
    ['../a.md', "paper/d.md:8:7 file: '../a.md': the path leaves the project"],
    ['paper/loop.md', 'paper/loop.md:3:1 paper/loop.md includes itself: paper/loop.md -> paper/loop.md'],
    ['paper/d.md', 'paper/d.md:7:1 paper/d.md includes itself: paper/d.md -> paper/d.md'],
    ['paper/open.md', 'paper/d.md:7:1 paper/open.md ends in a block that is never closed'],
    [
      'paper/front.md',
      'paper/d.md:7:1 paper/front.md starts with front matter: an included file has none; only the document’s counts',
    ],
  ])('of %s is an error', (path, expected) => {
    expect(messages(opened(include(path))).map((one) => one.replace("document's", 'document’s'))).toEqual([
      expected,
    ])
  })

  it('tells mistakes with the file and line that they are in', () => {
    expect(
      messages(opened(`${include('paper/outer.md')}\n\n\\cite{b}`)).map((one) => one.slice(0, 50)),
    ).toEqual([
      'paper/wrong.md:3:5 unknown figure: @fig-gone (none',
      'paper/wrong.md:3:20 TeX: Undefined control sequenc',
      'paper/outer.md:7:7 \\ref{a} is plain text: write @a',
      'paper/d.md:13:1 \\cite{b} is plain text: write [@b]',
    ])
  })

  it('stands by itself', () => {
    expect(messages(opened('- a\n\n  ```yaml include\n  file: paper/method.md\n  ```'))).toEqual([
      'paper/d.md:7:3 an include stands by itself, not in a list or a quote',
    ])
  })
})

describe('formulas', () => {
  it('cannot link, load or restyle', () => {
    const refused = [
      '\\href{http://a.b}{x}',
      '\\url{http://a.b}',
      '\\includegraphics{a.png}',
      '\\htmlStyle{color: red}{x}',
    ]
    for (const tex of refused)
      expect(messages(opened(`a $${tex}$`))[0]).toMatch(/^paper\/d\.md:5:4 \\\w+ is not allowed/)
  })

  it('end, whatever their macros do', () => {
    expect(messages(opened('$\\def\\a{\\a\\a}\\a$'))[0]).toContain('Too many expansions')
  })

  it('are errors where they are wrong, on any line', () => {
    expect(messages(opened('> $$\n> x \\\\\n> y \\foo\n> $$'))).toEqual([
      'paper/d.md:7:5 TeX: Undefined control sequence: \\foo',
    ])
    expect(messages(opened('$$\nx'))).toEqual([
      'paper/d.md:5:1 the formula is never closed: end it with a line $$',
    ])
  })

  it('have letters of Unicode, columns and frames that browsers draw', async () => {
    const { article } = await rendered(
      '$\\mathbb{R}, \\mathcal{F}, \\mathbf{x}, \\boxed{y}$\n\n$$\n\\begin{aligned}a&=b\\end{aligned}\n$$',
    )
    expect(article).toMatch(/ℝ.*ℱ.*𝐱/s)
    expect(article).toContain('class="enclosed-box"')
    expect(article).toMatch(/<mtable class="tight"><mtr><mtd class="right">/)
    expect(article).not.toMatch(/mathvariant|menclose/)
  })

  it('are code to readers of Markdown without mathematics', async () => {
    const { markdown } = await rendered('a $x<y$\n\n$$\n\\text{<script>}\n$$ {#eq-a}')
    expect(markdown).toContain('a $`x<y`$')
    expect(markdown).toContain('<a id="eq-a"></a>\n\n```math\n\\text{<script>}\n\\tag{1}\n```')
  })
})

describe('the front matter', () => {
  it.each([
    ['authors: [{name: A, orcid: 0000-0002-1825-0098}]', '3:28'],
    ['license: CC-BY-40', '3:10'],
    ['doi: zenodo', '3:6'],
  ])('%s is an error at its place', (line, place) => {
    expect(messages(opened('a', `title: T\n${line}`))[0]).toMatch(new RegExp(`^paper/d\\.md:${place} `))
  })
})
