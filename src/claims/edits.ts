/** Edits by hand behind a claim: its verdict says that it rests on them. */

import type { Claim } from '../document/claim.ts'
import type { Results } from '../query/query.ts'
import { acceptedEdits } from '../results/acceptance.ts'
import { type Acceptance, runName, type Run } from '../results/run.ts'
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

/** The verdict for programs and people: one that rests on edited rows is none of the plain ones. */
export function statedVerdict({
  verdict,
  edited = [],
}: {
  readonly verdict: Verdict
  readonly edited?: readonly EditedRun[]
}): Verdict | `${Verdict}, by edited rows` {
  return edited.length === 0 ? verdict : `${verdict}, by edited rows`
}
