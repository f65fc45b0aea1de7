import { TraceError } from './error.ts'

/** What is to be done with a kind of record: only count it, store it too, or look at it more closely. */
export type Action = 0 | 1 | 2
export const PASS = 0
export const STORE = 1
export const OTHER = 2

const FIRST_PLACES = 1024
/** Xen has a few hundred kinds of records; random bytes have as many as there are records. */
const MOST_KINDS = 4096
const EVENT_BITS = 28

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
export class Census {
  /** The table, for readers that look at the first place of a kind by themselves; `count` replaces them. */
  kinds = new Int32Array(FIRST_PLACES).fill(-1)
  counts = new Float64Array(FIRST_PLACES)
  actions = new Uint8Array(FIRST_PLACES)
  readonly #actionOf: (event: number) => Action
  #size = 0

  /** `actionOf` is asked once for each kind. */
  constructor(actionOf: (event: number) => Action) {
    this.#actionOf = actionOf
  }

  /** Counts a record of a kind (its header without bit 31) and says what is to be done with it. */
  count(kind: number): number {
    const mask = this.kinds.length - 1
    let place = firstPlace(kind) & mask
    while (this.kinds[place] !== kind) {
      if (this.kinds[place] === -1) return this.#add(kind, place)
      place = (place + 1) & mask
    }
    this.counts[place] = (this.counts[place] as number) + 1
    return this.actions[place] as number
  }

  /** By ascending event, then number of words. */
  list(): readonly Kind[] {
    const list: Kind[] = []
    for (const [place, kind] of this.kinds.entries()) {
      if (kind === -1) continue
      const event = kind & (2 ** EVENT_BITS - 1)
      list.push({ event, words: kind >>> EVENT_BITS, count: this.counts[place] as number })
    }
    return list.sort((a, b) => a.event - b.event || a.words - b.words)
  }

  #add(kind: number, place: number): number {
    if (this.#size === MOST_KINDS) {
      throw new TraceError(`records of more than ${MOST_KINDS} kinds: this cannot be an xentrace capture`)
    }
    const action = this.#actionOf(kind & (2 ** EVENT_BITS - 1))
    this.kinds[place] = kind
    this.counts[place] = 1
    this.actions[place] = action
    this.#size += 1
    // At most a quarter full, so that most records are found at once.
    if (this.#size * 4 > this.kinds.length) this.#grow()
    return action
  }

  #grow(): void {
    const [kinds, counts, actions] = [this.kinds, this.counts, this.actions]
    this.kinds = new Int32Array(kinds.length * 2).fill(-1)
    this.counts = new Float64Array(kinds.length * 2)
    this.actions = new Uint8Array(kinds.length * 2)
    for (const [from, kind] of kinds.entries()) {
      if (kind === -1) continue
      let place = firstPlace(kind) & (this.kinds.length - 1)
      while (this.kinds[place] !== -1) place = (place + 1) & (this.kinds.length - 1)
      this.kinds[place] = kind
      this.counts[place] = counts[from] as number
      this.actions[place] = actions[from] as number
    }
  }
}

/** Where to look for a kind first, to be masked. Knuth's multiplicative hashing (TAOCP 3, 6.4): its upper bits serve. */
export function firstPlace(kind: number): number {
  return Math.imul(kind, 0x9e3779b1) >>> 18
}
