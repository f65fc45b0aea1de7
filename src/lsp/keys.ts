/** Keys of blocks, of mappings in them, and of attributes of fences, as their schemas tell of them. */

import * as z from 'zod'
import type { BlockType } from '../document/fence.ts'
import type { Named, Naming } from '../document/naming.ts'
import {
  claimSchema,
  dataSchema,
  experimentSchema,
  figureSchema,
  frontMatterSchema,
  includeSchema,
  inlineExperimentSchema,
  patternSchema,
  tableSchema,
  translationSchemas,
} from '../document/schema.ts'
import { tableKinds } from '../report/tables/kinds.ts'

export type FenceType = BlockType | 'front matter'

/** Which keys may stand at a place. */
export interface Scope {
  readonly fence: FenceType
  /** In YAML, in YAML of a translation, or as attributes of a fence. */
  readonly form: 'content' | 'translation' | 'attributes'
  /** Of a table. */
  readonly kind?: string
  /** Keys of the mappings and lists around it, the outermost first. */
  readonly outer: readonly string[]
  /** Of what it stands in, if that is written in brackets. */
  readonly bracket?: '{' | '['
  /**
   * Lines of the YAML, as they are without the list or quote that they stand in, and the cursor's among them.
   */
  readonly lines: readonly string[]
  readonly line: number
}

/** As much of JSON Schema as zod writes for these. */
export interface Schema extends Naming {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly propertyNames?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
}

export interface Key {
  readonly key: string
  readonly means: string | undefined
  /** What it takes, in Markdown. */
  readonly type: string
  /** `required`, or its value unless given, in Markdown; empty if that is nothing. */
  readonly otherwise: string
  /** All values that it may have, if these are a few words. */
  readonly values: readonly string[]
}

export function jsonSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema
}

const made = new WeakMap<z.ZodType, Schema>()

function known(schema: z.ZodType): Schema {
  const found = made.get(schema) ?? jsonSchema(schema)
  made.set(schema, found)
  return found
}

const schemas: Readonly<Record<FenceType, z.ZodType>> = {
  experiment: experimentSchema,
  data: dataSchema,
  table: tableSchema,
  figure: figureSchema,
  claim: claimSchema,
  include: includeSchema,
  'front matter': frontMatterSchema,
}

/** Returns the keys that may stand at a place. */
export function keysAt(scope: Scope): readonly Key[] {
  return keysOf(schemasAt(scope, scope.outer))
}

/** What the other keys of a mapping name, such as columns. */
export function keyNamesAt(scope: Scope): readonly Named[] {
  return schemasAt(scope, scope.outer)
    .flatMap(mappingsIn)
    .flatMap(({ propertyNames }) => (propertyNames ? namings([propertyNames]) : []))
    .flatMap(({ names = [] }) => names)
}

export interface Expected {
  /** A few words that it may be. */
  readonly values: readonly string[]
  readonly names: readonly Named[]
  /** Endings of files that it may be, or `''` for any. */
  readonly files: readonly string[]
}

/** What the value of a key may be, or an item of its list. */
export function expectedAt(scope: Scope, key: string): Expected {
  const found = schemasAt(scope, [...scope.outer, key])
  const all = namings(found)
  const names = all.flatMap((one) => one.names ?? [])
  return {
    names,
    // Where something is named, truth values are only how YAML reads some names.
    values: names.length === 0 ? found.flatMap(valuesIn) : found.flatMap(wordsIn),
    files: all.flatMap(({ files }) => (files?.length === 0 ? [''] : (files ?? []))),
  }
}

export function expects(named: Named, scope: Scope, key: string): boolean {
  return expectedAt(scope, key).names.includes(named)
}

/** Schemas of what stands below some keys, in order. */
function schemasAt({ fence, form, kind }: Scope, outer: readonly string[]): readonly Schema[] {
  if (form === 'attributes') return below(known(inlineExperimentSchema), outer)
  if (form === 'translation' && fence !== 'front matter' && fence !== 'include')
    return below(known(translationSchemas[fence]), outer)
  const isPattern = fence === 'experiment' && outer[0] === 'patterns' && outer.length > 1
  const options = fence === 'table' && kind !== undefined ? tableKinds.get(kind)?.options() : undefined
  return [
    // A pattern may have any parameter beside these.
    ...(isPattern ? below(known(patternSchema), outer.slice(2)) : []),
    ...below(known(schemas[fence]), outer),
    ...(options ? below(known(options), outer) : []),
  ]
}

/** What stands below keys of mappings; lists are passed through. */
function below(schema: Schema, outer: readonly string[]): readonly Schema[] {
  const [first, ...others] = outer
  if (first === undefined) return [schema]
  return mappingsIn(schema).flatMap(({ properties, additionalProperties }) => {
    const next = properties?.[first] ?? additionalProperties
    return typeof next === 'object' ? below(next, others) : []
  })
}

function mappingsIn(schema: Schema): readonly Schema[] {
  const { items, anyOf = [] } = schema
  return [schema, ...[...(items ? [items] : []), ...anyOf].flatMap(mappingsIn)]
}

function keysOf(found: readonly Schema[]): readonly Key[] {
  return found.flatMap(mappingsIn).flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).map(([key, schema]) => ({
      ...{ key, means: schema.description, type: typeOf(schema), values: valuesIn(schema) },
      otherwise: otherwiseOf(schema, required.includes(key)),
    })),
  )
}

function wordsIn(schema: Schema): readonly string[] {
  return valuesIn(schema).filter((value) => value !== 'true' && value !== 'false')
}

/** Of schemas, and of the items of lists. */
function namings(all: readonly Schema[]): readonly Naming[] {
  return all.flatMap((one): readonly Naming[] => [
    one,
    ...namings([...(one.anyOf ?? []), ...(one.items ? [one.items] : [])]),
  ])
}

function valuesIn({ type, enum: values, const: only, anyOf = [], items }: Schema): readonly string[] {
  if (values) return values.map(String)
  if (only !== undefined) return [String(only)]
  if (type === 'boolean') return ['true', 'false']
  return [...anyOf, ...(items ? [items] : [])].flatMap(valuesIn)
}

/** Markdown about a key. */
export function keyText(key: Key): string {
  return [`**${key.key}**${key.means === undefined ? '' : `: ${key.means}`}`, takes(key)].join('\n\n')
}

/** Type of a key's value and its default, in Markdown. */
export function takes({ type, otherwise }: Key): string {
  if (otherwise === '') return type
  return `${type}; ${otherwise === 'required' ? otherwise : `${otherwise} unless given`}`
}

/** What a key has unless it is given, in Markdown: `required`, a value, or nothing. */
export function otherwiseOf({ default: value }: Schema, isRequired: boolean): string {
  if (isRequired) return 'required'
  if (value === undefined || isEmpty(value)) return ''
  return code(typeof value === 'string' ? value : JSON.stringify(value).replaceAll(/[{}"]/g, ''))
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** What a value is, in Markdown: `whole number from 1`. */
export function typeOf(schema: Schema, isMany = false): string {
  const { type, anyOf, enum: values, items, additionalProperties, prefixItems } = schema
  if (anyOf) return [...new Set(anyOf.map((one) => typeOf(one, isMany)))].join(' or ')
  if (values) return values.map((one) => code(String(one))).join(', ')
  if (schema.const !== undefined) return code(String(schema.const))
  if (prefixItems) return `list of ${prefixItems.length}`
  switch (type) {
    case 'string':
      return 'text'
    case 'integer':
      return `${isMany ? 'whole numbers' : 'whole number'}${range(schema)}`
    case 'number':
      return `${isMany ? 'numbers' : 'number'}${range(schema)}`
    case 'boolean':
      return '`true`, `false`'
    case 'null':
      return '`null`'
    case 'array':
      return items === undefined ? 'list' : `list of ${typeOf(items, true)}`
    case 'object':
      return typeof additionalProperties === 'object' ? `name -> ${typeOf(additionalProperties)}` : 'mapping'
    default:
      return 'any value'
  }
}

function range({ minimum = -Infinity, maximum = Infinity, exclusiveMinimum }: Schema): string {
  const top = maximum < Number.MAX_SAFE_INTEGER ? `to ${maximum}` : undefined
  const from = exclusiveMinimum ?? minimum
  const bottom =
    from > -Number.MAX_SAFE_INTEGER
      ? `${exclusiveMinimum === undefined ? 'from' : 'above'} ${from}`
      : undefined
  const words = [bottom, top].filter((one) => one !== undefined)
  return words.length === 0 ? '' : ` ${words.join(' ')}`
}

function code(text: string): string {
  return `\`${text}\``
}
