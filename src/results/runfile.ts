/** The two files of a run: rows.csv is one observation a line; run.json is all else, with the digest of rows.csv. */

import { csvFormatRows, csvParseRows } from 'd3-dsv'
import { z } from 'zod'
import type { Parameters } from '../document/block.ts'
import { sha256 as sha256Of } from './files.ts'
import type { Column, Row, Run } from './run.ts'
import { runName } from './series.ts'

/** A run that cannot be trusted or read: a file is damaged, was edited, or comes from another version. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

export interface RunFiles {
  readonly 'run.json': string
  readonly 'rows.csv': string
}

/** The version of this format. */
const schema = 2

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal')
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
  columns: z.array(
    z.strictObject({
      name: z.string(),
      role: z.enum(['index', 'factor', 'measure']),
      unit: z.string().optional(),
      label: z.string().optional(),
    }),
  ),
  rows: z.strictObject({ count: z.int(), sha256 }),
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
  const rows = { count: run.rows.length, sha256: sha256Of(csv) }
  const json = JSON.stringify(
    {
      ...{ schema, experiment, environment, pattern, key, inputs: sorted(inputs), origin, trials, seed },
      ...{ parameters, clockHz, columns, rows, exclusions, captured, files: sorted(files), provenance },
    },
    null,
    2,
  )
  return { 'run.json': `${json}\n`, 'rows.csv': csv }
}

/** Of runs that were read: checked then, and the same as long as the run is. */
const digestsOfRows = new WeakMap<Run, string>()

/** The digest that identifies a run's observations. */
export function rowsDigest(run: Run): string {
  const known = digestsOfRows.get(run) ?? sha256Of(formatRows(run))
  digestsOfRows.set(run, known)
  return known
}

/** What run.json says of a run, without its observations; `name` is the file's, for errors. Throws a StoreError. */
export function parseHeader(text: string, name: string): Omit<Run, 'rows'> & { readonly rows: RowsStated } {
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
  return { ...rest, parameters: rest.parameters as Parameters } as ReturnType<typeof parseHeader>
}

interface RowsStated {
  readonly count: number
  readonly sha256: string
}

/** The run of two files in `folder` (for errors). Throws a StoreError that names file and run when they do not fit. */
export function parseRun(
  files: { readonly 'run.json': string; readonly 'rows.csv': string | undefined },
  folder: string,
): Run {
  const head = parseHeader(files['run.json'], `${folder}/run.json`)
  const csv = files['rows.csv']
  const name = `${folder}/rows.csv`
  const run = `run ${runName(head)}`
  const advice = 'Restore it from version control, or delete its folder to run the cell again.'
  if (csv === undefined) throw new StoreError(`missing ${name} of ${run}. ${advice}`)
  const found = sha256Of(csv)
  if (found !== head.rows.sha256)
    throw new StoreError(
      `${name} of ${run} was changed: its SHA-256 is ${found}, not ${head.rows.sha256} as recorded. ${advice} If the change is meant: repro accept ${runName(head)}`,
    )
  let rows: readonly Row[] | undefined
  const read: Run = {
    ...head,
    // Parsed when they are asked for: a plan needs only their digest.
    get rows() {
      rows ??= parseRows(csv, head.columns)
      return rows
    },
  }
  digestsOfRows.set(read, found)
  return read
}

function formatRows({ columns, rows }: Run): string {
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
