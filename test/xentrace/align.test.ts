import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { align } from '../../src/xentrace/align.ts'
import { TraceError } from '../../src/xentrace/record.ts'
import type { Bracket } from '../../src/xentrace/stamps.ts'

const OFFSET = 7_000_000_123

/** A bracket whose yield is made at `time` of the capture, `lead` ticks after its first stamp, `lag` before its second. */
function around(time: number, lead: number, lag: number, offset = OFFSET): Bracket {
  return { before: time - offset - lead, after: time - offset + lag }
}

// Irregular distances, as regular ones would look the same one bracket further.
const times = [1e9, 1.001e9, 1.0047e9, 1.0112e9, 1.02e9, 1.0371e9].map((time) => time + OFFSET)
const brackets = times.map((time, i) => around(time, 40 + 7 * i, 60 - 5 * i))

describe('alignment', () => {
  it('is what all brackets have in common, to half its width', () => {
    // The yields come at least 40 after the first and at least 35 before the second stamp.
    const { offset, halfWidth, brackets: used, skipped } = align(brackets, times)
    expect({ offset, halfWidth, used, skipped }).toEqual({
      offset: OFFSET + 2,
      halfWidth: 38,
      used: 6,
      skipped: 0,
    })
  })

  it('is an integer whose half width covers the true offset', () => {
    const [first, ...rest] = brackets
    const odd = [{ before: (first as Bracket).before, after: (first as Bracket).after - 59 }, ...rest]
    const { offset, halfWidth } = align(odd, times)
    expect(Number.isInteger(offset)).toBe(true)
    expect(Math.abs(offset - OFFSET)).toBeLessThanOrEqual(halfWidth)
  })

  it('does not mind yields for other reasons', () => {
    const others = Array.from({ length: 500 }, (_, i) => OFFSET + 0.99e9 + i * 98_765)
    const yields = [...times, ...others].sort((a, b) => a - b)
    expect(align(brackets, yields)).toEqual(align(brackets, times))
  })

  it('is refused if the brackets contradict each other', () => {
    const moved = brackets.with(3, around(times[3] as number, 40, 60, OFFSET + 5000))
    expect(() => align(moved, times)).toThrow(
      'no single offset puts one of the 6 YIELD records into each of the 6 calibration brackets',
    )
  })

  it('is refused if there is no yield at all', () => {
    expect(() => align(brackets, [])).toThrow('no single offset puts one of the 0 YIELD records')
  })

  it('is refused if two offsets would do', () => {
    const twice = [...times, ...times.map((time) => time + 1e6)].sort((a, b) => a - b)
    expect(() => align(brackets, twice)).toThrow(
      `the offset is ambiguous: ${OFFSET - 35}..${OFFSET + 40} and ${OFFSET + 1e6 - 35}..${OFFSET + 1e6 + 40} ticks agree with 6 and 6 of the 6`,
    )
  })

  it('is not disturbed by a coincidence that takes most brackets for lost', () => {
    // Moved on by a second, the first three find yields and the others lie after the end of the capture.
    const moved = times.map((time) => time + 0.03e9)
    const many = [...brackets, ...moved.map((time) => around(time, 30, 30))]
    const shift = 0.0615e9
    const found = [...times, ...moved]
    const last = (found.at(-1) as number) + 1000
    const foreign = found.map((time) => time + shift).filter((time) => time < last)
    expect(foreign.length).toBeGreaterThanOrEqual(3)
    const yields = [...found, ...foreign].sort((a, b) => a - b)
    const coverage = { first: (times[0] as number) - 1e8, last, gaps: [] }
    expect(align(many, yields, coverage)).toMatchObject({ brackets: 12, skipped: 0 })
    // Without the true ones it would be an offset that fits.
    expect(align(many, foreign, coverage).skipped).toBeGreaterThan(6)
  })

  it('is refused with fewer than three brackets', () => {
    expect(() => align(brackets.slice(0, 2), times)).toThrow('2 calibration brackets, at least 3 are needed')
  })

  it('skips brackets before and after the capture and where records were lost', () => {
    const coverage = {
      first: (times[0] as number) + 1000,
      last: (times[5] as number) - 1000,
      gaps: [{ cpu: 0, from: (times[2] as number) - 10_000, to: (times[2] as number) + 20, count: 9 }],
    }
    const seen = [times[1], times[3], times[4]] as number[]
    const { offset, halfWidth, brackets: used, skipped } = align(brackets, seen, coverage)
    expect([used, skipped]).toEqual([3, 3])
    expect(Math.abs(offset - OFFSET)).toBeLessThanOrEqual(halfWidth)
  })

  it('does not let a foreign yield beside a gap stand in for the lost one', () => {
    const time = times[2] as number
    const coverage = {
      first: 0,
      last: Number.MAX_SAFE_INTEGER,
      gaps: [{ cpu: 0, from: time - 5, to: time + 5, count: 1 }],
    }
    const foreign = times.with(2, time + 30)
    expect(align(brackets, foreign, coverage).skipped).toBe(1)
    expect(() => align(brackets, times.toSpliced(2, 1))).toThrow('no single offset')
  })

  it('is refused if skipping leaves fewer than three', () => {
    const coverage = { first: 0, last: (times[1] as number) + 1000, gaps: [] }
    expect(() => align(brackets, times.slice(0, 2), coverage)).toThrow('at least 3 inside the capture')
  })

  it('contains the true offset, or is an error, whatever else the domain does', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            after: fc.integer({ min: 1000, max: 10_000_000 }),
            lead: fc.integer({ min: 0, max: 2000 }),
            lag: fc.integer({ min: 0, max: 2000 }),
          }),
          { minLength: 3, maxLength: 12 },
        ),
        fc.array(fc.integer({ min: 0, max: 60_000_000 }), { maxLength: 200 }),
        fc.integer({ min: -1e12, max: 1e12 }),
        (steps, others, offset) => {
          let time = 1e12
          const made = steps.map(({ after }) => {
            time += after
            return time
          })
          const list = steps.map(({ lead, lag }, i) => around(made[i] as number, lead, lag, offset))
          const yields = [...made, ...others.map((other) => 1e12 + other)].sort((a, b) => a - b)
          const whole = { first: 0, last: Number.MAX_SAFE_INTEGER, gaps: [] }
          try {
            const found = align(list, yields, whole)
            expect(Math.abs(found.offset - offset)).toBeLessThanOrEqual(found.halfWidth)
          } catch (error) {
            if (!(error instanceof TraceError)) throw error
            expect(error.message).toContain('ambiguous')
          }
        },
      ),
    )
  })
})
