import type { Kind } from './census.ts'
import { TraceError } from './error.ts'
import { LOST } from './events.ts'
import { Merge } from './merge.ts'
import { everything, type Gap, Reader, type Wanted } from './reader.ts'
import type { Extent } from './runstate.ts'

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
  /** Records without a time before the first with a time: left out. */
  readonly untimed: number
  /** Why the capture ends where it does, if it is not whole: what was read before is sane. */
  readonly damage: TraceError | null
}

/**
 * Takes merged records as long as there are any: called again and again, to the end of the capture. `first` is the
 * time of its first record, wanted or not; `gaps` are those that the reader has found so far.
 */
export type Take = (merge: Merge, first: number, gaps: readonly Gap[]) => void

/** Largest piece of a capture that is decoded at once; it bounds the memory when a chunk is a whole file. */
const PIECE_BYTES = 1024 * 1024

/**
 * Reads a capture, merges its pCPUs and gives the wanted records, and always those of lost records, to `take` in the
 * order of time. A damaged capture ends at the damage, which the result tells.
 *
 * @param capture the bytes of the file in chunks of any length; a whole file is `[bytes]`
 * @throws TraceError if it holds no record at all
 */
export function scan(capture: Iterable<Uint8Array>, take: Take, wanted: Wanted = everything): Scan {
  const scanner = new Scanner(take, wanted)
  for (const chunk of capture) if (!scanner.push(chunk)) break
  return scanner.end()
}

/** The same of a capture that is still being read. */
export async function scanStream(
  capture: AsyncIterable<Uint8Array>,
  take: Take,
  wanted: Wanted = everything,
): Promise<Scan> {
  const scanner = new Scanner(take, wanted)
  for await (const chunk of capture) if (!scanner.push(chunk)) break
  return scanner.end()
}

class Scanner {
  readonly #reader: Reader
  readonly #merge: Merge
  readonly #take: Take
  #damage: TraceError | null = null

  constructor(take: Take, wanted: Wanted) {
    this.#reader = new Reader(wanted)
    this.#merge = new Merge(this.#reader.streams)
    this.#take = take
  }

  /** False once the capture is known to be damaged: what follows cannot be trusted. */
  push(chunk: Uint8Array): boolean {
    return this.#try(() => {
      for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
        this.#reader.push(chunk.subarray(start, start + PIECE_BYTES))
        this.#drain(this.#reader.settled)
      }
    })
  }

  end(): Scan {
    if (this.#damage === null) this.#try(() => this.#reader.end())
    // What was decoded before the damage is sane, so it counts; unless it is what is out of order.
    this.#try(() => this.#drain(Number.POSITIVE_INFINITY))
    return describe(this.#reader, this.#damage)
  }

  #drain(until: number): void {
    this.#merge.until = until
    // Streams that are still to come begin after what is settled, so none of them changes the first time.
    this.#take(this.#merge, firstOf(this.#reader), this.#reader.gaps)
  }

  #try(action: () => void): boolean {
    try {
      action()
      return true
    } catch (error) {
      if (!(error instanceof TraceError)) throw error
      this.#damage ??= error
      return false
    }
  }
}

function firstOf({ streams }: Reader): number {
  const times = streams.map(({ first }) => first).filter((time) => time !== Number.NEGATIVE_INFINITY)
  return Math.min(...times)
}

function describe(reader: Reader, damage: TraceError | null): Scan {
  const { kinds } = reader
  const pcpus = reader.streams
    .filter(({ first }) => first !== Number.NEGATIVE_INFINITY)
    .map(({ cpu, first, last }) => ({ cpu, first, last }))
  if (pcpus.length === 0) throw damage ?? new TraceError('the capture holds no records, only window headers')
  return {
    bytes: reader.bytes,
    records:
      kinds.reduce((sum, { event, count }) => (event === LOST ? sum : sum + count), 0) - reader.untimed,
    kinds,
    pcpus,
    first: firstOf(reader),
    last: Math.max(...pcpus.map(({ last }) => last)),
    gaps: reader.gaps.toSorted((a, b) => a.cpu - b.cpu || a.from - b.from),
    untimed: reader.untimed,
    damage,
  }
}
