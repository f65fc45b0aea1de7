/**
 * Blocks are the fenced parts of a document that the tool acts on, and inline values its numbers in the prose.
 * Both keep their place in the Markdown, so that every later error can name file, line and column.
 */

import type { Parameters } from '../results/parameters.ts'
import type { Claim } from './claim.ts'

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
  /** Of every cell, over all its boots. */
  readonly trials: number
  /** Over so many independent boots the trials of a cell are divided. */
  readonly boots: number
  readonly seed: number
  /** Longest time of one boot. */
  readonly deadlineSeconds: number
  /** Experiments whose rows the script uses. */
  readonly needs: readonly string[]
  /** Further files that decide its results: paths relative to the project, or patterns with `*` and `**`. */
  readonly inputs: readonly string[]
  /** Whether its local cells may run beside others; not if absent. */
  readonly parallel?: boolean
  /** Environment variables that its script gets beside the usual ones. */
  readonly variables?: readonly string[]
  /** The baseline's value of every parameter. A pattern may only change what is named here. */
  readonly parameters: Parameters
  readonly patterns: readonly Pattern[]
  /** Names for several patterns at once, for expressions. They decide no result. */
  readonly groups?: Readonly<Record<string, readonly string[]>>
}

export interface Pattern {
  readonly name: string
  readonly label: string
  readonly place: Place
  /** The baseline's parameters with this pattern's changes laid over them. */
  readonly parameters: Parameters
  /** What the pattern changes, alone. */
  readonly changes: Parameters
  /** Restricted to these environments; undefined means all of the experiment's. */
  readonly only?: readonly string[]
  /** In the place of the experiment's. */
  readonly seed?: number
}

export interface TableBlock {
  readonly type: 'table'
  readonly id: string
  readonly place: Place
  /** A key of the Map of table kinds. */
  readonly kind: string
  /** The experiment that it shows; absent for kinds that draw on none. */
  readonly from?: string
  readonly caption: string
  /** What this kind of table takes beside the common keys. */
  readonly options: Parameters
}

/** Rows that a figure draws. */
export interface FigureData {
  /** Experiment id, or a CSV file relative to the project. */
  readonly from: string
  /** Dataset of the experiment's runs; absent for their observations. */
  readonly dataset?: string | undefined
  /** Column -> the values that rows must have one of; `environment` and `pattern` name the runs. All rows when empty. */
  readonly where: Readonly<Record<string, readonly string[]>>
  /** Measures whose means are drawn as multiples of the first pattern's, in place of the observations. */
  readonly ratios?: readonly string[] | undefined
}

export interface FigureBlock {
  readonly type: 'figure'
  readonly id: string
  readonly place: Place
  /** Vega-Lite file, relative to the project. */
  readonly spec: string
  readonly caption: string
  /** In place of the counted number. */
  readonly number?: number | string | undefined
  /** Text alternative for those who cannot see it. */
  readonly alt: string
  /** By the name of the specification's dataset. */
  readonly data: Readonly<Record<string, FigureData>>
  /** Shown only when the reader opens it: for details beside a table. */
  readonly folded: boolean
  /** What the figure would write -> what it writes in the document's language; only in an edition. */
  readonly texts?: Readonly<Record<string, string>>
  readonly width?: number | undefined
  readonly height?: number | undefined
}

export interface ClaimBlock extends Claim {
  readonly type: 'claim'
  readonly place: Place
  /** Id of the table or figure that it refers to. */
  readonly shows?: string
  /** Where it was published, in words. */
  readonly source?: string
}

export type Block = ExperimentBlock | TableBlock | FigureBlock | ClaimBlock
