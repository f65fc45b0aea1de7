import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agreement, direction, relativeError } from '../../src/stats/agreement.ts'
import { pearson, spearman } from '../../src/stats/correlation.ts'
import { mean, populationVariance, sampleVariance } from '../../src/stats/moments.ts'
import { max, median, min, quantile } from '../../src/stats/order.ts'

// NIST Statistical Reference Datasets, univariate: certified mean and standard deviation.
const numAcc4 = Array.from({ length: 1001 }, (_, i) =>
  i === 0 ? 10000000.2 : i % 2 === 1 ? 10000000.1 : 10000000.3,
)
// Anscombe's quartet (1973), set 1: r = 0.81642051634484 (R's cor()).
const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]

const values = fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 2, maxLength: 50 })

describe('mean and variance', () => {
  it('agree with the certified values of NIST NumAcc4', () => {
    expect(mean(numAcc4)).toBeCloseTo(10000000.2, 8)
    expect(Math.sqrt(sampleVariance(numAcc4))).toBeCloseTo(0.1, 8)
  })

  it('divide by n - 1 for a sample and by n for a population', () => {
    expect(sampleVariance([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(32 / 7, 12)
    expect(populationVariance([2, 4, 4, 4, 5, 5, 7, 9])).toBe(4)
  })

  it('are exact for counts near 2^53 that lie close together', () => {
    const large = [2 ** 53 - 5, 2 ** 53 - 3, 2 ** 53 - 1]
    expect(mean(large)).toBe(2 ** 53 - 3)
    expect(populationVariance(large)).toBeCloseTo(8 / 3, 12)
  })

  it('have no spread to tell for one value', () => {
    expect(populationVariance([3])).toBe(0)
    expect(sampleVariance([3])).toBeNaN()
  })

  it('are refused for no values', () => {
    for (const statistic of [mean, populationVariance, sampleVariance, min, max, median]) {
      expect(() => statistic([])).toThrow(/of no values/)
    }
  })

  it('do not change when all values are shifted, except the mean by that shift', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -1e9, max: 1e9 }), (list, shift) => {
        const shifted = list.map((value) => value + shift)
        const tolerance = 1e-6 * (1 + sampleVariance(list))
        expect(Math.abs(sampleVariance(shifted) - sampleVariance(list))).toBeLessThan(tolerance)
        expect(mean(shifted)).toBeCloseTo(mean(list) + shift, 4)
      }),
    )
  })
})

describe('quantiles of type 7', () => {
  // R: quantile(c(1, 2, 4, 8, 16, 32), type = 7)
  it.each([
    [0, 1],
    [0.25, 2.5],
    [0.5, 6],
    [0.75, 14],
    [0.9, 24],
    [1, 32],
  ])('gives at %d the value of R, %d', (p, expected) => {
    expect(quantile([16, 1, 32, 4, 2, 8], p)).toBeCloseTo(expected, 12)
  })

  it('takes the middle value as median, or the mean of both', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([9, 1, 5, 6])).toBe(5.5)
  })

  it('leaves its input in place', () => {
    const list = [3, 1, 2]
    median(list)
    expect(list).toEqual([3, 1, 2])
  })

  it('refuses a quantile that is none', () => {
    expect(() => quantile([1, 2], 50)).toThrow('a quantile at 50, expected 0 to 1')
  })

  it('rises with p, from the minimum to the maximum', () => {
    fc.assert(
      fc.property(values, (list) => {
        const grid = Array.from({ length: 21 }, (_, i) => quantile(list, i / 20))
        expect(grid[0]).toBe(min(list))
        expect(grid[20]).toBe(max(list))
        for (let i = 1; i < grid.length; i++) expect(grid[i]).toBeGreaterThanOrEqual(grid[i - 1] as number)
      }),
    )
  })

  it('answers NaN where a value is NaN', () => {
    expect([min, max, median].map((statistic) => statistic([1, Number.NaN, 3]))).toEqual([NaN, NaN, NaN])
  })
})

describe('correlation', () => {
  it("agrees with R on Anscombe's first set", () => {
    expect(pearson(x, y)).toBeCloseTo(0.81642051634484, 12)
  })

  it('is 1 and -1 on lines and undefined where one side is constant', () => {
    expect(pearson([1, 2, 3], [10, 20, 30])).toBeCloseTo(1, 14)
    expect(pearson([1, 2, 3], [30, 20, 10])).toBeCloseTo(-1, 14)
    expect(pearson([1, 2, 3], [5, 5, 5])).toBeNaN()
  })

  it('is refused for sides of different length and for one pair', () => {
    expect(() => pearson([1, 2], [1])).toThrow('2 values against 1')
    expect(() => pearson([1], [1])).toThrow('at least 2')
  })
})

describe('correlation of ranks', () => {
  it('is 1 for any rise, -1 for any fall, and undefined where one side is constant', () => {
    expect(spearman([1, 2, 3, 4], [1, 10, 11, 1000])).toBeCloseTo(1, 14)
    expect(spearman([1, 2, 3, 4], [9, 8, -7, -70])).toBeCloseTo(-1, 14)
    expect(spearman([1, 2, 3], [5, 5, 5])).toBeNaN()
  })

  it('is 1 - 6 sum(d^2) / (n (n^2 - 1)) without ties', () => {
    // Ranks 1 2 3 4 5 against 2 1 4 3 5: d^2 is 1 1 1 1 0, so 1 - 24 / 120.
    expect(spearman([10, 20, 30, 40, 50], [7, 3, 40, 39, 800])).toBeCloseTo(0.8, 14)
  })

  it('gives equal values the mean of their ranks', () => {
    // Ranks 1 2.5 2.5 4 against 1 2 3 4: covariance 4.5, variances 4.5 and 5, so 4.5 / sqrt(22.5).
    expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 14)
  })

  it('is refused as that of values is', () => {
    expect(() => spearman([1, 2], [1])).toThrow('2 values against 1')
    expect(() => spearman([1], [1])).toThrow('at least 2')
    expect(() => spearman([], [])).toThrow('at least 2')
  })
})

describe('agreement', () => {
  it('has median and largest errors, and counts the values near their references', () => {
    // Errors 10, -50, 25, 400; shares 0.1, -0.25, 0.25, 2.
    const found = agreement([110, 150, 125, 600], [100, 200, 100, 200], 0.25)
    expect(found.absolute).toEqual({ median: 37.5, largest: 400 })
    expect(found.relative).toEqual({ median: 0.25, largest: 2 })
    expect(found.near).toBe(3)
    // Ranks 1 3 2 4 against 1.5 3.5 1.5 3.5: covariance 4, variances 5 and 4.
    expect(found.ranks).toBeCloseTo(4 / Math.sqrt(20), 14)
  })

  it('leaves a reference of 0 out of shares, but not of errors', () => {
    const found = agreement([3, 90], [0, 100], 0.25)
    expect(found.absolute).toEqual({ median: 6.5, largest: 10 })
    expect(found.relative).toEqual({ median: 0.1, largest: 0.1 })
    expect(found.near).toBe(1)
    expect(agreement([3], [0], 0.25)).toEqual({
      absolute: { median: 3, largest: 3 },
      relative: { median: Number.NaN, largest: Number.NaN },
      near: 0,
      ranks: Number.NaN,
    })
  })

  it('is refused for no values and for sides of different length', () => {
    expect(() => agreement([], [], 0.25)).toThrow(/of no values/)
    expect(() => agreement([1, 2], [1], 0.25)).toThrow('2 values against 1')
  })

  it('signs the share of an error, also of a reference below 0', () => {
    expect(relativeError(75, 100)).toBe(-0.25)
    expect(relativeError(-75, -100)).toBe(0.25)
    expect(relativeError(1, 0)).toBeNaN()
  })

  it.each([
    [1.5, 1],
    [1.03, 1],
    [1.01, 0],
    [1, 0],
    [0.99, 0],
    [0.97, -1],
    [0, -1],
  ])('a ratio of %d has, with a band of 2 %%, the direction %d', (ratio, expected) => {
    expect(direction(ratio, 0.02)).toBe(expected)
  })
})
