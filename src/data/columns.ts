/**
 * What the columns of a file are: what a block says of them, and else a guess. A text groups rows (a factor),
 * a number is a measure, with the unit in its name. Where a guess could be wrong, it is an error, not a guess.
 */

import { timeUnitInName, unitInName } from '../query/units.ts'
import { bootColumn, type Column, excludedColumn } from '../results/run.ts'
import { decimal } from '../text/numbers.ts'
import { hint } from '../text/spelling.ts'
import type { DataSpec } from './source.ts'
import { type Cell, type CellTable, DataError } from './table.ts'

/** A column of a file that is read. */
export interface ReadColumn extends Column {
  /** Its name in the file. */
  readonly from: string
  readonly isGuessed: boolean
  /** By row: text of factors, numbers of measures, either of indices. */
  readonly values: readonly Cell[]
}

export interface ReadColumns {
  readonly columns: readonly ReadColumn[]
  /** Names in the file of columns that are left out without being told to: they have no value. */
  readonly empty: readonly string[]
}

/** Names that figures and series use for something else. */
const taken = new Map([
  ['environment', 'figures name the machine so'],
  ['pattern', 'figures name the file so'],
  ['patternLabel', 'figures name the file so'],
  ['patternIndex', 'figures number the files so'],
  ['origin', 'figures name the origin so'],
])

/** Throws a DataError with the line and column of the first value that does not fit. */
export function readColumns(table: CellTable, spec: DataSpec): ReadColumns {
  const { names } = table
  for (const name of [...Object.keys(spec.columns), ...(spec.unit === undefined ? [] : [spec.unit])])
    if (!names.includes(name)) throw new DataError(`no column ${name}${hint(name, names)}`)
  const columns: ReadColumn[] = []
  const empty: string[] = []
  const missing = new Set<Cell>(spec.missing)
  for (const [index, from] of names.entries()) {
    const told = Object.hasOwn(spec.columns, from) ? (spec.columns[from] ?? {}) : {}
    if (told.role === 'ignore') continue
    if (table.nested.has(from))
      throw new DataError(
        `column ${from} has lists, mappings or bytes, which are no values: ignore it (${from}: ignore)`,
      )
    const cells = (table.cells[index] ?? []).map((cell) =>
      missing.size > 0 && missing.has(typeof cell === 'number' ? String(cell) : cell) ? null : cell,
    )
    const isUnit = from === spec.unit
    const role = told.role ?? (isUnit ? 'index' : guessedRole(from, cells, table))
    if (role === undefined) {
      empty.push(from)
      continue
    }
    if (isUnit && role === 'measure')
      throw new DataError(`column ${from} is the unit of repetition, and no measure: say index or factor`)
    const name = told.name ?? from
    const unit = role === 'measure' ? (told.unit ?? unitInName(from) ?? timeUnitInName(from)) : undefined
    columns.push({
      ...{ name, from, role, isGuessed: told.role === undefined && !isUnit },
      ...(unit === undefined ? {} : { unit }),
      ...(told.label === undefined ? {} : { label: told.label }),
      values: valuesOf(cells, { role, from }, table),
    })
  }
  checkNames(columns, spec)
  return { columns, empty }
}

/** Undefined for a column without any value. */
function guessedRole(from: string, cells: readonly Cell[], table: CellTable): Column['role'] | undefined {
  let [texts, numbers] = [0, 0]
  let first: number | undefined
  for (const [row, cell] of cells.entries()) {
    if (cell === null) continue
    if (numberOf(cell, table) === undefined) {
      texts += 1
      first ??= row
    } else numbers += 1
  }
  if (texts + numbers === 0) return undefined
  if (texts === 0) return from === 'trial' ? 'index' : 'measure'
  if (numbers === 0 && typeof cells[first ?? 0] === 'string') return 'factor'
  const odd = cells[first ?? 0]
  // Words among numbers are a mistake or a missing value, numbers among words perhaps the name of a version.
  if (typeof odd === 'string' && !oddNumbers.test(odd) && table.isText && texts > numbers) return 'factor'
  throw new DataError(
    `${table.rowPlace(first ?? 0)}, column ${from}: ${odd} is no finite number, and ${numbers} other values are: say what the column is (${from}: factor, or measure), or which values stand for none (missing: ['${odd}'])`,
  )
}

/** What programs write for a number that they do not have. */
const oddNumbers = /^[+-]?(?:nan|inf|infinity|na|n\/a|null|none|-|\.)$/i

function numberOf(cell: Cell, { isText }: CellTable): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined
  return isText && cell !== null ? decimal(cell) : undefined
}

function valuesOf(
  cells: readonly Cell[],
  { role, from }: Pick<ReadColumn, 'role' | 'from'>,
  table: CellTable,
): readonly Cell[] {
  if (role === 'factor') return cells.map((cell) => (cell === null ? '' : String(cell)))
  if (role === 'index') {
    const areNumbers = cells.every((cell) => cell === null || numberOf(cell, table) !== undefined)
    return areNumbers
      ? cells.map((cell) => (cell === null ? null : (numberOf(cell, table) ?? null)))
      : cells.map((cell) => (cell === null ? null : String(cell)))
  }
  return cells.map((cell, row) => {
    if (cell === null) return null
    const number = typeof cell === 'string' ? decimal(cell) : numberOf(cell, table)
    if (number === undefined)
      throw new DataError(
        `${table.rowPlace(row)}, column ${from}: ${cell} is no finite number (for a value that is not there: missing: ['${cell}'])`,
      )
    return number
  })
}

function checkNames(columns: readonly ReadColumn[], { unit }: DataSpec): void {
  const seen = new Set<string>()
  for (const { name, from, role } of columns) {
    if (seen.has(name)) throw new DataError(`two columns are named ${name}`)
    seen.add(name)
    const advice = `give it another name (${from}: {name: ...})`
    const why = taken.get(name)
    if (why !== undefined) throw new DataError(`column ${name}: ${why}; ${advice}`)
    if (name === bootColumn && from !== unit)
      throw new DataError(
        `column ${bootColumn}: this name stands for the unit of repetition; ${advice}, or say unit: ${from}`,
      )
    if (name === excludedColumn && role !== 'factor')
      throw new DataError(
        `column ${excludedColumn} has reasons, in words, why rows count in no statistic, and is empty for the others; ${advice}`,
      )
  }
  if (!columns.some(({ role }) => role === 'measure'))
    throw new DataError('no column is a measure: nothing was observed')
}
