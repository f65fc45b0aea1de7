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
