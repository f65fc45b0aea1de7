/** Data that nobody reruns, as runs: whatever reads the rows of a run reads these. */

import { sha256 } from '../files/fingerprint.ts'
import { bootColumn, type Column, excludedColumn, type Row, type Run } from '../results/run.ts'
import { exclusionsIn, rowMaker } from '../results/runfile.ts'
import { type ReadColumn, type ReadColumns, readColumns } from './columns.ts'
import { formatOf } from './formats.ts'
import { dataEnvironment, type DataSpec } from './source.ts'
import { type CellTable, DataError } from './table.ts'

export interface DataFile {
  readonly pattern: string
  readonly path: string
  readonly run?: Run
  /** Of a file that was read. */
  readonly columns?: readonly Omit<ReadColumn, 'values'>[]
  /** Columns without any value, which are left out. */
  readonly empty?: readonly string[]
  /** Columns without a name, which are left out. */
  readonly unnamed?: readonly string[]
  /** Why it could not be read, with the file's name. */
  readonly problem?: string
  /** What may be wrong with it, with the file's name. */
  readonly doubt?: string
}

/**
 * Reads the files of a block. `read` returns a file's bytes; undefined if there is none. Never throws for what
 * is wrong with a file. Deterministic.
 */
export async function readData(
  spec: DataSpec,
  read: (path: string) => Uint8Array | undefined,
): Promise<readonly DataFile[]> {
  const units: Units = new Map()
  const files: DataFile[] = []
  for (const { pattern, path } of spec.files) {
    const found = await readFile({ spec, path, pattern, units, before: files }, read)
    if (found) files.push(found)
  }
  // A file has as many units as the whole block knows only when all are read.
  return files
}

/** Value of the unit -> its number. The same value in two files is the same unit. */
type Units = Map<string, number>

interface Reading {
  readonly spec: DataSpec
  readonly path: string
  readonly pattern: string
  readonly units: Units
  readonly before: readonly DataFile[]
}

async function readFile(
  reading: Reading,
  read: (path: string) => Uint8Array | undefined,
): Promise<DataFile | undefined> {
  const { spec, path, pattern } = reading
  const bytes = read(path)
  if (bytes === undefined) return undefined
  try {
    const format = formatOf(path)
    const table = await cached(bytes, spec, () => format(bytes, spec))
    const found = readColumns(table, spec)
    checkAlike(found.columns, reading.before)
    const run = runOf(found, table, bytes, reading)
    const doubt = repeatedIndex(found, table, spec)
    return {
      ...{ pattern, path, run, empty: found.empty, unnamed: found.unnamed },
      columns: found.columns.map(({ values: _, ...column }) => column),
      ...(doubt === undefined ? {} : { doubt: `${path}: ${doubt}` }),
    }
  } catch (error) {
    if (error instanceof DataError) return { pattern, path, problem: `${path}: ${error.message}` }
    throw error
  }
}

/** A translation reads what its original read. */
const tables = new WeakMap<Uint8Array, Map<string, CellTable>>()

async function cached(
  bytes: Uint8Array,
  { delimiter = '' }: DataSpec,
  make: () => CellTable | Promise<CellTable>,
): Promise<CellTable> {
  const known = tables.get(bytes) ?? new Map<string, CellTable>()
  tables.set(bytes, known)
  const table = known.get(delimiter) ?? (await make())
  known.set(delimiter, table)
  return table
}

/** Columns of one name must be the same in all files of a block. */
function checkAlike(columns: readonly ReadColumn[], before: readonly DataFile[]): void {
  for (const { path, columns: others = [] } of before) {
    for (const { from, name, role, unit = '' } of columns) {
      const other = others.find((one) => one.name === name)
      if (other === undefined) continue
      const texts = [other.role, role].map((one, index) => `a ${one} in ${index === 0 ? path : 'this file'}`)
      if (other.role !== role)
        throw new DataError(`column ${from} is ${texts.join(' and ')}: say which (${from}: ${role})`)
      if ((other.unit ?? '') !== unit)
        throw new DataError(
          `column ${from} has another unit in ${path}: ${other.unit ?? 'none'}, not ${unit}`,
        )
    }
  }
}

function runOf(
  { columns }: ReadColumns,
  table: CellTable,
  bytes: Uint8Array,
  { spec, path, pattern, units }: Reading,
): Run {
  const count = columns[0]?.values.length ?? 0
  if (count === 0) throw new DataError('no rows')
  const unit = columns.find(({ from }) => from === spec.unit)
  const own = unit && unitsOf(unit, table, units)
  const newRow = rowMaker()
  const rows = Array.from({ length: count }, (_, index): Row => {
    const row = newRow()
    for (const { name, values } of columns) row[name] = values[index] ?? null
    if (own) row[bootColumn] = own[index] ?? null
    return row
  })
  const plain = columns.map(({ from: _, isGuessed: __, values: ___, ...column }): Column => column)
  const all: readonly Column[] = own
    ? [...plain.filter(({ name }) => name !== bootColumn), { name: bootColumn, role: 'index' }]
    : plain
  checkExclusions(columns, table)
  const digest = sha256(bytes)
  return {
    ...{ experiment: spec.id, environment: dataEnvironment, pattern, key: digest, origin: 'data' },
    inputs: {
      [`data ${path}`]: digest,
      ...(own ? { unit: spec.unit ?? '', boots: new Set(own).size } : {}),
    },
    ...{ trials: count, seed: seedOf(spec.id), parameters: {}, columns: all, rows },
    ...{ exclusions: exclusionsIn({ columns: all, rows }) ?? [], captured: {} },
    files: { [path]: { sha256: digest, bytes: bytes.length } },
    provenance: {},
  }
}

/**
 * Numbers of the rows' units. Throws a DataError for a row without one, and for a single unit: it says nothing
 * of others.
 */
function unitsOf({ from, values }: ReadColumn, table: CellTable, units: Units): readonly number[] {
  const own = values.map((value, row) => {
    if (value === null || value === '')
      throw new DataError(`${table.rowPlace(row)}, column ${from}: every row needs its unit of repetition`)
    const number = units.get(String(value)) ?? units.size + 1
    units.set(String(value), number)
    return number
  })
  if (new Set(own).size < 2)
    throw new DataError(
      `column ${from} has one value, ${values[0]}: a single unit of repetition says nothing of others`,
    )
  return own
}

/** Below 0, as no experiment's is: cells with the same seed are paired by the number of their units. */
function seedOf(id: string): number {
  return -1 - Number.parseInt(sha256(id).slice(0, 7), 16)
}

/** Whether a row is excluded is told by words, so that no 0 excludes one. */
function checkExclusions(columns: readonly ReadColumn[], table: CellTable): void {
  const { values = [], from } = columns.find(({ name }) => name === excludedColumn) ?? {}
  const row = values.findIndex((value) => /^(?:[\d.]+|true|false|yes|no|[tfyn])$/i.test(String(value ?? '')))
  if (row >= 0)
    throw new DataError(
      `${table.rowPlace(row)}, column ${from}: ${values[row]} is no reason: rows with one, in words, count in no statistic`,
    )
}

/**
 * Says where rows with the same factors have the same index: repeated measurements are no independent
 * observations.
 */
function repeatedIndex({ columns }: ReadColumns, table: CellTable, { unit }: DataSpec): string | undefined {
  const indices = columns.filter(({ role }) => role === 'index')
  if (indices.length === 0 || unit !== undefined) return undefined
  const named = columns.filter(({ role }) => role !== 'measure')
  const seen = new Map<string, number>()
  for (let row = 0; row < (named[0]?.values.length ?? 0); row += 1) {
    const key = JSON.stringify(named.map(({ values }) => values[row]))
    const first = seen.get(key)
    if (first !== undefined) {
      const names = indices.map(({ from }) => from).join(' and ')
      return `${table.rowPlace(first)} and ${table.rowPlace(row)} have the same ${names} and factors: if these are repeated measurements, name the unit of repetition (unit: ${indices[0]?.from})`
    }
    seen.set(key, row)
  }
  return undefined
}

/** `study.csv`'s columns in words, for `repro check`. */
export function columnTexts({ columns = [], empty = [], unnamed = [] }: DataFile): readonly string[] {
  const texts = columns.map(({ from, name, role, unit, isGuessed }) => {
    const what = role === 'measure' && unit !== undefined ? `measure in ${unit}` : role
    return `${from}${name === from ? '' : ` (as ${name})`}: ${what}${isGuessed ? ', guessed' : ''}`
  })
  return [
    ...texts,
    ...empty.map((name) => `${name}: left out, as it has no value`),
    ...unnamed.map(
      (name) => `${name}: left out, as it has no name (columns: {${name}: {name: ...}} reads it)`,
    ),
  ]
}
