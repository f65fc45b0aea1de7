/** Longest record in a segment, in words: the header and up to seven extra words. */
export const RECORD_WORDS = 8
const FIRST_SEGMENT_RECORDS = 16
const SEGMENT_RECORDS = 256
/** Words per record that a segment has room for, on average. */
const MEAN_RECORD_WORDS = 4

/** A run of a pCPU's records: `times[i]` in ticks; their headers and extra words one after another. */
export interface Segment {
  readonly times: Float64Array
  readonly words: Uint32Array
  count: number
  used: number
  next: Segment | undefined
}

/** Shared by empty streams: thousands of pCPUs may be named but silent. */
const nothing: Segment = segment(0)

/**
 * Decoded records of one pCPU that have not been taken: a list of segments. All streams reuse emptied
 * segments, the last one first, as it is still in the processor's cache.
 */
export class Stream {
  readonly cpu: number
  front: Segment = nothing
  /** Next record to take from `front`, and its first word. */
  index = 0
  at = 0
  /** Segment being filled by the reader. */
  tail: Segment = nothing
  /** Time of the oldest and of the newest record, stored or not; NaN if there is none. */
  first = Number.NaN
  last = Number.NaN
  /** The newest time as two words; the upper one is -1 if there is none. */
  low = 0
  high = -1
  /** True if its newest record reports a loss: what followed the lost records was not written either. */
  endsInLoss = false
  readonly #spares: Segment[]

  constructor(cpu: number, spares: Segment[]) {
    this.cpu = cpu
    this.#spares = spares
  }

  /** Returns a segment with room for a record. */
  room(): Segment {
    const { tail } = this
    if (tail.count < tail.times.length && tail.used + RECORD_WORDS <= tail.words.length) return tail
    const records = Math.min(Math.max(tail.times.length * 4, FIRST_SEGMENT_RECORDS), SEGMENT_RECORDS)
    const next = (records === SEGMENT_RECORDS ? this.#spares.pop() : undefined) ?? segment(records)
    if (tail === nothing) this.front = next
    else tail.next = next
    this.tail = next
    return next
  }

  /** Makes `front` hold the next record; false if there is none yet. */
  ready(): boolean {
    while (this.index >= this.front.count) {
      const { front } = this
      const { next } = front
      if (next === undefined) return false
      if (front.times.length === SEGMENT_RECORDS) {
        front.count = 0
        front.used = 0
        front.next = undefined
        this.#spares.push(front)
      }
      this.front = next
      this.index = 0
      this.at = 0
    }
    return true
  }
}

function segment(records: number): Segment {
  return {
    times: new Float64Array(records),
    words: new Uint32Array(records * MEAN_RECORD_WORDS),
    count: 0,
    used: 0,
    next: undefined,
  }
}
