/**
 * Parameters where results are read: as columns beside those of rows, and to pick patterns by them
 * (`sizeKb=64 & threads=2`). Runs are stored without such columns, as the parameters of a run stand in it once.
 */

import { type FlatValue, flatParameters, type Parameters } from '../results/parameters.ts'
import type { Column, Run } from '../results/run.ts'

/** A parameter as a column: numbers are measured against, words tell rows apart. */
export interface ParameterColumn {
  /** `domu.vcpus`, or `parameter.domu.vcpus` if the rows have a column of the first name. */
  readonly column: string
  readonly parameter: string
  readonly role: 'number' | 'factor'
}

const prefix = 'parameter.'

/**
 * Returns the columns of all parameters that a pattern has. Their names are flat, and differ from those that are
 * `taken`: what a script returned keeps its name.
 */
export function parameterColumns(
  patterns: Iterable<{ readonly parameters?: Parameters | undefined }>,
  taken: Iterable<string>,
): readonly ParameterColumn[] {
  const roles = new Map<string, ParameterColumn['role']>()
  for (const { parameters = {} } of patterns) {
    for (const [name, value] of flatParameters(parameters)) {
      const isNumber = typeof value === 'number' || value === null
      roles.set(name, isNumber && roles.get(name) !== 'factor' ? 'number' : 'factor')
    }
  }
  const names = new Set(taken)
  return [...roles].map(([parameter, role]) => {
    const column = names.has(parameter) ? `${prefix}${parameter}` : parameter
    return { column, parameter, role }
  })
}

/** Returns the value of a parameter in a run; null if it has none. */
export function parameterOf(
  { parameters }: Pick<Run, 'parameters'>,
  { parameter, role }: ParameterColumn,
): FlatValue {
  const value = flatOf(parameters).get(parameter) ?? null
  return role === 'factor' && value !== null ? String(value) : value
}

/** Finds the parameter that a name means in a run, whose own columns come first; undefined if none does. */
export function parameterNamed(
  name: string,
  { columns, parameters }: { readonly columns: readonly Column[]; readonly parameters: Parameters },
): ParameterColumn | undefined {
  if (columns.some((column) => column.name === name)) return undefined
  const known = flatOf(parameters)
  const parameter = known.has(name) ? name : name.startsWith(prefix) ? name.slice(prefix.length) : undefined
  if (parameter === undefined || !known.has(parameter)) return undefined
  const role = typeof known.get(parameter) === 'number' ? 'number' : 'factor'
  return { column: name, parameter, role }
}

const flat = new WeakMap<Parameters, ReadonlyMap<string, FlatValue>>()

/** Asked for each row and path, and there are few different ones. */
function flatOf(parameters: Parameters): ReadonlyMap<string, FlatValue> {
  const known = flat.get(parameters) ?? flatParameters(parameters)
  flat.set(parameters, known)
  return known
}

/** A parameter, and the value that a pattern must have. */
export interface Condition {
  readonly parameter: string
  readonly value: string
  /** Offset of the condition in its text. */
  readonly at: number
}

/** Reads `sizeKb=64 & threads=2`; undefined for a word without an equals sign, which is a name. */
export function conditionsIn(word: string): readonly Condition[] | undefined {
  if (!word.includes('=')) return undefined
  return [...word.matchAll(/[^&]+/g)].map(({ 0: text, index }) => {
    const [parameter = '', ...value] = text.split('=')
    return {
      parameter: parameter.trim(),
      value: value.join('=').trim(),
      at: index + (text.length - text.trimStart().length),
    }
  })
}

/** Whether parameters have all these values. Numbers are equal however they are written. */
export function fits(conditions: readonly Condition[], parameters: Parameters): boolean {
  const known = flatOf(parameters)
  return conditions.every(({ parameter, value }) => {
    const own = known.get(parameter)
    if (own === undefined) return false
    return typeof own === 'number' ? value !== '' && Number(value) === own : String(own) === value
  })
}

/** What is wrong with conditions that no pattern fits. */
export function misfit(
  conditions: readonly Condition[],
  patterns: Iterable<Parameters>,
):
  | { readonly what: string; readonly name: string; readonly at: number; readonly known: readonly string[] }
  | undefined {
  const all = [...patterns].map(flatOf)
  for (const { parameter, value, at } of conditions) {
    const names = [...new Set(all.flatMap((one) => [...one.keys()]))]
    if (!names.includes(parameter)) return { what: 'parameter', name: parameter, at, known: names }
    const values = [...new Set(all.flatMap((one) => String(one.get(parameter) ?? 'null')))]
    if (!all.some((one) => fits([{ parameter, value, at }], Object.fromEntries(one))))
      return { what: `value of ${parameter}`, name: value, at, known: values }
  }
  return undefined
}
