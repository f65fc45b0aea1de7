/**
 * The interface of experiment scripts:
 *
 *     import type { Cell, Result } from 'repro'
 *     export default async function (cell: Cell): Promise<Result> { ... }
 */

import type { Parameters } from '../../results/parameters.ts'
import type { Column, Dataset, Exclusion, Row, Run } from '../../results/run.ts'
import type { Board } from '../../testbed/board.ts'
import { ExplainedError } from '../../text/message.ts'

/** One boot of a pattern in an environment. The script is called once per boot, in its own process. */
export interface Cell {
  readonly experiment: string
  readonly environment: string
  readonly pattern: string
  /** The experiment's parameters, overridden by the pattern's. */
  readonly parameters: Parameters
  /** Number of this boot, from 1. The total is withheld, as results must not depend on it. */
  readonly boot: number
  readonly trials: number
  /**
   * Trials to run first, and not to return. `each` does that by itself; a script without it reads this number, or
   * the cell fails.
   */
  readonly warmup: number
  readonly seed: number
  /** An integer from 1 to 2^31 - 1, derived from seed and boot: the same in all cells with this seed. */
  readonly bootSeed: number
  /** Time left for a job, in milliseconds; some more remains for the results before the cell is killed. */
  readonly deadlineMs: number
  /** Throws in the environment `local`, which has no board. */
  readonly board: Board
  /** Absolute path of the project. */
  readonly project: string
  /** Absolute path of an empty folder for this boot's files. */
  readonly folder: string
  log(text: string): void
  /** Reports how many of this boot's trials are done. */
  progress(done: number, total: number): void
  /** Next pseudorandom number in [0, 1), seeded by the cell's seed and name and the boot. */
  random(): number
  /** Runs of the experiments that the block needs, by experiment. */
  readonly needs: Readonly<Record<string, readonly Run[]>>
  /**
   * Calls `measure` once per trial, from 0, and returns all rows, each with its `trial`. Finished trials are
   * saved at once: an interrupted build, or one with more trials, continues after them. For independent
   * trials.
   */
  each(measure: (trial: Trial) => Promise<readonly Row[]> | readonly Row[]): Promise<readonly Row[]>
}

/** One trial of a boot. */
export interface Trial {
  /** From 0 in each boot, also for those that warm up. */
  readonly number: number
  /** Runs before the others, and its rows are not kept. */
  readonly isWarmup: boolean
  /** As the cell's, but seeded per trial: independent of the trials that ran before. */
  random(): number
  /** Call it where a trial leaves files for the result: these are not saved, so it must run again with them. */
  unsaved(): void
}

/** The global `cell` of an inline script. */
export type InlineCell = Omit<Cell, 'each' | 'board'> & { readonly trial: number }

/** Result of one boot; mergeBoots() merges several. */
export interface Result {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Further data for figures, by name: small excerpts of raw files, which are not recorded with the run. */
  readonly datasets?: Readonly<Record<string, Dataset>>
  readonly exclusions: readonly Exclusion[]
  /** Captured state of the machine, item -> value as text. */
  readonly captured: Readonly<Record<string, string>>
  /** Ticks per second of the columns in ticks. */
  readonly clockHz?: number
  /** Raw files by name: absolute paths in the boot's folder. Their digests become part of the run. */
  readonly files?: Readonly<Record<string, string>>
  /** Facts that do not affect the result. */
  readonly provenance?: Readonly<Record<string, string | number>>
}

export type Script = (cell: Cell) => Promise<Result>

/** Thrown when the experiment's script is at fault: it threw, returned an invalid result, or timed out. */
export class ExperimentError extends ExplainedError {
  override readonly name: string = 'ExperimentError'
}

/** Thrown for a script in another language whose process failed. */
export class ProgramError extends ExperimentError {
  override readonly name = 'ProgramError'

  /** What its output says: file:line:column in the project. */
  readonly place: string | undefined

  constructor(message: string, place: string | undefined) {
    super(message)
    this.place = place
  }
}
