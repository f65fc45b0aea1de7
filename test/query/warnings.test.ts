import { describe, expect, it } from 'vitest'
import { warningsOn } from '../../src/query/warnings.ts'
import { randomNumbers } from '../../src/stats/random.ts'

const steady = (seed: string, n = 40) => {
  const random = randomNumbers(seed)
  return Array.from({ length: n }, () => 1000 + 10 * random())
}
const named = (name: string, values: readonly number[]) => ({ name, values, unit: 'us' })

describe('warnings on series', () => {
  it('are none for steady values', () => {
    expect(warningsOn([named('a', steady('a')), named('b', steady('b'))])).toEqual([])
    expect(warningsOn([])).toEqual([])
    expect(warningsOn([named('a', [])])).toEqual([])
  })

  it('count outliers, and say that they are counted like the others', () => {
    expect(warningsOn([named('pause.total of a', [...steady('a'), 5000, 1])])).toEqual([
      'outliers, which are kept: pause.total of a (2 of 42)',
    ])
  })

  it('tell a drift and its size from chance', () => {
    const rising = steady('a').map((value, index) => value - index)
    expect(warningsOn([named('pause.total of a', rising)])).toEqual([
      expect.stringMatching(
        /^values seem to drift over the trials, so intervals may be too narrow: pause\.total of a \(−(0\.9|1\.0)\d* µs per trial\)$/,
      ),
    ])
  })

  it('take no difference between boots for a drift', () => {
    const values = [1000, 2000, 3000].flatMap((level) =>
      steady(`boot ${level}`, 20).map((one) => one + level),
    )
    const clusters = values.map((_, index) => Math.floor(index / 20) + 1)
    expect(warningsOn([named('a', values)])).toHaveLength(1)
    expect(warningsOn([{ ...named('a', values), clusters }])).toEqual([])
    const one = steady('one', 12)
    expect(warningsOn([{ ...named('a', one), clusters: one.map((_, index) => index) }])).toEqual([])
  })

  it('see no drift in one of twenty steady series, as they are judged together', () => {
    const all = Array.from({ length: 200 }, (_, index) => named(String(index), steady(`s${index}`)))
    expect(warningsOn(all)).toEqual([])
  })

  it('name a few series and count the others', () => {
    const all = Array.from({ length: 9 }, (_, index) => named(`s${index}`, [...steady('a'), 5000]))
    expect(warningsOn(all)[0]).toMatch(/: s0 \(1 of 41\), s1 .*, s2 .*, and 6 more series$/)
  })
})
