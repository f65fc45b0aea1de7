import { readFile } from 'node:fs/promises'
import { VFile } from 'vfile'
import { afterAll, describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/document/document.ts'
import { english } from '../../src/locale/en.ts'
import { japanese } from '../../src/locale/ja.ts'
import { languages, messagesFor } from '../../src/locale/languages.ts'
import { statistics } from '../../src/query/statistics.ts'
import { displayNames } from '../../src/report/context.ts'
import { openDrawer } from '../../src/report/drawing/process.ts'
import { runName } from '../../src/results/run.ts'
import { renderReport } from '../report/render.ts'
import { fakeRun } from '../results/fake.ts'

const drawer = openDrawer()
afterAll(() => drawer[Symbol.dispose]())

describe('words of a language', () => {
  it('are chosen by the first part of the tag, and are English where there are none', () => {
    expect([messagesFor('ja'), messagesFor('JA-jp')]).toEqual([japanese, japanese])
    expect([messagesFor('en-GB'), messagesFor('no')]).toEqual([english, english])
  })

  it.each([...languages])('%s calls no statistic by a word that is none', (_, { tables }) => {
    expect(Object.keys(tables.statistics).filter((name) => !statistics.has(name))).toEqual([])
  })
})

/** The words that stand by themselves, at any depth. */
function leaves(messages: object): readonly string[] {
  return Object.values(messages).flatMap((word) =>
    typeof word === 'string' ? [word] : typeof word === 'object' ? leaves(word) : [],
  )
}

describe('texts of the data', () => {
  const display = displayNames({
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
    expect(display(text)).toBe(own)
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
    statuses: new Map([['latency/xen-4.14/baseline', { from: 'record' as const, stale: 'trials 4 -> 5' }]]),
    translations: [{ lang: 'en', name: 'index.en' }],
    read: (path) => readFile(new URL(`../../${path}`, import.meta.url)),
    drawer,
    generator: 'repro 1.2.3',
  })

  it('calls itself Japanese and leads to the English one', async () => {
    const { html } = await made
    expect(html).toContain('<html lang="ja">')
    expect(html).toMatch(
      /<nav class="translations" [^>]*><a href="index.en.html" hreflang="en" lang="en" rel="alternate">English</,
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
      '<dd>要更新：latency/xen-4.14/baseline（trials 4 -&#x3E; 5）</dd>',
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

describe('a Japanese report of claims and effects', () => {
  const document = parseDocument(
    new VFile({
      path: 'paper/index.md',
      value: `---
title: 主張と効果
lang: ja
texts: {pause: 一時停止}
---

\`\`\`yaml experiment
id: latency
script: experiments/pause-resume.ts
environments: [xen-4.14]
trials: 20
parameters: {dom0: {cpuLoad: 0}}
patterns:
  baseline: {label: 基準}
  dom0-cpu: {label: 負荷, dom0: {cpuLoad: 4}}
\`\`\`

\`\`\`yaml table
id: tbl-claims
kind: claims
caption: 主張
\`\`\`

\`\`\`yaml table
id: tbl-effects
kind: effects
from: latency
measure: total
operation: pause
caption: 効果
\`\`\`

\`\`\`yaml claim
id: C1
statement: 負荷は一時停止を長くする
scope: shape
source: 表5
published: 3.02
from: latency['xen-4.14'].baseline.pause.total
to: latency['xen-4.14']['dom0-cpu'].pause.total
direction: up
\`\`\`

\`\`\`yaml claim
id: C2
statement: 比は大きい
scope: shape
value:
  - latency['xen-4.14']['dom0-cpu'].pause.total.mean / latency['xen-4.14'].baseline.pause.total.mean
  - latency['xen-4.14']['dom0-cpu'].unpause.total.mean / latency['xen-4.14'].baseline.unpause.total.mean
between: [2, null]
\`\`\`

\`\`\`yaml claim
id: C3
statement: 順序は逆である
scope: shape
ascending:
  - latency['xen-4.14']['dom0-cpu'].pause.total.mean
  - latency['xen-4.14'].baseline.pause.total.mean
\`\`\`
`,
    }),
  )
  const runs = [fakeRun({ trials: 20 }), fakeRun({ trials: 20, pattern: 'dom0-cpu', xlUs: 60_000 })]
  const records = [fakeRun({ trials: 20 }), fakeRun({ trials: 20, pattern: 'dom0-cpu', xlUs: 50_000 })].map(
    (run) => ({ run, from: 'record' as const }),
  )
  const made = renderReport({
    document,
    runs,
    records,
    statuses: new Map(runs.map((run) => [runName(run), { from: 'build' as const }])),
    read: (path) => readFile(new URL(`../../${path}`, import.meta.url)),
    drawer,
    generator: 'repro 1.2.3',
  })
  const texts = (html: string) =>
    [...html.replaceAll(/<(code|pre|style|script)\b.*?<\/\1>/gs, '').matchAll(/(?<=>)[^<]+(?=<)/g)].map(
      ([text]) => text.trim(),
    )

  it('says in Japanese what was judged and how, what changed, and what to keep in mind', async () => {
    const { html } = await made
    const written = texts(html)
    for (const text of [
      '公表値',
      '3.02（表5）',
      '記録',
      '今回の実行',
      '区間は主張の許す範囲に含まれる',
      '2個の区間がいずれも主張の許す範囲に含まれる',
      '区間は主張の許す範囲の外にある',
      'C1の判定方法',
      '2以上',
      '隣り合う値の差がいずれも0より大きい',
      '未記録',
      '時間（ms、対数軸） · エミュレート',
      '変化あり',
      '基準との比較',
    ])
      expect(written).toContain(text)
    expect(html).toMatch(/<dd>\+44\.0\s\[43\.6,\s44\.4\]\sms、平均の比\s4\.99\s:\s1（エミュレート）<\/dd>/)
    expect(html).toMatch(/<dd>ずれが[\d.]+ µsより大きい（第1の系列の中央値の5 %）<\/dd>/)
    expect(html).toMatch(
      /<dd>BCaブートストラップによる95 %区間（試行を単位に2,000回再抽出）（2個の数値がすべて範囲に含まれれば再現されたとし、どれかが範囲の外にあるかは97.5 %区間で判定する：Bonferroni）/,
    )
  })

  it('warns of drift in Japanese', () => {
    const { drifts, drifting } = japanese.claim.reasons.warnings
    expect(drifts([drifting('pause.total', '+5 µs')], 2)).toMatch(
      /^試行を追って値が変化していくとみられ.*：pause\.total（1試行あたり\+5 µs）/,
    )
  })

  it('says in Japanese what a control came to', () => {
    const { phrases, reasons } = japanese.claim
    expect(phrases.control('負荷なし')).toBe('対照：負荷なし')
    expect(reasons.controlHolds('負荷なし')).toContain('負荷なしでも')
    expect(reasons.controlUntested('負荷なし', '実行なし')).toContain('負荷なし（実行なし）')
  })

  it('has no English sentence outside of code', async () => {
    const { html } = await made
    const titles = [...html.matchAll(/(?:title|aria-label)="([^"]*)"/g)].map(([, text]) => text ?? '')
    expect([...texts(html), ...titles].filter((text) => /[a-z]+ [a-z]+ [a-z]+/i.test(text))).toEqual([])
  })
})
