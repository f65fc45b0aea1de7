/** Most words of a record in a segment: the header and up to seven extra words. */
export const RECORD_WORDS = 8
const FIRST_SEGMENT_RECORDS = 16
const SEGMENT_RECORDS = 256
/** A segment has room for records of this many words on average. */
const MEAN_RECORD_WORDS = 4

/** A run of a pCPU's records: `times[i]` in ticks; `words` has the header and the extra words of one after another. */
export interface Segment {
  readonly times: Float64Array
  readonly words: Uint32Array
  count: number
  /** Words used. */
  used: number
  next: Segment | undefined
}

/** Of a stream that has no record yet: there may be thousands of pCPUs that are named and silent. */
const nothing: Segment = segment(0)

/**
 * The records of one pCPU that are decoded and not yet taken: a list of segments. Those that are taken are used again by all streams,
 * the last one first, so that they are still in the processor's cache.
 */
export class Stream {
  readonly cpu: number
  front: Segment = nothing
  /** Next record to take from `front`, and its first word. */
  index = 0
  at = 0
  /** Segment that the reader fills. */
  tail: Segment = nothing
  /** Time of the oldest and of the newest record, stored or not; not a number before it. */
  first = Number.NaN
  last = Number.NaN
  /** The newest time as its two words; the upper one is -1 before it. */
  low = 0
  high = -1
  /** Whether its newest record says that records before it were lost: what follows those was not written either. */
  endsInLoss = false
  readonly #spares: Segment[]

  constructor(cpu: number, spares: Segment[]) {
    this.cpu = cpu
    this.#spares = spares
  }

  /** A segment with room for a record. */
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

  /** Makes `front` hold a record to take; false if there is none yet. */
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
