/**
 * Blocks are the fenced parts of a document that the tool acts on; inline values are its numbers in the
 * prose. Both keep their Markdown position, so that later errors can name file, line and column.
 */

import type * as z from 'zod'
import type { DataSpec } from '../data/source.ts'
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
  /** A file (relative to the project) or the code in the block itself; of TypeScript unless it names a language. */
  readonly script:
    | { readonly file: string }
    | { readonly source: string; readonly firstLine: number; readonly language?: string }
  /** Whether a script in another language is a process per trial (the default) or per cell and boot. */
  readonly per?: 'trial' | 'cell'
  /** Of a script in another language: a program on PATH, or a path in the project. */
  readonly interpreter?: string
  readonly environments: readonly string[]
  /** Per cell, over all its boots. */
  readonly trials: number
  /** Number of independent boots that share a cell's trials. */
  readonly boots: number
  /** Nobody wrote `boots`: a local experiment has rounds by default (rounds.ts), fewer with fewer trials. */
  readonly hasUsualRounds?: boolean
  readonly seed: number
  /** Timeout of one boot. */
  readonly deadlineSeconds: number
  /** Experiments whose rows the script uses. */
  readonly needs: readonly string[]
  /** Further files that affect its results: paths relative to the project, or globs with `*` and `**`. */
  readonly inputs: readonly string[]
  /** Local cells may run concurrently; false by default. */
  readonly parallel?: boolean
  /** Trials of each boot that run first and are not kept; none by default. */
  readonly warmup?: number
  /** How the boots of local patterns follow each other; interleaved by default. */
  readonly order?: Order
  /** Environment variables passed to the script in addition to the usual ones. Their values are inputs. */
  readonly variables?: readonly string[]
  /** The same, but their values are no inputs. */
  readonly untrackedVariables?: readonly string[]
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

/** In rounds with a boot of each pattern, or pattern by pattern. */
export type Order = 'interleaved' | 'blocked'

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

/** Data that nobody reruns. Reads like an experiment of one environment that has no cells to run. */
export interface DataBlock extends DataSpec {
  readonly type: 'data'
  readonly place: Place
  /** Only `data`, which is no machine. */
  readonly environments: readonly string[]
  /** A file each; they have no parameters. */
  readonly patterns: readonly Pattern[]
  readonly groups?: Readonly<Record<string, readonly string[]>>
  readonly discrete?: boolean
  readonly invariants?: readonly Invariant[]
  /** What decides how its rows are read, in one canonical text. */
  readonly reading: string
  /** Where it comes from, in words. */
  readonly source?: string
}

/** What tables, figures and expressions read. */
export type SourceBlock = ExperimentBlock | DataBlock

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

export type Block = ExperimentBlock | DataBlock | TableBlock | FigureBlock | ClaimBlock

/** The blocks that have rows: experiments and data. */
export function sourcesIn(blocks: readonly Block[]): readonly SourceBlock[] {
  return blocks.filter((block) => block.type === 'experiment' || block.type === 'data')
}
