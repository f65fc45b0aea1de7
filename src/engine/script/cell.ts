/**
 * What an experiment's script gets and gives back:
 *
 *     import type { Cell, Result } from 'repro'
 *     export default async function (cell: Cell): Promise<Result> { ... }
 */

import type { Parameters } from '../../results/parameters.ts'
import type { Column, Dataset, Exclusion, Row, Run } from '../../results/run.ts'
import type { Board } from '../../testbed/testbed.ts'
import { ExplainedError } from '../../text/explained.ts'

/** One pattern of an experiment in one environment, in one of its boots. The script is called once for each, in a process of its own. */
export interface Cell {
  readonly experiment: string
  readonly environment: string
  readonly pattern: string
  /** The experiment's parameters with the pattern's laid over them. */
  readonly parameters: Parameters
  /** Which boot this is, from 1. How many there are is not told, as a boot's result is kept whatever that is. */
  readonly boot: number
  /** Of this boot. */
  readonly trials: number
  readonly seed: number
  /** A whole number from 1 to 2^31 - 1 that the seed and the boot decide: cells of the same seed have the same. */
  readonly bootSeed: number
  /** Time that is left for a job; when it is over, some more is left for the results before the cell is ended from outside. */
  readonly deadlineMs: number
  /** Throws in the environment `local`, which has no board. */
  readonly board: Board
  /** Absolute path of the project. */
  readonly project: string
  /** Absolute path of an empty folder for this boot's files. */
  readonly folder: string
  /** Shows a line to whoever waits. */
  log(text: string): void
  /** Tells how many of this boot's trials are done. */
  progress(done: number, total: number): void
  /** The next number in [0, 1) of a sequence that the cell's seed and name and the boot decide. */
  random(): number
  /** Runs of the experiments that the block needs, by experiment. */
  readonly needs: Readonly<Record<string, readonly Run[]>>
  /**
   * Calls `measure` once for each trial, from 0, and returns all rows, each with its `trial`. A finished trial is on the disk at
   * once: an interrupted build, or one with more trials, goes on behind it. For trials that do not depend on each other.
   */
  each(measure: (trial: Trial) => Promise<readonly Row[]> | readonly Row[]): Promise<readonly Row[]>
}

/** One trial of a boot. */
export interface Trial {
  /** From 0 in every boot. */
  readonly number: number
  /** As the cell's, but this trial's own: it draws the same numbers whichever trials ran before. */
  random(): number
}

/** What a script in a document finds in the global `cell`. */
export type InlineCell = Omit<Cell, 'each' | 'board'> & { readonly trial: number }

/** The result of one boot. mergeBoots() makes one of several. */
export interface Result {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** What figures draw beside the rows, by name: small excerpts of raw files, which are not recorded with the run. */
  readonly datasets?: Readonly<Record<string, Dataset>>
  readonly exclusions: readonly Exclusion[]
  /** The machine as the run captured it, item -> value in words. */
  readonly captured: Readonly<Record<string, string>>
  /** Ticks per second of the columns in ticks. */
  readonly clockHz?: number
  /** Raw files by name: absolute paths in the boot's folder. Their digests become part of the run. */
  readonly files?: Readonly<Record<string, string>>
  /** What does not decide the result. */
  readonly provenance?: Readonly<Record<string, string | number>>
}

/** A script with its default export in the form above. */
export type Script = (cell: Cell) => Promise<Result>

/** The experiment's script is at fault: it threw, gave back something else than a result, or took too long. */
export class ExperimentError extends ExplainedError {
  override readonly name = 'ExperimentError'
}
