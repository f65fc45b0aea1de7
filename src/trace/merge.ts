import { TraceError } from './error.ts'
import { RECORD_WORDS, type Stream } from './reader.ts'

/** A record: its time (ticks), its pCPU and, in `words` from `at` on, its header and extra words. */
export interface MergedRecord {
  readonly time: number
  readonly cpu: number
  readonly words: Uint32Array
  readonly at: number
}

/**
 * Merges the records of all pCPUs by time. Ties are real (18.5 ns at 54 MHz) and go to the lower pCPU; records
 * of one pCPU keep their order. A cursor, so that no object is made for a record: after `next()` it is
 * the record itself, until the next call.
 */
export class Merge implements MergedRecord {
  time = Number.NEGATIVE_INFINITY
  cpu = -1
  words: Uint32Array = new Uint32Array(RECORD_WORDS)
  at = 0
  readonly #streams: readonly Stream[]
  #stream: Stream | undefined
  /** No record of another stream is earlier than this. */
  #bound = Number.NEGATIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY

  /** The array may grow while the merge runs, as a reader's does. */
  constructor(streams: readonly Stream[]) {
    this.#streams = streams
  }

  /** Records from this time on (ticks) wait: what is earlier must be complete. Ask again after a reader's push. */
  set until(ticks: number) {
    this.#until = ticks
    this.#stream = undefined
  }

  /** Moves to the next record; false if there is none before `until`. */
  next(): boolean {
    const stream = this.#stream
    if (stream !== undefined) {
      const { front, index } = stream
      if (index < front.count) {
        const time = front.times[index] as number
        if (time < this.#bound) {
          stream.index = index + 1
          this.time = time
          this.at = index * RECORD_WORDS
          return true
        }
      }
    }
    return this.#change()
  }

  /** Looks at all streams for the earliest record. */
  #change(): boolean {
    let first: Stream | undefined
    let earliest = this.#until
    let bound = this.#until
    for (const stream of this.#streams) {
      if (!stream.ready()) continue
      const time = stream.front.times[stream.index] as number
      if (time < earliest) {
        bound = earliest
        earliest = time
        first = stream
      } else if (time < bound) {
        bound = time
      }
    }
    this.#stream = first
    this.#bound = bound
    if (first === undefined) return false
    if (earliest < this.time) {
      throw new TraceError(
        `the windows of the capture are out of order: pCPU ${first.cpu} has a record of tick ${earliest} in a window ` +
          `that comes two rounds after tick ${this.time}`,
      )
    }
    this.time = earliest
    this.cpu = first.cpu
    this.words = first.front.words
    this.at = first.index * RECORD_WORDS
    first.index += 1
    return true
  }
}
