/**
 * Numbers the distinct 32-bit keys that it is shown: 0, 1, 2 ... in the order of their first appearance.
 * Open addressing over typed arrays, because a Map's look-up for every record costs more than all the rest.
 */
export class Slots {
  #table = new Int32Array(512).fill(-1)
  #keys = new Uint32Array(128)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The slot of `key` (taken as unsigned), a new one if it was not seen before. */
  slot(key: number): number {
    const table = this.#table
    const keys = this.#keys
    const mask = table.length - 1
    const wanted = key >>> 0
    for (let place = hash(wanted) & mask; ; place = (place + 1) & mask) {
      const slot = table[place] as number
      if (slot < 0) return this.#add(wanted, place)
      if (keys[slot] === wanted) return slot
    }
  }

  key(slot: number): number {
    if (slot >= this.#size) throw new RangeError(`slot ${slot} of ${this.#size}`)
    return this.#keys[slot] as number
  }

  #add(key: number, place: number): number {
    const slot = this.#size
    this.#keys[slot] = key
    this.#table[place] = slot
    this.#size += 1
    if (this.#size === this.#keys.length) this.#grow()
    return slot
  }

  // The table is kept at most a quarter full, so that probing ends soon.
  #grow(): void {
    const keys = new Uint32Array(this.#keys.length * 2)
    keys.set(this.#keys)
    const table = new Int32Array(keys.length * 4).fill(-1)
    const mask = table.length - 1
    for (let slot = 0; slot < this.#size; slot++) {
      let place = hash(keys[slot] as number) & mask
      while ((table[place] as number) >= 0) place = (place + 1) & mask
      table[place] = slot
    }
    this.#keys = keys
    this.#table = table
  }
}

/** Knuth's multiplicative hashing (The Art of Computer Programming 3, 6.4), folded so that low bits serve. */
function hash(key: number): number {
  const product = Math.imul(key, 0x9e3779b1)
  return (product ^ (product >>> 15)) >>> 0
}
