import { describe, expect, it } from 'vitest'
import { schedulersOf, summarise, xenVersion } from '../../src/xentrace/summary.ts'
import { bytesOf, capture, plainMerge, record, window } from './capture.ts'

async function* chunks(bytes: Uint8Array, size = 1001): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(size)
  // The same buffer again and again, as a file reader has it: nothing of it may be kept.
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size)
    buffer.set(part)
    yield buffer.subarray(0, part.length)
    buffer.fill(0xff)
  }
}

const summaryOf = (bytes: Uint8Array) => summarise(() => chunks(bytes))

describe('the summary of a capture', () => {
  it.each([
    ['idle', '4.13.1 or newer (or 4.12.3, 4.11.4)', ['credit2']],
    ['xen-4.13', '4.13.0 or older', ['credit2']],
    ['null', '4.13 to 4.20 (no record here tells them apart)', ['null']],
    ['xen-4.14-null', '4.13 to 4.20 (no record here tells them apart)', ['null']],
  ])(
    'of %s tells the version of Xen, its scheduler, and no unknown event',
    async (name, version, schedulers) => {
      const { scan } = await summaryOf(capture(name))
      expect(xenVersion(scan.kinds)).toBe(version)
      expect(schedulersOf(scan.kinds)).toEqual(schedulers)
    },
  )

  it('adds up the vCPUs of a domain', async () => {
    const { domains, scan } = await summaryOf(capture('idle'))
    expect(domains.map(({ domain }) => domain)).toEqual([0, 1, 0x7fff])
    const [, domU] = domains
    expect(domU?.vcpus.map(({ vcpu }) => vcpu)).toEqual([0, 1, 2])
    const changes = plainMerge(capture('idle')).filter(
      ({ event, words }) => event === 0x21311 && words[0] !== 0,
    )
    expect(domU?.states[3]?.count).toBe(changes.length)
    expect(domU?.wakeToRun.count).toBe(domU?.vcpus.reduce((sum, { wakeToRun }) => sum + wakeToRun.count, 0))
    expect(scan.damage).toBeNull()
  })

  it('of a capture that is cut has all that comes before the cut, and says where it is', async () => {
    const bytes = capture('small-ring')
    const whole = await summaryOf(bytes)
    const cut = await summaryOf(bytes.subarray(0, 100_000))
    expect(cut.scan.damage?.message).toContain('the capture is truncated at byte 100000')
    expect(cut.scan.records).toBeGreaterThan(1000)
    expect(cut.scan.records).toBeLessThan(whole.scan.records)
    expect(cut.mismatches).toBe(0)
  })

  it('of records that go wrong keeps those before, with the byte at which they do', async () => {
    const good = window(0, record(0x21031, 10, 0x10000), record(0x21311, 20, 0x10000))
    const bytes = bytesOf(good, window(0, record(0x28004, 5, 1, 0)))
    const { scan, domains } = await summaryOf(bytes)
    expect(scan.damage?.message).toBe(
      `at byte ${good.length * 4 + 12} of the capture: time runs backwards on pCPU 0: 5 after 20`,
    )
    expect(domains[0]?.states[3]).toEqual({ count: 1, ticks: 10, partTicks: 0 })
    expect([scan.first, scan.last, scan.records]).toEqual([10, 20, 2])
  })
})
