/**
 * Trials of one boot are correlated, so with several boots these are the independent units: a boot counts as
 * one observation, its mean (summary-measures analysis; Kalibera and Jones, "Rigorous benchmarking in
 * reasonable time", 2013, for why).
 */

import { mean } from './moments.ts'

/** Values of one sample, with the boot (or other cluster) of each where there are several. */
export interface Sample {
  readonly values: readonly number[]
  readonly clusters?: readonly (string | number)[]
}

/** The independent unit, which is counted and drawn. */
export type Unit = 'trial' | 'boot'

/** Groups values by cluster, in order of appearance. Throws a RangeError if the lengths differ. */
export function clusterValues({ values, clusters = [] }: Sample): readonly (readonly number[])[] {
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
  const byBoot = [a, b].some(({ clusters = [] }) => new Set(clusters).size > 1)
  if (!byBoot) return { a: a.values, b: b.values, unit: 'trial' }
  const means = (sample: Sample) =>
    sample.values.length === 0
      ? []
      : sample.clusters === undefined
        ? [mean(sample.values)]
        : clusterValues(sample).map(mean)
  return { a: means(a), b: means(b), unit: 'boot' }
}
