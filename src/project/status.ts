/** Status of a document's steps: cells, tables, figures, claims and the page. */

import { editsOf } from '../claims/edits.ts'
import { english } from '../claims/reasons.ts'
import type { VerdictRecord } from '../claims/verification.ts'
import { type Change, cellChanges, changesOf, summaryOfChanges } from '../engine/cachestatus.ts'
import type { Step } from '../engine/plan.ts'
import { openFiles } from '../files/tracked.ts'
import { defaultFormat } from '../report/formats.ts'
import { digest, keyOf } from '../results/key.ts'
import { runName, type Inputs, type Run } from '../results/run.ts'
import { counted, present } from '../text/message.ts'
import { planWithDamaged, statusesOf } from './build.ts'
import { dataChecks, dataRuns } from './data.ts'
import { knownRuns } from './knownruns.ts'
import { changedFile, readManifest } from './manifest.ts'
import { programOf } from './program.ts'
import { renderInputs } from './renderinputs.ts'
import { openDocument, type Opened, type Site } from './site.ts'
import { verdictRecord } from './verdicts.ts'

export interface StepStatus {
  /** Name of a cell or a file of data, id of a table, figure or claim, or `page` (in another format: `page.markdown`). */
  readonly id: string
  readonly type: 'cell' | 'data' | 'table' | 'figure' | 'claim' | 'page'
  /**
   * Cells: `recorded`, `cached`, `stale`, `missing` or `damaged`; data: `data`, or `changed` since verdicts that
   * rest on it were recorded; others: `fresh`, `stale` or `missing`.
   */
  readonly state: 'data' | 'changed' | 'recorded' | 'cached' | 'fresh' | 'stale' | 'missing' | 'damaged'
  readonly reason?: string
  readonly key: string
  readonly inputs: Inputs
  /** Changes since it was made; undefined if it never was. */
  readonly changes?: readonly Change[]
}

/**
 * Status of cells, then tables, figures and claims, then the page in each written format. Throws a
 * DocumentError for errors.
 */
export async function statusOf(site: Site): Promise<readonly StepStatus[]> {
  const manifest = readManifest(site)
  const files = openFiles(site.project, manifest?.fingerprints)
  const opened = await openDocument(site, files)
  const steps = await planWithDamaged(site, opened, files)
  const { shown } = knownRuns(steps, new Map(), dataRuns(opened.data))
  const inputs = renderInputs({
    document: opened.document,
    translations: opened.translations,
    published: opened.published,
    runs: shown.map(({ run }) => run),
    statuses: statusesOf(shown),
    files,
    program: programOf(site, files),
  })
  const types = new Map(opened.document.blocks.map(({ id, type }) => [id, type]))
  const { page = {}, ...parts } = inputs
  const before = new Map(Object.entries(manifest?.steps ?? {}))
  const rendered = Object.entries(parts).map(([id, now]) => {
    const type = types.get(id)
    const shown = type === 'experiment' || type === 'data' ? undefined : type
    return renderedStatus({ id, type: shown, now, before: before.get(id) })
  })
  const reports = manifest?.reports ?? {}
  const written = Object.keys(reports).length > 0 ? Object.keys(reports) : [defaultFormat]
  const pages = written.map((format) => {
    const id = format === defaultFormat ? 'page' : `page.${format}`
    const report = reports[format]
    const problem = report && changedFile(site.project, report)
    return renderedStatus({ id, now: page, before: report?.page, problem })
  })
  return [
    ...steps.map(cellStatus),
    ...dataStatuses(opened, verdictRecord(opened.document, files)),
    ...rendered,
    ...pages,
  ]
}

/** Files of data, which nothing reruns: whether they are those behind the recorded verdicts. */
function dataStatuses({ data }: Opened, { recorded }: VerdictRecord): readonly StepStatus[] {
  const runs = dataRuns(data)
  return dataChecks(runs, recorded).map(({ state, recorded: before, ...one }, index): StepStatus => {
    const common = {
      ...({ id: one.run, type: 'data', key: one.sha256 } as const),
      inputs: runs[index]?.inputs ?? {},
    }
    const what = `data, not rerun: ${one.file}, ${counted(one.rows, 'row')}`
    if (state !== 'changed' || before === undefined) return { ...common, state: 'data', reason: what }
    return {
      ...common,
      state: 'changed',
      reason: `${what}; other than when verdicts were recorded on ${before.date}`,
      changes: [{ input: `data ${one.file}`, before: before.sha256, now: one.sha256 }],
    }
  })
}

interface Rendered {
  readonly id: string
  /** Default: a page. */
  readonly type?: StepStatus['type'] | undefined
  readonly now: Inputs
  /** Inputs when it was rendered; undefined if it never was. */
  readonly before: Inputs | undefined
  /** What is wrong with its files. */
  readonly problem?: string | undefined
}

function renderedStatus({ id, type = 'page', now, before, problem }: Rendered): StepStatus {
  const step = { id, type, key: digest(now), inputs: now }
  if (before === undefined) return { ...step, state: 'missing', reason: 'not rendered yet' }
  const changes = changesOf(before, now)
  const reason = problem ?? (changes.length > 0 ? summaryOfChanges(changes) : undefined)
  return reason === undefined
    ? { ...step, state: 'fresh', changes }
    : { ...step, state: 'stale', reason, changes }
}

function cellStatus({ cell, expected: inputs, status }: Step): StepStatus {
  const run: Run | undefined = 'run' in status ? status.run : 'before' in status ? status.before : undefined
  const edits =
    'run' in status ? editsOf([status.run]).map(({ edits }) => english.edits({ run: 'rows', edits })) : []
  const reasons = present(['reason' in status && status.reason, ...edits])
  const reason = reasons.length === 0 ? undefined : reasons.join('; ')
  return {
    ...{ id: runName(cell), type: 'cell', key: keyOf(cell, inputs), inputs, state: status.type },
    ...(reason === undefined ? {} : { reason }),
    ...(run ? { changes: cellChanges(run.inputs, inputs) } : {}),
  }
}
