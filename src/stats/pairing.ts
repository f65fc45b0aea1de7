/**
 * Decides which samples are paired. A boot's random numbers, such as the waits before its trials, come from
 * the seed of its cell and its own number; so boot b of one cell goes with boot b of another that has the
 * same seed.
 *
 * Seeds and boots decide, not the correlation that was found: choosing the test by its outcome would raise
 * its error. Pairs that turn out uncorrelated cost degrees of freedom (boots - 1 in place of twice that) and
 * no error; correlated ones that are taken for independent make sums look surer than they are.
 */

import type { Sample } from './clusters.ts'

/** The boots of a sample and what their random numbers come from. */
export interface Seeded {
  readonly seed?: number | undefined
  /** In any order; may have duplicates. */
  readonly boots: readonly (string | number)[]
}

/** Whether the boots behind a comparison share seeds: all, none, or only some cells. */
export type Pairing = 'paired by boot' | 'independent boots' | 'partly paired by boot'

/** The same in words; the boots of data that nobody reran are units of repetition. */
export type PairingName = Pairing | 'paired by unit' | 'independent units' | 'partly paired by unit'

export function pairingOfUnits(pairing: Pairing): PairingName {
  return pairing.replace('boot', 'unit') as PairingName
}

/**
 * Groups samples by what they share, in order of appearance: the indices of those with the same seed and the
 * same boots, at least two. All others are alone.
 */
export function pairedGroups(samples: readonly Seeded[]): readonly (readonly number[])[] {
  const keys = samples.map(({ seed, boots }, index) => {
    const names = [...new Set(boots)].map((boot) => JSON.stringify(boot)).sort()
    return seed === undefined || names.length < 2 ? index : JSON.stringify([seed, names])
  })
  return [...Map.groupBy(keys.keys(), (index) => keys[index]).values()]
}

/** Describes the groups of samples with boots; undefined if there is one sample, so nothing to pair. */
export function pairingOf(groups: readonly (readonly number[])[]): Pairing | undefined {
  const samples = groups.flat().length
  if (samples < 2) return undefined
  if (groups.length === 1) return 'paired by boot'
  return groups.length === samples ? 'independent boots' : 'partly paired by boot'
}

/** Returns b with its boots in the order of a's, if both are paired; undefined if not. */
export function partnerOf(a: Sample, b: Sample): Sample | undefined {
  const seeded = [a, b].map(({ seed, clusters = [] }): Seeded => ({ seed, boots: clusters }))
  if (pairedGroups(seeded).length > 1) return undefined
  const members = Map.groupBy(b.values.keys(), (index) => b.clusters?.[index])
  const order = [...new Set(a.clusters)].flatMap((boot) => members.get(boot) ?? [])
  return {
    ...b,
    values: order.map((index) => b.values[index] as number),
    clusters: order.map((index) => b.clusters?.[index] as string | number),
  }
}
