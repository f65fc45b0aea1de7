/** What options that several kinds of tables share select. */

import type * as z from 'zod'
import type { SourceBlock, Pattern } from '../../document/block.ts'
import type { Messages } from '../../locale/en.ts'
import { QueryError, unknown } from '../../query/error.ts'
import { fits, misfit, parameterColumns } from '../../query/parameters.ts'
import type { PublishedRow } from '../../query/published.ts'
import { canonical, columnOf, type Factors } from '../../query/series.ts'
import { nameWithoutUnit, unitName } from '../../query/units.ts'
import { runName, type Run, runsByName } from '../../results/run.ts'
import { checkEnvironment, matching, valuesOf } from '../published.ts'
import type { ExperimentContext } from '../table.ts'
import type { patternOptions, patterns } from './schema.ts'

type PatternOptions = z.output<z.ZodObject<typeof patternOptions>>

export function factorsOf({ operation, where }: Pick<PatternOptions, 'operation' | 'where'>): Factors {
  return { ...(operation === undefined ? {} : { operation }), ...where }
}

/** What `where` asks of rows, and of the parameters of patterns. */
export interface Selected {
  readonly factors: Factors
  readonly isFitting: (pattern: Pattern) => boolean
}

/** Tells parameters from factors: a name is a factor of the rows if a run has it as a column. */
export function selectedBy(
  given: Pick<PatternOptions, 'operation' | 'where'>,
  { patterns }: SourceBlock,
  runs: readonly Run[],
): Selected {
  const columns = runs.flatMap((run) => run.columns.map(({ name }) => name))
  const known = new Map(parameterColumns(patterns, columns).map((one) => [one.column, one.parameter]))
  const [parameters, factors] = [true, false].map((isParameter) =>
    Object.entries(factorsOf(given)).filter(([name]) => known.has(name) === isParameter),
  ) as [[string, string][], [string, string][]]
  const conditions = parameters.map(([name, value]) => ({ parameter: known.get(name) ?? name, value, at: 0 }))
  const wrong = misfit(
    conditions,
    patterns.map((pattern) => pattern.parameters),
  )
  if (wrong !== undefined) throw unknown(wrong.what, wrong.name, wrong.known)
  return {
    factors: Object.fromEntries(factors),
    isFitting: (pattern) => fits(conditions, pattern.parameters),
  }
}

/** Returns the experiment's environments, or those named by the option, in its order. */
export function chooseEnvironments(
  experiment: SourceBlock,
  chosen: readonly string[] | undefined,
): readonly string[] {
  for (const name of chosen ?? []) {
    if (!experiment.environments.includes(name)) {
      throw unknown(`environment of ${experiment.id}`, name, experiment.environments)
    }
  }
  return chosen ?? experiment.environments
}

/** A cell that has run, or the name of the run that is missing. */
export interface CellRun {
  readonly pattern: Pattern
  readonly name: string
  readonly run: Run | undefined
}

/** Returns the cells of an environment, in the block's order of patterns. */
export function cellRuns(
  experiment: SourceBlock,
  environment: string,
  runs: readonly Run[],
): readonly CellRun[] {
  const found = runsByName(runs)
  return experiment.patterns
    .filter((pattern) => pattern.only === undefined || pattern.only.includes(environment))
    .map((pattern) => {
      const name = runName({ experiment: experiment.id, environment, pattern: pattern.name })
      return { pattern, name, run: found.get(name) }
    })
}

/**
 * Returns which patterns have rows by the option `patterns`; `names` are the published ones. Throws
 * QueryError for an unknown pattern or group.
 */
export function patternChoice(
  experiment: SourceBlock,
  which: z.output<typeof patterns>,
  names: readonly string[],
): (pattern: Pattern) => boolean {
  if (which === 'all') return () => true
  if (typeof which === 'string') {
    const published = new Set(names)
    return ({ name }) => published.has(name) === (which === 'published')
  }
  const { groups = {} } = experiment
  const known = new Set([...experiment.patterns.map(({ name }) => name), ...Object.keys(groups)])
  const chosen = new Set(
    which.flatMap((word) => {
      if (!known.has(word)) throw unknown(`pattern or group of ${experiment.id}`, word, [...known])
      return Object.hasOwn(groups, word) ? (groups[word] ?? word) : word
    }),
  )
  return ({ name }) => chosen.has(name)
}

export function runsOf(cells: readonly CellRun[]): readonly Run[] {
  return cells.flatMap(({ run }) => run ?? [])
}

export function missingRuns(cells: readonly CellRun[]): readonly string[] {
  return cells.flatMap(({ run, name }) => (run === undefined ? [name] : []))
}

/** What a table with rows for each pattern shows. */
export interface Selection {
  readonly factors: Factors
  readonly environments: readonly { readonly environment: string; readonly cells: readonly CellRun[] }[]
  readonly runs: readonly Run[]
  readonly missing: readonly string[]
  /** Rows beside the shown patterns; none for unpublished ones, so that there are no empty columns. */
  readonly published: readonly PublishedRow[]
  /** Names the published patterns that the experiment lacks. */
  readonly notes: readonly string[]
}

/** @param isShown whether the table shows numbers of a published row. */
export function selectCells(
  given: PatternOptions,
  { experiment, runs, published: rows = [], messages }: ExperimentContext,
  isShown: (row: PublishedRow) => boolean = () => true,
): Selection {
  const { factors, isFitting } = selectedBy(given, experiment, runs)
  checkEnvironment(rows, given.publishedEnvironment)
  for (const [name, value] of Object.entries(factors)) {
    labelOf(runs, name, 'factor')
    requireValue(runs, name, value, experiment)
  }
  const published = matching(rows, { ...factors, environment: given.publishedEnvironment }).filter(isShown)
  const names = valuesOf(published, 'pattern')
  const isChosen = patternChoice(experiment, given.patterns, names)
  const environments = chooseEnvironments(experiment, given.environments).map((environment) => ({
    environment,
    cells: cellRuns(experiment, environment, runs).filter(
      ({ pattern }) => isChosen(pattern) && isFitting(pattern),
    ),
  }))
  const cells = environments.flatMap((one) => one.cells)
  return {
    factors,
    environments,
    runs: runsOf(cells),
    missing: missingRuns(cells),
    published: rowsBeside(published, experiment, given.patterns, names),
    notes: isPartial(given.patterns) ? [] : notRerun(experiment, names, messages),
  }
}

/** Throws a QueryError for a value that no row of any run has: the table would be empty. A missing run may have it. */
function requireValue(runs: readonly Run[], factor: string, value: string, experiment: SourceBlock): void {
  const cells = experiment.environments.flatMap((environment) => cellRuns(experiment, environment, runs))
  if (cells.length === 0 || cells.some(({ run }) => run === undefined)) return
  const known = new Set(runs.flatMap(({ rows }) => rows.map((row) => String(row[factor] ?? ''))))
  if (!known.has(value)) throw unknown(`value of ${factor}`, value, [...known])
}

/** Returns the published rows that stand beside chosen patterns, or all unless the author chose patterns. */
export function rowsBeside(
  rows: readonly PublishedRow[],
  experiment: SourceBlock,
  which: z.output<typeof patterns>,
  names: readonly string[],
): readonly PublishedRow[] {
  if (!isPartial(which)) return rows
  const chosen = experiment.patterns.filter(patternChoice(experiment, which, names))
  return rows.filter((row) => chosen.some(({ name }) => name === row.pattern))
}

/** Whether the author left published patterns out. */
export function isPartial(which: z.output<typeof patterns>): boolean {
  return which !== 'all' && which !== 'published'
}

/**
 * Returns a column's label, from the first run that has it. Throws QueryError with the nearest name if runs
 * exist and none has it.
 */
export function labelOf(runs: readonly Run[], name: string, role: 'factor' | 'measure'): string {
  const [first] = runs
  if (first === undefined) return name
  const having = runs.find((run) =>
    run.columns.some((column) => column.name === name && column.role === role),
  )
  // The head shows the unit of the numbers, which may differ from that in the name.
  return columnOf(having ?? first, name, [role]).label ?? nameWithoutUnit(name)
}

/** Returns the combinations of factor values in the run, in order of the rows. */
export function combinations(run: Run, by: readonly string[]): readonly Factors[] {
  const found = new Map<string, Factors>()
  for (const row of run.rows) {
    const values = by.map((name) => String(row[name] ?? ''))
    const key = values.length === 1 ? (values[0] as string) : JSON.stringify(values)
    if (!found.has(key))
      found.set(key, Object.fromEntries(by.map((name, index) => [name, values[index] as string])))
  }
  return [...found.values()]
}

/** Measures of a table that names none: those of the runs in the unit of the first, and the others. */
export function usualMeasures(runs: readonly Run[]): {
  readonly measures: readonly string[]
  readonly others: readonly string[]
} {
  const unitIn = (run: Run, name: string) => {
    const column = run.columns.find((one) => one.name === name && one.role === 'measure')
    return column && canonical(run, column).unit
  }
  const [run] = runs
  const all = runs.flatMap(({ columns }) => columns.filter(({ role }) => role === 'measure'))
  const [first, ...rest] = new Set(all.map(({ name }) => name))
  if (run === undefined || first === undefined) return { measures: [], others: [] }
  const unit = unitIn(run, first)
  const isAlike = (name: string) => runs.every((one) => unitIn(one, name) === unit)
  return {
    measures: [first, ...rest.filter(isAlike)],
    others: rest.filter((name) => !isAlike(name)),
  }
}

/**
 * Returns the common unit of these measures in all runs; '' without runs. Throws QueryError if they differ.
 */
export function unitOf(runs: readonly Run[], measures: readonly string[]): string {
  const [one, other] = [
    ...Map.groupBy(
      runs.flatMap((run) =>
        measures.map((measure) => ({ ...canonical(run, columnOf(run, measure, ['measure'])), run, measure })),
      ),
      ({ unit }) => unit,
    ).values(),
  ].map(([first]) => first)
  if (one && other) {
    const unitText = ({ measure, unit, run }: typeof one) =>
      `${measure} of run ${runName(run)} is ${unitName(unit)}`
    const advice =
      one.measure === other.measure ? '' : `: make a table for each unit (measures: [${one.measure}])`
    throw new QueryError(`the measures have different units: ${unitText(one)}, ${unitText(other)}${advice}`)
  }
  return one?.unit ?? ''
}

/** Notes under the table the published patterns that the experiment lacks. */
export function notRerun(
  experiment: SourceBlock,
  names: readonly string[],
  { tables }: Messages,
): readonly string[] {
  const left = names.filter((name) => !experiment.patterns.some((pattern) => pattern.name === name))
  return left.length === 0 ? [] : [tables.notRerun(left)]
}

/** Notes on patterns that only some environments have, one for all with the same. */
export function onlyNotes(
  patterns: readonly Pick<Pattern, 'label' | 'only'>[],
  { tables }: Messages,
): readonly string[] {
  const limited = patterns.flatMap(({ label, only }) => (only === undefined ? [] : [{ label, only }]))
  return [...Map.groupBy(limited, ({ only }) => only.join(' ')).values()].map((same) =>
    tables.onlyIn(
      same[0]?.only ?? [],
      same.map(({ label }) => label),
    ),
  )
}
