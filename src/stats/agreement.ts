/** Measures how well values reproduce their references. */

import { spearman } from './correlation.ts'
import { max, median } from './order.ts'

export interface Agreement {
  /** Median and largest absolute error, in the unit of the values. */
  readonly absolute: Size
  /** The same relative to the references; NaN if every reference is 0. */
  readonly relative: Size
  /** Number of values within the relative error `near`. */
  readonly near: number
  /** Spearman's correlation; NaN for a single pair, and where one side is constant. */
  readonly ranks: number
}

export interface Size {
  readonly median: number
  readonly largest: number
}

/** Compares values with references. Throws a RangeError for no values, or different lengths. */
export function agreement(values: readonly number[], references: readonly number[], near: number): Agreement {
  if (values.length !== references.length)
    throw new RangeError(`${values.length} values against ${references.length}`)
  const pairs = values.map((value, index) => ({ value, reference: references[index] as number }))
  const shares = pairs
    .map(({ value, reference }) => Math.abs(relativeError(value, reference)))
    .filter((share) => !Number.isNaN(share))
  return {
    absolute: sizeOf(pairs.map(({ value, reference }) => Math.abs(value - reference))),
    relative: shares.length === 0 ? { median: Number.NaN, largest: Number.NaN } : sizeOf(shares),
    near: shares.filter((share) => share <= near).length,
    ranks: values.length < 2 ? Number.NaN : spearman(values, references),
  }
}

/** Returns the signed relative error of a value; NaN for a reference of 0. */
export function relativeError(value: number, reference: number): number {
  return reference === 0 ? Number.NaN : (value - reference) / Math.abs(reference)
}

/** Classifies a ratio: more (1), less (-1), or within `band` of 1 (0). */
export function direction(ratio: number, band: number): -1 | 0 | 1 {
  if (Math.abs(ratio - 1) <= band) return 0
  return ratio > 1 ? 1 : -1
}

function sizeOf(errors: readonly number[]): Size {
  return { median: median(errors), largest: max(errors) }
}
