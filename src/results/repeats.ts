/**
 * Finds rows that were measured once and stand there several times: copied by hand, or made by boots that all
 * started alike. Such rows are no further observations, however many there are.
 *
 * Values may truly repeat: counts are coarse, and an emulator takes the same way again. So rows count as
 * repeated only if all their measures are equal, and more often than chance explains. The chance that two
 * rows agree is estimated from the distinct ones, in the measure that tells them apart best: from how close
 * its values lie, counted in steps of their finest resolution. Copies that were changed are looked for in
 * each measure by itself (copies.ts).
 */

import { copiesIn, logTail } from './copies.ts'
import { bootColumn, excludedColumn, type Run } from './run.ts'

type Values = readonly (number | null)[]

/** Logarithm (base 10) of the probability below which chance explains nothing. */
const mostUnlikely = -6

/** Measures that tell rows apart for sure; with fewer, rows may have a few typical outcomes. */
const manyMeasures = 3

/** Distinct rows with many measures, and with few: below that, there is nothing to estimate a chance from. */
const fewestDistinct = { many: 3, few: 5 }

/** Distinct rows that are compared in pairs. */
const mostCompared = 400

/** Rows of an operation that repeat others. */
export interface Repeats {
  /** Empty if the run tells no operations apart. */
  readonly operation: string
  readonly rows: number
  /** Without one of each group of equal rows. */
  readonly repeated: number
  /** Lines in rows.csv of each group, the largest group first; none for copies in one measure. */
  readonly lines: readonly (readonly number[])[]
  /** Copies with a change; absent where rows are equal in every measure. */
  readonly copies?: {
    readonly measure: string
    /** Between the rows of each pair, in the column's unit; 0 if they agree in this measure. */
    readonly difference: number
    readonly unit: string
  }
}

const cache = new WeakMap<Run, readonly Repeats[]>()

/** Returns the rows of a run that repeat others more often than chance explains. */
export function repeatedRows(run: Run): readonly Repeats[] {
  const found = cache.get(run) ?? repeats(run)
  cache.set(run, found)
  return found
}

function repeats({ columns, rows }: Run): readonly Repeats[] {
  const measures = columns.flatMap(({ name, role }) => (role === 'measure' ? [name] : []))
  const counting = rows.flatMap((row, index) => {
    const values = measures.map((name) => (typeof row[name] === 'number' ? row[name] : null))
    const boot = Number(row[bootColumn] ?? 1)
    return row[excludedColumn]
      ? []
      : [{ operation: String(row.operation ?? ''), values, boot, line: index + 2 }]
  })
  return [...Map.groupBy(counting, ({ operation }) => operation)].flatMap(([operation, those]) => {
    const groups = [...Map.groupBy(those, ({ values }) => values.join()).values()]
    const distinct = groups.flatMap(([first]) => (first ? [first.values] : []))
    const sizes = groups.map(({ length }) => length)
    if (!areRepeated(distinct, sizes)) return changedCopies(operation, those, columns)
    const equal = groups.filter(({ length }) => length > 1).toSorted((a, b) => b.length - a.length)
    return [
      {
        operation,
        rows: those.length,
        repeated: those.length - groups.length,
        lines: equal.map((group) => group.map(({ line }) => line)),
      },
    ]
  })
}

interface Counting {
  readonly values: Values
  readonly boot: number
}

function changedCopies(
  operation: string,
  rows: readonly Counting[],
  columns: Run['columns'],
): readonly Repeats[] {
  const measures = columns.filter(({ role }) => role === 'measure')
  for (const [index, { name, unit = '' }] of measures.entries()) {
    const values = rows.flatMap(({ values: all, boot }) => {
      const value = all[index]
      return typeof value === 'number' ? [{ value, boot }] : []
    })
    const found = copiesIn(values)
    if (found === undefined) continue
    const { pairs, difference } = found
    return [
      {
        ...{ operation, rows: rows.length, repeated: pairs, lines: [] },
        copies: { measure: name, difference, unit },
      },
    ]
  }
  return []
}

/** @param sizes how often each of the distinct rows is there */
function areRepeated(distinct: readonly Values[], sizes: readonly number[]): boolean {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total === distinct.length || distinct.length < fewestDistinct.many) return false
  const compared = distinct.slice(0, mostCompared)
  const chances = (compared[0] ?? []).map((_, measure) =>
    chanceOf(compared.map((values) => values[measure] ?? null)),
  )
  const isMany = chances.filter((chance) => chance < 0.01).length >= manyMeasures
  if (distinct.length < fewestDistinct[isMany ? 'many' : 'few']) return false
  // With few measures, one row that stands out is what usually happens.
  const [first = 0, second = 0] = sizes.toSorted((a, b) => b - a)
  const usual = !isMany && first > 2 * second ? first - 1 : 0
  const rows = total - usual
  const pairs = (rows * (rows - 1)) / 2
  return logTail(pairs * Math.min(1, ...chances), rows - distinct.length) < mostUnlikely
}

/** Returns an upper estimate of the chance that two rows agree in a measure; 1 if it tells nothing. */
function chanceOf(values: Values): number {
  const numbers = values.filter((value) => value !== null)
  if (numbers.length < values.length) return 1
  const distances = numbers
    .flatMap((one, index) => numbers.slice(index + 1).map((other) => Math.abs(one - other)))
    .sort((a, b) => a - b)
  const step = resolutionOf(numbers)
  // Near pairs, not all of them: values may lie in clumps far apart.
  const near = distances[Math.max(3, Math.ceil(distances.length / 10)) - 1]
  if (step === 0 || near === undefined) return 1
  const share = (limit: number) => distances.filter((distance) => distance <= limit).length / distances.length
  return Math.max(share(0), (share(near) * step) / (2 * near + step))
}

/** Returns the largest step of which all differences are multiples; 0 if all values are equal. */
function resolutionOf(values: readonly number[]): number {
  const digits = Math.max(...values.map((value) => /\.(\d+)/.exec(String(value))?.[1]?.length ?? 0))
  const scale = 10 ** Math.min(digits, 9)
  const [first = 0, ...others] = values.map((value) => Math.round(value * scale))
  return others.reduce((step, value) => commonDivisor(step, Math.abs(value - first)), 0) / scale
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}
