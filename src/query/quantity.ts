/** A quantity is a number with its unit and the runs or published tables it came from, so that no number in a report can lose its origin. */

import type { Run } from '../results/run.ts'
import type { Origin } from '../testbed/testbed.ts'

/** Where a number was read: a run, and how many observations of it were summarized, or a published table. */
export type Source = RunSource | PublishedSource

export interface RunSource {
  readonly type: 'run'
  readonly run: Run
  readonly n: number
}

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

/** The runs among the sources of a number, once for each reading. */
export function runsIn(sources: readonly Source[]): readonly Run[] {
  return sources.flatMap((source) => (source.type === 'run' ? [source.run] : []))
}

/** Where the numbers behind a number are from, in a fixed order: `published` comes last and hides no origin of ours. */
export function originsIn(sources: readonly Source[]): readonly (Origin | 'published')[] {
  const isPublished = sources.some(({ type }) => type === 'published')
  return [...origins(runsIn(sources)), ...(isPublished ? (['published'] as const) : [])]
}

/** The origins of the runs behind a number, in a fixed order: a sum of an emulated time and a constant stays emulated. */
export function origins(runs: readonly Run[]): readonly Origin[] {
  return [...new Set(runs.map((run) => run.origin))].sort()
}
