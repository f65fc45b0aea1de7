/** The functions that an expression may call. */

import { pearson, slope } from '../stats/correlation.ts'
import { mean } from '../stats/moments.ts'
import { max, min } from '../stats/order.ts'
import { quotient } from './units.ts'

/** Number of arguments of a function or filter. */
export interface Arity {
  readonly min: number
  readonly max: number
}

export type CallFunction = Arity &
  (
    | { readonly type: 'each'; readonly of: (value: number) => number }
    /** Reduces the numbers of all its arguments, which may be lists, to one. */
    | { readonly type: 'aggregate'; readonly of: (values: readonly number[]) => number }
    /** Reduces two lists, paired item by item, to one number; NaN if one of them does not vary as it must. */
    | {
        readonly type: 'pairs'
        readonly of: (xs: readonly number[], ys: readonly number[]) => number
        readonly unit: (x: string, y: string) => string
      }
  )

const one = { min: 1, max: 1 }
const some = { min: 1, max: Number.POSITIVE_INFINITY }

export const functions: ReadonlyMap<string, CallFunction> = new Map<string, CallFunction>([
  ['abs', { type: 'each', ...one, of: Math.abs }],
  ['correlation', { type: 'pairs', min: 2, max: 2, of: pearson, unit: () => '' }],
  ['max', { type: 'aggregate', ...some, of: max }],
  ['mean', { type: 'aggregate', ...some, of: mean }],
  ['min', { type: 'aggregate', ...some, of: min }],
  ['round', { type: 'each', ...one, of: Math.round }],
  // How much the second rises with one more of the first.
  ['slope', { type: 'pairs', min: 2, max: 2, of: slope, unit: (x, y) => quotient(y, x) }],
  ['sum', { type: 'aggregate', ...some, of: (values) => values.reduce((sum, value) => sum + value, 0) }],
])

/** Names of the functions that reduce a list to one number. */
export const aggregates: readonly string[] = [...functions].flatMap(([name, { type }]) =>
  type === 'each' ? [] : [name],
)
