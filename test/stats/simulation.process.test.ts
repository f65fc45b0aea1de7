/**
 * Checks the nominal levels of intervals and tests on distributions whose truth is known; docs/statistics.md
 * has the large simulations (`npm run bench -- statistics`). Seeded, so each share below is a fixed number.
 * With other draws an interval of 95 % would miss in more than 20 or less than 2 of 200 studies with a
 * probability of 0.2 %; one of 85 % passes with 3 %, one of 80 % with 0.01 %.
 */

import { describe, expect, it } from 'vitest'
import { boundsOf } from '../../src/claims/bounds.ts'
import { decide } from '../../src/claims/region.ts'
import { bootstrapInterval, bootstrapRatio, roughErrorOf } from '../../src/stats/bootstrap.ts'
import { clusterValues } from '../../src/stats/clusters.ts'
import { compare, compareFactors } from '../../src/stats/compare.ts'
import type { Interval } from '../../src/stats/interval.ts'
import { differenceOfMeans, meanOf, ratioOfMeans } from '../../src/stats/means.ts'
import { mean, sampleVariance } from '../../src/stats/moments.ts'
import { median, quantile } from '../../src/stats/order.ts'
import { predictMean } from '../../src/stats/prediction.ts'
import { randomNumbers } from '../../src/stats/random.ts'
import { shift } from '../../src/stats/shift.ts'
import { drawCell, noiseOf, normal as standardNormal } from './studies.ts'

const studies = 200
/** Shares of studies that an interval of 95 % may contain the truth in. */
const [least, most] = [0.9, 0.99]
/** Takes seconds, but longer on a busy machine. */
const timeout = 300_000

type Draw = (random: () => number) => number
const normal: Draw = (random) => 10 + standardNormal(random)
const exponential: Draw = (random) => -Math.log(1 - random())
/** Mostly short, sometimes long, like times on a busy machine. */
const lognormal: Draw = (random) => Math.exp(normal(random) - 10)

function sample(draw: Draw, n: number, random: () => number): readonly number[] {
  return Array.from({ length: n }, () => draw(random))
}

/** Returns the share of studies whose interval contains the truth. */
function coverage(truth: number, interval: (random: () => number, study: string) => Interval): number {
  const random = randomNumbers('coverage')
  let hits = 0
  for (let study = 0; study < studies; study += 1) {
    const { low, high } = interval(random, String(study))
    if (low <= truth && truth <= high) hits += 1
  }
  return hits / studies
}

describe(
  '95 % intervals contain the truth in 90 to 99 % of a few studies, of a single boot in more',
  { timeout },
  () => {
    it.each([
      ['mean of 20 normal values', normal, 20, mean, 10, 600],
      // Skewed values cover less (93.8 % of 8000 studies), and with fewer draws less still.
      ['mean of 50 exponential values', exponential, 50, mean, 1, 600],
      ['median of 20 normal values', normal, 20, median, 10, 600],
    ])('bootstrap of the %s', (_, draw, n, of, truth, resamples) => {
      const share = coverage(truth, (random, seed) =>
        bootstrapInterval([{ values: sample(draw, n, random) }], of, { seed, resamples }),
      )
      expect(share).toBeGreaterThanOrEqual(least)
    })

    it('bootstrap of the ratio of two means, 20 normal values each', () => {
      const share = coverage(1, (random, seed) =>
        bootstrapInterval(
          [{ values: sample(normal, 20, random) }, { values: sample(normal, 20, random) }],
          (a, b) => mean(a) / mean(b),
          { seed, resamples: 600 },
        ),
      )
      expect(share).toBeGreaterThanOrEqual(least)
    })

    it('bootstrap by boot of a mean, 20 boots with 5 trials that resemble each other', () => {
      const share = coverage(20, (random, seed) => {
        const boots = sample(normal, 20, random)
        const values = boots.flatMap((boot) => sample(normal, 5, random).map((trial) => boot + trial))
        const clusters = boots.flatMap((_, boot) => Array<number>(5).fill(boot))
        return bootstrapInterval([{ values, clusters }], mean, { seed, resamples: 600 })
      })
      expect(share).toBeGreaterThanOrEqual(least)
      expect(share).toBeLessThanOrEqual(most)
    })

    it.each([0, 1])('5 boots with 10 trials each, boots %d times as different as trials', (share) => {
      const boots = (center: number, random: () => number) => {
        const means = sample(normal, 5, random).map((value) => center + share * (value - 10))
        const values = means.flatMap((boot) => sample(normal, 10, random).map((trial) => boot + trial - 10))
        return { values, clusters: means.flatMap((_, boot) => Array<number>(10).fill(boot)) }
      }
      const ofMean = coverage(20, (random, seed) => bootstrapInterval([boots(20, random)], mean, { seed }))
      const ofRatio = coverage(2, (random, seed) =>
        bootstrapInterval([boots(60, random), boots(30, random)], (a, b) => mean(a) / mean(b), { seed }),
      )
      for (const found of [ofMean, ofRatio]) {
        expect(found).toBeGreaterThanOrEqual(least)
        expect(found).toBeLessThanOrEqual(most)
      }
    })

    it.each([
      ['normal', normal],
      ['lognormal', lognormal],
    ])('shift between two samples of 20 %s values', (_, draw) => {
      const share = coverage(3, (random) => {
        const a = sample(draw, 20, random)
        const b = sample(draw, 20, random).map((value) => value + 3)
        return shift(a, b).interval
      })
      expect(share).toBeGreaterThanOrEqual(least)
      expect(share).toBeLessThanOrEqual(most)
    })
  },
)

describe('5 boots of 10 trials that differ by half and resemble their neighbours', { timeout }, () => {
  const design = { boots: 5, trials: 10, between: 0.5, lag1: 0.85, shape: 'lognormal' } as const
  const cells = [
    { ...design, mean: 10, sd: 1 },
    { ...design, mean: 20, sd: 1.5 },
  ] as const

  it.each([false, true])('have differences and ratios as sure as they say, paired: %s', (isPaired) => {
    const draw = (random: () => number) => {
      const shared = isPaired ? { shared: noiseOf(design, random) } : {}
      return [
        drawCell({ ...cells[0], ...shared }, random),
        drawCell({ ...cells[1], ...shared }, random),
      ] as const
    }
    for (const share of [
      coverage(10, (random) => differenceOfMeans(...draw(random)).interval),
      coverage(2, (random) => ratioOfMeans(...draw(random)).interval),
    ]) {
      expect(share).toBeGreaterThanOrEqual(least)
      expect(share).toBeLessThanOrEqual(most)
    }
  })

  it('agree with a published study of the same in 95 % of studies, by the spread of boots as well', () => {
    const shareOf = (isInformed: boolean) =>
      coverage(0, (random) => {
        const theirs = drawCell({ ...cells[0], boots: 2, trials: 30 }, random).values.slice(0, 30)
        const means = clusterValues(drawCell(cells[0], random)).map(mean)
        const published = { mean: mean(theirs), n: 30, variance: sampleVariance(theirs) }
        const spread = isInformed ? { bootVariance: sampleVariance(means) } : {}
        const found = predictMean(published, { boots: 5, trials: 10, ...spread })
        if (found.type !== 'predicted') throw new Error(found.reason)
        const own = mean(means)
        return { low: found.interval.low - own, high: found.interval.high - own }
      })
    expect(shareOf(true)).toBeGreaterThanOrEqual(least)
    expect(shareOf(false)).toBeLessThan(0.6)
  })
})

describe('verdicts whose truth is known, of 5 boots of 10 trials', { timeout }, () => {
  /** Share of studies in which something happens. */
  const shareOf = (name: string, happens: (random: () => number) => boolean) => {
    const random = randomNumbers(name)
    let hits = 0
    for (let study = 0; study < studies; study += 1) if (happens(random)) hits += 1
    return hits / studies
  }
  const fiveBoots = { boots: 5, trials: 10, lag1: 0, shape: 'normal', mean: 1, sd: 0.05 } as const
  const summary = (values: readonly number[]) => ({
    mean: mean(values),
    n: values.length,
    variance: sampleVariance(values),
  })

  it.each([
    [1.3, 0.2],
    [1.5, 0.3],
    [2, 0.5],
  ])('do not reproduce what is %d times as large because boots differ by %d', (truth, noise) => {
    // Before, the range that our own boots give had them reproduced in 63 to 72 % of studies.
    const share = shareOf(`agrees ${truth}`, (random) => {
      const theirs = drawCell({ ...fiveBoots, boots: 1, trials: 5, between: 0 }, random).values
      const ours = drawCell({ ...fiveBoots, mean: truth, between: (noise * truth) / 0.05 }, random)
      const means = clusterValues(ours).map(mean)
      const found = predictMean(summary(theirs), {
        ...{ boots: 5, trials: 10, bootVariance: sampleVariance(means), mean: mean(means) },
      })
      if (found.type !== 'predicted') throw new Error(found.reason)
      const estimate = { ...meanOf(ours), level: 0.95, trials: 5, per: 'boot' as const }
      return decide(estimate, { ...found.published, closed: true }, found.interval).type === 'inside'
    })
    expect(share).toBeLessThanOrEqual(0.02)
  })

  it('do not refute the smallest of twelve ratios that are all 1', () => {
    const cell = { ...fiveBoots, mean: 10, sd: 1, between: 1 } as const
    const boundsIn = (random: () => number) => {
      const base = drawCell(cell, random)
      const cells = Array.from({ length: 12 }, () => drawCell(cell, random))
      const paths = cells.map((_, index) => ({ type: 'path', parts: [String(index)], offsets: [] }) as const)
      const members = boundsOf(
        { type: 'call', name: 'min', arguments: paths },
        { low: 0.95, high: 0.95 },
        {
          ...{ measured: () => true, constant: () => Number.NaN, itemsOf: (ast) => [ast] },
          measure: (ast, level) =>
            ratioOfMeans(base, cells[ast.type === 'path' ? Number(ast.parts[0]) : 0] ?? base, level).interval,
        },
      )
      const whole = () =>
        bootstrapInterval([base, ...cells], (first, ...rest) =>
          Math.min(...rest.map((one) => mean(one) / mean(first))),
        )
      return { members, whole }
    }
    const found = { studies: 0, members: 0, whole: 0 }
    shareOf('extremes', (random) => {
      const { members, whole } = boundsIn(random)
      if (members.high < 1) found.members += 1
      found.studies += 1
      // The interval around the smallest estimate, as it was, takes most of the time: in every fourth study.
      if (found.studies % 4 === 0 && whole().high < 1) found.whole += 4
      return false
    })
    expect(found.members / studies).toBeLessThanOrEqual(0.05)
    expect(found.whole / studies).toBeGreaterThan(0.1)
  })

  it.each(['normal', 'lognormal'] as const)('cover ratios of %s boots that differ by half', (shape) => {
    const cell = { ...fiveBoots, shape, sd: 0.1, between: 5 }
    const draw = (random: () => number) =>
      clusterValues(drawCell(cell, random)).map((boot) => Math.max(0.01, mean(boot)))
    const share = coverage(1, (random) => {
      const means = [draw(random), draw(random)]
      const of = (side: 0 | 1) => (drawn: readonly Uint32Array[]) =>
        mean(Array.from(drawn[side] ?? [], (unit) => means[side]?.[unit] ?? Number.NaN))
      const found = bootstrapRatio(
        means.map(({ length }) => ({ unit: 'boot', size: length })),
        { numerator: of(1), denominator: of(0), isPositive: true },
      )
      expect(found.low).toBeGreaterThanOrEqual(0)
      return found
    })
    expect(share).toBeGreaterThanOrEqual(least)
    expect(share).toBeLessThanOrEqual(most)
  })

  it.each([0.75, 0.95])(
    'have a lower end of the quantile %d that is rarely too high, as boots differ',
    (p) => {
      const cell = { ...fiveBoots, mean: 10, sd: 1, between: 1 } as const
      const random = randomNumbers('truth')
      const all = Array.from({ length: 4000 }, () => drawCell(cell, random).values).flat()
      const truth = quantile(all, p)
      const intervalOf = (draws: () => number, isRough: boolean) =>
        bootstrapInterval(
          [drawCell(cell, draws)],
          (values) => quantile(values, p),
          isRough ? { rough: roughErrorOf(p, 5) } : {},
        )
      expect(shareOf(`low ${p}`, (draws) => intervalOf(draws, true).low > truth)).toBeLessThanOrEqual(0.05)
      // As it was, both ends together missed more than they may, far out.
      if (p === 0.95) expect(coverage(truth, (draws) => intervalOf(draws, false))).toBeLessThan(0.93)
    },
  )
})

describe('the comparison of eight patterns with a baseline', { timeout }, () => {
  /** Returns the share of studies in which at least one pattern counts as changed. */
  function alarms(shiftBy: number, studies: number): number {
    const random = randomNumbers('alarms')
    let found = 0
    for (let study = 0; study < studies; study += 1) {
      const patterns = Array.from({ length: 8 }, (_, index) => {
        const by = index === 0 ? shiftBy : 0
        return [`pattern ${index}`, sample(lognormal, 20, random).map((value) => value + by)] as const
      })
      const compared = compareFactors(sample(lognormal, 20, random), new Map(patterns), { tolerance: 0 })
      if (compared.some(({ verdict }) => verdict === 'changed')) found += 1
    }
    return found / studies
  }

  it('raises a false alarm in few studies', () => {
    // More than 15 of 150 with a probability of 0.3 % at most.
    expect(alarms(0, 150)).toBeLessThanOrEqual(0.1)
  })

  /** Draws six boots of 20 trials each, distributed as `between` across boots and as `normal` within them. */
  function boots(between: Draw, random: () => number, count = 6) {
    const levels = sample(between, count, random)
    return {
      values: levels.flatMap((level) => sample(normal, 20, random).map((value) => level + value)),
      clusters: levels.flatMap((_, boot) => Array<number>(20).fill(boot)),
    }
  }

  function alarmsOfBoots(isClustered: boolean): number {
    const random = randomNumbers('boots')
    let found = 0
    for (let study = 0; study < studies; study += 1) {
      const [a, b] = [boots(normal, random), boots(normal, random)]
      const { verdict } = isClustered
        ? compare(a, b, { tolerance: 0 })
        : compare(a.values, b.values, { tolerance: 0 })
      if (verdict === 'changed') found += 1
    }
    return found / studies
  }

  it('raises a false alarm in few studies of several boots, which trials alone would do in many', () => {
    const share = alarmsOfBoots(true)
    expect(share).toBeLessThanOrEqual(1 - least)
    expect(share).toBeGreaterThan(0.01)
    expect(alarmsOfBoots(false)).toBeGreaterThan(0.2)
  })

  it('finds a large shift nearly always', () => {
    expect(alarms(8, 20)).toBeGreaterThan(0.7)
  })
})
