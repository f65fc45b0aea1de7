/** What blocks and front matter may say. One source for validation, types, and a JSON Schema for editors. */

import { posix } from 'node:path'
import type { VFile } from 'vfile'
import * as z from 'zod'
import type { Parameter } from './block.ts'
import { isMapping, typeOf } from './parameters.ts'
import { fail } from './problem.ts'
import { hint } from './spelling.ts'
import type { Mapping, Path } from './yaml.ts'

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'use small letters, digits and hyphens, starting with a letter')
/** Environments carry versions: xen-4.14. */
const environmentName = z
  .string()
  .regex(/^[a-z][a-z0-9.-]*$/, 'use small letters, digits, hyphens and dots, starting with a letter')
const words = z.string().regex(/\S/, 'write some words')
const path = z
  .string()
  .min(1, 'name a file')
  .refine((value) => !value.includes('\\'), { error: 'write paths with /, not \\', abort: true })
  .refine((value) => !/^(?:\/|[A-Za-z]:)/.test(value), 'give the path relative to the project')
  .refine((value) => !posix.normalize(value).startsWith('..'), 'the path leaves the project')
  .overwrite((value) => posix.normalize(value))

const mapping = z.record(z.string(), z.json())
const trials = z.int().min(1)
const seed = z.int().min(0)
const deadline = z.number().positive()

export const experimentSchema = z.strictObject({
  id: name.describe('Name of the experiment, for tables, figures and inline values'),
  script: path.describe('zx script, relative to the project'),
  environments: z.array(environmentName).min(1).describe('Names from the list of environments'),
  trials: trials.describe('Trials of every cell'),
  seed: seed.default(1).describe('Seed of the script’s random numbers'),
  deadline: deadline.default(900).describe('Longest time of one cell, in seconds'),
  parameters: mapping.default({}).describe('Baseline value of every parameter'),
  patterns: z
    .record(name, mapping.nullable())
    .refine((value) => Object.keys(value).length > 0, 'name at least one pattern (baseline: {})')
    .describe('Pattern -> changes to parameters; also label (words) and only (environments)'),
})

/** Beside parameter changes in a pattern. */
export const patternSchema = z.object({
  label: words.optional(),
  only: z.array(environmentName).min(1).optional(),
})

/** Attributes on the fence of an inline script, after conversion of numbers. */
export const inlineExperimentSchema = z.strictObject({
  id: name,
  testbed: z.literal('local'),
  trials,
  seed: seed.default(1),
  deadline: deadline.default(900),
})

/** Further keys are the options of the table's kind. */
export const tableSchema = z.looseObject({
  id: name,
  kind: name,
  from: name.optional(),
  caption: words,
})

export const figureSchema = z.strictObject({
  id: name,
  spec: path.describe('Vega-Lite file, relative to the project'),
  caption: words,
  alt: words.describe('Text alternative for those who cannot see the figure'),
  data: z.record(z.string(), words).describe('Dataset name -> experiment or CSV file'),
  width: z.number().positive().optional(),
  height: z.number().positive().optional(),
})

export const frontMatterSchema = z.strictObject({
  title: words,
  subtitle: words.optional(),
  authors: z
    .array(z.union([words, z.strictObject({ name: words, affiliation: words.optional() })]))
    .optional(),
  date: words.optional(),
  lang: z
    .string()
    .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, 'use a language tag such as en or ja')
    .default('en'),
  abstract: words.optional(),
  bibliography: path.optional(),
})

/** JSON Schemas (draft 2020-12) by what they describe, for editors. Places and cross references are not in them. */
export function jsonSchemas(): Readonly<Record<'experiment' | 'table' | 'figure' | 'frontMatter', object>> {
  const schema = (source: z.ZodType) => z.toJSONSchema(source, { io: 'input' })
  return {
    experiment: schema(experimentSchema),
    table: schema(tableSchema),
    figure: schema(figureSchema),
    frontMatter: schema(frontMatterSchema),
  }
}

/**
 * Holds a mapping against a schema; every misfit is an error of the file at its key or value.
 * @param base path within the mapping of what `data` is
 * @returns the schema's output, or undefined when anything is wrong.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  {
    file,
    source,
    base = [],
  }: { file: VFile; source: Pick<Mapping, 'keyPlace' | 'valuePlace' | 'written'>; base?: Path },
): z.output<Schema> | undefined {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  for (const issue of result.error.issues.flatMap((issue) => branch(issue, data))) {
    const at = [...base, ...issue.path]
    const value = valueAt(data, issue.path)
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path)
      for (const key of issue.keys) {
        const others = known.filter(
          (other) => !isMapping(value as Parameter) || !Object.hasOwn(value as object, other),
        )
        const full = [...at, key]
        fail(
          file,
          'unknown-key',
          source.keyPlace(full),
          `unknown key: ${key}${hint(key, others.length > 0 ? others : known)}`,
        )
      }
    } else if (value === undefined) {
      fail(file, 'missing-key', source.valuePlace(at.slice(0, -1)), `missing key: ${inWords(at)}`)
    } else if (issue.code === 'invalid_key') {
      const reason = issue.issues.map((inner) => inner.message).join('; ')
      fail(file, 'invalid-name', source.keyPlace(at), `${String(at.at(-1))} is no name: ${reason}`)
    } else {
      fail(
        file,
        'invalid-value',
        source.valuePlace(at),
        `${at.join('.')}: ${reasonOf(issue, value, source.written(at))}`,
      )
    }
  }
  return undefined
}

/** data.rows, environments[0] */
function inWords(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('')
}

type Issue = z.core.$ZodIssue

/** Of a union's issues those of the alternative that the author meant: the one whose outer type fits. */
function branch(issue: Issue, data: unknown): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = issue.errors.find(
    (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
  )
  if (meant === undefined) return [issue]
  return meant.flatMap((inner) => branch({ ...inner, path: [...issue.path, ...inner.path] } as Issue, data))
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], data)
}

/** Keys that a schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path))
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return keysAt(schema.unwrap(), path)
  }
  const [first, ...rest] = path
  if (schema instanceof z.ZodArray) return first === undefined ? [] : keysAt(schema.element, rest)
  if (!(schema instanceof z.ZodObject)) return []
  if (first === undefined) return Object.keys(schema.shape)
  const below = schema.shape[first as string] as z.core.$ZodType | undefined
  return below === undefined ? [] : keysAt(below, rest)
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'words',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list ([a, b])',
  record: 'a mapping (name: value)',
  object: 'a mapping (name: value)',
}

function reasonOf(issue: Issue, value: unknown, written: string | undefined): string {
  const shown = written ?? JSON.stringify(value)
  switch (issue.code) {
    case 'invalid_type': {
      if (value === null) return 'no value given'
      const wanted = typeNames[issue.expected] ?? issue.expected
      if (issue.expected === 'string' && typeof value !== 'object') {
        return `expected ${wanted}, got ${typeOf(value as Parameter)}: quote it ('${shown}')`
      }
      return `expected ${wanted}, got ${shown}`
    }
    case 'too_small':
      if (issue.origin === 'array') return 'name at least one'
      if (issue.origin === 'string') return issue.message
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}, not ${shown}`
    case 'too_big':
      return `at most ${issue.maximum}, not ${shown}`
    case 'invalid_value':
      return `${shown} is none of ${issue.values.join(', ')}${hint(String(value), issue.values.map(String)).replace(/ \(known.*/, '')}`
    case 'invalid_union':
      return `${shown} is none of the kinds of value possible here`
    default:
      return `${shown}: ${issue.message}`
  }
}
