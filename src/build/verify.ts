/**
 * Verification of a paper's claims: what the recorded runs say of each, and, after a rerun, what that says, with every rerun cell
 * held against its record.
 */

import type { Judgement } from '../claims/judge.ts'
import type { Evidence } from '../claims/scope.ts'
import type { Verification } from '../claims/verification.ts'
import type { ClaimBlock } from '../document/block.ts'
import type { PublishedTable } from '../document/published.ts'
import type { PlannedCell } from '../plan/cells.ts'
import type { Step } from '../plan/plan.ts'
import { cellsRead } from '../results/query.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/series.ts'
import { sameRows } from '../results/store.ts'

/** How a rerun cell compares with its record. */
export interface Reproduction {
  readonly cell: string
  readonly origin: Run['origin']
  /** `bits`: the same rows and raw files; `rows`: the same rows; `other`: neither; `none`: there is no record that fits. */
  readonly same: 'bits' | 'rows' | 'other' | 'none'
}

/** What claims are verified against: the steps of a plan, with their runs, and the tables that the document names. */
export interface Verified {
  readonly steps: readonly Step[]
  readonly published: readonly PublishedTable[]
}

/** Judges each claim by the recorded runs among the steps, and by `rerun` if cells ran again. */
export async function verifyClaims(
  claims: readonly ClaimBlock[],
  { steps, published }: Verified,
  rerun: readonly Run[] | undefined,
  judge: (claim: ClaimBlock, evidence: Evidence) => Promise<Judgement>,
): Promise<readonly Verification[]> {
  const experiments = [...new Set(steps.map(({ cell }) => cell.block))]
  const found = steps.flatMap(({ cell, verdict }) =>
    verdict.type === 'recorded' || verdict.type === 'stale' ? [{ name: runName(cell), verdict }] : [],
  )
  const recorded = {
    results: { experiments, published, runs: found.map(({ verdict }) => verdict.run) },
    stale: new Map(
      found.flatMap(({ name, verdict }) => (verdict.type === 'stale' ? [[name, verdict.reason]] : [])),
    ),
  }
  const again = rerun && {
    results: { experiments, published, runs: rerun },
    stale: new Map<string, string>(),
  }
  const verifications: Verification[] = []
  for (const claim of claims) {
    const record = await judge(claim, recorded)
    verifications.push({
      claim,
      recorded: record,
      ...(again ? { rerun: await judge(claim, again) } : {}),
    })
  }
  return verifications
}

/** Compares each run with the record that fits it, if there is one. */
export function reproductions(steps: readonly Step[], runs: readonly Run[]): readonly Reproduction[] {
  return runs.map((run) => {
    const step = steps.find(({ cell }) => runName(cell) === runName(run))
    const record = step?.verdict.type === 'recorded' ? step.verdict.run : undefined
    const common = { cell: runName(run), origin: run.origin }
    if (record === undefined) return { ...common, same: 'none' }
    if (!sameRows(run, record)) return { ...common, same: 'other' }
    return { ...common, same: sameFiles(run, record) ? 'bits' : 'rows' }
  })
}

function sameFiles(a: Run, b: Run): boolean {
  const digests = ({ files }: Run) =>
    Object.entries(files)
      .map(([name, { sha256 }]) => `${name} ${sha256}`)
      .sort()
      .join('\n')
  return digests(a) === digests(b)
}

/** Cells whose runs a claim reads. */
export function cellsFor(
  claims: readonly ClaimBlock[],
  cells: readonly PlannedCell[],
): readonly PlannedCell[] {
  const experiments = [...new Set(cells.map(({ block }) => block))]
  const wanted = new Set(claims.flatMap(({ test }) => cellsRead(test, experiments)))
  return cells.filter((cell) => wanted.has(runName(cell)))
}
