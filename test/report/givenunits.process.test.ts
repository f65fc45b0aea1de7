/** Times are shown in the unit that the author gave their column, in the text and in tables. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

const table = (id: string, from: string, ...lines: readonly string[]) =>
  [
    '```yaml table',
    `id: tbl-${id}`,
    'kind: summary',
    `from: ${from}`,
    'caption: T',
    ...lines,
    '```',
    '',
  ].join('\n')

const paper = `---
title: T
---

\`\`\`yaml data
id: ed
file: data/ed.csv
columns:
  wait: {unit: ms}
  whole: {unit: s}
  brief: {unit: ns}
\`\`\`

\`\`\`yaml experiment
id: nap
script: code/nap.sh
environments: [local]
trials: 2
parameters: {ms: 1}
patterns: {short: {}}
\`\`\`

A \`=ed.plain.wait.mean\`, B \`=ed.plain.wait.mean | us\`, C \`=ed.plain.whole.mean\`, D \`=ed.plain.brief.mean\`,
E \`=ed.plain.wait.mean / 2\`, F \`=ed.plain.wait.mean + ed.plain.whole.mean\`, G \`=ed.plain.wait.mean + 500\`,
H \`=ed.plain.wait.variance\`, I \`=ed.plain.wait.mean | fixed(2)\`, J \`=ed.plain.wait.mean / ed.plain.whole.mean\`,
K \`=nap.local.short.elapsedMs.mean\`, L \`=nap.local.short.coreNs.mean\`, M \`=max(ed.plain.wait.mean, ed.modal.wait.mean)\`.

${table('a', 'ed', 'measures: [wait]', 'statistics: [n, mean, variance]')}
${table('b', 'ed', 'measures: [wait, whole]', 'statistics: [mean]')}
${table('c', 'ed', 'measures: [wait]', 'statistics: [mean]', 'columns: {mean: {unit: s, decimals: 4}}')}
${table('d', 'nap', 'measures: [elapsedMs]', 'statistics: [mean]')}
${table('e', 'nap', 'measures: [coreNs]', 'statistics: [mean]')}
`

const textOf = (html: string) =>
  html
    .replace(/<style.*?<\/style>|<script.*?<\/script>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replace(/[\s\u00a0]+/g, ' ')

it('shows times as their author gave them', async () => {
  write({
    'data/ed.csv':
      'editor,wait,whole,brief\nplain,10.25,1.5,35\nplain,12.25,2.5,45\nmodal,8.5,1.25,30\nmodal,8.7,1.75,32\n',
    'code/nap.sh': 'echo elapsedMs,coreNs\necho 1.5,2500\n',
    'paper/index.md': paper,
  })
  expect(await repro('build')).toMatchObject({ exitCode: 0 })
  const html = readFileSync(join(project, '_build/index.html'), 'utf8')
  const text = textOf(html)
  const prose = /A (.*?)\. Table/.exec(text)?.[1]?.replace(/ \((?:local|emulated|data)[^)]*\)/g, '') ?? ''
  const values = Object.fromEntries(
    [...`A ${prose}`.matchAll(/\b([A-M]) ([\d.,]+(?: (?:ns|µs|ms|s)²?)?)/g)].map(([, name, value]) => [
      name,
      value?.replace(/,$/, ''),
    ]),
  )
  expect(values).toMatchObject({
    A: '11.3 ms',
    B: '11,250 µs',
    C: '2 s',
    D: '40 ns',
    E: '5.63 ms',
    // Measures of two units, and a plain number, which counts as microseconds.
    F: '2,011,250 µs',
    G: '11,750 µs',
    H: '1 ms²',
    I: '11.25 ms',
    K: '1.50 ms',
    // A clock's.
    L: '2.50 µs',
    M: '11.3 ms',
  })
  const tables = [...html.matchAll(/<table.*?<\/table>/gs)]
    .map(([one]) => textOf(one).trim())
    .filter((one) => /\bmean\b/.test(one))
  const of = (id: number) => tables[id] ?? ''
  expect(of(0)).toMatch(/mean.{0,3}ms/)
  expect(of(0)).toContain('ms²')
  expect(of(0)).toContain('9.93')
  expect(of(1)).toContain('µs')
  expect(of(1)).toContain('1,750,000')
  expect(of(2)).toContain('0.0099')
  expect(of(2)).not.toContain('ms')
  expect(of(3)).toContain('ms')
  expect(of(3)).toContain('1.50')
  expect(of(4)).toContain('µs')
})
