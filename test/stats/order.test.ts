import { describe, expect, it } from 'vitest'
import { quantile } from '../../src/stats/order.ts'
import { randomNumbers } from '../../src/stats/random.ts'

/** By sorting all values. */
function sorted(values: readonly number[], p: number): number {
  const order = values.toSorted((a, b) => a - b)
  const position = (order.length - 1) * p
  const below = Math.floor(position)
  const low = order[below] as number
  const high = order[Math.min(below + 1, order.length - 1)] as number
  return position === below ? low : low + (position - below) * (high - low)
}

describe('a quantile of many values', () => {
  const random = randomNumbers('order')
  const n = 5003
  it.each<[string, readonly number[]]>([
    ['random', Array.from({ length: n }, () => random() * 1000 - 500)],
    ['rising', Array.from({ length: n }, (_, index) => index)],
    ['falling', Array.from({ length: n }, (_, index) => -index)],
    ['equal', new Array<number>(n).fill(7)],
    ['of three values', Array.from({ length: n }, () => Math.floor(3 * random()))],
    ['like an organ pipe', Array.from({ length: n }, (_, index) => Math.min(index, n - index))],
    ['with infinities', Array.from({ length: n }, (_, index) => (index % 7 === 0 ? Infinity : index))],
  ])('that are %s is that of the sorted ones', (_, values) => {
    const copy = [...values]
    for (const p of [0, 0.001, 0.25, 0.5, 0.5001, 0.75, 0.99, 1])
      expect(quantile(values, p)).toBe(sorted(values, p))
    expect(values).toEqual(copy)
  })

  it('is NaN where one of them is', () => {
    expect(quantile([...new Array<number>(n).fill(1), Number.NaN], 0.5)).toBeNaN()
  })
})
