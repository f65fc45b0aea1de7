/** The record: checks of --frozen, and writes of --record to results/. */

import { VFile } from 'vfile'
import type { KnownRun } from '../claims/verification.ts'
import { parseDocument } from '../document/document.ts'
import type { TellEvent } from '../engine/event.ts'
import type { Step } from '../engine/plan.ts'
import { openFiles } from '../files/tracked.ts'
import { documentOf, runName } from '../results/run.ts'
import { StoreError } from '../results/runfile.ts'
import { openStore, recordedFolder } from '../results/store.ts'
import type { Site } from './site.ts'

/** Thrown by --frozen: recorded runs are missing or stale. One line per cell. */
export class FrozenError extends Error {
  override readonly name = 'FrozenError'
}

export function refuseUnrecorded(steps: readonly Step[], site: Site): void {
  const lines = steps.flatMap((step) => {
    const { cell, status } = step
    if (status.type === 'recorded') return []
    const why = status.type === 'cached' ? 'run here, but not recorded (repro run --record)' : status.reason
    const owner = otherOwner(step, site)
    return [`${runName(cell)}: ${why}${owner === undefined ? '' : `; ${owner}`}`]
  })
  if (lines.length > 0) throw new FrozenError(lines.join('\n'))
}

/** Throws a StoreError if recording would replace runs of another document's experiment of the same name. */
export function refuseOthersRecords(steps: readonly Step[], site: Site): void {
  const lines = steps.flatMap((step) =>
    step.status.type === 'recorded' ? [] : (otherOwner(step, site) ?? []),
  )
  if (lines.length === 0) return
  throw new StoreError(
    `${lines.join('\n')}\nRecording would replace it: give the experiment in ${site.document} another id.`,
  )
}

/** Describes the other document that owns a cell's recorded run and still has the experiment, if any. */
function otherOwner({ cell, record }: Step, { project, document }: Site): string | undefined {
  const owner = record && documentOf(record.run)
  if (owner === undefined || owner === document) return undefined
  const files = openFiles(project)
  const value = files.problem(owner) === undefined ? files.text(owner) : undefined
  const theirs = value === undefined ? [] : parseDocument(new VFile({ path: owner, value })).blocks
  return theirs.some(({ id, type }) => type === 'experiment' && id === cell.experiment)
    ? `${recordedFolder(cell)} is the record of ${owner}, which has an experiment of the same name`
    : undefined
}

/** Records the runs that the report shows, except stale ones and those already recorded. */
export async function record(
  shown: readonly KnownRun[],
  steps: readonly Step[],
  { project, seal }: Site,
  tell: TellEvent,
): Promise<void> {
  const recorded = new Set(steps.flatMap(({ status }) => (status.type === 'recorded' ? [status.run] : [])))
  const fresh = shown.filter(({ run, stale }) => stale === undefined && !recorded.has(run))
  const store = openStore(project, openFiles(project), seal)
  for (const { run } of fresh) await store.record(run)
  tell({ type: 'note', text: `recorded ${fresh.length} ${fresh.length === 1 ? 'run' : 'runs'} in results/` })
}
