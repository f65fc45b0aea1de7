import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/check.ts'
import { parseDocument } from '../../src/document/document.ts'
import { fakeRun } from '../results/fake.ts'
import { renderReport } from './render.ts'

const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const body = `
# Text[^1]

\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14]
trials: 4
patterns: {baseline: {}}
\`\`\`

\`\`\`yaml table
id: tbl-latency
kind: summary
from: latency
caption: C
operation: pause
\`\`\`

[^1]: Of the text.
`
const read = (abstract: string) =>
  parseDocument(
    new VFile({
      path: 'paper/d.md',
      value: `---\ntitle: T\nbibliography: r.bib\nabstract: |\n${abstract.replace(/^/gm, '  ')}\n---\n${body}`,
    }),
  )
const messages = (abstract: string) => {
  const document = read(abstract)
  check(document, {
    ...{ exists: () => true, problem: () => undefined, match: () => [], list: () => [] },
    ...{ read: () => undefined, environments: ['xen-4.14'], languages: ['en'], tableKinds: new Map() },
  })
  return document.file.messages
    .filter(({ line }) => line !== 3 && (line ?? 0) < 10)
    .map(({ line, column, reason }) => `${line}:${column} ${reason}`)
}

describe('the abstract', () => {
  it('has values, references, citations, pictures and footnotes as the text has', async () => {
    const document = read(
      "It takes `=latency['xen-4.14'].baseline.pause.total.mean | ms` (@tbl-latency) [@k].[^1]\n\n![Dot](dot.png) ~~旧~~。\n\n[^1]: Of the abstract.",
    )
    expect(document.file.messages).toEqual([])
    const { html, problems } = await renderReport({
      document,
      runs: [fakeRun()],
      read: async (path) => (path === 'r.bib' ? Buffer.from('@misc{k, title = {Known}}') : png),
      generator: 'g',
    })
    expect(problems).toEqual([])
    const abstract = /<section class="abstract".*?<\/section>/s.exec(html)?.[0]
    expect(abstract).toContain('10.2\u00a0ms\u202f<sup>emulated</sup>')
    expect(abstract).toContain('<a href="#tbl-latency">Table\u00a01</a>')
    expect(abstract).toContain('[<a href="#cite:k">1</a>]')
    expect(abstract).toContain('<img src="data:image/png;base64,')
    expect(abstract).toContain('<del>旧</del>')
    const notes = /<section[^>]*class="footnotes".*?<\/section>/s.exec(html)?.[0]
    expect(notes?.match(/Of the (?:abstract|text)/g)).toEqual(['Of the abstract', 'Of the text'])
  })

  it('has its mistakes at their places', () => {
    expect(messages('See [x](javascript:1).\n\nA @fig-gone ![p](file:///etc/hostname) `=latency.x')).toEqual([
      '5:7 the page leaves this link out: javascript is none of http, https, mailto, doi',
      '7:5 unknown figure: @fig-gone (none defined)',
      '7:15 image file:///etc/hostname: the page makes no requests; put the picture into the project',
      '7:42 a value that stays plain text: close it with `',
    ])
  })

  it('holds no block', () => {
    expect(messages('```yaml table\nid: tbl-x\n```')).toEqual([
      '5:3 a block cannot stand in the abstract: put it into the text',
    ])
  })
})
