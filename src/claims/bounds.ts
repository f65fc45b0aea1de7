/**
 * Bounds of an expression from those of its parts, where the expression as a whole has no sound interval.
 *
 * The smallest of several true values is at least c if each is: so its lower bound is the least of theirs, at
 * their own level (an intersection-union test: Berger, "Multiparameter hypothesis testing and acceptance
 * sampling", 1982). Its upper bound is the least of theirs as well, but as each could be too low, their level is
 * divided among them (Bonferroni). Nothing is assumed of ties or of how they depend on each other. The smallest
 * *estimate* is too small on average, the more so the more of them are nearly equal; an interval around it misses.
 *
 * A quantile of few boots: if all of n boots lie below the true quantile at p, nothing seen bounds it from
 * above, and that happens with a probability of p^n, whatever the distribution (the argument behind Wilks'
 * limits, "Determination of sample sizes for setting tolerance limits", 1941, with boots for trials). If that is
 * more than one verdict may err, the end is infinite.
 */

import { type Expression, type Path, readsPublished, references, unreducedPath } from '../query/expression.ts'
import { aggregates, functions } from '../query/functions.ts'
import { counterparts, type Readings } from '../query/interpret.ts'
import { probesOf, publishedReadings, type Results, runsAt } from '../query/query.ts'
import { statistic } from '../query/statistics.ts'
import type { Run } from '../results/run.ts'
import { type Interval, unbounded } from '../stats/interval.ts'
import { max, min } from '../stats/order.ts'

/** Two-sided confidence levels of the lower and the upper end. */
export interface Levels {
  readonly low: number
  readonly high: number
}

/** Why an interval has an infinite end. */
export type OpenEnd =
  | { readonly type: 'denominator' }
  /** Units (boots if there are several) that bound the quantile; infinite for a maximum or minimum. */
  | { readonly type: 'quantile'; readonly needed: number }

export interface Parts {
  /** Whether an expression reads runs. */
  readonly measured: (ast: Expression) => boolean
  /** Value of an expression that does not. */
  readonly constant: (ast: Expression) => number
  /** The expressions that a list stands for. */
  readonly itemsOf: (ast: Expression) => readonly Expression[]
  /** Interval of an expression as a whole. */
  readonly measure: (ast: Expression, level: number) => Interval
}

/** Returns the bounds of an expression that reads runs, or a point for one that does not. */
export function boundsOf(ast: Expression, levels: Levels, parts: Parts): Interval {
  if (!parts.measured(ast)) return pointAt(parts.constant(ast))
  if (!isOfParts(ast)) return direct(ast, levels, parts)
  switch (ast.type) {
    case 'negation':
      return negated(boundsOf(ast.argument, { low: levels.high, high: levels.low }, parts))
    case 'call':
      return (
        ofCall(ast.name, ast.arguments.flatMap(parts.itemsOf), levels, parts) ?? direct(ast, levels, parts)
      )
    case 'operation': {
      const both = [ast.left, ast.right].filter(parts.measured).length > 1
      const level = among(Math.max(levels.low, levels.high), both ? 2 : 1)
      const [left, right] = [ast.left, ast.right].map((side) =>
        boundsOf(side, { low: level, high: level }, parts),
      ) as [Interval, Interval]
      return combined(ast.operator, left, right)
    }
    case 'path':
    case 'number':
    case 'text':
      return direct(ast, levels, parts)
  }
}

/**
 * Whether the expression takes the extreme of several values, or reads a quantile. Such a formula cannot be evaluated
 * boot by boot: a quantile of one boot says little of the quantile of all. Lists are not expanded here, so any list
 * counts as several values.
 */
function isOfParts(ast: Expression): boolean {
  switch (ast.type) {
    case 'negation':
      return isOfParts(ast.argument)
    case 'operation':
      return isOfParts(ast.left) || isOfParts(ast.right)
    case 'call':
      return ast.name === 'min' || ast.name === 'max' || ast.arguments.some(isOfParts)
    case 'path':
      return probabilityOf(ast) !== undefined
    case 'number':
    case 'text':
      return false
  }
}

function direct(ast: Expression, { low, high }: Levels, { measure }: Parts): Interval {
  const lower = measure(ast, low)
  return low === high ? lower : { low: lower.low, high: measure(ast, high).high }
}

/** Undefined for a function that does not keep the order of its values. */
function ofCall(
  name: string,
  items: readonly Expression[],
  levels: Levels,
  parts: Parts,
): Interval | undefined {
  const count = Math.max(1, items.filter(parts.measured).length)
  const each = (own: Levels) => items.map((item) => boundsOf(item, own, parts))
  const least = (ends: readonly Interval[]) => ({
    low: min(ends.map((one) => one.low)),
    high: min(ends.map((one) => one.high)),
  })
  switch (name) {
    case 'min':
      return least(each({ low: levels.low, high: among(levels.high, count) }))
    case 'max':
      return negated(least(each({ low: among(levels.low, count), high: levels.high }).map(negated)))
    case 'sum':
    case 'mean': {
      const ends = each({ low: among(levels.low, count), high: among(levels.high, count) })
      const total = ends.reduce((a, b) => combined('+', a, b))
      return name === 'sum' ? total : combined('/', total, pointAt(ends.length))
    }
    case 'round': {
      const [{ low, high } = unbounded] = each(levels)
      return { low: Math.round(low), high: Math.round(high) }
    }
    case 'abs': {
      const [{ low, high } = unbounded] = each({
        low: max([levels.low, levels.high]),
        high: max([levels.low, levels.high]),
      })
      return { low: Math.max(0, low, -high), high: Math.max(-low, high) }
    }
    default:
      return undefined
  }
}

function among(level: number, count: number): number {
  return count === 1 ? level : 1 - (1 - level) / count
}

function pointAt(value: number): Interval {
  return { low: value, high: value }
}

function negated({ low, high }: Interval): Interval {
  return { low: -high, high: -low }
}

/** Interval arithmetic: holds all values that both sides together can have. */
function combined(operator: string, left: Interval, right: Interval): Interval {
  switch (operator) {
    case '+':
      return { low: left.low + right.low, high: left.high + right.high }
    case '-':
      return { low: left.low - right.high, high: left.high - right.low }
    case '*':
      return hull([left.low, left.high].flatMap((a) => [right.low, right.high].map((b) => times(a, b))))
    case '/':
      if (right.low <= 0 && right.high >= 0 && !(right.low === 0 && left.low >= 0)) return unbounded
      // A denominator from 0 on: bounded below only.
      return combined('*', left, {
        low: 1 / right.high,
        high: right.low === 0 ? Number.POSITIVE_INFINITY : 1 / right.low,
      })
    default:
      return unbounded
  }
}

/** 0 times what is not bounded is 0, as the true value is finite. */
function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b
}

function hull(values: readonly number[]): Interval {
  return { low: min(values), high: max(values) }
}

/** Returns an expression for each pattern of a list; itself if it is no list. */
export function itemsOf(ast: Expression, results: Results): readonly Expression[] {
  const path = unreducedPath(ast, (one) => listOf(one, results).over !== undefined)
  const list = path && listOf(path, results)
  return list?.over?.map((_, index) => itemOf(ast, index, list, results)) ?? [ast]
}

function listOf(path: Path, results: Results): Pick<Readings, 'over' | 'alike'> {
  return readsPublished(path) ? publishedReadings(path, results) : runsAt(path, results)
}

function itemOf(
  ast: Expression,
  index: number,
  list: Pick<Readings, 'over' | 'alike'>,
  results: Results,
): Expression {
  const of = (one: Expression) => itemOf(one, index, list, results)
  switch (ast.type) {
    case 'path': {
      const own = listOf(ast, results)
      const pattern = own.over?.[counterparts(list, own)?.[index] ?? index]
      return pattern === undefined ? ast : { ...ast, parts: ast.parts.with(2, pattern) }
    }
    case 'negation':
      return { ...ast, argument: of(ast.argument) }
    case 'operation':
      return { ...ast, left: of(ast.left), right: of(ast.right) }
    case 'call':
      return aggregates.includes(ast.name) ? ast : { ...ast, arguments: ast.arguments.map(of) }
    case 'number':
    case 'text':
      return ast
  }
}

/** Whether a value cannot be negative, as no measure that it is made of ever was. */
export function isNonnegative(ast: Expression, results: Results): boolean {
  const is = (one: Expression) => isNonnegative(one, results)
  switch (ast.type) {
    case 'number':
      return ast.value >= 0
    case 'text':
    case 'negation':
      return false
    case 'operation':
      return ['+', '*', '/'].includes(ast.operator) && is(ast.left) && is(ast.right)
    case 'call':
      if (ast.name === 'abs') return true
      return functions.get(ast.name)?.type !== 'pairs' && ast.arguments.every(is)
    case 'path': {
      if (['n', 'variance', 'sd'].includes(ast.parts.at(-1) ?? '')) return true
      if (readsPublished(ast))
        return publishedReadings(ast, results).readings.every((one) => 'value' in one && one.value >= 0)
      return probesOf(ast, results).probes.every(({ run, read }) =>
        read(run.rows).values.every((value) => value === null || value >= 0),
      )
    }
  }
}

/** A quantile of runs. */
export interface Tail {
  readonly probability: number
  /** Boots, or trials of a single one. */
  readonly units: number
}

/** Quantiles that an expression reads; `unitsIn` counts a run's boots, or the trials of a single one. */
export function tailsOf(ast: Expression, results: Results, unitsIn: (run: Run) => number): readonly Tail[] {
  return references(ast).flatMap((path) => {
    const probability = probabilityOf(path)
    if (probability === undefined) return []
    return runsAt(path, results).runs.map((run) => ({ probability, units: unitsIn(run) }))
  })
}

function probabilityOf(path: Path): number | undefined {
  return readsPublished(path) ? undefined : statistic(path.parts.at(-1) ?? '')?.probability
}

/** Ends that quantiles leave without a bound, and the units that would give one. */
export function untoldEnds(
  tails: readonly Tail[],
  level: number,
): readonly { readonly end: keyof Interval; readonly needed: number }[] {
  return tails.flatMap(({ probability, units }) =>
    (['low', 'high'] as const).flatMap((end) => {
      const share = end === 'high' ? probability : 1 - probability
      const needed = share === 1 ? Number.POSITIVE_INFINITY : Math.ceil(Math.log(1 - level) / Math.log(share))
      return units >= needed ? [] : [{ end, needed }]
    }),
  )
}
