import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { microseconds } from '../../src/xentrace/digits.ts'

describe('ticks as microseconds', () => {
  it.each([
    [0, 54_000_000, '0.000'],
    [54, 54_000_000, '1.000'],
    [1, 54_000_000, '0.019'],
    [-54_027, 54_000_000, '-1000.500'],
    [2_399_999_999, 2_400_000_000, '1000000.000'],
    [2 ** 53 - 1, 54_000_000, '166799986198907.241'],
    [1, 2_000_000_000, '0.001'],
  ])('%d ticks at %d Hz are %s', (ticks, hz, text) => {
    expect(microseconds(ticks, hz)).toBe(text)
  })

  it('are exact to the last digit for any ticks below 2^53', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 4_000_000_000 }), (ticks, hz) => {
        const nanoseconds = (2n * BigInt(ticks) * 1_000_000_000n + BigInt(hz)) / (2n * BigInt(hz))
        // Beyond 2^53 microseconds the whole ones are not exact either: slow clocks with huge counts.
        fc.pre(nanoseconds < 9_000_000_000_000_000_000n)
        expect(BigInt(microseconds(ticks, hz).replace('.', ''))).toBe(nanoseconds)
      }),
    )
  })
})
