import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide, type Estimate, type Region } from '../../src/claims/region.ts'

const estimate = (value: number, low: number, high: number, trials = 20): Estimate => ({
  value,
  interval: { low, high },
  level: 0.95,
  trials,
  per: 'trial',
})
const region = (low: number, high: number, closed = true): Region => ({ low, high, closed })

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const estimates = fc
  .tuple(number, number, number, fc.integer({ min: 6, max: 100 }))
  .map(([a, b, c, trials]) => {
    const [low, value, high] = [a, b, c].sort((x, y) => x - y) as [number, number, number]
    return estimate(value, low, high, trials)
  })
const regions = fc
  .tuple(number, number, fc.boolean())
  .map(([a, b, closed]) => region(Math.min(a, b), Math.max(a, b), closed))

describe('a decision', () => {
  it.each([
    [estimate(5, 4, 6), region(0, 10), 'inside'],
    [estimate(5, 4, 6), region(4, 6), 'inside'],
    [estimate(5, 4, 6), region(4, 6, false), 'open'],
    [estimate(5, 4, 6), region(7, 9), 'outside'],
    [estimate(5, 4, 6), region(6, 9), 'open'],
    [estimate(5, 4, 6), region(6, 9, false), 'outside'],
    [estimate(5, 4, 6), region(0, Number.POSITIVE_INFINITY, false), 'inside'],
    [estimate(0, 0, 0), region(0, Number.POSITIVE_INFINITY, false), 'outside'],
    [estimate(-5, Number.NEGATIVE_INFINITY, -4), region(Number.NEGATIVE_INFINITY, 0, false), 'inside'],
  ])('on %j and %j is %s', (given, allowed, type) => {
    expect(decide(given, allowed).type).toBe(type)
  })

  it('says inside or outside only of the whole interval', () => {
    fc.assert(
      fc.property(estimates, regions, fc.double({ min: 0, max: 1, noNaN: true }), (given, allowed, share) => {
        const { low, high } = given.interval
        // Rounding of the smallest numbers there are must not leave the interval.
        const point = Math.min(high, low + share * (high - low))
        const { type } = decide(given, allowed)
        const isIn = allowed.low <= point && point <= allowed.high
        const isInner = allowed.low < point && point < allowed.high
        if (type === 'inside') expect(isIn).toBe(true)
        if (type === 'outside') expect(isInner).toBe(false)
      }),
    )
  })

  it('is no other when the interval gets narrower, once it is inside or outside', () => {
    fc.assert(
      fc.property(estimates, regions, fc.double({ min: 0, max: 1, noNaN: true }), (given, allowed, share) => {
        const { type } = decide(given, allowed)
        const { value, interval } = given
        // Rounding of the smallest numbers there are must not make it wider.
        const narrower = estimate(
          value,
          Math.max(interval.low, value - share * (value - interval.low)),
          Math.min(interval.high, value + share * (interval.high - value)),
        )
        if (type !== 'open') expect(decide(narrower, allowed).type).toBe(type)
      }),
    )
  })

  it('that is open asks for more trials than there are, or for none if they would not help', () => {
    fc.assert(
      fc.property(estimates, regions, (given, allowed) => {
        const decision = decide(given, allowed)
        if (decision.type !== 'open' || decision.trialsNeeded === undefined) return
        expect(decision.trialsNeeded).toBeGreaterThan(given.trials)
      }),
    )
    expect(decide(estimate(10, 9, 11), region(0, 10))).toEqual({ type: 'open' })
  })

  it('asks for the fewest trials that give any interval where there is none', () => {
    const none = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
    expect(decide({ value: 5, interval: none, level: 0.95, trials: 3, per: 'trial' }, region(0, 10))).toEqual(
      {
        type: 'open',
        trialsNeeded: 6,
      },
    )
  })
})
