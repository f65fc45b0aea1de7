/**
 * Trials of one boot are correlated, so with several boots these are the independent units: a boot counts as
 * one observation, its mean (summary-measures analysis; Kalibera and Jones, "Rigorous benchmarking in
 * reasonable time", 2013, for why).
 */

import { mean } from './moments.ts'

/** Values of one sample in the order of its trials, with the boot of each where there are several. */
export interface Sample {
  readonly values: readonly number[]
  /** The boot (or other cluster) of each value. */
  readonly clusters?: readonly (string | number)[]
  /** What the random numbers of its boots come from: it is paired with samples that share it (pairing.ts). */
  readonly seed?: number
}

/** The independent unit, which is counted and drawn. */
export type Unit = 'trial' | 'boot'

/** What the unit is called: that of data that nobody reran is a row, or what its block names. */
export type UnitName = Unit | 'row' | 'unit'

/**
 * Groups values by cluster, in order of appearance: one group if there are no clusters, none without values.
 * Throws a RangeError if the lengths differ.
 */
export function clusterValues({ values, clusters }: Sample): readonly (readonly number[])[] {
  if (clusters === undefined) return values.length === 0 ? [] : [values]
  if (clusters.length !== values.length) {
    throw new RangeError(`${clusters.length} clusters for ${values.length} values`)
  }
  const members = Map.groupBy(values.keys(), (index) => clusters[index])
  return [...members.values()].map((indices) => indices.map((index) => values[index] as number))
}

/**
 * Returns the independent observations of two samples to compare: their values; or, if either has several
 * clusters, the clusters' means, where a sample without clusters counts as one.
 */
export function independentValues(
  a: Sample,
  b: Sample,
): { readonly a: readonly number[]; readonly b: readonly number[]; readonly unit: Unit } {
  const [x, y] = [clusterValues(a), clusterValues(b)]
  if (x.length < 2 && y.length < 2) return { a: a.values, b: b.values, unit: 'trial' }
  return { a: x.map(mean), b: y.map(mean), unit: 'boot' }
}
