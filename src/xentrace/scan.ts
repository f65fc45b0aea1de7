import type { Kind } from './eventcounter.ts'
import { LOST } from './events.ts'
import { Merge } from './merge.ts'
import { Reader, type EventFilter } from './reader.ts'
import { type Gap, type MergedRecord, TraceError } from './record.ts'
import type { Extent } from './runstate.ts'
import { Losses } from './spans.ts'

/** Contents of a capture, independent of trackers. Times are ticks. */
export interface Scan extends Extent {
  /** Decoded bytes; the file's size if it is whole. */
  readonly bytes: number
  /** Without padding, window headers and lost-records records. */
  readonly records: number
  /** By ascending event, then number of extra words. */
  readonly kinds: readonly Kind[]
  readonly pcpus: readonly { readonly cpu: number; readonly first: number; readonly last: number }[]
  /** By pCPU, then time. */
  readonly gaps: readonly Gap[]
  /** pCPUs whose records end before the capture does: it is truncated, or what followed was lost. */
  readonly incomplete: readonly { readonly cpu: number; readonly from: number }[]
  /**
   * True if a loss was reported only after later records had been taken, because its pCPU was silent for
   * long. For correct states, scan again with `gaps`.
   */
  readonly late: boolean
  /** The tick that times count from: 0, except for times beyond 2^52. */
  readonly origin: bigint
  /** Records dropped because they come before the first one with a time. */
  readonly untimed: number
  /** Why the capture ends early, null if it is whole. What was read before is valid. */
  readonly damage: TraceError | null
}

/** Facts known before a capture's first record is taken. */
export interface Start {
  /** Time of its first record, selected or not. */
  readonly first: number
  /** Origin of printed ticks: 0, or the first record if times exceed 2^52. */
  readonly zero: number
  /** Losses so far; always includes those that may precede the record being taken. */
  readonly losses: Losses
}

/** Consumes the records of a capture in order of time. Several trackers can share a scan. */
export interface Tracker {
  /** Selects events; called once per kind of record. Other events, and lost-records records, may come too. */
  readonly wants: EventFilter
  begin?(start: Start): void
  /** Takes a record, which is valid only during the call. */
  take(record: MergedRecord): void
  /** True if it needs no more records; a scan ends once all trackers are done. */
  readonly done?: boolean
}

/** Bytes decoded at once; bounds the memory when a chunk is a whole file. */
const PIECE_BYTES = 1024 * 1024

/**
 * Reads a capture once: merges its pCPUs and passes the records to the trackers. A damaged capture ends at
 * the damage, which the result reports.
 *
 * @param capture the bytes of the file in chunks of any length; `[bytes]` for a whole file
 * @param gaps those found by an earlier scan of the same capture
 * @throws TraceError if it holds no record at all
 */
export function scan(
  capture: Iterable<Uint8Array>,
  trackers: readonly Tracker[],
  gaps?: readonly Gap[],
): Scan {
  const scanner = new Scanner(trackers, gaps)
  for (const chunk of capture) if (!scanner.push(chunk)) break
  return scanner.end()
}

/** Like `scan`, for a capture that is still being read. */
export async function scanStream(
  capture: AsyncIterable<Uint8Array>,
  trackers: readonly Tracker[],
  gaps?: readonly Gap[],
): Promise<Scan> {
  const scanner = new Scanner(trackers, gaps)
  for await (const chunk of capture) if (!scanner.push(chunk)) break
  return scanner.end()
}

class Scanner {
  readonly #reader: Reader
  readonly #merge: Merge
  readonly #trackers: readonly Tracker[]
  readonly #losses = new Losses()
  /** Number of the reader's gaps already added to the losses. */
  #gaps: number
  #late = false
  #settled = Number.NEGATIVE_INFINITY
  #begun = false
  #stopped = false
  #damage: TraceError | null = null

  constructor(trackers: readonly Tracker[], gaps: readonly Gap[] | undefined) {
    this.#reader = new Reader((event) => trackers.some((tracker) => tracker.wants(event)))
    this.#merge = new Merge(this.#reader.streams)
    this.#trackers = trackers
    this.#losses.add(gaps ?? [])
    this.#gaps = gaps === undefined ? 0 : Number.POSITIVE_INFINITY
  }

  /** Returns false once the capture is known to be damaged or all trackers are done. */
  push(chunk: Uint8Array): boolean {
    this.#try(() => {
      for (let start = 0; start < chunk.length && !this.#stopped; start += PIECE_BYTES) {
        this.#reader.push(chunk.subarray(start, start + PIECE_BYTES))
        if (this.#reader.settled > this.#settled) this.#drain(this.#reader.settled)
      }
    })
    return this.#damage === null && !this.#stopped
  }

  end(): Scan {
    if (this.#damage === null && !this.#stopped) this.#try(() => this.#reader.end())
    const incomplete = this.#reader.streams.flatMap((stream) => {
      const from = this.#reader.completeUntil(stream, this.#damage !== null)
      return from === Number.POSITIVE_INFINITY || Number.isNaN(from) ? [] : [{ cpu: stream.cpu, from }]
    })
    this.#losses.add(
      incomplete.map(({ cpu, from }) => ({ cpu, from: from + 1, to: Number.POSITIVE_INFINITY, count: 0 })),
    )
    // What was decoded before the damage is valid, so it counts.
    if (!this.#stopped) this.#drain(Number.POSITIVE_INFINITY)
    const reader = this.#reader
    const { kinds, streams, gaps, bytes, untimed, origin } = reader
    const pcpus = streams
      .filter(({ first }) => !Number.isNaN(first))
      .map(({ cpu, first, last }) => ({ cpu, first, last }))
    if (pcpus.length === 0)
      throw this.#damage ?? new TraceError('the capture holds no records, only window headers')
    return {
      ...{ bytes, kinds, pcpus, incomplete, untimed, origin },
      records: kinds.reduce((sum, { event, count }) => (event === LOST ? sum : sum + count), 0) - untimed,
      first: firstOf(reader),
      last: pcpus.reduce((most, { last }) => Math.max(most, last), Number.NEGATIVE_INFINITY),
      gaps: gaps.toSorted((a, b) => a.cpu - b.cpu || a.from - b.from),
      losses: this.#losses,
      late: this.#late,
      damage: this.#damage,
    }
  }

  #drain(until: number): void {
    const { gaps, origin } = this.#reader
    if (gaps.length > this.#gaps) {
      const added = gaps.slice(this.#gaps)
      this.#gaps = gaps.length
      this.#losses.add(added)
      this.#late ||= added.some(({ from }) => from < this.#merge.time)
    }
    this.#settled = until
    this.#merge.until = until
    this.#begin(origin)
    const [merge, trackers] = [this.#merge, this.#trackers]
    const [only] = trackers
    // There is nearly always just one tracker; its own loop saves a tenth of the time.
    if (only !== undefined && trackers.length === 1) while (merge.next()) only.take(merge)
    else while (merge.next()) for (const tracker of trackers) tracker.take(merge)
    this.#stopped = trackers.length > 0 && trackers.every(({ done }) => done === true)
  }

  /** Later streams begin after what is settled, so none of them changes the first time. */
  #begin(origin: bigint): void {
    if (this.#begun) return
    this.#begun = true
    const first = firstOf(this.#reader)
    const start = { first, zero: origin === 0n ? 0 : first, losses: this.#losses }
    for (const tracker of this.#trackers) tracker.begin?.(start)
  }

  #try(action: () => void): void {
    try {
      action()
    } catch (error) {
      if (!(error instanceof TraceError)) throw error
      this.#damage ??= error
    }
  }
}

function firstOf({ streams }: Reader): number {
  return streams.reduce((least, { first }) => (first < least ? first : least), Number.POSITIVE_INFINITY)
}
