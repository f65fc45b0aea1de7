import { readFile } from 'node:fs/promises'
import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { renderReport } from '../../src/report/page.ts'
import { saying } from '../../src/report/telling.ts'
import { english } from '../../src/report/words/en.ts'
import { japanese } from '../../src/report/words/ja.ts'
import { languages, wordsOf } from '../../src/report/words/languages.ts'
import { statistics } from '../../src/results/series.ts'
import { fakeRun } from '../results/fake.ts'

describe('words of a language', () => {
  it('are chosen by the first part of the tag, and are English where there are none', () => {
    expect([wordsOf('ja'), wordsOf('JA-jp')]).toEqual([japanese, japanese])
    expect([wordsOf('en-GB'), wordsOf('no')]).toEqual([english, english])
  })

  it.each([...languages])('%s has a word for each statistic', (_, { tables }) => {
    expect(Object.keys(tables.statistics).sort()).toEqual([...statistics.keys()].sort())
  })
})

/** The words that stand by themselves, at any depth. */
function leaves(words: object): readonly string[] {
  return Object.values(words).flatMap((word) =>
    typeof word === 'string' ? [word] : typeof word === 'object' ? leaves(word) : [],
  )
}

describe('texts of the data', () => {
  const say = saying({
    pause: '停止',
    'sent # Mbps of #': '# Mbps中# Mbpsを送信',
    'dom0 of #': '#のdom0',
  })

  it.each([
    ['pause', '停止'],
    ['pauses', 'pauses'],
    ['sent 281 Mbps of 1,000', '281 Mbps中1,000 Mbpsを送信'],
    ['dom0 of 4', '4のdom0'],
    ['dom1 of 4', 'dom1 of 4'],
    ['constructor', 'constructor'],
  ])('%s is called %s', (text, own) => {
    expect(say(text)).toBe(own)
  })
})

describe('a report in Japanese', () => {
  const document = parseDocument(
    new VFile({
      path: 'paper/index.md',
      value: `---
title: 停止時間
lang: ja
abstract: |
  時間を
  測る。
texts: {operation: 操作, pause: 一時停止, unpause: 再開, lost records: 記録の欠落}
---

平均は\`=latency['xen-4.14'].baseline.pause.total.mean | ms\`である（@tbl-latency）。
**強調。**次の\`=latency['xen-4.17'].baseline.pause.total.mean | ms\`はない[^1]。

[^1]: 脚注

\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14, xen-4.17]
trials: 4
parameters: {dom0: {cpuLoad: 0}}
patterns:
  baseline: {label: 基準}
\`\`\`

\`\`\`yaml table
id: tbl-latency
kind: summary
from: latency
number: A1
caption: 時間
published: paper/published/latency.csv
publishedEnvironment: old
compare: true
\`\`\`

\`\`\`yaml claim
id: C1
statement: 停止は2 msを超える
scope: absolute
published: 2000
tolerance: 5 %
value: latency['xen-4.14'].baseline.pause.total.mean
shows: tbl-latency
\`\`\`
`,
    }),
  )
  const made = renderReport({
    document,
    runs: [fakeRun({ exclude: 'lost records' })],
    standings: new Map([['latency/xen-4.14/baseline', { executed: false, stale: 'trials 4 -> 5' }]]),
    editions: [{ lang: 'en', href: 'index.en.html' }],
    read: (path) => readFile(new URL(`../../${path}`, import.meta.url)),
    generator: 'repro 1.2.3',
  })

  it('calls itself Japanese and leads to the English one', async () => {
    const { html } = await made
    expect(html).toContain('<html lang="ja">')
    expect(html).toMatch(
      /<nav class="editions" [^>]*><a href="index.en.html" hreflang="en" lang="en" rel="alternate">English</,
    )
  })

  it('joins lines, emphasizes next to full-width punctuation, and marks numbers', async () => {
    const { html } = await made
    expect(html).toContain('<p>時間を測る。</p>')
    expect(html).toMatch(
      /<p>平均は<span class="value stale" data-origin="emulated" title="[^"]*">10\.2\u00a0ms\u202f<sup>エミュレート・要更新<\/sup><\/span>である（<a href="#tbl-latency">表A1<\/a>）。<strong>強調。<\/strong>次の/,
    )
    expect(html).toContain('未実行：latency/xen-4.17/baseline')
  })

  it('has none of the English words where Japanese ones belong', async () => {
    const { html } = await made
    const written = new Set([...html.matchAll(/(?<=>)[^<]+(?=<)/g)].map(([text]) => text.trim()))
    const own = new Set([...leaves(japanese), 'baseline']) // the pattern's name
    expect(leaves(english).filter((word) => written.has(word) && !own.has(word))).toEqual([])
    for (const word of [
      '操作',
      '一時停止',
      '再開',
      '除外',
      '比',
      '本実験',
      '公表値',
      '検証できない',
      '来歴',
      '概要',
    ])
      expect(written).toContain(word)
    for (const sentence of [
      '除外した観測（理由別）：記録の欠落（1件）。',
      '要更新：latency/xen-4.14/baseline（trials 4 -&#x3E; 5）',
      '未実行1件：latency/xen-4.17/baseline。',
      '要更新1件（現在の本文と合わない実行）：latency/xen-4.14/baseline：trials 4 -&#x3E; 5。',
    ])
      expect(html).toContain(sentence.replace('-&#x3E;', '->'))
  })

  it('tells the problems of the build in English', async () => {
    const { problems } = await made
    expect(problems.map(({ message }) => message)).toContain('missing: run latency/xen-4.17/baseline')
    expect(problems.map(({ message }) => message)).toContain(
      'stale: run latency/xen-4.14/baseline: trials 4 -> 5',
    )
  })
})
