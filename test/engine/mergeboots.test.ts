import { describe, expect, it } from 'vitest'
import { mergeBoots, mergeMachines } from '../../src/engine/mergeboots.ts'
import { ExperimentError, type Result } from '../../src/engine/script/cell.ts'
import type { Column, Row } from '../../src/results/run.ts'

const columns: readonly Column[] = [
  { name: 'operation', role: 'factor' },
  { name: 'trial', role: 'index' },
  { name: 'total', role: 'measure', unit: 'ticks' },
]
const boot = (trials: number, result: Partial<Result> = {}) => ({
  trials,
  result: { columns, rows: [], exclusions: [], captured: {}, clockHz: 54e6, ...result },
})
const rows = (...trials: readonly (number | null)[]) =>
  trials.map((trial) => ({ operation: 'pause', trial, total: 1 }))

describe('boots of a cell', () => {
  it('are as they came if there is one', () => {
    const one = boot(3, { rows: rows(1, 2, 3), files: { a: '/a' }, captured: { CPU: 'x' } })
    expect(mergeBoots([one])).toBe(one.result)
  })

  it('give rows in their order, which say their boot behind the trial, and count trials through', () => {
    const merged = mergeBoots([
      boot(2, { rows: rows(1, 2) }),
      boot(3, { rows: rows(1, null, 3) }),
      boot(2, { rows: rows(1, 1) }),
    ])
    expect(merged.columns.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'operation factor',
      'trial index',
      'boot index',
      'total measure',
    ])
    expect(merged.rows.map((row) => [row.trial, row.boot])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [null, 2],
      [5, 2],
      [6, 3],
      [6, 3],
    ])
    expect(merged.rows[0]).toEqual({ operation: 'pause', trial: 1, boot: 1, total: 1 })
    expect(merged.clockHz).toBe(54e6)
  })

  it('leave a measure or a factor called trial as it is, and have the boot first without an index of trials', () => {
    const own: readonly Column[] = [{ name: 'trial', role: 'measure' }]
    const one = boot(1, { columns: own, rows: [{ trial: 7 }] })
    const { columns: found, rows } = mergeBoots([one, one])
    expect(found.map(({ name }) => name)).toEqual(['boot', 'trial'])
    expect(rows).toEqual([
      { trial: 7, boot: 1 },
      { trial: 7, boot: 2 },
    ])
  })

  it('have sums of exclusions, facts once or each in order, files in folders, and the datasets of the first', () => {
    const merged = mergeBoots([
      boot(1, {
        exclusions: [{ reason: 'late', count: 1 }],
        captured: { CPU: 'A72', heat: '51 °C', clock: '1.5 GHz, 4 cores' },
        provenance: { room: 'a', host: 3 },
        files: { 'trace.bin': '/1' },
        datasets: { pictures: { columns, rows: rows(1) } },
      }),
      boot(1, {
        exclusions: [
          { reason: 'lost', count: 2 },
          { reason: 'late', count: 4 },
        ],
        captured: { CPU: 'A72', heat: '53 °C', fan: 'on', clock: '0.6 GHz, 4 cores' },
        provenance: { room: 'a', host: 4 },
        files: { 'trace.bin': '/2' },
        datasets: { pictures: { columns, rows: rows(2) } },
      }),
      boot(1, { captured: { CPU: 'A72', heat: '51 °C', fan: 'off, 9', clock: '1 GHz, 1 cores' } }),
    ])
    expect(merged).toMatchObject({
      exclusions: [
        { reason: 'late', count: 5 },
        { reason: 'lost', count: 2 },
      ],
      captured: { CPU: 'A72', heat: '51–53 °C', fan: 'on | off, 9', clock: '0.6–1.5 GHz, 1–4 cores' },
      provenance: { room: 'a', host: '3 | 4' },
      files: { 'boot-1/trace.bin': '/1', 'boot-2/trace.bin': '/2' },
    })
    expect(merged.datasets?.pictures?.rows).toEqual(rows(1))
  })

  it('have the datasets of all if a program left them, with boots, and trials counted through', () => {
    const events = (columns: readonly Column[], ...rows: readonly Row[]) => ({
      datasets: { events: { columns, rows } },
    })
    const index: Column = { name: 'trial', role: 'index' }
    const [ms, kind]: readonly [Column, Column] = [
      { name: 'at', role: 'measure', unit: 'ms' },
      { name: 'kind', role: 'factor' },
    ]
    const merged = mergeBoots(
      [
        boot(2, events([index, ms], { trial: 0, at: 1 }, { trial: 1, at: 2 })),
        boot(2),
        boot(2, events([index, kind, ms], { trial: 0, kind: 'x', at: null })),
      ],
      true,
    )
    expect(merged.datasets).toEqual({
      events: {
        columns: [index, { name: 'boot', role: 'index' }, ms, kind],
        rows: [
          { trial: 0, boot: 1, at: 1, kind: '' },
          { trial: 1, boot: 1, at: 2, kind: '' },
          { trial: 4, boot: 3, at: null, kind: 'x' },
        ],
      },
    })
    const differing = [
      boot(1, events([ms], { at: 1 })),
      boot(1, events([{ ...ms, role: 'factor' }], { at: 'x' })),
    ]
    expect(() => mergeBoots(differing, true)).toThrow(
      'the dataset events of boot 2 has at (factor, ms), and of boot 1 at (measure, ms): all boots must give',
    )
    expect(mergeBoots(differing).datasets?.events?.rows).toEqual([{ at: 1 }])
  })

  const without = columns.slice(0, 2)
  const milliseconds: readonly Column[] = [
    ...without,
    { name: 'total', role: 'measure', unit: 'ms', label: 'all' },
  ]
  it.each<[string, Partial<Result>, string]>([
    [
      'lacks a column',
      { columns: without },
      'column 3 of boot 2 is not there, and of boot 1 total (measure, ticks)',
    ],
    [
      'has another unit',
      { columns: milliseconds },
      'column 3 of boot 2 is total (measure, ms, "all"), and of boot 1 total (measure, ticks)',
    ],
    [
      'has them in another order',
      { columns: columns.toReversed() },
      'column 1 of boot 2 is total (measure, ticks), and of boot 1 operation (factor)',
    ],
    ['has another clock', { clockHz: 1e6 }, 'clockHz of boot 2 is 1000000, and of boot 1 54000000'],
  ])('that %s are an error', (_, other, message) => {
    const merge = () => mergeBoots([boot(1), boot(1, other)])
    expect(merge).toThrow(ExperimentError)
    expect(merge).toThrow(message)
  })

  it('with a clock where the first has none are an error', () => {
    const { clockHz: _, ...timeless } = boot(1).result
    expect(() => mergeBoots([{ trials: 1, result: timeless }, boot(1)])).toThrow(
      'clockHz of boot 2 is 54000000, and of boot 1 not said',
    )
  })

  it('have a column of that name by themselves, and a script none; with one boot it may', () => {
    const own = boot(1, { columns: [...columns, { name: 'boot', role: 'index' }] })
    expect(() => mergeBoots([own, own])).toThrow('the script returns a column boot')
    expect(mergeBoots([own])).toBe(own.result)
  })
})

describe('what boots noted of their machine', () => {
  it('are ranges of numbers, also of those that are ranges, and the most of others', () => {
    const noted = (governor: string, load: string, elsewhere: number) => ({ governor, load, elsewhere })
    const all = [
      noted('performance', '0.25–0.30 at the start, 1.00 at the end', 0.1),
      noted('powersave', '0.20 at the start, 1.00 at the end', 0.75),
      noted('powersave', '9.50–10.50 at the start, 1.00 at the end', 0.5),
    ]
    expect(mergeMachines(all)).toEqual({
      governor: 'performance | powersave',
      load: '0.20–10.50 at the start, 1.00 at the end',
      elsewhere: 0.75,
    })
    expect(mergeMachines([])).toEqual({})
  })
})
