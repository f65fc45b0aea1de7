/** Measures the numbers of a claim: value, interval and allowed region. */

import { type Claim, differences, type Test } from '../document/claim.ts'
import { QueryError } from '../query/error.ts'
import { type Expression, type Path, readsPublished } from '../query/expression.ts'
import { type Quantity, runsIn, type Source } from '../query/quantity.ts'
import { evaluate, pathsToRuns, type Results, readSeries } from '../query/query.ts'
import { unitName } from '../query/units.ts'
import { independentValues, type Unit, type UnitName } from '../stats/clusters.ts'
import { type Difference, difference } from '../stats/compare.ts'
import { adviceFor, type Components } from '../stats/components.ts'
import type { Interval } from '../stats/interval.ts'
import { mean } from '../stats/moments.ts'
import { median } from '../stats/order.ts'
import type { Pairing } from '../stats/pairing.ts'
import { criticalStudent } from '../stats/student.ts'
import { fewestEach } from '../stats/trials.ts'
import { agreementOf, detectableFrom, type Prediction, type PublishedSample } from './agreement.ts'
import type { OpenEnd } from './bounds.ts'
import { type Decision, decide, type Estimate, type Region } from './region.ts'
import { expressionInterval, type IntervalOptions, type ResampledInterval } from './resample.ts'
import { componentsOf, type Spread, spreadOf } from './spread.ts'

/** Confidence of a verdict, and of every interval that is shown, here and in the text. */
export const confidence = 0.95

/** Bootstrap resamples, unless asked otherwise. */
export const resamples = 2000

/** For an expression: BCa bootstrap or Student's t; for a direction: ranks or means (stats/compare.ts). */
export type Method = 'bootstrap' | 'student' | Difference['method']

/** One number behind a verdict. */
export interface Measured {
  readonly value: number
  /** Canonical unit, as in Quantity. */
  readonly unit: string
  /** Unbounded if there are too few trials. */
  readonly interval: Interval
  readonly region: Region
  readonly decision: Decision
  /**
   * The wider interval that decides, where `interval` lies inside or outside: of one of several numbers that
   * refutes, and of means that may be skewed.
   */
  readonly strict?: { readonly level: number; readonly interval: Interval }
  /** Decisions at half and at twice the tolerance; absent where the test has none. */
  readonly margins?: { readonly half: Decision; readonly twice: Decision }
  /** Of the run with the fewest, counted in `per`. */
  readonly trials: number
  /** Unit of observation: a trial, or a boot if a run has several. */
  readonly per: Unit
  readonly method: Method
  /** Whether boots of the cells compared share seeds; absent where a single cell is read, or single boots. */
  readonly pairing?: Pairing
  /** Published samples behind the region of agreement. */
  readonly predictedFrom?: readonly PublishedSample[]
  /** Of agreement: outside of this range a value disagrees. */
  readonly predicted?: Prediction
  /** Of agreement: true values outside of this range would be found to disagree, in four of five studies. */
  readonly detectable?: Interval
  /** Absent without several boots. */
  readonly spread?: Spread
  /** Why an end of the interval is infinite; absent if both are finite, or there are too few units. */
  readonly open?: readonly OpenEnd[]
  /** Bootstrap resamples. */
  readonly draws?: number
  readonly sources: readonly Source[]
  /** For a direction: second mean divided by the first, as usually published. Absent if the first is 0. */
  readonly ratio?: number
}

/** What a number's units are called: `boot`, or `row` where all is data that nobody reran. */
export function unitNameOf({ per, sources }: Pick<Measured, 'per' | 'sources'>): UnitName {
  if (!isFromData({ sources })) return per
  return per === 'boot' ? 'unit' : 'row'
}

/** Whether a number comes from data that nobody reran and from no run. */
export function isFromData({ sources }: Pick<Measured, 'sources'>): boolean {
  const runs = runsIn(sources)
  return runs.length > 0 && runs.every(({ origin }) => origin === 'data')
}

/**
 * Measures the numbers of a claim's test. Throws a QueryError for missing results, and for an expression
 * without an interval. With 0 resamples, intervals of values are points.
 */
export function measure(
  { id, test }: Pick<Claim, 'id' | 'test'>,
  results: Results,
  draws = resamples,
): readonly Measured[] {
  return measureTest(test, results, { level: confidence, resamples: draws, seed: id, numbers: 1 })
}

interface MeasureOptions extends IntervalOptions {
  /** Of the whole claim. */
  readonly numbers: number
}

/**
 * With several numbers, all must lie inside, and each says so at the level of a single one: a false claim has a
 * false number, which passes no more often for the others (intersection-union test; Berger, "Multiparameter
 * hypothesis testing and acceptance sampling", 1982). One outside refutes the claim, and any of them could by
 * chance: for that 1 - level is split between them (Bonferroni).
 */
function measureTest(test: Test, results: Results, options: MeasureOptions): readonly Measured[] {
  const among = (count: number) => ({ ...options, numbers: options.numbers * count })
  switch (test.type) {
    case 'absolute':
    case 'relative': {
      const published = publishedValue(test, results)
      if (test.type === 'relative' && published === 0)
        throw new QueryError('a share of a published 0 allows nothing but 0: write the tolerance as a number')
      const tolerance = test.type === 'absolute' ? test.tolerance : test.tolerance * Math.abs(published)
      const allowed = (factor: number) => around(published, tolerance * factor)
      return [measureValue(test.expression, allowed, results, options)]
    }
    case 'agreement': {
      const { region, predicted, samples } = agreementOf(test, results, options.level)
      const measured = measureValue(test.expression, { region, outer: predicted }, results, options)
      const detectable = detectableFrom(predicted, measured.value, measured.interval)
      return [{ ...measured, predictedFrom: samples, predicted, ...(detectable ? { detectable } : {}) }]
    }
    case 'interval': {
      const region = { low: test.low, high: test.high, closed: true }
      return [measureValue(test.expression, region, results, options)]
    }
    case 'ordering': {
      const pairs = differences(test.expressions)
      if (pairs.length === 0) throw new QueryError('an ordering needs at least two values')
      return pairs.map((pair) => measureValue(pair, above(0), results, among(pairs.length)))
    }
    case 'direction':
      return [measureShift(test, results, options)]
    case 'all':
      if (test.tests.length === 0) throw new QueryError('all of no tests: at least one is needed')
      return test.tests.flatMap((one) => measureTest(one, results, among(test.tests.length)))
  }
}

/** A literal is in the canonical unit of the claim's value; a value that is read must have the same unit. */
function publishedValue(
  { expression, published }: Extract<Test, { readonly type: 'absolute' | 'relative' }>,
  results: Results,
): number {
  if (published.type === 'number') return published.value
  const measured = evaluate({ ast: expression }, results)
  const { value, unit } = evaluate({ ast: published }, results)
  if (measured.unit === unit) return value
  throw new QueryError(
    `units do not fit: the value is in ${measured.unit || 'none'}, published in ${unit || 'none'}`,
  )
}

function measureValue(
  expression: Expression,
  allowed: Allowed,
  results: Results,
  options: MeasureOptions,
): Measured {
  const quantity = quantityOf(expression, results)
  const intervalAt = (level: number) =>
    options.resamples === 0
      ? atPoint(quantity)
      : expressionInterval(expression, results, { ...options, level })
  const found = intervalAt(options.level)
  const { interval, units: trials, unit: per, draws, pairing, open } = found
  const estimate = { value: quantity.value, interval, level: options.level, trials, per }
  const isSkewed = per === 'boot' && mayBeSkewed(expression)
  const sure = isSkewed ? 1 - skewedShare * (1 - options.level) : options.level
  const measured = {
    ...{ ...quantity, interval, trials, per },
    ...(pairing ? { pairing } : {}),
    ...(open.length > 0 ? { open } : {}),
    ...withSpread(
      decisionsOn(estimate, allowed, levelsOf(sure, options.numbers), (level) => intervalAt(level).interval),
      estimate,
      componentsFor(expression, results, options),
    ),
  }
  return draws === undefined
    ? { ...measured, method: 'student' }
    : { ...measured, method: 'bootstrap', draws }
}

/** Of 1 - level, for means that may be skewed: 98 % in place of 95 %. */
const skewedShare = 0.4

/**
 * Whether the skewness of boots remains in a value: in a mean, but not in differences and ratios, whose sides are
 * skewed alike. With 5 or 10 boots Student's interval of 95 % then lies wholly below the truth in up to 8 % of
 * studies instead of 2.5 %, that of 98 % in less than 5 % (docs/statistics.md).
 */
function mayBeSkewed(ast: Expression): boolean {
  const of = mayBeSkewed
  switch (ast.type) {
    case 'number':
    case 'text':
      return false
    case 'path':
      return !readsPublished(ast)
    case 'negation':
      return of(ast.argument)
    case 'operation': {
      const isCompared =
        '-/'.includes(ast.operator) && [ast.left, ast.right].every((one) => pathsToRuns(one).length > 0)
      return !isCompared && [ast.left, ast.right].some(of)
    }
    case 'call':
      return ast.name !== 'correlation' && ast.arguments.some(of)
  }
}

/** None without resamples, which ask for the value alone. */
function componentsFor(expression: Expression, results: Results, { resamples: draws }: IntervalOptions) {
  return draws === 0 ? [] : componentsOf(expression, results)
}

function atPoint({ value }: Quantity): ResampledInterval {
  const interval = { low: value, high: value }
  return { interval, units: Number.POSITIVE_INFINITY, unit: 'trial', draws: 0, pairing: undefined, open: [] }
}

/** The region that a claim allows; if it has a tolerance, at a multiple of that; or with what refutes it. */
type Allowed = Region | ((factor: number) => Region) | { readonly region: Region; readonly outer: Interval }

type Decided = Pick<Measured, 'region' | 'decision'> & Partial<Pick<Measured, 'margins' | 'strict'>>

/** Levels at which an interval has to lie inside or outside, once that of 95 % does. */
type Levels = Readonly<Record<'inside' | 'outside', number>>

/** `numbers` as measureTest says. */
function levelsOf(level: number, numbers: number): Levels {
  return { inside: level, outside: 1 - (1 - level) / numbers }
}

function decisionsOn(
  estimate: Estimate,
  allowed: Allowed,
  levels: Levels,
  intervalAt: (level: number) => Interval,
): Decided {
  const known = new Map([[estimate.level, estimate.interval]])
  const strictAt = (level: number) => {
    const interval = known.get(level) ?? intervalAt(level)
    known.set(level, interval)
    return { level, interval }
  }
  const judged = (region: Region, outer: Interval = region): Pick<Decided, 'decision' | 'strict'> => {
    const decision = decide(estimate, region, outer)
    if (decision.type === 'open' || levels[decision.type] === estimate.level) return { decision }
    const strict = strictAt(levels[decision.type])
    return { decision: decide({ ...estimate, ...strict }, region, outer), strict }
  }
  if (typeof allowed !== 'function') {
    const { region, outer } = 'region' in allowed ? allowed : { region: allowed, outer: allowed }
    return { region, ...judged(region, outer) }
  }
  const region = allowed(1)
  const margins = { half: judged(allowed(0.5)).decision, twice: judged(allowed(2)).decision }
  return { region, ...judged(region), margins }
}

/** Adds how the value's variance splits, and to an open decision how many trials per boot would do. */
function withSpread<Decided extends { readonly decision: Decision }>(
  decided: Decided,
  { trials: boots, level }: Pick<Estimate, 'trials' | 'level'>,
  found: readonly Components[],
): Decided & Pick<Measured, 'spread'> {
  const spread = spreadOf(found)
  const { decision } = decided
  if (spread === undefined) return decided
  if (decision.type !== 'open' || decision.trialsNeeded === undefined) return { ...decided, spread }
  const width = (count: number) => criticalStudent(level, count - 1) / Math.sqrt(count)
  const advice = adviceFor(found, width(decision.trialsNeeded) / width(boots), level)
  return {
    ...decided,
    spread,
    decision: { ...decision, ...(advice ? { trialsPerBoot: advice.trials } : {}) },
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
  options: MeasureOptions,
): Measured {
  const { level, numbers } = options
  const [a, b] = [readSeries(from, results), readSeries(to, results)]
  const empty = a.values.length === 0 ? from : b.values.length === 0 ? to : undefined
  if (empty !== undefined) throw new QueryError(`no observation of ${empty.parts.join('.')}`)
  if (a.unit !== b.unit) throw new QueryError(`units do not fit: ${unitName(a.unit)} and ${unitName(b.unit)}`)
  const observed = independentValues(a, b)
  const { shift, interval, method, paired } = difference(a, b, level)
  const margin = tolerance * Math.abs(median(observed.a))
  const allowed = (factor: number): Region => {
    if (direction === 'up') return above(margin * factor)
    if (direction === 'same') return around(0, margin * factor)
    return { low: Number.NEGATIVE_INFINITY, high: -margin * factor, closed: false }
  }
  const trials = Math.min(observed.a.length, observed.b.length)
  const estimate = { value: shift, interval, level, trials, per: observed.unit }
  const meanOf = (path: Path): Path => ({ ...path, parts: [...path.parts, 'mean'] })
  const { decision, ...decided } = withSpread(
    decisionsOn(estimate, allowed, levelsOf(level, numbers), (strict) => difference(a, b, strict).interval),
    estimate,
    componentsFor(
      { type: 'operation', operator: '-', left: meanOf(to), right: meanOf(from) },
      results,
      options,
    ),
  )
  return {
    value: shift,
    unit: a.unit,
    interval,
    ...decided,
    decision:
      Number.isFinite(interval.low) || decision.type !== 'open'
        ? decision
        : { type: 'open', trialsNeeded: Math.max(fewestEach(observed.unit, level), trials + 1) },
    trials,
    per: observed.unit,
    method,
    ...(observed.unit === 'boot' ? { pairing: paired ? 'paired by boot' : 'independent boots' } : {}),
    ...(mean(a.values) === 0 ? {} : { ratio: mean(b.values) / mean(a.values) }),
    sources: [a, b].map(({ run, values }) => ({ type: 'run', run, n: values.length })),
  }
}
