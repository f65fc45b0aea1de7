import { describe, expect, it } from 'vitest'
import { csvRecords } from '../../src/report/csvrecords.ts'

const column = (...values: readonly string[]) =>
  csvRecords(`x,y\n${values.map((one) => `${one},1`).join('\n')}\n`).map(({ x }) => x)

describe('records of a CSV file', () => {
  it.each([
    [
      ['1', '', '2.5'],
      [1, null, 2.5],
    ],
    [
      ['4.14', '4.17'],
      [4.14, 4.17],
    ],
    [
      ['true', 'false'],
      [true, false],
    ],
    [
      ['a', '', 'b'],
      ['a', null, 'b'],
    ],
    [
      ['2026-11-01', '2026-11-02T03:04'],
      [new Date('2026-11-01T00:00Z'), new Date('2026-11-02T03:04Z')],
    ],
    [
      ['2026-11-01', 'soon'],
      ['2026-11-01', 'soon'],
    ],
    [
      ['nan', 'inf'],
      ['nan', 'inf'],
    ],
  ])('%j in a column are %j', (texts, values) => {
    expect(column(...texts)).toEqual(values)
  })

  it.each([
    [['1', '', 'n/a'], 'line 4: x is no number: n/a, but line 2 has 1'],
    [['NaN', '2'], 'line 2: x is no number: NaN, but line 3 has 2'],
    [['1', 'Infinity'], 'line 3: x is no number: Infinity'],
    [['1', '0x10'], 'line 3: x is no number: 0x10'],
    [['1', '1e999'], 'line 3: x is no number: 1e999'],
  ])('%j in a column are refused: %s', (texts, message) => {
    expect(() => column(...texts)).toThrow(message)
  })

  it('have columns of any name', () => {
    expect(csvRecords('constructor,toString\n1,a\n')).toEqual([{ constructor: 1, toString: 'a' }])
    expect(Object.keys(csvRecords('__proto__\n1\n')[0] ?? {})).toEqual(['__proto__'])
  })
})
