/** A clock that drifts, under local experiments that say nothing of boots and order. */

import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { project, start, write } from '../project.ts'

/** Each trial of any pattern takes 0.5 ms longer than the one before; pattern c takes 6 ms more. */
const script = `
import { appendFileSync, statSync } from 'node:fs'
export default async function (cell) {
  const rows = await cell.each(({ random }) => {
    appendFileSync(process.env.CLOCK, '.')
    const drift = 0.5 * statSync(process.env.CLOCK).size
    return [{ timeMs: 20 + drift + cell.parameters.more + 0.1 * random() }]
  })
  const columns = [{ name: 'trial', role: 'index' }, { name: 'timeMs', role: 'measure', unit: 'ms' }]
  return { columns, rows }
}`
const claim = (id: string, to: string, direction: string) => `
\`\`\`yaml claim
id: ${id}
statement: The time of ${to} goes ${direction}
scope: shape
from: e.local.a.timeMs
to: e.local.${to}.timeMs
direction: ${direction}
\`\`\`
`
const paper = (more = '') => `---
title: A clock that drifts
---

\`\`\`yaml experiment
id: e
script: experiments/drift.ts
environments: [local]
trials: 24
env: [CLOCK]
parameters: {more: 0}
patterns:
  a: {}
  b: {}
  c: {more: 6}
${more}\`\`\`
${claim('Up', 'b', 'up')}${claim('Down', 'b', 'down')}${claim('Effect', 'c', 'up')}
\`\`\`yaml table
id: tbl-machine
kind: environment
from: e
caption: The machine
\`\`\`
`
let clock = ''
beforeEach(() => {
  clock = `${project}.clock`
})
afterEach(() => rmSync(clock, { force: true }))
const repro = async (...args: readonly string[]) => await start(args, { CLOCK: clock }).ended
const open = (more?: string) =>
  write({
    'package.json': '{"type": "module"}',
    'experiments/drift.ts': script,
    'paper/index.md': paper(more),
  })
const verdicts = async () => {
  const { out } = await repro('verify')
  return Object.fromEntries(
    [...out.matchAll(/^(Up|Down|Effect) +(.*?) {2,}/gm)].map(([, id, verdict]) => [id, verdict]),
  )
}
const runOf = (pattern: string) =>
  JSON.parse(readFileSync(join(project, `results/e/local/${pattern}/run.json`), 'utf8'))

describe('a clock that drifts', { timeout: 180_000 }, () => {
  it('looks like an effect pattern by pattern', async () => {
    open('order: blocked\n')
    expect((await repro('build', '--record')).exitCode).toBe(0)
    const { Up, Down } = await verdicts()
    expect([Up, Down].toSorted()).toEqual(['not reproduced', 'reproduced'])
  })

  it('does not by default, and a true effect does', async () => {
    open()
    const { err } = await repro('build', '--record')
    expect(err).not.toContain('one boot')
    const { Up, Down, Effect } = await verdicts()
    expect({ Up, Down, Effect }).toEqual({ Up: 'inconclusive', Down: 'inconclusive', Effect: 'reproduced' })
    const runs = ['a', 'b', 'c'].map(runOf)
    const turns = runs.map(({ provenance }): readonly number[] => {
      const [own, all] = provenance.turns.split(' of ')
      expect(all).toBe('18')
      return own.split(', ').map(Number)
    })
    expect(turns.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 18 }, (_, index) => index + 1))
    // A steady drift adds the same to each pattern.
    expect(turns.map((own) => own.reduce((sum, turn) => sum + turn, 0))).toEqual([57, 57, 57])
    expect(runs[0].provenance['machine order']).toBe(
      '6 rounds of 3 patterns, in orders drawn from seed 1, every second reversed',
    )
    expect(readFileSync(join(project, '_build/index.html'), 'utf8')).toContain('6 rounds of 3 patterns')
  })

  it('has fewer rounds with fewer trials, and as many as the block or the command line says', async () => {
    open()
    const boots = async (...args: readonly string[]) =>
      /^ *boots: (\d+)/m.exec((await repro('explain', 'e/local/a', ...args)).out)?.[1]
    expect(await boots()).toBe('6')
    const planned = await repro('build', '-n', '--trials', '4')
    expect(planned.err + planned.out).not.toContain('boots of e instead')
    open('boots: 2\n')
    expect(await boots()).toBe('2')
    open('boots: 1\n')
    expect(await boots()).toBeUndefined()
    open('parallel: true\n')
    expect(await boots()).toBeUndefined()
  })
})
