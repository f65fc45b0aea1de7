/** The numbers of a claim, each with its interval and with what the claim allows. */

import type { Expression } from '../document/expression.ts'
import { type Quantity, QueryError, type Source } from '../results/quantity.ts'
import { evaluate, type Results, readSeries } from '../results/query.ts'
import type { Interval } from '../stats/interval.ts'
import { median } from '../stats/order.ts'
import { shift } from '../stats/shift.ts'
import { fewestTrialsEach } from '../stats/trials.ts'
import { type Claim, differences, type Test } from './claim.ts'
import { type Decision, decide, type Region } from './region.ts'
import { expressionInterval } from './resample.ts'

/** One number that a verdict rests on. */
export interface Measured {
  readonly value: number
  /** Canonical, as in a Quantity. */
  readonly unit: string
  /** Of the value; unbounded where there are too few trials. */
  readonly interval: Interval
  readonly region: Region
  readonly decision: Decision
  /** Of the run that has fewest; boots, where they are what was drawn. */
  readonly trials: number
  readonly sources: readonly Source[]
}

export interface MeasureOptions {
  /** Of intervals; 0.95 unless told. */
  readonly level?: number
  /** Draws of the bootstrap; 2000 unless told. */
  readonly resamples?: number
}

/** Throws QueryError for what results lack, and for an expression that has no interval. */
export function measure(claim: Claim, results: Results, options: MeasureOptions): readonly Measured[] {
  const { test } = claim
  const level = options.level ?? 0.95
  const draw = { ...options, level, seed: claim.id }
  const inRegion = (expression: Expression, region: Region, at = level): Measured => {
    const quantity = quantityOf(expression, results)
    const { interval, units } = expressionInterval(expression, results, { ...draw, level: at })
    const decision = decide({ value: quantity.value, interval, level: at, trials: units }, region)
    return { ...quantity, interval, region, decision, trials: units }
  }
  switch (test.type) {
    case 'absolute':
      return [inRegion(test.expression, around(test.published, test.tolerance))]
    case 'relative':
      return [inRegion(test.expression, around(test.published, test.tolerance * Math.abs(test.published)))]
    case 'interval':
      return [inRegion(test.expression, { low: test.low, high: test.high, closed: true })]
    case 'ordering': {
      // All pairs must hold, or one must fail: each interval gets its part of 1 - level (Bonferroni).
      const pairs = differences(test.expressions)
      if (pairs.length === 0) throw new QueryError('an ordering needs at least two values')
      return pairs.map((pair) => inRegion(pair, above(0), 1 - (1 - level) / pairs.length))
    }
    case 'direction':
      return [measureShift(test, results, level)]
  }
}

function quantityOf(ast: Expression, results: Results): Quantity {
  const quantity = evaluate({ ast }, results)
  if (quantity.unit === 'truth') {
    throw new QueryError('a comparison has no interval: state it as an ordering of its two sides')
  }
  return quantity
}

function around(center: number, tolerance: number): Region {
  return { low: center - tolerance, high: center + tolerance, closed: true }
}

function above(low: number): Region {
  return { low, high: Number.POSITIVE_INFINITY, closed: false }
}

function measureShift(
  { from, to, direction, tolerance }: Extract<Test, { readonly type: 'direction' }>,
  results: Results,
  level: number,
): Measured {
  const [a, b] = [readSeries(from, results), readSeries(to, results)]
  for (const [path, { values }] of [
    [from, a],
    [to, b],
  ] as const) {
    if (values.length === 0) throw new QueryError(`no observation of ${path.parts.join('.')}`)
  }
  if (a.unit !== b.unit) throw new QueryError(`units do not fit: ${a.unit || 'none'} and ${b.unit || 'none'}`)
  const { estimate, interval } = shift(a.values, b.values, level)
  const margin = tolerance * Math.abs(median(a.values))
  const region: Region =
    direction === 'up'
      ? above(margin)
      : direction === 'down'
        ? { low: Number.NEGATIVE_INFINITY, high: -margin, closed: false }
        : around(0, margin)
  const trials = Math.min(a.values.length, b.values.length)
  const decision = decide({ value: estimate, interval, level, trials }, region)
  return {
    value: estimate,
    unit: a.unit,
    interval,
    region,
    decision:
      Number.isFinite(interval.low) || decision.type !== 'open'
        ? decision
        : { type: 'open', trialsNeeded: Math.max(fewestTrialsEach(level), trials + 1) },
    trials,
    sources: [a, b].map(({ run, values }) => ({ run, n: values.length })),
  }
}
