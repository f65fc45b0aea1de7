import { describe, expect, it } from 'vitest'
import type { ExperimentBlock } from '../../src/document/block.ts'
import { parseExpression } from '../../src/query/expression.ts'
import { format } from '../../src/query/format.ts'
import { publishedTable } from '../../src/query/published.ts'
import { originsIn } from '../../src/query/quantity.ts'
import { evaluate, readSeries } from '../../src/query/query.ts'
import { series } from '../../src/query/series.ts'
import type { Run } from '../../src/results/run.ts'
import { fakeExperiment, fakeRun } from '../results/fake.ts'

const results = {
  experiments: [
    {
      ...fakeExperiment([
        { name: 'baseline' },
        { name: 'dom0-cpu', only: ['xen-4.14'] },
        { name: 'scheduler', only: ['xen-4.14'] },
        { name: 'xl-nice', only: ['xen-4.14'] },
      ]),
      groups: { both: ['baseline', 'dom0-cpu'] },
    },
  ],
  runs: [
    fakeRun({ exclude: 'lost records' }),
    fakeRun({ pattern: 'dom0-cpu', xlUs: 60_000 }),
    fakeRun({ environment: 'xen-4.17', origin: 'hardware' }),
  ],
}
const value = (source: string) => evaluate(parseExpression(source), results)
const print = (source: string) => {
  const parsed = parseExpression(source)
  return format(evaluate(parsed, results), parsed.filters).replace(/\u00a0/g, ' ')
}
const baseline = "latency['xen-4.14'].baseline"

const latency = publishedTable(
  'paper/published/latency.csv',
  `table,environment,pattern,operation,n,mean_us,max_us
5,old,baseline,pause,5,10000,12000
5,old,dom0-cpu,pause,5,40000,50000
5,old,baseline,unpause,5,11000,12000
`,
)

describe('published tables', () => {
  const given = { ...results, published: [latency] }
  const read = (source: string) => evaluate(parseExpression(source), given)
  const table = { type: 'published', file: 'paper/published/latency.csv', table: '5' }

  it.each([
    ['published.old.baseline.pause.total.mean', 10_000, 'us'],
    ["published.old['dom0-cpu'].pause.total.mean / published.old.baseline.pause.total.mean", 4, ''],
    ['max(published.old.both.pause.total.mean / published.old.baseline.pause.total.mean)', 4, ''],
    ['correlation(published.old.both.pause.total.mean, -published.old.both.pause.total.max)', -1, ''],
    // The mean of the other four.
    [
      '(published.old.baseline.pause.total.n * published.old.baseline.pause.total.mean - published.old.baseline.pause.total.max) / (published.old.baseline.pause.total.n - 1)',
      9500,
      'us',
    ],
    [`${baseline}.pause.total.mean / published.old.baseline.pause.total.mean`, 1.0168, ''],
    [`max(latency['xen-4.14'].both.pause.total.mean / published.old.both.pause.total.mean)`, 1.60545, ''],
  ])('%s is %d', (source, expected, unit) => {
    expect(read(source).value).toBeCloseTo(expected, 6)
    expect(read(source).unit).toBe(unit)
  })

  it('are named as sources, and hide no origin of ours', () => {
    expect(read('published.old.baseline.pause.total.mean').sources).toEqual([table])
    const mixed = read(`${baseline}.pause.total.mean / published.old.baseline.pause.total.mean`)
    expect(mixed.sources).toMatchObject([{ type: 'run', n: 3 }, table])
    expect(originsIn(mixed.sources)).toEqual(['emulated', 'published'])
  })

  it.each([
    [
      'published.old.basline.pause.total.mean',
      'unknown pattern of published: basline (did you mean baseline?)',
    ],
    ['published.old.both.pause.total.mean', 'a number from each of baseline, dom0-cpu'],
    ['max(published.old.both.unpause.total.mean)', 'dom0-cpu.unpause.total was not published'],
    ['published.old.baseline.pause.total.mean + published.old.baseline.pause.total.n', 'units do not fit'],
    ['correlation(published.old.baseline.pause.total.mean, 3)', 'correlation takes two lists'],
  ])('%s throws: %s', (source, message) => {
    expect(() => read(source)).toThrow(message)
  })

  it('are not there unless the document names them', () => {
    expect(() => value('published.old.baseline.pause.total.mean')).toThrow(
      'the front matter names no published tables',
    )
  })

  it('have no series', () => {
    expect(() => readSeries({ parts: ['published', 'old', 'baseline', 'pause', 'total'] }, given)).toThrow(
      'published tables have no single observations: published.old.baseline.pause.total is no series',
    )
  })
})

describe('series', () => {
  it('converts ticks to microseconds and leaves excluded rows out', () => {
    expect(series(fakeRun({ exclude: 'lost' }), { operation: 'pause' }, 'total')).toEqual({
      values: [10_068, 10_168, 10_268],
      unit: 'us',
      seed: 1,
    })
  })

  it('converts a column in nanoseconds as well, and skips rows without a value', () => {
    const run = fakeRun({ trials: 1 })
    expect(series(run, {}, 'command')).toMatchObject({ values: [10_568, 9020], unit: 'us' })
    expect(series(run, {}, 'xl-to-xen')).toMatchObject({ values: [7000], unit: 'us' })
  })

  it('refuses ticks without a clock', () => {
    const { clockHz: _, ...run } = fakeRun()
    expect(() => series(run, {}, 'total')).toThrow('run latency/xen-4.14/baseline: total is in ticks')
  })

  it('names the nearest column', () => {
    expect(() => series(fakeRun(), {}, 'totl')).toThrow('unknown measure: totl (did you mean total?)')
  })
})

describe('evaluate', () => {
  it.each([
    [`${baseline}.pause.total.mean`, 10_168, 'us'],
    [`${baseline}.pause.total.n`, 3, ''],
    [`${baseline}.unpause.n`, 4, ''],
    [`${baseline}.pause.blocked.n`, 3, ''],
    [`${baseline}.pause.running.n`, 0, ''],
    [`${baseline}.unpause.total.variance`, 12_500, 'us2'],
    [`${baseline}.unpause.total.sd`, Math.sqrt(12_500), 'us'],
    [`${baseline}.unpause.total.median`, 8670, 'us'],
    [`${baseline}.unpause.total.min`, 8520, 'us'],
    [`${baseline}.unpause.total.max`, 8820, 'us'],
    [`${baseline}.unpause.total.p25`, 8595, 'us'],
    [`${baseline}.pause.total.max - 4068`, 6200, 'us'],
    [`${baseline}.pause['xl-to-domu-stop'].mean + ${baseline}.pause['domu-stop-to-xen'].mean`, 8100, 'us'],
    [`max(${baseline}.pause.total.max, ${baseline}.unpause.total.max)`, 10_268, 'us'],
    [`${baseline}.pause.total.max / ${baseline}.pause.total.min`, 10_268 / 10_068, ''],
    [`-abs(2 * ${baseline}.pause.total.min)`, -20_136, 'us'],
    [`${baseline}.pause.total.mean > ${baseline}.unpause.total.mean`, 1, 'truth'],
    [`${baseline}.pause.total.mean < 10000`, 0, 'truth'],
  ])('%s is %d', (source, expected, unit) => {
    expect(value(source).value).toBeCloseTo(expected, 6)
    expect(value(source).unit).toBe(unit)
  })

  const loaded = "latency['xen-4.14']['dom0-cpu']"
  const both = "latency['xen-4.14'].both"

  it.each([
    [`max(${both}.pause.total.mean)`, 64_218, 'us'],
    [`min(${both}.pause.total.mean / ${baseline}.pause.total.mean)`, 1, ''],
    [`sum(${both}.pause.n)`, 7, ''],
    [`mean(${both}.pause.n, 2)`, 3, ''],
    [`sum(latency['xen-4.14']['dom0-cpu, baseline'].pause.n)`, 7, ''],
    [`max(abs(-${both}.pause.total.mean - 1000))`, 65_218, 'us'],
    [`max(latency['xen-4.17']['*'].pause.total.mean)`, 10_218, 'us'],
    // Two points lie on a line.
    [`correlation(${both}.pause['xl-to-domu-stop'].mean, ${both}.pause.total.mean)`, 1, ''],
    [`correlation(${both}.pause['xl-to-domu-stop'].mean, -${both}.pause.total.mean)`, -1, ''],
    // Each trial's xl phase grows by as much as its total.
    [`correlation(${baseline}.pause['xl-to-domu-stop'], ${baseline}.pause.total)`, 1, ''],
  ])('%s, over patterns or trials, is %d', (source, expected, unit) => {
    expect(value(source).value).toBeCloseTo(expected, 6)
    expect(value(source).unit).toBe(unit)
  })

  it('correlates series row by row, and leaves out rows that lack one of the two', () => {
    const run = fakeRun({ trials: 5 })
    const command = [3, 1, null, 2, 9]
    const rows = run.rows.filter((row) => row.operation === 'pause')
    const odd = { ...run, rows: rows.map((row, index) => ({ ...row, command: command[index] ?? null })) }
    const given = { experiments: results.experiments, runs: [odd] }
    const { value: r, sources } = evaluate(
      parseExpression(`correlation(${baseline}.pause.command, ${baseline}.pause.total)`),
      given,
    )
    // Of 3, 1, 2, 9 and 0, 1, 3, 4: 13 / sqrt(38.75 * 10)
    expect(r).toBeCloseTo(13 / Math.sqrt(387.5), 12)
    expect(sources).toMatchObject([{ n: 4 }])
  })

  it('names every run that a list lacks', () => {
    expect(() => value("max(latency['xen-4.14']['*'].pause.total.mean)")).toThrow(
      expect.objectContaining({ missing: ['latency/xen-4.14/scheduler', 'latency/xen-4.14/xl-nice'] }),
    )
  })

  it('remembers every run behind a number, and so its origin', () => {
    const emulated = value(`${baseline}.pause.total.mean + 100`)
    expect(emulated.sources).toMatchObject([{ run: { environment: 'xen-4.14' }, n: 3 }])
    const both = value(`${baseline}.pause.total.mean / latency['xen-4.17'].baseline.pause.total.mean`)
    expect(originsIn(both.sources)).toEqual(['emulated', 'hardware'])
  })

  it('says which run is missing', () => {
    expect(() => value("latency['xen-4.14']['xl-nice'].pause.total.mean")).toThrow(
      expect.objectContaining({
        message: 'missing: run latency/xen-4.14/xl-nice',
        missing: ['latency/xen-4.14/xl-nice'],
      }),
    )
  })

  it.each([
    ["latncy['xen-4.14'].baseline.pause.total.mean", 'unknown experiment: latncy (did you mean latency?)'],
    [
      "latency['xen-4.15'].baseline.pause.total.mean",
      'unknown environment of latency: xen-4.15 (did you mean',
    ],
    ["latency['xen-4.14'].basline.pause.total.mean", 'did you mean baseline?'],
    [
      `${baseline}.operation.mean`,
      'operation is a factor, whose values are words: name one of them (known: pause, unpause)',
    ],
    [`${baseline}.pause.totl.mean`, 'unknown measure or factor value: totl (did you mean total?)'],
    [`${baseline}.pause.total.meen`, 'unknown statistic: meen (did you mean mean?)'],
    [`${baseline}.pause.total`, 'no statistic after pause.total'],
    [`${baseline}.pause.mean`, 'no measure before mean'],
    [`${baseline}.pause.unpause.total.mean`, 'two values of operation in one path: pause and unpause'],
    [
      `${baseline}.pause.running.total.mean`,
      'no observation of pause.running.total in run latency/xen-4.14/baseline',
    ],
    [`${baseline}.pause.total.mean + ${baseline}.pause.n`, 'units do not fit: µs + a plain number'],
    ["latency['xen-4.17'].scheduler.pause.total.mean", 'does not run in xen-4.17, only in xen-4.14'],
    ['1 + 1', 'reads no result'],
    [`${both}.pause.total.mean`, 'a number from each of baseline, dom0-cpu: put them into correlation, max'],
    [
      `max(${both}.pause.total.mean - latency['xen-4.14']['dom0-cpu, baseline'].pause.total.mean)`,
      'lists of different patterns: baseline, dom0-cpu; and dom0-cpu, baseline',
    ],
    [`sum(${both}.pause.total.mean, ${both}.pause.n)`, 'units do not fit: µs sum a plain number'],
    [`max(${both}.pause.total)`, 'no statistic after pause.total'],
    [`max(latency['xen-4.14'].bth.pause.n)`, 'unknown pattern of latency: bth (did you mean both?)'],
    [`correlation(${both}.pause.total.mean, ${baseline}.pause.total.mean)`, 'correlation takes two lists'],
    [
      `correlation(${baseline}.pause.total, ${loaded}.pause.total)`,
      'pause.total and pause.total are not measures of the same rows of one run',
    ],
    [`correlation(${baseline}.pause.total, ${baseline}.unpause.total)`, 'not measures of the same rows'],
    [`correlation(${both}.pause['domu-stop-to-xen'].mean, ${both}.pause.total.mean)`, 'does not vary'],
    [`${baseline}.pause.n / 0`, 'division by zero'],
  ])('%s fails with: %s', (source, message) => {
    expect(() => value(source)).toThrow(message)
    expect(() => value(source)).toThrow(expect.objectContaining({ missing: [] }))
  })
})

describe('format', () => {
  it.each([
    [`${baseline}.pause.total.mean | ms`, '10.2 ms'],
    [`${baseline}.pause.total.mean | ms | fixed(3)`, '10.168 ms'],
    [`${baseline}.pause.total.mean`, '10,168 µs'],
    [`${baseline}.pause.total.mean | s`, '0.0102 s'],
    [`${baseline}.unpause.total.variance`, '12,500 µs²'],
    [`${baseline}.unpause.total.variance | ms`, '0.0125 ms²'],
    [`${baseline}.pause.n`, '3'],
    [`${baseline}.pause.blocked.n / ${baseline}.pause.n | percent`, '100 %'],
    [`${baseline}.pause.total.min - ${baseline}.pause.total.max`, '−200 µs'],
    [`${baseline}.pause.total.mean > 10`, 'true'],
  ])('%s prints %s', (source, text) => {
    expect(print(source)).toBe(text)
  })

  it('refuses a filter that does not fit the unit', () => {
    expect(() => print(`${baseline}.pause.n | ms`)).toThrow('the filter ms needs a time, not a plain number')
    expect(() => print(`${baseline}.pause.total.mean | percent`)).toThrow(
      'the filter percent needs a ratio, not µs',
    )
  })
})

describe('names that every object has', () => {
  const name = ['constructor', 'toString', '__proto__', 'hasOwnProperty'] as const
  const block: ExperimentBlock = {
    ...fakeExperiment([{ name: 'constructor' }], ['constructor']),
    id: 'constructor',
    groups: { valueOf: ['constructor'] },
  }
  const rows = [1, 2].map((value) =>
    Object.fromEntries([
      ...name.slice(0, 2).map((one) => [one, 'valueOf']),
      ...name.slice(2).map((one) => [one, value]),
    ]),
  )
  const run: Run = {
    ...fakeRun({ environment: 'constructor', pattern: 'constructor' }),
    experiment: 'constructor',
    columns: name.map((one, index) => ({ name: one, role: index < 2 ? 'factor' : 'measure' })),
    rows,
  }
  const all = { experiments: [block], runs: [run] }
  const cell = 'constructor.constructor.constructor'

  it.each([
    [`${cell}.__proto__.mean`, 1.5],
    [`${cell}.hasOwnProperty.max`, 2],
    [`max(constructor.constructor.valueOf.__proto__.mean)`, 1.5],
    [`${cell}.n`, 2],
    // Two factors have the value.
    [`${cell}['toString=valueOf'].n`, 2],
    [`${cell}['toString = valueOf']['constructor=valueOf'].__proto__.mean`, 1.5],
  ])('are names like others: %s is %d', (source, value) => {
    expect(evaluate(parseExpression(source), all).value).toBe(value)
  })

  it.each([
    ['toString.constructor.constructor.n', 'unknown experiment: toString'],
    ['constructor.__proto__.constructor.n', 'unknown environment of constructor: __proto__'],
    ['constructor.constructor.hasOwnProperty.n', 'unknown pattern of constructor: hasOwnProperty'],
    [`${cell}.toLocaleString.n`, 'unknown measure or factor value: toLocaleString'],
    [`${cell}.__proto__.constructor`, 'unknown statistic: constructor'],
    [
      `${cell}.valueOf.n`,
      "ambiguous value: valueOf is one of constructor and of toString: write which, ['constructor=valueOf']",
    ],
    [`${cell}['toString=value'].n`, 'unknown measure or factor value: toString=value'],
  ])('are unknown where there are none: %s', (source, message) => {
    expect(() => evaluate(parseExpression(source), all)).toThrow(message)
  })
})
