/**
 * Queries are the expressions of inline values, interpreted over runs: `latency['xen-4.14'].baseline.pause.total.mean`.
 * A path names experiment, environment and pattern (so, a run), then values of factors in any order, a measure and a
 * statistic; or ends in `n`, the number of observations, without a measure. Nothing is evaluated as code.
 */

import type { ExperimentBlock } from '../document/block.ts'
import type { Expression, Operator, ParsedExpression, Path } from '../document/expression.ts'
import { product, type Quantity, QueryError, quotient, symbol, unknown } from './quantity.ts'
import type { Run } from './run.ts'
import { excludedColumn, runName, type Series, select, series, statistic, statistics } from './series.ts'

/** What can be asked about: the document's experiments, and the runs that exist of them. */
export interface Results {
  readonly experiments: readonly ExperimentBlock[]
  readonly runs: readonly Run[]
  /** Of runs that were drawn from others and may lack a rare value: the values that these have. */
  readonly vocabulary?: Vocabulary
}

/** By experiment the values of each factor, over all its runs. */
export type Vocabulary = ReadonlyMap<string, FactorValues>
type FactorValues = ReadonlyMap<string, ReadonlySet<string>>

const vocabularies = new WeakMap<Results, Vocabulary>()

/** The values that factors have in any run of an experiment; put together once for the same results. */
export function vocabularyOf(results: Results): Vocabulary {
  const known = results.vocabulary ?? vocabularies.get(results)
  if (known) return known
  const made = new Map<string, Map<string, Set<string>>>()
  for (const { experiment, columns, rows } of results.runs) {
    const factors = made.get(experiment) ?? new Map<string, Set<string>>()
    made.set(experiment, factors)
    for (const { name, role } of columns) {
      if (role !== 'factor') continue
      const values = factors.get(name) ?? new Set<string>()
      factors.set(name, values)
      for (const row of rows) if (typeof row[name] === 'string') values.add(row[name])
    }
  }
  vocabularies.set(results, made)
  return made
}

/**
 * The value of an expression (its filters are for printing, see `format`). Times are in microseconds, and so is a plain number
 * that is added to a time or compared with one. Throws QueryError: for an unknown name (with the nearest right one), units that
 * do not fit, an empty series, an expression without any path, or, with `missing` set, for runs that do not exist yet.
 */
export function evaluate(expression: Pick<ParsedExpression, 'ast'>, results: Results): Quantity {
  const quantity = interpret(expression.ast, results)
  if (quantity.sources.length === 0) {
    throw new QueryError('the expression reads no result: write a plain number as plain text')
  }
  return quantity
}

function interpret(node: Expression, results: Results): Quantity {
  switch (node.type) {
    case 'number':
      return { value: node.value, unit: '', sources: [] }
    case 'text':
      throw new QueryError(`a text is not a number: '${node.value}'`)
    case 'path':
      return read(node.parts, results)
    case 'negation': {
      const argument = interpret(node.argument, results)
      return { ...argument, value: -argument.value }
    }
    case 'operation':
      return operate(node.operator, interpret(node.left, results), interpret(node.right, results))
    case 'call': {
      const call = calls.get(node.name)
      if (call === undefined) throw unknown('function', node.name, [...calls.keys()])
      return call(node.arguments.map((argument) => interpret(argument, results)))
    }
  }
}

function operate(operator: Operator, left: Quantity, right: Quantity): Quantity {
  const sources = [...left.sources, ...right.sources]
  const truth = (value: boolean): Quantity => {
    commonUnit(operator, [left, right])
    return { value: value ? 1 : 0, unit: 'truth', sources }
  }
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
    case '<':
      return truth(left.value < right.value)
    case '<=':
      return truth(left.value <= right.value)
    case '>':
      return truth(left.value > right.value)
    case '>=':
      return truth(left.value >= right.value)
    case '==':
    case '===':
      return truth(left.value === right.value)
    case '!=':
    case '!==':
      return truth(left.value !== right.value)
  }
}

type Call = (quantities: readonly Quantity[]) => Quantity

const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['abs', each('abs', (values) => Math.abs(values[0] as number))],
  ['max', each('max', (values) => Math.max(...values))],
  ['min', each('min', (values) => Math.min(...values))],
  ['round', each('round', (values) => Math.round(values[0] as number))],
])

function each(name: string, of: (values: readonly number[]) => number): Call {
  return (quantities) => ({
    value: of(quantities.map((quantity) => quantity.value)),
    unit: commonUnit(name, quantities),
    sources: quantities.flatMap((quantity) => quantity.sources),
  })
}

/** A constant has no unit of its own and takes the others'; a ratio of results has none and fits only its like. */
function commonUnit(operation: string, quantities: readonly Quantity[]): string {
  const measured = quantities.filter((quantity) => quantity.sources.length > 0)
  const units = [...new Set(measured.map((quantity) => quantity.unit))]
  if (units.length > 1) {
    const names = units.map((unit) => (unit === '' ? 'a plain number' : symbol(unit)))
    throw new QueryError(`units do not fit: ${names.join(` ${operation} `)}`)
  }
  return units[0] ?? ''
}

export interface RunSeries extends Series {
  readonly run: Run
}

/**
 * The observations that a path without a statistic names: `latency['xen-4.14'].baseline.pause.total`. Throws QueryError for an unknown
 * name, no measure, or, with `missing` set, a run that does not exist yet.
 */
export function readSeries({ parts }: Pick<Path, 'parts'>, results: Results): RunSeries {
  const [experimentId = '', environment = '', patternName = '', ...rest] = parts
  const run = findRun(results, experimentId, environment, patternName)
  const vocabulary = vocabularyOf(results).get(experimentId) ?? new Map()
  const { factors, measure } = narrow(run, vocabulary, rest)
  if (measure === undefined) throw new QueryError(`no measure at the end: ${parts.join('.')}`)
  return { run, ...series(run, factors, measure) }
}

function read(parts: readonly string[], results: Results): Quantity {
  const [experimentId = '', environment = '', patternName = '', ...rest] = parts
  const run = findRun(results, experimentId, environment, patternName)
  const statisticName = rest.at(-1)
  if (statisticName === undefined) throw new QueryError(`no measure and statistic: ${parts.join('.')}`)
  const vocabulary = vocabularyOf(results).get(experimentId) ?? new Map()
  const { factors, measure } = narrow(run, vocabulary, rest.slice(0, -1))
  const known = statistic(statisticName)
  if (known === undefined) {
    if (isColumn(run, statisticName)) {
      throw new QueryError(
        `no statistic after ${statisticName}: append one of ${[...statistics.keys()].join(', ')}`,
      )
    }
    throw unknown('statistic', statisticName, [...statistics.keys()])
  }
  if (measure === undefined) {
    if (statisticName !== 'n') throw new QueryError(`no measure before ${statisticName}: ${parts.join('.')}`)
    const n = select(run, factors).length
    return { value: n, unit: '', sources: [{ run, n }] }
  }
  const { values, unit } = series(run, factors, measure)
  if (values.length === 0 && statisticName !== 'n') {
    throw new QueryError(
      `no observation of ${[...Object.values(factors), measure].join('.')} in run ${runName(run)}`,
    )
  }
  return { value: known.of(values), unit: known.unit(unit), sources: [{ run, n: values.length }] }
}

/**
 * The run of a cell. Throws QueryError if the document has no such cell, or, with `missing` set, if it has not run.
 */
export function findRun(
  results: Results,
  experimentId: string,
  environment: string,
  patternName: string,
): Run {
  const experiment = results.experiments.find((candidate) => candidate.id === experimentId)
  if (experiment === undefined) {
    throw unknown(
      'experiment',
      experimentId,
      results.experiments.map((candidate) => candidate.id),
    )
  }
  if (!experiment.environments.includes(environment)) {
    throw unknown(`environment of ${experimentId}`, environment, experiment.environments)
  }
  const pattern = experiment.patterns.find((candidate) => candidate.name === patternName)
  if (pattern === undefined) {
    throw unknown(
      `pattern of ${experimentId}`,
      patternName,
      experiment.patterns.map((candidate) => candidate.name),
    )
  }
  if (pattern.only !== undefined && !pattern.only.includes(environment)) {
    throw new QueryError(
      `pattern ${patternName} of ${experimentId} does not run in ${environment} (only: ${pattern.only.join(', ')})`,
    )
  }
  const name = runName({ experiment: experimentId, environment, pattern: patternName })
  const run = results.runs.find((candidate) => runName(candidate) === name)
  if (run === undefined) throw new QueryError(`missing: run ${name}`, [name])
  return run
}

interface Narrowing {
  readonly factors: Readonly<Record<string, string>>
  readonly measure?: string
}

/**
 * What the middle of a path means. A factor's value counts as known if any run of the experiment has it, so that
 * "how often was it runnable" can be answered with 0.
 */
function narrow(run: Run, vocabulary: FactorValues, parts: readonly string[]): Narrowing {
  const valuesOf = new Map(
    run.columns
      .filter(({ name, role }) => role === 'factor' && name !== excludedColumn)
      .map(({ name }) => [name, vocabulary.get(name) ?? new Set<string>()]),
  )
  const factors: Record<string, string> = {}
  let measure: string | undefined
  for (const part of parts) {
    if (run.columns.some((column) => column.role === 'measure' && column.name === part)) {
      if (measure !== undefined) throw new QueryError(`two measures in one path: ${measure} and ${part}`)
      measure = part
      continue
    }
    const owners = [...valuesOf].filter(([, values]) => values.has(part)).map(([name]) => name)
    const [owner] = owners
    if (owner === undefined) {
      const measures = run.columns.filter((column) => column.role === 'measure').map((column) => column.name)
      throw unknown('measure or factor value', part, [
        ...measures,
        ...[...valuesOf.values()].flatMap((values) => [...values]).filter((value) => value !== ''),
      ])
    }
    if (owners.length > 1)
      throw new QueryError(`ambiguous value: ${part} is one of ${owners.join(' and of ')}`)
    if (owner in factors)
      throw new QueryError(`two values of ${owner} in one path: ${factors[owner]} and ${part}`)
    factors[owner] = part
  }
  return measure === undefined ? { factors } : { factors, measure }
}

function isColumn(run: Run, name: string): boolean {
  return run.columns.some((column) => column.name === name && column.role === 'measure')
}
