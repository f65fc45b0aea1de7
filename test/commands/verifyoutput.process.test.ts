/** What `repro verify --json` really prints, held to the published schema by an independent validator. */

import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'
import { source } from '../source.ts'
import { claim, experiment } from './blocks.ts'

const paper = (tolerance: number) => ({
  'paper/index.md': `---
title: T
published: [t.csv]
conditions: {other: {label: Other, cells: {x/local: y/local}}}
---
${experiment('x', '100 + 10 * cell.random()')}${experiment('y', '200 + Date.now() % 7')}
${experiment('few', '100 + 10 * cell.random()', 2)}
${experiment('fewer', '110 - 10 * cell.random()', 2)}
${claim('C1', 'value: x.local.default.us.mean\nbetween: [90, null]')}
${claim('C2', `value: x.local.default.us.mean\npublished: 105\ntolerance: ${tolerance}\nconditions: []`)}
${claim('C3', 'from: fewer.local.default.us\nto: few.local.default.us\ndirection: same\nsource: Table 1\nconditions: []')}
${claim('C4', 'value: x.local.default.us.mean\nbetween: [0, 1]\nskip: not now')}
${claim('C5', 'value: y.local.default.us.max\npublished: [=published.old.a.total.mean / published.old.b.total.mean, =published.old.a.total.mean / published.old.a.total.mean]\nbetween: [0, 1000]')}
`,
  't.csv': 'environment,pattern,mean_us\nold,a,105\nold,b,210\n',
})
const isValid = new Ajv2020({ allErrors: true }).compile(
  JSON.parse(readFileSync(source('docs/verify.schema.json'), 'utf8')),
)
async function printed(...args: readonly string[]) {
  const { out, err } = await repro('verify', '--json', ...args)
  expect(out, err).not.toBe('')
  const output = JSON.parse(out)
  isValid(output)
  expect(isValid.errors ?? []).toEqual([])
  return output
}

it('all that repro verify --json prints is as its schema says', async () => {
  write(paper(1.5))
  // Without runs, and without a record.
  expect(await printed()).toMatchObject({
    version: 1,
    claims: [{ recorded: { lacking: [{ run: 'x/local/default' }] } }, {}, {}, {}, {}],
  })
  await repro('build', '--record')
  expect(await printed()).toMatchObject({
    document: 'paper/index.md',
    claims: [
      {
        verdict: 'reproduced',
        recorded: { conditions: [{ name: null }, { name: 'other' }] },
        since: { moved: [] },
      },
      { published: 105, recorded: { fragile: {} } },
      { verdict: 'inconclusive', recorded: { measured: [{ interval: { low: null, high: null } }] } },
      { verdict: 'not testable' },
      { published: [0.5, 1] },
    ],
    cells: [],
    removed: [],
    signature: { state: 'unsigned' },
  })
  write(paper(9))
  const changed = await printed('--claim', 'C2')
  expect(changed.claims[0].since.definition).toEqual([{ field: 'tolerance', before: '1.5', now: '9' }])
  write({ 'paper/index.md': paper(9)['paper/index.md'].replaceAll('id: C4', 'id: C6') })
  const replayed = await printed('--rerun')
  expect(replayed).toMatchObject({
    removed: [{ id: 'C4' }],
    claims: [{ rerun: {} }, {}, {}, { since: {} }, {}],
  })
  const cells: { readonly cell: string }[] = replayed.cells
  expect(cells.toSorted((one, other) => one.cell.localeCompare(other.cell))).toMatchObject([
    { cell: 'few/local/default', same: 'bits' },
    { cell: 'fewer/local/default', same: 'bits' },
    { cell: 'x/local/default', same: 'bits', differences: [] },
    { cell: 'y/local/default', same: 'other', differences: [{ what: 'rows', largest: { column: 'us' } }] },
  ])
  write({ 'results/SHA256SUMS': '' })
  expect((await printed()).signature.state).toBe('broken')
  rmSync(join(project, 'results'), { recursive: true })
  await printed('--kick-the-tires')
}, 180_000)
