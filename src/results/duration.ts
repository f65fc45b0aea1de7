/** The time and duration of a run, from its provenance. */

import type { Run } from './run.ts'

/** Returns the seconds that a run took, summed over its boots; undefined if not recorded. */
export function secondsOf({ provenance }: Pick<Run, 'provenance'>): number | undefined {
  const seconds = provenance['duration (s)']
  return typeof seconds === 'number' ? seconds : undefined
}

/** Returns the start and end of a run in milliseconds since 1970; undefined if not recorded. */
export function spanOf(run: Pick<Run, 'provenance'>): readonly [number, number] | undefined {
  const start = Date.parse(String(run.provenance.date))
  const seconds = secondsOf(run)
  if (Number.isNaN(start) || seconds === undefined) return undefined
  // Boots may have run in parallel: runs with several record their end.
  const { ended } = run.provenance
  return [start, ended === undefined ? start + seconds * 1000 : Date.parse(String(ended))]
}
