/**
 * What a verdict rests on beside its claim's definition: the runs behind it, how much of them it uses, and
 * edits by hand. It is recorded with the verdict, so that evidence cannot get weaker in silence.
 */

import { dataEnvironment } from '../data/source.ts'
import type { Claim } from '../document/claim.ts'
import type { Results } from '../query/query.ts'
import { digest } from '../results/key.ts'
import { bootsOf, runName, type Run } from '../results/run.ts'
import { rowsDigest } from '../results/runfile.ts'
import { editedRuns } from './edits.ts'
import { english } from './reasons.ts'
import { runsBehind, totalOf, usesOf } from './uses.ts'

/** A run behind a verdict. */
export interface CellBasis {
  readonly key: string
  /** SHA-256 (hex) of its rows, datasets and captured facts. */
  readonly rows: string
  /** Asked for, as are the boots. */
  readonly trials: number
  readonly boots: number
  /** Excluded rows by reason; absent if there are none. */
  readonly excluded?: Readonly<Record<string, number>>
  /** Values that the claim uses, by series: `pause.total`. */
  readonly values: Readonly<Record<string, number>>
}

export interface Basis {
  /** By the run's name, sorted; also those that the claim's experiments need. */
  readonly cells: Readonly<Record<string, CellBasis>>
  /** Edits by hand to these, a text for each; absent if there are none. */
  readonly edits?: readonly string[]
}

/** Of the runs that there are. Deterministic. */
export function basisOf(claim: Pick<Claim, 'test' | 'conditions' | 'control'>, results: Results): Basis {
  const uses = Map.groupBy(usesOf(claim, results), ({ run }) => run)
  const cells = runsBehind(claim, results).map((run): readonly [string, CellBasis] => {
    const values = (uses.get(run) ?? []).map(({ what, n }) => [what, n] as const)
    const excluded = run.exclusions.map(({ reason, count }) => [reason, count] as const)
    return [
      runName(run),
      {
        ...{ key: run.key, rows: observed(run), trials: run.trials, boots: bootsOf(run) },
        ...(excluded.length === 0 ? {} : { excluded: Object.fromEntries(excluded.sort(byName)) }),
        values: Object.fromEntries(values.sort(byName)),
      },
    ]
  })
  const edits = editedRuns(claim, results).flatMap(({ run, edits }) =>
    edits.map((one) => english.edits({ run, edits: [one] })),
  )
  return {
    cells: Object.fromEntries(cells.sort(byName)),
    ...(edits.length === 0 ? {} : { edits }),
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function observed(run: Run): string {
  const datasets = Object.entries(run.datasets ?? {}).map(
    ([name, dataset]) => [name, rowsDigest(dataset)] as const,
  )
  return digest([rowsDigest(run), Object.fromEntries(datasets), run.captured])
}

/** How the evidence of a run is other than recorded. */
export interface CellChange {
  readonly run: string
  /**
   * `rows`: others under the same key, though no edit was accepted; `data`: another file of data, which nobody
   * can run again to see which is right; `inputs`: another key, which by itself is
   * no weaker evidence; then fewer `trials`, `boots` or `values`, or a larger share of `excluded` rows.
   */
  readonly type: 'rows' | 'inputs' | 'data' | 'trials' | 'boots' | 'excluded' | 'values'
  /** Numbers; of exclusions with their reasons, of data the start of its digest. Absent for rows and inputs. */
  readonly before?: string
  readonly now?: string
}

/** Runs in both, in the order of the record. */
export function basisChanges(before: Basis, now: Basis): readonly CellChange[] {
  const fresh = freshEdits(before, now)
  return Object.entries(before.cells).flatMap(([run, then]) => {
    const cell = Object.hasOwn(now.cells, run) ? now.cells[run] : undefined
    if (cell === undefined) return []
    const isEdited = fresh.some((text) => text.startsWith(`${run}: `))
    const changed = cellChanges(then, cell, run.split('/')[1] === dataEnvironment)
    return changed
      .filter(({ type }) => type !== 'rows' || !isEdited)
      .map((one): CellChange => ({ run, ...one }))
  })
}

function cellChanges(before: CellBasis, now: CellBasis, isData: boolean): readonly Omit<CellChange, 'run'>[] {
  const found: Omit<CellChange, 'run'>[] = []
  if (before.key !== now.key && isData)
    found.push({ type: 'data', before: before.key.slice(0, 12), now: now.key.slice(0, 12) })
  else if (before.key !== now.key) found.push({ type: 'inputs' })
  else if (before.rows !== now.rows && !isData) found.push({ type: 'rows' })
  for (const type of ['trials', 'boots'] as const)
    if (now[type] < before[type]) found.push({ type, before: String(before[type]), now: String(now[type]) })
  const share = ({ excluded = {}, trials }: CellBasis) => countIn(excluded) / trials
  if (share(now) > share(before))
    found.push({ type: 'excluded', before: exclusionText(before), now: exclusionText(now) })
  if (found.some(({ type }) => type !== 'inputs' && type !== 'rows')) return found
  for (const [series, count] of Object.entries(before.values)) {
    const left = Object.hasOwn(now.values, series) ? (now.values[series] ?? 0) : count
    if (left < count) found.push({ type: 'values', before: `${series} ${count}`, now: String(left) })
  }
  return found
}

function countIn(excluded: Readonly<Record<string, number>>): number {
  return totalOf(Object.entries(excluded).map(([reason, count]) => ({ reason, count })))
}

function exclusionText({ excluded = {} }: CellBasis): string {
  const texts = Object.entries(excluded).map(([reason, count]) => `${count} (${reason})`)
  return texts.length === 0 ? '0' : texts.join(', ')
}

/** Whether what changed makes the evidence weaker, or cannot have come from the program. */
export function isWeakerBasis({ type }: CellChange): boolean {
  return type !== 'inputs'
}

/** Returns the edits that were made since the record. */
export function freshEdits({ edits: before = [] }: Basis, { edits = [] }: Basis): readonly string[] {
  return edits.filter((one) => !before.includes(one))
}

/** Edits that a record has and its runs no longer say, though they are not other runs. */
export function lostEdits(before: Basis, now: Basis): readonly string[] {
  return freshEdits(now, before)
}
