/** Ids as authors write them, in every place where an id stands. */

import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { cellsOf, cellSelector } from '../../src/engine/cells.ts'
import { openDrawer } from '../../src/report/drawing/process.ts'
import { writeHtml } from '../../src/report/html/page.ts'
import { writeMarkdown } from '../../src/report/markdown/document.ts'
import { makeReport } from '../../src/report/report.ts'
import { runName } from '../../src/results/run.ts'
import { recordedFolder } from '../../src/results/store.ts'
import { judged, measured, opened } from '../engine/measured.ts'
import { source } from '../source.ts'

const drawer = openDrawer()
afterAll(() => drawer[Symbol.dispose]())

const environment = 'local'
const ids = ['size_64', '64kb', 'Größe', 'a-b', '2nd_run-64kb']

const paper = (id: string) => `
\`\`\`yaml experiment
id: ${id}
script: experiments/s.ts
environments: [${environment}]
trials: 12
parameters: {size: 4kb, threads: 1}
matrix:
  size: [4kb, ${id}]
  threads: [1, 2]
groups: {${id}-all: [baseline, size-${id}]}
\`\`\`

It takes \`=['${id}'].local['size-${id}'].timeMs.mean | ms\`, and of all
\`=max(['${id}'].local['${id}-all'].timeMs.mean) | ms\`, with two threads
\`=['${id}'].local['size=${id} & threads=2'].timeMs.mean | ms\`. See @tbl-${id}, @fig-${id}, [@fig-${id}], @sec-${id}, @eq-${id} and
@lst-${id}; and (@fig-${id}).

## A section {#sec-${id}}

$$
x
$$ {#eq-${id}}

\`\`\`python id=lst-${id} caption="Code"
x = 1
\`\`\`

\`\`\`yaml table
id: tbl-${id}
kind: summary
from: ${id}
caption: As @fig-${id} shows.
measures: [timeMs]
\`\`\`

\`\`\`yaml figure
id: fig-${id}
spec: figures/times.vl.json
caption: As @tbl-${id} says.
alt: Points.
data: {rows: {from: ${id}, where: {size: ${id}}}}
\`\`\`

\`\`\`yaml claim
id: ${id}
statement: It is slower
scope: shape
from: "['${id}'].local['size=4kb & threads=1'].timeMs"
to: "['${id}'].local['size-${id}'].timeMs"
direction: up
shows: fig-${id}
\`\`\`
`

describe.each(ids)('the id %s', (id) => {
  const document = opened(paper(id))
  const runs = measured(document, ({ size }, turn) => (size === id ? 30 : 20) + (turn % 7) / 10)

  it('names cells, words of the command line and folders', () => {
    const cells = cellsOf(document.blocks)
    const names = [`baseline`, `threads-2`, `size-${id}`, `size-${id}.threads-2`]
    expect(cells.map(({ pattern }) => pattern).toSorted()).toEqual(names.toSorted())
    const chosen = (word: string) => cells.filter(cellSelector(cells, [word], '--only')).map(runName)
    expect(chosen(id)).toHaveLength(4)
    expect(chosen(`size-${id}`)).toEqual([`${id}/local/size-${id}`])
    expect(chosen(`size=${id}`)).toHaveLength(2)
    expect(chosen(`${id}/local/size=${id}&threads=2`)).toEqual([`${id}/local/size-${id}.threads-2`])
    expect(cells.map(recordedFolder)).toContain(`results/${id}/local/size-${id}`)
  })

  it('is that of a claim that is judged', () => {
    expect(judged(document, runs)[id]?.verdict).toBe('reproduced')
  })

  it('is read in expressions, and referred to in texts and captions', async () => {
    const spec = {
      ...{
        $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
        data: { name: 'rows' },
        mark: 'point',
      },
      encoding: { x: { field: 'timeMs', type: 'quantitative' }, y: { field: 'size', type: 'nominal' } },
    }
    const report = await makeReport({
      ...{ document, runs, drawer, generator: 'g' },
      read: async () => Buffer.from(JSON.stringify(spec)),
    })
    expect(report.problems).toEqual([])
    const html = writeHtml(report).text
    expect(html.match(/.{9}(?:@(?:tbl|fig|sec|eq|lst)-|class="missing").{30}/g)).toBe(null)
    const targets = ['tbl', 'fig', 'sec', 'eq', 'lst'].map((kind) => `${kind}-${id}`)
    const links = [...html.matchAll(/href="#([^"]*)"/g)].map(([, link = '']) => decodeURIComponent(link))
    for (const target of targets) {
      expect(html).toContain(` id="${target}"`)
      expect(links).toContain(target)
    }
    const markdown = writeMarkdown(report, 'd')
    expect(markdown.text).not.toMatch(/@(?:tbl|fig|eq|lst)-/)
    expect([...(markdown.files?.keys() ?? [])]).toContain(`fig-${id}.svg`)
  })
})

it('is tried with the names that docs/extending.md has', () => {
  const text = readFileSync(source('docs/extending.md'), 'utf8')
  for (const id of ['size_64', '64kb', 'Größe']) expect(text).toContain(`\`${id}\``)
})
