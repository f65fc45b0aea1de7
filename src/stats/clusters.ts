/**
 * Trials of one boot resemble each other, so where there are several boots these are what is independent: a boot counts as one
 * observation, its mean (the summary-measures analysis; Kalibera and Jones, "Rigorous benchmarking in reasonable time", 2013, for why).
 */

import { mean } from './moments.ts'

/** Values of one sample, and, where there are several, the boot (or other cluster) that each was observed in. */
export interface Sample {
  readonly values: readonly number[]
  readonly clusters?: readonly (string | number)[]
}

/** What is independent of each other, and so counted and drawn. */
export type Unit = 'trial' | 'boot'

/** Values by cluster, in the order of first appearance. Throws a RangeError if there are not as many clusters as values. */
export function clusterValues({ values, clusters = [] }: Sample): readonly (readonly number[])[] {
  if (clusters.length !== values.length) {
    throw new RangeError(`${clusters.length} clusters for ${values.length} values`)
  }
  const members = Map.groupBy(values.keys(), (index) => clusters[index])
  return [...members.values()].map((indices) => indices.map((index) => values[index] as number))
}

/**
 * Independent observations of two samples that are to be compared: their values; or, as soon as one of them has several clusters, the
 * clusters' means, where a sample without clusters counts as a single one.
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
