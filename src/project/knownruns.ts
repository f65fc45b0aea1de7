/** Selects a plan's runs as evidence for claims, and compares rerun cells with their records. */

import type { KnownRun, KnownRuns } from '../claims/verification.ts'
import type { ClaimBlock } from '../document/block.ts'
import { expressionsOfClaim } from '../document/claim.ts'
import type { PlannedCell } from '../engine/cells.ts'
import type { Step } from '../engine/plan.ts'
import { cellsRead } from '../query/query.ts'
import { runName, type Run } from '../results/run.ts'
import { sameRows } from '../results/store.ts'

export interface Reproduction {
  readonly cell: string
  readonly origin: Run['origin']
  /** `bits`: equal rows and raw files; `rows`: equal rows; `other`: neither; `none`: no up-to-date record. */
  readonly same: 'bits' | 'rows' | 'other' | 'none'
}

/** Runs by which claims are judged; `made` are those made since the plan, by name. */
export function knownRuns(steps: readonly Step[], made: ReadonlyMap<string, Run> = new Map()): KnownRuns {
  const recorded = steps.flatMap(({ record }) => (record ? [{ ...record, from: 'record' as const }] : []))
  return { recorded, shown: shownRuns(steps, made) }
}

/** The steps without runs made here beside a record: what others see. */
export function recordsOnly(steps: readonly Step[]): readonly Step[] {
  return steps.map((step) => ({ ...step, rerun: undefined }))
}

export function shownRuns(steps: readonly Step[], made: ReadonlyMap<string, Run>): readonly KnownRun[] {
  return steps.flatMap(({ cell, status, record, rerun }): readonly KnownRun[] => {
    const run = made.get(runName(cell))
    if (run) return [{ run, from: 'build' }]
    if (rerun) return [{ run: rerun, from: 'here' }]
    if (status.type === 'missing' || status.type === 'damaged') return []
    const from = status.run === record?.run ? 'record' : 'here'
    return [{ run: status.run, from, ...(status.type === 'stale' ? { stale: status.reason } : {}) }]
  })
}

/** Compares each run with its up-to-date record, if any. */
export function reproductions(steps: readonly Step[], runs: readonly Run[]): readonly Reproduction[] {
  return runs.map((run) => {
    const step = steps.find(({ cell }) => runName(cell) === runName(run))
    const record = step?.status.type === 'recorded' ? step.status.run : undefined
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

export function cellsFor(
  claims: readonly ClaimBlock[],
  cells: readonly PlannedCell[],
): readonly PlannedCell[] {
  const experiments = [...new Set(cells.map(({ block }) => block))]
  const wanted = new Set(claims.flatMap((claim) => cellsRead(expressionsOfClaim(claim), experiments)))
  return cells.filter((cell) => wanted.has(runName(cell)))
}
