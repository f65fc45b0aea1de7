/** Cells in several boots, each a real process: results, order, and what is kept. */

import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { csvParse } from 'd3-dsv'
import { describe, expect, it } from 'vitest'
import { project, repro, start, write } from '../project.ts'

const script = `import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
export default async function (cell) {
  appendFileSync('ran', cell.pattern + cell.boot + ' ')
  await sleep(cell.parameters.ms)
  if (existsSync('broken' + cell.boot)) throw new RangeError('no boot ' + cell.boot)
  appendFileSync('ran', 'end ')
  const path = cell.folder + '/trace'
  writeFileSync(path, cell.pattern + cell.boot)
  cell.log('of ' + cell.trials)
  const rows = Array.from({ length: cell.trials }, (_, index) =>
    ({ trial: index + 1, value: cell.random(), seed: cell.bootSeed, pid: process.pid }))
  return {
    columns: [{ name: 'trial', role: 'index' }, ...['value', 'seed', 'pid'].map((name) => ({ name, role: 'measure' }))],
    rows,
    captured: { boot: String(cell.boot), machine: 'host' },
    files: { trace: path },
  }
}
`
const paper = (trials: number, boots: number, { ms = 0, patterns = '{a: {}}', parallel = true } = {}) => ({
  'paper/index.md': `---
title: Boots
---

\`\`\`yaml experiment
id: one
script: experiments/s.ts
environments: [local]
trials: ${trials}
${boots === 1 ? '' : `boots: ${boots}`}
parallel: ${parallel}
parameters: {ms: ${ms}}
patterns: ${patterns}
\`\`\`
`,
  'experiments/s.ts': script,
})
const read = (path: string) => readFileSync(join(project, path), 'utf8')
const ran = () => {
  const words = existsSync(join(project, 'ran')) ? read('ran').trim().split(' ') : []
  return words.filter((word) => word !== 'end')
}
const rowsOf = (cell = 'one/local/a') => csvParse(read(`results/${cell}/rows.csv`))
const runOf = (cell = 'one/local/a') => JSON.parse(read(`results/${cell}/run.json`))
const newestRun = (cell = 'one/local/a') => {
  const folder = `.repro/runs/${cell}`
  return `${folder}/${readdirSync(join(project, folder)).sort().at(-1)}`
}

describe('a cell in several boots', () => {
  it('is one run, whose rows and files say their boot', async () => {
    write(paper(7, 3, { patterns: '{a: {}, b: {}}' }))
    const { exitCode, err } = await repro('run', '--record')
    expect([exitCode, err]).toEqual([0, expect.stringContaining('one/local/a: boot 2: of 2\n')])
    const rows = rowsOf()
    expect(rows.columns).toEqual(['trial', 'boot', 'value', 'seed', 'pid'])
    expect(rows.map(({ trial, boot }) => `${trial} ${boot}`)).toEqual([
      ...['1 1', '2 1'],
      ...['3 2', '4 2'],
      ...['5 3', '6 3', '7 3'],
    ])
    expect(new Set(rows.map(({ pid }) => pid)).size).toBe(3)
    expect(new Set(rows.map(({ value }) => value)).size).toBe(7)
    const seeds = rows.map(({ seed }) => Number(seed))
    expect(new Set(seeds).size).toBe(3)
    for (const seed of seeds) expect(Number.isInteger(seed) && seed >= 1 && seed < 2 ** 31).toBe(true)
    expect(rowsOf('one/local/b').map(({ seed }) => Number(seed))).toEqual(seeds)

    const run = runOf()
    expect(run).toMatchObject({
      trials: 7,
      inputs: { trials: 7, boots: 3 },
      captured: { boot: '1–3', machine: 'host' },
    })
    expect(Object.keys(run.files)).toEqual(['boot-1/trace', 'boot-2/trace', 'boot-3/trace'])
    const raw = `${newestRun()}/raw`
    expect(read(`${raw}/boot-3/trace`)).toBe('a3')
    // The kept boot's file is hard-linked, not copied.
    expect(statSync(join(project, raw, 'boot-3/trace')).nlink).toBe(2)
    expect(readdirSync(join(project, '.repro/work'))).toEqual([])

    expect(await repro('run', '--rerun')).toMatchObject({ exitCode: 0 })
    const { out } = await repro('diff', 'recorded', 'latest')
    // Pids differ, if not by more than those of one run; random draws do not.
    expect(out).toMatch(/^one\/local\/a: other rows\n(?:.* pid: .*\n {2}2| {2}3) measures unchanged/m)
    expect(out).not.toMatch(/^ {2}boots/m)
  })

  it('draws in its first boot what a cell of one boot draws, which has no column and no input of boots', async () => {
    write(paper(2, 1))
    await repro('run', '--record')
    const one = rowsOf()
    expect(one.columns).toEqual(['trial', 'value', 'seed', 'pid'])
    expect(runOf().inputs).not.toHaveProperty('boots')
    expect(Object.keys(runOf().files)).toEqual(['trace'])
    write(paper(4, 2))
    expect((await repro('status')).out).toContain('stale    one/local/a: boots 1 -> 2, trials 2 -> 4')
    expect((await repro('explain', 'one/local/a')).out).toMatch(/^\* boots: 1 -> 2$/m)
    const { err } = await repro('run', '--record')
    expect(err).toContain('one/local/a: boots kept from before: 1 of 2\n')
    expect(ran()).toEqual(['a1', 'a2'])
    expect(
      rowsOf()
        .slice(0, 2)
        .map(({ value }) => value),
    ).toEqual(one.map(({ value }) => value))
  })

  it('may stand in the document itself, and counts trials through', async () => {
    const code = 'export const rows = [{ own: cell.trial, all: cell.trials, value: cell.random() }]'
    write({
      'paper/index.md': `---\ntitle: T\n---\n\n\`\`\`ts experiment id=nap testbed=local trials=5 boots=2\n${code}\n\`\`\`\n`,
    })
    expect(await repro('run', '--record')).toMatchObject({ exitCode: 0 })
    const rows = rowsOf('nap/local/default')
    expect(rows.map(({ trial, boot, own, all }) => [trial, boot, own, all].join(' '))).toEqual([
      ...['0 1 0 2', '1 1 1 2'],
      ...['2 2 0 3', '3 2 1 3', '4 2 2 3'],
    ])
    expect(new Set(rows.map(({ value }) => value)).size).toBe(5)
  })

  it('fails where a script has a column of that name, or other columns in a later boot', async () => {
    const other = script.replace(
      "'value', 'seed'",
      "'value', existsSync('other' + cell.boot) ? 'boot' : 'seed'",
    )
    write({
      ...paper(2, 2),
      'experiments/s.ts': other.replace(
        'seed: cell',
        "[existsSync('other' + cell.boot) ? 'boot' : 'seed']: cell",
      ),
      other2: '',
    })
    const second = await repro('run')
    expect(second.exitCode).toBe(1)
    expect(second.err).toContain(
      'error: one/local/a failed: boot 2 of 2: the script returns a column boot, which is reserved for the number of the boot',
    )
    write({
      'experiments/s.ts': script.replace(
        "'value', 'seed', 'pid'",
        "'value', ...(cell.boot === 2 ? ['pid', 'seed'] : ['seed', 'pid'])",
      ),
    })
    const { exitCode, err } = await repro('run')
    expect(exitCode).toBe(1)
    expect(err).toContain(
      'error: one/local/a failed: column 3 of boot 2 is pid (measure), and of boot 1 seed (measure)',
    )
    expect(err).not.toContain('its files are kept')
  })
})

describe('boots run', () => {
  const order = () => read('ran').trim()

  it('side by side as far as there are jobs, those of one cell before those of the next', async () => {
    // The first two boots wait for each other.
    const meeting = `while (readFileSync('ran', 'utf8').trim().split(' ').length < 2) await sleep(10)`
    const both = script
      .replace('await sleep(cell.parameters.ms)', meeting)
      .replace('existsSync,', 'existsSync, readFileSync,')
    write({ ...paper(4, 4, { patterns: '{a: {}, b: {}}' }), 'experiments/s.ts': both })
    expect(await repro('run', '-j', '2')).toMatchObject({ exitCode: 0 })
    let most = 0
    let now = 0
    for (const word of order().split(' ')) {
      now += word === 'end' ? -1 : 1
      most = Math.max(most, now)
    }
    expect(most).toBe(2)
    // Of two processes that start together, either may write first.
    expect(ran().findIndex((word) => word.startsWith('b'))).toBeGreaterThanOrEqual(3)
    expect(ran().toSorted()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'b4'])
  })

  it('one at a time where they may time something, and that is said', async () => {
    write(paper(3, 3, { ms: 50, parallel: false }))
    const { err } = await repro('run', '-j', '4')
    expect(order()).toBe('a1 end a2 end a3 end')
    expect(err).toContain('local cells run one at a time, and so do their boots')
  })
})

describe('finished boots', () => {
  it('are kept when one fails, whose folder stays, and the next build runs only what is missing', async () => {
    write({ ...paper(6, 3, { patterns: '{a: {}, b: {}}' }), broken2: '' })
    const { exitCode, err } = await repro('run', '-j', '1')
    expect(exitCode).toBe(1)
    expect(err).toMatch(
      /error: one\/local\/a failed: boot 2 of 3: experiments\/s\.ts:5:\d+: RangeError: no boot 2\nits files are kept in \.repro\/failed\/one\/local\/a\/boot-2\/\n/,
    )
    expect(readdirSync(join(project, '.repro/failed/one/local/a'))).toEqual(['boot-2'])
    expect(read('.repro/failed/one/local/a/boot-2/output.log')).toBe('')
    expect(readdirSync(join(project, '.repro/work'))).toEqual([])
    // Neither the third boot nor the other cell starts.
    expect(ran()).toEqual(['a1', 'a2'])
    expect(err).toContain('not run after the failure: one/local/b')
    rmSync(join(project, 'broken2'))
    const again = await repro('run', '-j', '1', '--record')
    expect(again.exitCode).toBe(0)
    expect(again.err).toContain('one/local/a: boots kept from before: 1 of 3')
    expect(ran()).toEqual(['a1', 'a2', 'a2', 'a3', 'b1', 'b2', 'b3'])
    expect(rowsOf().map(({ boot }) => boot)).toEqual(['1', '1', '2', '2', '3', '3'])
  })

  it('are kept where they ran beside one that failed', async () => {
    write({ ...paper(2, 2, { ms: 500 }), broken1: '' })
    expect(await repro('run', '-j', '2')).toMatchObject({ exitCode: 1 })
    expect(readdirSync(join(project, '.repro/failed/one/local/a'))).toEqual(['boot-1'])
    rmSync(join(project, 'broken1'))
    expect((await repro('run')).err).toContain('boots kept from before: 1 of 2')
    expect(ran().sort()).toEqual(['a1', 'a1', 'a2'])
  })

  it('stay good when there are more of them, with as many trials each; --rerun runs all of them', async () => {
    write(paper(4, 2))
    await repro('run', '--record')
    const before = rowsOf()
    write(paper(8, 4))
    expect((await repro('run', '--record')).err).toContain('boots kept from before: 2 of 4')
    expect(ran().sort()).toEqual(['a1', 'a2', 'a3', 'a4'])
    expect(rowsOf().slice(0, 4)).toEqual(before.slice())
    write(paper(8, 2))
    await repro('run')
    expect(ran().slice(4).sort()).toEqual(['a1', 'a2'])
    write(paper(8, 4))
    expect((await repro('run', '--rerun')).err).not.toContain('kept from before')
    expect(ran().slice(6).sort()).toEqual(['a1', 'a2', 'a3', 'a4'])
  })

  it('that were changed run again', async () => {
    write(paper(2, 2))
    await repro('run')
    const boots = join(project, '.repro/boots')
    const second = readdirSync(boots).find((key) => read(`.repro/boots/${key}/raw/trace`) === 'a2')
    rmSync(join(project, '.repro/runs'), { recursive: true })
    write({ [`.repro/boots/${second}/raw/trace`]: 'a1' })
    const { err } = await repro('run')
    expect(err).toContain('boots kept from before: 1 of 2')
    expect(err).toContain(
      `ignored 1 file under .repro/ that was not sealed on this machine: .repro/boots/${second}/boot`,
    )
    expect(ran().sort()).toEqual(['a1', 'a2', 'a2'])
    expect(read(`${newestRun()}/raw/boot-2/trace`)).toBe('a2')
  })

  it(
    'are not repeated when builds are killed, nor are finished trials of others',
    {
      timeout: 120_000,
    },
    async () => {
      const each = `import { appendFileSync } from 'node:fs'
export default async function (cell) {
  const rows = await cell.each(async ({ number, random }) => {
    await sleep(40)
    appendFileSync('ran', cell.boot + '.' + number + ' ')
    return [{ value: random() }]
  })
  return { columns: [{ name: 'trial', role: 'index' }, { name: 'value', role: 'measure' }], rows }
}
`
      write({ ...paper(20, 4), 'experiments/s.ts': each })
      let kills = 0
      for (const delayMs of [5, 60, 120, 200, 280]) {
        const { child, ended } = start(['build', '--record', '-j', '2'])
        child.stderr.once('data', () => setTimeout(() => child.kill('SIGKILL'), delayMs + 150)) // it has begun to run
        if ((await ended).exitCode === null) kills += 1
      }
      expect(kills).toBeGreaterThan(2)
      expect(await repro('build', '--record', '-j', '2')).toMatchObject({ exitCode: 0 })
      const all = ran()
      expect(new Set(all).size).toBe(20)
      // A trial may be killed after it wrote its note but before it finished: two at a time.
      expect(all.length).toBeLessThanOrEqual(20 + 2 * kills)
      const rows = rowsOf()
      expect(rows.map(({ trial, boot }) => [Number(trial), Number(boot)])).toEqual(
        Array.from({ length: 20 }, (_, trial) => [trial, 1 + Math.floor(trial / 5)]),
      )
      expect(new Set(rows.map(({ value }) => value)).size).toBe(20)
      await repro('run', '--rerun', '--record')
      expect(rowsOf()).toEqual(rows)
      expect(ran().length).toBe(all.length + 20)
      for (const folder of ['.repro/scratch', '.repro/work'])
        expect(readdirSync(join(project, folder))).toEqual([])
    },
  )
})
