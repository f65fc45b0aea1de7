/** When a run was made, and how long that took, as the run itself says. */

import type { Run } from './run.ts'

/** How long a run took, its boots one after another; undefined if it does not say. */
export function secondsOf({ provenance }: Pick<Run, 'provenance'>): number | undefined {
  const seconds = provenance['duration (s)']
  return typeof seconds === 'number' ? seconds : undefined
}

/** When a run started and ended, in milliseconds since 1970; undefined if it does not say. */
export function spanOf(run: Pick<Run, 'provenance'>): readonly [number, number] | undefined {
  const start = Date.parse(String(run.provenance.date))
  const seconds = secondsOf(run)
  if (Number.isNaN(start) || seconds === undefined) return undefined
  // Boots may have run side by side: of several the end is said.
  const { ended } = run.provenance
  return [start, ended === undefined ? start + seconds * 1000 : Date.parse(String(ended))]
}
