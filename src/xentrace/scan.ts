import type { Kind } from './eventcounter.ts'
import { LOST } from './events.ts'
import { Merge } from './merge.ts'
import { Reader, type Wanted } from './reader.ts'
import { type Gap, type MergedRecord, TraceError } from './record.ts'
import type { Extent } from './runstate.ts'
import { Losses } from './spans.ts'

/** What a capture consists of, whatever a tracker makes of its records. Times are ticks. */
export interface Scan extends Extent {
  /** Decoded bytes; all of the file's if it is whole. */
  readonly bytes: number
  /** Without padding, window headers and records of lost records. */
  readonly records: number
  /** By ascending event, then number of extra words. */
  readonly kinds: readonly Kind[]
  readonly pcpus: readonly { readonly cpu: number; readonly first: number; readonly last: number }[]
  /** By pCPU, then time. */
  readonly gaps: readonly Gap[]
  /** pCPUs whose records end before the capture does: it is cut, or what comes after their last record was lost. */
  readonly incomplete: readonly { readonly cpu: number; readonly from: number }[]
  /**
   * Whether a loss came to light only when later records had been taken, as its pCPU was silent for so long. To be right about
   * states, take the capture again, with `gaps`.
   */
  readonly late: boolean
  /** The tick that times here count from: 0, but for times beyond 2^52. */
  readonly origin: bigint
  /** Records without a time before the first with a time: left out. */
  readonly untimed: number
  /** Why the capture ends where it does, if it is not whole: what was read before is sane. */
  readonly damage: TraceError | null
}

/** The beginning of a capture, known before its first record is taken. */
export interface Start {
  /** Time of its first record, wanted or not. */
  readonly first: number
  /** Ticks are shown from this one on: 0, but for times beyond 2^52, which are shown from the first record on. */
  readonly zero: number
  /** Losses so far: those that may have come before the record that is taken are always among them. */
  readonly losses: Losses
}

/** Makes something of the records of a capture, in the order of time. Several can share a scan. */
export interface Tracker {
  /** The events that it needs, asked once for each kind of record; it may be given others, and those of lost records. */
  readonly wants: Wanted
  begin?(start: Start): void
  /** Takes a record, which is good until the call returns. */
  take(record: MergedRecord): void
  /** Whether it needs no more records; a scan whose trackers are all done ends. */
  readonly done?: boolean
}

/** Largest piece of a capture that is decoded at once; it bounds the memory when a chunk is a whole file. */
const PIECE_BYTES = 1024 * 1024

/**
 * Reads a capture once: merges its pCPUs and gives the records to the trackers. A damaged capture ends at the damage,
 * which the result tells.
 *
 * @param capture the bytes of the file in chunks of any length; a whole file is `[bytes]`
 * @param gaps those that an earlier scan of the same capture has found
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

/** The same of a capture that is still being read. */
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
  /** How many of the reader's gaps are among the losses. */
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

  /** False once the capture is known to be damaged, as what follows cannot be trusted, or nobody wants more of it. */
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
    // What was decoded before the damage is sane, so it counts.
    if (!this.#stopped) this.#drain(Number.POSITIVE_INFINITY)
    return describe(this.#reader, {
      incomplete,
      losses: this.#losses,
      late: this.#late,
      damage: this.#damage,
    })
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
    // Nearly always there is one, and a loop of its own costs a tenth less.
    if (only !== undefined && trackers.length === 1) while (merge.next()) only.take(merge)
    else while (merge.next()) for (const tracker of trackers) tracker.take(merge)
    this.#stopped = trackers.length > 0 && trackers.every(({ done }) => done === true)
  }

  /** Streams that are still to come begin after what is settled, so none of them changes the first time. */
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

function describe(reader: Reader, found: Pick<Scan, 'incomplete' | 'losses' | 'late' | 'damage'>): Scan {
  const { kinds } = reader
  const pcpus = reader.streams
    .filter(({ first }) => !Number.isNaN(first))
    .map(({ cpu, first, last }) => ({ cpu, first, last }))
  if (pcpus.length === 0)
    throw found.damage ?? new TraceError('the capture holds no records, only window headers')
  return {
    bytes: reader.bytes,
    records:
      kinds.reduce((sum, { event, count }) => (event === LOST ? sum : sum + count), 0) - reader.untimed,
    kinds,
    pcpus,
    first: firstOf(reader),
    last: pcpus.reduce((most, { last }) => Math.max(most, last), Number.NEGATIVE_INFINITY),
    gaps: reader.gaps.toSorted((a, b) => a.cpu - b.cpu || a.from - b.from),
    untimed: reader.untimed,
    origin: reader.origin,
    ...found,
  }
}
