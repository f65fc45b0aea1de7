import { describe, expect, it } from 'vitest'
import { runstateChange } from '../../src/xentrace/events.ts'
import { ResidencyTracker } from '../../src/xentrace/residency.ts'
import type { Extent } from '../../src/xentrace/runstate.ts'
import { Losses } from '../../src/xentrace/spans.ts'
import { capture, type PlainRecord, plainMerge } from './capture.ts'

const isChange = ({ event }: PlainRecord) => event >> 12 === 0x21 && event % 16 === 1

function apply(
  tracker: ResidencyTracker,
  event: number,
  key: number,
  time: number,
  cpu: number,
  losses = new Losses(),
): void {
  tracker.begin({ losses })
  tracker.take({ time, cpu, words: Uint32Array.of(event | (1 << 28), key), at: 0 })
}

function track(records: readonly PlainRecord[]): ResidencyTracker {
  const tracker = new ResidencyTracker()
  const losses = lossesOf(records)
  for (const one of records)
    if (isChange(one)) apply(tracker, one.event, one.words[0] as number, one.time, one.cpu, losses)
  return tracker
}

function lossesOf(records: readonly PlainRecord[]): Losses {
  const losses = new Losses()
  losses.add(
    records
      .filter(({ event }) => event === 0x1f001)
      .map(({ cpu, time, words: [count = 0, , low = 0, high = 0] }) => {
        return { cpu, from: low + high * 2 ** 32, to: time, count }
      }),
  )
  return losses
}

function extentOf(records: readonly PlainRecord[]): Extent {
  const cpus = [...new Set(records.map(({ cpu }) => cpu))].sort((a, b) => a - b)
  return {
    first: (records[0] as PlainRecord).time,
    last: (records.at(-1) as PlainRecord).time,
    losses: lossesOf(records),
    pcpus: cpus.map((cpu) => ({ cpu, first: (records.find((one) => one.cpu === cpu) as PlainRecord).time })),
  }
}

describe('the use of vCPUs and pCPUs', () => {
  it.each(['idle', 'busy', 'null', 'xen-4.13', 'small-ring', 'xen-4.14-null'])(
    'of %s is the sum of the intervals between its changes, to the tick',
    (name) => {
      const records = plainMerge(capture(name))
      const tracker = track(records)
      const { vcpus, pcpus } = tracker.finish(extentOf(records))
      expect(tracker.mismatches).toBe(0)
      expect(vcpus.length).toBeGreaterThan(3)
      for (const { domain, vcpu, states, unknownTicks, wakeToRun } of vcpus) {
        const changes = records.filter((one) => isChange(one) && one.words[0] === domain * 65536 + vcpu)
        const intervals = changes.slice(1).map(({ time, event }, i) => ({
          state: Math.floor(event / 256) % 4,
          cause: Math.floor((changes[i] as PlainRecord).event / 256) % 4,
          next: Math.floor(event / 16) % 4,
          took: time - (changes[i] as PlainRecord).time,
        }))
        for (const [state, { count, ticks }] of states.entries()) {
          const own = intervals.filter((interval) => interval.state === state).map(({ took }) => took)
          expect([count, ticks]).toEqual([own.length, own.reduce((a, b) => a + b, 0)])
        }
        expect(unknownTicks).toBe(0)
        const woken = intervals.filter(
          (interval) => interval.state === 1 && interval.cause > 1 && interval.next === 0,
        )
        expect(wakeToRun.count).toBe(woken.length)
        if (woken.length > 0) expect(wakeToRun.max).toBe(Math.max(...woken.map(({ took }) => took)))
      }
      const ran = vcpus.map(({ states }) => (states[0]?.ticks ?? 0) + (states[0]?.partTicks ?? 0))
      expect(pcpus.reduce((sum, { busyTicks, idleTicks }) => sum + busyTicks + idleTicks, 0)).toBe(
        ran.reduce((a, b) => a + b, 0),
      )
    },
  )

  it('accounts for all of the time of a vCPU that was blocked or offline at first', () => {
    const records = plainMerge(capture('idle'))
    const extent = extentOf(records)
    const blocked = track(records)
      .finish(extent)
      .vcpus.find(({ domain }) => domain === 0)
    const sum = blocked?.states.reduce((total, { ticks, partTicks }) => total + ticks + partTicks, 0)
    expect(sum).toBe(extent.last - extent.first)
  })

  it('counts what lost records hide as unknown, and no tick of it as a state', () => {
    const records = plainMerge(capture('lost'))
    const extent = extentOf(records)
    const { vcpus } = track(records).finish(extent)
    const unknown = vcpus.filter(({ unknownTicks }) => unknownTicks > 0)
    expect(unknown.length).toBeGreaterThan(0)
    const blocked = vcpus.find(({ domain }) => domain === 0)
    const known = blocked?.states.reduce((total, { ticks, partTicks }) => total + ticks + partTicks, 0) ?? 0
    expect(known + (blocked?.unknownTicks ?? 0)).toBe(extent.last - extent.first)
  })
})

describe('the tracker of residencies', () => {
  const extent: Extent = {
    first: 0,
    last: 100,
    losses: new Losses(),
    pcpus: [
      { cpu: 0, first: 5 },
      { cpu: 1, first: 0 },
    ],
  }

  it('tells whole intervals from those that the edges of the capture cut', () => {
    const tracker = new ResidencyTracker()
    apply(tracker, runstateChange('running', 'blocked'), 0x10000, 20, 0)
    apply(tracker, runstateChange('blocked', 'runnable'), 0x10000, 50, 1)
    apply(tracker, runstateChange('runnable', 'running'), 0x10000, 53, 1)
    const { vcpus, pcpus } = tracker.finish(extent)
    expect(vcpus[0]?.states).toEqual([
      { count: 0, ticks: 0, partTicks: 15 + 47 },
      { count: 1, ticks: 3, partTicks: 0 },
      { count: 1, ticks: 30, partTicks: 0 },
      { count: 0, ticks: 0, partTicks: 0 },
    ])
    expect(vcpus[0]?.wakeToRun.quantile(0.5)).toBe(3)
    expect(pcpus).toEqual([
      { cpu: 0, busyTicks: 15, idleTicks: 0 },
      { cpu: 1, busyTicks: 47, idleTicks: 0 },
    ])
  })

  it('does not take a vCPU that was preempted for one that woke', () => {
    const tracker = new ResidencyTracker()
    apply(tracker, runstateChange('running', 'runnable'), 0x10000, 20, 0)
    apply(tracker, runstateChange('runnable', 'running'), 0x10000, 53, 0)
    expect(tracker.finish(extent).vcpus[0]?.wakeToRun.count).toBe(0)
  })

  it('knows nothing of other vCPUs while a pCPU loses records, but of those that run elsewhere', () => {
    const tracker = new ResidencyTracker()
    const losses = new Losses()
    losses.add([{ cpu: 0, from: 30, to: 40, count: 1 }])
    apply(tracker, runstateChange('running', 'blocked'), 0x10000, 10, 0, losses)
    apply(tracker, runstateChange('runnable', 'running'), 0x10001, 10, 1, losses)
    apply(tracker, runstateChange('blocked', 'runnable'), 0x10000, 60, 0, losses)
    apply(tracker, runstateChange('running', 'blocked'), 0x10001, 60, 1, losses)
    const [lost, kept] = tracker.finish({ ...extent, losses }).vcpus
    expect(lost?.unknownTicks).toBe(30)
    expect(lost?.states[2]).toEqual({ count: 0, ticks: 0, partTicks: 20 })
    expect(kept?.unknownTicks).toBe(0)
    expect(kept?.states[0]).toEqual({ count: 1, ticks: 50, partTicks: 0 })
    expect(tracker.mismatches).toBe(0)
  })

  it('counts changes that do not fit, and their time as unknown', () => {
    const tracker = new ResidencyTracker()
    apply(tracker, runstateChange('running', 'blocked'), 0x10000, 10, 0)
    apply(tracker, runstateChange('offline', 'runnable'), 0x10000, 30, 0)
    expect(tracker.mismatches).toBe(1)
    expect(tracker.finish(extent).vcpus[0]?.unknownTicks).toBe(20)
  })

  it('follows hundreds of vCPUs', () => {
    const tracker = new ResidencyTracker()
    for (let key = 0; key < 500; key++)
      apply(tracker, runstateChange('running', key % 2 ? 'blocked' : 'offline'), key, key, key % 70)
    const { vcpus } = tracker.finish({ ...extent, last: 500 })
    expect(vcpus.map(({ states }) => states.slice(2).map(({ partTicks }) => partTicks))).toEqual(
      Array.from({ length: 500 }, (_, key) => (key % 2 ? [500 - key, 0] : [0, 500 - key])),
    )
  })
})
