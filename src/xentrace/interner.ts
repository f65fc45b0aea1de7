/**
 * Numbers distinct 32-bit keys 0, 1, 2 ... in order of first appearance. Open addressing over typed arrays,
 * because a Map lookup per record would cost more than everything else.
 */
export class Interner {
  #table = new Int32Array(512).fill(-1)
  #keys = new Uint32Array(128)
  #size = 0

  /** Returns the id of `key` (taken as unsigned), a new one if it is unseen. */
  intern(key: number): number {
    const table = this.#table
    const keys = this.#keys
    const mask = table.length - 1
    const wanted = key >>> 0
    for (let place = hash(wanted) & mask; ; place = (place + 1) & mask) {
      const id = table[place] as number
      if (id < 0) return this.#add(wanted, place)
      if (keys[id] === wanted) return id
    }
  }

  key(id: number): number {
    if (id >= this.#size) throw new RangeError(`key ${id} of ${this.#size}`)
    return this.#keys[id] as number
  }

  #add(key: number, place: number): number {
    const id = this.#size
    this.#keys[id] = key
    this.#table[place] = id
    this.#size += 1
    if (this.#size === this.#keys.length) this.#grow()
    return id
  }

  // Keeps the table at most a quarter full, so that probing ends soon.
  #grow(): void {
    const keys = new Uint32Array(this.#keys.length * 2)
    keys.set(this.#keys)
    const table = new Int32Array(keys.length * 4).fill(-1)
    const mask = table.length - 1
    for (let id = 0; id < this.#size; id++) {
      let place = hash(keys[id] as number) & mask
      while ((table[place] as number) >= 0) place = (place + 1) & mask
      table[place] = id
    }
    this.#keys = keys
    this.#table = table
  }
}

type List =
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>

/** Returns a copy with room for `length` elements. */
export function longer<Kind extends List>(list: Kind, length: number): Kind {
  const copy = new (list.constructor as new (length: number) => Kind)(length)
  copy.set(list)
  return copy
}

/** Knuth's multiplicative hashing (The Art of Computer Programming 3, 6.4), folded to mix the low bits. */
function hash(key: number): number {
  const product = Math.imul(key, 0x9e3779b1)
  return (product ^ (product >>> 15)) >>> 0
}
