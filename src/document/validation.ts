/** Validates an author's data against a schema; reports each type error in words at its place. */

import * as z from 'zod'
import { typeOf, type Parameter } from '../results/parameters.ts'
import { isRecalling, recall } from '../text/memory.ts'
import { hint } from '../text/spelling.ts'
import { hasErrorAt } from './problem.ts'
import { type KeyPath, type Mapping, valueAt } from './yaml.ts'

/**
 * Validates a mapping, or part of one; each type error is reported at its key or value.
 * @param name of the schema, which no other has; an earlier process may have left what it makes of the same data
 * @param data the part to validate, by default all; `base` is its path within the mapping
 * @param known further keys to suggest for an unknown one
 * @param renamed former names of keys -> their names
 * @returns the schema's output, or undefined if there are errors
 */
export function validate<Schema extends z.ZodType>(
  name: string,
  schemaOf: () => Schema,
  source: Mapping,
  {
    data = source.data,
    base = [],
    known = [],
    renamed = new Map(),
  }: {
    data?: unknown
    base?: KeyPath
    known?: readonly string[]
    renamed?: ReadonlyMap<string, string>
  } = {},
): z.output<Schema> | undefined {
  const recalled = recalledOutput(name, schemaOf, data)
  if (recalled !== undefined) return recalled.output
  const schema = schemaOf()
  const result = parsed(schema, data)
  if (result.success) return result.data
  for (const issue of result.error.issues.flatMap(branch)) {
    const at = [...base, ...issue.path]
    const value = valueAt(data, issue.path)
    if (issue.code === 'unrecognized_keys') {
      const keys = [...keysAt(schema, issue.path), ...(issue.path.length === 0 ? known : [])]
      const unused = keys.filter((key) => valueAt(source.data, [...at, key]) === undefined)
      for (const key of issue.keys) {
        const name = renamed.get(key)
        const advice = name === undefined ? hint(key, unused) : ` (now called ${name})`
        source.keyError('unknown-key', [...at, key], `unknown key: ${key}${advice}`)
      }
    } else if (value === undefined) {
      source.valueError('missing-key', at.slice(0, -1), `missing key: ${inWords(at)}`)
    } else if (issue.code === 'invalid_key') {
      const reason = issue.issues.map((inner) => inner.message).join('; ')
      source.keyError('invalid-name', at, `${String(at.at(-1))} is no name: ${reason}`)
    } else if (!hasErrorAt(source.file, source.valuePlace(at))) {
      const reason = reasonOf(issue, value, source.written(at))
      source.valueError('invalid-value', at, `${inWords(at)}: ${reason}`)
    }
  }
  return undefined
}

/** Compiling a schema would take longer than all that is parsed with it. */
function parsed<Schema extends z.ZodType>(schema: Schema, data: unknown) {
  return schema.safeParse(data, { jitless: true })
}

/** Undefined if the data are not valid, or cannot be told from others by their JSON. */
function recalledOutput<Schema extends z.ZodType>(
  name: string,
  schemaOf: () => Schema,
  data: unknown,
): { readonly output: z.output<Schema> } | undefined {
  if (!isRecalling()) return undefined
  let isPlain = true
  const text = JSON.stringify(data, (_, value: unknown) => {
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) isPlain = false
    return value
  })
  if (!isPlain) return undefined
  const found = recall(`valid ${name}`, text, () => {
    const result = parsed(schemaOf(), data)
    return result.success ? { output: result.data } : null
  })
  return found ?? undefined
}

/** Formats a path: data.rows, environments[0]. */
function inWords(path: KeyPath): string {
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

/** Keys that a schema accepts at a path. */
function keysAt(schema: z.core.$ZodType, path: KeyPath): readonly string[] {
  const [first, ...rest] = path
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path))
  if (
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  )
    return keysAt(schema.unwrap(), path)
  if (schema instanceof z.ZodObject) {
    if (first === undefined) return Object.keys(schema.shape)
    const below: z.core.$ZodType | undefined = schema.shape[String(first)]
    return below === undefined ? [] : keysAt(below, rest)
  }
  if (first === undefined) return []
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest)
  return schema instanceof z.ZodRecord ? keysAt(schema.valueType, rest) : []
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
    typeof value === 'string'
      ? `'${value}'`
      : typeof value === 'object'
        ? typeOf(value as Parameter)
        : written
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_union': {
      const errors = issue.code === 'invalid_union' ? issue.errors.flat() : [issue]
      const types = errors.flatMap((error) => (error.code === 'invalid_type' ? [error.expected] : []))
      return wrongType(types, value, { shown, written })
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
      // A whole list or mapping is not shown: the message alone says what is wrong.
      return typeof value === 'object' ? issue.message : `${shown}: ${issue.message}`
  }
}

function wrongType(
  types: readonly string[],
  value: unknown,
  { shown, written }: { readonly shown: string; readonly written: string },
): string {
  if (value === null) return 'no value given'
  const expected = [...new Set(types.map((type) => typeNames[type] ?? type))].join(' or ')
  if (types.includes('string') && typeof value !== 'object')
    return `expected ${expected}, got ${typeOf(value as Parameter)}: quote it ('${written}')`
  const isNumber = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
  const advice = isNumber && (types.includes('number') || types.includes('int')) ? ': remove the quotes' : ''
  return `expected ${expected}, got ${shown}${advice}`
}
