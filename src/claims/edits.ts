/** Edits by hand behind a claim: its verdict says that it rests on them. */

import type { Claim } from '../document/claim.ts'
import type { Results } from '../query/query.ts'
import { acceptedEdits } from '../results/acceptance.ts'
import { type Acceptance, runName, type Run } from '../results/run.ts'
import type { DataBehind } from './data.ts'
import type { Verdict } from './region.ts'
import { runsBehind } from './uses.ts'

/** A run that a claim rests on, with accepted edits to its rows. */
export interface EditedRun {
  readonly run: string
  readonly edits: readonly Acceptance[]
}

/**
 * Returns the edited runs that a claim reads, as stated or under a condition, and those that these needed.
 */
export function editedRuns(
  claim: Pick<Claim, 'test' | 'conditions' | 'control'>,
  results: Results,
): readonly EditedRun[] {
  return editsOf(runsBehind(claim, results))
}

export function editsOf(runs: readonly Run[]): readonly EditedRun[] {
  return runs.flatMap((run): readonly EditedRun[] => {
    const edits = acceptedEdits(run)
    return edits.length === 0 ? [] : [{ run: runName(run), edits }]
  })
}

/** A verdict with what it rests on that no run of ours shows. */
export type StatedVerdict = Verdict | `${Verdict}, by edited rows` | `${Verdict}, from data`

/**
 * The verdict for programs and people: one that rests on edited rows, or on data that nobody reran, is none of
 * the plain ones.
 */
export function statedVerdict({
  verdict,
  edited = [],
  data = [],
}: {
  readonly verdict: Verdict
  readonly edited?: readonly EditedRun[]
  readonly data?: readonly DataBehind[]
}): StatedVerdict {
  if (edited.length > 0) return `${verdict}, by edited rows`
  return data.length > 0 ? `${verdict}, from data` : verdict
}
