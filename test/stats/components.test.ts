import { describe, expect, it } from 'vitest'
import {
  adviceFor,
  type Components,
  components,
  expectedWidth,
  variancesOf,
} from '../../src/stats/components.ts'
import { predictMean, predictRatio } from '../../src/stats/prediction.ts'

const some: Components = {
  boots: 5,
  trials: 10,
  between: 4,
  isClamped: false,
  within: 4,
  intraclass: 0.5,
  lag1: 0,
}

describe('components of variance', () => {
  it('are nothing between boots, and said to be cut off, if boots differ less than their trials', () => {
    expect(
      components(
        [
          [1, 9],
          [9, 1],
          [1, 9],
        ],
        0,
      ),
    ).toMatchObject({ between: 0, isClamped: true, intraclass: 0 })
  })

  it('do not take trials that resemble their neighbours for boots that differ', () => {
    const boots = [
      [0, 1, 2, 3, 4, 5],
      [3, 4, 5, 4, 3, 2],
      [5, 4, 3, 2, 1, 0],
      [8, 7, 6, 5, 4, 3],
    ]
    expect(components(boots).lag1).toBeGreaterThan(0.5)
    expect(components(boots).between).toBeLessThan(components(boots, 0).between)
  })

  it('are unknown between boots of a single one, and within boots of one trial', () => {
    expect(components([[1, 2, 3]], 0)).toMatchObject({ between: Number.NaN, within: 1, isClamped: false })
    expect(components([[1], [2]])).toMatchObject({ within: Number.NaN })
    expect(() => components([])).toThrow('the components of no boots')
    expect(adviceFor([components([[1, 2, 3]])])).toBeUndefined()
    expect(adviceFor([components([[1], [2]])])).toBeUndefined()
  })
})

describe('advice', () => {
  it('is the fewest boots that halve the width, which more trials cannot where boots differ', () => {
    const advice = adviceFor([some])
    const width = (boots: number, trials: number) => expectedWidth([some], { boots, trials })
    expect(advice).toEqual({ boots: 13, trials: Number.POSITIVE_INFINITY })
    expect(width(13, 10)).toBeLessThanOrEqual(width(5, 10) / 2)
    expect(width(12, 10)).toBeGreaterThan(width(5, 10) / 2)
  })

  it('is four times the trials where boots do not differ', () => {
    expect(adviceFor([{ ...some, between: 0 }])?.trials).toBe(40)
    expect(variancesOf([some])).toEqual({ between: 4 / 5, within: 4 / 50 })
  })

  it('is about all samples of a difference', () => {
    const still = { ...some, between: 0, within: 0 }
    expect(variancesOf([some, still])).toEqual(variancesOf([some]))
    const both = expectedWidth([some, some], { boots: 5, trials: 10 })
    // Welch's degrees of freedom are 8 in place of 4.
    expect(both / expectedWidth([some], { boots: 5, trials: 10 })).toBeCloseTo(
      (Math.SQRT2 * 2.306) / 2.7764,
      4,
    )
    expect(adviceFor([some, { ...some, boots: 1 }])).toBeUndefined()
  })
})

describe('the published range of a prediction', () => {
  const published = { mean: 100, n: 5, sd: 5 }
  const alone = (run: Parameters<typeof predictMean>[1]) => {
    const found = predictMean(published, run)
    if (found.type !== 'predicted') throw new Error(found.reason)
    return found
  }

  it("is Student's interval of the published mean, whatever the new run", () => {
    for (const run of [
      { boots: 1, trials: 1 },
      { boots: 1, trials: 10, lag1: 0.9 },
      { boots: 5, trials: 10, bootVariance: 2500 },
    ]) {
      const { published: range, interval } = alone(run)
      // R: qt(0.975, 4) * 5 / sqrt(5)
      expect(range.high - 100).toBeCloseTo(6.20832, 5)
      expect(interval.high).toBeGreaterThan(range.high)
    }
  })

  it('says whose spread the wider one comes from', () => {
    expect(alone({ boots: 5, trials: 10, bootVariance: 1 }).from).toBe('published')
    expect(alone({ boots: 5, trials: 10, bootVariance: 2500 }).from).toBe('boots')
  })

  it('of a ratio takes boots in shares of their own mean, as the new machine may be faster', () => {
    const ratio = (factor: number) => {
      const run = { boots: 5, trials: 10, mean: 100 * factor, bootVariance: 400 * factor ** 2 }
      const found = predictRatio({ published, run }, { published, run })
      if (found.type !== 'predicted') throw new Error(found.reason)
      return found.interval.high
    }
    expect(ratio(0.01)).toBeCloseTo(ratio(1), 9)
  })
})

describe('a prediction', () => {
  const published = { mean: 100, n: 30, sd: 6 }

  it('has the variance of both means', () => {
    // t with 29 degrees is 2.0452; 6 sqrt(1 / 30 + 1 / 50) = 1.3856.
    expect(predictMean(published, { boots: 5, trials: 10 })).toMatchObject({
      type: 'predicted',
      interval: { low: expect.closeTo(97.166, 3), high: expect.closeTo(102.834, 3) },
      degrees: 29,
      // 0.8416 more standard errors.
      detectable: expect.closeTo(2.834 + 0.8416 * 1.3856, 3),
    })
    const { sd, ...rest } = published
    expect(predictMean({ ...rest, variance: sd ** 2 }, { boots: 5, trials: 10 })).toEqual(
      predictMean(published, { boots: 5, trials: 10 }),
    )
  })

  it('is wider if boots differ, or trials resemble their neighbours', () => {
    const width = (more: object) => {
      const found = predictMean(published, { boots: 5, trials: 10, ...more })
      return found.type === 'predicted' ? found.interval.high - found.interval.low : Number.NaN
    }
    // Of five boots t is 2.776: 2 * 2.776 * 3 * sqrt(1 + 1 / 5).
    expect(width({ bootVariance: 9 })).toBeCloseTo(18.25, 2)
    expect(width({ bootVariance: 9, publishedBoots: 5 })).toBeCloseTo(2 * 2.7764 * 3 * Math.sqrt(2 / 5), 2)
    expect(width({ bootVariance: 0.01 })).toBe(width({}))
    expect(width({ lag1: 0.8 })).toBeGreaterThan(2 * width({}))
  })

  it.each([
    ['n', { mean: 100, sd: 6 }],
    ['spread', { mean: 100, n: 30 }],
    ['few', { mean: 100, n: 1, sd: 6 }],
  ])('is not made without %s', (reason, given) => {
    const run = { boots: 5, trials: 10 }
    expect(predictMean(given, run)).toEqual({ type: 'unpredictable', reason })
    expect(predictRatio({ published, run }, { published: given, run })).toEqual({
      type: 'unpredictable',
      reason,
    })
  })

  it('of a ratio is symmetric by factors, and not made if a mean may be 0', () => {
    const run = { boots: 5, trials: 10 }
    const double = { mean: 200, n: 30, sd: 12 }
    const found = predictRatio({ published, run }, { published: double, run })
    if (found.type !== 'predicted') throw new Error(found.reason)
    expect(found.interval.low * found.interval.high).toBeCloseTo(4, 10)
    expect(found.degrees).toBeCloseTo(58, 9)
    expect(found.interval.high / 2).toBeCloseTo(Math.exp(2.0017 * Math.SQRT2 * 0.013856), 4)
    expect(found.detectable).toBeGreaterThan(found.interval.high / 2)
    const wild = { mean: 1, n: 5, sd: 3 }
    expect(predictRatio({ published, run }, { published: wild, run })).toEqual({
      type: 'unpredictable',
      reason: 'zero',
    })
  })
})
