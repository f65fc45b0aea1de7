/** What a script gave back, checked once: everything after this trusts it. */

import { z } from 'zod'
import { hint } from '../document/spelling.ts'
import type { Column, Dataset, Row } from '../results/run.ts'
import { ExperimentError, type Result } from './cell.ts'

const column = z.strictObject({
  name: z.string().min(1),
  role: z.enum(['index', 'factor', 'measure']),
  unit: z.string().optional(),
  label: z.string().optional(),
})
const value = z.union([z.string(), z.number(), z.null()])
const columns = z.array(column).min(1)
const rows = z.array(z.record(z.string(), value))
const shape = z.strictObject({
  columns,
  rows: rows.min(1),
  datasets: z.record(z.string(), z.strictObject({ columns, rows })).optional(),
  exclusions: z.array(z.strictObject({ reason: z.string(), count: z.int().min(1) })).default([]),
  captured: z.record(z.string(), z.string()).default({}),
  clockHz: z.number().positive().optional(),
  files: z
    .record(z.string().regex(/^[\w.-]+$/, 'use letters, digits, dots and hyphens'), z.string())
    .optional(),
  provenance: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})

/** Throws an ExperimentError that names the first thing wrong and its row. Absent values become null. */
export function checkResult(given: unknown): Result {
  const parsed = shape.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.length ? ` at ${issue.path.join('.')}` : ''
    throw new ExperimentError(`the script gave back no result${where}: ${issue?.message}`)
  }
  const { columns, rows, datasets, ...rest } = parsed.data
  const result = {
    ...checkDataset({ columns, rows } as Dataset, 'the result'),
    ...(datasets === undefined ? {} : { datasets: checkDatasets(datasets as Result['datasets']) }),
    ...rest,
  }
  // Zod's optional keys may hold undefined; JSON and the type of a result leave them out.
  return JSON.parse(JSON.stringify(result)) as Result
}

/** Their names become names of files beside rows.csv. */
function checkDatasets(datasets: Result['datasets'] = {}): Result['datasets'] {
  return Object.fromEntries(
    Object.entries(datasets).map(([name, dataset]) => {
      if (!/^[a-z][a-z0-9-]*$/.test(name) || name === 'rows')
        throw new ExperimentError(
          `the result has a dataset ${name}: name it with small letters, digits and hyphens, starting with a letter, and not rows`,
        )
      return [name, checkDataset(dataset, `the result's dataset ${name}`)]
    }),
  )
}

/** `where` says in messages whose rows they are. */
function checkDataset({ columns, rows }: Dataset, where: string): Dataset {
  const names = columns.map(({ name }) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new ExperimentError(`${where} names the column ${repeated} twice`)
  return { columns, rows: rows.map((row, index) => checkRow(row, columns, `row ${index} of ${where}`)) }
}

function checkRow(row: Row, columns: readonly Column[], where: string): Row {
  const names = columns.map(({ name }) => name)
  for (const name of Object.keys(row)) {
    if (!names.includes(name))
      throw new ExperimentError(`${where} has an unknown column: ${name}${hint(name, names)}`)
  }
  return Object.fromEntries(columns.map((one) => [one.name, checkValue(row[one.name] ?? null, one, where)]))
}

function checkValue(
  found: string | number | null,
  { name, role }: Column,
  where: string,
): string | number | null {
  const wanted = role === 'factor' ? 'string' : 'number'
  // A CSV file has one kind of nothing.
  if (found === null) return role === 'factor' ? '' : null
  if (typeof found !== wanted || (typeof found === 'number' && !Number.isFinite(found)))
    throw new ExperimentError(`${where}: ${name} is a ${role} and takes a ${wanted}, not ${found}`)
  return found
}
