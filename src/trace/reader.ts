/**
 * Bytes of an xentrace capture -> records of each pCPU, chunk by chunk.
 *
 * A capture has no magic and is in the byte order of the board (little-endian here). A record is a u32 header
 * (event in bits 0-27, number of extra words in bits 28-30, bit 31: a time follows), the time (u64 ticks of
 * CNTPCT, low word first) if bit 31 says so, and the extra words. The file is a row of windows: a CPU_CHANGE
 * record names a pCPU and the bytes of its records that follow (xen/include/public/trace.h, tools/xentrace).
 *
 * Times are plain numbers: 2^53 ticks are five years at 54 MHz.
 */

import { type Action, Census, HASH_FACTOR, HASH_SHIFT, type Kind, OTHER, PASS, STORE } from './census.ts'
import { TraceError } from './error.ts'
import { CPU_CHANGE, LOST, WRAP } from './events.ts'

/** Words per record in a segment: the header and up to seven extra words. */
export const RECORD_WORDS = 8
export const EVENT_MASK = 0x0fffffff
/** A header without the bit that says whether a time follows. */
export const KIND_MASK = 0x7fffffff

const CPU_CHANGE_HEADER = 0x2001f003
const CPU_CHANGE_BIG_ENDIAN = 0x03f00120
const CPU_CHANGE_WORDS = 3
const LOST_HEADER = 0xc001f001
const LONGEST_RECORD_BYTES = 40
/** No Xen is built for more pCPUs: beyond this, the bytes are no capture. */
const MAX_PCPUS = 16384
const FIRST_SEGMENT_RECORDS = 64
const LARGEST_SEGMENT_RECORDS = 8192

/** Nothing is known of pCPU `cpu` from `from` to `to` (ticks, both inclusive): `count` records did not fit. */
export interface Gap {
  readonly cpu: number
  readonly from: number
  readonly to: number
  readonly count: number
}

/** A run of a pCPU's records: `times[i]` in ticks; from `words[i * RECORD_WORDS]` on the header and the extra words. */
export interface Segment {
  readonly times: Float64Array
  readonly words: Uint32Array
  count: number
}

/** The records of one pCPU that are decoded and not yet taken: a queue of segments that are used again. */
export class Stream {
  readonly cpu: number
  front: Segment
  /** Next record to take from `front`. */
  index = 0
  /** Segment that the reader fills. */
  tail: Segment
  /** Time of the oldest record, stored or not; -Infinity before it. */
  first = Number.NEGATIVE_INFINITY
  /** Time of the newest record, stored or not, as its two words; the upper one is -1 before it. */
  low = 0
  high = -1
  readonly #queue: Segment[] = []
  readonly #spares: Segment[] = []

  constructor(cpu: number) {
    this.cpu = cpu
    this.front = segment(FIRST_SEGMENT_RECORDS)
    this.tail = this.front
  }

  /** Time of the newest record, stored or not; -Infinity before it. */
  get last(): number {
    return this.high < 0 ? Number.NEGATIVE_INFINITY : ticks(this.low, this.high)
  }

  /** Gives the reader an empty segment to fill. */
  extend(): Segment {
    const records = Math.min(this.tail.times.length * 2, LARGEST_SEGMENT_RECORDS)
    const next = this.#spares.pop() ?? segment(records)
    next.count = 0
    this.#queue.push(next)
    this.tail = next
    return next
  }

  /** Makes `front` hold a record to take; false if there is none yet. */
  ready(): boolean {
    while (this.index >= this.front.count) {
      const next = this.#queue.shift()
      if (next === undefined) {
        this.front.count = 0
        this.index = 0
        return false
      }
      if (this.front.times.length === LARGEST_SEGMENT_RECORDS) this.#spares.push(this.front)
      this.front = next
      this.index = 0
    }
    return true
  }
}

/** Which events a reader stores in its streams; it counts all of them. Asked once for each kind of record. */
export type Wanted = (event: number) => boolean

export const everything: Wanted = () => true

/**
 * Takes a capture chunk by chunk; `streams` then hold its records until a merge takes them, those of lost records
 * always among them. Chunks may be of any length and are not kept. Throws a TraceError with the byte offset for what
 * is not a whole, sane capture; what came before it is in the streams.
 */
export class Reader {
  /** By ascending pCPU. */
  readonly streams: Stream[] = []
  readonly gaps: Gap[] = []
  /** Records without a time before the first one with a time: there is nothing to inherit, so they are left out. */
  untimed = 0
  /** Every record earlier than this is in `streams`. */
  settled = Number.NEGATIVE_INFINITY

  readonly #census: Census
  #rest = new Uint8Array(0)
  #offset = 0
  #stream: Stream | undefined
  #windowWords = 0
  #cpu = -1
  #newest = Number.NEGATIVE_INFINITY
  #newestByRound: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]

  constructor(wanted: Wanted = everything) {
    this.#census = new Census((event) => actionOf(event, wanted))
  }

  push(chunk: Uint8Array): void {
    // The record that the chunk before left unfinished first, so that not all of this one need be copied.
    const bridged = this.#rest.length === 0 ? 0 : Math.min(chunk.length, LONGEST_RECORD_BYTES)
    if (bridged > 0) {
      const before = this.#rest.length
      const bridge = concat(this.#rest, chunk.subarray(0, bridged))
      const used = this.#take(bridge)
      if (bridged === chunk.length) {
        this.#rest = bridge.slice(used)
        return
      }
      chunk = chunk.subarray(used - before)
    }
    this.#rest = chunk.slice(this.#take(chunk))
  }

  /** Bytes that were decoded: up to the record, or window, that is not whole or not sane. */
  get bytes(): number {
    return this.#offset
  }

  /** Records of each kind, padding and window headers left out. */
  get kinds(): readonly Kind[] {
    return this.#census.list().filter(({ event }) => event !== WRAP)
  }

  #take(bytes: Uint8Array): number {
    const used = this.#decode(wordsOf(bytes)) * 4
    this.#offset += used
    return used
  }

  /** Call after the last chunk. */
  end(): void {
    const length = this.#offset + this.#rest.length
    if (length === 0)
      throw new TraceError('the capture is empty (0 bytes): did xentrace run, and to its end?')
    if (this.#windowWords === 0 && this.#rest.length === 0) {
      this.settled = Number.POSITIVE_INFINITY
      return
    }
    const missing = this.#windowWords > 0 ? this.#windowWords * 4 - this.#rest.length : undefined
    throw new TraceError(
      missing === undefined
        ? `the capture is truncated at byte ${length}: ${this.#rest.length} bytes of a window header are there`
        : `the capture is truncated at byte ${length}: ${missing} more bytes should follow in the window of pCPU ${this.#cpu}`,
    )
  }

  /** Returns the number of words used: whole records only, the rest waits for the next chunk. */
  #decode(words: Int32Array): number {
    let i = 0
    while (i < words.length) {
      if (this.#windowWords === 0) {
        if (words.length - i < CPU_CHANGE_WORDS) {
          // Too short for a window, but long enough to know better than to wait for more.
          this.#expectWindow(words[i] as number, i)
          return i
        }
        this.#openWindow(words, i)
        i += CPU_CHANGE_WORDS
        continue
      }
      const start = i
      i = this.#decodeWindow(words, i)
      this.#windowWords -= i - start
      if (this.#windowWords > 0) return i
    }
    return i
  }

  #openWindow(words: Int32Array, i: number): void {
    this.#expectWindow(words[i] as number, i)
    const cpu = words[i + 1] as number
    const bytes = (words[i + 2] as number) >>> 0
    if (cpu < 0 || cpu >= MAX_PCPUS) throw this.#error(`a window of pCPU ${cpu}, which cannot be`, i + 1)
    if (bytes % 4 !== 0) throw this.#error(`a window of ${bytes} bytes, which is not a multiple of 4`, i + 2)
    if (cpu <= this.#cpu) this.#endRound()
    this.#cpu = cpu
    this.#stream = this.#streamOf(cpu)
    this.#windowWords = bytes / 4
  }

  #expectWindow(header: number, i: number): void {
    if (header === CPU_CHANGE_HEADER) return
    const found = `0x${(header >>> 0).toString(16).padStart(8, '0')}`
    if (this.#cpu >= 0) {
      throw this.#error(`expected the header of the next window (0x2001f003), found ${found}`, i)
    }
    const what =
      header === CPU_CHANGE_BIG_ENDIAN
        ? 'this capture is big-endian; only little-endian boards are supported'
        : `this is not an xentrace capture: it begins with ${found}, not with 0x2001f003`
    throw this.#error(what, i)
  }

  /**
   * xentrace empties the pCPUs' buffers in rounds, by ascending pCPU. What it finds in a buffer in one round was
   * stamped before it looked, and what it leaves for the next round was published after it looked; so the newest
   * record of a round is older than all that comes after the following round. A record is published a little
   * after it is stamped, hence one round more.
   */
  #endRound(): void {
    this.settled = this.#newestByRound[0]
    this.#newestByRound = [this.#newestByRound[1], this.#newest]
  }

  #streamOf(cpu: number): Stream {
    const place = this.streams.findIndex((stream) => stream.cpu >= cpu)
    const found = this.streams[place]
    if (found?.cpu === cpu) return found
    const stream = new Stream(cpu)
    this.streams.splice(place < 0 ? this.streams.length : place, 0, stream)
    return stream
  }

  // The hot path: no object per record, no call for a kind that was seen before, 32-bit integers as long as possible.
  #decodeWindow(words: Int32Array, start: number): number {
    const stream = this.#stream as Stream
    const census = this.#census
    const windowEnd = start + this.#windowWords
    const end = Math.min(words.length, windowEnd)
    const { kinds, counts, actions } = census
    let { tail, low, high } = stream
    let i = start
    while (i < end) {
      const header = words[i] as number
      const extra = (header >>> 28) & 7
      const timed = header >>> 31
      const first = i + 1 + 2 * timed
      const next = first + extra
      if (next > end) {
        if (next <= windowEnd) break
        stream.low = low
        stream.high = high
        throw this.#error(
          `a record of ${(next - i) * 4} bytes overruns its window of pCPU ${stream.cpu} by ${(next - windowEnd) * 4} bytes`,
          i,
        )
      }
      const kind = header & KIND_MASK
      const place = Math.imul(kind, HASH_FACTOR) >>> HASH_SHIFT
      let action: number
      if (kinds[place] === kind) {
        counts[place] = (counts[place] as number) + 1
        action = actions[place] as number
      } else {
        action = census.count(kind)
      }
      if (action <= STORE) {
        if (timed === 1) {
          const nextLow = words[i + 1] as number
          const nextHigh = words[i + 2] as number
          if (nextHigh !== high || nextHigh < 0 || nextLow >>> 0 < low >>> 0) {
            stream.low = low
            stream.high = high
            this.#checkTime(stream, words, i)
            high = nextHigh
          }
          low = nextLow
        } else if (high < 0) {
          this.untimed += 1
          i = next
          continue
        }
        if (action === STORE) {
          if (tail.count === tail.times.length) tail = stream.extend()
          const record = tail.count
          const to = record * RECORD_WORDS
          tail.times[record] = ticks(low, high)
          tail.words[to] = header
          for (let k = 0; k < extra; k++) tail.words[to + 1 + k] = words[first + k] as number
          tail.count = record + 1
        }
      } else if ((header & EVENT_MASK) !== WRAP) {
        stream.low = low
        stream.high = high
        tail = this.#lost(stream, words, i)
        low = stream.low
        high = stream.high
      }
      i = next
    }
    stream.low = low
    stream.high = high
    if (stream.last > this.#newest) this.#newest = stream.last
    return i
  }

  /** Throws unless the time of the record at word `i` may follow the stream's; asked of its first record, too. */
  #checkTime(stream: Stream, words: Int32Array, i: number): void {
    const time = ticks(words[i + 1] as number, words[i + 2] as number)
    if (time >= stream.last && time <= Number.MAX_SAFE_INTEGER) {
      if (stream.first === Number.NEGATIVE_INFINITY) stream.first = time
      return
    }
    this.#census.forget((words[i] as number) & KIND_MASK)
    throw time < stream.last
      ? this.#error(`time runs backwards on pCPU ${stream.cpu}: ${time} after ${stream.last}`, i)
      : this.#error(`a time of ${time} ticks on pCPU ${stream.cpu}, beyond 2^53`, i)
  }

  /** Stores a record of lost records; returns the segment to fill further. */
  #lost(stream: Stream, words: Int32Array, i: number): Segment {
    const header = words[i] as number
    if ((header & EVENT_MASK) === CPU_CHANGE) {
      this.#census.forget(header & KIND_MASK)
      throw this.#error(`a window header inside the window of pCPU ${this.#cpu}, whose size must be wrong`, i)
    }
    if (header >>> 0 !== LOST_HEADER) {
      throw this.#error(
        `a lost-records record with header 0x${(header >>> 0).toString(16)}, expected 0x${LOST_HEADER.toString(16)}`,
        i,
      )
    }
    this.#checkTime(stream, words, i)
    stream.low = words[i + 1] as number
    stream.high = words[i + 2] as number
    const time = stream.last
    const from = ticks(words[i + 5] as number, words[i + 6] as number)
    if (from > time) throw this.#error(`records lost from tick ${from} on, after their end at ${time}`, i)
    this.gaps.push({ cpu: this.#cpu, from, to: time, count: (words[i + 3] as number) >>> 0 })
    const tail = stream.tail.count === stream.tail.times.length ? stream.extend() : stream.tail
    tail.times[tail.count] = time
    tail.words[tail.count * RECORD_WORDS] = header
    tail.words.set(words.subarray(i + 3, i + 7), tail.count * RECORD_WORDS + 1)
    tail.count += 1
    return tail
  }

  #error(what: string, word: number): TraceError {
    return new TraceError(`at byte ${this.#offset + 4 * word} of the capture: ${what}`)
  }
}

function segment(records: number): Segment {
  return {
    times: new Float64Array(records),
    words: new Uint32Array(records * RECORD_WORDS),
    count: 0,
  }
}

function actionOf(event: number, wanted: Wanted): Action {
  if (event === WRAP || event === LOST || event === CPU_CHANGE) return OTHER
  return wanted(event) ? STORE : PASS
}

/** A time from its two words, which are unsigned. */
function ticks(low: number, high: number): number {
  return (low >>> 0) + (high >>> 0) * 0x1_0000_0000
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

/** The whole words of `bytes`; a copy only where they are not aligned. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Int32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / 4))
}
