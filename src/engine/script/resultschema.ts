/** Schema of what a script returns. Messages say what is allowed; the value is appended. */

import * as z from 'zod'
import { isColumnName } from './rows.ts'

const words = z.string('words').refine((text) => text.isWellFormed(), 'words')
export const column = z.strictObject(
  {
    name: words.refine(isColumnName, 'the name of a column'),
    role: z.enum(['index', 'factor', 'measure'], 'index, factor or measure'),
    unit: words.optional(),
    label: words.optional(),
  },
  'a column, such as { name, role, unit }',
)
const columns = z.array(column, 'a list of columns').min(1, 'at least one column')
const rows = z.array(z.unknown(), 'a list of rows')
const byName = <Value extends z.ZodType>(value: Value, what: string) => z.record(z.string(), value, what)
export const result = z.strictObject(
  {
    columns,
    rows: rows.min(1, 'at least one row'),
    datasets: byName(
      z.strictObject({ columns, rows }, 'a dataset, { columns, rows }'),
      'datasets by name',
    ).optional(),
    exclusions: z
      .array(
        z.strictObject(
          { reason: words, count: z.int('a whole number from 1').min(1, 'a whole number from 1') },
          'an exclusion, { reason, count }',
        ),
        'a list of exclusions',
      )
      .default([]),
    captured: byName(words, 'items and their values in words').default({}),
    clockHz: z.number('a positive number').positive('a positive number').optional(),
    files: byName(words, 'paths of files by name').optional(),
    provenance: byName(
      z.union([words, z.number()], 'words or a finite number'),
      'items and their values',
    ).optional(),
  },
  'a result, such as { columns, rows }',
)
