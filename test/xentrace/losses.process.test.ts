import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { operations } from '../../src/xentrace/analysis.ts'
import { type Runstate, runstateChange, runstates } from '../../src/xentrace/events.ts'
import { type Interval, IntervalTracker } from '../../src/xentrace/intervals.ts'
import { Reader } from '../../src/xentrace/reader.ts'
import { TraceError } from '../../src/xentrace/record.ts'
import type { VcpuUse } from '../../src/xentrace/residency.ts'
import { scan } from '../../src/xentrace/scan.ts'
import { Losses, overlaps } from '../../src/xentrace/spans.ts'
import { parseStamps } from '../../src/xentrace/stamps.ts'
import { summarise } from '../../src/xentrace/summary.ts'
import { firstAtOrAfter } from '../../src/xentrace/timeline.ts'
import {
  bytesOf,
  capture,
  type Loss,
  plainMerge,
  record,
  u64,
  window,
  windows,
  withLosses,
} from './capture.ts'

function intervalsOf(bytes: Uint8Array): readonly Interval[] {
  const intervals: Interval[] = []
  const tracker = new IntervalTracker((interval) => intervals.push(interval))
  tracker.finish(scan([bytes], [tracker]))
  return intervals
}

const key = ({ domain, vcpu }: { domain: number; vcpu: number }) => `d${domain}v${vcpu}`

/** The first whole rounds of a capture, up to some 200 kB. */
function beginning(name: string): Uint8Array {
  const bytes = capture(name)
  const all = windows(bytes)
  return bytes.subarray(0, all.findLast(({ end }, i) => end < 200_000 && (all[i + 1]?.cpu ?? 0) === 0)?.end)
}

/** One to three losses anywhere in a capture. */
function lossesIn(bytes: Uint8Array): fc.Arbitrary<readonly Loss[]> {
  const records = plainMerge(bytes)
  const [first, last] = [records[0]?.time ?? 0, records.at(-1)?.time ?? 0]
  const cpus = [...new Set(records.map(({ cpu }) => cpu))]
  const loss = fc
    .record({
      cpu: fc.constantFrom(...cpus),
      from: fc.integer({ min: first, max: last }),
      length: fc.oneof(fc.nat(5_000), fc.nat(500_000), fc.nat(5_400_000)),
    })
    .map(({ cpu, from, length }) => ({ cpu, from, to: from + length }))
  return fc.array(loss, { minLength: 1, maxLength: 3 })
}

const change = (from: Runstate, to: Runstate, time: number, key: number) =>
  record(runstateChange(from, to), time, key)
const lost = (from: number, to: number) => record(0x1f001, to, 1, 0, ...u64(from))

const summaryOf = async (bytes: Uint8Array, again = true) => {
  const { domains, scan: found } = await summarise(() => ReadableStream.from([bytes]), again)
  const uses = domains.flatMap(({ vcpus }) => vcpus)
  return {
    ...found,
    uses: new Map(
      uses.map((one) => [
        key(one),
        [...one.states.map(({ ticks, partTicks }) => ticks + partTicks), one.unknownTicks],
      ]),
    ),
  }
}

describe('a state of which nobody saw the beginning', () => {
  // Truth: running until 27, then blocked; the change was lost.
  const bytes = bytesOf(
    window(0, change('running', 'blocked', 0, 0x7fff0000), change('blocked', 'runnable', 60, 0x7fff0000)),
    window(
      1,
      lost(20, 30),
      change('blocked', 'runnable', 50, 0x10000),
      change('runnable', 'running', 52, 0x10000),
    ),
  )

  it('is unknown if records were lost before its end', async () => {
    const { uses } = await summaryOf(bytes)
    expect(uses.get('d1v0')).toEqual([8, 2, 0, 0, 50])
    expect(intervalsOf(bytes).filter(({ domain }) => domain === 1)).toEqual([
      { domain: 1, vcpu: 0, state: 'runnable', from: 50, to: 52, cpu: 1 },
      { domain: 1, vcpu: 0, state: 'running', from: 52, to: 60, cpu: 1 },
    ])
  })

  it('is known if it ran where nothing was lost', async () => {
    const ran = bytesOf(
      window(0, lost(20, 30), record(0x28004, 60, 1, 0)),
      window(1, record(0x28004, 10, 1, 0), change('running', 'blocked', 50, 0x10000)),
    )
    expect((await summaryOf(ran)).uses.get('d1v0')).toEqual([40, 0, 10, 0, 0])
  })
})

describe('losses', () => {
  it('that overlap are one, however many', async () => {
    const bytes = bytesOf(
      window(
        0,
        ...Array.from({ length: 20_000 }, (_, i) => lost(i, 100_000 + i)),
        change('running', 'blocked', 130_000, 0x10000),
      ),
    )
    const { gaps, losses, uses } = await summaryOf(bytes)
    expect([gaps.length, losses.all]).toEqual([20_000, [{ from: 0, to: 119_999 }]])
    expect(uses.get('d1v0')).toEqual([0, 0, 0, 0, 30_000])
  })

  it('are looked up among thousands without looking at each', () => {
    const losses = new Losses()
    losses.add(
      Array.from({ length: 50_000 }, (_, i) => ({ cpu: i % 3, from: 10 * i, to: 10 * i + 3, count: 1 })),
    )
    let looks = 0
    const watched = new Proxy(losses.all, {
      get: (list, name) => {
        looks += 1
        return Reflect.get(list, name)
      },
    })
    expect(overlaps(watched, 299_994, 299_999)).toBe(false)
    expect(overlaps(watched, 299_994, 300_000)).toBe(true)
    expect(looks).toBeLessThan(100)
    expect(losses.unknownFrom(null, 299_994, 400_000)).toBe(300_000)
    expect(losses.unknownFrom(1, 299_994, 400_000)).toBe(300_010)
  })

  it('are refused with the byte where they are more than Xen can have written', () => {
    const one = lost(1, 2)
    const words = Uint32Array.from([0x2001f003, 0, (2 ** 20 + 1) * 28])
    const bytes = Buffer.alloc(12 + (2 ** 20 + 1) * 28, Buffer.from(Uint32Array.from(one).buffer))
    bytes.set(new Uint8Array(words.buffer))
    bytes.fill(Buffer.from(Uint32Array.from(one).buffer), 12)
    const reader = new Reader()
    expect(() => reader.push(bytes)).toThrow(
      `at byte ${12 + 28 * 2 ** 20} of the capture: records lost more than 1048576 times`,
    )
  })

  it('that are told of long after they began count from their beginning', async () => {
    const rounds = Array.from({ length: 8 }, (_, i) =>
      window(
        0,
        change('blocked', 'runnable', 100 * i + 10, 0x10000),
        change('runnable', 'blocked', 100 * i + 60, 0x10000),
      ),
    )
    const bytes = bytesOf(
      window(1, record(0x28004, 5, 0, 0)),
      ...rounds,
      window(1, lost(20, 795), record(0x28004, 796, 0, 0)),
    )
    const pieces = Array.from({ length: Math.ceil(bytes.length / 64) }, (_, i) =>
      bytes.subarray(64 * i, 64 * i + 64),
    )
    const open = () => ReadableStream.from(pieces)
    const { domains, scan: found } = await summarise(open)
    const [use] = domains[0]?.vcpus ?? []
    // Blocked from 5 to 10, runnable until 20; from then on any change may be missing.
    expect(use?.states.map(({ ticks, partTicks }) => ticks + partTicks)).toEqual([0, 10, 5, 0])
    expect(use?.unknownTicks).toBe(776)
    expect(found.late).toBe(false)
    expect((await summarise(open, false)).scan.late).toBe(true)
  })

  it('at the very end hide all that comes after them', async () => {
    const bytes = bytesOf(
      window(0, change('running', 'blocked', 10, 0x10000), change('running', 'blocked', 100, 0)),
      window(1, record(0x28004, 20, 0, 0), lost(60, 70)),
    )
    const { uses, incomplete } = await summaryOf(bytes)
    expect(incomplete).toEqual([{ cpu: 1, from: 70 }])
    expect(uses.get('d1v0')).toEqual([0, 0, 50, 0, 40])
  })

  it('of a capture that is cut are the ends of the pCPUs whose windows are missing', async () => {
    const bytes = bytesOf(
      ...[0, 1, 2].map((cpu) => window(cpu, change('running', 'blocked', 10 + cpu, cpu))),
      window(0, record(0x28004, 100, 0, 0)),
      window(1, record(0x28004, 90, 0, 0), record(0x28004, 95, 0, 0)),
    ).slice(0, -4)
    const { uses, incomplete, damage } = await summaryOf(bytes)
    expect(damage?.message).toContain('more bytes should follow in the window of pCPU 1')
    expect(incomplete).toEqual([
      { cpu: 1, from: 90 },
      { cpu: 2, from: 12 },
    ])
    expect(uses.get('d0v0')).toEqual([0, 0, 3, 0, 87])
  })
})

describe('a capture that lost records', () => {
  it.each(['idle', 'busy', 'xen-4.14-null', 'run/trace'])(
    'of %s shows no interval that the whole capture does not have',
    (name) => {
      const bytes = beginning(name)
      const whole = new Map(
        [...Map.groupBy(intervalsOf(bytes), key)].map(([vcpu, intervals]) => [
          vcpu,
          { intervals, ends: intervals.map(({ to }) => to) },
        ]),
      )
      let compared = 0
      fc.assert(
        fc.property(lossesIn(bytes), (losses) => {
          for (const interval of intervalsOf(withLosses(bytes, losses))) {
            if (interval.from === interval.to) continue
            const { intervals = [], ends = [] } = whole.get(key(interval)) ?? {}
            const truth = intervals[firstAtOrAfter(ends, interval.to)]
            if (truth?.state !== interval.state || truth.from > interval.from)
              throw new Error(`not so: ${JSON.stringify(interval)}`)
            compared += 1
          }
        }),
        { numRuns: 40, seed: 4 },
      )
      expect(compared).toBeGreaterThan(1000)
    },
  )

  it.each(['idle', 'busy', 'xen-4.14-null'])(
    'of %s gives no vCPU more time in a state than the whole one, and the rest as unknown',
    async (name) => {
      const bytes = beginning(name)
      const use = async (of: Uint8Array) => {
        const { domains } = await summarise(() => ReadableStream.from([of]))
        return new Map(domains.flatMap(({ vcpus }) => vcpus).map((one) => [key(one), one]))
      }
      const known = ({ states }: VcpuUse) => states.map(({ ticks, partTicks }) => ticks + partTicks)
      const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0)
      const whole = await use(bytes)
      // Of a vCPU that changed for the first time after a loss it is not known whether it was in one state until then.
      const firstChange = new Map(
        [...Map.groupBy(intervalsOf(bytes), key)].map(([vcpu, [one]]) => [vcpu, one?.to ?? 0]),
      )
      let unknown = 0
      await fc.assert(
        fc.asyncProperty(lossesIn(bytes), async (losses) => {
          const earliest = Math.min(...losses.map(({ from }) => from))
          for (const [vcpu, one] of await use(withLosses(bytes, losses))) {
            const truth = whole.get(vcpu)
            if (truth === undefined || (firstChange.get(vcpu) ?? 0) >= earliest) continue
            for (const [i, ticks] of known(one).entries())
              expect(ticks, `${vcpu} ${runstates[i]}`).toBeLessThanOrEqual(known(truth)[i] ?? 0)
            expect(sum(known(one)) + one.unknownTicks, vcpu).toBe(sum(known(truth)))
            unknown += one.unknownTicks
          }
        }),
        { numRuns: 30, seed: 5 },
      )
      expect(unknown).toBeGreaterThan(0)
    },
  )

  it('has operations that are those of the whole one, or excluded for lost records', () => {
    const bytes = capture('run/trace')
    const stamps = (name: string) =>
      parseStamps(readFileSync(new URL(`../fixtures/trace/run/${name}.stamps`, import.meta.url), 'utf8'))
    const both = { dom0: stamps('dom0'), domU: stamps('domu') }
    const whole = operations({ capture: [bytes], ...both }).operations
    const outcomes = { same: 0, excluded: 0, unaligned: 0 }
    fc.assert(
      fc.property(lossesIn(bytes), (losses) => {
        try {
          const { operations: found, sanity } = operations({ capture: [withLosses(bytes, losses)], ...both })
          for (const [i, one] of found.entries()) {
            if (one.excluded === 'lost records') outcomes.excluded += 1
            else {
              const { phases, state } = whole[i] ?? {}
              expect(one).toMatchObject({ phases, state, excluded: null })
              outcomes.same += 1
            }
          }
          const count = found.filter(({ excluded }) => excluded !== null).length
          expect(sanity.pauses.excluded + sanity.unpauses.excluded).toBe(count)
        } catch (error) {
          if (!(error instanceof TraceError)) throw error
          outcomes.unaligned += 1
        }
      }),
      { numRuns: 60, seed: 6 },
    )
    expect(Math.min(outcomes.same, outcomes.excluded)).toBeGreaterThan(5)
    expect(outcomes.unaligned).toBeLessThan(20)
  })
})

describe('a pCPU whose clock differs', () => {
  const bytes = capture('run/trace')
  const stamps = (name: string) =>
    parseStamps(readFileSync(new URL(`../fixtures/trace/run/${name}.stamps`, import.meta.url), 'utf8'))
  const both = { dom0: stamps('dom0'), domU: stamps('domu') }
  const whole = operations({ capture: [bytes], ...both }).operations

  it.each([0, 1, 2, 3].flatMap((cpu) => [2, -2].map((seconds) => [cpu, seconds] as const)))(
    'as that of pCPU %d by %d s gives an error or exclusions, and no other phases',
    (cpu, seconds) => {
      const shifted = withClock(bytes, cpu, seconds * 54_000_000)
      try {
        for (const [i, one] of operations({ capture: [shifted], ...both }).operations.entries()) {
          if (one.excluded === null) expect(one.phases).toEqual(whole[i]?.phases)
        }
      } catch (error) {
        if (!(error instanceof TraceError)) throw error
        expect(error.message).toMatch(/clocks of pCPUs \d and \d differ by \d+ ticks|cannot be aligned/)
      }
    },
  )

  it.each([2, -2])(
    'by %d s is an error that tells the byte and both, once some rounds are read',
    (seconds) => {
      const { damage } = scan([withClock(capture('idle'), 2, seconds * 54_000_000)], [])
      expect(damage?.message).toMatch(
        /^at byte \d+ of the capture: the clocks of pCPUs \d and \d differ by \d{8} ticks or more: /,
      )
    },
  )
})

/** The capture with a number added to the times of a pCPU. */
function withClock(bytes: Uint8Array, cpu: number, ticks: number): Uint8Array {
  return bytesOf(
    ...windows(bytes).map(({ cpu: own, records }) =>
      window(
        own,
        ...records.map(({ event, time, words }) =>
          record(event, own === cpu ? time + ticks : time, ...words),
        ),
      ),
    ),
  )
}
