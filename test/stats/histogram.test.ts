import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Histogram } from '../../src/stats/histogram.ts'

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.add(value)
  return histogram
}

describe('a histogram', () => {
  it('has exact quantiles of small whole numbers', () => {
    const histogram = of([5, 1, 2047, 3])
    expect([0, 0.25, 0.26, 0.5, 0.75, 1].map((part) => histogram.quantile(part))).toEqual([
      1, 1, 3, 3, 5, 2047,
    ])
    expect([histogram.count, histogram.sum, histogram.min, histogram.max]).toEqual([4, 2056, 1, 2047])
  })

  it('takes in another one', () => {
    const both = of([1, 2])
    both.addAll(of([3, 1_000_000]))
    expect([both.count, both.sum, both.min, both.max]).toEqual([4, 1_000_006, 1, 1_000_000])
    expect([0.5, 0.75].map((part) => both.quantile(part))).toEqual([2, 3])
    expect(both.quantile(1)).toBeGreaterThan(999_000)
  })

  it('has no quantile of nothing', () => {
    expect(new Histogram().quantile(0.5)).toBeNull()
  })

  it('is at most 1/1024 too small for any numbers up to 2^53', () => {
    const value = fc.oneof(
      fc.maxSafeNat(),
      fc.nat(10_000),
      fc.nat(53).map((bits) => Math.max(0, 2 ** bits - 1)),
    )
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, part) => {
          const sorted = values.toSorted((a, b) => a - b)
          const exact = sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1] as number
          const found = of(values).quantile(part) as number
          expect(found).toBeLessThanOrEqual(exact)
          expect(found).toBeGreaterThanOrEqual(exact - exact / 1024)
        },
      ),
    )
  })
})
