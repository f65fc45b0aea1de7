/** How to treat a kind of record: only count it, store it too, or inspect it. */
export type Action = 0 | 1 | 2
export const PASS = 0
export const STORE = 1
export const OTHER = 2
/** Returned instead of an action: the table is full. */
export const FULL = 3

/** Xen has a few hundred kinds of records; random bytes look like one kind per record. */
export const MOST_KINDS = 4096
/** The table is four times as large, so that most kinds are at their first slot. */
const PLACE_BITS = 14
const EVENT_BITS = 28

/** Knuth's multiplicative hashing (TAOCP 3, 6.4): the upper bits of the product are a kind's first slot. */
export const HASH_FACTOR = 0x9e3779b1
export const HASH_SHIFT = 32 - PLACE_BITS

/** Records with the same event and number of extra words. */
export interface Kind {
  readonly event: number
  readonly words: number
  readonly count: number
}

/**
 * Counts records by kind: the header without bit 31 (a time follows). A hash table with open addressing over
 * typed arrays, because a Map lookup per record would cost more than everything else.
 */
export class EventCounter {
  /** The table. Public so that the reader can check a kind's first slot inline. */
  readonly kinds = new Int32Array(2 ** PLACE_BITS).fill(-1)
  readonly counts = new Float64Array(2 ** PLACE_BITS)
  readonly actions = new Uint8Array(2 ** PLACE_BITS)
  readonly #actionOf: (event: number) => Action
  #size = 0

  constructor(actionOf: (event: number) => Action) {
    this.#actionOf = actionOf
  }

  /** Counts a record of a kind (header without bit 31); returns its action, or FULL. */
  count(kind: number): number {
    let place = firstPlace(kind)
    while (this.kinds[place] !== kind) {
      if (this.kinds[place] !== -1) place = (place + 1) % this.kinds.length
      else if (this.#size === MOST_KINDS) return FULL
      else this.#add(kind, place)
    }
    this.counts[place] = (this.counts[place] as number) + 1
    return this.actions[place] as number
  }

  /** Uncounts the last record of a kind, which turned out to be invalid. */
  forget(kind: number): void {
    let place = firstPlace(kind)
    while (this.kinds[place] !== kind) place = (place + 1) % this.kinds.length
    this.counts[place] = (this.counts[place] as number) - 1
  }

  /** By ascending event, then number of words. */
  list(): readonly Kind[] {
    const list: Kind[] = []
    for (const [place, kind] of this.kinds.entries()) {
      if (kind === -1 || this.counts[place] === 0) continue
      const event = kind & (2 ** EVENT_BITS - 1)
      list.push({ event, words: kind >>> EVENT_BITS, count: this.counts[place] as number })
    }
    return list.sort((a, b) => a.event - b.event || a.words - b.words)
  }

  #add(kind: number, place: number): void {
    this.kinds[place] = kind
    this.actions[place] = this.#actionOf(kind & (2 ** EVENT_BITS - 1))
    this.#size += 1
  }
}

/** Returns a kind's first slot; the reader repeats this line. */
function firstPlace(kind: number): number {
  return Math.imul(kind, HASH_FACTOR) >>> HASH_SHIFT
}
