/** Sub-buckets per power of two, as a power of two: values below 2^11 are exact, others within 1/1024. */
const PRECISION_BITS = 10
const SUB_BUCKETS = 2 ** PRECISION_BITS

/**
 * A distribution of whole numbers up to 2^53 in little memory however many they are: the log-linear buckets of HDR
 * histograms (Tene). Count, sum, least and greatest are exact; a quantile is exact below 2048, and above at most
 * 1/1024 too small. A class because it grows.
 */
export class Histogram {
  count = 0
  sum = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  #buckets = new Float64Array(SUB_BUCKETS)

  add(value: number): void {
    this.count += 1
    this.sum += value
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    const bucket = bucketOf(value)
    if (bucket >= this.#buckets.length) this.#grow(bucket)
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1
  }

  addAll(other: Histogram): void {
    this.count += other.count
    this.sum += other.sum
    this.min = Math.min(this.min, other.min)
    this.max = Math.max(this.max, other.max)
    if (other.#buckets.length > this.#buckets.length) this.#grow(other.#buckets.length - 1)
    for (const [bucket, count] of other.#buckets.entries()) {
      this.#buckets[bucket] = (this.#buckets[bucket] as number) + count
    }
  }

  /** The smallest value that at least the part `part` (0 to 1) of all values does not exceed; null of none. */
  quantile(part: number): number | null {
    if (this.count === 0) return null
    const rank = Math.max(1, Math.ceil(part * this.count))
    let seen = 0
    for (const [bucket, count] of this.#buckets.entries()) {
      seen += count
      if (seen >= rank) return Math.min(Math.max(lowestOf(bucket), this.min), this.max)
    }
    return this.max
  }

  #grow(bucket: number): void {
    const length = Math.ceil((bucket + 1) / SUB_BUCKETS) * SUB_BUCKETS
    const buckets = new Float64Array(length)
    buckets.set(this.#buckets)
    this.#buckets = buckets
  }
}

function bucketOf(value: number): number {
  if (value < 2 * SUB_BUCKETS) return value
  // Exact for whole numbers below 2^53, but for those just below a power of two, where log2 rounds up.
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
