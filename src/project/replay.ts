/** Compares cells that were run again with their records, down to the values that differ. */

import type { Step } from '../engine/plan.ts'
import { type Dataset, runName, type Run } from '../results/run.ts'
import { rowsDigest } from '../results/runfile.ts'
import { differingDatasets, sameRows } from '../results/store.ts'

export interface Reproduction {
  readonly cell: string
  readonly origin: Run['origin']
  /**
   * `bits`: equal rows, datasets and raw files; `rows`: equal rows and datasets; `other`: neither; `none`: no
   * up-to-date record.
   */
  readonly same: 'bits' | 'rows' | 'other' | 'none'
  /** Rows and datasets that differ. */
  readonly differences: readonly Difference[]
  /** Raw files that differ, or that only one of both has. */
  readonly files: readonly string[]
  /**
   * Other cells, whose reruns gave the rows that this one has recorded, the most alike first: rows were swapped.
   * Absent without any, or if rows are too alike to tell.
   */
  readonly holds?: readonly string[]
  /** Host of the record; absent without one. */
  readonly recordedOn?: string
  readonly rerunOn: string
}

/** How the rows of a run, or one of its datasets, differ between record and rerun. */
export interface Difference {
  /** `rows`, or the name of a dataset. */
  readonly what: string
  /** Number of rows; 0 without the dataset. */
  readonly recorded: number
  readonly rerun: number
  /** Rows that differ or that only one of both has. */
  readonly differing: number
  /** Columns that only one of both has, or whose texts or missing values differ. */
  readonly columns: readonly string[]
  /** Absent if no number differs. */
  readonly largest?: ValueDifference
  /** As a share of the recorded value; absent if no number but 0 differs. */
  readonly largestShare?: ValueDifference & { readonly share: number }
}

export interface ValueDifference {
  readonly column: string
  /** As in the run; empty for a plain number. */
  readonly unit: string
  /** From 1. */
  readonly row: number
  readonly recorded: number
  readonly rerun: number
}

/** Compares each run with its up-to-date record, if any. */
export function reproductions(steps: readonly Step[], runs: readonly Run[]): readonly Reproduction[] {
  const byRows = Map.groupBy(runs, rowsDigest)
  const byCell = new Map(steps.map((step) => [runName(step.cell), step]))
  return runs.map((run) => {
    const step = byCell.get(runName(run))
    const record = step?.status.type === 'recorded' ? step.status.run : undefined
    const common = { cell: runName(run), origin: run.origin, rerunOn: hostOf(run) }
    if (record === undefined) return { ...common, same: 'none', differences: [], files: [] }
    const files = differingFiles(record, run)
    const same = !sameRows(record, run) ? 'other' : files.length > 0 ? 'rows' : 'bits'
    const isForeign = same === 'other' && rowsDigest(record) !== rowsDigest(run) && tellsApart(record)
    const owners = isForeign ? (byRows.get(rowsDigest(record)) ?? []) : []
    return {
      ...{ ...common, same, differences: differencesOf(record, run), files, recordedOn: hostOf(record) },
      ...(owners.length === 0 ? {} : { holds: owners.toSorted(nearest(run)).map(runName) }),
    }
  })
}

/** Rows with so few outcomes may be those of another cell by chance (results/repeats.ts). */
const fewOutcomes = 4

function tellsApart({ columns, rows }: Run): boolean {
  const measures = columns.filter(({ role }) => role === 'measure')
  return new Set(rows.map((row) => measures.map(({ name }) => row[name]).join())).size > fewOutcomes
}

/** Cells of the same experiment and environment come first, then by name. */
function nearest({ experiment, environment }: Run): (a: Run, b: Run) => number {
  const distance = (one: Run) =>
    Number(one.experiment !== experiment) + Number(one.environment !== environment)
  return (a, b) => distance(a) - distance(b) || (runName(a) < runName(b) ? -1 : 1)
}

/** Whether a record holds other rows than its cell gives: on an emulated board always, or swapped ones. */
export function isOther({ origin, same, holds }: Reproduction): boolean {
  return same === 'other' && (origin === 'emulated' || holds !== undefined)
}

/** Differences of rows and datasets, rows first. */
export function differencesOf(record: Run, run: Run): readonly Difference[] {
  const datasets = differingDatasets(record, run).map((name) => {
    const [before, now] = [record, run].map((one) => one.datasets?.[name] ?? none)
    return differenceOf(name, before ?? none, now ?? none)
  })
  return [...(rowsDigest(record) === rowsDigest(run) ? [] : [differenceOf('rows', record, run)]), ...datasets]
}

const none: Dataset = { columns: [], rows: [] }

/** Compares rows by their place. */
function differenceOf(what: string, before: Dataset, now: Dataset): Difference {
  const names = (dataset: Dataset) => dataset.columns.map(({ name }) => name)
  const shared = before.columns.filter(({ name }) => names(now).includes(name))
  const sharedNames = shared.map(({ name }) => name)
  const columns = new Set([...names(before), ...names(now)].filter((name) => !sharedNames.includes(name)))
  const values: ValueDifference[] = []
  let differing = 0
  const count = Math.max(before.rows.length, now.rows.length)
  for (let index = 0; index < count; index += 1) {
    const [one, other] = [before.rows[index], now.rows[index]]
    if (one === undefined || other === undefined) {
      differing += 1
      continue
    }
    const changed = shared.filter(({ name }) => !Object.is(one[name] ?? null, other[name] ?? null))
    if (changed.length > 0 || columns.size > 0) differing += 1
    for (const { name, unit = '' } of changed) {
      const [recorded, rerun] = [one[name], other[name]]
      if (typeof recorded === 'number' && typeof rerun === 'number')
        values.push({ column: name, unit, row: index + 1, recorded, rerun })
      else columns.add(name)
    }
  }
  const largest = largestBy(values, ({ recorded, rerun }) => Math.abs(rerun - recorded))
  const largestShare = largestBy(
    values.filter(({ recorded }) => recorded !== 0),
    shareOf,
  )
  return {
    ...{ what, recorded: before.rows.length, rerun: now.rows.length, differing, columns: [...columns] },
    ...(largest ? { largest } : {}),
    ...(largestShare ? { largestShare: { ...largestShare, share: shareOf(largestShare) } } : {}),
  }
}

function shareOf({ recorded, rerun }: ValueDifference): number {
  return Math.abs((rerun - recorded) / recorded)
}

/** The first of the largest. */
function largestBy<Item>(items: readonly Item[], size: (item: Item) => number): Item | undefined {
  let best: Item | undefined
  for (const item of items) if (best === undefined || size(item) > size(best)) best = item
  return best
}

function differingFiles(record: Run, run: Run): readonly string[] {
  const names = [...new Set([...Object.keys(record.files), ...Object.keys(run.files)])].sort()
  return names.filter((name) => record.files[name]?.sha256 !== run.files[name]?.sha256)
}

/** `2 x AMD EPYC, Debian GNU/Linux 12, Node v24.21.0`. */
function hostOf({ provenance }: Run): string {
  const known = ['host CPU', 'host OS', 'host runtime'].flatMap((item) => provenance[item] ?? [])
  return known.length === 0 ? 'unknown' : known.join(', ')
}
