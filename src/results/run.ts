/**
 * A run is a finished cell: one pattern of an experiment in one environment, with all its trials. It is the
 * unit of storage, and the only source of numbers in a report.
 */

import type { Origin } from '../testbed/board.ts'
import type { Parameters } from './parameters.ts'

/** Format version of run.json. */
export const format = 4

/** One observation. Factors are strings, measures numbers in the column's unit, absent values null. */
export type Row = Readonly<Record<string, string | number | null>>

export interface Column {
  readonly name: string
  /** `index` identifies observations, `factor` groups them, `measure` holds what was observed. */
  readonly role: 'index' | 'factor' | 'measure'
  /** A measure's unit: 'ticks' of the run's clock (converted to microseconds on reading), or any other. */
  readonly unit?: string
  /** For table heads and axes. */
  readonly label?: string
}

export interface Dataset {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

export interface RawFile {
  readonly sha256: string
  readonly bytes: number
}

/** Observations excluded from statistics. They stay in rows.csv with their reason in column `excluded`. */
export interface Exclusion {
  readonly reason: string
  readonly count: number
}

/**
 * Everything that determines a run's result, item by item, so that a change can be named: `trials` -> 20,
 * `parameter dom0.cpuLoad` -> 4, `file experiments/board/loop.c` -> SHA-256 of its code.
 */
export type Inputs = Readonly<Record<string, string | number | boolean | null>>

/** Edits that were accepted together. */
export interface Acceptance {
  /** `Name <mail>`, or a name. */
  readonly author: string
  readonly reason: string
  /** YYYY-MM-DD. */
  readonly date: string
  readonly files: readonly EditedFile[]
}

export interface EditedFile {
  /** `rows.csv`, or that of a dataset. */
  readonly file: string
  /** SHA-256 (hex). */
  readonly before: string
  readonly after: string
  /** Lines, as edited, that were not there before; absent if the earlier text was nowhere to be found. */
  readonly lines?: readonly number[]
  /** Number of earlier lines that are gone or changed; absent like `lines`. */
  readonly gone?: number
}

export interface Run {
  readonly experiment: string
  readonly environment: string
  readonly pattern: string
  /** SHA-256 (hex), see keyOf(). */
  readonly key: string
  readonly inputs: Inputs
  readonly origin: Origin
  readonly trials: number
  readonly seed: number
  /** The experiment's parameters with the pattern's changes merged in. */
  readonly parameters: Parameters
  /** Frequency of the clock of 'ticks' columns; absent when there are none. */
  readonly clockHz?: number
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Further data for figures, by name: excerpts of raw files. Absent when there is none. */
  readonly datasets?: Readonly<Record<string, Dataset>>
  readonly exclusions: readonly Exclusion[]
  /** The machine as the run itself saw it, item -> value ('hypervisor' -> 'Xen 4.17.5'). Ordered. */
  readonly captured: Readonly<Record<string, string>>
  /** Raw files by name. They are kept beside the run in .repro/ and not committed; their digests are. */
  readonly files: Readonly<Record<string, RawFile>>
  /** Edits by hand to its rows or datasets, oldest first; absent if there are none. */
  readonly accepted?: readonly Acceptance[]
  /** Facts that do not determine the result: host, duration, date, tool version. Never compared. */
  readonly provenance: Readonly<Record<string, string | number>>
}

/** Rows with a reason in this column are excluded from every statistic. */
export const excludedColumn = 'excluded'

/** Distinguishes boots, where a run has several: trials of one boot are correlated. */
export const bootColumn = 'boot'

/** Names a run in messages and the report: `latency/xen-4.14/baseline`. */
export function runName(run: Pick<Run, 'experiment' | 'environment' | 'pattern'>): string {
  return `${run.experiment}/${run.environment}/${run.pattern}`
}

const byName = new WeakMap<readonly Run[], ReadonlyMap<string, Run>>()

const byExperiment = new WeakMap<readonly Run[], ReadonlyMap<string, readonly Run[]>>()

/** Returns an experiment's runs of a list, which must not change later. */
export function runsOf(runs: readonly Run[], experiment: string): readonly Run[] {
  const known = byExperiment.get(runs) ?? Map.groupBy(runs, (run) => run.experiment)
  byExperiment.set(runs, known)
  return known.get(experiment) ?? []
}

/** Finds runs by name, the first of each. Made once for a list: many cells are looked up in the same one. */
export function runsByName(runs: readonly Run[]): ReadonlyMap<string, Run> {
  const known = byName.get(runs) ?? new Map(runs.map((run) => [runName(run), run] as const).toReversed())
  byName.set(runs, known)
  return known
}

/** Returns an input; undefined if absent. Safe for names of Object's own properties. */
export function inputOf(inputs: Inputs, name: string): Inputs[string] | undefined {
  return Object.hasOwn(inputs, name) ? inputs[name] : undefined
}

export const defaultDocument = 'paper/index.md'

/** Returns a run's document, relative to the project; older runs belong to the default one. */
export function documentOf({ provenance }: Pick<Run, 'provenance'>): string {
  return String(provenance.document ?? defaultDocument)
}

/** Returns the seconds that a run took, summed over its boots; undefined if not recorded. */
export function secondsOf({ provenance }: Pick<Run, 'provenance'>): number | undefined {
  const seconds = provenance['duration (s)']
  return typeof seconds === 'number' ? seconds : undefined
}

/** Returns the start and end of a run in milliseconds since 1970; undefined if not recorded. */
export function spanOf(run: Pick<Run, 'provenance'>): readonly [number, number] | undefined {
  const start = Date.parse(String(run.provenance.date))
  const seconds = secondsOf(run)
  if (Number.isNaN(start) || seconds === undefined) return undefined
  // Boots may have run in parallel: runs with several record their end.
  const { ended } = run.provenance
  return [start, ended === undefined ? start + seconds * 1000 : Date.parse(String(ended))]
}

/** Returns the number of boots of a run. Only inputs of runs with several boots name it. */
export function bootsOf({ inputs }: Pick<Run, 'inputs'>): number {
  const boots = inputOf(inputs, 'boots')
  return typeof boots === 'number' ? boots : 1
}

/** Returns the trials in the boots before this one (from 1): split in order, as evenly as possible. */
export function trialsBefore(boot: number, trials: number, boots: number): number {
  return Math.floor(((boot - 1) * trials) / boots)
}

export function bootFolder(boot: number): string {
  return `boot-${boot}`
}

/** Returns the name of a boot's raw file in the run. */
export function rawName(file: string, boot: number, boots: number): string {
  return boots > 1 ? `${bootFolder(boot)}/${file}` : file
}
