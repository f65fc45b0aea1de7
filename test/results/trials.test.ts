/** Trials asked and trials there: a falsehood that remakes all digests must not pass. */

import { describe, expect, it } from 'vitest'
import { bootColumn, type Row, type Run } from '../../src/results/run.ts'
import { formatRun, parseRun } from '../../src/results/runfile.ts'
import { lackingTrials } from '../../src/results/trials.ts'
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
    for (const one of [run, fromOne, booted()]) expect(lackingTrials(one)).toBeUndefined()
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
    expect(lackingTrials(given)).toContain(reason)
  })

  it('may be excluded: with a reason in their rows, or in number where no column tells', () => {
    expect(lackingTrials(fakeRun({ trials: 6, exclude: 'lost' }))).toBeUndefined()
    const unmarked = { ...run, columns: run.columns.filter(({ name }) => name !== 'excluded') }
    const lost = { ...unmarked, rows: run.rows.filter(({ trial }) => trial !== 4) }
    expect(lackingTrials({ ...lost, exclusions: [{ reason: 'lost', count: 1 }] })).toBeUndefined()
    expect(lackingTrials({ ...lost, exclusions: [] })).toContain('no row of trial 4')
    // The rows that are there tell of all exclusions, so that none can be made up.
    expect(
      lackingTrials({ ...lost, columns: run.columns, exclusions: [{ reason: 'lost', count: 1 }] }),
    ).toContain('no row of trial 4')
  })

  it('may have one operation each, or none where they failed', () => {
    const turns = only(({ trial, operation }) => (operation === 'pause') === (Number(trial) % 2 === 0))
    expect(lackingTrials(turns)).toBeUndefined()
    const failed = run.rows.flatMap((row): readonly Row[] => {
      if (row.trial !== 3) return [row]
      return row.operation === 'pause' ? [{ ...row, operation: '', excluded: 'hung' }] : []
    })
    expect(lackingTrials({ ...run, rows: failed })).toBeUndefined()
  })

  it('are compared when a run is read, whatever its digests say', () => {
    const forged = formatRun(settled(only(({ trial }) => Number(trial) < 3)))
    expect(() => parseRun((name) => forged[name], 'results/x', 'latency/xen-4.14/baseline')).toThrow(
      'results/x/run.json does not fit the rows beside it: it asks for 6 trials: no row of trial 3-5. Restore it',
    )
  })
})
