import { describe, expect, it } from 'vitest'
import { Merge } from '../../src/xentrace/merge.ts'
import { Reader } from '../../src/xentrace/reader.ts'
import { EVENT_MASK } from '../../src/xentrace/record.ts'
import { bytesOf, capture, type PlainRecord, plainMerge, record, u64, window, windows } from './capture.ts'

function read(bytes: Uint8Array, pieceBytes = bytes.length): { reader: Reader; records: PlainRecord[] } {
  const reader = new Reader()
  const merge = new Merge(reader.streams)
  const records: PlainRecord[] = []
  const drain = () => {
    merge.until = reader.settled
    while (merge.next()) {
      const { time, cpu, words, at } = merge
      const header = words[at] as number
      const extra = Array.from(words.subarray(at + 1, at + 1 + ((header >>> 28) & 7)))
      records.push({ cpu, time, event: header & EVENT_MASK, words: extra })
    }
  }
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.push(bytes.subarray(at, at + pieceBytes))
    drain()
  }
  reader.end()
  drain()
  return { reader, records }
}

const failure = (bytes: Uint8Array) => () => read(bytes)

describe('reading and merging', () => {
  it.each(['xen-4.14-null', 'idle', 'busy', 'null', 'xen-4.13', 'small-ring'])(
    'gives every record of %s in the order of time',
    (name) => {
      const bytes = capture(name)
      expect(read(bytes).records).toEqual(plainMerge(bytes))
    },
  )

  it.each([1, 7, 64, 4096])('gives the same from pieces of %d bytes', (pieceBytes) => {
    const bytes = capture('small-ring')
    expect(read(bytes, pieceBytes).records).toEqual(plainMerge(bytes))
  })

  it('lets go of records before the end: it holds a few rounds of windows, not the file', () => {
    const bytes = capture('busy')
    const reader = new Reader()
    const merge = new Merge(reader.streams)
    let taken = 0
    for (const { start, end } of windows(bytes).slice(0, -20)) {
      reader.push(bytes.subarray(start, end))
      merge.until = reader.settled
      while (merge.next()) taken += 1
    }
    expect(taken).toBeGreaterThan(plainMerge(bytes).length / 2)
  })

  it('uses memory again without mixing up rounds', () => {
    // More than a segment per round, so that segments fill, drain and fill again.
    const round = (n: number, cpu: number) =>
      window(
        cpu,
        ...Array.from({ length: 5000 }, (_, i) => record(0x28004, n * 100_000 + i * 3 + cpu, n, i, cpu)),
      )
    const bytes = bytesOf(...Array.from({ length: 12 }, (_, n) => [...round(n, 0), ...round(n, 1)]))
    const { records } = read(bytes, 40_000)
    expect(records).toHaveLength(120_000)
    expect(records).toEqual(plainMerge(bytes))
  })

  it('waits for records that were stamped before xentrace looked and published after', () => {
    const at = (cpu: number, time: number) => window(cpu, record(0x28003, time, 1, 0))
    // The record of tick 50 misses the second round, though pCPU 0 had got to tick 60 in the first.
    const first = [...window(0, record(0x28003, 55, 1, 0), record(0x28003, 60, 1, 0)), ...at(1, 30)]
    const bytes = bytesOf(first, at(0, 70), at(0, 80), at(1, 50), at(0, 90))
    expect(read(bytes, 4).records.map(({ time }) => time)).toEqual([30, 50, 55, 60, 70, 80, 90])
  })

  it('puts ties in the order of pCPUs and leaves those of one pCPU as they were', () => {
    const bytes = bytesOf(
      window(0, record(0x28003, 10, 1, 0), record(0x28004, 10, 1, 0), record(0x28004, 20, 1, 0)),
      window(3, record(0x28003, 10, 1, 3), record(0x28004, 10, 1, 3)),
      window(1, record(0x28006, 10, 1, 1), record(0x28006, 20, 1, 1)),
    )
    expect(read(bytes).records.map(({ time, cpu, event }) => [time, cpu, event])).toEqual([
      [10, 0, 0x28003],
      [10, 0, 0x28004],
      [10, 1, 0x28006],
      [10, 3, 0x28003],
      [10, 3, 0x28004],
      [20, 0, 0x28004],
      [20, 1, 0x28006],
    ])
  })

  it('lets a record without a time inherit the one before it on its pCPU, across windows', () => {
    const bytes = bytesOf(
      window(0, record(0x28003, 10, 1, 0)),
      window(1, record(0x28003, 5, 1, 1), record(0x10f005, undefined, 7)),
      window(0, record(0x10f005, undefined, 8)),
    )
    expect(read(bytes).records.map(({ time, words }) => [time, words])).toEqual([
      [5, [1, 1]],
      [5, [7]],
      [10, [1, 0]],
      [10, [8]],
    ])
  })

  it('counts records without a time that have none to inherit', () => {
    const { reader, records } = read(
      bytesOf(window(0, record(0x10f005, undefined, 7), record(0x28003, 9, 1, 0))),
    )
    expect(reader.untimed).toBe(1)
    expect(records.map(({ time }) => time)).toEqual([9])
  })

  it('skips padding of any size', () => {
    const pads = [0, 1, 5, 7].map((words) =>
      record(0x1f002, undefined, ...Array<number>(words).fill(0xaaaaaaaa)),
    )
    const timed = record(0x1f002, 2 ** 50, 1, 2)
    const { records } = read(
      bytesOf(window(0, ...pads, record(0x28003, 9, 1, 0), timed, record(0x28004, 10, 1, 0))),
    )
    expect(records.map(({ time }) => time)).toEqual([9, 10])
  })

  it('turns lost records into a gap of their pCPU and counts records by kind', () => {
    const { reader, records } = read(
      bytesOf(
        window(2, record(0x28003, 10, 1, 0), record(0x1f001, 50, 37, 1, ...u64(12)), record(0xabc123, 60)),
      ),
    )
    expect(reader.gaps).toEqual([{ cpu: 2, from: 12, to: 50, count: 37 }])
    expect(records.map(({ event }) => event)).toEqual([0x28003, 0x1f001, 0xabc123])
    expect(reader.kinds).toEqual([
      { event: 0x1f001, words: 4, count: 1 },
      { event: 0x28003, words: 2, count: 1 },
      { event: 0xabc123, words: 0, count: 1 },
    ])
  })

  it('refuses times that are no counts, and those further apart than numbers are exact', () => {
    const beyond = [0xa0028004, 5, 0xffffffff, 0, 0]
    expect(failure(bytesOf(window(0, beyond)))).toThrow(
      'at byte 12 of the capture: a time of 18446744069414584325 ticks on pCPU 0, beyond 2^63',
    )
    expect(failure(bytesOf(window(0, record(0x28004, 7, 0, 0), beyond)))).toThrow(
      'at byte 32 of the capture: a time of',
    )
    expect(failure(bytesOf(window(0, record(0x28004, 7, 0, 0), record(0x28004, 2 ** 53, 0, 0))))).toThrow(
      'at byte 32 of the capture: a time of 9007199254740992 ticks on pCPU 0, more than 2^53 away from the first one',
    )
  })

  it.each([2n ** 52n, 2n ** 53n + 1n, 2n ** 62n + 3n])(
    'counts times from an origin just below the first one, if that is %d, and keeps every tick',
    (start) => {
      const time = (ticks: bigint) => [Number(ticks & 0xffffffffn), Number(ticks >> 32n)] as const
      const [low, high] = time(start)
      const [nextLow, nextHigh] = time(start + 2n ** 40n + 1n)
      const [earlierLow, earlierHigh] = time(start - 2n ** 33n)
      const { reader, records } = read(
        bytesOf(
          window(0, [0xa0028004, low, high, 0, 0], [0xa0028004, nextLow, nextHigh, 0, 0]),
          window(1, [0xa0028004, earlierLow, earlierHigh, 0, 0]),
        ),
      )
      expect(records.map(({ time }) => BigInt(time) + reader.origin)).toEqual([
        start - 2n ** 33n,
        start,
        start + 2n ** 40n + 1n,
      ])
    },
  )

  it('keeps times beyond 2^32 and below 2^53 exact', () => {
    const times = [2 ** 32 - 1, 2 ** 32, 2 ** 52 + 1, 2 ** 53 - 1]
    const { records } = read(bytesOf(window(0, ...times.map((time) => record(0x28004, time, 0, 0)))))
    expect(records.map(({ time }) => time)).toEqual(times)
  })

  it('counts more kinds of events than it makes room for at first', () => {
    const ids = Array.from({ length: 1000 }, (_, i) => (i * 2654435) % 0x1f000)
    const bytes = bytesOf(
      window(0, ...ids.map((id, i) => record(id, i)), ...ids.map((id) => record(id, 1000))),
    )
    expect(read(bytes).reader.kinds).toEqual(
      [...new Set(ids)].sort((a, b) => a - b).map((event) => ({ event, words: 0, count: 2 })),
    )
  })
})

describe('a reader that wants some events only', () => {
  it('counts all and stores those, and knows the first and last time of each pCPU', () => {
    const bytes = capture('lost')
    const all = plainMerge(bytes)
    const reader = new Reader((event) => event === 0x28003)
    const merge = new Merge(reader.streams)
    reader.push(bytes)
    reader.end()
    merge.until = reader.settled
    const taken: number[] = []
    while (merge.next()) taken.push(merge.time)
    const wanted = all.filter(({ event }) => event === 0x28003 || event === 0x1f001)
    expect(taken).toHaveLength(wanted.length)
    // The generator stamps losses of a silent pCPU too early; in the order of records they come as early as they can.
    const sleeps = new Set(wanted.filter(({ event }) => event === 0x28003).map(({ time }) => time))
    expect(taken.filter((time) => sleeps.has(time))).toEqual([...sleeps])
    expect(taken).toEqual(taken.toSorted((a, b) => a - b))
    expect(reader.kinds.reduce((sum, { count }) => sum + count, 0)).toBe(all.length)
    for (const { cpu, first, last } of reader.streams) {
      const own = all.filter((one) => one.cpu === cpu).map(({ time }) => time)
      expect([first, last]).toEqual([own[0], own.at(-1)])
    }
  })

  it('refuses what has more kinds of records than Xen could write', () => {
    const headers = Array.from({ length: 70_000 }, (_, i) => [i + 0x100000])
    const bytes = bytesOf(window(0, record(0x28003, 1, 1, 0), ...headers))
    expect(() => new Reader().push(bytes)).toThrow(
      'at byte 16412 of the capture: more than 4096 kinds of records',
    )
  })
})

describe('what is no capture', () => {
  const good = [...window(0, record(0x28003, 10, 1, 0)), ...window(1, record(0x28004, 11, 1, 0))]

  it('is an empty file', () => {
    expect(failure(new Uint8Array(0))).toThrow('the capture is empty (0 bytes)')
  })

  it('is a file that begins otherwise', () => {
    expect(failure(Buffer.from('#!/bin/sh\necho hello\n'))).toThrow(
      'at byte 0 of the capture: this is not an xentrace capture: it begins with 0x622f2123',
    )
  })

  it('is a file of another byte order', () => {
    const bytes = bytesOf(good)
    expect(failure(new Uint8Array(Buffer.from(bytes).swap32()))).toThrow(
      'at byte 0 of the capture: this capture is big-endian',
    )
  })

  it.each([
    [1, 'truncated at byte 1: 1 bytes of a window header are all that follows'],
    [4, 'truncated at byte 4: 4 bytes of a window header are all that follows'],
    [12, 'truncated at byte 12: 20 more bytes should follow in the window of pCPU 0'],
    [25, 'truncated at byte 25: 7 more bytes should follow in the window of pCPU 0'],
    [60, 'truncated at byte 60: 4 more bytes should follow in the window of pCPU 1'],
  ])('is one cut off after %d bytes', (length, message) => {
    expect(failure(bytesOf(good).subarray(0, length))).toThrow(message)
  })

  it('is one whose record overruns its window', () => {
    const bytes = bytesOf(good)
    bytes[8] = 16
    expect(failure(bytes)).toThrow(
      'at byte 12 of the capture: a record of 20 bytes overruns its window of pCPU 0 by 4 bytes',
    )
  })

  it('is one whose window is followed by something else', () => {
    const bytes = bytesOf(good, [1, 2, 3])
    expect(failure(bytes)).toThrow(
      'at byte 64 of the capture: expected the header of the next window (0x2001f003), found 0x00000001',
    )
  })

  it('is one with a window in a window, a size that is odd, or an impossible pCPU', () => {
    expect(failure(bytesOf([0x2001f003, 0, 64], good))).toThrow(
      'at byte 12 of the capture: a window header inside the window of pCPU 0',
    )
    expect(failure(bytesOf([0x2001f003, 0, 30], good))).toThrow(
      'at byte 8 of the capture: a window of 30 bytes',
    )
    expect(failure(bytesOf([0x2001f003, 2 ** 32 - 1, 32], good))).toThrow(
      'at byte 4 of the capture: a window of pCPU -1',
    )
  })

  it('is one where time runs backwards on a pCPU, also from window to window', () => {
    expect(
      failure(bytesOf(window(0, record(0x28003, 10, 1, 0)), window(0, record(0x28003, 9, 1, 0)))),
    ).toThrow('at byte 44 of the capture: time runs backwards on pCPU 0: 9 after 10')
  })

  it('is one whose lost records end before they begin, or whose size is wrong', () => {
    expect(failure(bytesOf(window(0, record(0x1f001, 50, 37, 1, ...u64(51)))))).toThrow(
      'records lost from tick 51 on, after their end at 50',
    )
    expect(failure(bytesOf(window(0, record(0x1f001, 50, 37))))).toThrow(
      'at byte 12 of the capture: a lost-records record with header 0x9001f001',
    )
  })

  it.each([
    ['behind', 5, 172, 'pCPUs 1 and 0 differ by 15 ticks or more: tick 5 of pCPU 1', 'tick 20 of pCPU 0'],
    ['ahead', 95, 268, 'pCPUs 0 and 1 differ by 15 ticks or more: tick 80 of pCPU 0', 'tick 95 of pCPU 1'],
  ])('is one with a pCPU whose clock is %s', (_, time, byte, clocks, other) => {
    const at = (ticks: number, cpu: number) => window(cpu, record(0x28003, ticks, 1, 0))
    const bytes = bytesOf(
      ...[
        at(10, 0),
        at(20, 0),
        at(30, 0),
        at(40, 0),
        at(50, 0),
        at(time, 1),
        at(60, 0),
        at(70, 0),
        at(80, 0),
      ],
    )
    for (const piece of [32, 1000]) {
      expect(() => read(bytes, piece)).toThrow(
        `at byte ${byte} of the capture: the clocks of ${clocks} is in a window that xentrace wrote three rounds after ${other}`,
      )
    }
  })

  it('is one with a window larger than any buffer of Xen', () => {
    expect(failure(bytesOf([0x2001f003, 0, 65536 * 4096]))).toThrow(
      "at byte 8 of the capture: a window of 268435456 bytes, but Xen's buffers have at most 268431360",
    )
  })

  it('names the byte in the file, not in the piece', () => {
    expect(() => read(bytesOf(good, [1, 2, 3]), 5)).toThrow('at byte 64 of the capture')
  })
})
