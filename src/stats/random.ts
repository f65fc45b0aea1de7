/** Seeded random numbers for scripts: the same cell draws the same numbers on any machine. */

import { createHash } from 'node:crypto'

/** Returns sfc32 (Chris Doty-Humphrey, PractRand) in [0, 1), 32 bits, seeded with a digest of `seed`. */
export function randomNumbers(seed: string): () => number {
  const digest = createHash('sha256').update(seed).digest()
  let a = digest.readInt32LE(0)
  let b = digest.readInt32LE(4)
  let c = digest.readInt32LE(8)
  let counter = 1
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
}
