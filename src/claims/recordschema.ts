/** Schema of the file of recorded verdicts. */

import * as z from 'zod'
import { isDate } from '../text/dates.ts'

const date = z.string().refine(isDate, 'not a date such as 2026-11-29')
const texts = z.record(z.string(), z.string())
/** `null` is an unbounded end, as JSON has no infinity. */
export const recordedInterval = z.strictObject({ low: z.number().nullable(), high: z.number().nullable() })
const verdict = z.enum(['reproduced', 'not reproduced', 'inconclusive', 'not testable'])
const cell = z.strictObject({
  key: z.string().describe('Hash of all that decides its result'),
  rows: z.string().describe('SHA-256 of rows, datasets and captured facts'),
  trials: z.int().min(1),
  boots: z.int().min(1),
  excluded: z.record(z.string(), z.int().min(1)).exactOptional().describe('Rows by reason'),
  values: z.record(z.string(), z.int().min(0)).describe('Values that the claim uses, by series'),
})
export const basis = z
  .strictObject({
    cells: z.record(z.string(), cell),
    edits: z.array(z.string()).exactOptional().describe('Edits by hand to their rows'),
  })
  .describe('What the verdict rests on')
export const recordedState = z.strictObject({
  /** Day on which definition or verdict came to be so; not that of a later run that agrees. */
  date,
  verdict,
  definition: texts,
  measured: z.array(
    z.strictObject({
      value: z.number(),
      unit: z.string(),
      interval: recordedInterval,
      allowed: recordedInterval,
      trials: z.int().min(0),
      per: z.enum(['trial', 'boot']),
    }),
  ),
  /** Verdicts by condition, and as stated; only of a claim with conditions. */
  conditions: z.record(z.string(), z.enum([...verdict.options, 'not run'])).exactOptional(),
  /** Absent if it rests on no run. */
  basis: basis.exactOptional(),
  /** Day on which the claim was recorded as removed from the document. */
  removed: date.exactOptional(),
})
export const recordedClaim = z.strictObject({
  id: z.string().min(1),
  ...recordedState.shape,
  /** Earlier states, oldest first. */
  history: z.array(recordedState).exactOptional(),
})
/** Version of this format: raised when a state has other keys. */
export const format = 2
export const file = z.strictObject({
  schema: z.literal(format),
  documents: z.record(z.string(), z.array(recordedClaim)),
})
