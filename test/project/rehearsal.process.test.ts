/** What `repro check` tells of values, tables, figures and claims without making a report: places and rules. */

import { expect, it } from 'vitest'
import { repro, write } from '../project.ts'

const data = ['subject,editor,seconds,size']
for (const subject of [1, 2, 3, 4, 5, 6])
  for (const [editor, factor] of [
    ['plain', 10.25],
    ['modal', 8.125],
  ] as const)
    data.push(`S${subject},${editor},${(factor + subject * 1.37).toFixed(3)},${subject * 3 + factor}`)

const figure = (field: string) =>
  JSON.stringify({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    data: { name: 'rows' },
    mark: 'point',
    encoding: {
      x: { field, type: 'quantitative' },
      y: { field: 'subject', type: 'nominal' },
    },
  })

const paper = (...lines: readonly string[]) => `---
title: T
---

\`\`\`yaml data
id: ed
file: data/ed.csv
unit: subject
\`\`\`

\`\`\`yaml experiment
id: nap
script: code/nap.sh
environments: [local]
trials: 1
parameters: {ms: 1}
patterns: {short: {}}
\`\`\`

${lines.join('\n')}
`
const block = (kind: string, ...lines: readonly string[]) => [`\`\`\`yaml ${kind}`, ...lines, '```', '']
const table = (id: string, ...lines: readonly string[]) =>
  block('table', `id: tbl-${id}`, 'kind: summary', 'from: ed', 'caption: T', ...lines)
const drawn = (id: string, spec: string, rows: string) =>
  block('figure', `id: fig-${id}`, `spec: ${spec}`, 'caption: F', 'alt: f', `data: {rows: ${rows}}`)
const claim = (id: string, ...lines: readonly string[]) =>
  block('claim', `id: ${id}`, 'statement: It is so', 'scope: shape', ...lines)

const mistakes = [
  '`=0.1+0.2`, `=ed.plain.seconds.mean / 0`, `=ed.plain.seconds.mean + ed.plain.size.mean`,',
  '`=ed.plain.seconds.mean | percent`, `=nap.local.short.nosuch.mean`.',
  '',
  ...table('a', 'measures: [secnds]'),
  ...table('b', 'where: {editor: plian}'),
  ...table('c', 'by: [editro]'),
  ...table('d', 'columns: {maen: {decimals: 1}}'),
  ...table('e', 'measures: [size]', 'columns:', '  mean: {unit: ms}'),
  ...table('f', 'operation: pause'),
  ...drawn('a', 'figures/wrong.vl.json', 'ed'),
  ...drawn('b', 'figures/right.vl.json', '{from: ed, where: {editor: plian}}'),
  ...claim('C1', 'ascending: [ed.modal.seconds.mean, ed.plain.size.mean]'),
  ...claim('C2', 'from: ed.modal.seconds', 'to: ed.plain.size', 'direction: up'),
]

it('tells what a report would, at its place, for runs that are there', async () => {
  write({
    'data/ed.csv': data.join('\n'),
    'code/nap.sh': 'echo elapsedMs\necho 1.5\n',
    'figures/right.vl.json': figure('seconds'),
    'figures/wrong.vl.json': figure('secnds'),
    'paper/index.md': paper(...mistakes),
  })
  const before = await repro('check')
  // Nothing is known of an experiment that never ran.
  expect(before.err).not.toContain('nosuch')
  write({ 'paper/index.md': paper('It takes `=nap.local.short.elapsedMs.mean | ms`.') })
  expect((await repro('build')).exitCode).toBe(0)
  const right = await repro('check')
  expect(right.err).toBe('')
  expect(right.out).toContain('2 blocks, 1 value, no errors')
  write({ 'paper/index.md': paper(...mistakes) })
  const { exitCode, err } = await repro('check')
  expect(exitCode).toBe(2)
  expect(err.replaceAll('paper/index.md:', '')).toMatchInlineSnapshot(`
    "20:3 error the expression reads no result: write a plain number as plain text [value]
    20:15 error division by zero [value]
    20:45 error units do not fit: µs + a plain number [value]
    21:3 error the filter percent needs a ratio, not s [value]
    21:55 error unknown measure or factor value: nosuch (known: elapsedMs) [value]
    28:12 error unknown measure: secnds (did you mean seconds?) [table]
    36:17 error unknown value of editor: plian (did you mean plain?) [table]
    44:6 error unknown factor or parameter: editro (did you mean editor?) [table]
    52:11 error columns: the table has no column maen (did you mean mean?) [table]
    62:3 error columns: mean is a plain number, not a time [table]
    70:1 error unknown factor: operation (known: editor) [table]
    75:7 error the data has no field secnds (did you mean seconds?) [figure]
    86:41 error unknown editor: plian (did you mean plain?) [figure]
    93:36 error units do not fit: µs and a plain number [claim-value]
    101:5 error units do not fit: µs and a plain number [claim-value]
    "
  `)
  // A build finds no more than that.
  const built = await repro('build')
  expect(built.exitCode).toBe(2)
  const reasons = (text: string) =>
    [...text.matchAll(/ error (.+?)(?: \[[a-z-]+\])?$/gm)].map(([, one]) => one)
  expect(reasons(err)).toEqual(expect.arrayContaining(reasons(built.err)))
  expect(reasons(built.err).length).toBeGreaterThan(10)
})

it('finds mistakes in an included file at their lines there', async () => {
  write({
    'data/ed.csv': data.join('\n'),
    'code/nap.sh': 'echo elapsedMs\necho 1.5\n',
    'paper/part.md': 'First.\n\nThen `=1/0`.\n',
    'paper/index.md': paper(...block('include', 'file: paper/part.md')),
  })
  expect((await repro('check')).err).toContain('paper/part.md:3:8 error division by zero [value]')
})
