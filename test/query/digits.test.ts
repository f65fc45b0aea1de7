/** Formatting of numbers in reports. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allDigits, digits, format, significant } from '../../src/query/format.ts'
import { symbol } from '../../src/query/units.ts'

describe('a number in a report', () => {
  it.each([
    [-0, undefined, '0'],
    [-0.0004, 2, '0.00'],
    [-0.004, 2, '0.00'],
    [-0.006, 2, '−0.01'],
    [-0, 1, '0.0'],
    [-1234.5, 1, '−1,234.5'],
    [1.23456e-30, undefined, '1.23×10⁻³⁰'],
    [-4.5e300, undefined, '−4.50×10³⁰⁰'],
    [4.5e300, 1, '4.5×10³⁰⁰'],
    [1e-30, 2, '0.00'],
    [1e-120, 120, '1.00×10⁻¹²⁰'],
    [2 ** 53 - 1, undefined, '9,007,199,254,740,991'],
    [5e-324, undefined, '5.00×10⁻³²⁴'],
  ])('%d with %j decimals is %s', (value, decimals, text) => {
    expect(digits(value, decimals)).toBe(text)
  })

  it.each([
    [1e-7, '1×10⁻⁷'],
    [0.1, '0.1'],
    [123456.789, '123,456.789'],
    [1.5e21, '1.5×10²¹'],
    [-0, '0'],
  ])('that somebody wrote, %d, keeps its digits: %s', (value, text) => {
    expect(allDigits(value)).toBe(text)
  })

  it('is rounded, grouped and signed as Intl.NumberFormat does', () => {
    const values = fc.oneof(
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      // Halves, and what becomes longer.
      fc.tuple(fc.integer(), fc.nat(9)).map(([whole, places]) => (whole + 0.5) / 10 ** places),
      fc.tuple(fc.nat(6), fc.nat(6)).map(([power, places]) => 10 ** power - 0.5 / 10 ** places),
    )
    const expected = (value: number, options: Intl.NumberFormatOptions) =>
      new Intl.NumberFormat('en-US', { signDisplay: 'negative', ...options })
        .format(value)
        .replace('-', '−')
        .replace(
          /E(.*)/,
          (_, power: string) => `×10${[...power].map((one) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(one)] ?? '⁻').join('')}`,
        )
    fc.assert(
      // ICU may be off by one in the sixteenth digit.
      fc.property(values, fc.nat(12), (value, count) => {
        const size = Math.abs(value)
        const places = { minimumFractionDigits: count, maximumFractionDigits: count }
        const figures = { minimumSignificantDigits: count + 1, maximumSignificantDigits: count + 1 }
        const power = { notation: 'scientific' } as const
        expect(digits(value, count)).toBe(expected(value, size < 1e21 ? places : { ...power, ...figures }))
        const isPlain = size === 0 || (size >= 1e-6 && size < 1e15)
        expect(significant(value, count + 1)).toBe(
          expected(value, isPlain ? figures : { ...power, ...figures }),
        )
        expect(allDigits(value)).toBe(
          expected(
            value,
            size === 0 || (size >= 1e-6 && size < 1e21)
              ? { maximumFractionDigits: 20 }
              : { ...power, maximumSignificantDigits: 17 },
          ),
        )
      }),
      { numRuns: 2000 },
    )
  })

  it('is an error where it is none', () => {
    expect(() => digits(Number.NaN)).toThrow('the value is not a number')
  })

  it.each([
    ['us', 'µs'],
    ['us2', 'µs²'],
    ['users', 'users'],
    ['usd', 'usd'],
    ['CO2', 'CO2'],
    ['B²', 'B²'],
  ])('has the unit %s as %s', (unit, text) => {
    expect(symbol(unit)).toBe(text)
    expect(format({ value: 2, unit })).toBe(`2\u00a0${text}`)
  })

  it('of a squared time can be shown in another unit, twice if need be', () => {
    const [ms, us] = ['ms', 'us'].map((name) => ({ name, arguments: [] }))
    expect(format({ value: 2.5e6, unit: 'us2' }, [ms as never])).toBe('2.50\u00a0ms²')
    expect(format({ value: 2.5e6, unit: 'us2' }, [ms as never, us as never])).toBe('2,500,000\u00a0µs²')
  })
})
