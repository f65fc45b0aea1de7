import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { checkDrift } from '../../src/check/drift.ts'
import { type Document, parseDocument, parseFrontMatter } from '../../src/document/document.ts'

const english = `---
title: Pauses
authors: [A. Author]
date: 2026-01-02
bibliography: paper/references.bib
nominal: [4 ms]
---

The mean is \`=naps.local.base.pause.mean | ms\`, the most \`=naps.local.base.pause.max\` [@xen2003].

\`\`\`yaml experiment
id: naps
script: experiments/naps.ts
environments: [local]
trials: 5
parameters: {load: 0}
patterns:
  base: {}
  loaded: {label: with load, load: 4}
\`\`\`

\`\`\`yaml table
id: tbl-naps
kind: summary
from: naps
number: A1
measures: [pause]
caption: All naps
\`\`\`

\`\`\`yaml figure
id: fig-naps
spec: figures/naps.vl.json
caption: Naps
alt: Points
data: {rows: naps}
width: 300
\`\`\`

\`\`\`yaml claim
id: C1
statement: Load prolongs naps
scope: shape
source: Table 5
published: 3.02
from: naps.local.base.pause
to: naps.local.loaded.pause
direction: up
shows: tbl-naps
\`\`\`
`

const front = '---\ntitle: 停止\nlang: ja\ntranslationOf: paper/index.md\n---\n'
const blocks = {
  experiment: '```yaml experiment\nid: naps\nlabels: {base: 基準, loaded: 負荷あり}\n```',
  table: '```yaml table\nid: tbl-naps\ncaption: すべての昼寝\n```',
  figure: '```yaml figure\nid: fig-naps\ncaption: 昼寝\nalt: 点\ntexts: {pause: 停止}\n```',
  claim: '```yaml claim\nid: C1\nstatement: 負荷は昼寝を延ばす\nsource: 表5\n```',
}
const values =
  '平均は`=naps.local.base.pause.mean | ms`、最大は`=naps.local.base.pause.max`である[@xen2003]。'
const japanese = (...parts: readonly string[]) => `${front}\n${parts.join('\n\n')}\n`
const whole = japanese(values, ...Object.values(blocks))

const original = parseDocument(new VFile({ path: 'paper/index.md', value: english }))
function translation(value: string, of: Document | string = original) {
  const document = parseDocument(new VFile({ path: 'paper/index.ja.md', value }), of)
  checkDrift(document)
  return document
}
const told = ({ file }: Document) =>
  file.messages.map(
    ({ line, column, fatal, reason }) => `${line}:${column} ${fatal ? 'error' : 'warning'} ${reason}`,
  )

describe('a translation', () => {
  const document = translation(whole)
  const find = (id: string) => document.blocks.find((block) => block.id === id)
  const theirs = (id: string) => original.blocks.find((block) => block.id === id)

  it('has nothing to be told when it shows all of its original', () => {
    expect(original.file.messages).toEqual([])
    expect(told(document)).toEqual([])
  })

  it('takes from its original what decides a result, and keeps its own words and places', () => {
    const experiment = find('naps')
    expect(experiment).toMatchObject({ trials: 5, script: { file: 'experiments/naps.ts' } })
    expect(experiment).toMatchObject({
      patterns: [{ label: '基準' }, { label: '負荷あり', changes: { load: 4 } }],
    })
    expect(find('tbl-naps')).toEqual({
      ...theirs('tbl-naps'),
      caption: 'すべての昼寝',
      place: { line: 14, column: 1 },
    })
    expect(find('fig-naps')).toMatchObject({
      spec: 'figures/naps.vl.json',
      width: 300,
      texts: { pause: '停止' },
    })
    const claim = find('C1')
    expect(claim).toMatchObject({
      statement: '負荷は昼寝を延ばす',
      source: '表5',
      published: 3.02,
      shows: 'tbl-naps',
    })
    expect(claim?.type === 'claim' && claim.test).toEqual((theirs('C1') as { test?: object }).test)
  })

  it('takes from the front matter what is no language', () => {
    const { title, lang, authors, date, bibliography, nominal } = document.frontMatter
    expect({ title, lang, authors, date }).toEqual({
      ...{ title: '停止', lang: 'ja', authors: [{ name: 'A. Author' }], date: '2026-01-02' },
    })
    expect(bibliography?.file).toBe('paper/references.bib')
    expect(nominal.map(({ text }) => text)).toEqual(['4 ms'])
  })

  it('shows the evidence of claims that its original names, after its own words', () => {
    const value = english.replace(
      'nominal: [4 ms]',
      'evidence: {captured: [board], files: [trace.bin], command: "show {boot}", text: Then}',
    )
    const original = parseDocument(new VFile({ path: 'paper/index.md', value }))
    const own = translation(whole.replace('lang: ja\n', 'lang: ja\nevidence: {text: 次に}\n'), original)
    expect([original, own].flatMap(told)).toEqual([])
    const evidence = { captured: ['board'], files: ['trace.bin'], command: 'show {boot}', text: 'Then' }
    expect(original.frontMatter.evidence).toEqual(evidence)
    expect(own.frontMatter.evidence).toEqual({ ...evidence, text: '次に' })
    expect(translation(whole, original).frontMatter.evidence).toEqual(evidence)
  })

  it('reads the tables that its original names, also in its claims', () => {
    const value = english
      .replace('nominal: [4 ms]', 'published: [paper/published/naps.csv]')
      .replace('published: 3.02', 'published: =published.old.loaded.pause.mean')
    const tables = translation(whole, parseDocument(new VFile({ path: 'paper/index.md', value })))
    expect(told(tables)).toEqual([])
    expect(tables.frontMatter.published.map(({ file }) => file)).toEqual(['paper/published/naps.csv'])
    expect(tables.blocks.find(({ id }) => id === 'C1')).toMatchObject({
      published: [{ ast: { parts: ['published', 'old', 'loaded', 'pause', 'mean'] } }],
    })
  })

  it('knows its original by the front matter alone', () => {
    expect(parseFrontMatter(whole)).toMatchObject({ lang: 'ja', translationOf: { file: 'paper/index.md' } })
  })
})

describe('a mistake in a translation', () => {
  it.each([
    [
      'a key that the original has',
      blocks.table.replace('caption', 'kind: phases\ncaption'),
      ['9:1 error kind comes from paper/index.md: leave it out here'],
    ],
    [
      'a key that no block has',
      blocks.figure.replace('alt', 'atl'),
      ['7:1 error missing key: alt', '10:1 error unknown key: atl (did you mean alt?)'],
    ],
    [
      'an id that the original does not have',
      blocks.table.replace('tbl-naps', 'tbl-nap'),
      ['8:5 error paper/index.md has no table tbl-nap (did you mean tbl-naps?)'],
    ],
    [
      'an id of something else',
      blocks.table.replace('tbl-naps', 'fig-naps'),
      ['8:5 error fig-naps is a figure in paper/index.md (known: tbl-naps)'],
    ],
    [
      'a pattern that the original does not have',
      blocks.experiment.replace('loaded', 'loadde'),
      ['9:20 error unknown pattern of naps in paper/index.md: loadde (did you mean loaded?)'],
    ],
    [
      'words for what the original says with a number',
      blocks.claim.replace('source', 'published: 約3倍\nsource'),
      ['10:1 error published: C1 has no words for it in paper/index.md: leave it out here'],
    ],
    [
      'a script',
      '```ts experiment id=naps testbed=local trials=5\nexport const rows = []\n```',
      ['7:1 error the script comes from paper/index.md: write a block yaml experiment with its id'],
    ],
  ])('%s is an error at its place', (_, block, expected) => {
    const errors = told(translation(japanese(block))).filter((message) => message.includes(' error '))
    expect(errors).toEqual(expected)
  })

  it('that uses the former name of a key learns the present one', () => {
    const old = '---\ntitle: T\neditionOf: paper/index.md\neditions: [paper/index.fr.md]\n---\n'
    expect(told(parseDocument(new VFile({ path: 'paper/index.ja.md', value: old })))).toEqual([
      '3:1 error unknown key: editionOf (now called translationOf)',
      '4:1 error unknown key: editions (now called translations)',
    ])
  })

  it('without the original says only that, not that each of its blocks is wrong', () => {
    expect(told(translation(whole, 'no document paper/index.md'))).toEqual([
      '4:16 error no document paper/index.md',
    ])
  })
})

describe('a translation that is out of date', () => {
  it('does not show a block', () => {
    expect(told(translation(japanese(values, blocks.experiment, blocks.table, blocks.claim)))).toEqual([
      '4:16 warning figure fig-naps of paper/index.md:31:1 is not shown here',
    ])
  })

  it('has no label for a pattern that has one', () => {
    const old = whole.replace(', loaded: 負荷あり', '')
    expect(told(translation(old))).toEqual([
      "9:1 warning pattern loaded has no label here; in paper/index.md:19:3 it is 'with load'",
    ])
  })

  it('has a value of before, beside the one that has taken its place', () => {
    expect(told(translation(whole.replace('pause.max', 'pause.p95')))).toEqual([
      '7:42 warning paper/index.md does not have this value; nearest that is not here: `=naps.local.base.pause.max` (paper/index.md:9:58)',
    ])
  })

  it('lacks a value: the place is that of the value before it', () => {
    expect(told(translation(whole.replace('、最大は`=naps.local.base.pause.max`', '')))).toEqual([
      '7:4 warning `=naps.local.base.pause.max` is not here, but at paper/index.md:9:58, where it follows this value',
    ])
  })

  it('lacks a citation', () => {
    expect(told(translation(whole.replace('[@xen2003]', '')))).toEqual([
      '4:16 warning [@xen2003] of paper/index.md:9:88 is not cited here',
    ])
  })

  it('may say a value more often, elsewhere, and with other blanks', () => {
    const again = `${values}\n\nすなわち\`= naps.local.base.pause.max\`、\`=naps.local.base.pause.mean  |  ms\`である。`
    expect(told(translation(japanese(...Object.values(blocks), again)))).toEqual([])
  })
})
