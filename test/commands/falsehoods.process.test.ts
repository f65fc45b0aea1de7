/** Falsehoods in recorded rows, whose digests were all made anew: none may pass in silence. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Row } from '../../src/results/run.ts'
import { contents } from '../pack/zip.ts'
import { project, repro, start, write } from '../project.ts'
import { fileOf, forge } from './forge.ts'

const script = `
export default async (cell) => ({
  columns: [
    { name: 'trial', role: 'index' },
    { name: 'operation', role: 'factor' },
    { name: 'firstUs', role: 'measure', unit: 'us' },
    { name: 'restUs', role: 'measure', unit: 'us' },
    { name: 'totalUs', role: 'measure', unit: 'us' },
  ],
  rows: Array.from({ length: cell.trials }, (_, trial) =>
    ['go', 'stop'].map((operation) => {
      const [firstUs, restUs] = [1000, 50].map((base) => cell.parameters.factor * base + Math.floor(90000 * cell.random()))
      return { trial: trial + 1, operation, firstUs, restUs, totalUs: firstUs + restUs }
    }),
  ).flat(),
  exclusions: [],
  captured: {},
})
`
const cells = { fast: 'times/here/fast', slow: 'times/here/slow' }
const paper = (trials = 20) => ({
  'experiments/times.ts': script,
  'experiments/environments.yaml': 'here: {label: here, testbed: local}\n',
  'paper/index.md': `---
title: Falsehoods
---

\`\`\`yaml experiment
id: times
script: experiments/times.ts
environments: [here]
boots: 1
trials: ${trials}
parameters: {factor: 1}
invariants:
  - firstUs + restUs = totalUs
  - {operation: stop, holds: firstUs <= totalUs}
patterns:
  fast: {}
  slow: {factor: 500}
\`\`\`

\`\`\`yaml claim
id: C1
statement: Slow is slower than fast
scope: shape
from: times.here.fast.go.totalUs
to: times.here.slow.go.totalUs
direction: up
\`\`\`
`,
})

async function recorded(): Promise<void> {
  write(paper())
  expect(await repro('run', '--record')).toMatchObject({ exitCode: 0 })
  expect(await repro('verify')).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/^C1 {3}reproduced {2}/m),
  })
}
const few = (rows: readonly Row[]) => rows.filter(({ trial }) => Number(trial) <= 3)

describe('a falsehood in recorded rows', { timeout: 120_000 }, () => {
  it('three trials of twenty left: refused, in status, verify, build --frozen and pack', async () => {
    await recorded()
    forge(cells.slow, ({ rows }) => ({ rows: few(rows) }))
    const reason = 'does not fit the rows beside it: it asks for 20 trials: no row of trial 4-20'
    expect(await repro('status')).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(new RegExp(`^damaged +${cells.slow}: .*${reason}`, 'm')),
    })
    for (const command of [['verify'], ['build', '--frozen'], ['pack']])
      expect(await repro(...command)).toMatchObject({ exitCode: 1, err: expect.stringContaining(reason) })
    rmSync(join(project, '.repro'), { recursive: true })
    // A run that says itself that it has three trials is none that the document asks for.
    forge(cells.slow, (run) => ({ rows: run.rows, trials: 3, inputs: { ...run.inputs, trials: 3 } }))
    expect(await repro('status', '--frozen')).toMatchObject({
      exitCode: 4,
      out: expect.stringMatching(/^stale +times\/here\/slow: trials/m),
    })
    expect(await repro('verify')).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(/^C1 {3}not testable/m),
    })
  })

  it('five trials copied four times: not testable, with their lines', async () => {
    await recorded()
    forge(cells.slow, ({ rows }) => ({
      rows: rows.map((row, index) => ({ ...row, ...rows[index % 10], trial: row.trial ?? null })),
    }))
    const { exitCode, out, err } = await repro('verify')
    expect(exitCode).toBe(1)
    expect(out).toMatch(
      /^C1 {3}not testable .*\n.*why +15 of 20 rows of go in times\/here\/slow repeat another in every measure, more often than chance explains \(rows\.csv: lines 2, 12, 22, 32; lines 4, /m,
    )
    expect(err).toContain('could not be judged, see why: C1')
  })

  it('an edited total: refused with the row, both sides and the difference, and not accepted', async () => {
    await recorded()
    const path = fileOf(cells.slow, 'rows.csv')
    const text = readFileSync(path, 'utf8')
    const [, total = ''] = /^1,go,\d+,\d+,(\d+)$/m.exec(text) ?? []
    writeFileSync(path, text.replace(/^(1,go,\d+,\d+),\d+$/m, `$1,${Number(total) + 7}`))
    const reason = `violates the invariant firstUs + restUs = totalUs: in line 2 of rows.csv (trial 1, go) the left side is ${total} µs, the right side ${Number(total) + 7} µs, and the difference -7 µs`
    expect(await repro('accept', cells.slow, '--author', 'Ada', '--reason', 'a slip')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining(`not accepted: ${cells.slow} ${reason}`),
    })
    forge(cells.slow, ({ rows }) => ({ rows }))
    expect(await repro('status')).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining(`damaged  ${cells.slow}`),
    })
    expect(await repro('verify')).toMatchObject({ exitCode: 1, err: expect.stringContaining(reason) })
  })

  it('accepted rows: every verdict, the status, the report and the archive say whose they are, and why', async () => {
    await recorded()
    const path = fileOf(cells.slow, 'rows.csv')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace(/^1,go,.*$/m, '1,go,600000,40000,640000'))
    const accept = ['accept', cells.slow]
    const anonymous = { HOME: project, XDG_CONFIG_HOME: project, GIT_CONFIG_NOSYSTEM: '1' }
    expect(await repro(...accept)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('accept needs a reason'),
    })
    expect(await start([...accept, '--reason', 'x'], anonymous).ended).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('accept needs an author, and git names none'),
    })
    expect(await repro(...accept, '--author', 'Ada', '--reason', 'units mixed up')).toMatchObject({
      exitCode: 0,
      out: `accepted ${cells.slow}: rows.csv line 2\n`,
    })
    const edit = /times\/here\/slow: edited by Ada on \d{4}-\d\d-\d\d: units mixed up \(rows\.csv line 2\)/
    const { out, exitCode } = await repro('verify')
    expect(exitCode).toBe(3)
    expect(out).toContain('rests on rows that were edited by hand, unlike when recorded on ')
    expect(out).toMatch(/^C1 {3}reproduced, by edited rows /m)
    expect(out).toMatch(edit)
    expect(out).toContain('1 claim: 1 reproduced, by edited rows')
    const junit = join(project, 'junit.xml')
    const [claim] = JSON.parse((await repro('verify', '--json', '--junit', junit)).out).claims
    expect(claim).toMatchObject({
      verdict: 'reproduced, by edited rows',
      recorded: {
        verdict: 'reproduced, by edited rows',
        edited: [
          {
            run: cells.slow,
            edits: [
              { author: 'Ada', reason: 'units mixed up', files: [{ file: 'rows.csv', lines: [2], gone: 1 }] },
            ],
          },
        ],
      },
    })
    expect(readFileSync(junit, 'utf8')).toContain('failures="0" skipped="1"')
    expect((await repro('status')).out).toMatch(
      /^recorded times\/here\/slow: rows: edited by Ada on \S+: units mixed up/m,
    )
    const built = await repro('build', '--to', 'html,markdown')
    expect(built.err).toMatch(edit)
    const page = readFileSync(join(project, '_build/index.html'), 'utf8')
    expect(page).toMatch(/class="badge">reproduced, by edited rows</)
    expect(page).toMatch(/<p class="edited">1 run with rows edited by hand: /)
    expect(page.match(new RegExp(edit, 'g'))?.length).toBeGreaterThanOrEqual(3)
    const packed = join(project, 'packed.zip')
    expect(await repro('pack', '--output', packed)).toMatchObject({ exitCode: 0 })
    const appendix = new TextDecoder().decode(contents(packed)['ARTIFACT.md'])
    expect(appendix).toMatch(edit)
    expect(appendix).toContain('**reproduced, by edited rows**')
    // What was accepted cannot be taken out of the run again without its digest.
    const json = fileOf(cells.slow, 'run.json')
    writeFileSync(json, readFileSync(json, 'utf8').replace(/ {2}"accepted": .*?\n {2}\],\n/s, ''))
    expect(await repro('verify')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('run.json was changed'),
    })
  })

  it('rows that are no numbers: refused with file, line and column', async () => {
    await recorded()
    for (const value of ['NaN', 'Infinity', '1e999', '0x10', 'many']) {
      const path = fileOf(cells.slow, 'rows.csv')
      const text = readFileSync(path, 'utf8')
      const json = readFileSync(fileOf(cells.slow, 'run.json'), 'utf8')
      writeFileSync(path, text.replace(/^(1,go,\d+,\d+),\d+$/m, `$1,${value}`))
      expect(await repro('accept', cells.slow, '--author', 'Ada', '--reason', 'none')).toMatchObject({
        exitCode: 1,
        err: expect.stringContaining(
          `results/${cells.slow}/rows.csv: line 2: totalUs takes a number, not ${value}`,
        ),
      })
      writeFileSync(path, text)
      writeFileSync(fileOf(cells.slow, 'run.json'), json)
    }
  })
})
