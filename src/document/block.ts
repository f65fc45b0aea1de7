/**
 * Blocks are the fenced parts of a document that the tool acts on; inline values are its numbers in the
 * prose. Both keep their Markdown position, so that later errors can name file, line and column.
 */

import type * as z from 'zod'
import type { Invariant } from '../query/invariant.ts'
import type { Parameters } from '../results/parameters.ts'
import type { Claim } from './claim.ts'
import type { ColumnFormats, figureSchema } from './schema.ts'

/** 1-based, as vfile and editors count. */
export interface Place {
  readonly line: number
  readonly column: number
}

export interface ExperimentBlock {
  readonly type: 'experiment'
  readonly id: string
  readonly place: Place
  /** A file (relative to the project) or the code in the block itself. */
  readonly script: { readonly file: string } | { readonly source: string; readonly firstLine: number }
  readonly environments: readonly string[]
  /** Per cell, over all its boots. */
  readonly trials: number
  /** Number of independent boots that share a cell's trials. */
  readonly boots: number
  readonly seed: number
  /** Timeout of one boot. */
  readonly deadlineSeconds: number
  /** Experiments whose rows the script uses. */
  readonly needs: readonly string[]
  /** Further files that affect its results: paths relative to the project, or globs with `*` and `**`. */
  readonly inputs: readonly string[]
  /** Local cells may run concurrently; false by default. */
  readonly parallel?: boolean
  /** Environment variables passed to the script in addition to the usual ones. */
  readonly variables?: readonly string[]
  /** Baseline value of every parameter. Patterns may only change these. */
  readonly parameters: Parameters
  readonly patterns: readonly Pattern[]
  /** Group name -> patterns, for use in expressions. Does not affect results. */
  readonly groups?: Readonly<Record<string, readonly string[]>>
  /** Rows may repeat others, as there are only a few outcomes; false by default. Does not affect results. */
  readonly discrete?: boolean
  /** What its rows must satisfy. Does not affect results. */
  readonly invariants?: readonly Invariant[]
}

export interface Pattern {
  readonly name: string
  readonly label: string
  readonly place: Place
  /** The baseline's parameters, overridden by this pattern's changes. */
  readonly parameters: Parameters
  /** This pattern's changes alone. */
  readonly changes: Parameters
  /** Environments that this pattern is restricted to; undefined means all of the experiment's. */
  readonly only?: readonly string[]
  /** Overrides the experiment's seed. */
  readonly seed?: number
}

export interface TableBlock {
  readonly type: 'table'
  readonly id: string
  readonly place: Place
  /** A key of the Map of table kinds. */
  readonly kind: string
  /** Experiment that it shows; absent for kinds that use none. */
  readonly from?: string | undefined
  readonly caption: string
  /** How its columns are shown. */
  readonly columns?: ColumnFormats
  /** Options of this kind, besides the common keys. */
  readonly options: Parameters
}

/** Its keys are described in schema.ts. */
export interface FigureBlock extends Readonly<z.output<typeof figureSchema>> {
  readonly type: 'figure'
  readonly place: Place
  /** Text in the figure -> its translation; only in a translated document. */
  readonly texts?: Readonly<Record<string, string>>
}

export interface ClaimBlock extends Claim {
  readonly type: 'claim'
  readonly place: Place
  /** Id of the table or figure that shows its data. */
  readonly shows?: string
  /** Where the claim was published, in words. */
  readonly source?: string
  /** Of the conditions in the front matter; all that apply if absent. */
  readonly conditionNames?: readonly string[]
}

export type Block = ExperimentBlock | TableBlock | FigureBlock | ClaimBlock
