/** Prints numbers of the text, with a 95 % interval where an expression asks for one. */

import type { ParsedExpression } from '../query/expression.ts'
import { asksForInterval, asksForUnit, format, isTime } from '../query/format.ts'
import { unitToShow } from '../query/givenunit.ts'
import type { Quantity } from '../query/quantity.ts'
import { evaluate, type Results } from '../query/query.ts'
import { confidence, resamples } from './measure.ts'
import { expressionInterval } from './resample.ts'

export interface Printed {
  /** Number, its interval if asked for, and unit: `6.83 [6.71, 6.95] ms`. */
  readonly text: string
  readonly quantity: Quantity
}

/** Throws a QueryError as `evaluate`, `format` and `expressionInterval` do. Deterministic. */
export function printed({ ast, filters }: ParsedExpression, results: Results): Printed {
  const quantity = evaluate({ ast }, results)
  const interval = asksForInterval(filters)
    ? expressionInterval(ast, results, { level: confidence, resamples, seed: 'text' }).interval
    : undefined
  const shown = isTime(quantity.unit) && !asksForUnit(filters) ? unitToShow(ast, results) : 'us'
  return { text: format({ ...quantity, interval, shown }, filters), quantity }
}
