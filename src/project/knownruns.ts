/** Selects a plan's runs as evidence for claims. */

import type { KnownRun, KnownRuns } from '../claims/verification.ts'
import type { ClaimBlock } from '../document/block.ts'
import { expressionsOfClaim } from '../document/claim.ts'
import type { PlannedCell } from '../engine/cells.ts'
import type { Step } from '../engine/plan.ts'
import { cellsRead } from '../query/query.ts'
import { runName, type Run } from '../results/run.ts'

/** Runs by which claims are judged; `made` are those made since the plan, by name. Data is both. */
export function knownRuns(
  steps: readonly Step[],
  made: ReadonlyMap<string, Run> = new Map(),
  data: readonly Run[] = [],
): KnownRuns {
  const recorded = steps.flatMap(({ record }) => (record ? [{ ...record, from: 'record' as const }] : []))
  return {
    recorded: [...recorded, ...asRecords(data)],
    shown: [...shownRuns(steps, made), ...asRecords(data)],
  }
}

/** Data lies in the project, as what is recorded does. */
export function asRecords(data: readonly Run[]): readonly KnownRun[] {
  return data.map((run) => ({ run, from: 'record' }))
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

export function cellsFor(
  claims: readonly ClaimBlock[],
  cells: readonly PlannedCell[],
): readonly PlannedCell[] {
  const experiments = [...new Set(cells.map(({ block }) => block))]
  const wanted = new Set(cellsRead(claims.flatMap(expressionsOfClaim), experiments).names)
  return cells.filter((cell) => wanted.has(runName(cell)))
}
