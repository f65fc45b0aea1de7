/**
 * What a text in a schema names, for editors, which complete it: `z.string().meta(naming('measure'))`. Checks
 * do not read it: they know what there is, and what is wrong.
 */

export type Named =
  /** Those of the project; with a key `from` beside it, those of the experiment or data that it names. */
  | 'environment'
  /** Experiments and data; only the former. */
  | 'source'
  | 'experiment'
  /** Patterns of the source, or its files if it is data; and its groups. */
  | 'pattern'
  | 'group'
  | 'parameter'
  /** Columns of the source's rows, by role. */
  | 'column'
  | 'factor'
  | 'measure'
  | 'dataset'
  /** A value of the column, parameter or part of a run's name that is the key. */
  | 'value'
  /** `environment` and `pattern`, which select runs as columns do. */
  | 'part of a run'
  /** `latency/xen-4.17`, or with a pattern. */
  | 'cell'
  | 'statistic'
  /** Columns of the file that a block names, as they are called there. */
  | 'field'
  /** Tables and figures. */
  | 'float'
  | 'table kind'
  | 'condition'
  | 'language'
  | 'captured item'
  /** Of published tables. */
  | 'published environment'
  | 'expression'

export interface Naming {
  readonly names?: readonly Named[]
  /** Endings of the files that it may be, in lower case: `.csv`; empty for all. */
  readonly files?: readonly string[]
}

export function naming(...names: readonly Named[]): { readonly names: readonly Named[] } {
  return { names }
}

export function fileOf(...files: readonly string[]): { readonly files: readonly string[] } {
  return { files }
}
