import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differencesBetween } from '../../src/stats/differences.ts'
import { randomNumbers } from '../../src/stats/random.ts'
import { shift } from '../../src/stats/shift.ts'

/** Computes all differences naively. */
const naive = (a: readonly number[], b: readonly number[]) =>
  b.flatMap((y) => a.map((x) => y - x)).sort((one, other) => one - other)

describe('the differences of two samples', () => {
  const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, min: -1e9, max: 1e9 }))
  const sample = fc.array(value, { minLength: 1, maxLength: 12 })

  it('are in the order of all of them, ties or not', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const { length, at } = differencesBetween(a, b)
        expect(Array.from({ length }, (_, index) => at(index) + 0)).toEqual(naive(a, b).map((one) => one + 0))
      }),
    )
  })

  it.each([
    ['different values', 1e9],
    ['many ties', 7],
    ['two values', 2],
  ])('are the same when they are searched and not made: %s', (_, range) => {
    const random = randomNumbers(`differences ${range}`)
    const some = (size: number) => Array.from({ length: size }, () => Math.floor(random() * range) / 8)
    const [a, b] = [some(400), some(150)]
    const all = naive(a, b)
    const { length, at } = differencesBetween(a, b)
    expect(length).toBe(all.length)
    for (let index = 0; index < length; index += 997) expect(at(index)).toBe(all[index])
    for (const index of [0, length - 1]) expect(at(index)).toBe(all[index])
  })

  it('of many values and as many others need not be made for their shift', () => {
    const rising = Array.from({ length: 200_000 }, (_, index) => index % 1000)
    const { estimate, interval } = shift(
      rising,
      rising.map((value) => value + 3),
    )
    expect(estimate).toBe(3)
    expect(interval.low).toBeLessThanOrEqual(3)
    expect(interval.high).toBeGreaterThanOrEqual(3)
  })

  it('are refused where a value is not finite', () => {
    expect(() => shift([1, Number.NaN], [2])).toThrow('a shift of values that are not all finite')
    expect(() => shift([1], [Number.POSITIVE_INFINITY])).toThrow('a shift of values that are not all finite')
  })
})
