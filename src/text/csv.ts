/**
 * Parses CSV files (RFC 4180): fields are separated by commas, and quoted if they contain a comma, a quote
 * (doubled) or a line break. Accepts the line ends of any system; the last line may lack one. Errors carry
 * line and column.
 */

import { repeated } from './lists.ts'

export interface Csv {
  readonly head: readonly string[]
  readonly rows: readonly CsvRow[]
}

export interface CsvRow {
  /** Line of its first character, from 1. */
  readonly line: number
  /** As many as the header has. */
  readonly fields: readonly string[]
}

/** An error without the file's name: `line 7, column 3: a quote inside of a field`. */
export class CsvError extends Error {
  override readonly name = 'CsvError'

  readonly reason: string
  readonly line: number
  readonly column: number | undefined

  constructor(line: number, reason: string, column?: number) {
    super(`line ${line}${column === undefined ? '' : `, column ${column}`}: ${reason}`)
    this.reason = reason
    this.line = line
    this.column = column
  }
}

/** Parses a file with a header. Skips a byte order mark, and empty lines if there are several columns. */
export function readCsv(text: string): Csv {
  const { head, rows } = openCsv(text)
  return { head, rows: [...rows] }
}

/** Reads the head at once and each row when it is asked for, so that a large file is never in memory as fields. */
export function openCsv(
  text: string,
  delimiter = ',',
): Pick<Csv, 'head'> & { readonly rows: Iterable<CsvRow> } {
  const lines = openLines(text, delimiter)
  const first = lines.next()
  if (first.done) return { head: [], rows: [] }
  return { head: headOf(first.value), rows: rowsBelow(first.value.fields, lines) }
}

/**
 * Opens a file that somebody else wrote: lines without any value do not count, also before the head, blanks around
 * names and values are left out, and a column without a name is called by its number: `column 1`.
 */
export function openForeignCsv(
  text: string,
  delimiter: string,
): ReturnType<typeof openCsv> & { readonly unnamed: ReadonlySet<string> } {
  const lines = filledLines(openLines(text, delimiter))
  const first = lines.next()
  if (first.done) return { head: [], rows: [], unnamed: new Set() }
  const { line, fields } = first.value
  const names = fields.map((name, index) => name || `column ${index + 1}`)
  const unnamed = new Set(names.filter((_, index) => fields[index] === ''))
  const twice = repeated(names)
  if (twice !== undefined)
    throw new CsvError(line, `two columns are named ${twice}: rename one, in a copy of the file`)
  return { head: names, rows: belowHead(names, line, lines), unnamed }
}

/** A title or a comment above the head has one field, and what follows it has more. */
function* belowHead(head: readonly string[], line: number, lines: Iterable<CsvRow>): Generator<CsvRow, void> {
  let isFirst = true
  function* rows(): Generator<CsvRow, void> {
    for (const row of lines) {
      if (isFirst && head.length === 1 && row.fields.length > 1)
        throw new CsvError(
          line,
          `one field, and line ${row.line} has ${row.fields.length}: the first line names the columns; leave out what stands above, in a copy of the file`,
        )
      isFirst = false
      yield row
    }
  }
  yield* rowsBelow(head, rows())
}

function openLines(text: string, delimiter: string): Generator<CsvRow, void> {
  return linesOf(text.replace(/^\uFEFF/, ''), (field) => field, { delimiter })
}

/** A line of a file with one column may be blank for a value that is not there. */
function* filledLines(lines: Iterable<CsvRow>): Generator<CsvRow, void> {
  let width: number | undefined
  for (const { line, fields } of lines) {
    const trimmed = fields.map((field) => field.trim())
    if (trimmed.every((field) => field === '') && width !== 1) continue
    width ??= trimmed.length
    yield { line, fields: trimmed }
  }
}

function headOf({ line, fields: head }: CsvRow): readonly string[] {
  const names = new Set<string>()
  for (const [index, name] of head.entries()) {
    if (name.trim() === '') throw new CsvError(line, `column ${index + 1} of ${head.length} has no name`)
    if (names.has(name)) throw new CsvError(line, `two columns are named ${name}`)
    names.add(name)
  }
  return head
}

function* rowsBelow(head: readonly string[], lines: Iterable<CsvRow>): Generator<CsvRow, void> {
  for (const row of lines) {
    const { line, fields } = row
    if (fields.length === 1 && fields[0] === '' && head.length > 1) continue
    if (fields.length !== head.length)
      throw new CsvError(
        line,
        `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, but the head has ${head.length}`,
      )
    yield row
  }
}

/** A field and its position, from 1. */
export interface CsvCell {
  readonly text: string
  readonly line: number
  readonly column: number
}

/**
 * Parses fields with their positions, leniently, from any program's output: accepts quotes inside a field and
 * text after a quoted part literally. Throws a CsvError for an unclosed quote.
 */
export function readCells(text: string, delimiter: string): readonly (readonly CsvCell[])[] {
  const cell = (field: string, line: number, column: number): CsvCell => ({ text: field, line, column })
  return Array.from(linesOf(text, cell, { delimiter, isStrict: false }), ({ fields }) => fields)
}

const [quote, lineFeed, carriageReturn] = [0x22, 0x0a, 0x0d]

function* linesOf<Field>(
  text: string,
  fieldOf: (text: string, line: number, column: number) => Field,
  { delimiter = ',', isStrict = true } = {},
): Generator<{ readonly line: number; readonly fields: readonly Field[] }, void> {
  const divider = delimiter.charCodeAt(0)
  let at = 0
  let line = 1
  let lineStart = 0
  const wrong = (place: number, reason: string) => new CsvError(line, reason, place - lineStart + 1)

  const quoted = (): string => {
    const start = at
    let end = text.indexOf('"', at + 1)
    while (end >= 0 && text.charCodeAt(end + 1) === quote) end = text.indexOf('"', end + 2)
    if (end < 0) throw wrong(start, 'a quote that is not closed')
    at = end + 1
    const value = text.slice(start + 1, end)
    for (const { index, 0: ending } of value.matchAll(/\r\n|\n|\r/g)) {
      line += 1
      lineStart = start + 1 + index + ending.length
    }
    return value.replaceAll('""', '"')
  }
  const plain = (): string => {
    const start = at
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code === divider || code === lineFeed || code === carriageReturn || (isStrict && code === quote))
        break
    }
    return text.slice(start, at)
  }
  while (at < text.length) {
    const fields: Field[] = []
    const row = { line, fields }
    for (;;) {
      const [fieldLine, column] = [line, at - lineStart + 1]
      const field = text.charCodeAt(at) === quote ? quoted() : plain()
      fields.push(fieldOf(isStrict ? field : field + plain(), fieldLine, column))
      if (text.charCodeAt(at) !== divider) break
      at += 1
    }
    if (text.charCodeAt(at) === carriageReturn) at += text.charCodeAt(at + 1) === lineFeed ? 2 : 1
    else if (text.charCodeAt(at) === lineFeed) at += 1
    else if (at < text.length)
      throw wrong(at, 'a quote inside of a field: put the whole field in quotes, and double the ones in it')
    yield row
    line += 1
    lineStart = at
  }
}

/** Different texts of a column that are kept once; columns with more are mostly numbers. */
const mostShared = 1000

/** Returns one string for all that are equal, which does not keep the text of the whole file in memory. */
export function sharedText(field: string, known: Map<string, string>): string {
  const found = known.get(field)
  if (found !== undefined || known.size >= mostShared) return found ?? field
  const own = Buffer.from(field).toString()
  known.set(own, own)
  return own
}
