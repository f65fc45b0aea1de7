/**
 * The store: the only reader and writer of runs.
 *
 *     results/<experiment>/<environment>/<pattern>/{run.json, rows.csv}   recorded, part of the project
 *     .repro/runs/<key>/{run.json, rows.csv}                              cache of what was run here
 *     .repro/raw/<key>/                                                   raw files, of either
 *
 * rows.csv is one observation a line; run.json is all else, with the digest of rows.csv, checked whenever a run is read.
 */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { csvFormatRows, csvParseRows } from 'd3-dsv'
import { z } from 'zod'
import type { Parameters } from '../document/block.ts'
import type { Column, RawFile, Row, Run } from './run.ts'

/** What names a cell, and so its runs. */
export type CellName = Pick<Run, 'experiment' | 'environment' | 'pattern'>

/** A run that cannot be trusted or read: a file is damaged, was edited, or comes from another version. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

export interface Store {
  /** The recorded run of a cell, whatever its key; undefined when there is none. */
  recorded(cell: CellName): Promise<Run | undefined>
  /** The run with this key in the cache. */
  cached(key: string): Promise<Run | undefined>
  /** Keeps a finished run in the cache. */
  keep(run: Run): Promise<void>
  /** Writes a run into results/, in the place of the one before. */
  record(run: Run): Promise<void>
  /** Moves raw files (name -> path) to where those of `key` lie, and returns their digests. */
  takeRaw(key: string, files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, RawFile>>>
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal')
const header = z.strictObject({
  schema: z.literal(1),
  experiment: z.string(),
  environment: z.string(),
  pattern: z.string(),
  key: sha256,
  inputs: z
    .strictObject({
      script: sha256,
      board: sha256.optional(),
      parameters: sha256,
      trials: z.int(),
      seed: z.int(),
      environment: sha256,
      packages: sha256.optional(),
    })
    .optional(),
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

/** The store of the project in folder `project`. Reading throws a StoreError that names the file. */
export function openStore(project: string): Store {
  const runFolder = ({ experiment, environment, pattern }: CellName) =>
    join(project, 'results', experiment, environment, pattern)
  const cacheFolder = (key: string) => join(project, '.repro/runs', key)
  return {
    recorded: (cell) => readRun(runFolder(cell), project),
    cached: (key) => readRun(cacheFolder(key), project),
    keep: (run) => writeRun(run, cacheFolder(run.key)),
    record: (run) => writeRun(run, runFolder(run)),
    takeRaw: (key, files) => takeRaw(join(project, '.repro/raw', key), files),
  }
}

async function writeRun(run: Run, folder: string): Promise<void> {
  const rows = formatRows(run)
  const { experiment, environment, pattern, key, inputs, origin, trials, seed, parameters, clockHz } = run
  const { columns, exclusions, captured, files, provenance } = run
  const text = JSON.stringify(
    {
      schema: 1,
      experiment,
      environment,
      pattern,
      key,
      inputs,
      origin,
      trials,
      seed,
      parameters,
      clockHz,
      columns,
      rows: { count: run.rows.length, sha256: digest(rows) },
      exclusions,
      captured,
      files: Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))),
      provenance,
    },
    null,
    2,
  )
  // Both files change at once: a folder is written beside and takes the other's name.
  const draft = `${folder}.${process.pid}.part`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  await writeFile(join(draft, 'rows.csv'), rows)
  await writeFile(join(draft, 'run.json'), `${text}\n`)
  await rm(folder, { recursive: true, force: true })
  await rename(draft, folder)
}

async function readRun(folder: string, project: string): Promise<Run | undefined> {
  const file = join(folder, 'run.json')
  const name = relative(project, file)
  const text = await readIfThere(file)
  if (text === undefined) return undefined
  const { schema: _, rows: stated, ...rest } = parseHeader(text, name)
  const csv = join(folder, 'rows.csv')
  const rows = await readIfThere(csv)
  const csvName = relative(project, csv)
  const run = `run ${rest.experiment}/${rest.environment}/${rest.pattern}`
  const advice = 'Restore it from version control, or delete its folder to run the cell again.'
  if (rows === undefined) throw new StoreError(`missing ${csvName} of ${run}. ${advice}`)
  if (digest(rows) !== stated.sha256)
    throw new StoreError(
      `${csvName} of ${run} was changed: its SHA-256 is ${digest(rows)}, not ${stated.sha256} as recorded. ${advice}`,
    )
  // Optional keys are absent or have a value: what JSON holds.
  const columns = rest.columns as readonly Column[]
  return {
    ...rest,
    parameters: rest.parameters as Parameters,
    columns,
    rows: parseRows(rows, columns),
  } as Run
}

function parseHeader(text: string, name: string): z.infer<typeof header> {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new StoreError(`${name} is damaged: ${(cause as Error).message}`, { cause })
  }
  const parsed = header.safeParse(data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new StoreError(`${name} is no run: ${issue?.path.join('.')}: ${issue?.message}`)
}

function formatRows({ columns, rows }: Run): string {
  const names = columns.map(({ name }) => name)
  const lines = rows.map((row) => names.map((name) => String(row[name] ?? '')))
  return `${csvFormatRows([names, ...lines])}\n`
}

function parseRows(text: string, columns: readonly Column[]): readonly Row[] {
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

async function takeRaw(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, RawFile>>> {
  await rm(folder, { recursive: true, force: true })
  const taken: Record<string, RawFile> = {}
  for (const [name, path] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    await mkdir(folder, { recursive: true })
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    taken[name] = { sha256: hash.digest('hex'), bytes: (await stat(path)).size }
    await rename(path, join(folder, name))
  }
  return taken
}

/** Writes a text under a temporary name first, so that nobody ever reads half of it. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.part`
  await writeFile(draft, text)
  await rename(draft, file)
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
