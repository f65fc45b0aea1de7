/** Rows survive a round trip, or are refused with their position. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column, Row, Run } from '../../src/results/run.ts'
import { formatRun, parseRows } from '../../src/results/runfile.ts'
import { fakeRun } from './fake.ts'

const columns: readonly Column[] = [
  { name: 'trial', role: 'index' },
  { name: 'found', role: 'factor' },
  { name: 'us', role: 'measure', unit: 'us' },
]
const csvOf = (of: readonly Column[], rows: readonly Row[]): string => {
  const run: Run = { ...fakeRun(), columns: of, rows }
  return formatRun(run)['rows.csv'] ?? ''
}

describe('rows', () => {
  const value = {
    index: fc.oneof(fc.nat(), fc.constant(null)),
    factor: fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ') }),
    measure: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
  }

  it.each([
    ['one column', columns.slice(2)],
    ['one factor', columns.slice(1, 2)],
    ['all columns', columns],
    [
      'columns called like what every object has',
      [
        { name: '__proto__', role: 'factor' },
        { name: 'constructor', role: 'measure' },
      ],
    ],
  ] satisfies [string, readonly Column[]][])('are read as they were written: %s', (_, own) => {
    const row = fc
      .tuple(...own.map(({ role }) => value[role]))
      .map((values) => Object.fromEntries(own.map(({ name }, index) => [name, values[index] ?? null])))
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const read = parseRows(csvOf(own, rows), own)
        expect(read.map((one) => own.map(({ name }) => one[name]))).toEqual(
          // Files do not keep the sign of zero.
          rows.map((one) => own.map(({ name }) => (one[name] === 0 ? 0 : one[name]))),
        )
      }),
    )
  })

  it.each([
    ['trial,found,us\n1,a,2\n2,b,soon\n', 'line 3: us takes a number, not soon'],
    ['trial,found,us\nfirst,a,2\n', 'line 2: trial takes a number, not first'],
    ['trial,found,us\n1,a,NaN\n', 'line 2: us takes a number, not NaN'],
    ['trial,found,us\n1,a,Infinity\n', 'not Infinity'],
    ['trial,found,us\n1,a,1e999\n', 'not 1e999'],
    ['trial,found,us\n1,a,0x10\n', 'not 0x10'],
    ['trial,found,us\n1,a, 5 \n', 'not  5 '],
    ['trial,found,us\n1,a\n', 'line 2: 2 fields, but the head has 3'],
    ['trial,us,found\n1,2,a\n', 'line 1: column 2 is us, in run.json found'],
    ['trial,found\n1,a\n', 'line 1: no column us'],
    ['trial,found,us,more\n1,a,2,3\n', 'line 1: column 4 is more, in run.json there is none'],
    ['trial,found,us\n1,"a,2\n', 'line 2, column 3: a quote that is not closed'],
  ])('%j are refused: %s', (csv, message) => {
    expect(() => parseRows(csv, columns, 'rows.csv of run a/b/c')).toThrow(`rows.csv of run a/b/c: `)
    expect(() => parseRows(csv, columns)).toThrow(message)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('with %d are not written', (us) => {
    expect(() => csvOf(columns, [{ trial: 1, found: '', us }])).toThrow(`${us} cannot be kept in a row`)
  })
})
