/**
 * Queries: expressions of inline values, interpreted over runs and published tables:
 * `latency['xen-4.14'].baseline.pause.total.mean`. A path names experiment, environment and pattern (so, a
 * run; or several patterns, see patterns.ts), then factor values in any order, a measure and a statistic; or
 * ends in `n`, the number of observations, without a measure. Nothing is evaluated as code.
 */

import {
  type Column,
  excludedColumn,
  inputOf,
  type Row,
  type Run,
  runName,
  runsByName,
  runsOf,
} from '../results/run.ts'
import { QueryError, unknown } from './error.ts'
import {
  type Expression,
  type ParsedExpression,
  type Path,
  readsPublished,
  references,
} from './expression.ts'
import { interpret, type Reading, type Readings } from './interpret.ts'
import { groupsOf, lookUp } from './lookup.ts'
import { type ParameterColumn, parameterNamed, parameterOf } from './parameters.ts'
import type { ExperimentSource } from './patterns.ts'
import type { PublishedTable } from './published.ts'
import type { Quantity } from './quantity.ts'
import { afterPattern, type Narrowing, narrow, type Resolved, resolveCells } from './resolve.ts'
import { canonical, columnOf, rowFilter, type Series, scaled, series } from './series.ts'
import { statistic, statistics } from './statistics.ts'
import { unitInName } from './units.ts'

/**
 * The scope of queries: the document's experiments, their existing runs, and the published tables it names.
 */
export interface Results<Experiment extends ExperimentSource = ExperimentSource> {
  readonly experiments: readonly Experiment[]
  readonly runs: readonly Run[]
  readonly published?: readonly PublishedTable[]
}

type FactorValues = ReadonlyMap<string, ReadonlySet<string>>

const cache = new WeakMap<Results, Map<string, FactorValues>>()

/** Returns the factor values in any run of an experiment; cached per results. */
function factorValuesOf(results: Results, experiment: string): FactorValues {
  const cached = cache.get(results) ?? new Map<string, FactorValues>()
  cache.set(results, cached)
  const values = cached.get(experiment) ?? factorValues(runsOf(results.runs, experiment))
  cached.set(experiment, values)
  return values
}

function factorValues(runs: readonly Run[]): FactorValues {
  const factors = new Map<string, Set<string>>()
  for (const { columns, rows } of runs) {
    for (const { name, role } of columns) {
      if (role !== 'factor') continue
      const values = factors.get(name) ?? new Set<string>()
      factors.set(name, values)
      for (const row of rows) if (typeof row[name] === 'string') values.add(row[name])
    }
  }
  return factors
}

/**
 * Evaluates an expression (filters are for printing, see `format`). Times are in microseconds, and so is a
 * plain number added to a time or compared with one. Throws QueryError for an unknown name (suggesting the
 * nearest), units that do not fit, an empty series, an unreduced list, an expression without a path, or, with
 * `missing` set, runs that do not exist yet. `change` gets what is read from runs, with times in
 * microseconds, and returns what is to be in its place.
 */
export function evaluate(
  expression: Pick<ParsedExpression, 'ast'>,
  results: Results,
  change: (reading: Reading) => Reading = (reading) => reading,
): Quantity {
  const quantity = interpret(expression.ast, (path) => {
    if (readsPublished(path)) return publishedReadings(path, results)
    const { probes, ...list } = probesOf(path, results)
    return { ...list, readings: probes.map((probe) => change(probe.read(probe.run.rows))) }
  })
  if (quantity.sources.length === 0) {
    throw new QueryError('the expression reads no result: write a plain number as plain text')
  }
  return quantity
}

/** By the tables, the experiments, whose groups a path may name, and the path. */
const readBefore = new WeakMap<object, WeakMap<object, Map<string, Readings>>>()

/**
 * Reads a path into published tables; cached, as they stay the same. Throws QueryError for an unknown name.
 */
export function publishedReadings(
  path: Pick<Path, 'parts'>,
  { experiments, published = noTables }: Results,
): Readings {
  const ofTables = readBefore.get(published) ?? new WeakMap<object, Map<string, Readings>>()
  readBefore.set(published, ofTables)
  const known = ofTables.get(experiments) ?? new Map<string, Readings>()
  ofTables.set(experiments, known)
  const name = JSON.stringify(path.parts)
  const found = known.get(name) ?? lookUp(path, published, groupsOf(experiments))
  known.set(name, found)
  return found
}

const noTables: readonly PublishedTable[] = []

/** Reads a path from one run: from all its rows, or from a resample of them. */
export interface Probe {
  readonly run: Run
  readonly read: (rows: readonly Row[]) => Reading
  /** Those of what `read` returns. */
  readonly valuesIn: (rows: readonly Row[]) => Reading['values']
}

/** Returns a probe for each run of a path; `over` names its patterns if several. Throws QueryError. */
export function probesOf(
  path: Pick<Path, 'parts'>,
  results: Results,
): { readonly probes: readonly Probe[] } & Pick<Resolved, 'over' | 'alike'> {
  const { runs, ...list } = runsAt(path, results)
  return { ...list, probes: runs.map((run) => probe(run, path, results)) }
}

function probe(run: Run, { parts }: Pick<Path, 'parts'>, results: Results): Probe {
  const rest = parts.slice(afterPattern)
  const last = rest.at(-1)
  if (last === undefined) throw new QueryError(`no measure and statistic: ${parts.join('.')}`)
  const known = statistic(last)
  if (known === undefined && !measuresOf(run).includes(last))
    throw unknown('statistic', last, [...statistics.keys()])
  const { factors, measure, parameter } = narrowed(
    run,
    results,
    known === undefined ? rest : rest.slice(0, -1),
  )
  const selects = rowFilter(factors)
  const common = { run, factors, ...(known === undefined ? {} : { statistic: known }) }
  if (parameter !== undefined) {
    const value = parameterOf(run, parameter)
    if (typeof value !== 'number')
      throw new QueryError(
        `${parameter.column} is ${value ?? 'not set'} in run ${runName(run)}: only a parameter that is a number can be read`,
      )
    const { scale, unit } = canonical(run, { role: 'measure', ...unitOfParameter(parameter) })
    const own = scaled(value, scale, parameter.column)
    return probeOf(run, { ...common, parameter: parameter.column, unit }, selects, () => own)
  }
  if (measure === undefined) {
    if (known === undefined || last !== 'n')
      throw new QueryError(`no measure before ${last}: ${parts.join('.')}`)
    return probeOf(run, { ...common, unit: '' }, selects, () => 1)
  }
  const { scale, unit } = canonical(run, columnOf(run, measure, ['measure']))
  const valueIn = ({ [measure]: value }: Row) =>
    typeof value === 'number' ? scaled(value, scale, measure) : null
  return probeOf(run, { ...common, measure, unit }, selects, valueIn)
}

function probeOf(
  run: Run,
  reading: Omit<Reading, 'values'>,
  selects: (row: Row) => boolean,
  valueIn: (row: Row) => number | null,
): Probe {
  const valuesIn = (rows: readonly Row[]) => rows.filter(selects).map(valueIn)
  return { run, valuesIn, read: (rows) => ({ ...reading, values: valuesIn(rows) }) }
}

/**
 * Reads the observations of a path without a statistic: `latency['xen-4.14'].baseline.pause.total`. Throws
 * QueryError for an unknown name, no measure, or, with `missing` set, a run that does not exist yet.
 */
export function readSeries({ parts }: Pick<Path, 'parts'>, results: Results): Series & { readonly run: Run } {
  if (readsPublished({ parts }))
    throw new QueryError(`published tables have no single observations: ${parts.join('.')} is no series`)
  const { runs, over } = runsAt({ parts }, results)
  const [run] = runs
  if (run === undefined || over !== undefined)
    throw new QueryError(`a series comes from one run: name one pattern in ${parts.join('.')}`)
  const { factors, measure } = narrowed(run, results, parts.slice(afterPattern))
  if (measure === undefined) throw new QueryError(`no measure at the end: ${parts.join('.')}`)
  const found = series(run, factors, measure)
  const unit = inputOf(run.inputs, 'unit')
  // Values of a single subject are no independent observations, and say nothing of other subjects.
  if (run.origin === 'data' && unit !== undefined && found.clusters === undefined && found.values.length > 0)
    throw new QueryError(`${parts.join('.')} is of a single ${unit}: that says nothing of others`)
  return { run, ...found }
}

/**
 * Returns a path's runs, one for each pattern; `over` names the patterns if it covers several. Throws
 * QueryError for an unknown cell, or with `missing` set for cells not run.
 */
export function runsAt(
  path: Pick<Path, 'parts'>,
  results: Results,
): { readonly runs: readonly Run[] } & Pick<Resolved, 'over' | 'alike'> {
  const { names, ...list } = resolveCells(path, results.experiments)
  const byName = runsByName(results.runs)
  const missing = names.filter((name) => !byName.has(name))
  if (missing.length > 0) throw new QueryError(`missing: run ${missing.join(', run ')}`, missing)
  return { ...list, runs: names.flatMap((name) => byName.get(name) ?? []) }
}

/** Returns the paths of an expression that read runs. */
export function pathsToRuns(ast: Expression): readonly Path[] {
  return references(ast).filter((path) => !readsPublished(path))
}

export interface CellsRead {
  /** Sorted. */
  readonly names: readonly string[]
  /** False if a path matches no cell. */
  readonly complete: boolean
}

/**
 * Returns the cells that expressions read; a path that matches none is reported when the expression is
 * judged.
 */
export function cellsRead(
  expressions: readonly Expression[],
  experiments: readonly ExperimentSource[],
): CellsRead {
  let complete = true
  const names = expressions.flatMap(pathsToRuns).flatMap((path) => {
    try {
      return resolveCells(path, experiments).names
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      complete = false
      return []
    }
  })
  return { names: [...new Set(names)].sort(), complete }
}

/** A parameter has the unit that its name ends in, as a measure has: `waitMs`. */
function unitOfParameter({ column, parameter }: ParameterColumn): Pick<Column, 'name' | 'unit'> {
  const unit = unitInName(parameter)
  return { name: column, ...(unit === undefined ? {} : { unit }) }
}

/** A factor value is known if any run of the experiment has it, so that it can have occurred 0 times. */
function narrowed(
  run: Run,
  results: Results,
  parts: readonly string[],
): Narrowing & { readonly parameter?: ParameterColumn } {
  const known = factorValuesOf(results, run.experiment)
  const factors = run.columns.filter(({ name, role }) => role === 'factor' && name !== excludedColumn)
  const values = factors.map(({ name }) => [name, known.get(name) ?? new Set<string>()] as const)
  const measures = measuresOf(run)
  // A name of the rows comes first: paths into them mean what they meant before a parameter had it.
  const isOfRows = (part: string) => measures.includes(part) || values.some(([, some]) => some.has(part))
  const named = parts.find((part) => !isOfRows(part) && parameterNamed(part, run) !== undefined)
  const parameter = named === undefined ? undefined : parameterNamed(named, run)
  const { factors: own, measure } = narrow(
    parts.filter((part) => part !== named),
    measures,
    new Map(values),
  )
  if (parameter !== undefined && measure !== undefined)
    throw new QueryError(`a measure and a parameter in one path: ${measure} and ${parameter.column}`)
  return { factors: own, ...(measure === undefined ? {} : { measure }), ...(parameter && { parameter }) }
}

function measuresOf({ columns }: Run): readonly string[] {
  return columns.flatMap(({ name, role }) => (role === 'measure' ? [name] : []))
}
