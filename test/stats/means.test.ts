import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { autocorrelation, effectiveTrials } from '../../src/stats/autocorrelation.ts'
import { bootstrapInterval } from '../../src/stats/bootstrap.ts'
import type { Sample } from '../../src/stats/clusters.ts'
import { compare } from '../../src/stats/compare.ts'
import { unbounded } from '../../src/stats/interval.ts'
import { differenceOfMeans, meanOf, ratioOfMeans } from '../../src/stats/means.ts'
import { mean } from '../../src/stats/moments.ts'
import { pairedGroups, pairingOf, partnerOf } from '../../src/stats/pairing.ts'
import { serialFactor, serialVariance } from '../../src/stats/serial.ts'

/** Boots, paired with those of the same number and seed. */
function booted(boots: readonly (readonly number[])[], seed = 1): Sample {
  return { values: boots.flat(), clusters: boots.flatMap((values, boot) => values.map(() => boot)), seed }
}

const rising = Array.from({ length: 30 }, (_, index) => 100 + index)
const mixed = rising.map((_, index) => 100 + ((index * 11) % 30))

describe('pairing', () => {
  const a = booted([
    [1, 2],
    [3, 4],
  ])

  it('finds the partner of each boot, in any order and with other trials', () => {
    const b = { seed: 1, values: [40, 30, 20, 10, 0], clusters: [1, 1, 0, 0, 0] }
    expect(partnerOf(a, b)).toEqual({ seed: 1, values: [20, 10, 0, 40, 30], clusters: [0, 0, 0, 1, 1] })
    // Both have means of boots that rise.
    expect(differenceOfMeans(a, b).paired).toEqual({ correlation: expect.closeTo(1, 12), pairs: 2 })
  })

  it.each([
    ['no seed', { ...a, seed: undefined }],
    ['another seed', { ...a, seed: 2 }],
    ['one boot', { values: [1, 2], seed: 1 }],
    ['a boot less', { values: [1, 2, 3], clusters: [0, 0, 0], seed: 1 }],
    ['a boot more', { values: [1, 2, 3], clusters: [0, 1, 2], seed: 1 }],
  ])('is refused for %s', (_, { seed, ...b }) => {
    expect(partnerOf(a, seed === undefined ? b : { ...b, seed })).toBeUndefined()
  })

  it('is of some where only some share seeds', () => {
    const boots = [1, 2, 3]
    const groups = pairedGroups([
      { seed: 1, boots },
      { seed: 2, boots },
      { seed: 1, boots: [3, 2, 1] },
    ])
    expect(groups).toEqual([[0, 2], [1]])
    expect(pairingOf(groups)).toBe('partly paired by boot')
    expect(pairingOf([[0], [1]])).toBe('independent boots')
    expect(pairingOf([[0, 1]])).toBe('paired by boot')
    expect(pairingOf([[0]])).toBeUndefined()
  })

  it('tells a small effect that differences between boots hide', () => {
    const levels = [100, 150, 90, 130, 160]
    const base = levels.map((level) => [0, 7, 3, 9].map((trial) => level + trial))
    const slower = base.map((values, boot) => values.map((value, trial) => value + 2 + 0.1 * (boot - trial)))
    const [x, y] = [booted(base), booted(slower)]
    expect(differenceOfMeans(x, y).interval.low).toBeGreaterThan(1.8)
    expect(compare(x, y, { tolerance: 0 })).toMatchObject({ verdict: 'changed', paired: { pairs: 5 } })
    expect(ratioOfMeans(x, y).interval.low).toBeGreaterThan(1)
    const other = booted(slower, 2)
    expect(differenceOfMeans(x, other).interval.low).toBeLessThan(0)
    expect(compare(x, other, { tolerance: 0 })).toMatchObject({ verdict: "can't tell" })
  })

  it('gives what the jackknife over shared boots gives', () => {
    const [x, y] = [
      booted([
        [1, 5],
        [2, 3],
        [9, 8],
      ]),
      booted([
        [4, 4],
        [1, 2],
        [6, 11],
      ]),
    ]
    const found = bootstrapInterval([x, y], (p, q) => mean(q) - mean(p))
    const { interval } = differenceOfMeans(x, y)
    expect(found.low).toBeCloseTo(interval.low, 10)
    expect(found.high).toBeCloseTo(interval.high, 10)
  })
})

describe('estimates of means', () => {
  it('say of what they speak: of boots, or of the trials of the only one', () => {
    const [one] = meanOf({ values: rising }).samples
    expect(one).toMatchObject({ unit: 'trial', boots: 1, trials: 30, mean: 114.5 })
    expect(one?.effectiveTrials).toBeLessThan(3)
    const both = differenceOfMeans(booted([mixed, rising]), { values: mixed }).samples
    expect(both.map(({ unit, boots }) => [unit, boots])).toEqual([
      ['boot', 2],
      ['trial', 1],
    ])
  })

  it('count each boot alike, however many trials it has', () => {
    expect(meanOf(booted([[1, 1, 1, 1], [3]])).value).toBe(2)
  })

  it('are wider for trials that resemble their neighbours', () => {
    const width = (values: readonly number[]) => {
      const { low, high } = meanOf({ values }).interval
      return high - low
    }
    expect(width(rising)).toBeGreaterThan(2 * width(mixed))
  })

  it('have no interval of too few trials, or of a ratio to what may be 0', () => {
    expect(meanOf({ values: [1, 2, 3] })).toMatchObject({ interval: unbounded, degrees: Number.NaN })
    const near = booted([[-1], [2], [-0.5]])
    expect(ratioOfMeans(near, booted([[5], [6], [7]], 2)).interval).toEqual(unbounded)
    expect(differenceOfMeans({ values: [1, 2, 3] }, { values: mixed })).toMatchObject({ p: 1 })
  })

  it('are a point where nothing varies', () => {
    const [a, b] = [booted([[2], [2]]), booted([[3], [3]], 2)]
    expect(differenceOfMeans(a, b)).toMatchObject({ value: 1, interval: { low: 1, high: 1 }, p: 0 })
    expect(differenceOfMeans(a, a)).toMatchObject({ value: 0, interval: { low: 0, high: 0 }, p: 1 })
    expect(ratioOfMeans(a, b).interval).toEqual({ low: 1.5, high: 1.5 })
  })

  it('are refused for no values and for a ratio to 0', () => {
    expect(() => meanOf({ values: [] })).toThrow('the mean of no values')
    expect(() => ratioOfMeans(booted([[1], [-1]]), booted([[1], [2]], 2))).toThrow('a ratio to a mean of 0')
  })

  it('scale and turn around with their samples', () => {
    const boots = fc.array(fc.array(fc.integer({ min: 50, max: 99 }), { minLength: 2, maxLength: 4 }), {
      minLength: 2,
      maxLength: 5,
    })
    fc.assert(
      fc.property(boots, boots, fc.integer({ min: 2, max: 9 }), (a, b, factor) => {
        const there = differenceOfMeans(booted(a), booted(b, 2))
        const back = differenceOfMeans(booted(b, 2), booted(a))
        expect(back.interval.low).toBeCloseTo(-there.interval.high, 8)
        const by = (sample: readonly (readonly number[])[]) =>
          sample.map((one) => one.map((value) => factor * value))
        const scaled = ratioOfMeans(booted(a), booted(by(b), 2)).interval
        const plain = ratioOfMeans(booted(a), booted(b, 2)).interval
        if (Number.isFinite(plain.high)) expect(scaled.high).toBeCloseTo(factor * plain.high, 6)
      }),
    )
  })

  it("agree with the bootstrap's interval of boots", () => {
    const [a, b] = [
      booted([
        [1, 5],
        [2, 3],
        [9, 8],
      ]),
      booted(
        [
          [4, 4],
          [1, 2],
          [6, 11],
        ],
        2,
      ),
    ]
    const found = bootstrapInterval([a, b], (x, y) => mean(y) - mean(x))
    const { interval } = differenceOfMeans(a, b)
    expect(found.low).toBeCloseTo(interval.low, 10)
    expect(found.high).toBeCloseTo(interval.high, 10)
  })
})

describe('autocorrelation', () => {
  it('is corrected upwards, and pooled over boots around their own means', () => {
    // Each boot rises and falls once; that they lie apart is no autocorrelation.
    const boot = [0, 1, 2, 1, 0, -1, -2, -1, 0]
    const apart = [boot, boot.map((value) => value + 1000)]
    expect(autocorrelation(apart)).toBeCloseTo(autocorrelation([boot]), 9)
    expect(autocorrelation([boot])).toBeGreaterThan(0.7)
    expect(autocorrelation([[1, -1, 1, -1, 1, -1]])).toBeLessThan(-0.9)
  })

  it('is none where nothing varies', () => {
    expect(autocorrelation([[3, 3, 3]])).toBe(0)
    expect(serialFactor([[3, 3, 3]])).toBe(1)
    expect(serialVariance([3, 3, 3])).toBe(0)
  })

  it('leaves about six independent trials of 50 at 0.8, all at 0, and never more than there are', () => {
    expect(effectiveTrials(50, 0.8)).toBeCloseTo(6.1, 2)
    expect(effectiveTrials(50, 0)).toBe(50)
    expect(effectiveTrials(50, -0.5)).toBe(50)
    expect(effectiveTrials(0, 0.5)).toBe(0)
  })

  it('has a finite error for trials that follow the model exactly', () => {
    const halving = Array.from({ length: 12 }, (_, index) => 2 ** -index)
    expect(serialVariance(halving)).toBeGreaterThan(0)
    expect(serialVariance(halving)).toBeLessThan(10)
  })
})
