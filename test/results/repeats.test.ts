/** Copied rows, a falsehood: they must not pass for observations; and rows that truly repeat, which may. */

import { describe, expect, it } from 'vitest'
import { repeatedRows } from '../../src/results/repeats.ts'
import type { Row, Run } from '../../src/results/run.ts'
import { randomNumbers } from '../../src/stats/random.ts'
import { fakeRun } from './fake.ts'

/** Measures `m0`, `m1`, ... of 50 trials of one operation. */
function runOf(values: (random: () => number, trial: number) => readonly number[], trials = 50): Run {
  const random = randomNumbers('repeats')
  const rows = Array.from({ length: trials }, (_, trial): Row => {
    const measured = values(random, trial).map((value, index) => [`m${index}`, value] as const)
    return { trial, operation: 'pause', ...Object.fromEntries(measured) }
  })
  const [first = {}] = rows
  return {
    ...fakeRun(),
    columns: Object.keys(first).map((name) => ({
      name,
      role: name === 'trial' ? 'index' : name === 'operation' ? 'factor' : 'measure',
    })),
    rows,
  }
}

/** Gives trials the values of others: `from` maps the number of a trial. */
function copied(run: Run, from: (trial: number) => number): Run {
  return { ...run, rows: run.rows.map((row, trial) => ({ ...row, ...run.rows[from(trial)], trial })) }
}

const ticks = runOf((random) => {
  const [xl, xen] = [700_000 + Math.round(50_000 * random()), 20_000 + Math.round(9000 * random())]
  return [xl + xen, xl, xen]
})
const nanoseconds = runOf((random) => [Math.round(1e6 * (10 + random())) / 1e3])
const choice = <Value>(random: () => number, values: readonly Value[]) =>
  values[Math.floor(random() * values.length)] as Value

describe('copied rows', () => {
  it.each([
    ['five trials ten times', ticks, (trial: number) => trial % 5],
    ['five trials ten times, of one measure', nanoseconds, (trial: number) => trial % 5],
    ['three trials', ticks, (trial: number) => trial % 3],
    ['one boot of ten trials, in all boots', ticks, (trial: number) => trial % 10],
    ['one trial in place of 20', ticks, (trial: number) => (trial < 20 ? 0 : trial)],
    ['ten trials, once each', ticks, (trial: number) => trial % 40],
  ])('are found: %s', (_, run, from) => {
    expect(repeatedRows(run)).toEqual([])
    const [found] = repeatedRows(copied(run, from))
    const distinct = new Set(run.rows.map((_, trial) => from(trial))).size
    expect(found).toMatchObject({ operation: 'pause', rows: 50, repeated: 50 - distinct })
  })

  it('are named by their lines', () => {
    const [found] = repeatedRows(copied(ticks, (trial) => trial % 10))
    expect(found?.lines[0]).toEqual([2, 12, 22, 32, 42])
    expect(found?.lines).toHaveLength(10)
  })

  it('of one operation only are found, too, and excluded ones do not matter', () => {
    const both = fakeRun({ trials: 40 })
    const noisy =
      (random: () => number) =>
      (row: Row): Row => ({ ...row, command: Math.round(1e9 * random()) })
    const run = { ...both, rows: both.rows.map(noisy(randomNumbers('both'))) }
    expect(repeatedRows(run)).toEqual([])
    const rows = run.rows.map((row, index) =>
      index % 2 === 0 ? { ...run.rows[index % 10], trial: row.trial ?? 0 } : row,
    )
    expect(repeatedRows({ ...run, rows })).toMatchObject([{ operation: 'pause', repeated: 35 }])
    expect(repeatedRows({ ...run, rows: rows.map((row) => ({ ...row, excluded: 'lost' })) })).toEqual([])
  })
})

describe('rows that truly repeat are no copies', () => {
  it.each([
    ['one value throughout', runOf(() => [1234.5678, 17])],
    ['0 or 1', runOf((random) => [Math.round(random())])],
    ['counts', runOf((random) => [Math.floor(6 * random()), Math.floor(3 * random())])],
    ['a clock of 10 ms, over 50 calls', runOf((random) => [choice(random, [12.2, 12.4, 12.6, 12.8, 13])])],
    ['whole numbers around 100, of 500 trials', runOf((random) => [95 + Math.floor(10 * random())], 500)],
    [
      'two ways of an emulator',
      runOf((random) =>
        choice(random, [
          [123_456, 99_000, 24_456],
          [234_567, 210_000, 24_567],
        ]),
      ),
    ],
    [
      'four outcomes of one measure',
      runOf((random) => [choice(random, [123_456, 234_567, 345_701, 523_111])]),
    ],
    [
      'one usual way of an emulator, and others',
      runOf((random) => [random() < 0.9 ? 370 : 370 + Math.floor(5000 * random()), 772]),
    ],
    [
      'clumps far apart',
      runOf((random) => [choice(random, [123_456, 234_567, 345_701]) + Math.floor(3 * random())]),
    ],
    ['one equal pair', copied(ticks, (trial) => (trial === 9 ? 4 : trial))],
  ])('%s', (_, run) => {
    expect(repeatedRows(run)).toEqual([])
  })
})

/** The same trials in five boots of ten. */
function booted(run: Run): Run {
  const rows = run.rows.map((row, index) => ({ ...row, boot: 1 + Math.floor(index / 10) }))
  return { ...run, columns: [...run.columns, { name: 'boot', role: 'index' }], rows }
}

/** Changes the measures of the trials that are copies: the second half of each boot, of the first. */
function changed(run: Run, change: (row: Row, trial: number) => Row): Run {
  const rows = run.rows.map((row, trial) => {
    const { boot = 1 } = row
    const from = run.rows[trial - 5]
    return trial % 10 < 5 || !from ? row : { ...change(from, trial), trial, boot }
  })
  return { ...run, rows }
}

const plus = (row: Row, name: string, by: number): Row => ({ ...row, [name]: Number(row[name]) + by })
const noise = (index: number) => 1 + ((index * 7919) % 211)

describe('copies that were changed', () => {
  it.each<readonly [string, Run]>([
    ['one measure by a tick', changed(booted(ticks), (row) => plus(row, 'm0', 1))],
    ['one part and the total', changed(booted(ticks), (row) => plus(plus(row, 'm0', 62), 'm1', 62))],
    ['one measure by noise', changed(booted(ticks), (row, trial) => plus(row, 'm1', noise(trial)))],
    [
      'all measures by a constant',
      changed(booted(ticks), (row) => plus(plus(plus(row, 'm0', 14), 'm1', 7), 'm2', 7)),
    ],
    ['the only measure by a constant', changed(booted(nanoseconds), (row) => plus(row, 'm0', 0.25))],
    [
      'half of the rows otherwise',
      changed(booted(ticks), (row, trial) => plus(row, trial % 2 === 0 ? 'm1' : 'm2', noise(trial))),
    ],
  ])('are found: %s', (_, run) => {
    expect(repeatedRows(run)).toMatchObject([{ operation: 'pause', copies: {} }])
  })

  const boots = (by: (boot: number) => number) => {
    const { rows, ...rest } = booted(ticks)
    const copies = rows.map((row, index) =>
      index < 10
        ? row
        : {
            ...plus(plus(rows[index % 10] as Row, 'm0', by(index / 10)), 'm1', by(index / 10)),
            m2: Number(row.m2),
            trial: index,
            boot: 1 + Math.floor(index / 10),
          },
    )
    return { ...rest, rows: copies }
  }

  it.each<readonly [string, (boot: number) => number]>([
    ['the same', () => 434],
    ['another for each boot', (boot) => 62 * Math.floor(boot)],
    ['nothing, in some measures', () => 0],
  ])('are found in boots that are the first one plus a constant: %s', (_, by) => {
    expect(repeatedRows(boots(by))).toMatchObject([{ copies: {} }])
  })

  it('are named by measure and difference', () => {
    expect(repeatedRows(changed(booted(nanoseconds), (row) => plus(row, 'm0', 0.25)))).toMatchObject([
      { rows: 50, repeated: 25, lines: [], copies: { measure: 'm0', difference: 0.25 } },
    ])
  })
})

describe('differences that truly repeat are no copies', () => {
  const jitter = (random: () => number, width: number) => Math.floor(width * random())
  it.each<readonly [string, Run]>([
    ['half of the values 0', runOf((random) => [random() < 0.5 ? 0 : jitter(random, 1e6)])],
    ['half of the values at a limit', runOf((random) => [Math.min(5e5, jitter(random, 1e6))])],
    [
      'multiples of 10 ms, with jitter',
      runOf((random) => [625_000 * (1 + jitter(random, 4)) + jitter(random, 40)]),
    ],
    ['a clock of 10 ns, of 500 trials', runOf((random) => [10 * jitter(random, 9000)], 500)],
    [
      'a clock of 10 ns, with one value between, of 500 trials',
      runOf((random, trial) => [10 * jitter(random, 9000) + (trial === 3 ? 1 : 0)], 500),
    ],
    ['a clock of 15.6 ms', runOf((random) => [15.625 * jitter(random, 30)])],
    ['a growing count', runOf((random, trial) => [1000 * trial + jitter(random, 3)])],
    ['whole steps', runOf((_, trial) => [17 * trial])],
    ['a drift', runOf((random, trial) => [1e5 + 50 * trial + jitter(random, 20)])],
    ['a few ways, with jitter', runOf((random) => [choice(random, [1e5, 3e5, 7e5]) + jitter(random, 5)])],
    ['rare outliers', runOf((random) => [random() < 0.9 ? 370 + jitter(random, 9) : jitter(random, 1e6)])],
    ['800 fine values', runOf((random) => [jitter(random, 1e7)], 800)],
    [
      'boots with the same warm-up',
      booted(
        runOf((random, trial) => [
          1e5 + (trial % 10 < 3 ? 3e4 * (3 - (trial % 10)) : 0) + jitter(random, 90),
        ]),
      ),
    ],
  ])('%s', (_, run) => {
    expect(repeatedRows(run)).toEqual([])
  })

  it('in a thousand trials, of which each differs', () => {
    expect(repeatedRows(booted(runOf((random) => [jitter(random, 1e9), jitter(random, 1e9)], 1000)))).toEqual(
      [],
    )
  })

  it('in hundreds of simulated runs of every fineness', () => {
    const found: string[] = []
    for (let seed = 0; seed < 300; seed += 1) {
      const random = randomNumbers(`fineness ${seed}`)
      const [width, step, ways] = [10 ** (1 + 6 * random()), choice(random, [1, 1, 5, 64]), jitter(random, 5)]
      const centers = Array.from({ length: 1 + ways }, () => jitter(random, 1e7))
      const run = booted(
        runOf(() => {
          const skewed = -Math.log(1 - random()) * width
          return [step * Math.round((choice(random, centers) + skewed) / step)]
        }),
      )
      if (repeatedRows(run).some(({ copies }) => copies))
        found.push(`${seed}: width ${width}, step ${step}, ways ${ways}`)
    }
    expect(found).toEqual([])
  })
})
