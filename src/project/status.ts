/** Status of a document's steps: cells, tables, figures, claims and the page. */

import { type Change, cellChanges, changesOf, summaryOfChanges } from '../engine/cachestatus.ts'
import type { Step } from '../engine/plan.ts'
import { openFiles } from '../files/tracked.ts'
import { digest, keyOf } from '../results/key.ts'
import { runName, type Inputs, type Run } from '../results/run.ts'
import { planWithDamaged, statusesOf } from './build.ts'
import { knownRuns } from './knownruns.ts'
import { isWritten, readManifest } from './manifest.ts'
import { programOf } from './program.ts'
import { renderInputs } from './renderinputs.ts'
import { openDocument, type Site } from './site.ts'

export interface StepStatus {
  /** Name of a cell, id of a table, figure or claim, or `page`. */
  readonly id: string
  readonly type: 'cell' | 'table' | 'figure' | 'claim' | 'page'
  /** Cells: `recorded`, `cached`, `stale`, `missing` or `damaged`; others: `fresh`, `stale` or `missing`. */
  readonly state: 'recorded' | 'cached' | 'fresh' | 'stale' | 'missing' | 'damaged'
  readonly reason?: string
  readonly key: string
  readonly inputs: Inputs
  /** Changes since it was made; undefined if it never was. */
  readonly changes?: readonly Change[]
}

/** Status of cells, then tables, figures and claims, then the page. Throws a DocumentError for errors. */
export async function statusOf(site: Site): Promise<readonly StepStatus[]> {
  const manifest = readManifest(site)
  const files = openFiles(site.project, manifest?.fingerprints)
  const opened = await openDocument(site, files)
  const steps = await planWithDamaged(site, opened, files)
  const { shown } = knownRuns(steps)
  const inputs = renderInputs({
    document: opened.document,
    editions: opened.editions,
    published: opened.published,
    runs: shown.map(({ run }) => run),
    statuses: statusesOf(shown),
    files,
    program: programOf(site, files),
  })
  const types = new Map(opened.document.blocks.map(({ id, type }) => [id, type]))
  // In any format.
  const isThere = Object.values(manifest?.reports ?? {}).some((files) => isWritten(site.project, files))
  const rendered = Object.entries(inputs).map(([id, now]): StepStatus => {
    const type = types.get(id) ?? 'page'
    const step = { id, type: type === 'experiment' ? 'page' : type, key: digest(now), inputs: now } as const
    const before = isThere && manifest && Object.hasOwn(manifest.steps, id) ? manifest.steps[id] : undefined
    if (before === undefined) return { ...step, state: 'missing', reason: 'not rendered yet' }
    const changes = changesOf(before, now)
    if (changes.length === 0) return { ...step, state: 'fresh', changes }
    return { ...step, state: 'stale', reason: summaryOfChanges(changes), changes }
  })
  return [...steps.map(cellStatus), ...rendered]
}

function cellStatus({ cell, expected: inputs, status }: Step): StepStatus {
  const run: Run | undefined = 'run' in status ? status.run : 'before' in status ? status.before : undefined
  return {
    ...{ id: runName(cell), type: 'cell', key: keyOf(cell, inputs), inputs, state: status.type },
    ...('reason' in status ? { reason: status.reason } : {}),
    ...(run ? { changes: cellChanges(run.inputs, inputs) } : {}),
  }
}
