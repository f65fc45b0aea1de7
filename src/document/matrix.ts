/**
 * Sweeps: the key `matrix` of an experiment block. Each combination of its factors' values is a pattern:
 *
 *     matrix:
 *       sizeKb: [4, 64, 1024]
 *       threads: [1, 2, 4]
 *       exclude: [{sizeKb: 1024, threads: 4}]
 *       include: [{sizeKb: 8192, threads: 1}]
 *
 * `exclude` and `include` are those of CI systems: all is excluded first, then an entry adds parameters to the
 * combinations that it fits, or else is one more combination.
 */

import { sha256 } from '../files/fingerprint.ts'
import { folderOf } from '../results/name.ts'
import {
  flatParameters,
  isMapping,
  mergeParameters,
  type Parameter,
  type Parameters,
  pathOf,
  typeErrors,
  typeOf,
} from '../results/parameters.ts'
import { hint, nearest } from '../text/spelling.ts'
import type { KeyPath } from './yaml.ts'

type Value = string | number | boolean

/** A combination of values, as a pattern in the making. */
export interface Combination {
  readonly name: string
  readonly label: string
  /** What differs from the baseline. */
  readonly changes: Parameters
  /** Of the block: where a message about it belongs. */
  readonly at: KeyPath
  /** Entries of `include` that add keys of a pattern (label, only, seed) to it. */
  readonly entries: readonly KeyPath[]
}

/** Where errors go; paths are those of the block. */
export interface ErrorSink {
  keyError(ruleId: string, path: KeyPath, reason: string): void
  valueError(ruleId: string, path: KeyPath, reason: string): void
}

/** For a block whose errors are told elsewhere. */
export const silent: ErrorSink = { keyError: () => {}, valueError: () => {} }

/** Of one block: more would hardly be meant, and each is a run, a folder and a row of tables. */
export const mostCombinations = 1000
/** Before `exclude`. */
const mostProducts = 10_000

/** Keys of a pattern that are no parameters. */
export const patternKeys = ['label', 'only', 'seed'] as const

/** The only pattern of a block whose baseline is all that there is. */
export const baselineName = 'baseline'

/**
 * Returns the combinations of a block's matrix: the product in the order written, the first factor slowest, then
 * what `include` adds. Reports what is wrong; the rest is returned.
 */
export function combinationsOf(
  matrix: Parameters,
  parameters: Parameters,
  sink: ErrorSink,
): readonly Combination[] {
  const factors = factorsOf(matrix, parameters, sink)
  const template = templateOf(matrix, factors, sink)
  const product = productOf(factors, sink)
  if (factors.size === 0 || product === undefined) return []
  const left = excluded(product, matrix, factors, sink)
  const { added, others } = included(left, matrix, { factors, parameters, sink })
  const all = [...left.map((one): Chosen => ({ values: one, at: ['matrix'] })), ...others]
  if (all.length > mostCombinations) {
    const reason = `matrix has ${all.length} combinations (${sizes(factors)}): at most ${mostCombinations} are possible; exclude some, or use several blocks`
    sink.keyError('matrix', ['matrix'], reason)
    return []
  }
  if (all.length === 0) sink.keyError('matrix', ['matrix'], 'exclude leaves no combination of the matrix')
  const found = all.map(({ values, at }): Combination => {
    const more = added.get(values) ?? { changes: {}, entries: [] }
    const own = [...values].filter(([factor, value]) => baselineOf(parameters, factor) !== value)
    const changes = own.reduce(
      (merged, [factor, value]) => mergeParameters(merged, nested(parameters, factor, value)),
      {} as Parameters,
    )
    return {
      name: nameOf(own),
      label: labelOf(values, template),
      changes: mergeParameters(changes, more.changes),
      at,
      entries: more.entries,
    }
  })
  const first = new Map<string, Combination>()
  for (const one of found) {
    const other = first.get(folderOf(one.name))
    if (other === undefined) first.set(folderOf(one.name), one)
    else {
      const reason = `${other.label} and ${one.label} would both be called ${one.name}: write other values`
      sink.keyError('repeated-name', one.at, reason)
    }
  }
  return found
}

/** Factor -> its values, in the order written. */
type Factors = ReadonlyMap<string, readonly Value[]>
type Values = ReadonlyMap<string, Value>

interface Chosen {
  readonly values: Values
  readonly at: KeyPath
}

const ownKeys = ['exclude', 'include', 'label'] as const

export function factorNames(matrix: Parameters): readonly string[] {
  return Object.keys(matrix).filter((key) => ![...ownKeys, ...patternKeys].some((own) => own === key))
}

function factorsOf(matrix: Parameters, parameters: Parameters, sink: ErrorSink): Factors {
  const factors = new Map<string, readonly Value[]>()
  for (const [factor, list] of Object.entries(matrix)) {
    const at = ['matrix', factor]
    if (ownKeys.some((key) => key === factor)) continue
    if (patternKeys.some((key) => key === factor)) {
      sink.keyError('reserved-name', at, `${factor} cannot be a parameter: patterns use it for themselves`)
      continue
    }
    if (!Array.isArray(list) || list.length === 0) {
      sink.valueError('invalid-value', at, `matrix.${factor}: write a list of values ([1, 2, 4])`)
      continue
    }
    checkKnown(factor, parameters, sink)
    const values: Value[] = []
    for (const [index, value] of (list as readonly Parameter[]).entries()) {
      const reason =
        problemOf(value, factor, values[0], parameters) ??
        (values.includes(value as Value) ? `matrix.${factor} has ${String(value)} twice` : undefined)
      if (reason === undefined) values.push(value as Value)
      else sink.valueError('invalid-value', [...at, index], reason)
    }
    factors.set(factor, values)
  }
  if (factors.size === 0 && Object.keys(matrix).every((key) => ownKeys.some((own) => own === key)))
    sink.valueError('invalid-value', ['matrix'], 'matrix: name at least one factor (sizeKb: [4, 64])')
  return factors
}

/** A factor may be no parameter yet, but not one that is nearly written like one. */
function checkKnown(factor: string, parameters: Parameters, sink: ErrorSink): void {
  const known = [...flatParameters(parameters).keys()]
  const near = factor.length < 4 ? undefined : nearest(factor, known, 1)
  if (known.includes(factor) || pathOf(parameters, factor) !== undefined || near === undefined) return
  const reason = `unknown parameter: ${factor} (did you mean ${near}?); if not, name it in parameters as well`
  sink.keyError('unknown-parameter', ['matrix', factor], reason)
}

/** What is wrong with a value of a factor, whose first value is given. */
function problemOf(value: Parameter, factor: string, first: Value | undefined, parameters: Parameters) {
  if (typeof value === 'object')
    return `matrix.${factor}: a value is a number, a word, true or false, not ${value === null ? 'nothing' : typeOf(value)}`
  if (first !== undefined && typeof first !== typeof value)
    return `matrix.${factor} has ${typeOf(first)} and ${typeOf(value)}: write all values as one or the other`
  if (pathOf(parameters, factor) === undefined) return undefined
  return typeErrors(parameters, nested(parameters, factor, value))[0]?.reason
}

function productOf(factors: Factors, sink: ErrorSink): readonly Values[] | undefined {
  const count = [...factors.values()].reduce((product, { length }) => product * length, 1)
  if (count > mostProducts) {
    const reason = `matrix has ${count} combinations (${sizes(factors)}): at most ${mostProducts} are possible before exclude, and ${mostCombinations} after it`
    sink.keyError('matrix', ['matrix'], reason)
    return undefined
  }
  return [...factors].reduce<readonly Values[]>(
    (before, [factor, values]) =>
      before.flatMap((one) => values.map((value) => new Map([...one, [factor, value]]))),
    [new Map()],
  )
}

function sizes(factors: Factors): string {
  return [...factors].map(([factor, { length }]) => `${length} ${factor}`).join(' x ')
}

function excluded(
  product: readonly Values[],
  matrix: Parameters,
  factors: Factors,
  sink: ErrorSink,
): readonly Values[] {
  let left = product
  for (const [index, entry] of entriesOf('exclude', matrix, sink)) {
    const at = ['matrix', 'exclude', index]
    const wanted = Object.entries(entry)
    let isValid = wanted.length > 0
    if (!isValid) sink.valueError('matrix', at, 'exclude: name at least one factor and its value')
    for (const [factor, value] of wanted) {
      const values = factors.get(factor)
      if (values === undefined)
        sink.keyError(
          'matrix',
          [...at, factor],
          `exclude: no factor of the matrix: ${factor}${hint(factor, factors.keys())}`,
        )
      else if (!values.includes(value as Value))
        sink.valueError(
          'matrix',
          [...at, factor],
          `exclude: ${factor} has no value ${JSON.stringify(value)}${hint(String(value), values.map(String))}`,
        )
      else continue
      isValid = false
    }
    if (!isValid) continue
    const rest = left.filter((one) => !wanted.every(([factor, value]) => one.get(factor) === value))
    if (rest.length === left.length)
      sink.valueError('matrix', at, `exclude: ${textOf(wanted)} is excluded by an entry above`)
    left = rest
  }
  return left
}

interface Added {
  readonly changes: Parameters
  readonly entries: readonly KeyPath[]
}

function included(
  left: readonly Values[],
  matrix: Parameters,
  { factors, parameters, sink }: { factors: Factors; parameters: Parameters; sink: ErrorSink },
): { readonly added: ReadonlyMap<Values, Added>; readonly others: readonly Chosen[] } {
  const added = new Map<Values, Added>()
  const others: Chosen[] = []
  for (const [index, entry] of entriesOf('include', matrix, sink)) {
    const at = ['matrix', 'include', index]
    const all = Object.entries(entry)
    const own = all.filter(([key]) => factors.has(key))
    const keys = all.filter(([key]) => patternKeys.some((one) => one === key))
    const more = all.filter((one) => !own.includes(one) && !keys.includes(one))
    const changes = more.reduce(
      (merged, [name, value]) => mergeParameters(merged, nested(parameters, name, value)),
      {} as Parameters,
    )
    const problems = [
      ...own.flatMap(([factor, value]) => {
        const reason = problemOf(value, factor, factors.get(factor)?.[0], parameters)
        return reason === undefined ? [] : [{ path: [factor], ruleId: 'invalid-value', reason }]
      }),
      ...typeErrors(parameters, changes).map((one) => ({
        ...one,
        // As written: flat or nested.
        path: Object.hasOwn(entry, one.path[0] ?? '') ? one.path : [one.path.join('.')],
      })),
    ]
    for (const { path, ruleId, reason } of problems)
      (ruleId === 'unknown-parameter' ? sink.keyError : sink.valueError)(
        ruleId,
        [...at, ...path],
        `include: ${reason}`,
      )
    if (problems.length > 0) continue
    const add = (values: Values) => {
      const before = added.get(values) ?? { changes: {}, entries: [] }
      added.set(values, {
        changes: mergeParameters(before.changes, changes),
        entries: keys.length > 0 ? [...before.entries, at] : before.entries,
      })
    }
    const fitting = left.filter((one) => own.every(([factor, value]) => one.get(factor) === value))
    if (fitting.length > 0) {
      if (more.length === 0 && keys.length === 0)
        sink.valueError(
          'matrix',
          at,
          `include: ${textOf(own)} is in the matrix already, and nothing is added to it`,
        )
      else if (fitting.length > 1 && Object.hasOwn(entry, 'label'))
        sink.valueError(
          'matrix',
          [...at, 'label'],
          `include: ${fitting.length} combinations would have the same label`,
        )
      else for (const one of fitting) add(one)
      continue
    }
    const missing = [...factors.keys()].filter((factor) => !Object.hasOwn(entry, factor))
    const values: Values = new Map([...factors.keys()].map((factor) => [factor, entry[factor] as Value]))
    if (missing.length > 0) {
      const reason = `include: no combination has ${textOf(own)}; one more also names ${missing.join(' and ')}`
      sink.valueError('matrix', at, reason)
    } else if (others.some((one) => textOf([...one.values]) === textOf([...values])))
      sink.valueError('matrix', at, `include: ${textOf([...values])} is there twice`)
    else {
      others.push({ values, at })
      add(values)
    }
  }
  return { added, others }
}

/** The entries of a list of mappings, with their indices. */
function entriesOf(key: 'exclude' | 'include', matrix: Parameters, sink: ErrorSink) {
  const list = Object.hasOwn(matrix, key) ? matrix[key] : []
  if (!Array.isArray(list)) {
    sink.valueError(
      'invalid-value',
      ['matrix', key],
      `matrix.${key}: write a list of mappings ([{sizeKb: 64}])`,
    )
    return []
  }
  return (list as readonly Parameter[]).flatMap(
    (entry, index): readonly (readonly [number, Parameters])[] => {
      if (isMapping(entry)) return [[index, entry]]
      sink.valueError(
        'invalid-value',
        ['matrix', key, index],
        `matrix.${key}: an entry is a mapping ({sizeKb: 64})`,
      )
      return []
    },
  )
}

function textOf(entries: readonly (readonly [string, unknown])[]): string {
  return entries.map(([factor, value]) => `${factor} ${String(value)}`).join(', ')
}

/** Returns changes that set one parameter, which the baseline may have below others: `domu.vcpus`. */
function nested(parameters: Parameters, name: string, value: Parameter): Parameters {
  const path = pathOf(parameters, name) ?? name.split('.')
  return path.reduceRight<Parameter>((below, key) => ({ [key]: below }), value) as Parameters
}

function baselineOf(parameters: Parameters, factor: string): Parameter | undefined {
  const path = pathOf(parameters, factor)
  return path?.reduce<Parameter | undefined>(
    (value, key) => (isMapping(value) ? value[key] : undefined),
    parameters,
  )
}

/**
 * The name of a combination: its factors and values in alphabetical order, but for those that are as in the
 * baseline. So a name stays the same when factors or values change places, when values are added, and when a
 * parameter of the baseline becomes a factor.
 */
function nameOf(values: readonly (readonly [string, Value])[]): string {
  const parts = values.map(([factor, value]) => `${wordOf(factor)}-${wordOf(value)}`).sort()
  if (parts.length === 0) return baselineName
  const name = parts.join('.')
  if (Buffer.byteLength(name) <= longestName) return name
  return `${cut(name, longestName - 9)}-${sha256(name).slice(0, 8)}`
}

const longestName = 100
const longestWord = 24

/**
 * A value as part of a name. A blank becomes a hyphen; words with other signs, or long ones, are shortened and get
 * the start of their digest, so that two values hardly ever have the same word. Where they have, it is an error.
 */
function wordOf(given: Value): string {
  if (typeof given !== 'string') return String(given).replace('+', '')
  const value = given.replace(/(?<=\S) (?=\S)/g, '-')
  const isPlain = /^[\p{L}\d_](?:[\p{L}\p{M}\d_.-]*[\p{L}\p{M}\d_-])?$/u.test(value) && !value.includes('..')
  if (isPlain && value === value.normalize('NFC') && Buffer.byteLength(value) <= longestWord) return value
  const plain = value
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\d_]+/gu, '-')
    .replace(/^[-\p{M}]+|-+$/gu, '')
  return [cut(plain, 16).replace(/-+$/, ''), sha256(given).slice(0, 6)]
    .filter((part) => part !== '')
    .join('-')
}

/** The start of a text, whole characters of at most so many bytes. */
function cut(text: string, bytes: number): string {
  let short = ''
  for (const character of text) {
    if (Buffer.byteLength(short + character) > bytes) break
    short += character
  }
  return short.replace(/[.]+$/, '')
}

const placeholder = /\{([^{}]+)\}/g

/** Words for each combination, with `{factor}` for its value. */
function templateOf(matrix: Parameters, factors: Factors, sink: ErrorSink): string | undefined {
  const template = Object.hasOwn(matrix, 'label') ? matrix.label : undefined
  const at = ['matrix', 'label']
  if (template === undefined) return undefined
  if (typeof template !== 'string') {
    sink.valueError(
      'invalid-value',
      at,
      "matrix.label: write words, with {sizeKb} for a value ('{sizeKb} kB')",
    )
    return undefined
  }
  const named = [...template.matchAll(placeholder)].map(([, factor = '']) => factor)
  for (const factor of named)
    if (!factors.has(factor))
      sink.valueError(
        'matrix',
        at,
        `label: no factor of the matrix: ${factor}${hint(factor, factors.keys())}`,
      )
  const without = [...factors].filter(([factor, values]) => values.length > 1 && !named.includes(factor))
  for (const [factor] of without)
    sink.valueError(
      'matrix',
      at,
      `label: combinations that differ in ${factor} would look the same: write {${factor}}`,
    )
  return template
}

function labelOf(values: Values, template: string | undefined): string {
  if (template === undefined) return textOf([...values])
  return template.replace(placeholder, (whole, factor: string) => String(values.get(factor) ?? whole))
}
