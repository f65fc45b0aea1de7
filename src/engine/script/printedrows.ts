/** Reads the rows that a program gives: CSV with a head, or a JSON object a line. */

import { CsvError, readCsv } from '../../text/csv.ts'
import { repeatedKey } from '../../text/json.ts'
import { repeated } from '../../text/lists.ts'
import { decimal } from '../../text/numbers.ts'
import { ExperimentError } from './cell.ts'
import { describeValue, isRecord } from './rows.ts'

/** Values are those of JSON; of CSV numbers, words, and null for an empty field. */
export type PrintedRow = Readonly<Record<string, unknown>>

/**
 * The first character decides: with `{` it is JSON lines. Blank lines do not count. Throws an ExperimentError
 * that names the first wrong line; `where` names the text: `standard output`.
 */
export function readPrintedRows(text: string, where: string): readonly PrintedRow[] {
  const wrong = (line: number, reason: string) => new ExperimentError(`${where}, line ${line}: ${reason}`)
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const zero = lines.findIndex((line) => line.includes('\0'))
  if (zero >= 0) throw wrong(zero + 1, 'a NUL character: this is no text')
  const first = lines.findIndex((line) => line.trim() !== '')
  if (first < 0) return []
  if (lines[first]?.trimStart().startsWith('{'))
    return lines.flatMap((line, index) => (line.trim() === '' ? [] : [readObject(line, index + 1, wrong)]))
  const list = /^\s*\[(?:\s*\{.*|\s*)$/.test(lines[first] ?? '')
  if (list) throw wrong(first + 1, `a list in JSON: write its objects alone, one a line`)
  const object = lines.findIndex((line) => /^\s*\{.*\}\s*$/.test(line))
  if (object >= 0)
    throw wrong(first + 1, `${describeValue(lines[first])} stands before rows in JSON (line ${object + 1})`)
  return readTable(lines.slice(first).join('\n'), first, wrong)
}

type Wrong = (line: number, reason: string) => ExperimentError

function readObject(line: string, number: number, wrong: Wrong): PrintedRow {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    const advice = /\b(?:NaN|-?Infinity)\b/.test(line)
      ? ', which has no NaN and no Infinity'
      : line.trim() === '{'
        ? ': write each object in one line'
        : ''
    throw wrong(number, `${describeValue(line)} is no JSON${advice}`)
  }
  const twice = repeatedKey(line)
  if (twice) throw wrong(number, `an object has two values for ${twice.key}: print one`)
  if (isRecord(value)) {
    const inexact = Object.keys(value).find((name) => isInexact(value[name]))
    if (inexact === undefined || !(line.match(longIntegers) ?? []).some(isLong)) return value
    throw wrong(number, `${inexact} is ${roundedAdvice}, or print it in quotes if it is a name`)
  }
  throw wrong(number, `${describeValue(value)} is no row: write one JSON object a line`)
}

function readTable(text: string, before: number, wrong: Wrong): readonly PrintedRow[] {
  try {
    const { head: names, rows } = readCsv(text)
    // Who prints "a, b" does not mean the blank.
    const head = names.map((name) => name.trim())
    const twice = repeated(head)
    if (twice !== undefined) throw new CsvError(1, `two columns are named ${twice}`)
    if (rows.length === 0)
      throw new CsvError(1, `there is no row below ${describeValue(head.join(','))}, which counts as a head`)
    const divider = head.length === 1 ? [';', '\t'].find((one) => head[0]?.includes(one)) : undefined
    if (divider !== undefined && rows.every(({ fields }) => fields[0]?.includes(divider)))
      throw new CsvError(
        1,
        `one column, ${describeValue(head[0])}: divide fields by commas, not by ${divider === ';' ? 'semicolons' : 'tabs'}`,
      )
    const columns = head.map((name, index) => {
      const filled = rows.filter(({ fields }) => fields[index]?.trim() !== '')
      const number = filled.find(({ fields }) => decimal(fields[index] ?? '') !== undefined)
      const other = filled.find(({ fields }) => decimal(fields[index] ?? '') === undefined)
      if (number && other)
        throw new CsvError(
          other.line,
          `${name} is no number: ${describeValue(other.fields[index])}, but line ${number.line + before} has ` +
            `${number.fields[index]}: leave a missing value empty, or make all of them words`,
        )
      // Words that all are like this would make a factor of a measure that failed.
      const odd = filled.find(({ fields }) => !oddNumber.test(fields[index]?.trim() ?? ''))
      if (number === undefined && odd === undefined && filled[0])
        throw new CsvError(
          filled[0].line,
          `${name} is ${describeValue(filled[0].fields[index])}, no finite number: leave a missing value empty`,
        )
      const padded = number && filled.find(({ fields }) => /^\s*0\d+\s*$/.test(fields[index] ?? ''))
      if (padded && name !== 'trial')
        throw new CsvError(
          padded.line,
          `${name} is ${describeValue(padded.fields[index]?.trim())}, which begins with 0, as names do: print it without, or a letter before it if it is a name`,
        )
      const inexact = number && filled.find(({ fields }) => isLong(fields[index] ?? ''))
      if (inexact)
        throw new CsvError(
          inexact.line,
          `${name} is ${describeValue(inexact.fields[index]?.trim())}, ${roundedAdvice}, or a letter before it if it is a name`,
        )
      return { name, isNumber: number !== undefined }
    })
    return rows.map(({ fields }) =>
      Object.fromEntries(
        columns.map(({ name, isNumber }, index) => {
          const field = fields[index] ?? ''
          return [name, field.trim() === '' ? null : isNumber ? decimal(field) : field.trim()]
        }),
      ),
    )
  } catch (error) {
    if (error instanceof CsvError) throw wrong(error.line + before, error.reason)
    throw error
  }
}

const roundedAdvice = 'a whole number beyond 2^53, which would be rounded: print a difference or a fraction'

/** A double cannot hold all of these; 1e20 is as large and exact. */
function isInexact(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value)
}

function isLong(field: string): boolean {
  return /^\s*[+-]?\d{16,}\s*$/.test(field) && isInexact(Number(field))
}

/** As JSON writes it, and not inside of a fraction or a word. */
const longIntegers = /(?<![\w."+-])-?\d{16,}(?![\w."])/g

/** What programs write for a number that is none, and numbers too large for one. */
const oddNumber = /^[+-]?(?:nan|inf|infinity|\d[\d.]*e\+?\d+|\d{300,})$/i
