/**
 * Data of figures: rows of runs as flat records, times in microseconds unless their name has another unit.
 */

import type { SourceBlock } from '../document/block.ts'
import type { FigureData } from '../document/schema.ts'
import { runNamesIn } from '../engine/cells.ts'
import { QueryError, unknown } from '../query/error.ts'
import { parameterColumns, parameterOf } from '../query/parameters.ts'
import { canonical, scaled, select } from '../query/series.ts'
import { nameWithoutUnit, symbol, unitName, withoutUnit } from '../query/units.ts'
import { runName, type Column, type Dataset, type Run } from '../results/run.ts'
import { rowMaker } from '../results/runfile.ts'
import { recently } from '../text/memory.ts'
import type { RenderContext } from './context.ts'
import { cellRuns } from './tables/options.ts'

export type FigureRecord = Readonly<Record<string, string | number | null>>

/** Returns the names of the cells that a figure's data need, in the block's order. */
export function cellsDrawn(experiment: SourceBlock, { where }: FigureData): readonly string[] {
  const fits = (column: string, value: string) => where[column]?.includes(value) ?? true
  return runNamesIn([experiment]).filter((name) => {
    const [, environment = '', pattern = ''] = name.split('/')
    return fits('environment', environment) && fits('pattern', pattern)
  })
}

/**
 * Returns the runs' observations (except excluded ones), or a dataset. Besides the runs' columns each record
 * has `environment`, `pattern`, `patternLabel`, `patternIndex` (block order), `origin`, and the parameters,
 * whose names are flat (`domu.vcpus`) and give way to those of the columns (`parameter.domu.vcpus`). Records
 * are in the block's order of environments and patterns. Throws QueryError, with the nearest name, for a
 * dataset or column that a run lacks, and for a value that no row has.
 */
export const records = recently(makeRecords, (experiment, runs, source) => [experiment, source, ...runs])

function makeRecords(
  experiment: SourceBlock,
  runs: readonly Run[],
  source: FigureData,
): readonly FigureRecord[] {
  const newRecord = rowMaker()
  const units = new Map<string, { readonly unit: string; readonly name: string }>()
  const all = experiment.environments.flatMap((environment) =>
    cellRuns(experiment, environment, runs).flatMap(({ name, run }) => {
      if (run === undefined) return []
      const { columns, rows } = datasetOf(run, source.dataset)
      const cell = cellFields(
        experiment,
        run,
        columns.map((column) => column.name),
      )
      const scales = columns.map((column) => {
        const { scale, unit } = drawnUnit(run, column)
        const { unit: before, name: other } = units.get(column.name) ?? { unit, name }
        if (unit !== before) {
          const reason = `${unitName(before)} in run ${other}, ${unitName(unit)} in run ${name}`
          throw new QueryError(`${column.name} has different units: ${reason}`)
        }
        units.set(column.name, { unit, name })
        return { name: column.name, scale }
      })
      const common = Object.entries(cell)
      return rows.map((row) => {
        const record = newRecord()
        for (const { name, scale } of scales) {
          const value = row[name] ?? null
          record[name] = typeof value === 'number' ? scaled(value, scale, name) : value
        }
        for (const [name, value] of common) record[name] = value
        return record
      })
    }),
  )
  return Object.entries(source.where).reduce<readonly FigureRecord[]>((left, [column, values]) => {
    checkValues(all, column, values)
    return left.filter((record) => values.includes(String(record[column])))
  }, all)
}

/**
 * Returns titles of the fields of `records`: the label of a column, or its name, with the unit that its
 * values have there; of a parameter's or of the cell's, its name in the report.
 */
export function fieldTitles(
  runs: readonly Run[],
  { dataset }: FigureData,
  { messages, display }: Pick<RenderContext, 'messages' | 'display'>,
): Readonly<Record<string, string>> {
  const { environment, pattern, origin } = messages.experiment.heads
  const own = { environment, pattern, patternLabel: pattern, origin }
  const columns = runs.flatMap((run) =>
    datasetOf(run, dataset).columns.map((column) => [column.name, titleOf(run, column, display)] as const),
  )
  return { ...own, ...Object.fromEntries(columns) }
}

/** Returns units of the fields of `records`, where their names do not tell them. */
export function fieldUnits(
  runs: readonly Run[],
  { dataset }: Pick<FigureData, 'dataset'>,
): Readonly<Record<string, string>> {
  const units = runs.flatMap((run) =>
    datasetOf(run, dataset).columns.flatMap((column) => {
      const { unit } = drawnUnit(run, column)
      const isTold = unit === '' || column.role !== 'measure' || withoutUnit(column.name) !== undefined
      return isTold ? [] : [[column.name, symbol(unit)] as const]
    }),
  )
  return Object.fromEntries(units)
}

function titleOf(run: Run, column: Column, display: RenderContext['display']): string {
  const { name, label, role } = column
  const { unit } = drawnUnit(run, column)
  const title = display(label ?? nameWithoutUnit(name))
  return role !== 'measure' || unit === '' ? title : `${title} (${symbol(unit)})`
}

/** Converts times to microseconds, except those whose name ends in a unit: `elapsedNs`. */
function drawnUnit(run: Run, column: Column): { readonly scale: number; readonly unit: string } {
  const { name, role, unit = '' } = column
  const keeps = role !== 'measure' || (unit !== 'ticks' && withoutUnit(name) !== undefined)
  return keeps ? { scale: 1, unit } : canonical(run, column)
}

/** Returns the fields common to a run's records; `taken` are the names of its other fields. */
export function cellFields({ patterns }: SourceBlock, run: Run, taken: readonly string[]): FigureRecord {
  const { environment, pattern, origin } = run
  const cell = cellOf(patterns, { environment, pattern, origin })
  // All patterns', so that all records have the same fields.
  const parameters = parameterColumns([...patterns, run], [...taken, ...Object.keys(cell)])
  return {
    ...Object.fromEntries(parameters.map((one) => [one.column, parameterOf(run, one)])),
    ...cell,
  }
}

function cellOf(
  patterns: SourceBlock['patterns'],
  { environment, pattern, origin }: Pick<Run, 'environment' | 'pattern' | 'origin'>,
): FigureRecord {
  const patternIndex = indicesOf(patterns).get(pattern) ?? -1
  return {
    environment,
    pattern,
    patternLabel: patterns[patternIndex]?.label ?? pattern,
    patternIndex,
    origin,
  }
}

const indices = new WeakMap<SourceBlock['patterns'], ReadonlyMap<string, number>>()

function indicesOf(patterns: SourceBlock['patterns']): ReadonlyMap<string, number> {
  const known = indices.get(patterns) ?? new Map(patterns.map(({ name }, index) => [name, index]))
  indices.set(patterns, known)
  return known
}

function datasetOf(run: Run, name: string | undefined): Dataset {
  if (name === undefined) return { columns: run.columns, rows: select(run) }
  const { datasets = {} } = run
  const dataset = Object.hasOwn(datasets, name) ? datasets[name] : undefined
  if (dataset === undefined) throw unknown(`dataset of run ${runName(run)}`, name, Object.keys(datasets))
  return dataset
}

function checkValues(all: readonly FigureRecord[], column: string, values: readonly string[]): void {
  const [first] = all
  if (first !== undefined && !Object.hasOwn(first, column))
    throw unknown('column', column, Object.keys(first))
  const present = [...new Set(all.flatMap((record) => record[column] ?? []).map(String))]
  for (const value of values) if (!present.includes(value)) throw unknown(column, value, present)
}
