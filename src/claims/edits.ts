/** Edits by hand behind a claim: its verdict says that it rests on them. */

import { type Claim, expressionsOfClaim } from '../document/claim.ts'
import { cellsRead, type Results } from '../query/query.ts'
import { acceptedEdits } from '../results/acceptance.ts'
import { type Acceptance, runName, type Run } from '../results/run.ts'
import type { Verdict } from './region.ts'

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
  { experiments, runs }: Results,
): readonly EditedRun[] {
  const { names } = cellsRead(expressionsOfClaim(claim), experiments)
  const needed = new Set<string>()
  const visit = (id: string) => {
    for (const other of experiments.find((one) => one.id === id)?.needs ?? []) {
      if (needed.has(other)) continue
      needed.add(other)
      visit(other)
    }
  }
  for (const name of names) visit(name.split('/')[0] ?? '')
  const read = new Set(names)
  return editsOf(runs.filter((run) => read.has(runName(run)) || needed.has(run.experiment)))
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
