/**
 * Compares published means with two recordings: the runs, and an earlier recording in CSV files of the
 * published form with a column `origin`. A row without a phase is a total.
 */

import type { Pattern } from '../../document/block.ts'
import { QueryError, unknown } from '../../query/error.ts'
import { digits } from '../../query/format.ts'
import { columnOfStatistic, type PublishedRow } from '../../query/published.ts'
import { origins } from '../../query/quantity.ts'
import { series } from '../../query/series.ts'
import { unitName } from '../../query/units.ts'
import type { Run } from '../../results/run.ts'
import { mean } from '../../stats/moments.ts'
import type { Origin } from '../../testbed/board.ts'
import { decimal } from '../../text/numbers.ts'
import { checkEnvironment, matching, uniqueRow, valuesOf } from '../published.ts'
import { type Cell, publishedCell } from '../table.ts'
import { type CellRun, labelOf, unitOf } from './options.ts'

/** A published mean and both recordings' values; times in microseconds. */
export interface Compared {
  readonly pattern: Pattern
  readonly operation: string
  readonly measure: string
  readonly published: Cell
  readonly reference: number
  readonly before: Reading | undefined
  readonly after: Reading | undefined
  /** The missing run, if there is no `after`. */
  readonly missing?: string
}

/** Origins and runs behind numbers; the earlier recording has no runs. */
export interface Source {
  readonly origins: readonly Origin[]
  readonly runs: readonly Run[]
}

export interface Reading extends Source {
  readonly value: number
}

/** A slowdown is a total relative to the baseline's. */
export const kinds = ['totals', 'phases', 'slowdowns'] as const
export type Kind = (typeof kinds)[number]

/** Times are compared in microseconds. */
const meanColumn = columnOfStatistic('mean', 'us')
const total = 'total'
const measureOf = (row: PublishedRow): string => row.phase ?? total

/**
 * Returns the published rows of one environment. Throws QueryError if several were published and none is
 * chosen, and for measures that the runs lack or that are not times.
 */
export function chooseRows(
  published: readonly PublishedRow[],
  environment: string | undefined,
  runs: readonly Run[],
): readonly PublishedRow[] {
  checkEnvironment(published, environment)
  const known = valuesOf(published, 'environment')
  if (environment === undefined && known.length > 1)
    throw new QueryError(
      'several environments were published: choose one with publishedEnvironment ' +
        `(known: ${known.join(', ')})`,
    )
  const rows = matching(published, { environment })
  const measures = [...new Set(rows.map(measureOf))]
  for (const name of measures) labelOf(runs, name, 'measure')
  const unit = unitOf(runs, measures)
  if (runs.length > 0 && unit !== 'us')
    throw new QueryError(`the published means are times, and ${measures.join(', ')} is ${unitName(unit)}`)
  return rows
}

/** Returns the published means of these cells, in order of the cells and of their rows. */
export function compare(
  cells: readonly CellRun[],
  rows: readonly PublishedRow[],
  earlier: readonly PublishedRow[],
): readonly Compared[] {
  return cells.flatMap(({ pattern, name, run }) =>
    rows.flatMap((row): Compared[] => {
      const reference = decimal(row[meanColumn] ?? '')
      if (row.pattern !== pattern.name || reference === undefined) return []
      const { operation = '' } = row
      const measure = measureOf(row)
      const same = earlier.filter((one) => measureOf(one) === measure)
      return [
        {
          pattern,
          operation,
          measure,
          published: publishedCell(row[meanColumn]),
          reference,
          before: earlierReading(uniqueRow(same, { pattern: pattern.name, operation: row.operation })),
          after: run && readingOf(run, row.operation, measure),
          ...(run === undefined ? { missing: name } : {}),
        },
      ]
    }),
  )
}

function readingOf(run: Run, operation: string | undefined, measure: string): Reading | undefined {
  const { values } = series(run, operation === undefined ? {} : { operation }, measure)
  return values.length === 0 ? undefined : { value: mean(values), origins: origins([run]), runs: [run] }
}

/** Throws QueryError for a number without an origin: none of ours may look like a published one. */
function earlierReading(row: PublishedRow | undefined): Reading | undefined {
  const value = decimal(row?.[meanColumn] ?? '')
  if (row === undefined || value === undefined) return undefined
  const { origin = '' } = row
  if (!isOrigin(origin)) throw unknown(`origin of an earlier row of ${row.pattern}`, origin, known)
  return { value, origins: [origin], runs: [] }
}

const known: readonly Origin[] = ['emulated', 'hardware', 'local']
const isOrigin = (text: string): text is Origin => known.some((origin) => origin === text)

/**
 * Returns the numbers of a kind. The baseline's own slowdowns, which are 1, are left out. Throws QueryError
 * if there is no such baseline.
 */
export function numbersOf(kind: Kind, compared: readonly Compared[], baseline: string): readonly Compared[] {
  if (kind === 'phases') return compared.filter(({ measure }) => measure !== total)
  const totals = compared.filter(({ measure }) => measure === total)
  return kind === 'totals' ? totals : slowdowns(totals, baseline)
}

function slowdowns(all: readonly Compared[], baseline: string): readonly Compared[] {
  if (!all.some(({ pattern }) => pattern.name === baseline))
    throw unknown('published pattern', baseline, [...new Set(all.map(({ pattern }) => pattern.name))])
  return all.flatMap((one): Compared[] => {
    const base = all.find(
      ({ pattern, operation }) => pattern.name === baseline && operation === one.operation,
    )
    if (base === undefined || one.pattern.name === baseline || base.reference === 0) return []
    const reference = one.reference / base.reference
    const missing = base.missing ?? one.missing
    return [
      {
        ...one,
        published: { type: 'published', text: digits(reference, 2), value: reference },
        reference,
        before: quotient(one.before, base.before),
        after: quotient(one.after, base.after),
        ...(missing === undefined ? {} : { missing }),
      },
    ]
  })
}

function quotient(above: Reading | undefined, below: Reading | undefined): Reading | undefined {
  if (above === undefined || below === undefined || below.value === 0) return undefined
  return { value: above.value / below.value, ...sourceOf([above, below]) }
}

export function sourceOf(sources: readonly (Source | undefined)[]): Source {
  const present = sources.flatMap((source) => source ?? [])
  return {
    origins: [...new Set(present.flatMap(({ origins }) => origins))].sort(),
    runs: [...new Set(present.flatMap(({ runs }) => runs))],
  }
}
