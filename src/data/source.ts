/** What a document says of data that nobody reruns, and the names that it has in expressions. */

import type { Column } from '../results/run.ts'

/** Data has one environment, which is no machine. */
export const dataEnvironment = 'data'

/** The pattern of a block with one file. */
export const wholePattern = 'all'

export interface ColumnSpec {
  /** A guess unless given. */
  readonly role?: Column['role'] | 'ignore' | undefined
  /** Of a measure; that in its name unless given. */
  readonly unit?: string | undefined
  /** Instead of that in the file. */
  readonly name?: string | undefined
  /** For table heads. */
  readonly label?: string | undefined
}

export interface DataSpec {
  readonly id: string
  /** In the block's order; `pattern` names it in expressions. */
  readonly files: readonly { readonly pattern: string; readonly path: string }[]
  /** Column whose values are the units of repetition, over which intervals are made; rows unless given. */
  readonly unit?: string | undefined
  /** By the name in the file. */
  readonly columns: Readonly<Record<string, ColumnSpec>>
  /** Texts that stand for no value. */
  readonly missing: readonly string[]
  /** Between the fields of a line; by the file's name unless given. */
  readonly delimiter?: string | undefined
  /** The decimal point of CSV and TSV; a point unless given. */
  readonly decimal?: '.' | ',' | undefined
}
