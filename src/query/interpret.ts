/**
 * The arithmetic of expressions. A path is one number, or a list with one from each of several patterns:
 * operations apply element by element, aggregates reduce lists to one number.
 */

import { runName, type Run } from '../results/run.ts'
import { notFinite, QueryError, unknown } from './error.ts'
import type { Expression, Operator, Path } from './expression.ts'
import { aggregates, type CallFunction, functions } from './functions.ts'
import type { Quantity } from './quantity.ts'
import type { Factors } from './series.ts'
import { type Statistic, statistics } from './statistics.ts'
import { product, quotient, unitName } from './units.ts'

/** The values that a path reads from one run. */
export interface Reading {
  readonly run: Run
  /** One for each selected row; null where it has none. */
  readonly values: readonly (number | null)[]
  readonly unit: string
  readonly factors: Factors
  /** Absent if rows are counted, or a parameter is read. */
  readonly measure?: string
  /** The parameter that is read in place of a measure: the same in all rows. */
  readonly parameter?: string
  /** Absent if the path names a series. */
  readonly statistic?: Statistic
}

/** A path's readings: from one run, or one for each pattern in `over`; or published numbers. */
export interface Readings {
  readonly readings: readonly (Reading | Quantity)[]
  readonly over?: readonly string[]
  /** What tells these apart (patterns.ts). */
  readonly alike?: () => readonly string[]
}

/** A number, or a list with one for each pattern in `over`. */
interface Vector {
  readonly items: readonly Quantity[]
  readonly over?: readonly string[]
  readonly alike?: () => readonly string[]
}

/**
 * Evaluates an expression to one number; `look` resolves paths. Throws QueryError for units that do not fit,
 * lists over different patterns, a list that is not reduced, and a series where a number is needed.
 */
export function interpret(ast: Expression, look: (path: Path) => Readings): Quantity {
  const { items, over } = vectorOf(ast, look)
  if (over !== undefined) {
    throw new QueryError(
      `a number from each of ${over.join(', ')}: put them into ${aggregates.join(', ')}, or name one pattern`,
    )
  }
  return items[0] as Quantity
}

/**
 * Throws QueryError for non-finite numbers: infinity would pass comparisons, and vanish again in a quotient.
 */
function vectorOf(node: Expression, look: (path: Path) => Readings): Vector {
  const vector = valuesOf(node, look)
  for (const { value } of vector.items) if (!Number.isFinite(value)) throw new QueryError(notFinite)
  return vector
}

function valuesOf(node: Expression, look: (path: Path) => Readings): Vector {
  switch (node.type) {
    case 'number':
      return { items: [{ value: node.value, unit: '', sources: [] }] }
    case 'text':
      throw new QueryError(`a text is not a number: '${node.value}'`)
    case 'path': {
      const { readings, ...list } = look(node)
      return { ...list, items: readings.map((one) => ('sources' in one ? one : numberOf(one))) }
    }
    case 'negation': {
      const { items, ...rest } = vectorOf(node.argument, look)
      return { ...rest, items: items.map((one) => ({ ...one, value: -one.value })) }
    }
    case 'operation':
      return pairwise(vectorOf(node.left, look), vectorOf(node.right, look), (left, right) =>
        operate(node.operator, left, right),
      )
    case 'call': {
      const { name, arguments: args } = node
      const called = functions.get(name)
      if (called === undefined) throw unknown('function', name, [...functions.keys()])
      const pairs = called.type === 'pairs' ? seriesPair(name, called, args, look) : undefined
      if (pairs) return { items: [pairs] }
      const vectors = args.map((argument) => vectorOf(argument, look))
      const [first, second] = vectors as [Vector, Vector]
      switch (called.type) {
        case 'each':
          return { ...first, items: first.items.map((one) => ({ ...one, value: called.of(one.value) })) }
        case 'pairs':
          return { items: [ofLists(name, called, first, second)] }
        case 'aggregate': {
          const all = vectors.flatMap(({ items }) => items)
          const value = called.of(all.map((one) => one.value))
          const sources = all.flatMap((one) => one.sources)
          return { items: [{ value, unit: commonUnit(name, all), sources }] }
        }
      }
    }
  }
}

/** Describes a reading by its factors and measure: `pause.total`. */
export function whatIsRead({
  factors,
  measure,
  parameter,
}: Pick<Reading, 'factors' | 'measure' | 'parameter'>): string {
  const last = measure ?? parameter
  return [...Object.values(factors), ...(last === undefined ? [] : [last])].join('.')
}

function numberOf(reading: Reading): Quantity {
  const { run, values, unit, statistic } = reading
  const what = whatIsRead(reading)
  if (statistic === undefined) {
    throw new QueryError(`no statistic after ${what}: append one of ${[...statistics.keys()].join(', ')}`)
  }
  const there = present(values)
  if (there.length === 0 && statistic !== statistics.get('n')) {
    throw new QueryError(`no observation of ${what} in run ${runName(run)}`)
  }
  const sources = [{ type: 'run', run, n: there.length }] as const
  return { value: statistic.of(there), unit: statistic.unit(unit), sources }
}

/** Copies only if values are missing: a bootstrap calls this often. */
function present(values: Reading['values']): readonly number[] {
  return values.includes(null) ? values.filter((value) => value !== null) : (values as readonly number[])
}

/**
 * Pairs a single number with each item of a list; two lists must cover the same patterns, or patterns that differ in
 * the same parameters by the same values.
 */
function pairwise(left: Vector, right: Vector, of: (left: Quantity, right: Quantity) => Quantity): Vector {
  const { over, alike } = left.over === undefined ? right : left
  if (over === undefined) return { items: [of(left.items[0] as Quantity, right.items[0] as Quantity)] }
  const other = left.over === undefined ? right : sideBySide(left, right)
  const at = ({ items, over: own }: Vector, index: number) => items[own === undefined ? 0 : index] as Quantity
  return {
    over,
    ...(alike && { alike }),
    items: over.map((_, index) => of(at(left, index), at(other, index))),
  }
}

/** Returns `right`, in the order of `left`'s patterns. */
function sideBySide(left: Vector, right: Vector): Vector {
  const order = counterparts(left, right)
  return order === undefined
    ? right
    : { ...right, items: order.map((index) => right.items[index] as Quantity) }
}

/**
 * Returns for each pattern of a list the index of its counterpart in another; undefined where both have the same
 * patterns, or either is no list. Throws a QueryError if some have none.
 */
export function counterparts(left: Listed, right: Listed): readonly number[] | undefined {
  if (left.over === undefined || right.over === undefined) return undefined
  const [a, b] = [left.over.join(', '), right.over.join(', ')]
  if (a === b) return undefined
  const [own = [], other = []] = [left.alike?.(), right.alike?.()]
  const order = own.map((one) => other.indexOf(one))
  if (
    own.length === 0 ||
    own.length !== other.length ||
    order.includes(-1) ||
    new Set(order).size < own.length
  )
    throw new QueryError(`lists of different patterns: ${a}; and ${b}`)
  return order
}

type Listed = Pick<Readings, 'over' | 'alike'>

const comparisons = {
  '<': (left: number, right: number) => left < right,
  '<=': (left: number, right: number) => left <= right,
  '>': (left: number, right: number) => left > right,
  '>=': (left: number, right: number) => left >= right,
  '==': (left: number, right: number) => left === right,
  '===': (left: number, right: number) => left === right,
  '!=': (left: number, right: number) => left !== right,
  '!==': (left: number, right: number) => left !== right,
}

function operate(operator: Operator, left: Quantity, right: Quantity): Quantity {
  const sources = [...left.sources, ...right.sources]
  switch (operator) {
    case '+':
      return { value: left.value + right.value, unit: commonUnit(operator, [left, right]), sources }
    case '-':
      return { value: left.value - right.value, unit: commonUnit(operator, [left, right]), sources }
    case '*':
      return { value: left.value * right.value, unit: product(left.unit, right.unit), sources }
    case '/':
      if (right.value === 0) throw new QueryError('division by zero')
      return { value: left.value / right.value, unit: quotient(left.unit, right.unit), sources }
    default:
      commonUnit(operator, [left, right])
      return { value: Number(comparisons[operator](left.value, right.value)), unit: 'truth', sources }
  }
}

/** Applies to two lists, pattern by pattern. */
function ofLists(name: string, called: Pairs, left: Vector, right: Vector): Quantity {
  if (left.over === undefined || right.over === undefined) {
    throw new QueryError(
      `${name} takes two lists with a number from each pattern, or two series: ` +
        'measures of the same rows, without a statistic',
    )
  }
  const lists = [left, sideBySide(left, right)]
  const [x, y] = lists.map(({ items }) => commonUnit(name, items)) as [string, string]
  const [xs, ys] = lists.map(({ items }) => items.map(({ value }) => value)) as [number[], number[]]
  return {
    value: pairsOf(name, called, xs, ys),
    unit: called.unit(x, y),
    sources: [...left.items, ...right.items].flatMap(({ sources }) => sources),
  }
}

/** Applies to two series of one run, row by row; undefined if the arguments are not series. */
function seriesPair(
  name: string,
  called: Pairs,
  args: readonly Expression[],
  look: (path: Path) => Readings,
): Quantity | undefined {
  const series = args.flatMap((one) => (one.type === 'path' ? [look(one)] : []))
  const [left, right] = series.map(({ readings: [first] }) => first)
  if (series.length < 2 || left === undefined || right === undefined) return undefined
  if ('sources' in left || 'sources' in right) return undefined
  if (left.statistic !== undefined || right.statistic !== undefined) return undefined
  if (series.some(({ over }) => over !== undefined) || left.run !== right.run || !sameRows(left, right)) {
    throw new QueryError(
      `${name} of two series: ` +
        `${whatIsRead(left)} and ${whatIsRead(right)} are not measures of the same rows of one run`,
    )
  }
  const pairs = left.values.flatMap((x, index) => {
    const y = right.values[index] ?? null
    return x === null || y === null ? [] : [[x, y] as const]
  })
  const value = pairsOf(
    name,
    called,
    pairs.map(([x]) => x),
    pairs.map(([, y]) => y),
  )
  const unit = called.unit(left.unit, right.unit)
  return { value, unit, sources: [{ type: 'run', run: left.run, n: pairs.length }] }
}

function sameRows(left: Reading, right: Reading): boolean {
  const rows = ({ factors }: Reading) => JSON.stringify(Object.entries(factors).sort())
  return rows(left) === rows(right)
}

type Pairs = Pick<Extract<CallFunction, { type: 'pairs' }>, 'of' | 'unit'>

function pairsOf(name: string, { of }: Pairs, xs: readonly number[], ys: readonly number[]): number {
  if (xs.length < 2) throw new QueryError(`the ${name} of ${xs.length} pairs: at least 2 are needed`)
  const value = of(xs, ys)
  if (Number.isNaN(value)) throw new QueryError(`no ${name}: one side does not vary`)
  return value
}

/** Constants take the unit of the others; a ratio of results is unitless and fits only its like. */
function commonUnit(operation: string, quantities: readonly Quantity[]): string {
  const measured = quantities.filter((quantity) => quantity.sources.length > 0)
  const units = [...new Set(measured.map((quantity) => quantity.unit))]
  if (units.length > 1) {
    throw new QueryError(`units do not fit: ${units.map(unitName).join(` ${operation} `)}`)
  }
  return units[0] ?? ''
}
