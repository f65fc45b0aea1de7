import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Merge } from '../../src/xentrace/merge.ts'
import { Reader } from '../../src/xentrace/reader.ts'
import { scan } from '../../src/xentrace/scan.ts'
import { bytesOf, each, record, window } from './capture.ts'

interface Numbered {
  readonly cpu: number
  readonly time: number
  readonly number: number
}

/** A window for each pCPU, its records numbered through. */
function captureOf(times: readonly (readonly number[])[]): {
  bytes: Uint8Array
  records: readonly Numbered[]
} {
  let number = 0
  const records = times.map((own, cpu) =>
    own.toSorted((a, b) => a - b).map((time) => ({ cpu, time, number: number++ })),
  )
  const bytes = bytesOf(
    ...records.map((own, cpu) => window(cpu, ...own.map((one) => record(0x28003, one.time, one.number, 0)))),
  )
  return { bytes, records: records.flat() }
}

describe('the merge of pCPUs', () => {
  it('is the stable sort by time, whatever number of pCPUs and of ties', () => {
    const times = fc.array(fc.array(fc.nat(30), { maxLength: 12 }), { minLength: 1, maxLength: 37 })
    fc.assert(
      fc.property(times, (own) => {
        if (own.every(({ length }) => length === 0)) return
        const { bytes, records } = captureOf(own)
        const merged: Numbered[] = []
        const tracker = each(({ time, cpu, words, at }) => {
          merged.push({ cpu, time, number: words[at + 1] as number })
        })
        scan([bytes], [tracker])
        expect(merged).toEqual(records.toSorted((a, b) => a.time - b.time))
      }),
      { numRuns: 200, seed: 2 },
    )
  })

  it.each([1, 4, 128])('of %d pCPUs asks for each record one of them, and not all', (cpus) => {
    const { bytes, records } = captureOf(
      Array.from({ length: cpus }, (_, cpu) => Array.from({ length: 20 }, (__, i) => i * cpus + cpu)),
    )
    const reader = new Reader()
    reader.push(bytes)
    reader.end()
    let asked = 0
    for (const stream of reader.streams) {
      const ready = stream.ready.bind(stream)
      stream.ready = () => {
        asked += 1
        return ready()
      }
    }
    const merge = new Merge(reader.streams)
    merge.until = reader.settled
    let taken = 0
    while (merge.next()) taken += 1
    expect(taken).toBe(records.length)
    expect(asked).toBeLessThanOrEqual(records.length + cpus)
  })
})
