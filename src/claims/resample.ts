/**
 * Interval of an expression (its parts as bounds.ts says), by resampling whole trials with all their rows, so
 * that dependent rows (a pause and its unpause, a phase and its total) stay together; or whole boots, those
 * of cells with the same seed together (stats/pairing.ts). Published numbers are constants.
 */

import { QueryError } from '../query/error.ts'
import { type Expression, type Path, readsPublished, references } from '../query/expression.ts'
import { interpret, type Reading, type Readings } from '../query/interpret.ts'
import { evaluate, pathsToRuns, probesOf, publishedReadings, type Results, runsAt } from '../query/query.ts'
import { observed } from '../query/series.ts'
import { bootColumn, excludedColumn, type Row, type Run } from '../results/run.ts'
import {
  type BootstrapOptions,
  bootstrap,
  bootstrapRatio,
  type Draw,
  drawsOf,
  isStudents,
  mostUnits,
  roughErrorOf,
} from '../stats/bootstrap.ts'
import type { Unit } from '../stats/clusters.ts'
import { clipped, type Interval, unbounded } from '../stats/interval.ts'
import { pairedGroups, type Pairing, pairingOf } from '../stats/pairing.ts'
import { perObject } from '../text/memory.ts'
import { boundsOf, isNonnegative, itemsOf, type OpenEnd, tailsOf, untoldEnds } from './bounds.ts'

export type IntervalOptions = Required<Omit<BootstrapOptions, 'rough'>>

export interface ResampledInterval {
  readonly interval: Interval
  /** Resampled units of the run with the fewest. */
  readonly units: number
  readonly unit: Unit
  /** Number of resamples; undefined for Student's t. */
  readonly draws: number | undefined
  /** Why an end is infinite; empty if both are finite. */
  readonly open: readonly OpenEnd[]
  /** Of the runs' boots; undefined for a single run, and for one without several boots. */
  readonly pairing: Pairing | undefined
}

/** Throws a QueryError if the expression cannot be evaluated or reads no run. */
export function expressionInterval(
  ast: Expression,
  results: Results,
  options: IntervalOptions,
): ResampledInterval {
  evaluate({ ast }, results)
  const runs = runsOf(ast, results)
  if (runs.length === 0) throw new QueryError('no interval: only published tables are read')
  const { samples, pairing } = samplesOf(runs)
  const sizes = samples.map(({ size }) => size)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  if (all > mostUnits)
    throw new QueryError(`no interval of ${all} observations: at most ${mostUnits}, or it takes too long`)
  const fewest = samples.reduce((a, b) => (b.size < a.size ? b : a))
  const { level } = options
  const open: OpenEnd[] = []
  const found = boundsOf(
    ast,
    { low: level, high: level },
    {
      measured: (one) => runsOf(one, results).length > 0,
      itemsOf: (one) => itemsOf(one, results),
      constant: (one) => interpret(one, (path) => publishedReadings(path, results)).value,
      measure: (one, at) => measuredInterval(one, results, { ...options, level: at }, open),
    },
  )
  const interval = clipped(found, limitsOf(ast, results))
  const isOpen = !Number.isFinite(interval.high - interval.low)
  const draws = isStudents(samples) ? undefined : drawsOf(sizes, options.resamples)
  return {
    ...{ interval, units: fewest.size, unit: fewest.unit, draws, pairing },
    open: isOpen ? open : [],
  }
}

/** Interval of an expression that is measured as a whole. */
function measuredInterval(
  ast: Expression,
  results: Results,
  options: IntervalOptions,
  open: OpenEnd[],
): Interval {
  const runs = runsOf(ast, results)
  const { units, sampleOf, samples } = samplesOf(runs)
  const statistic = (of: Expression) => {
    const value = resampler(of, runs, units, results)
    return (drawn: Draw) => value(sampleOf.map((sample) => drawn[sample] as Uint32Array))
  }
  const tails = tailsOf(ast, results, (run) => unitsOf(run).groups.size)
  const [tail] = ast.type === 'path' ? tails : []
  const all = {
    ...options,
    ...(tail ? { rough: roughErrorOf(tail.probability, tail.units) } : {}),
  }
  const isRatio = ast.type === 'operation' && ast.operator === '/'
  const isPositive = isNonnegative(ast, results)
  const found = isRatio
    ? bootstrapRatio(
        samples,
        { numerator: statistic(ast.left), denominator: statistic(ast.right), isPositive },
        all,
      )
    : bootstrap(samples, statistic(ast), all)
  if (isRatio && !Number.isFinite(found.high) && isStudents(samples)) open.push({ type: 'denominator' })
  const untold = untoldEnds(tails, options.level)
  open.push(...untold.map(({ needed }): OpenEnd => ({ type: 'quantile', needed })))
  // A function such as a correlation may move with a quantile either way.
  const isOpen = (end: keyof Interval) => untold.some((one) => ast.type !== 'path' || one.end === end)
  const told = {
    low: isOpen('low') ? Number.NEGATIVE_INFINITY : found.low,
    high: isOpen('high') ? Number.POSITIVE_INFINITY : found.high,
  }
  return clipped(told, limitsOf(ast, results))
}

/** Natural bounds of an expression's value, which Student's interval ignores. */
function limitsOf(ast: Expression, results: Results): Interval {
  if (ast.type === 'call' && ast.name === 'correlation') return { low: -1, high: 1 }
  return isNonnegative(ast, results) ? { low: 0, high: Number.POSITIVE_INFINITY } : unbounded
}

/** Distinct runs that an expression reads, in reading order. Throws a QueryError if one is missing. */
export function runsOf(ast: Expression, results: Results): readonly Run[] {
  return [...new Set(pathsToRuns(ast).flatMap((path) => runsAt(path, results).runs))]
}

/** Returns what is resampled: `sampleOf` gives the sample of each run, whose units are also the run's. */
export function samplesOf(runs: readonly Run[]) {
  const own = runs.map(unitsOf)
  const paired = pairedGroups(
    own.map(({ unit, groups }, index) => ({
      seed: runs[index]?.seed,
      boots: unit === 'boot' ? [...groups.keys()] : [],
    })),
  )
  const sampleOf = runs.map((_, index) => paired.findIndex((members) => members.includes(index)))
  const units = own.map(({ unit, groups }, index) => {
    // Boots of paired runs are in the order of the first run's.
    const first = own[paired[sampleOf[index] ?? 0]?.[0] ?? index]?.groups ?? groups
    const order = unit === 'boot' ? [...first.keys()] : [...groups.keys()]
    return { unit, groups: order.flatMap((name) => [groups.get(name) ?? []]) }
  })
  const samples = paired.flatMap(([first = 0]) => {
    const { unit = 'trial', groups = [] } = units[first] ?? {}
    return [{ unit, size: groups.length }]
  })
  const withBoots = units.every(({ unit }) => unit === 'boot')
  return { units, sampleOf, samples, pairing: withBoots ? pairingOf(paired) : undefined }
}

interface Units {
  readonly unit: Unit
  /** Rows resampled together. */
  readonly groups: readonly (readonly Row[])[]
}

interface Grouped {
  readonly unit: Unit
  readonly groups: ReadonlyMap<string, readonly Row[]>
}

const perRun = perObject<Grouped>()

/** Groups rows by boot if a run has several, else by trial. */
function unitsOf(run: Run): Grouped {
  return perRun(run, [], () => grouped(run))
}

function grouped(run: Run): Grouped {
  const kept = run.rows.filter((row) => !row[excludedColumn])
  const boots = Map.groupBy(kept, (row) => String(row[bootColumn]))
  if (boots.size > 1) return { unit: 'boot', groups: boots }
  const trials = [...trialsIn(run)].map(([name, { rows }]) => [name, rows] as const)
  return { unit: 'trial', groups: new Map(trials) }
}

/** Groups a run's rows by trial; without a column that numbers trials, each row is one. */
export function trialsIn(
  run: Run,
): ReadonlyMap<string, { readonly boot: string; readonly rows: readonly Row[] }> {
  const { columns, rows } = run
  const indices = columns.filter(({ role }) => role === 'index')
  const kept = observed(
    run,
    rows.filter((row) => !row[excludedColumn]),
  )
  const trials = Map.groupBy(kept, (row, index) =>
    indices.length === 0 ? String(index) : JSON.stringify(indices.map(({ name }) => row[name])),
  )
  return new Map(
    [...trials].map(([name, those]) => [name, { boot: String(those[0]?.[bootColumn]), rows: those }]),
  )
}

/** Returns the value of an expression over draws of units, one draw for each run; NaN if it is undefined. */
export function resampler(
  ast: Expression,
  runs: readonly Run[],
  units: readonly Pick<Units, 'groups'>[],
  results: Results,
): (draw: Draw) => number {
  const look = lookup(ast, runs, units, results)
  return (draw) => valueOrNaN(ast, (path) => look(path, draw))
}

/**
 * Returns a lookup of paths in a resample. Caches each unit's values, as this dominates the bootstrap's time.
 * Paths were resolved with all rows, so a factor value absent from a resample occurs 0 times.
 */
function lookup(
  ast: Expression,
  runs: readonly Run[],
  units: readonly Pick<Units, 'groups'>[],
  results: Results,
): (path: Path, draw: Draw) => Readings {
  const known = new Map(
    references(ast).map((path): [Path, (draw: Draw) => Readings] => {
      if (readsPublished(path)) {
        const published = publishedReadings(path, results)
        return [path, () => published]
      }
      const { probes, ...list } = probesOf(path, results)
      const parts = probes.map((probe) => {
        const sample = runs.indexOf(probe.run)
        const byUnit = (units[sample]?.groups ?? []).map((rows) => probe.valuesIn(rows))
        return { sample, values: drawer(byUnit), template: probe.read([]) }
      })
      const read = (draw: Draw) => {
        const readings = parts.map(({ sample, values, template }) => ({
          ...template,
          values: values(draw[sample] as Uint32Array),
        }))
        return { ...list, readings }
      }
      return [path, read]
    }),
  )
  // All paths of the expression are known.
  return (path, draw) => (known.get(path) as (draw: Draw) => Readings)(draw)
}

/**
 * Returns the values of the drawn units. Plain loops over plain arrays: this dominates the bootstrap's time.
 */
function drawer(byUnit: readonly Reading['values'][]): (drawn: Uint32Array) => Reading['values'] {
  const all = byUnit.flat()
  if (byUnit.every(({ length }) => length === 1))
    return (drawn) => {
      const values = new Array<number | null>(drawn.length)
      for (let i = 0; i < drawn.length; i += 1) values[i] = all[drawn[i] as number] as number | null
      return values
    }
  // Values of unit u are those from starts[u] to starts[u + 1].
  const starts = new Uint32Array(byUnit.length + 1)
  for (const [unit, { length }] of byUnit.entries()) starts[unit + 1] = (starts[unit] as number) + length
  return (drawn) => {
    let size = 0
    for (const unit of drawn) size += (starts[unit + 1] as number) - (starts[unit] as number)
    const values = new Array<number | null>(size)
    let next = 0
    for (const unit of drawn)
      for (let at = starts[unit] as number; at < (starts[unit + 1] as number); at += 1) {
        values[next] = all[at] as number | null
        next += 1
      }
    return values
  }
}

function valueOrNaN(ast: Expression, look: (path: Path) => Readings): number {
  try {
    return interpret(ast, look).value
  } catch (error) {
    // Such as the mean of values that this resample lacks.
    if (error instanceof QueryError) return Number.NaN
    throw error
  }
}
