/**
 * A run is a finished cell: one pattern of an experiment in one environment, with all its trials.
 * It is what the store writes, and the only source of numbers in a report.
 */

import type { Origin } from '../testbed/testbed.ts'
import type { Parameters } from './parameters.ts'

/** One observation. Factors are strings, measures numbers in the column's unit, absent values null. */
export type Row = Readonly<Record<string, string | number | null>>

export interface Column {
  readonly name: string
  /** `index`: which observation; `factor`: groups observations; `measure`: what was observed. */
  readonly role: 'index' | 'factor' | 'measure'
  /** Of a measure: 'ticks' of the run's clock (converted once, on reading, to microseconds), or any other unit's symbol. */
  readonly unit?: string
  /** In words, for table heads and axes. */
  readonly label?: string
}

/** Rows with their columns. */
export interface Dataset {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

export interface RawFile {
  readonly sha256: string
  readonly bytes: number
}

/** Observations left out of the statistics. They stay in rows.csv with their reason in the column `excluded`. */
export interface Exclusion {
  readonly reason: string
  readonly count: number
}

/**
 * What decides a run's result, part by part, so that a change can be named: `trials` -> 20, `parameter dom0.cpuLoad` -> 4, `file
 * experiments/board/loop.c` -> SHA-256 of its code.
 */
export type Inputs = Readonly<Record<string, string | number | boolean | null>>

export interface Run {
  readonly experiment: string
  readonly environment: string
  readonly pattern: string
  /** SHA-256 (hex) of everything that decides the result. */
  readonly key: string
  readonly inputs: Inputs
  readonly origin: Origin
  readonly trials: number
  readonly seed: number
  /** All parameters of the cell, the experiment's with the pattern's laid over them. */
  readonly parameters: Parameters
  /** Ticks per second of the clock of 'ticks' columns; absent when there are none. */
  readonly clockHz?: number
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** What figures draw beside the observations, by name: excerpts of raw files. Absent when there is none. */
  readonly datasets?: Readonly<Record<string, Dataset>>
  readonly exclusions: readonly Exclusion[]
  /** The machine as captured by the run itself, item -> value in words ('hypervisor' -> 'Xen 4.17.5'). Ordered. */
  readonly captured: Readonly<Record<string, string>>
  /** Raw files by name. They lie beside the run in .repro/ and are not committed; their digests are. */
  readonly files: Readonly<Record<string, RawFile>>
  /** What does not decide the result: host, duration, date, tool version. Never part of a comparison. */
  readonly provenance: Readonly<Record<string, string | number>>
}

/** Rows with a reason in this column are left out of every statistic. */
export const excludedColumn = 'excluded'

/** Trials of one boot resemble each other; where a run has several, this column tells them apart. */
export const bootColumn = 'boot'

/** `latency/xen-4.14/baseline`: how a run is called in messages and in the report. */
export function runName(run: Pick<Run, 'experiment' | 'environment' | 'pattern'>): string {
  return `${run.experiment}/${run.environment}/${run.pattern}`
}

/** The value of an input; undefined if there is none. Names may be any, those of Object's own properties too. */
export function inputOf(inputs: Inputs, name: string): Inputs[string] | undefined {
  return Object.hasOwn(inputs, name) ? inputs[name] : undefined
}

/** The document that a run was made for, relative to the project: runs say so, and older ones are those of the usual document. */
export function documentOf({ provenance }: Pick<Run, 'provenance'>): string {
  return String(provenance.document ?? 'paper/index.md')
}
