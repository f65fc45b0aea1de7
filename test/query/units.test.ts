import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { checkLiterals } from '../../src/check/literal.ts'
import { parseDocument } from '../../src/document/document.ts'
import { filters, format } from '../../src/query/format.ts'
import { publishedTable } from '../../src/query/published.ts'
import { statistic, statistics } from '../../src/query/statistics.ts'
import {
  microseconds,
  symbol,
  textUnits,
  timeUnitInName,
  timeUnits,
  unitInName,
  withoutUnit,
} from '../../src/query/units.ts'

describe.each(timeUnits)('the unit %s', (unit) => {
  it('is read from columns and names, and is a filter', () => {
    const long = microseconds(unit) as number
    expect(microseconds(symbol(unit))).toBe(long)
    expect(withoutUnit(`elapsed (${unit})`)).toBe('elapsed')
    expect(format({ value: 3 * long, unit: 'us' }, [{ name: unit, arguments: [] }])).toBe(
      `3\u00a0${symbol(unit)}`,
    )
  })

  it.each([...textUnits].flatMap(([spelling, shown]) => (shown === symbol(unit) ? [spelling] : [])))(
    'is known in the text as %s, with and without decimals',
    (spelling) => {
      for (const number of ['7', '7.5']) {
        const file = new VFile(`---\ntitle: T\n---\nThat takes ${number} ${spelling}\n`)
        checkLiterals(parseDocument(file))
        expect(file.messages.map(({ column }) => column)).toEqual([12])
      }
    },
  )
})

it('a unit in the name of a measure ends it', () => {
  const names = [
    'elapsedNs',
    'elapsedUs',
    'elapsedMs',
    'elapsedSeconds',
    'sentBytes',
    'elapsed',
    'aTNS',
    'ns',
  ]
  expect(names.map(unitInName)).toEqual(['ns', 'us', 'ms', 's', 'B', undefined, undefined, undefined])
  const written = [
    'elapsed_nanosec',
    'wait secs',
    'wait (µs)',
    'callMicroseconds',
    'waitS',
    'second',
    'items',
  ]
  expect(written.map(withoutUnit)).toEqual(['elapsed', 'wait', 'wait', 'call', 'wait', undefined, undefined])
})

it.each(['requests/s', 'speed (m/s)', 'MB per s', 'ops_per_sec', 'hitsPerMs', 'per ms', 'hits / s'])(
  'a rate is no time: %s',
  (name) => {
    expect([unitInName(name), timeUnitInName(name), withoutUnit(name)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  },
)

it.each([
  ['paper_ms', 'ms', 'paper'],
  ['hyperMs', 'ms', 'hyper'],
  ['per_call_us', 'us', 'per_call'],
  ['w/o cache (s)', 's', 'w/o cache'],
])('a time is one, whatever its name begins with: %s', (name, unit, rest) => {
  expect([timeUnitInName(name), withoutUnit(name)]).toEqual([unit, rest])
})

it.each(['error(s)', 'CPU(s)', 'message(s)', 'event(s)', 'number of page(s)'])(
  'a plural is no time: %s',
  (name) => {
    expect([unitInName(name), timeUnitInName(name), withoutUnit(name)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  },
)

it.each(['time(s)', 'Runtime(s)', 'latency(s)', 't(s)', 'mean(s)', 'error (s)', '時間(s)'])(
  'seconds in brackets are a time: %s',
  (name) => {
    expect(timeUnitInName(name)).toBe('s')
  },
)

it('filters do more than convert', () => {
  expect([...filters.keys()].sort()).toEqual(['fixed', 'interval', 'percent', ...timeUnits].sort())
})

describe.each([...statistics.keys()])('the statistic %s', (name) => {
  it('has a head, and may be a column of a published table', () => {
    const { label, unit } = statistic(name) ?? {}
    expect(label).toMatch(/./)
    const column = unit?.('us') === '' ? name : `${name}_${unit?.('us')}`
    const { cells, problem } = publishedTable(
      'a.csv',
      `environment,pattern,phase,${column}\nold,base,total,4\n`,
    )
    expect(problem).toBeUndefined()
    expect(cells[0]?.numbers[name]).toMatchObject({ value: 4, unit: unit?.('us') })
  })
})

it('percentiles are statistics, and the outermost ones extremes', () => {
  expect(statistic('p25')?.of([1, 2, 3, 4, 5])).toBe(2)
  expect(statistic('p101')).toBeUndefined()
  const names = ['p0', 'p100', 'max', 'min', 'p99', 'mean']
  expect(names.filter((name) => statistic(name)?.isExtreme)).toEqual(['p0', 'p100', 'max', 'min'])
})
