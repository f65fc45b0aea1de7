import { expect, test } from 'vitest'
import { busyClock } from '../../src/trace/busy.ts'
import { type Runstate, runstateChange } from '../../src/trace/events.ts'
import { bytesOf, capture, plainMerge, record, window } from './capture.ts'

const IDLE = 32767

/** A runstate change of a vCPU at a time. */
function change(time: number, domain: number, vcpu: number, from: Runstate, to: Runstate): number[] {
  return record(runstateChange(from, to), time, domain * 65536 + vcpu)
}

/** One vCPU busy from 1000 to 5000, another from 2000 to 4000; idle vCPUs in between. */
const overlapping = bytesOf(
  window(
    0,
    change(1000, IDLE, 0, 'running', 'runnable'),
    change(1000, 0, 0, 'runnable', 'running'),
    change(5000, 0, 0, 'running', 'blocked'),
    change(5000, IDLE, 0, 'runnable', 'running'),
  ),
  window(
    1,
    change(2000, IDLE, 1, 'running', 'runnable'),
    change(2000, 1, 0, 'runnable', 'running'),
    change(4000, 1, 0, 'running', 'offline'),
    change(4000, IDLE, 1, 'runnable', 'running'),
  ),
)

test.each([
  ['idle time and one busy pCPU count in full', 0, 2000, 2000],
  ['time that two pCPUs share counts by half', 2000, 4000, 1000],
  ['a span over all of it adds its parts', 0, 6000, 5000],
  ['a span inside a shared part', 2500, 3500, 500],
])('%s', (_, from, to, expected) => {
  const clock = busyClock(overlapping)
  expect(clock.at(to) - clock.at(from)).toBe(expected)
})

test('the mean number of busy pCPUs leaves idle ones out', () => {
  const clock = busyClock(overlapping)
  expect(clock.meanBusy(2000, 4000)).toBe(2)
  expect(clock.meanBusy(0, 1000)).toBe(0)
  expect(clock.meanBusy(1000, 5000)).toBe(1.5)
})

test('a vCPU that was running before the capture counts from its begin', () => {
  const clock = busyClock(
    bytesOf(
      window(0, change(3000, 0, 0, 'running', 'blocked')),
      window(1, change(1000, 0, 1, 'runnable', 'running'), change(4000, 0, 1, 'running', 'blocked')),
    ),
  )
  expect(clock.at(3000) - clock.at(1000)).toBe(1000)
  expect(clock.at(4000) - clock.at(3000)).toBe(1000)
})

test('a vCPU that never stops counts because its scheduler lets it run on', () => {
  const clock = busyClock(
    bytesOf(
      window(0, record(0x21002, 2500, 0)),
      window(1, change(1000, 0, 1, 'runnable', 'running'), change(4000, 0, 1, 'running', 'blocked')),
    ),
  )
  expect(clock.at(3000) - clock.at(1000)).toBe(1000)
  expect(clock.meanBusy(1000, 4000)).toBe(2)
})

test('a vCPU that is known to run all the time counts if the capture does not mention it, and else as it says', () => {
  const bytes = bytesOf(
    window(0, change(1000, 0, 1, 'runnable', 'running'), change(4000, 0, 1, 'running', 'blocked')),
  )
  const silent = { domain: 0, vcpu: 0 }
  const traced = { domain: 0, vcpu: 1 }
  expect(busyClock(bytes).meanBusy(2000, 3000)).toBe(1)
  expect(busyClock(bytes, [silent]).meanBusy(2000, 3000)).toBe(2)
  expect(busyClock(bytes, [silent]).meanBusy(4000, 5000)).toBe(1)
  expect(busyClock(bytes, [traced]).meanBusy(4000, 5000)).toBe(0)
})

test.each(['busy', 'idle', 'xen-4.14-null'])(
  'agrees with a plain reader in the capture %s, and never runs faster or backwards',
  (name) => {
    const bytes = capture(name)
    const clock = busyClock(bytes)
    const records = plainMerge(bytes).filter(({ words }) => words.length > 0)
    const running = new Map<number, boolean>()
    for (const { event, words } of records) {
      const vcpu = words[0] as number
      const continues = event === 0x21002
      if (!(continues || (event & ~0x330) === 0x21001)) continue
      if (Math.floor(vcpu / 65536) === IDLE || running.has(vcpu)) continue
      running.set(vcpu, continues || (event & 0x300) === 0)
    }
    let expected = 0
    let last: number | undefined
    const start = records[0]?.time ?? 0
    for (const { time, event, words } of records) {
      if (last !== undefined) {
        const busy = [...running.values()].filter((is) => is).length
        expected += (time - last) / Math.max(1, busy)
        const found = clock.at(time) - clock.at(start)
        if (Math.abs(found - expected) > 1.01) expect(found, `at ${time}`).toBeCloseTo(expected, 0)
      }
      last = time
      const vcpu = words[0] as number
      if ((event & ~0x330) === 0x21001 && Math.floor(vcpu / 65536) !== IDLE)
        running.set(vcpu, (event & 0x30) === 0)
    }
    expect(expected).toBeGreaterThan(0)
    expect(clock.at(last ?? 0) - clock.at(start)).toBeLessThanOrEqual((last ?? 0) - start + 1)
  },
)
