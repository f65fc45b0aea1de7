import { describe, expect, it } from 'vitest'
import { mean } from '../../src/stats/moments.ts'
import { randomNumbers } from '../../src/stats/random.ts'

const take = (seed: string, count: number) => {
  const next = randomNumbers(seed)
  return Array.from({ length: count }, next)
}

describe('random numbers', () => {
  it('are the same for the same seed and others for another', () => {
    expect(take('1 a', 5)).toEqual(take('1 a', 5))
    expect(take('1 a', 5)).not.toEqual(take('2 a', 5))
  })

  it('are spread evenly over [0, 1)', () => {
    const numbers = take('spread', 20_000)
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
    // Five standard errors: 5 / sqrt(12 * 20000)
    expect(Math.abs(mean(numbers) - 0.5)).toBeLessThan(0.0103)
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const share = numbers.filter((number) => Math.floor(number * 10) === tenth).length / numbers.length
      expect(Math.abs(share - 0.1)).toBeLessThan(0.011)
    }
  })
})
