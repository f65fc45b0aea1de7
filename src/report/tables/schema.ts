/** Schemas of options that several kinds of tables share. */

import * as z from 'zod'
import { fileOf, naming } from '../../document/naming.ts'

const environment = z.string().meta(naming('environment'))
export const pattern = z.string().meta(naming('pattern'))
export const patternOrGroup = z.string().meta(naming('pattern', 'group'))
export const factor = z.string().meta(naming('factor'))
export const measure = z.string().meta(naming('measure'))
export const publishedFile = z.string().meta(fileOf('.csv'))
export const operation = z
  .string()
  .meta(naming('value'))
  .optional()
  .describe('Short for where: {operation: ...}')

export const number = z
  .union([z.string(), z.int().positive()])
  .optional()
  .describe('The number in the original study (5, or A1 in an appendix); counted unless given')

export const environments = z
  .array(environment)
  .min(1)
  .optional()
  .describe('Environments of the experiment to show; all unless given')

export const published = publishedFile
  .optional()
  .describe('CSV file of the original study’s numbers, relative to the project')
export const publishedEnvironment = z
  .string()
  .meta(naming('published environment'))
  .optional()
  .describe('The environment of that file to show')

export const patterns = z
  .union([z.enum(['all', 'published', 'unpublished']), z.array(patternOrGroup).min(1)])
  .default('all')
  .describe('Patterns with rows: all, those with published numbers, those without, or these and groups')

export const where = z
  .record(
    z.string().meta(naming('factor', 'parameter')),
    z.union([z.string().meta(naming('value')), z.number(), z.boolean()]).transform(String),
  )
  .default({})
  .describe('Factor or parameter -> value that rows or patterns must have')

/** Options of tables with rows for each pattern. */
export const patternOptions = {
  number,
  environments,
  where,
  operation,
  patterns,
  published,
  publishedEnvironment,
}

export const compare = z
  .boolean()
  .default(false)
  .describe('Shows ratios to the published means, and whether these lie in our range')
