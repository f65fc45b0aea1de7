/** Captures for tests: fixtures, a writer, and a plain reader that knows nothing of the one under test. */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { MergedRecord } from '../../src/xentrace/record.ts'
import type { Start, Tracker } from '../../src/xentrace/scan.ts'
import type { RecordWriter } from '../../src/xentrace/selection.ts'

const folder = new URL('../fixtures/trace/', import.meta.url)

export function capture(name: string): Uint8Array {
  return gunzipSync(readFileSync(new URL(`${name}.bin.gz`, folder)))
}

/** What the generator of a synthetic capture knows of an operation, in ticks of CNTPCT. */
export interface Truth {
  readonly op: 'pause' | 'unpause'
  readonly t_cmd: number
  readonly t_stop?: number
  readonly t_resume?: number
  readonly vcpus: readonly {
    readonly sleep?: number
    readonly desched?: number | null
    readonly wake?: number
    readonly sched?: number | null
  }[]
}

export function truth(name: string): readonly Truth[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as Truth)
}

/** A tracker of every record. */
export function each(take: (record: MergedRecord, start: Start) => void): Tracker {
  let start: Start
  return {
    wants: () => true,
    begin(own) {
      start = own
    },
    take: (record) => take(record, start),
  }
}

/** A tracker that gives a writer every record. */
export function everyRecord(writer: RecordWriter): Tracker {
  return {
    wants: () => true,
    begin: (start) => writer.begin(start),
    take: (record) => writer.take(record),
  }
}

export interface PlainRecord {
  readonly cpu: number
  readonly time: number
  readonly event: number
  readonly words: readonly number[]
}

export interface PlainWindow {
  readonly cpu: number
  /** Byte of its header. */
  readonly start: number
  readonly end: number
  readonly records: readonly PlainRecord[]
}

/** Reads a sane capture, straight from the description of the format. Padding is left out, lost records are not. */
export function windows(bytes: Uint8Array): readonly PlainWindow[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const list: PlainWindow[] = []
  const times = new Map<number, number>()
  for (let at = 0; at < bytes.length;) {
    const cpu = view.getInt32(at + 4, true)
    const start = at
    const end = at + 12 + view.getUint32(at + 8, true)
    const records: PlainRecord[] = []
    for (at += 12; at < end;) {
      const header = view.getUint32(at, true)
      at += 4
      let time = times.get(cpu) ?? Number.NaN
      if (header >= 2 ** 31) {
        time = Number(view.getBigUint64(at, true))
        at += 8
      }
      const words = Array.from({ length: Math.floor(header / 2 ** 28) % 8 }, (_, i) =>
        view.getUint32(at + 4 * i, true),
      )
      at += 4 * words.length
      const event = header % 2 ** 28
      if (event === 0x1f002) continue
      times.set(cpu, time)
      records.push({ cpu, time, event, words })
    }
    list.push({ cpu, start, end, records })
  }
  return list
}

/** All records by time; ties by pCPU, then in their order. */
export function plainMerge(bytes: Uint8Array): readonly PlainRecord[] {
  return windows(bytes)
    .flatMap(({ records }) => records)
    .sort((a, b) => a.time - b.time || a.cpu - b.cpu)
}

/** A record; without a time if `time` is undefined. */
export function record(event: number, time: number | undefined, ...words: number[]): number[] {
  const timed = time === undefined ? 0 : 1
  const header = (event + words.length * 2 ** 28 + timed * 2 ** 31) >>> 0
  return time === undefined ? [header, ...words] : [header, ...u64(time), ...words]
}

export function u64(value: number): [number, number] {
  return [value % 2 ** 32, Math.floor(value / 2 ** 32)]
}

export function window(cpu: number, ...records: number[][]): number[] {
  const words = records.flat()
  return [0x2001f003, cpu, words.length * 4, ...words]
}

export function bytesOf(...parts: number[][]): Uint8Array {
  return new Uint8Array(Uint32Array.from(parts.flat()).buffer)
}

export interface Yield {
  readonly time: number
  readonly domain: number
  readonly vcpu: number
}

/** The capture with YIELD records of a further pCPU, each in the round of windows that its time belongs to. */
export function withYields(bytes: Uint8Array, yields: readonly Yield[]): Uint8Array {
  const parts: Uint8Array[] = []
  const left = yields.toSorted((a, b) => a.time - b.time)
  const all = windows(bytes)
  let newest = Number.NEGATIVE_INFINITY
  for (const [i, { cpu, start, end, records }] of all.entries()) {
    parts.push(bytes.subarray(start, end))
    newest = records.reduce((last, { time }) => Math.max(last, time), newest)
    const next = all[i + 1]
    if (next !== undefined && next.cpu > cpu) continue
    const until = left.findIndex(({ time }) => next !== undefined && time > newest)
    const now = left.splice(0, until < 0 ? left.length : until)
    if (now.length === 0) continue
    const added = now.map(({ time, domain, vcpu }) => record(0x28005, time, domain, vcpu))
    parts.push(bytesOf(window(63, ...added)))
  }
  return Buffer.concat(parts)
}

/** The capture with records at other times: later by what `shift` says. Only of records that have a time of their own. */
export function withSkew(bytes: Uint8Array, shift: (record: PlainRecord) => number): Uint8Array {
  const skewed = Uint8Array.from(bytes)
  const view = new DataView(skewed.buffer)
  for (let at = 0; at < bytes.length;) {
    const cpu = view.getInt32(at + 4, true)
    const end = at + 12 + view.getUint32(at + 8, true)
    for (at += 12; at < end;) {
      const header = view.getUint32(at, true)
      const isTimed = header >= 2 ** 31
      const time = isTimed ? Number(view.getBigUint64(at + 4, true)) : Number.NaN
      const first = at + (isTimed ? 12 : 4)
      const words = Array.from({ length: Math.floor(header / 2 ** 28) % 8 }, (_, i) =>
        view.getUint32(first + 4 * i, true),
      )
      const later = isTimed ? shift({ cpu, time, event: header % 2 ** 28, words }) : 0
      if (later !== 0) view.setBigUint64(at + 4, BigInt(time + later), true)
      at = first + 4 * words.length
    }
  }
  return skewed
}

/** Records that a pCPU lost: those from `from` to `to`, both inclusive. */
export interface Loss {
  readonly cpu: number
  readonly from: number
  readonly to: number
}

/**
 * The capture with these records gone, as Xen does it: the next record of the pCPU is told how many, and since when. The
 * last record of a pCPU stays.
 */
export function withLosses(bytes: Uint8Array, losses: readonly Loss[]): Uint8Array {
  const all = windows(bytes)
  const lasts = new Map(all.flatMap(({ records }) => records.map((one) => [one.cpu, one] as const)))
  const lost = new Map<number, { count: number; since: number }>()
  const parts = all.flatMap(({ cpu, records }) => {
    const kept = records.flatMap((one) => {
      const { time, event, words } = one
      const gone = (loss: Loss) => loss.cpu === cpu && loss.from <= time && time <= loss.to
      const before = lost.get(cpu)
      if (losses.some(gone) && one !== lasts.get(cpu)) {
        lost.set(cpu, { count: (before?.count ?? 0) + 1, since: before?.since ?? time })
        return []
      }
      lost.delete(cpu)
      const own = record(event, time, ...words)
      return before === undefined
        ? [own]
        : [record(0x1f001, time, before.count, 0, ...u64(before.since)), own]
    })
    return kept.length === 0 ? [] : [window(cpu, ...kept)]
  })
  return bytesOf(...parts)
}
