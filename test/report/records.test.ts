import { describe, expect, it } from 'vitest'
import { english } from '../../src/locale/en.ts'
import { cellsDrawn, fieldTitles, fieldUnits, records } from '../../src/report/records.ts'
import type { Run } from '../../src/results/run.ts'
import { fakeExperiment, fakeRun } from '../results/fake.ts'

const experiment = fakeExperiment()
const drawn = (run: Run): Run => ({
  ...run,
  datasets: {
    pictures: {
      columns: [
        { name: 'choice', role: 'factor' },
        { name: 'pcpu', role: 'index' },
        { name: 'at', role: 'measure', unit: 'ticks' },
      ],
      rows: [
        { choice: 'typical', pcpu: 3, at: -54 },
        { choice: 'worst', pcpu: null, at: 5400 },
      ],
    },
  },
})
const runs = [fakeRun({ exclude: 'lost records' }), fakeRun({ pattern: 'dom0-cpu' })].map(drawn)
const from = 'latency'

describe('records for a figure', () => {
  it('are the observations in microseconds, without excluded rows', () => {
    const rows = records(experiment, runs, { from, where: {} })
    expect(rows).toHaveLength(7 + 8)
    expect(rows[0]).toMatchObject({
      environment: 'xen-4.14',
      pattern: 'baseline',
      patternLabel: 'baseline',
      patternIndex: 0,
      origin: 'emulated',
      operation: 'pause',
      total: 10_068,
      command: 10_568,
      'xl-to-xen': null,
    })
  })

  it('are the rows of a dataset, in microseconds too', () => {
    const rows = records(experiment, runs, { from, dataset: 'pictures', where: {} })
    expect(rows.map(({ pattern, choice, pcpu, at }) => [pattern, choice, pcpu, at])).toEqual([
      ['baseline', 'typical', 3, -1],
      ['baseline', 'worst', null, 100],
      ['dom0-cpu', 'typical', 3, -1],
      ['dom0-cpu', 'worst', null, 100],
    ])
  })

  it.each([
    ['elapsedMs', 'ms', 'elapsed (ms)'],
    ['elapsed (s)', 's', 'elapsed (s)'],
    ['seconds', 's', 'seconds (s)'],
    ['ms', 'ms', 'ms (ms)'],
  ])('have a title for the column %s', (name, unit, title) => {
    const run = { ...fakeRun(), columns: [{ name, role: 'measure', unit } as const] }
    const context = { messages: english, display: (text: string) => text }
    expect(fieldTitles([run], { from, where: {} }, context)).toMatchObject({ [name]: title })
  })

  it('have units where names do not tell them', () => {
    const columns = [
      ...[
        ['elapsed', 'ms'],
        ['elapsedMs', 'ms'],
        ['size', 'B'],
        ['count', ''],
      ].map(([name = '', unit = '']) => ({ name, role: 'measure', unit }) as const),
      { name: 'trial', role: 'index' } as const,
    ]
    expect(fieldUnits([{ ...fakeRun(), columns }], {})).toEqual({ elapsed: 'µs', size: 'B' })
  })

  it('keep a time in the unit that its name ends in', () => {
    const of = (name: string, unit: string) => {
      const run = {
        ...fakeRun(),
        columns: [{ name, role: 'measure', unit } as const],
        rows: [{ [name]: 1500 }],
      }
      return records(experiment, [run], { from, where: {} })[0]?.[name]
    }
    expect(['elapsedNs', 'elapsed_ns', 'elapsed (ns)', 'ns'].map((name) => of(name, 'ns'))).toEqual(
      Array(4).fill(1500),
    )
    expect([of('callMs', 'ms'), of('wait-seconds', 's'), of('elapsedUs', 'us')]).toEqual([1500, 1500, 1500])
    expect([of('elapsed', 'ns'), of('items', 'ms'), of('TNS', 'ns')]).toEqual([1.5, 1_500_000, 1.5])
  })

  it('are refused where a column is in one unit here and in another there', () => {
    const bytes = (run: Run): Run => ({
      ...run,
      columns: run.columns.map((column) => (column.name === 'total' ? { ...column, unit: 'B' } : column)),
    })
    const [one, other] = runs as [Run, Run]
    expect(() => records(experiment, [one, bytes(other)], { from, where: {} })).toThrow(
      'total has different units: µs in run latency/xen-4.14/baseline, B in run latency/xen-4.14/dom0-cpu',
    )
  })

  it('may have datasets and columns that are called like what every object has', () => {
    for (const name of ['constructor', 'toString'])
      expect(() => records(experiment, runs, { from, dataset: name, where: {} })).toThrow(`unknown dataset`)
    expect(() => records(experiment, runs, { from, where: { constructor: ['x'] } })).toThrow(
      'unknown column: constructor',
    )
  })

  it('are only those with the wanted values', () => {
    const where = { choice: ['worst'], pattern: ['dom0-cpu'] }
    const rows = records(experiment, runs, { from, dataset: 'pictures', where })
    expect(rows.map(({ pattern, choice }) => [pattern, choice])).toEqual([['dom0-cpu', 'worst']])
  })

  it.each<[string, string | undefined, Readonly<Record<string, readonly string[]>>, string]>([
    [
      'an unknown dataset',
      'picture',
      {},
      'unknown dataset of run latency/xen-4.14/baseline: picture (did you mean pictures?)',
    ],
    ['an unknown column', 'pictures', { choise: ['worst'] }, 'unknown column: choise (did you mean choice?)'],
    [
      'a value that no row has',
      'pictures',
      { choice: ['worse'] },
      'unknown choice: worse (did you mean worst?)',
    ],
    ['a value that is excluded', undefined, { excluded: ['lost records'] }, 'unknown excluded: lost records'],
  ])('are an error for %s', (_, dataset, where, message) => {
    expect(() => records(experiment, runs, { from, ...(dataset && { dataset }), where })).toThrow(message)
  })

  it('want only the cells that the figure names', () => {
    const wanted = (where: Readonly<Record<string, readonly string[]>>) =>
      cellsDrawn(experiment, { from, where })
    expect(wanted({})).toHaveLength(4)
    expect(wanted({ environment: ['xen-4.17'] })).toEqual([
      'latency/xen-4.17/baseline',
      'latency/xen-4.17/dom0-cpu',
    ])
    expect(wanted({ environment: ['xen-4.17'], pattern: ['baseline'], choice: ['worst'] })).toEqual([
      'latency/xen-4.17/baseline',
    ])
  })
})
