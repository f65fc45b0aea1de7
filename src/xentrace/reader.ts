/**
 * Decodes an xentrace capture, chunk by chunk, into the records of each pCPU.
 *
 * A capture has no magic and uses the byte order of the board (little-endian here). A record is a u32 header
 * (bits 0-27: event, bits 28-30: number of extra words, bit 31: a time follows), the time if bit 31 is set
 * (u64 ticks of CNTPCT, low word first), and the extra words. The file is a sequence of windows: a CPU_CHANGE
 * record names a pCPU and the number of bytes of its records that follow (xen/include/public/trace.h,
 * tools/xentrace).
 *
 * Times are plain numbers of ticks. They count from zero if the first one is below 2^52 (2.6 years at 54
 * MHz). An x86 host passes that after 17 days; its times count from `origin`, a multiple of 2^32 just below
 * the first time. Every tick is exact either way.
 */

import {
  type Action,
  EventCounter,
  FULL,
  HASH_FACTOR,
  HASH_SHIFT,
  type Kind,
  MOST_KINDS,
  OTHER,
  PASS,
  STORE,
} from './eventcounter.ts'
import { CPU_CHANGE, LOST, WRAP } from './events.ts'
import { EVENT_MASK, type Gap, KIND_MASK, TraceError } from './record.ts'
import { RECORD_WORDS, type Segment, Stream } from './stream.ts'

const CPU_CHANGE_HEADER = 0x2001f003
const CPU_CHANGE_BIG_ENDIAN = 0x03f00120
const CPU_CHANGE_WORDS = 3
const LOST_HEADER = 0xc001f001
const LONGEST_RECORD_BYTES = 40
/** Ticks per unit of a time's upper word. */
const UPPER = 2 ** 32
/** No Xen is built for more pCPUs: a larger number means that this is not a capture. */
const MAX_PCPUS = 16384
/** Xen's t_info holds the size of a pCPU's buffer as 16 bits, in pages of 4 KiB. */
const LARGEST_WINDOW_BYTES = 65535 * 4096
/** Xen writes at most one per emptied buffer: a week of 128 pCPUs that are always full. */
const MOST_GAPS = 2 ** 20
/** Upper word of the smallest first time that needs an origin: 2^52 ticks. */
const LEAST_ORIGIN = 2 ** 20

/** Selects the events that a reader stores (it counts all). Called once for each kind of record. */
export type EventFilter = (event: number) => boolean

/** Newest record of a round of windows. */
interface Newest {
  readonly time: number
  readonly cpu: number
}

const none: Newest = { time: Number.NEGATIVE_INFINITY, cpu: -1 }

/**
 * Decodes a capture chunk by chunk into `streams`, from which a merge takes the records; lost-records records
 * are always stored. Chunks may have any length and are not kept. Throws a TraceError with the byte offset at
 * the first damage; the records before it are in the streams.
 */
export class Reader {
  /** By ascending pCPU. */
  readonly streams: Stream[] = []
  readonly gaps: Gap[] = []
  /** Records dropped because they have no time and no timed record before them to inherit one from. */
  untimed = 0
  readonly #counter: EventCounter
  readonly #byCpu: Stream[] = []
  readonly #spares: Segment[] = []
  #rest = new Uint8Array(0)
  #offset = 0
  #stream: Stream | undefined
  #windowWords = 0
  #cpu = -1
  /** True until the window's first time has been read. */
  #fresh = false
  /** Upper word of the origin; -1 before the first time. */
  #base = -1
  #newest = none
  #newestByRound: readonly [Newest, Newest] = [none, none]
  #settled = none

  constructor(wanted: EventFilter = () => true) {
    this.#counter = new EventCounter((event) => actionOf(event, wanted))
  }

  push(chunk: Uint8Array): void {
    // Not a Buffer: its `slice` is a view of memory that others write to.
    let bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)
    // Complete the record that the previous chunk left unfinished first, to avoid copying the whole chunk.
    const bridged = this.#rest.length === 0 ? 0 : Math.min(bytes.length, LONGEST_RECORD_BYTES)
    if (bridged > 0) {
      const before = this.#rest.length
      const bridge = Uint8Array.of(...this.#rest, ...bytes.subarray(0, bridged))
      const used = this.#take(bridge)
      if (bridged === bytes.length) {
        this.#rest = bridge.slice(used)
        return
      }
      bytes = bytes.subarray(used - before)
    }
    this.#rest = bytes.slice(this.#take(bytes))
  }

  /** Bytes decoded so far: up to the first record or window that is incomplete or invalid. */
  get bytes(): number {
    return this.#offset
  }

  /** Records of each kind, without padding and window headers. */
  get kinds(): readonly Kind[] {
    return this.#counter.list().filter(({ event }) => event !== WRAP)
  }

  /** Every record earlier than this is in `streams`. */
  get settled(): number {
    return this.#settled.time
  }

  /** The tick that times here count from. */
  get origin(): bigint {
    return BigInt(Math.max(0, this.#base)) << 32n
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
      this.#settled = { time: Number.POSITIVE_INFINITY, cpu: -1 }
      return
    }
    const rest = this.#rest.length
    const what =
      this.#windowWords > 0
        ? `${this.#windowWords * 4 - rest} more bytes should follow in the window of pCPU ${this.#cpu}`
        : `${rest} bytes of a window header are all that follows`
    throw new TraceError(`the capture is truncated at byte ${length}: ${what}`)
  }

  /**
   * Returns the time up to which a stream is complete; Infinity if that is to the end. A truncated capture
   * lacks, besides the end of its last window, the windows of all later pCPUs of the same round.
   */
  completeUntil({ cpu, endsInLoss, last }: Stream, cut: boolean): number {
    const missing = cut && (cpu > this.#cpu || (cpu === this.#cpu && this.#windowWords > 0))
    return missing || endsInLoss ? last : Number.POSITIVE_INFINITY
  }

  /** Returns the number of words used: whole records only; the rest waits for the next chunk. */
  #decode(words: Int32Array): number {
    let i = 0
    while (i < words.length) {
      if (this.#windowWords === 0) {
        if (words.length - i < CPU_CHANGE_WORDS) {
          // Too short for a window header, but enough to report a wrong one now.
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
    if (cpu < 0 || cpu >= MAX_PCPUS)
      throw this.#error(`a window of pCPU ${cpu}, but Xen has at most ${MAX_PCPUS} pCPUs`, i + 1)
    if (bytes % 4 !== 0) throw this.#error(`a window of ${bytes} bytes, which is not a multiple of 4`, i + 2)
    if (bytes > LARGEST_WINDOW_BYTES) {
      throw this.#error(
        `a window of ${bytes} bytes, but Xen's buffers have at most ${LARGEST_WINDOW_BYTES}`,
        i + 2,
      )
    }
    if (cpu <= this.#cpu) this.#endRound()
    this.#cpu = cpu
    this.#stream = this.#byCpu[cpu] ?? this.#addStream(cpu)
    this.#windowWords = bytes / 4
    this.#fresh = true
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
   * xentrace empties the pCPUs' buffers in rounds, by ascending pCPU. What it finds in a buffer was stamped
   * before it looked, and what it leaves for the next round was published after it looked. So the newest
   * record of a round is older than everything after the following round. A record is published a little
   * after it is stamped, hence one more round.
   */
  #endRound(): void {
    this.#settled = this.#newestByRound[0]
    this.#newestByRound = [this.#newestByRound[1], this.#newest]
  }

  #addStream(cpu: number): Stream {
    const stream = new Stream(cpu, this.#spares)
    this.#byCpu[cpu] = stream
    const place = this.streams.findLastIndex((other) => other.cpu < cpu)
    this.streams.splice(place + 1, 0, stream)
    return stream
  }

  // Hot path: no object per record, no call for a known kind, 32-bit integers as long as possible.
  #decodeWindow(words: Int32Array, start: number): number {
    const stream = this.#stream as Stream
    const counter = this.#counter
    const windowEnd = start + this.#windowWords
    const end = Math.min(words.length, windowEnd)
    const { kinds, counts, actions } = counter
    let { tail, low, high } = stream
    let base = Math.max(0, this.#base)
    let unchecked = this.#fresh
    let lossEnd = -1
    let i = start
    while (i < end) {
      const header = words[i] as number
      const extra = (header >>> 28) & 7
      const timed = header >>> 31
      const first = i + 1 + 2 * timed
      const next = first + extra
      if (next > end) {
        if (next <= windowEnd) break
        this.#leave(stream, low, high)
        throw this.#error(
          `a record of ${(next - i) * 4} bytes overruns its window of pCPU ${stream.cpu} by ` +
            `${(next - windowEnd) * 4} bytes`,
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
        action = counter.count(kind)
        if (action === FULL) {
          this.#leave(stream, low, high)
          throw this.#error(`more than ${MOST_KINDS} kinds of records: this cannot be an xentrace capture`, i)
        }
      }
      if (action <= STORE) {
        if (timed === 1) {
          const nextLow = words[i + 1] as number
          const nextHigh = words[i + 2] as number
          if (unchecked || nextHigh !== high || nextLow >>> 0 < low >>> 0) {
            this.#leave(stream, low, high)
            this.#checkTime(stream, words, i)
            unchecked = false
            base = Math.max(0, this.#base)
            high = nextHigh
          }
          low = nextLow
        } else if (high < 0) {
          this.untimed += 1
          i = next
          continue
        } else if (unchecked) {
          this.#leave(stream, low, high)
          this.#settle(stream)
          ;({ low, high } = stream)
        }
        if (action === STORE) {
          if (tail.count === tail.times.length || tail.used + RECORD_WORDS > tail.words.length)
            tail = stream.room()
          const { words: stored } = tail
          tail.times[tail.count++] = (low >>> 0) + (high - base) * UPPER
          let to = tail.used
          stored[to++] = header
          for (let from = first; from < next; from++) stored[to++] = words[from] as number
          tail.used = to
        }
      } else if ((header & EVENT_MASK) !== WRAP) {
        this.#leave(stream, low, high)
        this.#lost(stream, words, i)
        ;({ tail, low, high } = stream)
        base = Math.max(0, this.#base)
        lossEnd = next
      }
      i = next
    }
    this.#fresh = unchecked
    this.#leave(stream, low, high)
    if (i > start) stream.endsInLoss = i === lossEnd
    return i
  }

  /**
   * A record without a time inherits that of the one before, which may be old. It cannot be earlier than what
   * is settled, or it would have been in an earlier round.
   */
  #settle(stream: Stream): void {
    const { time } = this.#settled
    if (stream.last >= time) return
    stream.low = (time % UPPER) | 0
    stream.high = Math.floor(time / UPPER) + Math.max(0, this.#base)
    stream.last = time
  }

  /** Saves the newest time of the stream that is being filled. */
  #leave(stream: Stream, low: number, high: number): void {
    stream.low = low
    stream.high = high
    if (high < 0) return
    stream.last = this.#ticks(low, high)
    if (stream.last > this.#newest.time) this.#newest = { time: stream.last, cpu: stream.cpu }
  }

  /**
   * Throws unless the time of the record at word `i` may follow the stream's. Called for the first time of a
   * window and whenever the upper word changes.
   */
  #checkTime(stream: Stream, words: Int32Array, i: number): void {
    const [low, high] = [words[i + 1] as number, words[i + 2] as number]
    if (this.#base < 0 && high >= 0) this.#base = high < LEAST_ORIGIN ? 0 : high
    const time = this.#ticks(low, high)
    const isLoss = ((words[i] as number) & EVENT_MASK) === LOST
    const problem =
      this.#misfit(stream, low, high) ?? (isLoss ? null : this.#otherClock(stream.cpu, low, high))
    if (problem === null) {
      if (Number.isNaN(stream.first)) stream.first = time
      return
    }
    this.#counter.forget((words[i] as number) & KIND_MASK)
    throw this.#error(problem, i)
  }

  #misfit(stream: Stream, low: number, high: number): string | null {
    const { cpu, last } = stream
    const time = this.#ticks(low, high)
    if (time < last)
      return `time runs backwards on pCPU ${cpu}: ${exact(low, high)} after ${exact(stream.low, stream.high)}`
    if (high < 0) return `a time of ${exact(low, high)} ticks on pCPU ${cpu}, beyond 2^63`
    if (Number.isSafeInteger(time)) return null
    return `a time of ${exact(low, high)} ticks on pCPU ${cpu}, more than 2^53 away from the first one`
  }

  /** A record earlier than what is settled was stamped by another clock. */
  #otherClock(cpu: number, low: number, high: number): string | null {
    const { time: settled, cpu: other } = this.#settled
    const apart = settled - this.#ticks(low, high)
    if (apart <= 0) return null
    return (
      `the clocks of pCPUs ${cpu} and ${other} differ by ${apart} ticks or more: ` +
      `tick ${exact(low, high)} of pCPU ${cpu} ` +
      'is in a window that xentrace wrote three rounds after tick ' +
      `${BigInt(settled) + this.origin} of pCPU ${other}`
    )
  }

  /** Stores a lost-records record. */
  #lost(stream: Stream, words: Int32Array, i: number): void {
    const header = words[i] as number
    if ((header & EVENT_MASK) === CPU_CHANGE) {
      this.#counter.forget(header & KIND_MASK)
      throw this.#error(`a window header inside the window of pCPU ${this.#cpu}, whose size must be wrong`, i)
    }
    if (header >>> 0 !== LOST_HEADER) {
      throw this.#error(
        `a lost-records record with header 0x${(header >>> 0).toString(16)}, ` +
          `expected 0x${LOST_HEADER.toString(16)}`,
        i,
      )
    }
    if (this.gaps.length === MOST_GAPS) throw this.#error(`records lost more than ${MOST_GAPS} times`, i)
    this.#checkTime(stream, words, i)
    stream.low = words[i + 1] as number
    stream.high = words[i + 2] as number
    stream.last = this.#ticks(stream.low, stream.high)
    const to = stream.last
    const [low, high] = [words[i + 5] as number, words[i + 6] as number]
    const from = this.#ticks(low, high)
    if (from > to) {
      throw this.#error(
        `records lost from tick ${exact(low, high)} on, after their end at ${exact(stream.low, stream.high)}`,
        i,
      )
    }
    this.gaps.push({ cpu: this.#cpu, from, to, count: (words[i + 3] as number) >>> 0 })
    // Its time is at least that of what is settled, whenever the loss ended.
    this.#settle(stream)
    const tail = stream.room()
    tail.times[tail.count] = stream.last
    tail.words[tail.used] = header
    tail.words.set(words.subarray(i + 3, i + 7), tail.used + 1)
    tail.count += 1
    tail.used += 5
  }

  /** Joins the two unsigned words of a time. */
  #ticks(low: number, high: number): number {
    return (low >>> 0) + ((high >>> 0) - Math.max(0, this.#base)) * UPPER
  }

  #error(what: string, word: number): TraceError {
    return new TraceError(`at byte ${this.#offset + 4 * word} of the capture: ${what}`)
  }
}

function actionOf(event: number, wanted: EventFilter): Action {
  if (event === WRAP || event === LOST || event === CPU_CHANGE) return OTHER
  return wanted(event) ? STORE : PASS
}

/** Joins the two words of a time exactly, for messages. */
function exact(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) + BigInt(low >>> 0)
}

/** Returns the whole words of `bytes`; copies only if they are not aligned. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Int32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / 4))
}
