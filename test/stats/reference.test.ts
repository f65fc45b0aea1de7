/** Holds methods to R's, whose values test/fixtures/stats/reference.R makes. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rawAutocorrelation, varianceShare } from '../../src/stats/autocorrelation.ts'
import { bootstrapRatio } from '../../src/stats/bootstrap.ts'
import type { Sample } from '../../src/stats/clusters.ts'
import { components } from '../../src/stats/components.ts'
import { pearson } from '../../src/stats/correlation.ts'
import { differenceOfMeans, meanOf, ratioOfMeans } from '../../src/stats/means.ts'
import { mean } from '../../src/stats/moments.ts'
import { predictMean } from '../../src/stats/prediction.ts'
import { beyondStudent, quantileStudent } from '../../src/stats/student.ts'

type Boots = readonly (readonly number[])[]

interface Ends {
  readonly low: number
  readonly high: number
}

interface Tested extends Ends {
  readonly degrees: number
  readonly p: number
}

interface Reference {
  readonly student: readonly { readonly p: number; readonly degrees: number; readonly quantile: number }[]
  readonly samples: { readonly a: Boots; readonly b: Boots; readonly c: Boots }
  readonly mean: Tested
  readonly welch: Tested
  readonly paired: Tested
  readonly pairedRatio: Ends
  readonly ratio: Ends & { readonly degrees: number }
  readonly correlation: number
  readonly acf: readonly number[]
  readonly shares: readonly { readonly n: number; readonly lag1: number; readonly share: number }[]
  readonly balanced: { readonly between: number; readonly within: number }
  readonly unbalanced: { readonly boots: Boots; readonly between: number; readonly within: number }
  /** Of the published sample of `prediction`. */
  readonly published: Ends
  readonly open: { readonly x: readonly number[]; readonly y: readonly number[]; readonly low: number }
  readonly prediction: Ends & { readonly mean: number; readonly sd: number; readonly n: number }
}

const reference: Reference = JSON.parse(
  readFileSync(new URL('../fixtures/stats/reference.json', import.meta.url), 'utf8'),
)
const { a, b, c } = reference.samples

function sampleOf(boots: Boots): Sample {
  return {
    values: boots.flat(),
    clusters: boots.flatMap((boot, index) => boot.map(() => index)),
  }
}

/** With a seed, so that samples of as many boots are paired. */
function seeded(boots: Boots): Sample {
  return { ...sampleOf(boots), seed: 1 }
}

function expectEnds(found: Ends, { low, high }: Ends): void {
  expect(found.low).toBeCloseTo(low, 8)
  expect(found.high).toBeCloseTo(high, 8)
}

it.each(reference.student)(
  "Student's quantile at $p with $degrees degrees is that of qt, and its tail that of p",
  ({ p, degrees, quantile }) => {
    expect(quantileStudent(p, degrees) / quantile).toBeCloseTo(1, 10)
    expect(quantileStudent(1 - p, degrees) / quantile).toBeCloseTo(-1, 10)
    expect(beyondStudent(quantile, degrees) / (2 * (1 - p))).toBeCloseTo(1, 9)
  },
)

describe('boots compared by their means', () => {
  it('have the interval of t.test', () => {
    const { interval, degrees } = meanOf(sampleOf(a))
    expectEnds(interval, reference.mean)
    expect(degrees).toBe(reference.mean.degrees)
  })

  it("have the difference, interval and p of t.test with Welch's degrees", () => {
    const { interval, degrees, p, paired } = differenceOfMeans(sampleOf(a), sampleOf(b))
    expectEnds(interval, reference.welch)
    expect(degrees).toBeCloseTo(reference.welch.degrees, 9)
    expect(p / reference.welch.p).toBeCloseTo(1, 8)
    expect(paired).toBeUndefined()
  })

  it('have those of the paired t.test if they share a seed', () => {
    const { interval, degrees, p, paired } = differenceOfMeans(seeded(a), seeded(c))
    expectEnds(interval, reference.paired)
    expect(degrees).toBe(reference.paired.degrees)
    expect(p / reference.paired.p).toBeCloseTo(1, 8)
    expect(paired).toEqual({ pairs: a.length, correlation: pearson(a.map(mean), c.map(mean)) })
    expect(pearson(a.flat(), c.flat())).toBeCloseTo(reference.correlation, 12)
  })

  it('have the ratios that t.test does not refuse, paired or not', () => {
    expectEnds(ratioOfMeans(seeded(a), seeded(c)).interval, reference.pairedRatio)
    const { interval, degrees } = ratioOfMeans(sampleOf(a), sampleOf(b))
    expectEnds(interval, reference.ratio)
    expect(degrees).toBeCloseTo(reference.ratio.degrees, 9)
  })

  it('have the same ratios by the jackknife over boots, as claims have them', () => {
    const of = (boots: Boots, isPaired: boolean, sample: number) => (draw: readonly Uint32Array[]) =>
      mean(Array.from(draw[isPaired ? 0 : sample] ?? [], (unit) => mean(boots[unit] ?? [])))
    const ratioOf = (x: Boots, y: Boots, isPaired: boolean) =>
      bootstrapRatio(
        (isPaired ? [x] : [x, y]).map((boots) => ({ unit: 'boot', size: boots.length })),
        { numerator: of(y, isPaired, 1), denominator: of(x, isPaired, 0), isPositive: true },
      )
    expectEnds(ratioOf(a, c, true), reference.pairedRatio)
    expectEnds(ratioOf(a, b, false), reference.ratio)
    // Where the denominator may be 0, t.test refuses ratios below an end, and none above.
    const { x, y, low } = reference.open
    const open = ratioOf(
      x.map((value) => [value]),
      y.map((value) => [value]),
      true,
    )
    expect(open.low).toBeCloseTo(low, 8)
    expect(open.high).toBe(Infinity)
  })
})

it('the raw autocorrelation is that of acf', () => {
  for (const [index, boot] of a.entries())
    expect(rawAutocorrelation([boot])).toBeCloseTo(reference.acf[index] as number, 12)
})

it.each(reference.shares)(
  'the variance of a mean of $n trials at $lag1 is that of the matrix',
  ({ n, lag1, share }) => {
    expect(varianceShare(n, lag1)).toBeCloseTo(share, 12)
  },
)

describe('components of variance', () => {
  it('are those of aov, of boots of one size', () => {
    const found = components(b, 0)
    expect(found.between).toBeCloseTo(reference.balanced.between, 10)
    expect(found.within).toBeCloseTo(reference.balanced.within, 10)
  })

  it('are those of aov, of boots of different sizes', () => {
    const found = components(reference.unbalanced.boots, 0)
    expect(found.between).toBeCloseTo(reference.unbalanced.between, 10)
    expect(found.within).toBeCloseTo(reference.unbalanced.within, 10)
  })
})

it('the interval predicted for one more trial is that of predict', () => {
  const found = predictMean(reference.prediction, { boots: 1, trials: 1 })
  if (found.type !== 'predicted') throw new Error(found.reason)
  expectEnds(found.interval, reference.prediction)
  // The published mean by itself is that of t.test.
  expectEnds(found.published, reference.published)
})
