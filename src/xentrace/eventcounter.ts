/** What is to be done with a kind of record: only count it, store it too, or look at it more closely. */
export type Action = 0 | 1 | 2
export const PASS = 0
export const STORE = 1
export const OTHER = 2
/** Instead of one of these: the table is full. */
export const FULL = 3

/** Xen has a few hundred kinds of records; random bytes have as many as there are records. */
export const MOST_KINDS = 4096
/** Of the table; four times as many, so that most kinds are at their first place. */
const PLACE_BITS = 14
const EVENT_BITS = 28

/** Knuth's multiplicative hashing (TAOCP 3, 6.4): the upper bits of the product are a kind's first place. */
export const HASH_FACTOR = 0x9e3779b1
export const HASH_SHIFT = 32 - PLACE_BITS

/** Records with one id and one number of extra words. */
export interface Kind {
  readonly event: number
  readonly words: number
  readonly count: number
}

/**
 * Counts records by kind, that is by their header without the bit that says whether a time follows. A hash table with
 * open addressing over typed arrays, because a Map's look-up for every record costs more than all the rest.
 */
export class EventCounter {
  /** The table. It is open so that the reader can look at a kind's first place by itself. */
  readonly kinds = new Int32Array(2 ** PLACE_BITS).fill(-1)
  readonly counts = new Float64Array(2 ** PLACE_BITS)
  readonly actions = new Uint8Array(2 ** PLACE_BITS)
  readonly #actionOf: (event: number) => Action
  #size = 0

  /** `actionOf` is asked once for each kind. */
  constructor(actionOf: (event: number) => Action) {
    this.#actionOf = actionOf
  }

  /** Counts a record of a kind (its header without bit 31) and says what is to be done with it, or that there is no room. */
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

  /** Takes back the last record of a kind, which turned out to be none. */
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

/** Where to look for a kind first; the reader has this line, too. */
function firstPlace(kind: number): number {
  return Math.imul(kind, HASH_FACTOR) >>> HASH_SHIFT
}
