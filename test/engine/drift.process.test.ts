/** Rounds of a local experiment that says nothing of boots, in its runs and its report. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

const script = `
export default async (cell) => ({
  columns: [{ name: 'trial', role: 'index' }, { name: 'timeMs', role: 'measure', unit: 'ms' }],
  rows: await cell.each(({ random }) => [{ timeMs: 20 + random() }]),
})`
const paper = `---
title: T
---

\`\`\`yaml experiment
id: e
script: experiments/e.ts
environments: [local]
trials: 4
parameters: {more: 0}
patterns: {a: {}, b: {more: 1}}
\`\`\`

\`\`\`yaml table
id: tbl-machine
kind: environment
from: e
caption: The machine
\`\`\`
`
const runOf = (pattern: string) =>
  JSON.parse(readFileSync(join(project, `results/e/local/${pattern}/run.json`), 'utf8'))

it('a run says the order of its rounds, and the turns of its boots', { timeout: 180_000 }, async () => {
  write({ 'package.json': '{"type": "module"}', 'experiments/e.ts': script, 'paper/index.md': paper })
  const { err, exitCode } = await repro('build', '--record')
  expect([exitCode, err]).toEqual([0, expect.not.stringContaining('one boot')])
  const runs = ['a', 'b'].map(runOf)
  const turns = runs.map(({ provenance }): readonly number[] => {
    const [own, all] = provenance.turns.split(' of ')
    expect(all).toBe('8')
    return own.split(', ').map(Number)
  })
  expect(turns.flat().toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  // A steady drift adds the same to both.
  expect(turns.map((own) => own.reduce((sum, turn) => sum + turn, 0))).toEqual([18, 18])
  const order = '4 rounds of 2 patterns, in orders drawn from seed 1, every second reversed'
  expect(runs.map(({ provenance }) => provenance['machine order'])).toEqual([order, order])
  expect(runs.map(({ inputs }) => inputs.boots)).toEqual([4, 4])
  expect(readFileSync(join(project, '_build/index.html'), 'utf8')).toContain(order)
  // Fewer trials are as many rounds, without a word.
  const planned = await repro('build', '-n', '--trials', '3')
  expect(planned.err + planned.out).not.toContain('boots of e')
})
