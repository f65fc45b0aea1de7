/**
 * The files of a run: rows.csv is one observation a line, and a dataset NAME of it is NAME.csv; run.json is all else, with the
 * digests of these.
 */

import { csvFormatRows, csvParseRows } from 'd3-dsv'
import { z } from 'zod'
import type { Parameters } from '../document/block.ts'
import { sha256 as sha256Of } from './files.ts'
import type { Column, Dataset, Row, Run } from './run.ts'
import { runName } from './series.ts'

/** A run that cannot be trusted or read: a file is damaged, was edited, or comes from another version. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/** Text by name of the file. */
export type RunFiles = Readonly<Record<string, string>>

/** The version of this format. */
const schema = 2

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal')
const columns = z.array(
  z.strictObject({
    name: z.string(),
    role: z.enum(['index', 'factor', 'measure']),
    unit: z.string().optional(),
    label: z.string().optional(),
  }),
)
const rows = z.strictObject({ count: z.int(), sha256 })
const header = z.strictObject({
  schema: z.literal(schema),
  experiment: z.string(),
  environment: z.string(),
  pattern: z.string(),
  key: sha256,
  inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  origin: z.enum(['emulated', 'hardware', 'local']),
  trials: z.int(),
  seed: z.int(),
  parameters: z.record(z.string(), z.json()),
  clockHz: z.number().optional(),
  columns,
  rows,
  datasets: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), z.strictObject({ columns, rows })).optional(),
  exclusions: z.array(z.strictObject({ reason: z.string(), count: z.int() })),
  captured: z.record(z.string(), z.string()),
  files: z.record(z.string(), z.strictObject({ sha256, bytes: z.int() })),
  provenance: z.record(z.string(), z.union([z.string(), z.number()])),
})

/** Same run, same bytes. */
export function formatRun(run: Run): RunFiles {
  const csv = formatRows(run)
  const { experiment, environment, pattern, key, inputs, origin, trials, seed, parameters, clockHz } = run
  const { columns, exclusions, captured, files, provenance } = run
  const extra = Object.entries(sorted(run.datasets ?? {})).map(
    ([name, dataset]) => [name, dataset, formatRows(dataset)] as const,
  )
  const datasets = Object.fromEntries(
    extra.map(([name, dataset, text]) => [name, { columns: dataset.columns, rows: stated(dataset, text) }]),
  )
  const json = JSON.stringify(
    {
      ...{ schema, experiment, environment, pattern, key, inputs: sorted(inputs), origin, trials, seed },
      ...{ parameters, clockHz, columns, rows: stated(run, csv) },
      ...(extra.length === 0 ? {} : { datasets }),
      ...{ exclusions, captured, files: sorted(files), provenance },
    },
    null,
    2,
  )
  const texts = extra.map(([name, , text]) => [fileOf(name), text] as const)
  return { 'run.json': `${json}\n`, 'rows.csv': csv, ...Object.fromEntries(texts) }
}

function stated({ rows }: Dataset, csv: string): RowsStated {
  return { count: rows.length, sha256: sha256Of(csv) }
}

/** The file of a dataset beside rows.csv. */
export function fileOf(dataset: string): string {
  return `${dataset}.csv`
}

/** Of runs and datasets that were read: checked then, and the same as long as they are. */
const digestsOfRows = new WeakMap<Dataset, string>()

/** The digest that identifies a run's observations, or a dataset's rows. */
export function rowsDigest(dataset: Dataset): string {
  const known = digestsOfRows.get(dataset) ?? sha256Of(formatRows(dataset))
  digestsOfRows.set(dataset, known)
  return known
}

/** A run without its rows: what is stated of them. */
export interface Header extends Omit<Run, 'rows' | 'datasets'> {
  readonly rows: RowsStated
  readonly datasets?: Readonly<
    Record<string, { readonly columns: readonly Column[]; readonly rows: RowsStated }>
  >
}

/** What run.json says of a run, without its observations; `name` is the file's, for errors. Throws a StoreError. */
export function parseHeader(text: string, name: string): Header {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new StoreError(`${name} is damaged: ${(cause as Error).message}`, { cause })
  }
  if ((data as { schema?: unknown } | null)?.schema === 1)
    throw new StoreError(
      `${name} was written by an older version of repro; delete its folder to run the cell again`,
    )
  const parsed = header.safeParse(data)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new StoreError(`${name} is no run: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const { schema: _, ...rest } = parsed.data
  // Optional keys are absent or have a value: what JSON holds.
  return { ...rest, parameters: rest.parameters as Parameters } as Header
}

export interface RowsStated {
  readonly count: number
  readonly sha256: string
}

/**
 * The run in `folder` (for errors), whose files `read` gives; undefined if there is none. Throws a StoreError that names file and
 * run when they do not fit.
 */
export function parseRun(read: (name: string) => string | undefined, folder: string): Run | undefined {
  const text = read('run.json')
  if (text === undefined) return undefined
  const head = parseHeader(text, `${folder}/run.json`)
  const csvOf = (name: string, { sha256: wanted }: RowsStated): string => {
    const csv = read(name)
    const file = `${folder}/${name} of run ${runName(head)}`
    if (csv === undefined) throw new StoreError(`missing ${file}. ${advice}`)
    const found = sha256Of(csv)
    if (found === wanted) return csv
    throw new StoreError(
      `${file} was changed: its SHA-256 is ${found}, not ${wanted} as recorded. ${advice} If the change is meant: repro accept ${runName(head)}`,
    )
  }
  const run = completed(head, csvOf)
  digestsOfRows.set(run, head.rows.sha256)
  for (const [name, dataset] of Object.entries(run.datasets ?? {}))
    digestsOfRows.set(dataset, head.datasets?.[name]?.rows.sha256 ?? '')
  return run
}

const advice = 'Restore it from version control, or delete its folder to run the cell again.'

/** The run that a header tells of, with the rows of the texts that `csvOf` gives by the names of their files. */
export function completed(
  { rows, datasets, ...head }: Header,
  csvOf: (name: string, stated: RowsStated) => string,
): Run {
  const own = lazyRows(csvOf('rows.csv', rows), head.columns)
  const found = Object.entries(datasets ?? {}).map(([name, { columns, rows: stated }]): [string, Dataset] => {
    const read = lazyRows(csvOf(fileOf(name), stated), columns)
    return [
      name,
      {
        columns,
        get rows() {
          return read()
        },
      },
    ]
  })
  return {
    ...head,
    get rows() {
      return own()
    },
    ...(datasets === undefined ? {} : { datasets: Object.fromEntries(found) }),
  }
}

/** Parsed when they are asked for: a plan needs only their digest. */
function lazyRows(csv: string, columns: readonly Column[]): () => readonly Row[] {
  let rows: readonly Row[] | undefined
  return () => {
    rows ??= parseRows(csv, columns)
    return rows
  }
}

function formatRows({ columns, rows }: Dataset): string {
  const names = columns.map(({ name }) => name)
  const lines = rows.map((row) => names.map((name) => String(row[name] ?? '')))
  return `${csvFormatRows([names, ...lines])}\n`
}

/** Observations of a CSV text whose columns are `columns`, in their order. */
export function parseRows(text: string, columns: readonly Column[]): readonly Row[] {
  const [, ...lines] = csvParseRows(text.replace(/\n$/, ''))
  return lines.map((line) =>
    Object.fromEntries(
      columns.map(({ name, role }, index) => {
        const value = line[index] ?? ''
        if (role === 'factor') return [name, value]
        return [name, value === '' ? null : Number(value)]
      }),
    ),
  )
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
