import { describe, expect, it } from 'vitest'
import { centreOf, differenceOf, relativeErrorOf, signOf } from '../../src/stats/centre.ts'
import type { Sample } from '../../src/stats/clusters.ts'
import { ratioOfMeans } from '../../src/stats/means.ts'

/** A boot for each list of values. */
function boots(lists: readonly (readonly number[])[], seed?: number): Sample {
  return {
    values: lists.flat(),
    clusters: lists.flatMap((values, boot) => values.map(() => boot + 1)),
    ...(seed === undefined ? {} : { seed }),
  }
}

const reference = boots([
  [90, 92],
  [100, 102],
  [110, 106],
])

describe('relative error', () => {
  it('of paired boots that are all a fifth longer is 20 %, without doubt', () => {
    const [a, b] = [
      { ...reference, seed: 7 },
      { ...reference, seed: 7 },
    ]
    const longer = { ...b, values: b.values.map((value) => value * 1.2) }
    const { value, interval } = relativeErrorOf(longer, a, 'mean') ?? { value: NaN, interval: undefined }
    expect(value).toBeCloseTo(0.2, 12)
    expect(interval?.low).toBeCloseTo(0.2, 6)
    expect(interval?.high).toBeCloseTo(0.2, 6)
  })

  it('of independent boots is Fieller’s ratio less 1', () => {
    const own = boots([
      [118, 118],
      [121, 119],
      [122, 122],
    ])
    const ratio = ratioOfMeans(reference, own)
    const error = relativeErrorOf(own, reference, 'mean')
    expect(error?.value).toBeCloseTo(0.2, 12)
    expect(error?.interval.low).toBeCloseTo(ratio.interval.low - 1, 12)
    expect(error?.interval.high).toBeCloseTo(ratio.interval.high - 1, 12)
    expect(error?.interval.low).toBeLessThan(0.2)
  })

  it('has the sign of the difference where the reference is negative', () => {
    const negative = (sample: Sample) => ({ ...sample, values: sample.values.map((value) => -value) })
    const lower = { ...reference, values: reference.values.map((value) => 1.5 * value) }
    const error = relativeErrorOf(negative(lower), negative(reference), 'mean')
    expect(error?.value).toBeCloseTo(-0.5, 12)
    const mirrored = relativeErrorOf(lower, reference, 'mean')
    expect(error?.interval.low).toBeCloseTo(-(mirrored?.interval.high ?? NaN), 12)
    expect(error?.interval.high).toBeCloseTo(-(mirrored?.interval.low ?? NaN), 12)
  })

  it.each(['mean', 'median'] as const)('is undefined for a reference with a %s of 0', (centre) => {
    const zero = { values: [-1, -1, 0, 0, 0, 1, 1] }
    expect(relativeErrorOf({ values: [1, 2, 3, 4, 5, 6, 7] }, zero, centre)).toBeUndefined()
  })

  it('of medians does not follow a few extremes', () => {
    const values = [100, 101, 99, 100, 102, 98, 100, 101, 99, 100]
    const own = values.map((value, index) => (index === 0 ? 100_000 : 1.1 * value))
    const error = relativeErrorOf({ values: own }, { values }, 'median')
    expect(error?.value).toBeCloseTo(0.1, 2)
    expect(error?.interval.high).toBeLessThan(0.2)
    expect(relativeErrorOf({ values: own }, { values }, 'mean')?.value).toBeGreaterThan(50)
  })
})

describe('a typical value', () => {
  it('is the mean of boots, or the median of trials', () => {
    const sample = boots([[1], [2, 2, 2], [9]])
    expect(centreOf(sample, 'mean').value).toBe(4)
    expect(centreOf(sample, 'median').value).toBe(2)
  })

  it('has an unbounded interval of too few trials', () => {
    expect(centreOf({ values: [1, 2] }, 'mean').interval.low).toBe(Number.NEGATIVE_INFINITY)
    expect(centreOf({ values: [1, 2] }, 'median').interval.high).toBe(Number.POSITIVE_INFINITY)
  })

  it.each(['mean', 'median'] as const)('differs by %s from a to b', (centre) => {
    const later = { ...reference, values: reference.values.map((value) => value - 30) }
    const { value, interval } = differenceOf(reference, later, centre)
    expect(value).toBeCloseTo(-30, 9)
    expect(interval.low).toBeLessThan(-30)
    expect(interval.high).toBeGreaterThan(-30)
  })
})

describe('the sign of an interval', () => {
  it.each([
    [{ low: 0.1, high: 2 }, 1],
    [{ low: -3, high: -0.1 }, -1],
    [{ low: 0, high: 1 }, undefined],
    [{ low: -1, high: 1 }, undefined],
    [{ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }, undefined],
  ])('%j: %s', (interval, sign) => {
    expect(signOf(interval)).toBe(sign)
  })
})
