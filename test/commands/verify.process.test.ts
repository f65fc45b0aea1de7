/** Verdicts on claims, from the command line; and falsehoods, which must not pass. */

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { project, repro, write } from '../project.ts'

const experiment = (id: string, base: number, trials: number) => `
\`\`\`ts experiment id=${id} testbed=local trials=${trials}
export const rows = [{ elapsedUs: ${base} + 10 * cell.random() }]
\`\`\`
`
const claim = (lines: string) => `\n\`\`\`yaml claim\n${lines}\n\`\`\`\n`
const claims = [
  `id: C1
statement: Slow is slower than fast
scope: shape
from: fast.local.default.elapsedUs
to: slow.local.default.elapsedUs
direction: up`,
  `id: C2
statement: It takes three times as long
scope: shape
source: Table 5
published: 3
value: slow.local.default.elapsedUs.mean / fast.local.default.elapsedUs.mean
tolerance: 20 %`,
  `id: C3
statement: Fast takes 100 microseconds on the original machine
scope: absolute
published: 105
value: fast.local.default.elapsedUs.mean
tolerance: 5
machine: {CPU: Arm}`,
]
const paper = (fast: number, slow: number, trials = 30) => ({
  'paper/index.md': `---\ntitle: Claims\n---\n${experiment('fast', fast, trials)}${experiment('slow', slow, trials)}${claims.map(claim).join('')}`,
})

const recordings = new Map<string, string>()
afterAll(() => {
  for (const folder of recordings.values()) rmSync(folder, { recursive: true })
})

/** Writes files and records their runs, or copies those that an earlier test recorded of the same. */
async function writeRecorded(files: Readonly<Record<string, string>>): Promise<void> {
  const results = join(project, 'results')
  const kept = recordings.get(JSON.stringify(files))
  write(files)
  if (kept !== undefined) return cpSync(kept, results, { recursive: true })
  await repro('run', '--record')
  const folder = mkdtempSync(join(tmpdir(), 'repro-recorded-'))
  cpSync(results, folder, { recursive: true })
  recordings.set(JSON.stringify(files), folder)
}

describe('repro verify', () => {
  it('gives each claim a verdict with numbers and a reason, and counts what is not testable as not passed', async () => {
    await writeRecorded(paper(100, 300))
    const { exitCode, out } = await repro('verify', '--junit', 'verdicts.xml')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^C1 {3}reproduced +Slow is slower than fast$/m)
    expect(out).toMatch(
      /^C2 {3}reproduced +It takes three times as long\n +published +3 \(Table 5\)\n +recorded +2\.9\d? \[/m,
    )
    expect(out).toMatch(
      /^C3 {3}not testable .*\n(?: .*\n)*? +why +no run on hardware: local times say nothing/m,
    )
    expect(out).toMatch(/^3 claims: 2 reproduced, 1 not testable$/m)
    expect(readFileSync(join(project, 'verdicts.xml'), 'utf8')).toMatch(
      /tests="3" failures="0" skipped="1"[\s\S]*<skipped message="not testable: no run/,
    )
    const { claims: told } = JSON.parse((await repro('verify', '--json', '--claim', 'C2')).out)
    expect(told).toMatchObject([
      { id: 'C2', verdict: 'reproduced', recorded: { measured: [{ trials: 30 }] } },
    ])
  })

  it('has exit code 1 where runs are missing or stale, and says which and what to do', async () => {
    write(paper(100, 300, 8))
    const missing = await repro('verify')
    expect(missing.exitCode).toBe(1)
    expect(missing.out).toMatch(/^3 claims: 3 not testable$/m)
    expect(missing.err).toBe(`3 of 3 claims could not be judged, because runs are missing or stale
missing: fast/local/default, slow/local/default
repro build makes them; repro build --record also keeps them in results/
`)

    await repro('run')
    const cached = await repro('verify')
    expect(cached.exitCode).toBe(0)
    expect(cached.out).toMatch(/judged by runs made here, beside the recorded ones/)
    expect(cached.out).toMatch(/^C1 {3}reproduced .*\n +this run +\+/m)

    await repro('run', '--record')
    write(paper(100, 200, 8))
    const stale = await repro('verify')
    expect(stale.exitCode).toBe(1)
    expect(stale.out).toMatch(
      /^C1 {3}not testable .*\n +why +stale: slow\/local\/default \(script changed\)$/m,
    )
    expect(stale.err).toMatch(/^stale: slow\/local\/default$/m)
    const { claims: told } = JSON.parse((await repro('verify', '--json', '--claim', 'C1')).out)
    expect(told[0].recorded.lacking).toEqual([{ run: 'slow/local/default', stale: 'script changed' }])
  })

  it('has exit code 2 where a document makes no claims', async () => {
    write({ 'paper/index.md': '---\ntitle: T\n---\nText.\n' })
    const { exitCode, err } = await repro('verify')
    expect(exitCode).toBe(2)
    expect(err).toContain('paper/index.md makes no claims (yaml claim): there is nothing to verify')
  })

  it('runs again with --rerun only what a claim needs, and compares', async () => {
    await writeRecorded(paper(100, 300))
    const { exitCode, out, err } = await repro('verify', '--rerun', '--claim', 'C3')
    expect(exitCode).toBe(0)
    expect(err).toMatch(
      /^runs 1 cell again \(fast\/local\/default\), about 1 min, estimated from recorded durations$/m,
    )
    expect(err).not.toContain('slow/local')
    expect(out).toMatch(/^C3 {3}not testable/m)
  })

  it('kicks the tires with one cell and a report, whatever the claims come to', async () => {
    write(paper(300, 100))
    await repro('run', '--record')
    expect((await repro('verify')).exitCode).toBe(3)
    const { exitCode, out, err } = await repro('verify', '--kick-the-tires', '--deadline', '600')
    expect(err).toMatch(/^runs 1 cell again \(fast\/local\/default\)/m)
    expect(out).toMatch(
      /^the report: _build\/index\.html\nby the recorded runs, 3 claims: 2 not reproduced, 1 not testable \(repro verify\)\nthe artifact works here$/m,
    )
    expect(exitCode).toBe(0)
    expect(existsSync(join(project, '_build/index.html'))).toBe(true)
  })

  it('puts claims into the report, each with its verdict', async () => {
    write(paper(100, 300))
    expect(await repro('build')).toMatchObject({ exitCode: 0 })
    const html = readFileSync(join(project, '_build/index.html'), 'utf8')
    expect(html).toMatch(/<aside class="claim reproduced" id="C1"/)
    expect(html).toMatch(/<aside class="claim not-testable" id="C3"/)
  })

  it('reads what was published from tables, and again when these change', async () => {
    const [path = '', text = ''] = Object.entries(paper(100, 300))[0] ?? []
    const table = (slow: number) => ({
      'paper/published/times.csv': `table,environment,pattern,mean_us\n1,old,fast,105\n1,old,slow,${slow}\n`,
    })
    const ratio = 'published.old.slow.total.mean / published.old.fast.total.mean'
    write({
      [path]: `${text
        .replace('title: Claims', 'title: Claims\npublished: [paper/published/times.csv]')
        .replace('published: 3\n', `published: =${ratio} | fixed(1)\n`)
        .replace(
          'published: 105',
          'published: =published.old.fast.total.mean',
        )}\nPublished is \`=${ratio}\`.\n`,
      ...table(315),
    })
    await repro('run', '--record')
    const built = () => readFileSync(join(project, '_build/index.html'), 'utf8')

    expect((await repro('build')).exitCode).toBe(0)
    expect(built()).toMatch(/Published is <span class="value published"[^>]*>3<\/span>/)
    const { out } = await repro('verify')
    expect(out).toMatch(/^C2 {3}reproduced .*\n +published +3\.0 \(Table 5\)$/m)
    expect(out).toMatch(/^C3 {3}not testable .*\n +published +105 µs$/m)
    const { claims: told } = JSON.parse((await repro('verify', '--json')).out)
    expect(told).toMatchObject([{}, { id: 'C2', published: 3 }, { id: 'C3', published: 105 }])

    write(table(630))
    expect((await repro('status')).out).toMatch(/^stale +claim C2: paper\/published\/times\.csv changed$/m)
    expect((await repro('explain', 'page')).out).toContain('paper/published/times.csv')
    expect((await repro('build')).exitCode).toBe(0)
    expect(built()).toMatch(/Published is <span class="value published"[^>]*>6<\/span>/)
    expect((await repro('verify')).out).toMatch(/^C2 {3}not reproduced .*\n +published +6\.0 \(Table 5\)$/m)
  })

  it('shows beside each other in the report what was published, recorded, and run now', async () => {
    const table = '\n```yaml table\nid: tbl-claims\nkind: claims\ncaption: Claims.\n```\n'
    const [path = '', text = ''] = Object.entries(paper(100, 300))[0] ?? []
    write({ [path]: text + table })
    await repro('run', '--record')
    const cellsOf = (html: string, id: string) =>
      Array.from(
        (new RegExp(`<th[^>]*><a href="#${id}">.*?</tr>`, 's').exec(html)?.[0] ?? '').matchAll(
          /<td[^>]*>(.*?)<\/td>/gs,
        ),
        ([, cell = '']) => cell.replaceAll('\u00a0', ' '),
      )
    const built = () => readFileSync(join(project, '_build/index.html'), 'utf8')

    expect((await repro('build')).exitCode).toBe(0)
    const before = cellsOf(built(), 'C2')
    expect(before).toEqual([
      'It takes three times as long',
      '3 (Table 5)',
      expect.stringMatching(/^2\.9\d* \[.*\], local$/),
      'is the recorded run',
      'reproduced',
    ])

    expect((await repro('build', '--rerun', '--trials', '7')).exitCode).toBe(0)
    const after = cellsOf(built(), 'C2')
    expect(after[2]).toBe(before[2])
    expect(after[3]).toMatch(/^2\.9\d* \[.*\], local$/)
    expect(after[3]).not.toBe(before[2])
    expect(built()).toMatch(/fast\/local\/default <span[^>]*>local<\/span><\/th><td>7<\/td>/)
  })

  it('shows what stands behind a claim: its text, limit, method, inputs and distributions', async () => {
    await writeRecorded(paper(100, 300))
    expect((await repro('build')).exitCode).toBe(0)
    const html = readFileSync(join(project, '_build/index.html'), 'utf8')
    const detail = /<aside[^>]*id="C1".*?<\/aside>/s.exec(html)?.[0] ?? ''
    expect(detail).toContain('How C1 was judged')
    expect(detail).toContain('from: fast.local.default.elapsedUs')
    expect(detail).toContain('a shift above 5.')
    expect(detail).toContain('Mann–Whitney')
    expect(detail).toContain('<a href="../results/fast/local/default/rows.csv">rows.csv</a>')
    expect(existsSync(join(project, '_build', '../results/fast/local/default/rows.csv'))).toBe(true)
    expect(detail).toMatch(
      /<svg .*C1: cumulative share of trials \(local\).*fast · default · elapsedUs.*slow · default · elapsedUs/s,
    )
    // Nothing was measured for the absolute claim, so there is nothing to look at.
    expect(/<aside[^>]*id="C3".*?<\/aside>/s.exec(html)?.[0]).not.toContain('<svg')
  })

  it.each([
    ['value: slow', 'vale: slow', 'unknown key: vale (did you mean value?)'],
    [
      'slow.local.default.elapsedUs.mean /',
      'slow.local.defalt.elapsedUs.mean /',
      'unknown pattern of slow: defalt (did you mean default?)',
    ],
    ['tolerance: 20 %', 'tolerance: a lot', 'tolerance: '],
    ['direction: up', 'direction: up\nshows: tbl-none', 'shows: tbl-none'],
    [
      'direction: up',
      'direction: up\nvalue: fast.local.default.n',
      'a claim has one of value, agrees, ascending, and from with to',
    ],
    ['value: slow', 'agrees: slow', 'agrees takes a mean and a `published: =...` one'],
  ])('%s as %s is an error with a place', async (from, to, message) => {
    const [path = '', text = ''] = Object.entries(paper(100, 300))[0] ?? []
    write({ [path]: text.replace(from, to) })
    const { exitCode, err } = await repro('check')
    expect(exitCode).toBe(2)
    expect(err).toMatch(/^paper\/index\.md:\d+:\d+ error /m)
    expect(err).toContain(message.replace('shows: tbl-none', 'no table or figure of this id: tbl-none'))
  })
})

describe('a falsehood', () => {
  const rows = (id: string) => join(project, `results/${id}/local/default/rows.csv`)

  it('rows edited by hand: an integrity error', async () => {
    await writeRecorded(paper(100, 300))
    writeFileSync(rows('slow'), readFileSync(rows('slow'), 'utf8').replace(/30\d\.\d+/, '101.5'))
    const { exitCode, err } = await repro('verify')
    expect(exitCode).toBe(1)
    expect(err).toContain('rows.csv of run slow/local/default was changed')
  })

  it('the data of two experiments swapped: the claims fail', async () => {
    await writeRecorded(paper(100, 300))
    const [fast, slow] = [readFileSync(rows('fast'), 'utf8'), readFileSync(rows('slow'), 'utf8')]
    writeFileSync(rows('fast'), slow)
    writeFileSync(rows('slow'), fast)
    await repro('accept', 'fast', 'slow', '--author', 'Ada', '--reason', 'swapped')
    const { exitCode, out } = await repro('verify')
    expect(exitCode).toBe(3)
    expect(out).toMatch(/^C1 {3}not reproduced, by edited rows/m)
    expect(out).toMatch(/^C2 {3}not reproduced, by edited rows/m)
  })

  it.each([
    [
      'direction: up',
      'direction: same\ntolerance: 1000 %',
      /error the tolerance is so wide that no value is too small/,
    ],
    ['to: slow', 'to: fast', /error the test fails whatever the runs say: .*\(the shift is 0 each time\)/],
    [
      'slow.local.default.elapsedUs.mean / fast',
      'fast.local.default.elapsedUs.mean / fast',
      /error the test fails whatever the runs say: .*\(the value is 1\.00 each time\)/,
    ],
  ])('a test that says nothing, %s as %s: refused by check, build and verify', async (from, to, reason) => {
    const [path = '', text = ''] = Object.entries(paper(100, 300))[0] ?? []
    write({ [path]: text.replace(from, to) })
    for (const command of ['check', 'build', 'verify']) {
      const { exitCode, err } = await repro(command)
      expect(exitCode).toBe(2)
      expect(err).toMatch(reason)
    }
    expect(existsSync(join(project, '_build'))).toBe(false)
  })

  it('an effect that its control has as well: inconclusive, and shown beside the claim', async () => {
    const control = 'control:\n  label: a third one\n  cells: {slow/local: third/local}'
    const [path = '', text = ''] = Object.entries(paper(100, 300))[0] ?? []
    const withControl = (third: number) => ({
      [path]: text.replace('direction: up', `direction: up\n${control}`) + experiment('third', third, 30),
    })
    write(withControl(300))
    await repro('run', '--record')
    const passing = await repro('verify', '--claim', 'C1')
    expect(passing.exitCode).toBe(0)
    expect(passing.out).toMatch(
      /^C1 {3}inconclusive .*\n(?: .*\n)*? +control: a third one reproduced: \+2.*\n +why +the control passes as well: the same test holds for a third one$/m,
    )
    write(withControl(100))
    await repro('build', '--record')
    expect((await repro('verify', '--claim', 'C1')).out).toMatch(
      /^C1 {3}reproduced .*\n(?: .*\n)*? +control: a third one not reproduced: /m,
    )
    const { claims: told } = JSON.parse((await repro('verify', '--json', '--claim', 'C1')).out)
    expect(told[0].recorded).toMatchObject({
      verdict: 'reproduced',
      control: { label: 'a third one', verdict: 'not reproduced', measured: [{ trials: 30, unit: 'us' }] },
    })
    const html = readFileSync(join(project, '_build/index.html'), 'utf8')
    expect(html).toMatch(/<dt>control: a third one<\/dt>\s*<dd>not reproduced: .*?, local\)?<\/dd>/)
  })

  it('too few trials: inconclusive, with the number that is needed', async () => {
    write(paper(100, 300, 2))
    await repro('run', '--record')
    const { exitCode, out } = await repro('verify')
    expect(exitCode).toBe(0)
    expect(out).toMatch(
      /^C1 {3}inconclusive .*\n(?: .*\n)*? +why +too few trials for an interval: 2, at least \d+ are needed/m,
    )
    expect(out).not.toMatch(/^C[12] {3}reproduced/m)
    // JSON has no infinite numbers: an end that is not bounded is null.
    const { claims: told } = JSON.parse((await repro('verify', '--json', '--claim', 'C1')).out)
    expect(told[0].recorded.measured[0]).toMatchObject({
      interval: { low: null, high: null },
      allowed: { low: expect.any(Number), high: null },
      trials: 2,
      per: 'trial',
      origins: ['local'],
      runs: ['fast/local/default', 'slow/local/default'],
    })
  })

  it('an emulated number in a sentence about hardware: an error with its place and what to do', async () => {
    write({
      'experiments/x.ts': 'export default () => ({})\n',
      'experiments/environments.yaml':
        'board: {label: B, testbed: xen-qemu, root: debian-11, machine: virt, cpus: 4, memoryMb: 4096, dom0MemoryMb: 1024, clockHz: 54000000, instructionNs: 2, quantumUs: 1}\n',
      'paper/index.md': `---
title: T
---
\`\`\`yaml experiment
id: x
script: experiments/x.ts
environments: [board]
trials: 3
patterns: {baseline: {}}
\`\`\`

On a Raspberry Pi it takes \`=x.board.baseline.total.mean | ms\`.
`,
    })
    const { exitCode, err } = await repro('check')
    expect(exitCode).toBe(2)
    expect(err).toMatch(
      /^paper\/index\.md:12:28 error a value of board in a sentence that says "On a Raspberry Pi": say in the sentence that it is emulated/m,
    )
  })

  it('a run from here passed off as hardware’s: refused', async () => {
    await writeRecorded(paper(100, 300))
    const file = join(project, 'results/fast/local/default/run.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"origin": "local"', '"origin": "hardware"'))
    const { exitCode, err } = await repro('verify')
    expect(exitCode).toBe(1)
    expect(err).toContain('environment origin is "hardware" in the run, and "local" among its inputs')
    expect(existsSync(join(project, '_build'))).toBe(false)
  })
})
