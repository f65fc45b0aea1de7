/** Runs of a plan as evidence for claims; and, after a rerun, every cell held against its record. */

import type { KnownRun, KnownRuns } from '../claims/verification.ts'
import type { ClaimBlock } from '../document/block.ts'
import { expressionsOf } from '../document/claim.ts'
import type { PlannedCell } from '../engine/cells.ts'
import type { Step } from '../engine/plan.ts'
import { cellsRead } from '../query/query.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/run.ts'
import { sameRows } from '../results/store.ts'

/** How a rerun cell compares with its record. */
export interface Reproduction {
  readonly cell: string
  readonly origin: Run['origin']
  /** `bits`: the same rows and raw files; `rows`: the same rows; `other`: neither; `none`: there is no record that fits. */
  readonly same: 'bits' | 'rows' | 'other' | 'none'
}

/** The runs of a plan, by which claims are judged; `made` are those that were made since, by name. */
export function knownRuns(steps: readonly Step[], made: ReadonlyMap<string, Run> = new Map()): KnownRuns {
  const recorded = steps.flatMap(({ record }) => (record ? [{ ...record, from: 'record' as const }] : []))
  return { recorded, shown: shownRuns(steps, made) }
}

/** What a report shows of each cell, if there is anything. */
export function shownRuns(steps: readonly Step[], made: ReadonlyMap<string, Run>): readonly KnownRun[] {
  return steps.flatMap(({ cell, verdict, record }): readonly KnownRun[] => {
    const run = made.get(runName(cell))
    if (run) return [{ run, from: 'build' }]
    if (verdict.type === 'missing' || verdict.type === 'damaged') return []
    const from = verdict.run === record?.run ? 'record' : 'here'
    return [{ run: verdict.run, from, ...(verdict.type === 'stale' ? { stale: verdict.reason } : {}) }]
  })
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
  const wanted = new Set(claims.flatMap(({ test }) => cellsRead(expressionsOf(test), experiments)))
  return cells.filter((cell) => wanted.has(runName(cell)))
}
