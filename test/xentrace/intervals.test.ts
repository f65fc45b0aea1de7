import { describe, expect, it } from 'vitest'
import { runstateChange } from '../../src/xentrace/events.ts'
import { type Interval, IntervalTracker } from '../../src/xentrace/intervals.ts'
import { scan } from '../../src/xentrace/scan.ts'
import { clipped, disjoint } from '../../src/xentrace/spans.ts'
import { bytesOf, capture, plainMerge, record, u64, window } from './capture.ts'

function intervalsOf(bytes: Uint8Array): readonly Interval[] {
  const intervals: Interval[] = []
  const tracker = new IntervalTracker((interval) => intervals.push(interval))
  tracker.finish(scan([bytes], [tracker]))
  return intervals
}

describe('intervals of vCPUs', () => {
  it.each(['idle', 'busy', 'xen-4.14-null'])('of %s follow one another without a gap', (name) => {
    const bytes = capture(name)
    const all = plainMerge(bytes)
    const [first, last] = [all[0]?.time, all.at(-1)?.time]
    for (const own of Map.groupBy(intervalsOf(bytes), ({ domain, vcpu }) => `${domain} ${vcpu}`).values()) {
      expect(own[0]?.from).toBe(first)
      expect(own.at(-1)?.to).toBe(last)
      for (const [i, { from, state }] of own.slice(1).entries()) {
        expect(from).toBe(own[i]?.to)
        expect(state).not.toBe(own[i]?.state)
      }
    }
  })

  it('end where records are lost, but for what runs on another pCPU', () => {
    const bytes = bytesOf(
      window(
        0,
        record(runstateChange('running', 'blocked'), 10, 0x10000),
        record(0x1f001, 40, 5, 0, ...u64(30)),
      ),
      window(1, record(runstateChange('runnable', 'running'), 12, 0x10001), record(0x28004, 90, 0, 0)),
    )
    expect(intervalsOf(bytes)).toEqual([
      { domain: 1, vcpu: 0, state: 'running', from: 10, to: 10, cpu: 0 },
      { domain: 1, vcpu: 1, state: 'runnable', from: 10, to: 12, cpu: 1 },
      { domain: 1, vcpu: 0, state: 'blocked', from: 10, to: 30, cpu: 0 },
      { domain: 1, vcpu: 1, state: 'running', from: 12, to: 90, cpu: 1 },
    ])
  })

  it('are left out where the change before does not fit', () => {
    const bytes = bytesOf(
      window(
        0,
        record(runstateChange('running', 'blocked'), 10, 0x10000),
        record(runstateChange('offline', 'runnable'), 20, 0x10000),
        record(0x28004, 25, 0, 0),
      ),
    )
    expect(intervalsOf(bytes).map(({ state, from, to }) => [state, from, to])).toEqual([
      ['running', 10, 10],
      ['runnable', 20, 25],
    ])
  })
})

describe('windows of time', () => {
  it('are joined where they overlap', () => {
    const spans = [
      { from: 20, to: 30 },
      { from: 1, to: 5 },
      { from: 4, to: 9 },
      { from: 22, to: 24 },
    ]
    expect(disjoint(spans)).toEqual([
      { from: 1, to: 9 },
      { from: 20, to: 30 },
    ])
  })

  it('cut what lies across them', () => {
    const spans = [
      { from: 1, to: 9 },
      { from: 20, to: 30 },
    ]
    expect(clipped({ from: 5, to: 25 }, spans)).toEqual([
      { from: 5, to: 9 },
      { from: 20, to: 25 },
    ])
    expect(clipped({ from: 10, to: 19 }, spans)).toEqual([])
  })
})
