/**
 * Quantities: numbers with their unit and the runs or published tables they came from, so that no number in a
 * report loses its origin.
 */

import type { Run } from '../results/run.ts'
import type { Origin } from '../testbed/board.ts'

/** The source of a number: a run, with the number of observations summarized, or a published table. */
export type Source = { readonly type: 'run'; readonly run: Run; readonly n: number } | PublishedSource

export interface PublishedSource {
  readonly type: 'published'
  /** Relative to the project. */
  readonly file: string
  /** Its number in the publication. */
  readonly table?: string
}

export interface Quantity {
  readonly value: number
  /** See units.ts. */
  readonly unit: string
  /** Empty for a constant that the author wrote. */
  readonly sources: readonly Source[]
}

/** Returns the runs among the sources, once for each reading. */
export function runsIn(sources: readonly Source[]): readonly Run[] {
  return sources.flatMap((source) => (source.type === 'run' ? [source.run] : []))
}

/** Returns the origins of all sources, in a fixed order; `published` comes last and hides no other. */
export function originsIn(sources: readonly Source[]): readonly (Origin | 'published')[] {
  const isPublished = sources.some(({ type }) => type === 'published')
  return [...origins(runsIn(sources)), ...(isPublished ? (['published'] as const) : [])]
}

/** Returns the distinct origins of runs, sorted: an emulated time plus a constant stays emulated. */
export function origins(runs: readonly Run[]): readonly Origin[] {
  return [...new Set(runs.map((run) => run.origin))].sort()
}
