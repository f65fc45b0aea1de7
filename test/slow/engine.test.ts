/** The build engine with real processes: what becomes stale, is kept, and is resumed. */

import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { secondsOf, type Run } from '../../src/results/run.ts'
import { project, repro, start, write } from '../project.ts'

const inline = (id: string, code: string, attributes = '') =>
  `\n\`\`\`ts experiment id=${id} testbed=local ${attributes}\n${code}\n\`\`\`\n`
const paper = (...parts: readonly string[]) => ({ 'paper/index.md': `---\ntitle: T\n---\n${parts.join('')}` })
const draw = 'export const rows = [{ value: cell.random() }]'
const read = (path: string) => readFileSync(join(project, path), 'utf8')
/** Deletes local runs and boots, but not finished trials. */
const forget = () => {
  for (const folder of ['runs', 'boots']) rmSync(join(project, '.repro', folder), { recursive: true })
}
/** A script whose trials append to a file, so that a test sees which ran. */
const noted = `import { appendFileSync } from 'node:fs'
appendFileSync('ran', cell.trial + ' ')
export const rows = [{ value: cell.random() }]`

const script = `import { factor } from './factor.ts'
import { readFileSync } from 'node:fs'
export default async function (cell) {
  const rows = await cell.each(({ random }) => [{ value: factor * random() + cell.parameters.load }])
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'value', role: 'measure' }], rows,
    captured: { data: readFileSync('data/a.csv', 'utf8') } }
}
`
const whole = {
  'experiments/s.ts': script,
  'experiments/factor.ts': 'export const factor = 2\n',
  'experiments/other.ts': 'export const other = 2\n',
  'data/a.csv': '1\n',
  'figures/f.vl.json': JSON.stringify({
    data: { name: 'rows' },
    mark: 'point',
    encoding: { x: { field: 'trial', type: 'quantitative' }, y: { field: 'value', type: 'quantitative' } },
  }),
  'paper/index.md': `---
title: Steps
---

\`\`\`yaml experiment
id: one
script: experiments/s.ts
environments: [local]
boots: 1
trials: 2
inputs: ['data/*.csv']
parameters: {load: 0}
patterns: {base: {}, more: {load: 4}}
\`\`\`

\`\`\`ts experiment id=two testbed=local trials=2 needs=one
export const rows = [{ count: cell.needs.one.length, sum: cell.needs.one.flatMap((run) => run.rows).length }]
\`\`\`

\`\`\`yaml figure
id: fig-one
spec: figures/f.vl.json
caption: One
alt: One
data: {rows: one}
\`\`\`

Mean \`=one.local.base.value.mean\`, count \`=two.local.default.count.mean\`.
`,
}

interface Step {
  readonly id: string
  readonly state: string
  readonly reason?: string
}
const stale = async () => {
  const steps = JSON.parse((await repro('status', '--json')).out) as readonly Step[]
  return Object.fromEntries(
    steps
      .filter(({ state }) => state === 'stale' || state === 'missing')
      .map(({ id, reason }) => [id, reason]),
  )
}

/** The whole project with its records, in which nothing is stale; built once, and copied from then on. */
let built: string | undefined
afterAll(() => {
  if (built !== undefined) rmSync(built, { recursive: true })
})
async function recordWhole(): Promise<void> {
  if (built !== undefined) return cpSync(built, project, { recursive: true })
  write(whole)
  expect(await repro('build', '--record')).toMatchObject({ exitCode: 0 })
  expect(await stale()).toEqual({})
  built = mkdtempSync(join(tmpdir(), 'repro-whole-'))
  cpSync(project, built, { recursive: true })
}

describe('what goes stale, and why', () => {
  const [base, more, two] = ['one/local/base', 'one/local/more', 'two/local/default']
  const all = (reason: string) => ({
    [base]: reason,
    [more]: reason,
    [two]: `needs ${base}, which is stale and ${more}, which is stale`,
  })
  const edit = (file: keyof typeof whole, from: string, to: string) => ({
    [file]: whole[file].replace(from, to),
  })
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['nothing', {}, {}],
    ['a file that nothing uses', edit('experiments/other.ts', '2', '3'), {}],
    ['a comment of the script', edit('experiments/s.ts', 'export', '// why\nexport'), {}],
    ['prose', edit('paper/index.md', 'Mean', 'The mean'), {}],
    ['a comment in a block', edit('paper/index.md', 'trials: 2', 'trials: 2 # two'), {}],
    ['the deadline', edit('paper/index.md', 'trials: 2\n', 'trials: 2\ndeadline: 7\n'), {}],
    ['the script', edit('experiments/s.ts', '+ cell', '- cell'), all('script changed')],
    ['what it imports', edit('experiments/factor.ts', '2', '3'), all('experiments/factor.ts changed')],
    ['an input', { 'data/a.csv': '2\n' }, all('data/a.csv changed')],
    ['a new input', { 'data/b.csv': '2\n' }, all('data/b.csv added')],
    ['trials', edit('paper/index.md', 'trials: 2\ninputs', 'trials: 3\ninputs'), all('trials 2 -> 3')],
    [
      'the seed',
      edit('paper/index.md', 'trials: 2\ninputs', 'trials: 2\nseed: 5\ninputs'),
      all('seed 1 -> 5'),
    ],
    [
      'the seed of one pattern',
      edit('paper/index.md', '{load: 4}', '{load: 4, seed: 5}'),
      { [more]: 'seed 1 -> 5', [two]: `needs ${more}, which is stale` },
    ],
    [
      'a parameter of one pattern',
      edit('paper/index.md', 'load: 4', 'load: 5'),
      { [more]: 'load 4 -> 5', [two]: `needs ${more}, which is stale` },
    ],
    [
      'the code in a block',
      edit('paper/index.md', 'count: cell', 'count: 1 + cell'),
      { [two]: 'script changed' },
    ],
  ])('%s', async (_, changed, expected) => {
    await recordWhole()
    write(changed)
    const { page: _page, 'fig-one': figure, ...cells } = await stale()
    expect(cells).toEqual(expected)
    // A figure shows the runs of its experiment.
    expect(figure !== undefined).toBe(base in expected || more in expected)
  })

  it('a claim and the page alone, when what it allows or a run that it reads changed', async () => {
    const claim = (low: number) => `
\`\`\`yaml claim
id: C1
statement: Values are not small
scope: method
value: one.local.base.value.mean
between: [${low}, null]
\`\`\`
`
    const paper = 'paper/index.md'
    const text = whole[paper].replace('trials: 2\ninputs', 'trials: 8\ninputs')
    write({ ...whole, [paper]: text + claim(0.1) })
    expect(await repro('build')).toMatchObject({ exitCode: 0 })
    expect(await stale()).toEqual({})
    write({ [paper]: text + claim(9) })
    expect(await stale()).toEqual({ C1: 'block test changed', page: 'rendered C1 changed, document changed' })
    expect(await repro('build')).toMatchObject({ exitCode: 0 })
    expect(readFileSync(join(project, '_build/index.html'), 'utf8')).toContain('claim not-reproduced')
    write({ [paper]: (text + claim(9)).replace('load: 4', 'load: 5') })
    expect(await stale()).not.toHaveProperty('C1')
    expect(await repro('build')).toMatchObject({ exitCode: 0 })
    expect(readdirSync(join(project, '.repro/render-cache'))).toHaveLength(3) // the figure, and the claim by this run and by none recorded: nothing of an older build
  })

  it('a figure and the page alone, when only a specification changed', async () => {
    write(whole)
    await repro('build')
    write({ 'figures/f.vl.json': whole['figures/f.vl.json'].replace('point', 'line') })
    expect(await stale()).toEqual({
      'fig-one': 'figures/f.vl.json changed',
      page: 'rendered fig-one changed',
    })
    expect(await repro('build')).toMatchObject({ exitCode: 0, err: '' })
    expect(await stale()).toEqual({})
  })

  it('is marked in the report and its exit code when a build goes on without it', async () => {
    await recordWhole()
    write({ 'experiments/factor.ts': 'throw new Error("broken")\n' })
    const { exitCode, err } = await repro('build', '-k')
    expect(exitCode).toBe(1)
    expect(err).toContain('warning stale: run one/local/base: experiments/factor.ts changed')
    expect(read('_build/index.html')).toContain('stale')
  })
})

describe('explain', () => {
  it('lists what goes into a key, and what changed from what to what', async () => {
    await recordWhole()
    write({ 'paper/index.md': whole['paper/index.md'].replace('load: 4', 'load: 5') })
    const { out } = await repro('explain', 'one/local/more')
    expect(out).toMatch(/^one\/local\/more is stale: load 4 -> 5\nkey [0-9a-f]{64}\n/)
    expect(out).toMatch(/^\* parameter load: 4 -> 5$/m)
    expect(out).toMatch(/^ {2}file experiments\/factor\.ts: [0-9a-f]{64}$/m)
    expect(await repro('explain', 'one/local/mor')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('did you mean one/local/more?'),
    })
  })
})

describe('experiments that need others', () => {
  it('run after them, get their rows, and do not run again when these come out the same', async () => {
    write(whole)
    const { err } = await repro('build')
    expect(err.indexOf('done one/local/more')).toBeLessThan(err.indexOf('run two/local/default'))
    expect(read('_build/index.html')).toMatch(/count <span[^>]*>2/)
    // Different code with the same result.
    write({ 'experiments/s.ts': script.replace('factor *', '1 * factor *') })
    const again = await repro('build')
    expect(again.err).toContain('done one/local/base')
    expect(again.err).not.toContain('run two')
    expect(again.exitCode).toBe(0)
  })

  it('do not start when those fail', async () => {
    write({ ...whole, 'experiments/factor.ts': 'throw new Error("broken")\n' })
    const { exitCode, err } = await repro('build', '-k')
    expect(exitCode).toBe(1)
    expect(err).toContain('not run after the failure: two/local/default')
    expect(err).not.toContain('run two/local/default:')
  })

  it.each([
    ['one', 'ones', 'error unknown experiment: ones (did you mean one?)'],
    ['one', 'two', 'error circular needs: two -> two'],
  ])('of %s, misnamed %s, are errors with a place', async (from, to, message) => {
    write({ 'paper/index.md': whole['paper/index.md'].replace(`needs=${from}`, `needs=${to}`), ...{} })
    write({ 'experiments/s.ts': script, 'figures/f.vl.json': whole['figures/f.vl.json'] })
    const { exitCode, err } = await repro('check')
    expect(err).toMatch(new RegExp(`^paper/index\\.md:\\d+:\\d+ ${message.replace(/[()?]/g, '\\$&')}`, 'm'))
    expect(exitCode).toBe(2)
  })
})

describe('the journal', () => {
  it('goes on behind the trial that failed', async () => {
    const failing = noted.replace(
      'export',
      "if (cell.trial === 3 && !require_fixed()) throw new Error('no')\nexport",
    )
    const check = `import { existsSync } from 'node:fs'\nconst require_fixed = () => existsSync('fixed')\n`
    write(paper(inline('nap', check + failing, 'trials=5')))
    expect(await repro('run')).toMatchObject({ exitCode: 1 })
    expect(read('ran')).toBe('0 1 2 3 ')
    write({ fixed: '' })
    const { exitCode, err } = await repro('run', '--record')
    expect(exitCode).toBe(0)
    expect(err).toContain('3 of 5 trials are kept from before')
    expect(read('ran')).toBe('0 1 2 3 3 4 ')
    const resumed = read('results/nap/local/default/rows.csv')
    await repro('run', '--rerun', '--record')
    expect(read('ran')).toBe('0 1 2 3 3 4 0 1 2 3 4 ')
    expect(read('results/nap/local/default/rows.csv')).toBe(resumed)
  })

  it('runs only what is missing when trials are raised, and says so', async () => {
    write(paper(inline('nap', noted, 'trials=2')))
    await repro('run', '--record')
    const before = read('results/nap/local/default/rows.csv')
    write(paper(inline('nap', noted, 'trials=4')))
    const { err } = await repro('run', '--record')
    expect(err).toContain('run nap/local/default: trials 2 -> 4')
    expect(err).toContain('2 of 4 trials are kept from before')
    expect(read('ran')).toBe('0 1 2 3 ')
    expect(read('results/nap/local/default/rows.csv').startsWith(before)).toBe(true)
  })

  it('cuts off half a line at its end, and passes over one that is not its own', async () => {
    write(paper(inline('nap', noted, 'trials=3')))
    await repro('run')
    const [name = ''] = readdirSync(join(project, '.repro/journals'))
    const file = join(project, '.repro/journals', name)
    forget()
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -4))
    expect(await repro('run')).toMatchObject({ exitCode: 0 })
    expect(read('ran')).toBe('0 1 2 2 ')
    forget()
    writeFileSync(file, `{"tri\n${readFileSync(file, 'utf8')}`)
    const { exitCode, err } = await repro('run')
    expect(exitCode).toBe(0)
    expect(err).toMatch(/ignored in \.repro\/journals\/.*\.jsonl, as not made on this machine: 1 trial$/m)
    expect(read('ran')).toBe('0 1 2 2 ')
  })

  it(
    'loses and repeats no finished trial when builds are killed, and leaves nothing behind',
    {
      timeout: 120_000,
    },
    async () => {
      const slow = `import { setTimeout } from 'node:timers/promises'\nawait setTimeout(40)\n${noted}`
      write(
        paper(...['a', 'b', 'c'].map((id) => inline(id, slow.replace("'ran'", `'ran-${id}'`), 'trials=8'))),
      )
      let kills = 0
      for (const delayMs of [5, 40, 80, 120, 160]) {
        const { child, ended } = start(['build', '--record', '-j', '3'])
        child.stderr.once('data', () => setTimeout(() => child.kill('SIGKILL'), delayMs)) // it has begun to run
        if ((await ended).exitCode === null) kills += 1
      }
      expect(kills).toBeGreaterThan(2)
      expect(await repro('build', '--record', '-j', '3')).toMatchObject({ exitCode: 0 })
      for (const id of ['a', 'b', 'c']) {
        // A trial may be killed after it wrote its note but before it finished: then it runs again.
        const ran = read(`ran-${id}`).trim().split(' ').map(Number)
        expect([...new Set(ran)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
        expect(ran).toEqual(ran.toSorted((x, y) => x - y))
      }
      const rows = ['a', 'b', 'c'].map((id) => read(`results/${id}/local/default/rows.csv`))
      await repro('run', '--rerun', '--record')
      expect(['a', 'b', 'c'].map((id) => read(`results/${id}/local/default/rows.csv`))).toEqual(rows)
      expect(readdirSync(join(project, '.repro/scratch'))).toEqual([])
      expect(readdirSync(join(project, '.repro/work'))).toEqual([])
      expect(existsSync(join(project, '.repro/lock'))).toBe(false)
    },
  )
})

describe('a frozen build', () => {
  it('takes recorded runs alone, and fails with the list when an input changed', async () => {
    write(paper(inline('nap', draw, 'trials=2')))
    await repro('run')
    expect(await repro('build', '--frozen')).toMatchObject({
      exitCode: 4,
      err: 'not as recorded:\nnap/local/default: run here, but not recorded (repro run --record)\n',
    })
    await repro('run', '--record')
    rmSync(join(project, '.repro'), { recursive: true })
    expect(await repro('build', '--frozen')).toMatchObject({ exitCode: 0, out: '_build/index.html\n' })
    expect(await repro('status', '--frozen')).toMatchObject({ exitCode: 0 })
    write(paper(inline('nap', draw, 'trials=3')))
    expect(await repro('build', '--frozen')).toMatchObject({
      exitCode: 4,
      err: 'not as recorded:\nnap/local/default: trials 2 -> 3\n',
    })
    expect(await repro('status', '--frozen')).toMatchObject({ exitCode: 4 })
  })
})

it('--rerun=LIST runs these again and keeps the others', async () => {
  write(paper(inline('a', draw, 'trials=1'), inline('b', draw, 'trials=1')))
  await repro('run')
  const { err } = await repro('run', '--rerun=b')
  expect(err).toMatch(/^1 cell to run, about [\d.]+ s\nrun b\/local\/default: asked for by --rerun\n/)
  expect(err).not.toContain('a/local')
})

it('starts with the cells that took longest when they last ran', async () => {
  const nap = (ms: number) =>
    `import { setTimeout } from 'node:timers/promises'
await setTimeout(${ms})
export const rows = [{ value: 1 }]`
  const naps = [300, 0, 600] as const
  write(paper(...naps.map((ms) => inline(`nap${ms}`, nap(ms), 'trials=1'))))
  const order = async (...args: readonly string[]) =>
    [...(await repro('build', '-j', '1', ...args)).err.matchAll(/^run nap(\d+)/gm)].map(([, ms]) =>
      Number(ms),
    )
  expect(await order()).toEqual([300, 0, 600])
  // What they took on this machine, as busy as it is: the first one also starts the process of its scripts.
  const took = new Map(
    naps.map((ms) => {
      const folder = `.repro/runs/nap${ms}/local/default`
      const [name] = readdirSync(join(project, folder))
      const run = JSON.parse(read(`${folder}/${name}/run.json`)) as Run
      return [ms as number, secondsOf(run) ?? Number.NaN]
    }),
  )
  expect(took.get(600)).toBeGreaterThanOrEqual(0.6)
  const slowestFirst = [...took].toSorted(([, a], [, b]) => b - a).map(([ms]) => ms)
  expect(await order('--rerun')).toEqual(slowestFirst)
})

it('two builds at once: one waits for the other, and both succeed', async () => {
  write(
    paper(
      inline(
        'nap',
        `import { setTimeout } from 'node:timers/promises'\nawait setTimeout(2000)\n${noted}`,
        'trials=3',
      ),
    ),
  )
  const builds = await Promise.all([start(['build']).ended, start(['build']).ended])
  expect(builds.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  expect(builds.map(({ err }) => err).join('')).toMatch(/waiting for another build: process \d+ on /)
  expect(read('ran')).toBe('0 1 2 ')
})

describe('edited rows', () => {
  it('are an error until they are accepted', async () => {
    write(paper(inline('nap', draw, 'trials=2')))
    await repro('run', '--record')
    const file = 'results/nap/local/default/rows.csv'
    write({ [file]: read(file).replace(/^1,.*$/m, '1,0.25') })
    expect(await repro('build')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('If the change is meant: repro accept nap/local/default --reason TEXT'),
    })
    expect(await repro('accept', 'nap/local/default', '--author', 'Ada', '--reason', 'a slip')).toMatchObject(
      {
        exitCode: 0,
        out: 'accepted nap/local/default: rows.csv line 3\n',
      },
    )
    expect(await repro('build')).toMatchObject({
      exitCode: 0,
      err: expect.stringMatching(/rows edited by hand: nap\/local\/default: edited by Ada on [\d-]+: a slip/),
    })
  })
})

describe('diff and clean', () => {
  const sample = (shift: number) =>
    paper(inline('nap', `export const rows = [{ elapsedUs: 100 + cell.random() + ${shift} }]`, 'trials=20'))

  it('compares the record with a newer run: changed, with its size', async () => {
    write(sample(0))
    await repro('run', '--record')
    write(sample(50))
    await repro('run')
    const { out, exitCode } = await repro('diff', 'recorded', 'latest')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^nap\/local\/default: other rows\n {2}script changed\n/)
    expect(out).toMatch(/changed {4}elapsedUs: shift \+(49|50)\.?\d* µs \[/)
    expect(out).toMatch(/0 of 1 cell have the same rows\n$/)
    expect((await repro('diff', 'recorded', 'recorded')).out).toBe('1 of 1 cell has the same rows\n')
    expect(await repro('diff', 'recorded', 'nothing')).toMatchObject({ exitCode: 2 })
  })

  it('deletes old runs, but never those whose rows are recorded', async () => {
    write(sample(0))
    await repro('run', '--record')
    write(sample(50))
    await repro('run')
    const runs = join(project, '.repro/runs/nap/local/default')
    for (const id of readdirSync(runs)) utimesSync(join(runs, id), 1, 1)
    const [first, second] = readdirSync(runs)
    expect((await repro('clean', '-n')).out).toContain(
      `would delete run nap/local/default of ${second?.slice(0, 19)}`,
    )
    expect(readdirSync(runs)).toHaveLength(2)
    expect(await repro('clean', '--older', '10d')).toMatchObject({ exitCode: 0 })
    expect(readdirSync(runs)).toEqual([first])
    expect(await repro('clean', '--older', 'old')).toMatchObject({ exitCode: 2 })
  })
})
