import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IntervalTracker } from '../../src/xentrace/intervals.ts'
import { TraceError } from '../../src/xentrace/record.ts'
import { ResidencyTracker } from '../../src/xentrace/residency.ts'
import { scan } from '../../src/xentrace/scan.ts'
import { LineWriter } from '../../src/xentrace/textwriters.ts'
import { capture, each, everyRecord, plainMerge, windows } from '../xentrace/capture.ts'

/** All with REPRO_LONG=1; the half of them has dozens of each kind of outcome. */
const CASES = process.env.REPRO_LONG === '1' ? 4000 : 2000

/** Reads everything that any command reads of a capture; returns the number of records. */
function readAll(bytes: Uint8Array, pieceBytes: number): { records: number; damage: string | null } {
  const runstates = new ResidencyTracker()
  const intervals = new IntervalTracker(() => undefined)
  let [records, text, last] = [0, 0, Number.NEGATIVE_INFINITY]
  const lines = new LineWriter(54_000_000, (bytes) => {
    text += bytes.filter((byte) => byte === 0x0a).length
  })
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
    bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  )
  const order = each(({ time }, { first }) => {
    if (time < last || time < first) throw new Error(`${time} after ${last}, from ${first} on`)
    last = time
    records += 1
  })
  const found = scan(pieces, [order, intervals, runstates, everyRecord(lines)])
  intervals.finish(found)
  for (const { states, unknownTicks } of runstates.finish(found).vcpus) {
    const all = states.reduce((sum, { ticks, partTicks }) => sum + ticks + partTicks, unknownTicks)
    if (!(all >= 0 && all <= found.last - found.first))
      throw new Error(`${all} of ${found.last - found.first} ticks`)
  }
  lines.finish()
  if (text !== records) throw new Error(`${text} lines of ${records} records`)
  return { records, damage: found.damage?.message ?? null }
}

/** Returns the first whole windows of a capture, up to some 20 kB. */
function beginning(name: string): Uint8Array {
  const bytes = capture(name)
  const end = windows(bytes).findLast((window) => window.end < 20_000)?.end ?? windows(bytes)[0]?.end
  return bytes.subarray(0, end)
}

describe('a damaged capture', () => {
  it.each(['small-ring', 'run/trace', 'xen-4.14-null'])(
    'of %s, in whatever way, gives its good part or an error that tells the byte, and soon',
    (name) => {
      const bytes = beginning(name)
      const whole = plainMerge(bytes).length
      const at = fc.oneof(fc.nat(bytes.length - 1), fc.nat(200))
      const damage = fc.oneof(
        fc.record({ type: fc.constant('byte' as const), at, value: fc.nat(255) }),
        fc.record({
          type: fc.constant('word' as const),
          at,
          value: fc.constantFrom(0, 0xffffffff, 0x2001f003, 0xc001f001, 0x0001f002),
        }),
        fc.record({ type: fc.constant('swap' as const), at, value: fc.nat(bytes.length - 1) }),
      )
      const outcomes = { whole: 0, part: 0, none: 0 }
      fc.assert(
        fc.property(
          fc.array(damage, { maxLength: 6 }),
          fc.option(fc.nat(bytes.length)),
          fc.integer({ min: 1, max: 30_000 }),
          (damages, cut, pieceBytes) => {
            const damaged = Uint8Array.from(bytes.subarray(0, cut ?? bytes.length))
            for (const { type, at: place, value } of damages) hit(damaged, type, place, value)
            try {
              const { records, damage: found } = readAll(damaged, pieceBytes)
              expect(records).toBeLessThanOrEqual(damaged.length / 4)
              if (found === null) outcomes.whole += 1
              else {
                expect(found).toMatch(/byte \d+/)
                outcomes.part += 1
              }
            } catch (error) {
              if (!(error instanceof TraceError)) throw error
              outcomes.none += 1
            }
          },
        ),
        { numRuns: CASES, seed: 7 },
      )
      expect(readAll(bytes, 4096)).toEqual({ records: whole, damage: null })
      expect(Math.min(outcomes.whole, outcomes.part, outcomes.none)).toBeGreaterThan(10)
    },
  )
})

function hit(bytes: Uint8Array, type: 'byte' | 'word' | 'swap', at: number, value: number): void {
  if (at >= bytes.length || bytes.length < 4) return
  if (type === 'byte') bytes[at] = value
  else if (type === 'word')
    new DataView(bytes.buffer).setUint32(Math.max(0, Math.min(at & ~3, bytes.length - 4)) & ~3, value, true)
  else bytes.copyWithin(at, Math.min(value, bytes.length), Math.min(value + 400, bytes.length))
}
