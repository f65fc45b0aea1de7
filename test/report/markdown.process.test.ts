import { readFile } from 'node:fs/promises'
import type { Nodes, Root, Table } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { visit } from 'unist-util-visit'
import { VFile } from 'vfile'
import { afterAll, describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { openDrawer } from '../../src/report/drawing/process.ts'
import { writeMarkdown } from '../../src/report/markdown/document.ts'
import type { Report } from '../../src/report/model.ts'
import { makeReport } from '../../src/report/report.ts'
import type { Run } from '../../src/results/run.ts'
import { fakeRun } from '../results/fake.ts'
import { hostileReport, places } from './hostile.ts'

const drawer = openDrawer()
afterAll(() => drawer[Symbol.dispose]())

const markdown = unified().use(remarkParse).use(remarkGfm).freeze()

function all<Type extends Nodes['type']>(tree: Root, type: Type): Extract<Nodes, { type: Type }>[] {
  const found: Extract<Nodes, { type: Type }>[] = []
  visit(tree, (node) => {
    if (node.type === type) found.push(node as Extract<Nodes, { type: Type }>)
  })
  return found
}

/** The HTML that we write ourselves. */
const ours =
  /^(?:<a id="[^"<>]*">|<\/a>|<\/?(?:sup|sub|code)>|<details>\n<summary>[^<>\n]*<\/summary>|<\/details>)$/

/** What in a document broke out of its place, or could do something, one line each. */
function dangers(text: string, { abstract, body, contents, references }: Report): readonly string[] {
  const tree = markdown.parse(text)
  const found: string[] = []
  for (const { value } of all(tree, 'html')) if (!ours.test(value)) found.push(`HTML ${value}`)
  for (const { url } of [...all(tree, 'link'), ...all(tree, 'definition')])
    if (/^[^/?#]*:/.test(url) && !/^(?:https?|mailto|doi):/i.test(url)) found.push(`link ${url}`)
  for (const { url } of all(tree, 'image'))
    if (!/^files\/[\w-]+\.(?:svg|png)$/.test(url)) found.push(`picture ${url}`)
  for (const table of all(tree, 'table'))
    for (const row of table.children)
      if (row.children.length !== widthOf(table)) found.push(`row of ${row.children.length} cells`)
  const own = [abstract, contents[0], references[0]].filter((part) => part !== undefined).length + 2
  const written = [abstract, body].flatMap((part) => (part ? all(part, 'heading') : [])).length
  const headings = all(tree, 'heading').length
  if (headings !== own + written) found.push(`${headings} headings instead of ${own + written}`)
  // oxlint-disable-next-line no-control-regex -- these are what it looks for
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) found.push('control character')
  return found
}

function widthOf({ children: [head] }: Table): number {
  return head?.children.length ?? 0
}

describe('hostile texts in Markdown', () => {
  it.each(Object.entries(places))('in %s stay where they are, and are only texts', async (_, hostile) => {
    const report = await hostileReport(hostile)
    expect(dangers(writeMarkdown(report, 'files').text, report)).toEqual([])
  })
})

const project = new URL('../../', import.meta.url)
const experiment = `
\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14]
trials: 4
parameters: {dom0: {cpuLoad: 0}}
patterns:
  baseline: {}
  dom0-cpu: {label: dom0 | CPU, dom0: {cpuLoad: 4}}
\`\`\`
`
const table = `
\`\`\`yaml table
id: tbl-latency
kind: summary
from: latency
measures: [total]
caption: Times.
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
const claim = `
\`\`\`yaml claim
id: C1
statement: It takes longer
scope: shape
published: 3.02
value: latency['xen-4.14']['dom0-cpu'].pause.total.mean / latency['xen-4.14'].baseline.pause.total.mean
between: [2, 9]
shows: tbl-latency
\`\`\`
`
const both = [fakeRun({ trials: 20 }), fakeRun({ trials: 20, pattern: 'dom0-cpu', xlUs: 60_000 })]

async function written(body: string, runs: readonly Run[] = both) {
  const front = '---\ntitle: A title\nsubtitle: Below\nauthors: [{name: A, affiliation: There}, B]\n---\n'
  const document = parseDocument(new VFile({ path: 'paper/index.md', value: front + experiment + body }))
  expect(document.file.messages.map(String)).toEqual([])
  const read = async (path: string) => {
    return path === 'paper/dot.png'
      ? Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
      : readFile(new URL(path, project))
  }
  const translations = [{ lang: 'ja', name: 'index.ja' }]
  const report = await makeReport({ document, runs, read, translations, drawer, generator: 'repro 1.2.3' })
  return writeMarkdown(report, 'index')
}

describe('a report in Markdown', () => {
  it('starts with its title, authors, translations and the origins of its numbers', async () => {
    const { text } = await written('')
    expect(text).toMatch(
      /^# A title\n\n\*Below\*\n\nA \(There\), B\n\n\[日本語\]\(index\.ja\.md\)\n\n> All numbers measured for this report are \*\*emulated\*\*: /,
    )
  })

  it('has numbers with their origins, and says what is missing', async () => {
    const value = (pattern: string) => `\`=latency['xen-4.14']['${pattern}'].pause.total.mean | ms\``
    const { text } = await written(`One is ${value('baseline')}, other ${value('dom0-cpu')}.`, [fakeRun()])
    expect(text).toContain(
      'One is 10.2\u00a0ms<sup>emulated</sup>, other *missing: run latency/xen-4.14/dom0-cpu*.',
    )
  })

  it('has tables with one head, a row for each title, and no cell that a text ends', async () => {
    const { text } = await written(`See @tbl-latency.${table}`)
    expect(text).toContain('See [Table\u00a01](#tbl-latency).')
    expect(text).toContain('<a id="tbl-latency"></a>**Table 1.** Times. <sup>emulated</sup>\n\n| pattern |')
    expect(text).toContain('| **xen-4.14** <sup>emulated</sup> | | ')
    const [tree] = all(markdown.parse(text), 'table').filter((one) => one.children.length > 3)
    const first = tree?.children.map(({ children }) => children[0]?.children ?? [])
    expect(tree?.children.every(({ children }) => children.length === widthOf(tree))).toBe(true)
    // The name of a pattern with two rows is in the first.
    expect(first?.map((cell) => cell.length > 0)).toEqual([true, true, true, false, true, false])
    expect(text).toContain('| dom0 \\| CPU | pause | ')
  })

  it('has drawings and pictures as files beside it', async () => {
    const { text, files } = await written(`![A dot](dot.png)\n${figure}`)
    expect([...(files ?? [])].map(([name]) => name)).toEqual(['picture-1.png', 'fig-scatter.svg'])
    expect(files?.get('fig-scatter.svg')).toMatch(/^<svg .*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    expect(text).toContain('![A dot](index/picture-1.png)')
    expect(text).toContain(
      '![Two clusters.](index/fig-scatter.svg)\n\n<a id="fig-scatter"></a>**Figure 1.** ',
    )
  })

  it('keeps a picture that is shown twice as one file', async () => {
    const { text, files } = await written('![A](dot.png) and ![B](dot.png)\n')
    expect([...(files?.keys() ?? [])]).toEqual(['picture-1.png'])
    expect(text).toContain('![A](index/picture-1.png) and ![B](index/picture-1.png)')
  })

  it("keeps GitHub's alerts, and no blanks where HTML was left out", async () => {
    const { text } = await written(
      '## Über *emph* & <x>\n\n<y> text\n\n> [!NOTE]\n> Hey you\n\n> [!OTHER] b\n',
    )
    expect(text).toContain('- [Über emph &](#über-emph-)')
    expect(text).toContain('\n## Über *emph* &\n\ntext\n\n> [!NOTE]\n> Hey you\n\n> \\[!OTHER] b\n')
  })

  it('has claims with their verdict, interval and evidence', async () => {
    const { text, files } = await written(table + claim)
    expect(text).toMatch(
      /<a id="C1"><\/a>\*\*C1\.\*\* It takes longer — \*\*reproduced\*\*\n\n- published: 3\.02\n- recorded: 5\.90\s\\\[[\d.]+,\s[\d.]+], emulated\n- why: /,
    )
    expect(text).toContain('- shown in: [Table 1](#tbl-latency)')
    expect(text).toContain('<details>\n<summary>How C1 was judged</summary>\n\n```yaml\nid: C1\n')
    expect(text).toMatch(/!\[C1: cumulative share of trials .*\]\(index\/C1-distributions\.svg\)/)
    expect(files?.has('C1-distributions.svg')).toBe(true)
  })

  it('links to headings as GitHub names them, and numbers footnotes anew', async () => {
    const { text } = await written(
      `## tbl latency\n\n## One\n\n### One\n\n[up](#one) b[^x] a[^y]\n\n[^y]: Why\n\n[^x]: Ex\n\n[^z]: Unused\n${table}`,
    )
    // A block has the id of the first one in the page, and GitHub does not know that.
    expect(text).toContain('- [tbl latency](#tbl-latency)\n- [One](#one)\n  - [One](#one-1)\n')
    expect(text).toContain('[up](#one) b[^1] a[^2]')
    expect(text).toContain('[^2]: Why\n\n[^1]: Ex')
    expect(text).not.toContain('Unused')
  })

  it('leaves out the markup of the author, and links that run something', async () => {
    const { text } = await written(
      'A <b onclick=x>bold</b> [link](javascript:alert(1)) [ok](https://example.org) \\$x$.',
    )
    expect(text).toContain('A bold link [ok](https://example.org) \\$x\\$.')
  })

  it('is the same whatever the order of the runs', async () => {
    const first = await written(table + figure + claim)
    expect(await written(table + figure + claim, both.toReversed())).toEqual(first)
  })
})
