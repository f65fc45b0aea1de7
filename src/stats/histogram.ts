/** Sub-buckets per power of two, as a power of two: values below 2^11 are exact, others within 1/1024. */
const PRECISION_BITS = 10
const SUB_BUCKETS = 2 ** PRECISION_BITS
const FIRST_PLACES = 8

/**
 * A distribution of integers up to 2^53 in bounded memory: the log-linear buckets of HDR histograms (Tene),
 * storing only non-empty ones, in a hash table with open addressing. Count, sum, minimum and maximum are
 * exact; a quantile is exact below 2048, and at most 1/1024 too small above. A class because it is mutable.
 */
export class Histogram {
  count = 0
  sum = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  #size = 0
  /** Bucket number + 1 at each place; 0 is empty. At most half of the places are used. */
  #buckets: Uint16Array = none
  #counts: Float64Array = noCounts

  add(value: number): void {
    this.count += 1
    this.sum += value
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    this.#put(bucketOf(value), 1)
  }

  addAll(other: Histogram): void {
    this.count += other.count
    this.sum += other.sum
    this.min = Math.min(this.min, other.min)
    this.max = Math.max(this.max, other.max)
    for (const [bucket, count] of other.#list()) this.#put(bucket, count)
  }

  /**
   * Returns the smallest value that the fraction `part` (0 to 1) of values does not exceed; null if empty.
   */
  quantile(part: number): number | null {
    if (this.count === 0) return null
    const rank = Math.max(1, Math.ceil(part * this.count))
    let seen = 0
    for (const [bucket, count] of this.#list().sort(([a], [b]) => a - b)) {
      seen += count
      if (seen >= rank) return Math.min(Math.max(lowestOf(bucket), this.min), this.max)
    }
    return this.max
  }

  #list(): (readonly [bucket: number, count: number])[] {
    const list: (readonly [number, number])[] = []
    for (const [place, key] of this.#buckets.entries()) {
      if (key > 0) list.push([key - 1, this.#counts[place] as number])
    }
    return list
  }

  #put(bucket: number, count: number): void {
    if (2 * this.#size >= this.#buckets.length) this.#grow()
    const buckets = this.#buckets
    const mask = buckets.length - 1
    let place = bucket & mask
    while (buckets[place] !== 0 && buckets[place] !== bucket + 1) place = (place + 1) & mask
    if (buckets[place] === 0) {
      buckets[place] = bucket + 1
      this.#size += 1
    }
    this.#counts[place] = (this.#counts[place] as number) + count
  }

  #grow(): void {
    const list = this.#list()
    const places = Math.max(FIRST_PLACES, this.#buckets.length * 2)
    this.#buckets = new Uint16Array(places)
    this.#counts = new Float64Array(places)
    this.#size = 0
    for (const [bucket, count] of list) this.#put(bucket, count)
  }
}

const none = new Uint16Array(0)
const noCounts = new Float64Array(0)

function bucketOf(value: number): number {
  if (value < 2 * SUB_BUCKETS) return value
  // Exact for integers below 2^53, except just below a power of two, where log2 rounds up.
  let octave = Math.floor(Math.log2(value))
  if (2 ** octave > value) octave -= 1
  const shift = octave - PRECISION_BITS
  return shift * SUB_BUCKETS + Math.floor(value / 2 ** shift)
}

function lowestOf(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket
  const shift = Math.floor(bucket / SUB_BUCKETS) - 1
  return (bucket - shift * SUB_BUCKETS) * 2 ** shift
}
