/**
 * Order statistics of all differences between the values of two samples, without computing them all: they
 * form a matrix with sorted rows and columns, in which one walk along a staircase finds a pivot's rank. The
 * search of Johnson and Mizoguchi ("Selecting the Kth element in X + Y and X1 + X2 + ... + Xm", 1978), with
 * random pivots: O((m + n) log(m n)) expected time, O(m + n) memory.
 */

import { randomNumbers } from './random.ts'

/** The sorted differences of b's values to a's: `at(0)` is the smallest of all m n. */
export interface Differences {
  readonly length: number
  readonly at: (index: number) => number
}

/** Up to this many, or a few per value, are computed and sorted. */
const fewest = 4096

export function differencesBetween(a: readonly number[], b: readonly number[]): Differences {
  const columns = Float64Array.from(a).sort().reverse()
  const rows = Float64Array.from(b).sort()
  // Row j holds rows[j] - columns[i], which increases with i; each column increases with j.
  const [m, n] = [columns.length, rows.length]
  const most = Math.max(fewest, 4 * (m + n))
  const random = randomNumbers('differences')
  const difference = (row: number, column: number) => (rows[row] as number) - (columns[column] as number)

  /** Counts for each row the differences below the pivot (or at it). */
  const staircase = (pivot: number, isAtLeast: boolean): Uint32Array => {
    const counts = new Uint32Array(n)
    let column = m
    for (let row = 0; row < n; row += 1) {
      while (column > 0) {
        const value = difference(row, column - 1)
        if (isAtLeast ? value <= pivot : value < pivot) break
        column -= 1
      }
      counts[row] = column
    }
    return counts
  }

  const at = (index: number): number => {
    // Candidates of row j are the columns from low[j] to before high[j].
    let low: Uint32Array = new Uint32Array(n)
    let high: Uint32Array = new Uint32Array(n).fill(m)
    for (;;) {
      let candidates = 0
      for (let row = 0; row < n; row += 1) candidates += width(low, high, row)
      if (candidates <= most) return collected(low, high, candidates, index)
      let chosen = Math.floor(random() * candidates)
      let row = 0
      while (chosen >= width(low, high, row)) {
        chosen -= width(low, high, row)
        row += 1
      }
      const pivot = difference(row, (low[row] as number) + chosen)
      const below = staircase(pivot, false)
      const upTo = staircase(pivot, true)
      if (index < sum(below)) high = below
      else if (index >= sum(upTo)) low = upTo
      else return pivot
    }
  }

  const collected = (low: Uint32Array, high: Uint32Array, count: number, index: number): number => {
    const found = new Float64Array(count)
    let next = 0
    for (let row = 0; row < n; row += 1) {
      for (let column = low[row] as number; column < (high[row] as number); column += 1) {
        found[next] = difference(row, column)
        next += 1
      }
    }
    return found.sort()[index - sum(low)] as number
  }
  return { length: m * n, at }
}

function width(low: Uint32Array, high: Uint32Array, row: number): number {
  return (high[row] as number) - (low[row] as number)
}

function sum(counts: Uint32Array): number {
  return counts.reduce((all, count) => all + count, 0)
}
