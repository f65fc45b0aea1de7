import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { VFile } from 'vfile'
import { afterAll, describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { english } from '../../src/locale/en.ts'
import { publishedTable } from '../../src/query/published.ts'
import type { RunStatuses } from '../../src/report/context.ts'
import { openDrawer } from '../../src/report/drawing/process.ts'
import { provenance } from '../../src/report/provenance.ts'
import type { Run } from '../../src/results/run.ts'
import { fakeRun, settled } from '../results/fake.ts'
import { renderReport } from './render.ts'

const drawer = openDrawer()
afterAll(() => drawer[Symbol.dispose]())

const project = new URL('../../', import.meta.url)
const pixel = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const read = async (path: string) => (path === 'paper/dot.png' ? pixel : readFile(new URL(path, project)))

const front = `---
title: Pausing & <resuming>
authors: [{name: A. Author, affiliation: Somewhere}, B. Writer]
date: 2026-01-02
evidence: {captured: [emulator], files: [trace.bin], command: 'npx --no-install repro trace phases {boot} --trial {trial}', text: 'Then {rerun}.'}
abstract: How long \`xl pause\` takes.
---
`
const experiment = `
\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14]
trials: 4
parameters: {dom0: {cpuLoad: 0}}
patterns:
  baseline: {}
  dom0-cpu: {label: dom0 CPU load, dom0: {cpuLoad: 4}}
\`\`\`
`
const table = `
\`\`\`yaml table
id: tbl-latency
kind: summary
from: latency
caption: Time of pause.
number: 5
operation: pause
measures: [total]
\`\`\`
`
const figure = `
\`\`\`yaml figure
id: fig-scatter
spec: figures/scatter.vl.json
caption: Pause and unpause.
alt: Two clusters.
data: {rows: latency}
\`\`\`
`
const both = [fakeRun(), fakeRun({ pattern: 'dom0-cpu', xlUs: 60_000 })]

function report(body: string, runs: readonly Run[] = both, statuses: RunStatuses = new Map()) {
  const document = parseDocument(new VFile({ path: 'paper/index.md', value: front + experiment + body }))
  expect(document.file.messages.map(String)).toEqual([])
  return renderReport({ document, runs, read, published, statuses, drawer, generator: 'repro 1.2.3' })
}
const published = [
  publishedTable(
    'paper/published/latency.csv',
    readFileSync(new URL('paper/published/latency.csv', project), 'utf8'),
  ),
]
const paragraph = (html: string, start: string) => new RegExp(`<p>${start}(.*?)</p>`, 's').exec(html)?.[1]

describe('inline values', () => {
  const sentence = "Mean `=latency['xen-4.14'].baseline.pause.total.mean | ms` here."

  it('stand in the text with their origin as a word and their run in the title', async () => {
    const { html, problems } = await report(sentence)
    expect(paragraph(html, 'Mean ')).toBe(
      '<span class="value" data-origin="emulated" title="latency · xen-4.14 · baseline · n = 4">10.2\u00a0ms\u202f<sup>emulated</sup></span> here.',
    )
    expect(problems).toEqual([])
  })

  it('name every origin behind them', async () => {
    const ratio =
      "Ratio `=latency['xen-4.14']['dom0-cpu'].pause.total.mean / latency['xen-4.14'].baseline.pause.total.mean`."
    const { html } = await report(ratio, [fakeRun({ origin: 'hardware' }), fakeRun({ pattern: 'dom0-cpu' })])
    expect(paragraph(html, 'Ratio ')).toContain('data-origin="emulated hardware"')
    expect(paragraph(html, 'Ratio ')).toContain('<sup>emulated + hardware</sup>')
  })

  it('that were published have no word of ours, but their table in the title', async () => {
    const { html, problems } = await report(
      'Published `=published.old.baseline.pause.total.mean | ms` there.',
    )
    expect(paragraph(html, 'Published ')).toBe(
      '<span class="value published" data-origin="published" title="published, Table 5 (paper/published/latency.csv)">14.8\u00a0ms</span> there.',
    )
    expect(problems).toEqual([])
  })

  it('of ours and published numbers keep our origin and say what else is in them', async () => {
    const { html } = await report(
      "Ratio `=latency['xen-4.14'].baseline.pause.total.mean / published.old.baseline.pause.total.mean`.",
    )
    expect(paragraph(html, 'Ratio ')).toBe(
      '<span class="value" data-origin="emulated published" title="latency · xen-4.14 · baseline · n = 4; published, Table 5 (paper/published/latency.csv)">0.691\u202f<sup>emulated + published</sup></span>.',
    )
  })

  it('are marked when their run is missing, and the problem has the place', async () => {
    const { html, problems } = await report(sentence, [])
    expect(paragraph(html, 'Mean ')).toContain('missing: run latency/xen-4.14/baseline')
    expect(problems).toEqual([
      {
        type: 'missing',
        message: 'missing: run latency/xen-4.14/baseline',
        place: { line: 19, column: 6 },
        run: 'latency/xen-4.14/baseline',
      },
    ])
    expect(html).toContain('2 runs missing: latency/xen-4.14/baseline, latency/xen-4.14/dom0-cpu.')
  })

  it('are marked when their run is stale, with the reason', async () => {
    const statuses: RunStatuses = new Map([
      ['latency/xen-4.14/baseline', { from: 'record', stale: 'trials 4 -> 20' }],
    ])
    const { html, problems } = await report(sentence, both, statuses)
    expect(paragraph(html, 'Mean ')).toContain('<sup>emulated, stale</sup>')
    expect(paragraph(html, 'Mean ')).toContain('stale: run latency/xen-4.14/baseline: trials 4 -> 20')
    expect(problems.map(({ type }) => type)).toEqual(['stale'])
  })

  it('say what is wrong with them in place of a number', async () => {
    const { html, problems } = await report("Mean `=latency['xen-4.14'].baseline.pause.totl.mean`.")
    expect(paragraph(html, 'Mean ')).toContain(
      'error: unknown measure or factor value: totl (did you mean total?)',
    )
    expect(problems[0]?.type).toBe('error')
  })
})

describe('floats', () => {
  it('are numbered, linked to, and marked with their origin', async () => {
    const { html, problems } = await report(`See @tbl-latency and @fig-scatter.${table}${figure}`)
    expect(paragraph(html, 'See ')).toBe(
      '<a href="#tbl-latency">Table\u00a05</a> and <a href="#fig-scatter">Figure\u00a01</a>.',
    )
    expect(html).toMatch(/<div class="float" id="tbl-latency">/)
    expect(html).toContain(
      '<strong>Table 5. </strong>Time of pause. <span class="badge" data-origin="emulated">emulated</span>',
    )
    expect(html).toContain(
      '<td class="number" data-origin="emulated" title="run latency/xen-4.14/baseline">10,218</td>',
    )
    expect(html).toMatch(/<th scope="col" class="end">mean<span class="unit"> \(µs\)<\/span><\/th>/)
    expect(html).toMatch(
      /<figure class="float" id="fig-scatter" data-origin="emulated">.*<svg .*<strong>Figure 1\. /s,
    )
    expect(problems).toEqual([])
  })

  it('draw a specification that stands in the block, of the only dataset', async () => {
    const spec = '{mark: tick, encoding: {x: {field: total, type: quantitative}, y: {field: pattern}}}'
    const { html, problems } = await report(figure.replace('figures/scatter.vl.json', spec))
    expect(problems).toEqual([])
    expect(html).toMatch(/<figure class="float" id="fig-scatter"[^>]*>.*<svg .*<text[^>]*>baseline<\/text>/s)
  })

  it('fold a figure behind its caption when told to; a link to it opens what hides it', async () => {
    const folded = figure.replace('data:', 'folded: true\ndata:')
    const { html } = await report(`See @fig-scatter.${folded}`)
    expect(html).toMatch(
      /<figure class="float" data-origin="emulated"><details class="folded"><summary><strong>Figure 1\. .*<\/summary><div[^>]* id="fig-scatter"><svg /s,
    )
    expect(html.match(/id="fig-scatter"/g)).toHaveLength(1)
  })

  it('draw only the runs that a figure names: others may be missing', async () => {
    const part = figure.replace('{rows: latency}', '{rows: {from: latency, where: {pattern: baseline}}}')
    const { html, problems } = await report(part, [fakeRun()])
    expect(problems).toEqual([])
    expect(html).not.toContain('Missing: run')
    const other = await report(part, [fakeRun({ pattern: 'dom0-cpu' })])
    expect(other.problems.map(({ message }) => message)).toEqual(['missing: run latency/xen-4.14/baseline'])
  })

  it('count on over the numbers that authors gave', async () => {
    const second = table.replace('tbl-latency', 'tbl-other').replace('number: 5\n', '')
    const third = second.replace('tbl-other', 'tbl-third')
    const { html } = await report(
      `@tbl-other @tbl-third${table.replace('number: 5', 'number: Table 1')}${second}${third}`,
    )
    expect(html).toContain('<a href="#tbl-other">Table\u00a02</a> <a href="#tbl-third">Table\u00a03</a>')
  })

  it('keep the names of rows in sight, and say when they are too wide for an upright page', async () => {
    const two = table.replace('operation: pause\n', '')
    const wide = table
      .replace('tbl-latency', 'tbl-wide')
      .replace('number: 5\n', 'statistics: [n, mean, variance, sd, max, min, median, p5, p95, p99]\n')
    const { html } = await report(two + wide)
    const first = html.slice(html.indexOf('id="tbl-latency"'), html.indexOf('id="tbl-wide"'))
    expect(first).toMatch(/<tr class="named"><th scope="rowgroup" rowspan="2">baseline</)
    expect(first).toMatch(/<tr><th scope="row">unpause</)
    expect(html).toContain('<div class="float" id="tbl-latency">')
    expect(html).toContain('<div class="float wide dense" id="tbl-wide">')
  })

  it('name the runs they lack, and a figure without any is not drawn', async () => {
    const some = await report(table + figure, [fakeRun()])
    expect(some.html).toContain('<li>Missing: run latency/xen-4.14/dom0-cpu.</li>')
    expect(some.problems.map(({ type }) => type)).toEqual(['missing', 'missing'])
    const none = await report(figure, [])
    expect(none.html).not.toContain('<svg')
    expect(none.problems.map(({ message }) => message)).toEqual([
      'missing: run latency/xen-4.14/baseline',
      'missing: run latency/xen-4.14/dom0-cpu',
    ])
  })

  it('that fail leave the rest of the page whole', async () => {
    const { html, problems } = await report(figure.replace('scatter.vl', 'gone.vl') + table)
    expect(problems.map(({ type, message }) => `${type}: ${message}`)).toEqual([
      expect.stringMatching(/^error: cannot read figures\/gone\.vl\.json: /),
    ])
    expect(html).toContain('10,218')
  })
})

describe('the page', () => {
  it('starts with title, authors, date, the banner and the abstract', async () => {
    const { html } = await report('## One\n\n### Deeper\n')
    expect(html).toMatch(/^<!doctype html>\n?<html lang="en">/)
    expect(html).toContain('<h1>Pausing &#x26; &#x3C;resuming></h1>')
    expect(html).toContain(
      '<p class="authors">A. Author<span class="affiliation"> (Somewhere)</span>, B. Writer</p>',
    )
    expect(html).toContain(
      '<p>All numbers measured for this report are <strong>emulated</strong>: measured on an emulated board',
    )
    expect(html).toContain('They come from 2 runs: latency in xen-4.14 (2 patterns).')
    expect(html).toContain('<p>How long <code>xl pause</code> takes.</p>')
    expect(html).toContain(
      '<li class="depth-2"><a href="#one">One</a></li><li class="depth-3"><a href="#deeper">Deeper</a></li>',
    )
    expect(html.match(/<h1/g)).toHaveLength(1)
  })

  it('says which runs were executed here and which were recorded, but not when', async () => {
    const statuses: RunStatuses = new Map([
      ['latency/xen-4.14/baseline', { from: 'build' }],
      ['latency/xen-4.14/dom0-cpu', { from: 'record' }],
    ])
    const { html } = await report('', both, statuses)
    expect(html).toContain('2 runs (1 recorded, 1 not recorded)')
    const here = new Map([...statuses.keys()].map((name) => [name, { from: 'here' as const }]))
    expect((await report('', both, here)).html).toContain('2 runs (2 not recorded)')
  })

  it('has each id once, and none that is empty', async () => {
    const names = [
      'Text',
      'Contents',
      'Abstract',
      'References',
      'Provenance',
      'tbl latency',
      '😀',
      '😀',
      'fn 1',
      'a',
      'a-1',
      'a',
    ]
    const body = `${names.map((name) => `# ${name}\n`).join('\n')}${table}\nx[^1] y[^1] z[^1-2]\n\n[^1]: b\n\n[^1-2]: c\n`
    const { html } = await report(body)
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(ids.filter((id, index) => id === '' || ids.indexOf(id) !== index)).toEqual([])
    const links = [...html.matchAll(/ href="#([^"]*)"/g)].map(([, id]) => id)
    expect(links.filter((id) => !ids.includes(id))).toEqual([])
    expect(html).toContain('<a href="#tbl-latency-1">tbl latency</a>')
    expect(html).toContain('<a href="#section-1">😀</a>')
  })

  it('aligns the columns of a Markdown table', async () => {
    const { html } = await report('| a | b |\n| :-: | --: |\n| c | d |\n')
    expect(html).toContain('<td align="center">c</td>')
    expect(html).toMatch(/\[align='center'\] \{ text-align: center; \}/)
  })

  it('has no column for contents where there are none', async () => {
    const { html } = await report('Text.')
    expect(html).not.toContain('<nav class="contents"')
    expect(html).toContain('body:has(> nav.contents) { display: grid;')
  })

  it('strikes text through beside characters that are written without blanks', async () => {
    expect((await report('~~「旧」~~新')).html).toContain('<del>「旧」</del>新')
  })

  it('has no first-level heading but the title, wherever one is written', async () => {
    const { html } = await report('> # Quoted\n\n## Below\n')
    expect(html).toContain('<h2 id="quoted">Quoted</h2>')
    expect(html).toContain('<h3 id="below">Below</h3>')
  })

  it('moves first-level headings of the text below the title', async () => {
    const { html } = await report('# Top\n\n## Below\n')
    expect(html).toContain('<h2 id="top">Top</h2>')
    expect(html).toContain('<h3 id="below">Below</h3>')
  })

  it('folds the experiment with its source, cells, keys and digests', async () => {
    const run = fakeRun()
    const { html } = await report('', [run])
    expect(html).toContain('<details class="experiment" id="experiment:latency">')
    expect(html).toContain('script: experiments/pause-resume.ts')
    expect(html).toContain(`<code title="${run.key}">${run.key.slice(0, 12)}</code>`)
    expect(html).toContain(`trace.bin</span> <code title="${'ab12cd34'.repeat(8)}">ab12cd34ab12</code>`)
    expect(html).toContain('<td class="missing" colspan="4">missing: run latency/xen-4.14/dom0-cpu</td>')
  })

  it('lets no markup, script or running link of the author through', async () => {
    const { html } = await report(
      'A <b onclick="x()">bold</b> [link](javascript:alert(1)) [ok](https://example.org).\n\n<script>bad()</script>',
    )
    expect(html.replace(/<script>const pageWords=.*?<\/script>/s, '')).not.toMatch(
      /<script|onclick|javascript:/,
    )
    expect(html).toContain('<a>link</a> <a href="https://example.org">ok</a>')
  })

  it('holds pictures itself, and refuses those of other places', async () => {
    const { html, problems } = await report(
      '![A dot](dot.png) ![Far](https://example.org/x.png) ![Gone](gone.png)',
    )
    expect(html).toContain(`<img src="data:image/png;base64,${pixel.toString('base64')}" alt="A dot">`)
    expect(html).not.toContain('src="http')
    expect(problems.map(({ message }) => message)).toEqual([
      'image https://example.org/x.png: the page makes no requests; put the picture into the project',
      expect.stringMatching(/^image gone\.png: cannot read paper\/gone\.png: /),
    ])
  })

  it('ends with what made it, digests and how to make it again', async () => {
    const { html } = await report('')
    expect(html).toContain('<dt>rendered by</dt><dd>repro 1.2.3</dd>')
    expect(html).toMatch(/<dd>2 runs, SHA-256 of their names, keys and raw files [0-9a-f]{64}<\/dd>/)
    expect(html).toContain('<dt>host CPU</dt><dd>Example CPU</dd>')
    expect(html).toContain('<code>npx --no-install repro build --rerun</code>')
  })

  it('names a document other than the usual one in its commands', () => {
    const howTo = (path: string) => {
      const origin = { generator: 'repro 1', documents: [{ path, text: '' }] }
      return provenance(origin, [], { messages: english, display: (text) => text }).howTo
    }
    const commands = (path: string) =>
      howTo(path).flatMap((part) => (typeof part === 'object' && 'value' in part ? [part.value] : []))
    expect(commands('paper/index.md')).toEqual([
      'npx --no-install repro build',
      'npx --no-install repro build --rerun',
    ])
    expect(commands('d.md')).toEqual([
      'npx --no-install repro build d.md',
      'npx --no-install repro build d.md --rerun',
    ])
    expect(commands("my 'd'.md")[0]).toBe("npx --no-install repro build 'my '\\''d'\\''.md'")
    expect(commands('-d.md')[0]).toBe('npx --no-install repro build ./-d.md')
  })

  it('has the same bytes whatever the order of the runs', async () => {
    const first = await report(table + figure)
    const second = await report(table + figure, both.toReversed())
    expect(second.html).toBe(first.html)
  })
})

describe('the way from a claim to the records behind it', () => {
  const files = Object.fromEntries(
    ['trace.bin', 'dom0.stamps', 'domu.stamps'].map((name) => [name, { sha256: 'a'.repeat(64), bytes: 1 }]),
  )
  const one = { ...fakeRun({ trials: 5 }), files }
  const [index, ...others] = one.columns
  // The trials 0 and 1, and 2 to 4.
  const several = settled({
    ...one,
    inputs: { ...one.inputs, boots: 2 },
    columns: [...(index ? [index] : []), { name: 'boot', role: 'index' }, ...others],
    rows: one.rows.map((row) => ({ ...row, boot: Number(row.trial) < 2 ? 1 : 2 })),
    files: Object.fromEntries(
      Object.entries(files).flatMap(([name, file]) => [
        [`boot-1/${name}`, file],
        [`boot-2/${name}`, file],
      ]),
    ),
  })
  const claim = `
\`\`\`yaml claim
id: C1
statement: It takes some time
scope: method
value: latency['xen-4.14'].baseline.pause.total.max
between: [1, 9]
\`\`\`
`

  it.each([
    ['one boot', one, 'npx --no-install repro trace phases latency/xen-4.14/baseline --trial 4  #'],
    ['several', several, 'npx --no-install repro trace phases latency/xen-4.14/baseline/boot-2 --trial 2  #'],
  ])('names the trial of the largest value of %s as its capture counts it', async (_, run, command) => {
    const { html } = await report(claim, [run, fakeRun({ pattern: 'dom0-cpu' })])
    expect(html).toContain(command)
    expect(html).toContain(
      '<p>Then <code>npx --no-install repro run --rerun=latency/xen-4.14/baseline</code>.</p>',
    )
    expect(html).toContain('<dt>environment</dt><dd>xen-4.14: QEMU 10.0</dd>')
  })

  it('says with the experiment in how many boots its trials are', async () => {
    expect((await report('')).html).toContain('1 environment, 2 patterns, 4 trials each</summary>')
    const document = parseDocument(
      new VFile({
        path: 'paper/index.md',
        value: front + experiment.replace('trials: 4', 'trials: 4\nboots: 2'),
      }),
    )
    const given = { document, runs: both, read, published, statuses: new Map(), drawer, generator: 'repro' }
    expect((await renderReport(given)).html).toContain('4 trials each in 2 boots</summary>')
  })
})

describe('a part that fails', () => {
  const broken = (): Run => ({
    ...fakeRun(),
    get rows(): Run['rows'] {
      throw new RangeError('Invalid array length')
    },
  })
  const claim = `
\`\`\`yaml claim
id: C1
statement: It takes some time
scope: shape
value: latency['xen-4.14'].baseline.pause.total.max / latency['xen-4.14'].baseline.pause.total.min
between: [1, 9]
\`\`\`
`

  it('is an error at its place, and leaves the rest of the report whole', async () => {
    const runs = [broken(), fakeRun({ pattern: 'dom0-cpu' })]
    const body = `${table}${claim}
One is \`=latency['xen-4.14'].baseline.pause.total.mean\` and the last word stands.
`
    const { html, problems } = await report(body, runs)
    const message = 'cannot be evaluated: RangeError: Invalid array length'
    expect(problems).toEqual(
      [20, 30, 38].map((line) => ({ type: 'error', message, place: { line, column: line === 38 ? 8 : 1 } })),
    )
    expect(html).toContain(`could not be judged: ${message}`)
    expect(html).toContain('and the last word stands.')
  })

  it('is told at the place of a claim as well where runs are missing or stale', async () => {
    const name = 'latency/xen-4.14/baseline'
    const place = { line: 20, column: 1 }
    const missing = await report(claim, [fakeRun({ pattern: 'dom0-cpu' })])
    expect(missing.problems).toEqual([{ type: 'missing', message: `missing: run ${name}`, place, run: name }])
    const stale = await report(claim, both, new Map([[name, { from: 'record', stale: 'trials 4 -> 5' }]]))
    expect(stale.problems).toEqual([
      { type: 'stale', message: `stale: run ${name}: trials 4 -> 5`, place, run: name },
    ])
  })
})
