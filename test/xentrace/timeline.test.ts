import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IDLE_DOMAIN, runstateChange } from '../../src/xentrace/events.ts'
import { eventCounts } from '../../src/xentrace/operations.ts'
import { TraceError } from '../../src/xentrace/record.ts'
import { readTimeline, readTimelineStream, stateBefore } from '../../src/xentrace/timeline.ts'
import { bytesOf, capture, plainMerge, record, window, windows } from './capture.ts'

async function* chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

describe('the timeline of a domain', () => {
  it('holds sleeps, wakes and runstate changes of each vCPU, from a real Xen', () => {
    const bytes = capture('xen-4.14-null')
    const timeline = readTimeline([bytes], [0, 1])
    const ofVcpu = plainMerge(bytes).filter(({ event, words }) =>
      event === 0x28003 || event === 0x28004
        ? words[0] === 1 && words[1] === 0
        : event >= 0x21001 && event <= 0x21331 && event !== 0x21002 && words[0] === 0x10000,
    )
    expect([...(timeline.domains.get(1)?.vcpus.keys() ?? [])]).toEqual([0])
    expect(timeline.domains.get(1)?.vcpus.get(0)).toEqual({
      times: Float64Array.from(ofVcpu, ({ time }) => time),
      events: Int32Array.from(ofVcpu, ({ event }) => event),
      cpus: Uint16Array.from(ofVcpu, ({ cpu }) => cpu),
    })
    expect(ofVcpu.filter(({ event }) => event === 0x28003)).toHaveLength(20)
    // dom0 has two vCPUs with the null scheduler.
    expect([...(timeline.domains.get(0)?.vcpus.keys() ?? [])]).toEqual([0, 1])
    expect(timeline.mismatches).toBe(0)
  })

  it('of the good part of a damaged capture is to be had, too', async () => {
    const bytes = capture('small-ring')
    const cut = bytes.subarray(0, 100_000)
    expect(() => readTimeline([cut], [1])).toThrow('the capture is truncated at byte 100000')
    const part = await readTimelineStream(chunksOf(cut), [1])
    const before = plainMerge(bytes).filter(({ event, words }) => event === 0x28004 && words[0] === 1)
    const found = [...(part.domains.get(1)?.vcpus.values() ?? [])].flatMap(({ times, events }) =>
      Array.from(times).filter((_, i) => events[i] === 0x28004),
    )
    expect(part.scan.damage?.message).toContain('truncated at byte 100000')
    expect(found.length).toBeGreaterThan(20)
    expect(found.toSorted((a, b) => a - b)).toEqual(before.slice(0, found.length).map(({ time }) => time))
  })

  it('is kept of all domains but the idle one, unless some are named', () => {
    const bytes = capture('xen-4.14-null')
    const all = readTimeline([bytes])
    expect([...all.domains.keys()].sort()).toEqual([0, 1])
    expect(plainMerge(bytes).some(({ words }) => (words[0] as number) >>> 16 === IDLE_DOMAIN)).toBe(true)
    expect(all.domains.get(1)).toEqual(readTimeline([bytes], [1]).domains.get(1))
  })

  it('says what the capture consists of', () => {
    const timeline = readTimeline([capture('xen-4.14-null')], [1])
    const counts = eventCounts(timeline.scan.kinds)
    expect(timeline.scan.records).toBe(36416)
    expect(timeline.scan.pcpus.map(({ cpu }) => cpu)).toEqual([0, 1, 2])
    expect(counts.filter(({ known }) => !known)).toEqual([])
    expect(counts.find(({ event }) => event === 'null schedule')?.count).toBe(4848)
    expect(counts.find(({ event }) => event === 'runstate blocked -> offline')?.count).toBe(20)
    expect(timeline.scan.gaps).toEqual([])
    expect(timeline.scan.last - timeline.scan.first).toBeGreaterThan(54_000_000)
  })

  it('is the same for any cut of the file into chunks', () => {
    const bytes = capture('small-ring')
    const whole = readTimeline([bytes], [1])
    const odd = Array.from({ length: Math.ceil(bytes.length / 1001) }, (_, i) =>
      bytes.subarray(i * 1001, i * 1001 + 1001),
    )
    expect(readTimeline(odd, [1])).toEqual(whole)
  })

  it('passes over records that are shorter than they should be', () => {
    const bytes = bytesOf(window(0, record(0x28003, 5, 1), record(0x21031, 6), record(0x28003, 7, 1, 0)))
    expect(readTimeline([bytes], [1]).domains.get(1)?.vcpus.get(0)?.times).toEqual(Float64Array.of(7))
  })

  it('needs at least one record', () => {
    expect(() => readTimeline([bytesOf(window(0))], [1])).toThrow('the capture holds no records')
  })

  it('survives any damage to a capture: a result or an error of its own, and soon', () => {
    const all = capture('small-ring')
    const whole = windows(all).findLast(({ end }) => end < 20_000)?.end as number
    const bytes = all.subarray(0, whole)
    const damage = fc.oneof(
      fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255) }),
      // Headers and sizes live in the first bytes of records, of which the first window has many.
      fc.record({ at: fc.nat(200), value: fc.nat(255) }),
    )
    const outcomes = { results: 0, errors: 0 }
    fc.assert(
      fc.property(
        fc.array(damage, { maxLength: 6 }),
        fc.option(fc.nat(bytes.length)),
        fc.integer({ min: 1, max: 30_000 }),
        (damages, cut, pieceBytes) => {
          const damaged = Uint8Array.from(bytes.subarray(0, cut ?? bytes.length))
          for (const { at, value } of damages) if (at < damaged.length) damaged[at] = value
          const pieces = Array.from({ length: Math.ceil(damaged.length / pieceBytes) }, (_, i) =>
            damaged.subarray(i * pieceBytes, (i + 1) * pieceBytes),
          )
          try {
            readTimeline(pieces, [0, 1])
            outcomes.results += 1
          } catch (error) {
            if (!(error instanceof TraceError)) throw error
            outcomes.errors += 1
          }
        },
      ),
      { numRuns: 500, seed: 1 },
    )
    expect(outcomes.results).toBeGreaterThan(0)
    expect(outcomes.errors).toBeGreaterThan(0)
  })

  it('refuses any random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => readTimeline([bytes], [1])).toThrow(TraceError)
      }),
    )
  })
})

describe('the state of a vCPU before an event', () => {
  const change = (from: 'running' | 'blocked' | 'offline', to: 'running' | 'blocked' | 'offline') =>
    runstateChange(from, to)
  const line = {
    times: [10, 20, 30],
    events: [change('running', 'blocked'), 0x28003, change('blocked', 'offline')],
  }

  it('is what the change before it left', () => {
    expect(stateBefore({ times: [10, 20], events: line.events.slice(0, 2) }, 1, 20, [])).toBe('blocked')
    expect(stateBefore(line, 3, 40, [])).toBe('offline')
  })

  it('is what the change after it started from, if there is none before', () => {
    expect(stateBefore({ times: [20, 30], events: line.events.slice(1) }, 0, 20, [])).toBe('blocked')
  })

  it('is unknown if both do not agree, but after a loss the later one counts, and before it the earlier one', () => {
    const odd = { ...line, events: line.events.with(2, change('running', 'offline')) }
    expect(stateBefore(odd, 1, 20, [])).toBeNull()
    expect(stateBefore(odd, 1, 20, [{ from: 12, to: 15 }])).toBe('running')
    expect(stateBefore(odd, 1, 20, [{ from: 22, to: 25 }])).toBe('blocked')
  })

  it('is unknown between losses, and before a loss that the first change comes after', () => {
    expect(
      stateBefore(line, 1, 20, [
        { from: 12, to: 15 },
        { from: 22, to: 25 },
      ]),
    ).toBeNull()
    expect(
      stateBefore({ times: [20, 30], events: line.events.slice(1) }, 0, 20, [{ from: 22, to: 25 }]),
    ).toBeNull()
  })

  it('is unknown without any change', () => {
    expect(stateBefore({ times: [20], events: [0x28003] }, 0, 20, [])).toBeNull()
  })
})
