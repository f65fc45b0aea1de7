import { describe, expect, it } from 'vitest'
import { bcaInterval, bootstrap, bootstrapInterval, drawsOf } from '../../src/stats/bootstrap.ts'
import { unbounded } from '../../src/stats/interval.ts'
import { mean, populationVariance } from '../../src/stats/moments.ts'
import { max, median } from '../../src/stats/order.ts'
import { quantileStudent } from '../../src/stats/student.ts'

// Hours between failures of an air conditioner: the example of R's package boot (Davison and Hinkley 1997).
const aircondit = [3, 5, 7, 18, 43, 85, 91, 98, 100, 130, 230, 487]
// Spatial test data, column A: Efron and Tibshirani 1993, table 14.1.
const spatial = [
  48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
]

/** Returns the BCa interval without expansion, with the acceleration `a`. */
function plainBca(
  values: readonly number[],
  of: (values: readonly number[]) => number,
  a: number,
  z: number,
) {
  const replicates: number[] = []
  bootstrap(
    [{ unit: 'trial', size: values.length }],
    ([draw = []]) => {
      const replicate = of(Array.from(draw, (unit) => values[unit] as number))
      if (draw.length === values.length) replicates.push(replicate)
      return replicate
    },
    { resamples: 40_000 },
  )
  return bcaInterval(replicates.slice(1), of(values), a, z)
}

describe("Student's quantile", () => {
  // R: qt(0.975, c(1, 4, 5, 7, 10, 19, 49))
  it.each([
    [1, 12.70620474],
    [4, 2.776445105],
    [5, 2.570581836],
    [7, 2.364624252],
    [10, 2.228138852],
    [19, 2.093024054],
    [49, 2.009575237],
  ])('at 0.975 with %d degrees of freedom is that of R', (degrees, expected) => {
    expect(quantileStudent(0.975, degrees)).toBeCloseTo(expected, 8)
    expect(quantileStudent(0.025, degrees)).toBeCloseTo(-quantileStudent(0.975, degrees), 12)
  })
})

describe('the BCa interval', () => {
  it('agrees with the one published for the variance of the spatial test data', () => {
    // Efron and Tibshirani 1993, section 14.3: 90 % from 115.8 to 259.6 (2000 draws); R's boot with 200,000:
    // 115.3 to 261.1.
    const { low, high } = plainBca(spatial, populationVariance, 0.061, 1.6448536)
    expect(Math.abs(low / 115.3 - 1)).toBeLessThan(0.01)
    expect(Math.abs(high / 261.1 - 1)).toBeLessThan(0.01)
  })

  it("agrees with that of R's boot for the mean of skewed values", () => {
    const { low, high } = plainBca(aircondit, mean, 0.09379807388, 1.9599639845)
    expect(Math.abs(low / 57.0 - 1)).toBeLessThan(0.02)
    expect(Math.abs(high / 225.8 - 1)).toBeLessThan(0.02)
  })

  it('is wider for a small sample than the plain one, which is too narrow', () => {
    const { low, high } = bootstrapInterval([{ values: aircondit }], mean)
    expect(low).toBeLessThan(57)
    expect(high).toBeGreaterThan(225.8)
  })

  it('is the same for the same seed and another for another', () => {
    const of = (seed: string) => bootstrapInterval([{ values: spatial }], median, { seed })
    expect(of('a')).toEqual(of('a'))
    const means = ['a', 'b'].map((seed) => bootstrapInterval([{ values: spatial }], mean, { seed }))
    expect(means[0]).not.toEqual(means[1])
  })

  it('is a point where all values are equal', () => {
    expect(bootstrapInterval([{ values: Array(20).fill(4) }], mean)).toEqual({ low: 4, high: 4 })
  })

  it('is unbounded for five values at 95 %, and bounded for six', () => {
    expect(bootstrapInterval([{ values: [1, 2, 3, 4, 5] }], mean)).toEqual(unbounded)
    const { low, high } = bootstrapInterval([{ values: [4, 1, 6, 2, 5, 3] }], mean)
    expect(low).toBeGreaterThanOrEqual(1)
    expect(high).toBeLessThanOrEqual(6)
  })

  it('reaches from the estimate to the draws where nearly all of these lie on one side of it', () => {
    const replicates = Array.from({ length: 1000 }, (_, index) => 0.9 + index / 20_000)
    const { low, high } = bcaInterval(replicates, 1, 0, 1.96)
    expect(high).toBe(1)
    expect(low).toBeCloseTo(0.9 + 0.025 / 20, 4)
    expect(bcaInterval(replicates, 0.8, 0, 1.96).low).toBe(0.8)
  })

  it('never reaches beyond the largest value for a maximum, which is why one must not trust it', () => {
    expect(bootstrapInterval([{ values: spatial }], max).high).toBe(48)
  })

  it('is unbounded, too, where five boots leave it undefined without one of them', () => {
    const seldom = (draw: readonly number[]) => (draw.includes(2) ? 7 : Number.NaN)
    const boots = { values: [1, 2, 3, 4, 5], clusters: [1, 2, 3, 4, 5] }
    expect(bootstrapInterval([boots], seldom)).toEqual(unbounded)
    expect(bootstrapInterval([boots], (draw) => (draw.length === 5 ? 7 : Number.NaN))).toEqual(unbounded)
  })

  it('asks of each sample what it needs itself: five boots do beside six trials, and not beside five', () => {
    const boots = {
      values: [10, 12, 11, 13, 12, 14, 9, 11, 10, 12],
      clusters: [1, 1, 2, 2, 3, 3, 4, 4, 5, 5],
    }
    const difference = (a: readonly number[], b: readonly number[]) => mean(a) - mean(b)
    const five = { values: [1, 2, 3, 4, 5] }
    const six = { values: [1, 2, 3, 4, 5, 6] }
    expect(bootstrapInterval([boots, five], difference)).toEqual(unbounded)
    expect(bootstrapInterval([five, boots], difference)).toEqual(unbounded)
    expect(bootstrapInterval([boots, six], difference).high).toBeLessThan(20)
    expect(bootstrapInterval([six, boots], difference).low).toBeGreaterThan(-20)
  })

  it('is unbounded where the statistic may be undefined, such as a share of what is seldom there', () => {
    const values = [...Array(19).fill(0), 1]
    expect(
      bootstrapInterval([{ values }], (drawn) => (mean(drawn) === 0 ? Number.NaN : mean(drawn))),
    ).toEqual({
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    })
  })

  it('of a ratio of two samples scales with the one and inversely with the other', () => {
    const ratio = (a: readonly number[], b: readonly number[]) => mean(a) / mean(b)
    const one = bootstrapInterval([{ values: spatial }, { values: aircondit }], ratio)
    const scaled = bootstrapInterval(
      [{ values: spatial.map((value) => 8 * value) }, { values: aircondit.map((value) => 2 * value) }],
      ratio,
    )
    expect(scaled.low).toBeCloseTo(4 * one.low, 10)
    expect(scaled.high).toBeCloseTo(4 * one.high, 10)
  })

  it('by boot is wider than by trial if the trials of a boot resemble each other', () => {
    const values = aircondit.flatMap((value) => [value, value, value, value, value])
    const clusters = aircondit.flatMap((_, boot) => Array(5).fill(boot))
    const width = ({ low, high }: { low: number; high: number }) => high - low
    const byBoot = width(bootstrapInterval([{ values, clusters }], mean))
    // In another order, so that neighbours do not resemble each other.
    const mixed = values.map((_, index) => values[(index * 7) % values.length] as number)
    const byTrial = width(bootstrapInterval([{ values: mixed }], mean))
    expect(byBoot).toBeGreaterThan(1.8 * byTrial)
    // Five equal trials tell no more than one.
    const ofOne = { values: aircondit, clusters: aircondit.map((_, boot) => boot) }
    expect(bootstrapInterval([{ values, clusters }], mean)).toEqual(bootstrapInterval([ofOne], mean))
  })

  it('of trials in a row that resemble each other is wider than of the same trials in another order', () => {
    const rising = Array.from({ length: 40 }, (_, index) => index)
    const mixed = rising.map((_, index) => (index * 17) % 40)
    const width = (values: readonly number[]) => {
      const { low, high } = bootstrapInterval([{ values }], mean)
      return high - low
    }
    expect(width(rising)).toBeGreaterThan(2 * width(mixed))
  })

  it('works a statistic out a number of times that does not grow with the sample', () => {
    const counted = (size: number) => {
      let [calls, units] = [0, 0]
      bootstrap([{ unit: 'trial', size }], ([draw = []]) => {
        calls += 1
        units += draw.length
        return draw[0] ?? 0
      })
      return { calls, units }
    }
    expect(counted(20).calls).toBe(1 + 2000 + 20)
    expect(counted(5000).calls).toBe(1 + 2000 + 500)
    expect(counted(5000).units).toBeLessThan(1.3e7)
    expect([25_000, 100_000, 400_000].map((size) => drawsOf([size], 2000))).toEqual([2000, 500, 400])
  })

  it('is refused for clusters that do not fit the values', () => {
    expect(() => bootstrapInterval([{ values: [1, 2], clusters: [1] }], mean)).toThrow(
      '1 clusters for 2 values',
    )
  })
})
