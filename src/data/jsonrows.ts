/** JSON lines (an object a line), and a JSON array of objects, as cells. */

import { lineAndColumn, repeatedKey } from '../text/json.ts'
import { type Cell, type CellTable, DataError, limits, requireShort, requireSize } from './table.ts'
import { textOf } from './text.ts'

/** Throws a DataError with the line for anything but objects of plain values. */
export function readJson(bytes: Uint8Array): CellTable {
  const text = textOf(bytes).replace(/^\uFEFF/, '')
  if (/^\s*\[/.test(text)) return ofArray(text)
  refuseOneObject(text)
  return ofLines(text)
}

/** A file that is one object, with its rows or columns below a key, is neither of the forms that are read. */
function refuseOneObject(text: string): void {
  let whole: unknown
  try {
    whole = JSON.parse(text)
  } catch {
    return // JSON lines, as a rule
  }
  if (typeof whole !== 'object' || whole === null) return
  const values = Object.entries(whole)
  const list = values.find(
    ([, value]) =>
      Array.isArray(value) &&
      (typeof value[0] === 'object' || values.every(([, other]) => typeof other === 'object')),
  )
  if (list)
    throw new DataError(
      `one object with a list (${list[0]}), and no object for each row: write a file with an array of objects, or an object a line`,
    )
  if (text.trim().includes('\n'))
    throw new DataError('one object in several lines: write each object in one line')
}

function ofLines(text: string): CellTable {
  const builder = tableBuilder()
  const lines: number[] = []
  let line = 0
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start)
    const written = text.slice(start, end < 0 ? text.length : end).trim()
    start = end < 0 ? text.length : end + 1
    line += 1
    if (written === '') continue
    lines.push(line)
    builder.add(parsed(written, line), `line ${line}`, longIntegersIn(written))
  }
  return builder.table((row) => `line ${lines[row] ?? '?'}`)
}

function ofArray(text: string): CellTable {
  const items = parsed(text, 1)
  if (!Array.isArray(items)) throw new DataError('not an array of objects')
  const builder = tableBuilder()
  const place = (row: number) => `row ${row + 1}`
  const hasLong = longIntegersIn(text)
  for (const [row, item] of items.entries()) builder.add(item, place(row), hasLong)
  return builder.table(place)
}

function parsed(text: string, line: number): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    // What programs write for a number that they do not have.
    const bare = /(?<=[[:,]\s{0,20})(?:NaN|-?Infinity|None|nan)\b/.exec(text)
    const at = offsetIn(message, text) ?? bare?.index
    const found = at === undefined ? undefined : lineAndColumn(text, at)
    const column = found === undefined ? '' : `, column ${found.column}`
    const place =
      at === undefined && text.includes('\n')
        ? ''
        : `line ${line + (found === undefined ? 0 : found.line - 1)}${column}: `
    const reason = message.replace(/ in JSON at position.*$|, "?\.\.\..*$|, ".*$/s, '')
    const isBare = bare !== null && at !== undefined && Math.abs(at - bare.index) < bare[0].length
    const advice = isBare ? ` (JSON has no ${bare[0]}: write null for a value that is not there)` : ''
    throw new DataError(`${place}not JSON: ${reason}${advice}`)
  }
  const twice = repeatedKey(text)
  if (twice === undefined) return value
  const at = lineAndColumn(text, twice.offset)
  const place = `line ${line + at.line - 1}, column ${at.column}`
  throw new DataError(`${place}: an object has two values for ${twice.key}: leave one`)
}

/** Where V8 says that JSON is wrong: by a number, or by what stands around the place. */
function offsetIn(message: string, text: string): number | undefined {
  const position = /position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return Number(position)
  if (/end of JSON/.test(message)) return text.length
  const around = /, \.\.\."(.*?)"(?:\.\.\.)? is not valid JSON$/s.exec(message)?.[1]
  const start = around === undefined ? -1 : text.indexOf(around)
  return start < 0 ? undefined : start + contextCharacters
}

/** V8 shows so many characters before the place. */
const contextCharacters = 10

const longInteger = /(?<![\w."+-])-?\d{16,}(?![\w."])/

/** Looks for whole numbers of 16 digits and more in a text when it is first asked, and not again for each value. */
function longIntegersIn(text: string): () => boolean {
  let found: boolean | undefined
  return () => (found ??= longInteger.test(text))
}

interface Where {
  readonly place: string
  readonly hasLong: () => boolean
}

/** Lists may be nested deeper than they can be written. */
function shown(item: unknown): string {
  return Array.isArray(item) ? 'a list' : JSON.stringify(item).slice(0, 40)
}

/** Columns in the order in which objects name them first; what an object lacks is absent. */
function tableBuilder() {
  const columns = new Map<string, Cell[]>()
  const nested = new Set<string>()
  let rows = 0
  return {
    /** `hasLong` tells whether the text with the object has long whole numbers. */
    add(item: unknown, place: string, hasLong: () => boolean): void {
      if (typeof item !== 'object' || item === null || Array.isArray(item))
        throw new DataError(`${place}: ${shown(item)} is no object with a value for each column`)
      for (const [name, value] of Object.entries(item)) {
        if (name.trim() === '') throw new DataError(`${place}: a column without a name`)
        const cells = columns.get(name) ?? new Array<Cell>(rows).fill(null)
        columns.set(name, cells)
        cells.push(cellOf(value, name, { place, hasLong }))
      }
      rows += 1
      requireSize(Math.min(rows, limits.rows + 1), columns.size)
      for (const cells of columns.values()) if (cells.length < rows) cells.push(null)
    },
    table: (rowPlace: CellTable['rowPlace']): CellTable => {
      if (rows === 0) throw new DataError('the file is empty')
      return { names: [...columns.keys()], cells: [...columns.values()], isText: false, nested, rowPlace }
    },
  }

  function cellOf(value: unknown, name: string, { place, hasLong }: Where): Cell {
    if (typeof value === 'string') {
      requireShort(value, `${place}, column ${name}`)
      return value === '' ? null : value
    }
    if (typeof value === 'number') {
      // 1e20 is as large and exact; the parser has lost how it was written.
      if (Number.isInteger(value) && !Number.isSafeInteger(value) && hasLong())
        throw new DataError(
          `${place}, column ${name}: a whole number beyond 2^53 is not exact: write it as text`,
        )
      return value
    }
    if (typeof value === 'boolean') return String(value)
    if (value !== null) nested.add(name)
    return null
  }
}
