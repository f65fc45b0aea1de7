/** Validates an author's data against a schema; reports each type error in words at its place. */

import type { VFile } from 'vfile'
import * as z from 'zod'
import { typeOf, type Parameter } from '../results/parameters.ts'
import { hint } from '../text/spelling.ts'
import { fail, hasErrorAt } from './problem.ts'
import type { Mapping, Path } from './yaml.ts'

/**
 * Validates a mapping, or part of one; each type error is reported at its key or value.
 * @param base path of `data` within the mapping
 * @param known further keys to suggest for an unknown one
 * @returns the schema's output, or undefined if there are errors
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  {
    file,
    source,
    base = [],
    known = [],
  }: { file: VFile; source: Mapping; base?: Path; known?: readonly string[] },
): z.output<Schema> | undefined {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  for (const issue of result.error.issues.flatMap(branch)) {
    const at = [...base, ...issue.path]
    const value = valueAt(data, issue.path)
    if (issue.code === 'unrecognized_keys') {
      const keys = [...keysAt(schema, issue.path), ...(issue.path.length === 0 ? known : [])]
      const unused = keys.filter((key) => valueAt(source.data, [...at, key]) === undefined)
      for (const key of issue.keys) {
        fail(file, 'unknown-key', source.keyPlace([...at, key]), `unknown key: ${key}${hint(key, unused)}`)
      }
    } else if (value === undefined) {
      fail(file, 'missing-key', source.valuePlace(at.slice(0, -1)), `missing key: ${inWords(at)}`)
    } else if (issue.code === 'invalid_key') {
      const reason = issue.issues.map((inner) => inner.message).join('; ')
      fail(file, 'invalid-name', source.keyPlace(at), `${String(at.at(-1))} is no name: ${reason}`)
    } else if (!hasErrorAt(file, source.valuePlace(at))) {
      const reason = reasonOf(issue, value, source.written(at))
      fail(file, 'invalid-value', source.valuePlace(at), `${inWords(at)}: ${reason}`)
    }
  }
  return undefined
}

/** Formats a path: data.rows, environments[0]. */
function inWords(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('')
}

type Issue = z.core.$ZodIssue

/** Of a union's issues, returns those of the alternative whose outer type matches. */
function branch(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = issue.errors.find(
    (errors) => !errors.some((error) => error.code === 'invalid_type' && error.path.length === 0),
  )
  if (meant === undefined) return [issue]
  return meant.flatMap((inner) => branch({ ...inner, path: [...issue.path, ...inner.path] } as Issue))
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce((value, key) => {
    // A list in an attribute: comma-separated words.
    if (typeof value === 'string' && typeof key === 'number') return value.split(',')[key]
    return (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  }, data)
}

/** Keys that a schema accepts at a path. */
function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path))
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return keysAt(schema.unwrap(), path)
  }
  const [first, ...rest] = path
  if (schema instanceof z.ZodArray) return first === undefined ? [] : keysAt(schema.element, rest)
  if (schema instanceof z.ZodRecord) return first === undefined ? [] : keysAt(schema.valueType, rest)
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

function reasonOf(issue: Issue, value: unknown, written = String(value)): string {
  const shown =
    typeof value === 'string' ? `'${value}'` : typeof value === 'object' ? JSON.stringify(value) : written
  switch (issue.code) {
    case 'invalid_type':
      return wrongType([issue.expected], { value, shown, written })
    case 'invalid_union': {
      const expected = issue.errors
        .flat()
        .flatMap((error) => (error.code === 'invalid_type' ? [error.expected] : []))
      return wrongType(expected, { value, shown, written })
    }
    case 'too_small':
      if (issue.origin === 'array') return 'name at least one'
      if (issue.origin === 'string') return issue.message
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}, not ${shown}`
    case 'too_big':
      return `at most ${issue.maximum}, not ${shown}`
    case 'invalid_value':
      return `${shown} is not possible${hint(String(value), issue.values.map(String))}`
    default:
      return `${shown}: ${issue.message}`
  }
}

interface Given {
  readonly value: unknown
  readonly shown: string
  readonly written: string
}

function wrongType(expected: readonly string[], { value, shown, written }: Given): string {
  if (value === null) return 'no value given'
  const wanted = [...new Set(expected.map((type) => typeNames[type] ?? type))].join(' or ')
  if (expected.includes('string') && typeof value !== 'object') {
    return `expected ${wanted}, got ${typeOf(value as Parameter)}: quote it ('${written}')`
  }
  const isNumber = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
  const advice =
    isNumber && expected.some((type) => type === 'number' || type === 'int') ? ': remove the quotes' : ''
  return `expected ${wanted}, got ${shown}${advice}`
}
