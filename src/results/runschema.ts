/** Schema of the file run.json. */

import * as z from 'zod'
import { isDate } from '../text/dates.ts'
import { nameProblem } from './name.ts'
import { format } from './run.ts'

/** Path component: experiments, environments and patterns are folders. */
const name = z
  .string()
  .refine((value) => nameProblem(value, { dots: true }) === undefined, 'not a name that a folder can have')
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal')
const columns = z.array(
  z.strictObject({
    name: z.string(),
    role: z.enum(['index', 'factor', 'measure']),
    unit: z.string().exactOptional(),
    label: z.string().exactOptional(),
  }),
)
const rows = z.strictObject({ count: z.int().min(0), sha256 })
export type RowsStated = z.output<typeof rows>
const acceptance = z.strictObject({
  author: z.string().min(1),
  reason: z.string().min(1),
  date: z.string().refine(isDate, 'not a date, YYYY-MM-DD'),
  files: z
    .array(
      z.strictObject({
        file: z.string(),
        before: sha256,
        after: sha256,
        lines: z.array(z.int().min(1)).exactOptional(),
        gone: z.int().min(0).exactOptional(),
      }),
    )
    .min(1),
})
export const header = z.strictObject({
  schema: z.literal(format),
  digest: sha256,
  experiment: name,
  environment: name,
  pattern: name,
  key: sha256,
  inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  origin: z.enum(['emulated', 'hardware', 'local']),
  trials: z.int().min(1),
  seed: z.int(),
  parameters: z.record(z.string(), z.json()),
  clockHz: z.number().exactOptional(),
  columns,
  rows,
  datasets: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*$/), z.strictObject({ columns, rows }))
    .exactOptional(),
  exclusions: z.array(z.strictObject({ reason: z.string(), count: z.int().min(1) })),
  captured: z.record(z.string(), z.string()),
  files: z.record(z.string(), z.strictObject({ sha256, bytes: z.int().min(0) })),
  accepted: z.array(acceptance).min(1).exactOptional(),
  provenance: z.record(z.string(), z.union([z.string(), z.number()])),
})
