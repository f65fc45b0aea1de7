import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holm } from '../../src/stats/compare.ts'
import { drift } from '../../src/stats/drift.ts'
import { median, modifiedZScores, outliers } from '../../src/stats/order.ts'

describe("Holm's correction", () => {
  it("agrees with R's p.adjust", () => {
    const corrected = holm([0.01, 0.04, 0.03, 0.005, 0.5])
    for (const [index, expected] of [0.04, 0.09, 0.09, 0.025, 0.5].entries()) {
      expect(corrected[index]).toBeCloseTo(expected, 12)
    }
  })

  it('never lowers a p, keeps their order and stays below 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (ps) => {
        const corrected = holm(ps)
        for (const [i, p] of ps.entries()) {
          expect(corrected[i]).toBeGreaterThanOrEqual(p)
          expect(corrected[i]).toBeLessThanOrEqual(1)
          for (const [j, other] of ps.entries()) {
            if (p < other) expect(corrected[i]).toBeLessThanOrEqual(corrected[j] as number)
          }
        }
      }),
    )
  })
})

describe('outliers', () => {
  // Tietjen and Moore's example of NIST's handbook, section 1.3.5.17: masses whose last is an outlier.
  const masses = [199.31, 199.53, 200.19, 200.82, 201.92, 201.95, 202.18, 245.57]

  it('are what lies beyond 3.5 median distances, such as the last of these masses', () => {
    expect(outliers(masses)).toEqual([7])
    // By hand: median 201.37, median distance 0.995.
    expect(modifiedZScores(masses)[7]).toBeCloseTo((0.6745 * (245.57 - 201.37)) / 0.995, 9)
  })

  it('are found where more than half of the values are equal', () => {
    expect(outliers([5, 5, 5, 5, 5, 5, 5, 5, 5, 90])).toEqual([9])
  })

  it('are none among equal values', () => {
    expect(outliers([5, 5, 5])).toEqual([])
  })

  it('stay the same when the values are scaled and shifted', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1 }), (values) => {
        expect(outliers(values.map((value) => 4 * value - 8))).toEqual(outliers(values))
      }),
    )
  })
})

describe('drift', () => {
  const rising = [12, 15, 11, 18, 14, 16, 19, 17, 21, 20, 18, 23]

  it("agrees with R's test of Kendall's tau, with ties and continuity", () => {
    expect(drift({ values: rising }).p).toBeCloseTo(0.003891292566, 9)
  })

  it('has a tau of 1 and the step as slope if every value exceeds the one before', () => {
    expect(drift({ values: [1, 3, 5, 7, 9] })).toMatchObject({ tau: 1, slope: 2 })
    expect(drift({ values: [9, 7, 5, 3, 1] })).toMatchObject({ tau: -1, slope: -2 })
  })

  it('is none among equal values', () => {
    expect(drift({ values: [4, 4, 4] })).toEqual({ slope: 0, tau: 0, p: 1 })
  })

  it('has the tau and slope of all pairs, ties or not', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 20 }), (values) => {
        const pairs = values.flatMap((later, j) =>
          values.slice(0, j).map((earlier, i) => ({ change: later - earlier, distance: j - i })),
        )
        const score = pairs.reduce((sum, { change }) => sum + Math.sign(change), 0)
        const { tau, slope } = drift({ values })
        expect(tau).toBeCloseTo(score / pairs.length, 12)
        expect(slope).toBeCloseTo(median(pairs.map(({ change, distance }) => change / distance)), 12)
      }),
    )
  })

  it('is found in many values without looking at all pairs', () => {
    const values = Array.from({ length: 40_000 }, (_, index) => 0.5 * index + ((index * 7919) % 1001))
    expect(drift({ values }).p).toBe(0)
    expect(drift({ values }).slope).toBeCloseTo(0.5, 4)
  })

  it('is looked for in each boot by itself', () => {
    const boots = [10, 20, 30].flatMap((level) => [level + 1, level + 3, level + 2, level + 1])
    const clusters = boots.map((value) => Math.floor(value / 10))
    expect(drift({ values: boots }).p).toBeLessThan(0.01)
    // Of six pairs in each boot two rise, three fall and one is equal.
    expect(drift({ values: boots, clusters })).toMatchObject({ tau: -3 / 18, slope: -0.5 })
    expect(drift({ values: boots, clusters }).p).toBeGreaterThan(0.5)
  })

  it('is found where every boot drifts, whatever their levels', () => {
    const falling = [30, 20, 10].flatMap((level) => [level + 1, level + 3, level + 5, level + 7])
    const clusters = falling.map((value) => Math.floor(value / 10))
    expect(drift({ values: falling, clusters })).toMatchObject({ tau: 1, slope: 2 })
    expect(drift({ values: falling, clusters }).p).toBeLessThan(0.001)
    expect(drift({ values: falling }).slope).toBeLessThan(0)
  })

  it('of many boots is found without looking at all pairs', () => {
    const values = Array.from(
      { length: 40_000 },
      (_, index) => 0.5 * (index % 20_000) + ((index * 7919) % 1001),
    )
    const clusters = values.map((_, index) => Math.floor(index / 20_000))
    expect(drift({ values, clusters }).slope).toBeCloseTo(0.5, 3)
  })

  it('needs two values of one boot', () => {
    expect(() => drift({ values: [1] })).toThrow('the drift of 1 values, at least 2 are needed, of one boot')
    expect(() => drift({ values: [1, 2], clusters: [1, 2] })).toThrow(RangeError)
  })
})
