import type { MergedRecord } from './record.ts'
import { RECORD_WORDS, type Stream } from './stream.ts'

/** Bits of a key; the difference of two keys must fit 32 bits. */
const KEY_BITS = 30

/**
 * Merges the records of all pCPUs by time. Ties are real (18.5 ns at 54 MHz) and go to the lower pCPU;
 * records of one pCPU keep their order. A cursor, to avoid an object per record: after `next()` it is the
 * record itself, until the next call.
 *
 * Uses a tournament of losers (Knuth, The Art of Computer Programming 3, 5.4.1): a tree whose leaves are the
 * streams and whose inner nodes keep the loser of the match below. When the winner advances, only the matches
 * on its path are replayed: 7 comparisons for 128 pCPUs. A stream's key is one small integer: the time of its
 * next record since an epoch, with the stream's place in the low bits. That orders ties correctly and makes a
 * match a few instructions without an unpredictable branch. Times too far from the epoch get the largest key;
 * when one of them wins, the epoch advances.
 */
export class Merge implements MergedRecord {
  time = Number.NEGATIVE_INFINITY
  cpu = -1
  words: Uint32Array = new Uint32Array(RECORD_WORDS)
  at = 0
  readonly #streams: readonly Stream[]
  /** The losers' keys by node, from 1 on. Node n has children 2n and 2n + 1; stream s is leaf streams + s. */
  #losers = new Int32Array(0)
  #winner = 0
  #epoch = 0
  #placeBits = 0
  /** Ticks after the epoch for keys of streams that are later or have no record. */
  #far = 0
  #stream: Stream | undefined
  /** No record of another stream is earlier; computed only when a stream wins again. */
  #bound = Number.NEGATIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY

  /** The array may grow during the merge, as a reader's does, if `until` is then set again. */
  constructor(streams: readonly Stream[]) {
    this.#streams = streams
  }

  /** Holds back records from this time on (ticks); all earlier ones must be complete. Set after each push. */
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
          const { at } = stream
          stream.index = index + 1
          stream.at = at + 1 + (((front.words[at] as number) >>> 28) & 7)
          this.time = time
          this.at = at
          return true
        }
      }
    }
    return this.#change()
  }

  /** Finds the stream with the earliest record. */
  #change(): boolean {
    const before = this.#stream === undefined ? -1 : this.#winner
    if (before >= 0) this.#replay()
    if ((before < 0 || this.#isFar(this.#winner)) && !this.#begin()) {
      this.#stream = undefined
      return false
    }
    const place = this.#placeOf(this.#winner)
    // Records come in bursts of one pCPU, or alternate: then the second best is not worth finding.
    const again = before >= 0 && place === this.#placeOf(before)
    this.#bound = again ? this.#secondBest(place) : Number.NEGATIVE_INFINITY
    const stream = this.#streams[place] as Stream
    const { front, index, at } = stream
    this.#stream = stream
    stream.index = index + 1
    stream.at = at + 1 + (((front.words[at] as number) >>> 28) & 7)
    this.time = front.times[index] as number
    this.cpu = stream.cpu
    this.words = front.words
    this.at = at
    return true
  }

  /** Sets a new epoch and plays all matches from the bottom up; false if no stream has a record. */
  #begin(): boolean {
    const count = this.#streams.length
    this.#epoch = Number.POSITIVE_INFINITY
    for (let place = 0; place < count; place++) this.#epoch = Math.min(this.#epoch, this.#timeOf(place))
    if (this.#epoch === Number.POSITIVE_INFINITY) return false
    if (this.#losers.length !== count) {
      this.#losers = new Int32Array(count)
      this.#placeBits = 32 - Math.clz32(count - 1)
      this.#far = 2 ** (KEY_BITS - this.#placeBits) - 1
    }
    const winners = new Int32Array(2 * count)
    for (let place = 0; place < count; place++) winners[count + place] = this.#keyOf(place)
    for (let node = count - 1; node > 0; node--) {
      const [a, b] = [winners[2 * node] as number, winners[2 * node + 1] as number]
      winners[node] = Math.min(a, b)
      this.#losers[node] = Math.max(a, b)
    }
    this.#winner = winners[1] as number
    return true
  }

  #replay(): void {
    const losers = this.#losers
    const place = this.#placeOf(this.#winner)
    let key = this.#keyOf(place)
    for (let node = (place + losers.length) >>> 1; node > 0; node >>>= 1) {
      const other = losers[node] as number
      // What to add to `key` to get the smaller of both: 0, or the difference if that is negative.
      const less = (other - key) & ((other - key) >> 31)
      losers[node] = other - less
      key += less
    }
    this.#winner = key
  }

  /** Returns a lower bound of the other streams' times: the runner-up lost to the winner directly. */
  #secondBest(place: number): number {
    let second = 2 ** KEY_BITS - 1
    for (let node = (place + this.#losers.length) >>> 1; node > 0; node >>>= 1)
      second = Math.min(second, this.#losers[node] as number)
    return Math.min(this.#until, this.#epoch + (second >>> this.#placeBits))
  }

  #keyOf(place: number): number {
    const since = Math.min(this.#timeOf(place) - this.#epoch, this.#far)
    return (since << this.#placeBits) | place
  }

  #placeOf(key: number): number {
    return key & ((1 << this.#placeBits) - 1)
  }

  #isFar(key: number): boolean {
    return key >>> this.#placeBits === this.#far
  }

  /** Returns the time of a stream's next record; Infinity if none is before `until`. */
  #timeOf(place: number): number {
    const stream = this.#streams[place] as Stream
    if (stream.index >= stream.front.count && !stream.ready()) return Number.POSITIVE_INFINITY
    const time = stream.front.times[stream.index] as number
    return time < this.#until ? time : Number.POSITIVE_INFINITY
  }
}
