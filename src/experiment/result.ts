/** What a script gave back, checked once: everything after this trusts it. */

import { z } from 'zod'
import { hint } from '../document/spelling.ts'
import type { Column, Row } from '../results/run.ts'
import { ExperimentError, type Result } from './cell.ts'

const column = z.strictObject({
  name: z.string().min(1),
  role: z.enum(['index', 'factor', 'measure']),
  unit: z.string().optional(),
  label: z.string().optional(),
})
const value = z.union([z.string(), z.number(), z.null()])
const shape = z.strictObject({
  columns: z.array(column).min(1),
  rows: z.array(z.record(z.string(), value)).min(1),
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
  const { columns, rows, ...rest } = parsed.data
  const names = columns.map(({ name }) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new ExperimentError(`the result names the column ${repeated} twice`)
  // Zod's optional keys may hold undefined; JSON and the type of a result leave them out.
  const declared = columns as readonly Column[]
  const result = { ...rest, columns, rows: rows.map((row, index) => checkRow(row, index, declared)) }
  return JSON.parse(JSON.stringify(result)) as Result
}

function checkRow(row: Row, index: number, columns: readonly Column[]): Row {
  const names = columns.map(({ name }) => name)
  for (const name of Object.keys(row)) {
    if (!names.includes(name))
      throw new ExperimentError(
        `row ${index} of the result has an unknown column: ${name}${hint(name, names)}`,
      )
  }
  return Object.fromEntries(columns.map((one) => [one.name, checkValue(row[one.name] ?? null, index, one)]))
}

function checkValue(
  found: string | number | null,
  row: number,
  { name, role }: Column,
): string | number | null {
  const wanted = role === 'factor' ? 'string' : 'number'
  // A CSV file has one kind of nothing.
  if (found === null) return role === 'factor' ? '' : null
  if (typeof found !== wanted || (typeof found === 'number' && !Number.isFinite(found)))
    throw new ExperimentError(
      `row ${row} of the result: ${name} is a ${role} and takes a ${wanted}, not ${found}`,
    )
  return found
}
