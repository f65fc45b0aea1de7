import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanFits, squaresBounds } from '../../src/audit/bounds.ts'
import { checkCell } from '../../src/audit/cell.ts'
import { dataOf } from '../../src/audit/data.ts'
import { definitions } from '../../src/audit/definition.ts'
import { misprints, readPrinted } from '../../src/audit/printed.ts'
import { readTable } from '../../src/audit/table.ts'
import { mean, populationVariance, sampleVariance } from '../../src/stats/moments.ts'
import { max, min } from '../../src/stats/order.ts'

const exactly = (value: number) => ({ low: value, high: value })
const extentOf = (values: readonly number[]) => ({
  mean: exactly(mean(values)),
  max: exactly(max(values)),
  min: exactly(min(values)),
})
const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 12 })

describe('the bounds of the sum of squares', () => {
  it("are Samuelson's where one value differs from all others", () => {
    // One of five at distance d is sqrt(5 - 1) population deviations from the mean.
    const { low } = squaresBounds(5, extentOf([10, 10, 10, 10, 20]))
    expect(low).toBeCloseTo(5 * populationVariance([10, 10, 10, 10, 20]), 9)
    expect((20 - 12) / Math.sqrt(low / 5)).toBeCloseTo(Math.sqrt(4), 9)
  })

  it("are Bhatia and Davis' where all values are extremes", () => {
    const { high } = squaresBounds(4, extentOf([1, 1, 1, 5]))
    expect(high / 4).toBeCloseTo((5 - 2) * (2 - 1), 9)
  })

  it("are Popoviciu's where half of them are", () => {
    expect(squaresBounds(6, extentOf([0, 0, 0, 8, 8, 8])).high / 6).toBeCloseTo(8 ** 2 / 4, 9)
  })

  it('are sharper than that where the mean does not allow only extremes', () => {
    // 0, 3, 4 is the only sample of three with these extremes and this mean.
    expect(squaresBounds(3, extentOf([0, 3, 4]))).toEqual({
      low: expect.closeTo(26 / 3, 9),
      high: expect.closeTo(26 / 3, 9),
    })
  })

  it('hold for every sample', () => {
    fc.assert(
      fc.property(values, (sample) => {
        const extent = extentOf(sample)
        expect(meanFits(sample.length, extent)).toBe(true)
        const { low, high } = squaresBounds(sample.length, extent)
        const squares = populationVariance(sample) * sample.length
        expect(squares).toBeGreaterThanOrEqual(low - 1e-6)
        expect(squares).toBeLessThanOrEqual(high + 1e-6)
      }),
    )
  })

  it('are reached: the samples that reach them have this mean and these extremes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 12 }), (sample) => {
        const n = sample.length
        const [a, b, m] = [min(sample), max(sample), mean(sample)]
        const rest = (n * m - a - b) / (n - 2)
        const least = [a, b, ...Array<number>(n - 2).fill(rest)]
        expect(squaresBounds(n, extentOf(sample)).low).toBeCloseTo(populationVariance(least) * n, 5)
        // As many at the maximum as the mean allows, one in between, the rest at the minimum.
        const atMax = b === a ? n - 1 : Math.min(n - 1, Math.floor((n * (m - a)) / (b - a) + 1e-9))
        const one = n * m - atMax * b - (n - 1 - atMax) * a
        const most = [...Array<number>(atMax).fill(b), one, ...Array<number>(n - 1 - atMax).fill(a)]
        expect(squaresBounds(n, extentOf(sample)).high).toBeCloseTo(populationVariance(most) * n, 5)
      }),
    )
  })

  it('do not admit a mean that the other values cannot make', () => {
    // With 0 and 10 among three values the mean is 3.33 at least.
    expect(meanFits(3, { mean: exactly(3), max: exactly(10), min: exactly(0) })).toBe(false)
    expect(meanFits(3, { mean: exactly(4), max: exactly(10), min: exactly(0) })).toBe(true)
    expect(meanFits(2, { mean: exactly(4), max: exactly(10), min: exactly(0) })).toBe(false)
  })
})

describe('a printed cell', () => {
  const spreads = new Map<string, (sample: readonly number[]) => number>([
    ['population variance', populationVariance],
    ['sample variance', sampleVariance],
    ['population standard deviation', (sample) => Math.sqrt(populationVariance(sample))],
    ['sample standard deviation', (sample) => Math.sqrt(sampleVariance(sample))],
    ['standard error of the mean', (sample) => Math.sqrt(sampleVariance(sample) / sample.length)],
  ])

  it.each(definitions.map((definition) => [definition.name, definition] as const))(
    'of any real sample is possible as a %s, however it was rounded',
    (name, definition) => {
      fc.assert(
        fc.property(values, fc.nat(3), fc.integer({ min: 1, max: 7 }), (whole, decimals, divisor) => {
          const sample = whole.map((value) => value / divisor)
          const spread = spreads.get(name) as (sample: readonly number[]) => number
          const numbers = [spread(sample), mean(sample), max(sample), min(sample)]
          const csv = `sd,mean,max,min\n${numbers.map((value) => value.toFixed(decimals)).join(',')}\n`
          const cell = readTable('t.csv', csv).rows[0]?.numbers ?? new Map()
          expect(checkCell(cell, sample.length, definition, dataOf({}, {}, false))).toEqual({
            type: 'possible',
          })
        }),
      )
    },
  )

  it('is impossible with a spread beyond its bounds, and says which they are', () => {
    const cell = readTable('t.csv', 'variance,mean,max,min\n40,0,4,-4\n').rows[0]?.numbers ?? new Map()
    const check = checkCell(cell, 4, definitions[0] as (typeof definitions)[number], dataOf({}, {}, false))
    // All four at the extremes: 16, plus rounding.
    expect(check).toMatchObject({ type: 'spread', admissible: { high: expect.closeTo(20.25, 6) } })
  })
})

describe('a printed number', () => {
  it.each([
    ['14777', 14776.5, 14777.5],
    ['-3.50', -3.505, -3.495],
    ['−2', -2.5, -1.5],
    ['1.2e4', 11500, 12500],
  ])('%s stands for what is rounded to it', (text, low, high) => {
    expect(readPrinted(text)?.range.low).toBeCloseTo(low, 9)
    expect(readPrinted(text)?.range.high).toBeCloseTo(high, 9)
  })

  it.each(['', '12,5', 'about 2', '1.2.3', '0x10'])('is none: %j', (text) => {
    expect(readPrinted(text)).toBeUndefined()
  })

  it('may be misprinted in one digit or in two neighbours', () => {
    const found = misprints('120')
    expect(found).toContain('125')
    expect(found).toContain('210')
    expect(found).not.toContain('020')
    expect(found).not.toContain('120')
    expect(found).toHaveLength(8 + 9 + 9 + 2)
  })
})
