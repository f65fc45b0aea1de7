/**
 * Decides whether samples are paired: cells of one experiment may share seeds, so that the same trial of the
 * same boot waits for the same times in both, and only differences between the two tell the cells apart.
 */

import type { Sample, TrialKey } from './clusters.ts'

/** Samples in the same order, or why they cannot be paired. */
export type Pairing =
  | {
      readonly type: 'paired'
      /** The indices in b of the partners of a's values, in a's order. */
      readonly partners: readonly number[]
    }
  | {
      readonly type: 'unpaired'
      /**
       * `keys`: a sample has none. `seeds`: some trial has none. `repeated`: two values of a sample have the
       * same key. `different`: a trial of one is not in the other.
       */
      readonly reason: 'keys' | 'seeds' | 'repeated' | 'different'
    }

/**
 * Pairs two samples if both have the same boots, seeds and trial numbers, each once. Whether the values are
 * correlated does not matter: choosing the test by the outcome would raise its error. Throws a RangeError if
 * a sample has not as many keys as values.
 */
export function pairing(a: Sample, b: Sample): Pairing {
  for (const { keys, values } of [a, b]) {
    if (keys !== undefined && keys.length !== values.length)
      throw new RangeError(`${keys.length} keys for ${values.length} values`)
  }
  if (a.keys === undefined || b.keys === undefined) return { type: 'unpaired', reason: 'keys' }
  if ([...a.keys, ...b.keys].some(({ seed }) => seed === undefined))
    return { type: 'unpaired', reason: 'seeds' }
  const places = new Map(b.keys.map((key, index) => [textOf(key), index]))
  const names = a.keys.map(textOf)
  if (places.size < b.keys.length || new Set(names).size < names.length)
    return { type: 'unpaired', reason: 'repeated' }
  const partners = names.flatMap((name) => places.get(name) ?? [])
  if (partners.length < names.length || partners.length < places.size)
    return { type: 'unpaired', reason: 'different' }
  return { type: 'paired', partners }
}

function textOf({ boot, trial, seed }: TrialKey): string {
  return JSON.stringify([boot, trial, seed])
}
