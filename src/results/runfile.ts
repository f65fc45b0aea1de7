/**
 * The files of a run: rows.csv has one observation a line, NAME.csv holds dataset NAME, and run.json all
 * else, with digests of these and of itself. Every redundancy is checked whenever a run is read. Digests
 * reveal edits; they do not stop anybody who recomputes them.
 */

import { csvFormatRows } from 'd3-dsv'
import type * as z from 'zod'
import { sha256 as sha256Of } from '../files/fingerprint.ts'
import { CsvError, openCsv, sharedText } from '../text/csv.ts'
import { recall } from '../text/memory.ts'
import { decimal } from '../text/numbers.ts'
import { brokenChain } from './acceptance.ts'
import { wrongTrials } from './excess.ts'
import { digest as digestOf, keyOf, schema as keySchema, parameterInputs } from './key.ts'
import {
  type Column,
  type Dataset,
  type Exclusion,
  excludedColumn,
  format,
  type Inputs,
  inputOf,
  type Row,
  type Run,
  runName,
} from './run.ts'
import { header, type RowsStated } from './runschema.ts'

/** Thrown for a run that is damaged, was edited, or comes from another version. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/** File name -> text. */
export type RunFiles = Readonly<Record<string, string>>

/** A run without its rows, of which it has count and digest. */
export type Header = Omit<z.output<typeof header>, 'schema' | 'digest'>

/** Serializes a run deterministically. */
export function formatRun(run: Run): RunFiles {
  const csv = formatRows(run)
  const { experiment, environment, pattern, key, inputs, origin, trials, seed, parameters, clockHz } = run
  const { columns, exclusions, captured, files, accepted, provenance } = run
  const extra = Object.entries(sorted(run.datasets ?? {})).map(
    ([name, dataset]) => [name, dataset, formatRows(dataset)] as const,
  )
  const datasets = Object.fromEntries(
    extra.map(([name, dataset, text]) => [name, { columns: dataset.columns, rows: stated(dataset, text) }]),
  )
  const head = {
    ...{ experiment, environment, pattern, key, inputs: sorted(inputs), origin, trials, seed },
    ...{ parameters, clockHz, columns, rows: stated(run, csv) },
    ...(extra.length === 0 ? {} : { datasets }),
    ...{ exclusions, captured, files: sorted(files), accepted, provenance },
  }
  const json = JSON.stringify({ schema: format, digest: digestOfHeader(head), ...head }, null, 2)
  const texts = extra.map(([name, , text]) => [fileOf(name), text] as const)
  return { 'run.json': `${json}\n`, 'rows.csv': csv, ...Object.fromEntries(texts) }
}

/** Returns the SHA-256 (hex) of run.json's content, in its order. */
function digestOfHeader(head: object): string {
  return sha256Of(JSON.stringify(head, (_, value) => (Object.is(value, -0) ? '-0' : value)))
}

function stated({ rows }: Dataset, csv: string): RowsStated {
  return { count: rows.length, sha256: sha256Of(csv) }
}

export function fileOf(dataset: string): string {
  return `${dataset}.csv`
}

/** Cache for datasets that were read: checked then, and immutable since. */
const digestsOfRows = new WeakMap<Dataset, string>()

/** Returns the digest of a run's observations, or of a dataset's rows. */
export function rowsDigest(dataset: Dataset): string {
  const known = digestsOfRows.get(dataset) ?? sha256Of(formatRows(dataset))
  digestsOfRows.set(dataset, known)
  return known
}

/**
 * Returns a digest of what a run says: all but its key, what that was made of, and its provenance. Two runs with
 * the same one are interchangeable for whoever reads them.
 */
export function resultDigest(run: Run): string {
  const known = digestsOfResults.get(run) ?? digestOfHeader(resultOf(run))
  digestsOfResults.set(run, known)
  return known
}

const digestsOfResults = new WeakMap<Run, string>()

function resultOf(run: Run): object {
  const { clockHz, columns, exclusions, captured, files, accepted, origin, parameters, trials, seed } = run
  const datasets = Object.entries(sorted(run.datasets ?? {})).map(
    ([name, dataset]) => [name, dataset.columns, rowsDigest(dataset)] as const,
  )
  return {
    ...{ origin, parameters, trials, seed, clockHz, columns, rows: rowsDigest(run), datasets },
    ...{ exclusions, captured, files: sorted(files), accepted },
  }
}

/**
 * Parses run.json, which lacks the observations; `name` is the file's, for errors. Throws a StoreError if it
 * was changed, contradicts itself, or belongs to another cell than `cell`.
 */
export function parseHeader(text: string, name: string, cell?: string): Header {
  // A later build of the same program need not look at the same text again; JSON that is written here has no -0.
  const read = /-0(?![.\d])/.test(text)
    ? readHeader(text)
    : recall('run.json', sha256Of(text), () => readHeader(text))
  if ('mistake' in read) throw new StoreError(`${name} ${read.mistake}`)
  const { head } = read
  if (cell !== undefined && runName(head) !== cell)
    throw new StoreError(`${name} is the run of ${runName(head)}, not of ${cell}. ${advice}`)
  return head
}

function readHeader(text: string): { readonly head: Header } | { readonly mistake: string } {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    return { mistake: `is damaged: ${(error as Error).message}. ${advice}` }
  }
  const version = (data as { schema?: unknown } | null)?.schema
  if (typeof version === 'number' && version < format)
    return { mistake: `was written by an older version of repro${olderAdvice}` }
  const parsed = header.safeParse(data)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { mistake: `is no run: ${issue?.path.join('.')}: ${issue?.message}. ${advice}` }
  }
  const { schema: _, digest, ...head } = parsed.data
  const wrong = contradiction(head) ?? changedSince(data as object, digest)
  return wrong === undefined ? { head } : { mistake: `was changed, or is not by repro: ${wrong}. ${advice}` }
}

/** Describes where redundant parts of a header disagree; undefined if nowhere. */
function contradiction(head: Header): string | undefined {
  const { inputs, trials, seed, parameters, origin } = head
  const stated: Inputs = { ...parameterInputs(parameters), trials, seed, 'environment origin': origin }
  const names = Object.keys(inputs).filter((input) => input.startsWith('parameter '))
  const differing = [...Object.keys(stated), ...names].find(
    (input) => !Object.is(inputOf(stated, input), inputOf(inputs, input)),
  )
  if (differing !== undefined) {
    const [one, other] = [stated, inputs].map((all) => JSON.stringify(inputOf(all, differing)) ?? 'nothing')
    return `${differing} is ${one} in the run, and ${other} among its inputs`
  }
  const broken = brokenChain(head.accepted ?? [], digestsOf(head))
  if (broken !== undefined) return broken
  // Runs of older programs are stale, but valid.
  const own = keyOf(head, inputs, keySchema)
  if (own === head.key) return undefined
  const older = Array.from({ length: keySchema - 1 }, (_, index) => keyOf(head, inputs, index + 1))
  return older.includes(head.key) ? undefined : `its key is ${head.key}, and its name and inputs give ${own}`
}

/** SHA-256 (hex) of a run's files of rows, by name. */
export function digestsOf({
  rows,
  datasets = {},
}: Pick<Header, 'rows' | 'datasets'>): ReadonlyMap<string, string> {
  const others = Object.entries(datasets).map(
    ([name, dataset]) => [fileOf(name), dataset.rows.sha256] as const,
  )
  return new Map([['rows.csv', rows.sha256], ...others])
}

function changedSince(data: object, stated: string): string | undefined {
  const { schema: _, digest: __, ...head } = data as Record<string, unknown>
  const found = digestOfHeader(head)
  return found === stated ? undefined : `its digest is ${found}, not ${stated} as it says`
}

/**
 * Parses the run of `cell` from the files that `read` returns; undefined if there is none. `folder` is for
 * errors. Throws a StoreError that names file and run if they are inconsistent.
 */
export function parseRun(
  read: (name: string) => string | undefined,
  folder: string,
  cell: string,
): Run | undefined {
  const text = read('run.json')
  if (text === undefined) return undefined
  return runOf(parseHeader(text, `${folder}/run.json`, cell), read, folder, cell)
}

/** As parseRun, of a header that was parsed. */
export function runOf(
  head: Header,
  read: (name: string) => string | undefined,
  folder: string,
  cell: string,
): Run {
  const csvOf = (name: string, { sha256: wanted }: RowsStated): string => {
    const csv = read(name)
    const file = `${folder}/${name} of run ${cell}`
    if (csv === undefined) throw new StoreError(`missing ${file}. ${advice}`)
    const found = sha256Of(csv)
    if (found === wanted) return csv
    throw new StoreError(
      `${file} was changed: its SHA-256 is ${found}, not ${wanted} as recorded. ` +
        `${advice} If the change is meant: repro accept ${cell} --reason TEXT`,
    )
  }
  const run = completed(head, folder, csvOf)
  const wrong = mismatch(head, run)
  if (wrong !== undefined)
    throw new StoreError(`${folder}/run.json does not fit the rows beside it: ${wrong}. ${advice}`)
  for (const { table, stated } of tablesOf(head, run)) digestsOfRows.set(table, stated.sha256)
  return run
}

/** A run's tables, with what run.json states of their rows. */
function tablesOf(head: Header, run: Run) {
  const datasets = Object.entries(head.datasets ?? {}).flatMap(([name, { rows: stated }]) => {
    const table = run.datasets?.[name]
    return table ? [{ file: fileOf(name), table, stated }] : []
  })
  return [{ file: 'rows.csv', table: run, stated: head.rows }, ...datasets]
}

/** Describes where run.json and the rows disagree. */
function mismatch(head: Header, run: Run): string | undefined {
  const other = tablesOf(head, run).find(({ table, stated }) => table.rows.length !== stated.count)
  if (other) return `${other.file} has ${other.table.rows.length} rows, not ${other.stated.count}`
  const counted = exclusionsIn(run)
  const [found, stated] = [counted ?? [], run.exclusions].map((all) =>
    Object.fromEntries(all.map(({ reason, count }) => [reason, count])),
  )
  if (counted && digestOf(found) !== digestOf(stated))
    return `its rows exclude ${JSON.stringify(found)}, and it says ${JSON.stringify(stated)}`
  return wrongTrials(run)
}

const advice = 'Restore it from version control, or delete its folder to run the cell again.'
const olderAdvice = '; delete its folder to run the cell again'

/** Strips the advice on fixing a checkout from a StoreError's message, for files that are elsewhere. */
export function reasonOf({ message }: StoreError): string {
  return message.replace(olderAdvice, '').replace(`. ${advice}`, '')
}

/** Counts the rows excluded from the statistics, by reason; undefined if no column marks them. */
export function exclusionsIn({ columns, rows }: Dataset): readonly Exclusion[] | undefined {
  if (!columns.some(({ name, role }) => name === excludedColumn && role === 'factor')) return undefined
  const excluded = rows.filter((row) => row[excludedColumn])
  const byReason = Map.groupBy(excluded, (row) => String(row[excludedColumn]))
  return [...byReason].map(([reason, { length: count }]) => ({ reason, count }))
}

/**
 * Completes a header with the rows of its CSV files in `folder`, whose text `csvOf` returns. Throws a
 * StoreError for other columns or trials than stated.
 */
export function completed(
  { rows, datasets, ...head }: Header,
  folder: string,
  csvOf: (name: string, stated: RowsStated) => string,
): Run {
  const table = (file: string, columns: readonly Column[], stated: RowsStated): Dataset => {
    const csv = csvOf(file, stated)
    const names = csvFormatRows([columns.map(({ name }) => name)])
    if (!csv.startsWith(`${names}\n`))
      throw new StoreError(
        `${folder}/${file} begins with ${csv.slice(0, 200).split('\n')[0]}, ` +
          `and run.json has the columns ${names}. ${advice}`,
      )
    return { columns, rows: parseRows(csv, columns, `${folder}/${file}`) }
  }
  const observations = table('rows.csv', head.columns, rows)
  checkTrials(observations, `${folder}/rows.csv`)
  const others = Object.entries(datasets ?? {}).map(
    ([name, { columns, rows: stated }]) => [name, table(fileOf(name), columns, stated)] as const,
  )
  return { ...head, ...observations, ...(datasets && { datasets: Object.fromEntries(others) }) }
}

/** Throws a StoreError for a trial that is not a non-negative integer; scripts may number their own. */
export function checkTrials({ columns, rows }: Dataset, where: string): void {
  if (!columns.some(({ name, role }) => name === 'trial' && role === 'index')) return
  const stray = rows.find(
    ({ trial }) => typeof trial === 'number' && !(Number.isInteger(trial) && trial >= 0),
  )
  if (stray !== undefined)
    throw new StoreError(`${where} has a row of trial ${stray.trial}: trials are whole numbers from 0`)
}

const rowsAtOnce = 10_000

function formatRows({ columns, rows }: Dataset): string {
  const names = columns.map(({ name }) => name)
  const parts = [csvFormatRows([names])]
  // By parts: the fields of a million rows take ten times the memory of their text.
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const some = rows.slice(start, start + rowsAtOnce)
    parts.push(csvFormatRows(some.map((row) => names.map((name) => textOf(row[name])))))
  }
  return `${parts.join('\n')}\n`
}

function textOf(value: Row[string] | undefined): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new StoreError(`${value} cannot be kept in a row`)
  return String(value ?? '')
}

/**
 * Parses CSV text with exactly these `columns`. Rows inherit nothing, as columns may have any name. Throws a
 * StoreError with line and column if `file` holds something else.
 */
export function parseRows(text: string, columns: readonly Column[], file = 'rows.csv'): readonly Row[] {
  try {
    return rowsIn(openCsv(text), columns, file)
  } catch (error) {
    if (error instanceof CsvError) throw new StoreError(`${file}: ${error.message}`)
    throw error
  }
}

function rowsIn(
  { head, rows }: ReturnType<typeof openCsv>,
  columns: readonly Column[],
  file: string,
): readonly Row[] {
  for (const [index, name] of head.entries()) {
    const wanted = columns[index]?.name
    if (name !== wanted)
      throw new StoreError(
        `${file}: line 1: column ${index + 1} is ${name}, in run.json ${wanted ?? 'there is none'}`,
      )
  }
  if (head.length < columns.length)
    throw new StoreError(`${file}: line 1: no column ${columns[head.length]?.name}`)
  const newRow = rowMaker()
  const shared = columns.map(() => new Map<string, string>())
  return Array.from(rows, ({ line, fields }) => {
    const row = newRow()
    for (const [index, { name, role }] of columns.entries()) {
      const field = fields[index] as string
      const value =
        role === 'factor'
          ? sharedText(field, shared[index] as Map<string, string>)
          : field === ''
            ? null
            : numberIn(field)
      if (value === undefined)
        throw new StoreError(`${file}: line ${line}: ${name} takes a number, not ${field}`)
      row[name] = value
    }
    return row
  })
}

/**
 * Returns a maker of empty rows. Their prototype is an empty object without one: an object without any
 * prototype is a hash table to V8, and takes several times the memory of one that shares its shape.
 */
export function rowMaker(): () => Record<string, string | number | null> {
  const Made = function () {} as unknown as new () => Record<string, string | number | null>
  Made.prototype = Object.freeze(Object.create(null))
  return () => new Made()
}

/** Parses a number as `formatRows` writes it, without surrounding blanks. */
function numberIn(field: string): number | undefined {
  return /\s/.test(field) ? undefined : decimal(field)
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
