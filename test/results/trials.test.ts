/** Trials asked and trials there: a falsehood that remakes all digests must not pass. */

import { describe, expect, it } from 'vitest'
import { wrongTrials } from '../../src/results/excess.ts'
import { bootColumn, type Row, type Run } from '../../src/results/run.ts'
import { formatRun, parseRun } from '../../src/results/runfile.ts'
import { fakeRun, settled } from './fake.ts'

const run = fakeRun({ trials: 6 })
const only = (keep: (row: Row) => boolean): Run => ({ ...run, rows: run.rows.filter(keep) })
/** Of three boots with two trials each. */
const booted = (bootOf = (trial: number) => 1 + Math.floor(trial / 2)): Run => ({
  ...run,
  inputs: { ...run.inputs, boots: 3 },
  columns: [...run.columns, { name: bootColumn, role: 'index' }],
  rows: run.rows.map((row) => ({ ...row, [bootColumn]: bootOf(Number(row.trial)) })),
})

describe('trials that a run asks for', () => {
  it('are all there, counted from 0 or from 1, also over boots', () => {
    const fromOne = { ...run, rows: run.rows.map((row) => ({ ...row, trial: Number(row.trial) + 1 })) }
    for (const one of [run, fromOne, booted()]) expect(wrongTrials(one)).toBeUndefined()
  })

  it.each([
    [
      'all but three trials',
      only(({ trial }) => Number(trial) < 3),
      'it asks for 6 trials: no row of trial 3-5',
    ],
    ['the first trial', only(({ trial }) => trial !== 0), 'it asks for 6 trials: no row of trial 6'],
    [
      'an operation of some',
      only(({ trial, operation }) => operation !== 'pause' || (trial !== 2 && trial !== 5)),
      'trial 2, 5 has no row of the operation pause',
    ],
    [
      'one boot',
      { ...booted(), rows: booted().rows.slice(0, -4) },
      'it asks for 6 trials: no row of trial 4-5 in boot 3',
    ],
    ['the boots of rows', booted(() => 1), 'it asks for 6 trials: no row of trial 2-5 in boot 2-3'],
    ['a boot too many', booted((trial) => trial), 'it asks for 3 boots, and trial 0 is of boot 0'],
    [
      'the number of a trial',
      { ...run, rows: run.rows.map((row, index) => (index === 3 ? { ...row, trial: null } : row)) },
      'row 4 has no trial',
    ],
    [
      'rows that are their own trials',
      { ...run, columns: run.columns.slice(1), rows: run.rows.slice(0, 5) },
      'it asks for 6 trials, and has 5 rows',
    ],
  ])('are noticed without %s', (_, given, reason) => {
    expect(wrongTrials(given)).toContain(reason)
  })

  it.each([
    [
      'further trials',
      { ...run, rows: [...run.rows, ...run.rows.map((row) => ({ ...row, trial: Number(row.trial) + 6 }))] },
      'it asks for 6 trials, and has rows of trial 6-11',
    ],
    [
      'trials between',
      { ...run, rows: [...run.rows, ...run.rows.map((row) => ({ ...row, trial: Number(row.trial) + 0.5 }))] },
      'it asks for 6 trials, and has rows of trial 0.5',
    ],
    [
      'a trial twice in a boot',
      {
        ...booted(),
        rows: [
          ...booted().rows,
          ...booted()
            .rows.slice(-2)
            .map((row) => ({ ...row, total: 5 })),
        ],
      },
      '2 rows of trial 5 (pause) in boot 3, which others have not',
    ],
    [
      'a trial twice, once excluded',
      { ...run, rows: [...run.rows, { ...run.rows[0], excluded: 'lost' }] },
      '2 rows of trial 0 (pause)',
    ],
    [
      'a trial twice, with another outcome',
      { ...run, rows: [...run.rows, { ...run.rows[0], found: 'running' }] },
      '2 rows of trial 0 (pause)',
    ],
    [
      'further rows that are their own trials',
      {
        ...run,
        columns: run.columns.slice(1),
        rows: [...run.rows, ...run.rows.filter(({ operation }) => operation === 'pause').slice(0, 1)],
      },
      'it asks for 6 trials, and has 7 rows',
    ],
  ])('are noticed among %s', (_, given, reason) => {
    expect(wrongTrials(given as Run)).toContain(reason)
  })

  it('may have several rows that an index or a factor tells apart', () => {
    const twice = run.rows.flatMap((row) => [1, 2].map((call) => ({ ...row, call })))
    const columns = (role: 'index' | 'factor') => [...run.columns, { name: 'call', role }]
    expect(wrongTrials({ ...run, columns: columns('index'), rows: twice })).toBeUndefined()
    expect(wrongTrials({ ...run, columns: columns('index'), rows: twice.slice(1) })).toBeUndefined()
    expect(wrongTrials({ ...run, columns: columns('factor'), rows: twice })).toBeUndefined()
    expect(wrongTrials({ ...run, columns: columns('factor'), rows: twice.slice(1) })).toContain('2 rows of')
    expect(wrongTrials({ ...run, rows: twice })).toContain('no index or factor tells apart')
  })

  it('may be excluded: with a reason in their rows, or in number where no column tells', () => {
    expect(wrongTrials(fakeRun({ trials: 6, exclude: 'lost' }))).toBeUndefined()
    const unmarked = { ...run, columns: run.columns.filter(({ name }) => name !== 'excluded') }
    const lost = { ...unmarked, rows: run.rows.filter(({ trial }) => trial !== 4) }
    expect(wrongTrials({ ...lost, exclusions: [{ reason: 'lost', count: 1 }] })).toBeUndefined()
    expect(wrongTrials({ ...lost, exclusions: [] })).toContain('no row of trial 4')
    // The rows that are there tell of all exclusions, so that none can be made up.
    expect(
      wrongTrials({ ...lost, columns: run.columns, exclusions: [{ reason: 'lost', count: 1 }] }),
    ).toContain('no row of trial 4')
  })

  it('may have one operation each, or none where they failed', () => {
    const turns = only(({ trial, operation }) => (operation === 'pause') === (Number(trial) % 2 === 0))
    expect(wrongTrials(turns)).toBeUndefined()
    const failed = run.rows.flatMap((row): readonly Row[] => {
      if (row.trial !== 3) return [row]
      return row.operation === 'pause' ? [{ ...row, operation: '', excluded: 'hung' }] : []
    })
    expect(wrongTrials({ ...run, rows: failed })).toBeUndefined()
  })

  it('are compared when a run is read, whatever its digests say', () => {
    const forged = formatRun(settled(only(({ trial }) => Number(trial) < 3)))
    expect(() => parseRun((name) => forged[name], 'results/x', 'latency/xen-4.14/baseline')).toThrow(
      'results/x/run.json does not fit the rows beside it: it asks for 6 trials: no row of trial 3-5. Restore it',
    )
  })
})
