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

export type CallFunction = Arity & {
  /** For the reference. */
  readonly means: string
} & (
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
  ['abs', { type: 'each', means: 'the number without its sign', ...one, of: Math.abs }],
  [
    'correlation',
    {
      type: 'pairs',
      means: 'Pearson’s correlation of two lists',
      min: 2,
      max: 2,
      of: pearson,
      unit: () => '',
    },
  ],
  ['max', { type: 'aggregate', means: 'the largest', ...some, of: max }],
  ['mean', { type: 'aggregate', means: 'the mean', ...some, of: mean }],
  ['min', { type: 'aggregate', means: 'the smallest', ...some, of: min }],
  ['round', { type: 'each', means: 'the nearest whole number', ...one, of: Math.round }],
  [
    'slope',
    {
      type: 'pairs',
      means: 'how much the second list rises with one more of the first',
      min: 2,
      max: 2,
      of: slope,
      unit: (x, y) => quotient(y, x),
    },
  ],
  [
    'sum',
    {
      type: 'aggregate',
      means: 'the sum',
      ...some,
      of: (values) => values.reduce((sum, value) => sum + value, 0),
    },
  ],
])

/** Names of the functions that reduce a list to one number. */
export const aggregates: readonly string[] = [...functions].flatMap(([name, { type }]) =>
  type === 'each' ? [] : [name],
)
