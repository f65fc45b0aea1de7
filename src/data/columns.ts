/**
 * What the columns of a file are: what a block says of them, and else a guess. A text groups rows (a factor),
 * a number is a measure, with the unit in its name. Where a guess could be wrong, it is an error, not a guess.
 */

import { timeUnitInName, unitInName } from '../query/units.ts'
import { drawnNames } from '../results/columnnames.ts'
import { bootColumn, type Column, excludedColumn } from '../results/run.ts'
import { decimal, numberSign } from '../text/numbers.ts'
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
  /** Columns that are left out as the file does not name them, and nor does the block. */
  readonly unnamed: readonly string[]
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
  const unnamed: string[] = []
  const missing = new Set<Cell>(spec.missing)
  for (const [index, from] of names.entries()) {
    const told = Object.hasOwn(spec.columns, from) ? (spec.columns[from] ?? {}) : {}
    if (told.role === 'ignore') continue
    if (table.unnamed?.has(from) && !Object.hasOwn(spec.columns, from) && from !== spec.unit) {
      unnamed.push(from)
      continue
    }
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
  return { columns, empty, unnamed }
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
  if (table.isText) refuseOdd(from, cells, { table, areNumbers: texts === 0 })
  if (texts === 0) return from === 'trial' ? 'index' : 'measure'
  if (numbers === 0 && typeof cells[first ?? 0] === 'string') return 'factor'
  const odd = cells[first ?? 0]
  // Words among numbers are a mistake or a missing value, numbers among words perhaps the name of a version.
  if (typeof odd === 'string' && !oddNumbers.test(odd) && table.isText && texts > numbers) return 'factor'
  const others = `${numbers} other ${numbers === 1 ? 'value is' : 'values are'}`
  if (!table.isText && typeof odd === 'string' && decimal(odd) !== undefined)
    throw new DataError(
      `${table.rowPlace(first ?? 0)}, column ${from}: "${odd}" is text, and ${others} ${numbers === 1 ? 'a number' : 'numbers'}: say what the column is (${from}: factor, or measure)`,
    )
  throw new DataError(
    `${table.rowPlace(first ?? 0)}, column ${from}: ${odd} is no finite number, and ${others}: say what the column is (${from}: factor, or measure), or which values stand for none (missing: ['${odd}'])`,
  )
}

/** Throws a DataError where numbers are probably names, and where texts are probably numbers or missing values. */
function refuseOdd(
  from: string,
  cells: readonly Cell[],
  { table, areNumbers }: { table: Numbers; areNumbers: boolean },
): void {
  const filled = [...cells.entries()].filter((one): one is [number, string] => typeof one[1] === 'string')
  const say = ([row, cell]: readonly [number, string], reason: string) =>
    new DataError(`${table.rowPlace(row)}, column ${from}: ${cell} ${reason}`)
  if (areNumbers) {
    const name = filled.find(([, cell]) => /^\s*0\d+\s*$/.test(cell))
    if (name)
      throw say(name, `begins with 0, as names do: say what the column is (${from}: factor, or measure)`)
    return
  }
  const texts = filled.filter(([, cell]) => written(cell, table) === undefined)
  const [first] = texts
  if (first === undefined) return
  if (texts.every(([, cell]) => signOf(cell, table) !== undefined))
    throw say(first, signAdvice(first[1], from, table))
  // Of all rows, these are no words: a column of them is one that nobody filled.
  if (texts.length === filled.length && texts.every(([, cell]) => noNumbers.test(cell)))
    throw say(
      first,
      `stands in every row that has a value: say which values stand for none (missing: ['${first[1]}']), or ${from}: factor`,
    )
}

/** What is no number in a text that people read as one: a point, too, where the comma is the decimal point. */
function signOf(cell: string, { decimal: point }: Numbers): ReturnType<typeof numberSign> | 'point' {
  return point === ',' && decimal(cell) !== undefined ? 'point' : numberSign(cell)
}

function signAdvice(cell: string, from: string, table: Numbers): string {
  const factor = `or say ${from}: factor`
  switch (signOf(cell, table)) {
    case 'point':
      return `has a point, and is no number here, where decimal: ',' is the decimal point: write one of the two, and thousands without, ${factor}`
    case 'percent':
      return `is no number: write it without the sign, ${factor}`
    case 'currency':
      return `is no number: write it without the sign of the currency, ${factor}`
    case 'groups':
      return `is no number: write thousands without a sign between them, ${factor}`
    default:
      return table.decimal === ','
        ? `is no number: write thousands without a sign between them, ${factor}`
        : commaAdvice(from)
  }
}

/** What a program writes for a number that it does not have, and a person for no word. */
const noNumbers = /^[+-]?(?:nan|inf|infinity|na|n\/a|null)$/i

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
    if (number === undefined && typeof cell === 'string' && signOf(cell, table) !== undefined)
      throw new DataError(`${place} ${signAdvice(cell, from, table)}`)
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
