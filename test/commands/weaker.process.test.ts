/** Evidence that gets weaker, and failures that are dropped, behind a record of verdicts: none in silence. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { excludedColumn, type Row, type Run } from '../../src/results/run.ts'
import { contents } from '../pack/zip.ts'
import { project, repro, write } from '../project.ts'
import { fileOf, forge, recordOf } from './forge.ts'

const script = `
export default async (cell) => ({
  columns: [
    { name: 'trial', role: 'index' },
    { name: 'excluded', role: 'factor' },
    { name: 'aUs', role: 'measure', unit: 'us' },
    { name: 'bUs', role: 'measure', unit: 'us' },
    { name: 'totalUs', role: 'measure', unit: 'us' },
  ],
  rows: Array.from({ length: cell.trials }, (_, trial) => {
    const aUs = Math.floor(cell.parameters.scale * 900000 * (1 + 0.2 * cell.random()))
    const bUs = Math.floor(100000 * (1 + 0.2 * cell.random()))
    return { trial: trial + 1, excluded: '', aUs, bUs, totalUs: aUs + bUs }
  }),
  exclusions: [],
  captured: {},
})
`
const cells = { base: 'demo/here/base', slow: 'demo/here/slow', twin: 'demo/here/twin' }
const condition = 'conditions: {other: {label: another machine, cells: {demo/here: demo/there}}}'
const plainClaim = `id: K1
statement: Slow is slower
scope: shape
value: demo.here.slow.totalUs.mean / demo.here.base.totalUs.mean
between: [1.2, 2]`

interface Paper {
  readonly front?: string
  readonly trials?: number
  readonly boots?: number
  readonly rows?: string
  readonly claim?: string
}
const paper = ({
  front = '',
  trials = 50,
  boots = 5,
  rows = 'invariants: [aUs + bUs = totalUs]',
  claim = plainClaim,
}: Paper = {}) => ({
  'experiments/demo.ts': script,
  'experiments/environments.yaml':
    'here: {label: here, testbed: local}\nthere: {label: there, testbed: local}\n',
  'paper/index.md': `---
title: T
${front}
---

\`\`\`yaml experiment
id: demo
script: experiments/demo.ts
environments: [here, there]
trials: ${trials}
boots: ${boots}
parameters: {scale: 1}
${rows}
patterns:
  base: {}
  twin: {label: twin}
  slow: {label: slow, scale: 1.5}
\`\`\`

\`\`\`yaml claim
${claim}
\`\`\`
`,
})

/** Runs of the experiment: what a claim says of them, or a block of their rows, is not in their keys. */
let runs: string | undefined
/** The usual paper with its record. */
let usual: string | undefined
afterAll(() => {
  for (const folder of [runs, usual]) if (folder !== undefined) rmSync(folder, { recursive: true })
})

async function record(given?: Paper): Promise<void> {
  if (given === undefined && usual !== undefined) return cpSync(usual, project, { recursive: true })
  write(paper(given))
  if (runs !== undefined) cpSync(runs, join(project, 'results'), { recursive: true })
  expect(await repro('run', '--record')).toMatchObject({ exitCode: 0 })
  if (runs === undefined) {
    runs = mkdtempSync(join(tmpdir(), 'repro-recorded-'))
    cpSync(join(project, 'results/demo'), join(runs, 'demo'), { recursive: true })
  }
  expect(await repro('verify')).toMatchObject({
    exitCode: 0,
    out: expect.stringMatching(/^K1 {3}reproduced .*^all as recorded$/ms),
  })
  if (given !== undefined) return
  usual = mkdtempSync(join(tmpdir(), 'repro-recorded-'))
  cpSync(project, usual, { recursive: true })
}
/** Excludes rows, and says so in the run's head. */
const excluding =
  (isExcluded: (row: Row) => boolean, reason = 'lost trace records') =>
  ({ rows }: Run): Partial<Run> => ({
    rows: rows.map((row) => (isExcluded(row) ? { ...row, [excludedColumn]: reason } : row)),
    exclusions: [{ reason, count: rows.filter(isExcluded).length }],
  })
const scaled =
  (factor: number) =>
  ({ rows }: Run): Partial<Run> => ({
    rows: rows.map((row) => {
      const aUs = Math.round(Number(row.aUs) * factor)
      return { ...row, aUs, totalUs: aUs + Number(row.bUs) }
    }),
  })
/** A run that says itself that it has fewer trials. */
const fewer = (trials: number, boots: number) => (run: Run) => ({
  ...{ trials, inputs: { ...run.inputs, trials, boots } },
  rows: run.rows.slice(0, trials).map((row, index) => ({
    ...row,
    trial: index + 1,
    boot: 1 + Math.floor((index * boots) / trials),
  })),
})

describe('weaker evidence', { timeout: 300_000 }, () => {
  it('trials cut as excluded: inconclusive, weaker than recorded, and counted in every output', async () => {
    await record()
    forge(
      cells.slow,
      excluding(({ trial }) => Number(trial) % 5 !== 1),
    )
    const { out, exitCode } = await repro('verify')
    expect(exitCode).toBe(3)
    expect(out).toMatch(/^K1 {3}inconclusive /m)
    const used = 'totalUs of demo/here/slow: 10 of 50 (40 excluded: lost trace records)'
    expect(out).toContain(
      `why        a fifth or more of the rows are excluded, which may be those that refute it: ${used}\n`,
    )
    expect(out).toContain(`note       rows used: ${used}\n`)
    expect(out).toMatch(
      /since +weaker evidence: more rows excluded than recorded on \S+: demo\/here\/slow 40 \(lost trace records\), was 0$/m,
    )
    expect(out).toMatch(/^since the record: 1 weaker, 1 with weaker evidence, 1 with other numbers$/m)
    const [claim] = JSON.parse((await repro('verify', '--json')).out).claims
    expect(claim.recorded.notes).toContain(`rows used: ${used}`)
    expect(claim.since.evidence).toContainEqual({
      ...{ run: cells.slow, type: 'excluded', before: '0', now: '40 (lost trace records)' },
    })
    await repro('build', '--to', 'html,markdown')
    const banner = 'demo/here/slow: 40 (lost trace records)'
    for (const file of ['index.html', 'index.md']) {
      const page = readFileSync(join(project, '_build', file), 'utf8').replaceAll('\u00a0', ' ')
      expect(page).toContain(`1 run with rows excluded from all statistics: ${banner}`)
      expect(page).toMatch(/<td>40 \(lost trace records\)<\/td>|\| 40 \(lost trace records\) \|/)
      expect(page).toContain(used)
    }
    const packed = join(project, 'packed.zip')
    await repro('pack', '--output', packed)
    expect(new TextDecoder().decode(contents(packed)['ARTIFACT.md'])).toContain(
      `**Rows excluded** from all statistics: ${banner}.`,
    )
  })

  it('a few rows cut: told in the note, weaker than recorded, and in the history once recorded', async () => {
    await record()
    forge(
      cells.slow,
      excluding(({ trial }) => Number(trial) % 10 === 1),
    )
    const { out, exitCode } = await repro('verify')
    expect(exitCode).toBe(3)
    expect(out).toMatch(/^K1 {3}reproduced /m)
    expect(out).toContain('rows used: totalUs of demo/here/slow: 45 of 50 (5 excluded: lost trace records)')
    await repro('build', '--record')
    const after = await repro('verify')
    expect(after.exitCode).toBe(0)
    expect(after.out).toMatch(
      /history +changed on \S+: weaker evidence: more rows excluded .*: demo\/here\/slow 5 \(lost trace records\), was 0; numbers 1\.\d+ .* → 1\.\d+ /,
    )
  })

  it('values blanked out instead: counted and weaker', async () => {
    await record({ rows: '' })
    forge(cells.slow, ({ rows }) => ({
      rows: rows.map((row) => (Number(row.trial) % 10 === 1 ? { ...row, totalUs: null } : row)),
    }))
    const { out, exitCode } = await repro('verify')
    expect(out).toContain('rows used: totalUs of demo/here/slow: 45 of 50 (5 without a value)')
    expect(out).toContain('fewer values than recorded')
    expect(exitCode).toBe(3)
  })

  it.each([
    [15, 5, 'fewer trials'],
    [20, 2, 'fewer boots'],
  ])('%i trials in %i boots, in document and runs: weaker', async (trials, boots, words) => {
    await record()
    write(paper({ trials, boots }))
    for (const pattern of ['base', 'twin', 'slow'])
      for (const environment of ['here', 'there'])
        forge(`demo/${environment}/${pattern}`, fewer(trials, boots))
    const { out, exitCode } = await repro('verify')
    expect(out).toMatch(/^K1 {3}reproduced /m)
    expect(out).toMatch(
      new RegExp(
        `since +weaker evidence: ${words} than recorded on \\S+: demo/here/base \\d+, was \\d+; demo/here/slow `,
      ),
    )
    expect(exitCode).toBe(3)
  })

  it('other rows under the same key: told, whatever the verdict', async () => {
    await record()
    forge(cells.slow, scaled(1.01))
    const { out, exitCode } = await repro('verify')
    expect(out).toMatch(/^K1 {3}reproduced /m)
    expect(out).toMatch(
      /since +weaker evidence: other rows than recorded on \S+: demo\/here\/slow \(its inputs are the recorded ones and no edit was accepted: /,
    )
    expect(exitCode).toBe(3)
    const junit = join(project, 'junit.xml')
    await repro('verify', '--junit', junit)
    expect(readFileSync(junit, 'utf8')).toMatch(/failures="1" .*<failure message="reproduced: .*other rows/s)
  })

  it('an acceptance stripped, shortened or reworded: told', async () => {
    await record()
    const path = fileOf(cells.slow, 'rows.csv')
    const edit = () =>
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(/^1,1,,(\d+),(\d+),(\d+)/m, (_, a, b, total) =>
          ['1', '1', '', Number(a) + 9000, b, Number(total) + 9000].join(),
        ),
      )
    edit()
    await repro('accept', cells.slow, '--author', 'Eve', '--reason', 'a slip')
    const accepted = await repro('verify')
    expect(accepted.exitCode).toBe(3)
    expect(accepted.out).toMatch(/^since the record: 1 resting on newly edited rows, 1 with other numbers$/m)
    await repro('build', '--record')
    const { out: recorded, exitCode } = await repro('verify')
    expect(exitCode).toBe(0)
    expect(recorded).toMatch(
      /history +changed on \S+: rows edited by hand: demo\/here\/slow: edited by Eve .*; numbers 1\.\d+ .* → 1\.\d+ /,
    )
    forge(cells.slow, ({ accepted = [] }) => ({
      accepted: accepted.map((one) => ({ ...one, author: 'Ada' })),
    }))
    const reworded = await repro('verify')
    expect(reworded.out).toMatch(/edits by hand that were recorded on \S+ are no longer told of: .*Eve/)
    expect(reworded.exitCode).toBe(3)
    forge(cells.slow, (run) => {
      delete (run as { accepted?: unknown }).accepted
      return {}
    })
    const { out, exitCode: stripped } = await repro('verify')
    expect(out).toMatch(/^K1 {3}reproduced {2}/m)
    expect(out).toMatch(/edits by hand that were recorded on \S+ are no longer told of: .*Eve/)
    expect(out).not.toContain('all as recorded')
    expect(stripped).toBe(3)
  })
})

describe('a failure that is dropped', { timeout: 300_000 }, () => {
  it.each([
    ['a condition', condition, plainClaim, `${plainClaim}\nconditions: []`, 'demo/there/slow'],
    [
      'a value of a list',
      '',
      plainClaim.replace(
        /^value: (.*)$/m,
        'value: [$1, demo.there.slow.totalUs.mean / demo.there.base.totalUs.mean]',
      ),
      plainClaim,
      'demo/there/slow',
    ],
    [
      'the expression',
      '',
      plainClaim,
      plainClaim.replace('slow.totalUs.mean', 'slow.totalUs.mean * 1.2'),
      'demo/here/slow',
    ],
  ])('%s: it passes by a changed definition', async (_, front, claim, changed, cell) => {
    await record({ front, claim })
    const factor = changed.includes('* 1.2') ? 0.78 : 0.67
    forge(cell, scaled(factor))
    const { out } = await repro('verify')
    expect(out).toMatch(/^K1 {3}(?:inconclusive|not reproduced) /m)
    write(paper({ front, claim: changed }))
    const after = await repro('verify')
    expect(after.out).toMatch(/^K1 {3}reproduced /m)
    expect(after.out).toMatch(
      /since +the changed definition decides: by the recorded one it is now (?:inconclusive|not reproduced): /,
    )
    expect(after.out).toMatch(/^since the record: .*1 passing by a changed definition/m)
    expect(after.exitCode).toBe(3)
  })

  it('a condition whose trials were cut', async () => {
    await record({ front: condition })
    forge(
      'demo/there/slow',
      excluding(({ trial }) => Number(trial) % 10 === 1),
    )
    write(paper())
    const { out, exitCode } = await repro('verify')
    expect(out).toMatch(/^K1 {3}reproduced /m)
    expect(out).toMatch(
      /since +weaker evidence: more rows excluded than recorded on \S+: demo\/there\/slow 5 /,
    )
    expect(exitCode).toBe(3)
  })

  it('a control that passes', async () => {
    const control = `${plainClaim}\ncontrol: {label: the same again, cells: {demo/here/slow: demo/here/twin}}`
    await record({ claim: control })
    forge(cells.twin, scaled(1.5))
    expect((await repro('verify')).out).toMatch(/^K1 {3}inconclusive /m)
    write(paper())
    const { out, exitCode } = await repro('verify')
    expect(out).toContain('by the recorded one it is now inconclusive: the control passes as well')
    expect(exitCode).toBe(3)
  })

  it('a group of cells, of which one fails', async () => {
    const groups = 'groups: {loads: [slow, twin]}\ninvariants: [aUs + bUs = totalUs]'
    const claim = plainClaim
      .replace(/^value: .*$/m, 'value: min(demo.here.loads.totalUs.mean / demo.here.base.totalUs.mean)')
      .replace('1.2', '0.9')
    await record({ rows: groups, claim })
    forge(cells.twin, scaled(0.7))
    expect((await repro('verify')).out).toMatch(/^K1 {3}not reproduced /m)
    write(paper({ rows: groups.replace('slow, twin', 'slow'), claim }))
    const { out, exitCode } = await repro('verify')
    expect(out).toMatch(/by the recorded one it is now not reproduced: /)
    expect(exitCode).toBe(3)
  })

  it('a statement that promises more', async () => {
    await record()
    write(paper({ claim: plainClaim.replace('Slow is slower', 'Slow is twice as slow') }))
    const { out, exitCode } = await repro('verify')
    expect(out).toContain('it states something else than was recorded, and passes')
    expect(exitCode).toBe(3)
  })

  it('an invariant, so that totals alone could be edited', async () => {
    await record()
    write(paper({ rows: '' }))
    expect((await repro('verify')).exitCode).toBe(0)
    forge(cells.slow, ({ rows }) => ({
      rows: rows.map((row) => ({ ...row, totalUs: Number(row.totalUs) - 70_000 })),
    }))
    const { out, exitCode } = await repro('verify')
    expect(out).toMatch(/^K1 {3}reproduced /m)
    expect(out).toContain('demo/here/slow violates the invariant aUs + bUs = totalUs: in line 2 of rows.csv')
    expect(exitCode).toBe(3)
  })

  it('rows that repeat, by a claim that they may', async () => {
    await record()
    forge(cells.slow, ({ rows }) => ({
      rows: rows.map((row, index) => {
        const from = rows[10 * Math.floor(index / 10) + (index % 5)]
        return { ...row, ...from, trial: row.trial ?? null }
      }),
    }))
    expect((await repro('verify')).exitCode).toBe(1)
    write(paper({ rows: 'discrete: true\ninvariants: [aUs + bUs = totalUs]' }))
    const { out, exitCode } = await repro('verify')
    expect(out).toMatch(/^K1 {3}reproduced /m)
    expect(out).toContain('by the recorded one it is now not testable: ')
    expect(out).toContain('discrete demo added: true')
    expect(exitCode).toBe(3)
  })

  it('a published spread, from which the allowed range is predicted', async () => {
    const published = (sd: number) =>
      `environment,pattern,n,mean_us,sd_us\nold,base,50,1000000,${sd}\nold,slow,50,1500000,${sd}\n`
    const front = 'published: [paper/published/old.csv]'
    const claim = `id: K1
statement: Slow is slower by what was published
scope: shape
agrees: demo.here.slow.totalUs.mean / demo.here.base.totalUs.mean
published: =published.old.slow.total.mean / published.old.base.total.mean`
    write({ 'paper/published/old.csv': published(250_000) })
    await record({ front, claim })
    write({ 'paper/published/old.csv': published(500_000) })
    const { out, exitCode } = await repro('verify')
    expect(out).toMatch(/^K1 {3}reproduced /m)
    expect(out).toContain('published.old.slow.total.sd 250000 → 500000')
    expect(out).toContain('other numbers are published at ')
    expect(exitCode).toBe(3)
  })

  it('a stronger definition is told, and is no failure', async () => {
    await record()
    write(paper({ front: condition, claim: plainClaim.replace('[1.2, 2]', '[1.3, 2]') }))
    const { out, exitCode } = await repro('verify')
    expect(out).toContain('between [1.2, 2] → [1.3, 2]')
    expect(out).toMatch(/^since the record: 1 defined otherwise$/m)
    expect(exitCode).toBe(0)
  })
})

describe('what verify says of the whole', { timeout: 300_000 }, () => {
  it('is not that all is as recorded where claims could not be compared', async () => {
    await record()
    write(paper({ trials: 60 }))
    const { out, exitCode } = await repro('verify')
    expect(out).toMatch(/^since the record: 1 not compared$/m)
    expect(exitCode).toBe(1)
  })

  it('names the cells whose rows were swapped in, and is then not satisfied', async () => {
    await record()
    rmSync(join(project, 'results/claims.json'))
    forge(cells.slow, () => ({ rows: recordOf(cells.base).rows }))
    const { out, exitCode } = await repro('verify', '--rerun', '--claim', 'K1')
    expect(out).toMatch(/^K1 {3}reproduced /m)
    expect(out).toMatch(/^the record of demo\/here\/slow has the rows that demo\/here\/base gave now$/m)
    expect(exitCode).toBe(3)
  })

  it('has a warning where runs are recorded and verdicts are not, also as JSON', async () => {
    await record()
    rmSync(join(project, 'results/claims.json'))
    const text =
      'the runs are recorded, and no verdicts are: without results/claims.json, nothing tells what was weakened since (version control would)'
    expect((await repro('verify')).out).toContain(`\n${text}\n`)
    expect(JSON.parse((await repro('verify', '--json')).out).warnings).toEqual([text])
  })

  it('has dates that lie in the future', async () => {
    await record()
    forge(cells.slow, ({ provenance }) => ({ provenance: { ...provenance, date: '2999-01-01T00:00:00Z' } }))
    const { out } = await repro('verify')
    expect(out).toContain('dated in the future: the run demo/here/slow: 2999-01-01T00:00:00Z')
    expect(out).not.toContain('all as recorded')
  })

  it('is JSON for errors, too, with the exit code', async () => {
    const failure = async (...args: readonly string[]) => {
      const { out, err, exitCode } = await repro('verify', '--json', ...args)
      expect(err).not.toBe('')
      expect(JSON.parse(out)).toEqual({ version: 1, error: expect.any(String), exitCode })
      return JSON.parse(out)
    }
    await record()
    expect(await failure('--claim', 'K2')).toMatchObject({
      error: expect.stringContaining('no claim of this name: K2'),
      exitCode: 2,
    })
    expect(await failure('--clam', 'K1')).toMatchObject({ exitCode: 2 })
    const verdicts = join(project, 'results/claims.json')
    const good = readFileSync(verdicts, 'utf8')
    writeFileSync(verdicts, good.replace(/"date": "[\d-]+"/, '"date": "2026-02-31"'))
    expect(await failure()).toMatchObject({
      error: expect.stringContaining('date: not a date such as 2026-11-29'),
      exitCode: 1,
    })
    writeFileSync(verdicts, good)
    const rows = fileOf(cells.slow, 'rows.csv')
    writeFileSync(rows, readFileSync(rows, 'utf8').replace(/^1,.*\n/m, ''))
    expect(await failure()).toMatchObject({ error: expect.stringContaining('was changed'), exitCode: 1 })
  })
})
