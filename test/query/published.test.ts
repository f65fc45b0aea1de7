import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PathError, type PathMistake } from '../../src/query/error.ts'
import type { Readings } from '../../src/query/interpret.ts'
import { lookUp } from '../../src/query/lookup.ts'
import { publishedTable } from '../../src/query/published.ts'

const paper = ['latency', 'phases'].map((name) => {
  const file = `paper/published/${name}.csv`
  return publishedTable(file, readFileSync(file, 'utf8'))
})
const groups = new Map([
  ['loads', ['dom0-cpu', 'dom0-net']],
  ['idle', ['baseline', 'net-idle', 'rtds']],
])
const ask = (path: string, tables = paper): Readings => lookUp({ parts: path.split('.') }, tables, groups)

function mistakeIn(path: string, tables = paper): PathMistake | undefined {
  try {
    ask(path, tables)
  } catch (error) {
    if (error instanceof PathError) return error.mistakes[0]
    throw error
  }
  throw new Error(`${path} has no mistake`)
}

describe('a path into published tables', () => {
  it.each([
    ['published.old.baseline.pause.total.mean', 14_777, 'us'],
    ['published.old.baseline.total.pause.mean', 14_777, 'us'],
    ['published.old.scheduler.pause.total.max', 46_368, 'us'],
    ['published.old.scheduler.pause.total.variance', 111_154_445, 'us2'],
    ['published.old.scheduler.pause.total.min', 18_848, 'us'],
    ['published.old.scheduler.pause.total.n', 5, ''],
  ])('%s is %d', (path, value, unit) => {
    expect(ask(path)).toEqual({
      readings: [
        { value, unit, sources: [{ type: 'published', file: 'paper/published/latency.csv', table: '5' }] },
      ],
    })
  })

  it('finds a phase in the file that has it', () => {
    expect(ask('published.old.domu-cpu.pause.xen-to-vcpu-stop.mean')).toMatchObject({
      readings: [{ value: 28, sources: [{ file: 'paper/published/phases.csv', table: '6' }] }],
    })
  })

  it('reads a number from each of several patterns', () => {
    expect(ask('published.old.loads.pause.total.mean')).toMatchObject({
      readings: [{ value: 65_701 }, { value: 63_176 }],
      over: ['dom0-cpu', 'dom0-net'],
    })
    expect(ask('published.old.*.pause.total.mean')).toMatchObject({
      over: expect.arrayContaining(['baseline', 'scheduler']),
    })
  })

  it.each([
    ['odl.baseline.pause.total.mean', 1, 'unknown environment of published: odl (did you mean old?)'],
    ['old.basline.pause.total.mean', 2, 'unknown pattern of published: basline (did you mean baseline?)'],
    [
      'old.idle.pause.total.mean',
      2,
      'group idle has patterns that were not published in old: net-idle, rtds',
    ],
    ['old.baseline.pause.totl.mean', 4, 'unknown measure or factor value: totl (did you mean total?)'],
    ['old.baseline.pause.total.maen', 5, 'unknown statistic: maen (did you mean mean?)'],
    ['old.baseline.pause.total', 4, 'no statistic after total: append one of n, mean, variance, max, min'],
    ['old.baseline.pause.n', 4, /^no measure before n: name one of total, xl-to-domu-stop, /],
    [
      'old.baseline.pause.xl-to-domu-stop.max',
      5,
      'baseline.pause.xl-to-domu-stop was published without max (paper/published/phases.csv has mean)',
    ],
    [
      'old.baseline.unpause.xl-to-domu-stop.mean',
      4,
      'baseline.unpause.xl-to-domu-stop was not published (known: total, vcpu-run-to-domu-resume, xen-to-vcpu-run, xl-to-xen)',
    ],
    ['old.baseline.total.mean', 4, 'baseline.total was published more than once: name one of pause, unpause'],
    ['old.baseline.pause.unpause.mean', 4, 'two values of operation in one path: pause and unpause'],
    ['old.baseline.pause.total.xl-to-xen.mean', 5, 'two measures in one path: total and xl-to-xen'],
  ])('published.%s is wrong in its part %d', (path, part, reason) => {
    expect(mistakeIn(`published.${path}`)).toMatchObject({
      part,
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    })
  })

  it('names the place of the wrong word in a list', () => {
    expect(mistakeIn('published.old.baseline, dom0-cpo.pause.total.mean')).toMatchObject({
      part: 2,
      offset: 10,
      reason: 'unknown pattern of published: dom0-cpo (did you mean dom0-cpu?)',
    })
  })

  it('needs tables', () => {
    expect(mistakeIn('published.old.baseline.pause.total.mean', [])).toMatchObject({
      part: 0,
      reason: 'published: the front matter names no published tables (published: [paper/published/x.csv])',
    })
  })
})

describe('a published table', () => {
  it('has its times in microseconds, whatever the unit of its columns', () => {
    const { cells } = publishedTable(
      'x.csv',
      'environment,pattern,mean_ms,variance_ms2,p99,n\nold,a,1.5,0.25,7,5\n',
    )
    expect(cells).toEqual([
      {
        file: 'x.csv',
        environment: 'old',
        pattern: 'a',
        factors: {},
        measure: 'total',
        numbers: {
          mean: { value: 1500, unit: 'us' },
          variance: { value: 250_000, unit: 'us2' },
          p99: { value: 7, unit: '' },
          n: { value: 5, unit: '' },
        },
      },
    ])
  })

  it('takes columns of words for factors, and those of numbers for none', () => {
    const { cells } = publishedTable('x.csv', 'environment,pattern,order,found,mean_s\nold,a,1,blocked,2\n')
    expect(cells[0]?.factors).toEqual({ found: 'blocked' })
  })

  it('lacks a number where the file has none', () => {
    const table = publishedTable('x.csv', 'environment,pattern,mean_us,max_us\nold,a,1,\n')
    expect(table.problem).toBeUndefined()
    expect(mistakeIn('published.old.a.total.max', [table])).toMatchObject({
      reason: 'unknown statistic: max (did you mean mean?)',
    })
  })

  it.each([
    ['', 'no rows'],
    ['environment,mean_us\nold,1\n', 'no column pattern'],
    ['table,machine\n1,PC\n', 'no column environment and pattern'],
    ['environment,pattern,value\nold,a,1\n', 'no column of a statistic, such as mean_us or n'],
    ['environment,pattern,mean_us\nold,a,1\nold,b,abut 2\n', 'line 3: mean_us is no number: abut 2'],
  ])('%j cannot be read: %s', (csv, problem) => {
    expect(publishedTable('x.csv', csv)).toMatchObject({ problem })
  })

  it('published twice is ambiguous', () => {
    const csv = 'environment,pattern,mean_us\nold,a,1\n'
    const tables = [publishedTable('x.csv', csv), publishedTable('y.csv', csv)]
    expect(mistakeIn('published.old.a.total.mean', tables)).toMatchObject({
      reason: 'a.total was published more than once: x.csv, y.csv',
    })
  })
})
