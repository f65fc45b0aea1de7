/** Compares runs: two states of the record, or two runs. */

import { type Change, cellChanges, changesOf } from '../engine/cachestatus.ts'
import { openGit } from '../files/git.ts'
import { openFiles } from '../files/tracked.ts'
import { QueryError } from '../query/error.ts'
import { type Factors, series } from '../query/series.ts'
import { unitName } from '../query/units.ts'
import { excludedColumn, runName, type Run } from '../results/run.ts'
import { parseRun, reasonOf, StoreError } from '../results/runfile.ts'
import { type CellName, differingDatasets, openStore, sameRows } from '../results/store.ts'
import { type Comparison, compare } from '../stats/compare.ts'
import type { Site } from './site.ts'

export type RunSet = ReadonlyMap<string, Run>

export interface MetricDifference extends Omit<Comparison, 'unit'> {
  /** Value of the first factor; empty if there is none. */
  readonly series: string
  readonly measure: string
  /** Unit of the series: 'us' for all times. */
  readonly unit: string
  readonly per: Comparison['unit']
}

export interface CellDifference {
  readonly cell: string
  /** Sets that have the cell; if both, whether they have equal rows and datasets. */
  readonly presence: 'only in a' | 'only in b' | 'same rows' | 'other rows'
  readonly inputs: readonly Change[]
  readonly environment: readonly Change[]
  /** Names of datasets that differ. */
  readonly datasets: readonly string[]
  readonly metrics: readonly MetricDifference[]
}

/** Compares by cell, in order of names. Two sets of one run each are compared even if their cells differ. */
export function diffRuns(a: RunSet, b: RunSet): readonly CellDifference[] {
  const [[first] = [], [second] = []] = [[...a.keys()], [...b.keys()]]
  if (a.size === 1 && b.size === 1 && first !== undefined && second !== undefined && first !== second) {
    const name = `${first} -> ${second}`
    return diffRuns(new Map([[name, a.get(first) as Run]]), new Map([[name, b.get(second) as Run]]))
  }
  return [...new Set([...a.keys(), ...b.keys()])].sort().map((cell): CellDifference => {
    const [one, other] = [a.get(cell), b.get(cell)]
    if (one === undefined || other === undefined) {
      const presence = one === undefined ? 'only in b' : 'only in a'
      return { cell, presence, inputs: [], environment: [], datasets: [], metrics: [] }
    }
    const same = sameRows(one, other)
    return {
      cell,
      presence: same ? 'same rows' : 'other rows',
      inputs: cellChanges(one.inputs, other.inputs),
      environment: changesOf(one.captured, other.captured),
      datasets: differingDatasets(one, other),
      metrics: same ? [] : metrics(one, other),
    }
  })
}

/** Compares common measures for each value of the first factor (such as the operation), in `a`'s order. */
function metrics(a: Run, b: Run): readonly MetricDifference[] {
  const factor = a.columns.find(({ name, role }) => role === 'factor' && name !== excludedColumn)?.name
  const groups = factor === undefined ? [''] : [...new Set(a.rows.map((row) => String(row[factor] ?? '')))]
  return groups.flatMap((group) => {
    const factors: Factors = factor === undefined ? {} : { [factor]: group }
    return a.columns.flatMap(({ name: measure, role }) => {
      const shared = role === 'measure' && b.columns.some((one) => one.name === measure && one.role === role)
      if (!shared) return []
      const one = series(a, factors, measure)
      const other = series(b, factors, measure)
      if (one.values.length === 0 || other.values.length === 0) return []
      if (one.unit !== other.unit)
        throw new QueryError(
          `${measure} of ${runName(a)} cannot be compared: ${unitName(one.unit)} before, ` +
            `now ${unitName(other.unit)}`,
        )
      const { unit: per, ...comparison } = compare(one, other)
      return [{ ...comparison, series: group, measure, unit: one.unit, per }]
    })
  })
}

/**
 * Resolves a name to runs: `recorded` (results/ now), `latest` (the newest local run of each cell), a cell
 * (its recorded run), a local run's id or prefix, or a git revision (results/ at that commit). Returns
 * undefined if nothing matches.
 */
export function runSet(
  word: string,
  cells: readonly CellName[],
  { project, seal }: Pick<Site, 'project' | 'seal'>,
): RunSet | undefined {
  const store = openStore(project, openFiles(project), seal)
  const named = (runs: readonly (Run | undefined)[]) =>
    new Map(runs.flatMap((run) => (run ? [[runName(run), run]] : [])))
  if (word === 'recorded') return named(cells.map(store.recorded))
  if (word === 'latest') return named(cells.map((cell) => store.cached(cell)))
  for (const cell of cells) {
    if (runName(cell) === word) return named([store.recorded(cell)])
    const id = store.history(cell).find((one) => one.startsWith(word))
    if (id !== undefined) return named([store.past(cell, id)])
  }
  return atRevision(word, project)
}

function atRevision(revision: string, project: string): RunSet | undefined {
  const git = openGit(project)
  const commit = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`)?.trim()
  if (commit === undefined) return undefined
  const files = git('ls-tree', '-r', '-z', '--name-only', commit, '--', 'results')?.split('\0') ?? []
  const there = new Set(files)
  const runs = files
    .filter((file) => file.endsWith('/run.json'))
    .flatMap((file) => {
      const folder = file.slice(0, -'/run.json'.length)
      const show = (name: string) =>
        there.has(`${folder}/${name}`) ? git('cat-file', 'blob', `${commit}:./${folder}/${name}`) : undefined
      try {
        return parseRun(show, `${revision}:${folder}`, folder.slice('results/'.length)) ?? []
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        const advice = 'name another revision, or use the version of repro that this one was made with'
        throw new StoreError(`${reasonOf(error)}: ${advice}`, { cause: error })
      }
    })
  return new Map(runs.map((run) => [runName(run), run]))
}
