/**
 * What the columns of a file are: what a block says of them, and else a guess. A text groups rows (a factor),
 * a number is a measure, with the unit in its name. Where a guess could be wrong, it is an error, not a guess.
 */

import { timeUnitInName, unitInName } from '../query/units.ts'
import { drawnNames } from '../results/columnnames.ts'
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

/** A table, and how its numbers are written. */
type Numbers = CellTable & Pick<DataSpec, 'decimal'>

/** Throws a DataError with the line and column of the first value that does not fit. */
export function readColumns(read: CellTable, spec: DataSpec): ReadColumns {
  const table: Numbers = { ...read, decimal: spec.decimal }
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
function guessedRole(from: string, cells: readonly Cell[], table: Numbers): Column['role'] | undefined {
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
  if (table.isText) refuseOdd(from, cells, { table, areNumbers: texts === 0, areTexts: numbers === 0 })
  if (texts === 0) return from === 'trial' ? 'index' : 'measure'
  if (numbers === 0 && typeof cells[first ?? 0] === 'string') return 'factor'
  const odd = cells[first ?? 0]
  // Words among numbers are a mistake or a missing value, numbers among words perhaps the name of a version.
  if (typeof odd === 'string' && !oddNumbers.test(odd) && table.isText && texts > numbers) return 'factor'
  throw new DataError(
    `${table.rowPlace(first ?? 0)}, column ${from}: ${odd} is no finite number, and ${numbers} other values are: say what the column is (${from}: factor, or measure), or which values stand for none (missing: ['${odd}'])`,
  )
}

/** Throws a DataError where numbers are probably names, and texts probably numbers. */
function refuseOdd(
  from: string,
  cells: readonly Cell[],
  { table, areNumbers, areTexts }: { table: Numbers; areNumbers: boolean; areTexts: boolean },
): void {
  const filled = [...cells.entries()].filter((one): one is [number, string] => typeof one[1] === 'string')
  const say = ([row, cell]: readonly [number, string], reason: string) =>
    new DataError(`${table.rowPlace(row)}, column ${from}: ${cell} ${reason}`)
  const name = areNumbers ? filled.find(([, cell]) => /^\s*0\d+\s*$/.test(cell)) : undefined
  if (name)
    throw say(name, `begins with 0, as names do: say what the column is (${from}: factor, or measure)`)
  const [first] = filled
  if (!areTexts || first === undefined) return
  if (filled.every(([, cell]) => commaNumber.test(cell))) throw say(first, commaAdvice(from))
  if (filled.every(([, cell]) => /^[+-]?\d+(?:[.,]\d+)?\s*%$/.test(cell)))
    throw say(first, `is no number: write it without the sign, or say ${from}: factor`)
}

/** `1,5`, and `1,234`, which is the same in some countries and another number in others. */
const commaNumber = /^\s*[+-]?\d[\d.]*,\d[\d,]*\s*$/

function commaAdvice(from: string): string {
  return `has a comma, and is no number here: say decimal: ',' if that is the decimal point; write thousands without; or say ${from}: factor`
}

/** What programs write for a number that they do not have. */
const oddNumbers = /^[+-]?(?:nan|inf|infinity|na|n\/a|null|none|-|\.)$/i

function numberOf(cell: Cell, table: Numbers): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined
  return table.isText && cell !== null ? written(cell, table) : undefined
}

function written(text: string, table: Numbers): number | undefined {
  if (table.decimal !== ',') return decimal(text)
  // A point would divide thousands.
  return text.includes('.') ? undefined : decimal(text.replace(',', '.'))
}

/** Whether a text is a whole number that a double cannot hold. */
function isInexact(cell: Cell): boolean {
  return typeof cell === 'string' && /^\s*[+-]?\d{16,}\s*$/.test(cell) && !Number.isSafeInteger(Number(cell))
}

function valuesOf(
  cells: readonly Cell[],
  { role, from }: Pick<ReadColumn, 'role' | 'from'>,
  table: Numbers,
): readonly Cell[] {
  if (role === 'factor') return cells.map((cell) => (cell === null ? '' : String(cell)))
  if (role === 'index') {
    // Two long ids must not become one number.
    const areNumbers = cells.every(
      (cell) => cell === null || (numberOf(cell, table) !== undefined && !isInexact(cell)),
    )
    return areNumbers
      ? cells.map((cell) => (cell === null ? null : (numberOf(cell, table) ?? null)))
      : cells.map((cell) => (cell === null ? null : String(cell)))
  }
  return cells.map((cell, row) => {
    if (cell === null) return null
    const number = typeof cell === 'string' ? written(cell, table) : numberOf(cell, table)
    const place = `${table.rowPlace(row)}, column ${from}: ${cell}`
    if (number === undefined && typeof cell === 'string' && commaNumber.test(cell))
      throw new DataError(`${place} ${commaAdvice(from)}`)
    if (number === undefined)
      throw new DataError(
        `${place} is no finite number (for a value that is not there: missing: ['${cell}'])`,
      )
    if (isInexact(cell))
      throw new DataError(
        `${place} is no exact number beyond 2^53: say ${from}: factor, or index, if it is a name`,
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
    const why = drawnNames.get(name)
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
  if (!columns.some(({ role }) => role === 'measure')) {
    const roles = columns.map(({ from, role }) => `${from}: ${role}`).join(', ')
    throw new DataError(`no column is a measure: nothing was observed${roles === '' ? '' : ` (${roles})`}`)
  }
}
