import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compare, compareFactors } from '../../src/stats/compare.ts'
import { mannWhitney } from '../../src/stats/mannwhitney.ts'
import { doubledRanks, sumChances } from '../../src/stats/ranks.ts'
import { shift } from '../../src/stats/shift.ts'
import { fewestTrials, fewestTrialsEach, trialsNeeded } from '../../src/stats/trials.ts'

// Hollander and Wolfe (1973), page 69: permeability of the human chorioamnion; the example of R's
// wilcox.test.
const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
const weeks = [1.15, 0.88, 0.9, 0.74, 1.21]
// R: A <- ((1:60)*37) %% 101; B <- (((1:55)*53) %% 97)+6
const many = Array.from({ length: 60 }, (_, i) => ((i + 1) * 37) % 101)
const others = Array.from({ length: 55 }, (_, i) => (((i + 1) * 53) % 97) + 6)

const sample = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 8 })

describe('ranks', () => {
  it('are shared by equal values', () => {
    expect(doubledRanks([30, 10, 20, 10])).toEqual([8, 3, 6, 3])
  })

  it('have sums with the chances that counting all choices gives', () => {
    // Two of 1, 2, 3, 4: sums 3, 4, 5, 5, 6, 7.
    expect([...sumChances([1, 2, 3, 4], 2)].map((chance) => Math.round(chance * 6))).toEqual([
      0, 0, 0, 1, 1, 2, 1, 1,
    ])
  })

  it('agree with the number of choices that have a sum, ties or not', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 9 }), fc.nat(9), (scores, wanted) => {
        const size = Math.min(wanted, scores.length)
        const sums = choices(scores, size).map((choice) => choice.reduce((sum, score) => sum + score, 0))
        const chances = sumChances(scores, size)
        for (const [sum, chance] of chances.entries()) {
          expect(chance).toBeCloseTo(sums.filter((one) => one === sum).length / sums.length, 12)
        }
      }),
    )
  })
})

describe("Mann and Whitney's test", () => {
  it("agrees with R's exact p for samples without ties", () => {
    const { u, p } = mannWhitney(term, weeks)
    expect(u).toBe(15)
    expect(p).toBeCloseTo(0.254412254412254, 13)
  })

  it("agrees with R's normal p for large samples with ties", () => {
    const { u, p } = mannWhitney(many, others)
    expect(u).toBe(1700.5)
    expect(p).toBeCloseTo(0.779505602828299, 12)
  })

  it('counts out p for small samples with ties', () => {
    // Of the 10 choices of two of 1, 1, 2, 2, 3 the three with ranks as high as 2 and 3 make p = 2 * 2 / 10:
    // [2, 3] twice.
    expect(mannWhitney([1, 1, 2], [2, 3]).p).toBeCloseTo(0.4, 12)
  })

  it('has a delta of 1 if all of b is larger, of 0 if b is a', () => {
    expect(mannWhitney([1, 2], [3, 4]).delta).toBe(1)
    expect(mannWhitney([1, 2, 3], [1, 2, 3]).delta).toBe(0)
    expect(mannWhitney([3, 4], [1, 2]).delta).toBe(-1)
  })

  it('finds nothing where all values are equal, however many', () => {
    expect(mannWhitney(Array(60).fill(7), Array(60).fill(7))).toEqual({ u: 1800, delta: 0, p: 1 })
  })

  it('turns around with its samples', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const there = mannWhitney(a, b)
        const back = mannWhitney(b, a)
        expect(back.delta).toBeCloseTo(-there.delta, 12)
        expect(back.p).toBeCloseTo(there.p, 12)
      }),
    )
  })

  it('is refused without values and with values that are none', () => {
    expect(() => mannWhitney([], [1])).toThrow('the comparison of no values')
    expect(() => mannWhitney([1], [Number.NaN])).toThrow('not all finite')
  })
})

describe('the shift', () => {
  it("agrees with R's estimate and exact interval", () => {
    const { estimate, interval } = shift(term, weeks)
    expect(estimate).toBeCloseTo(-0.305, 12)
    expect(interval.low).toBeCloseTo(-0.76, 12)
    expect(interval.high).toBeCloseTo(0.15, 12)
  })

  it("agrees with R's interval for large samples to the step of the values", () => {
    expect(shift(many, others)).toEqual({ estimate: 2, interval: { low: -10, high: 13 } })
  })

  it('has no finite interval for fewer than four values each at 95 %', () => {
    expect(shift([1, 2, 3], [11, 12, 13]).interval).toEqual({ low: -Infinity, high: Infinity })
    expect(shift([1, 2, 3, 4], [11, 12, 13, 14]).interval).toEqual({ low: 7, high: 13 })
  })
})

describe('trials that are needed', () => {
  it('are four times as many for half the reach, without a wish for power', () => {
    expect(trialsNeeded({ n: 20, reach: 2, room: 1, level: 0.95 }, 0.5)).toBe(80)
  })

  it('are about twice as many for a power of 80 %, as (1.96 + 0.84)^2 / 1.96^2 says', () => {
    expect(trialsNeeded({ n: 100, reach: 1, room: 1, level: 0.95 })).toBe(205)
  })

  it('are fewer boots than that, as their quantile falls with their number', () => {
    // Of two boots Student's quantile is 12.7, of four 3.18: 8.98 and 1.59 standard deviations of a boot.
    const reach = { n: 2, reach: 1, room: 0.25, level: 0.95 }
    expect(trialsNeeded(reach, 0.5)).toBe(32)
    expect(trialsNeeded({ ...reach, unit: 'boot' }, 0.5)).toBe(4)
  })

  it('are more than there are, and infinite without room', () => {
    expect(trialsNeeded({ n: 20, reach: 1, room: 100, level: 0.95 })).toBe(21)
    expect(trialsNeeded({ n: 20, reach: 1, room: 0, level: 0.95 })).toBe(Infinity)
  })

  it.each([
    [0.9, 5, 3],
    [0.95, 6, 4],
    [0.99, 8, 5],
  ])('are at level %d at least %d of one sample and %d each of two', (level, one, each) => {
    expect([fewestTrials(level), fewestTrialsEach(level)]).toEqual([one, each])
  })
})

describe('a comparison', () => {
  const base = inTurns(1000, 20)

  it('of the same values in any order finds them unchanged, even of one', () => {
    expect(compare(base, base.toReversed())).toMatchObject({
      verdict: 'unchanged',
      reason: 'the same values',
      shift: 0,
    })
    expect(compare([5], [5]).verdict).toBe('unchanged')
  })

  it('finds a shift that chance does not explain', () => {
    const found = compare(
      base,
      base.map((value) => value + 100),
    )
    expect(found).toMatchObject({
      verdict: 'changed',
      shift: 100,
      medianShift: 100,
      meanShift: 100,
      delta: 1,
    })
    expect(found.reason).toContain('chance hardly explains the shift (p = 1.5e-11)')
    expect(found.trialsNeeded).toBeUndefined()
  })

  it('takes a certain shift within the tolerance for unchanged, and for changed without one', () => {
    const nudged = base.map((value) => value + 20)
    expect(compare(base, nudged)).toMatchObject({
      verdict: 'unchanged',
      reason: 'the shift lies within the tolerance',
    })
    expect(compare(base, nudged, { tolerance: 0 }).verdict).toBe('changed')
  })

  it('cannot tell from three trials, and says that four each are the least', () => {
    expect(compare([1, 2, 3], [101, 102, 103])).toMatchObject({
      verdict: "can't tell",
      reason: 'too few trials: 3 and 3',
      trialsNeeded: 4,
    })
  })

  it('cannot tell where the interval contains zero and more than the tolerance, and says how many trials may', () => {
    const found = compare(term, weeks)
    expect(found.verdict).toBe("can't tell")
    expect(found.reason).toBe('the interval of the shift contains zero and reaches beyond the tolerance')
    expect(found.trialsNeeded).toBe(63)
  })

  it('cannot tell where typical values stay but one value moves the mean', () => {
    const found = compare(base, [...base.slice(1), 90_000])
    expect(found.verdict).toBe("can't tell")
    expect(found.reason).toContain('look at the largest and smallest values')
  })

  it('with itself scaled and shifted stays what it is', () => {
    fc.assert(
      fc.property(sample, sample, fc.integer({ min: 1, max: 9 }), (a, b, factor) => {
        const scale = (values: readonly number[]) => values.map((value) => value * factor)
        const plain = compare(a, b)
        const scaled = compare(scale(a), scale(b))
        expect(scaled.verdict).toBe(plain.verdict)
        expect(scaled.shift).toBeCloseTo(plain.shift * factor, 9)
        expect(scaled.p).toBe(plain.p)
      }),
    )
  })
})

describe('comparisons of several patterns with a baseline', () => {
  const base = inTurns(1000, 20)
  const shifted = (by: number) => base.map((value) => value + by)

  it('correct each p for their number and widen each interval', () => {
    const [one] = compareFactors(base, new Map([['only', shifted(8)]]))
    const several = compareFactors(
      base,
      new Map([
        ['a', shifted(8)],
        ['b', shifted(1)],
        ['c', shifted(0.5)],
      ]),
    )
    expect(one).toEqual({ name: 'only', ...compare(base, shifted(8)) })
    expect(several.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(several[0]?.p).toBeCloseTo(3 * (one?.p as number), 12)
    expect(several[0]?.interval.low).toBeLessThan(one?.interval.low as number)
  })

  it('may find no change where one comparison alone would', () => {
    const raised = shifted(5)
    const others = Array.from({ length: 9 }, (_, i) => [`other ${i}`, shifted(0.1)] as const)
    const options = { tolerance: 0 }
    expect(compare(base, raised, options).verdict).toBe('changed')
    const [first] = compareFactors(base, new Map([['raised', raised], ...others]), options)
    expect(first?.verdict).toBe("can't tell")
  })

  it('tell large effects of five boots each, however many patterns there are', () => {
    const booted = (factor: number) => ({
      values: [1, 1.01, 0.985, 1.005, 0.995].flatMap((boot) =>
        [0.9, 1, 1.1].map((trial) => 1000 * factor * boot * trial),
      ),
      clusters: [1, 2, 3, 4, 5].flatMap((boot) => [boot, boot, boot]),
    })
    const patterns = new Map([
      ...Array.from({ length: 9 }, (_, i) => [`slow ${i}`, booted(1.3 + i)] as const),
      ['same', booted(1.004)] as const,
      ['like', booted(0.998)] as const,
    ])
    const found = compareFactors(booted(1), patterns)
    expect(found.map(({ verdict }) => verdict)).toEqual([
      ...Array(9).fill('changed'),
      'unchanged',
      'unchanged',
    ])
    for (const one of found) expect(one).toMatchObject({ n: [5, 5], unit: 'boot', method: 'means' })
    // Ranks, whose smallest p is 2 / 252, could not.
    expect(mannWhitney([1, 2, 3, 4, 5], [11, 12, 13, 14, 15]).p * 11).toBeGreaterThan(0.05)
  })

  it('compare the means of boots, however many there are, but say nothing of one', () => {
    const booted = (boots: number, factor: number) => ({
      values: Array.from({ length: boots }, (_, boot) => factor * (1000 + boot)),
      clusters: Array.from({ length: boots }, (_, boot) => boot),
    })
    for (const boots of [2, 3, 6])
      expect(compare(booted(boots, 1), booted(boots, 2))).toMatchObject({
        verdict: 'changed',
        method: 'means',
      })
    expect(compare(booted(6, 1), booted(1, 2))).toMatchObject({
      verdict: "can't tell",
      reason: 'too few boots: 6 and 1',
      trialsNeeded: 2,
    })
  })

  it('are none without patterns', () => {
    expect(compareFactors(base, new Map())).toEqual([])
  })
})

/** Returns whole numbers from `first` on, in turns small and large: those that rise are no independent trials. */
function inTurns(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => first + (i % 2 === 0 ? i / 2 : count - (i + 1) / 2))
}

function choices(scores: readonly number[], size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]]
  return scores.flatMap((score, index) =>
    choices(scores.slice(index + 1), size - 1).map((rest) => [score, ...rest]),
  )
}
