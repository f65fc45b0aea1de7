/** Parameters of an experiment: a baseline, and patterns that change some of it. */

import { hint } from '../text/spelling.ts'

export type Parameter = string | number | boolean | null | readonly Parameter[] | Parameters
export interface Parameters {
  readonly [name: string]: Parameter
}

/**
 * Merges `changes` into `baseline` recursively. Mappings are merged, everything else (lists too) is replaced.
 * Keys keep the baseline's order, new ones follow. Neither argument is modified.
 */
export function mergeParameters(baseline: Parameters, changes: Parameters): Parameters {
  const merged: Record<string, Parameter> = { ...baseline }
  for (const [name, change] of Object.entries(changes)) {
    const before = Object.hasOwn(baseline, name) ? baseline[name] : undefined
    merged[name] = isMapping(before) && isMapping(change) ? mergeParameters(before, change) : change
  }
  return merged
}

export function isMapping(value: Parameter | undefined): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A type error: a change that does not fit the baseline. */
export interface TypeProblem {
  readonly path: readonly string[]
  readonly ruleId: 'unknown-parameter' | 'parameter-type'
  readonly reason: string
}

/**
 * Returns the type errors in `changes`: parameters that the baseline lacks, or values of another type. Null
 * in the baseline (not set) admits any scalar.
 */
export function typeErrors(
  baseline: Parameters,
  changes: Parameters,
  above: readonly string[] = [],
): readonly TypeProblem[] {
  return Object.entries(changes).flatMap(([name, change]): readonly TypeProblem[] => {
    const path = [...above, name]
    const words = path.join('.')
    if (!Object.hasOwn(baseline, name)) {
      const reason =
        `unknown parameter: ${words}${hint(name, Object.keys(baseline))}; ` + 'name it in parameters first'
      return [{ path, ruleId: 'unknown-parameter', reason }]
    }
    const before = baseline[name] as Parameter
    if (isMapping(before) && isMapping(change)) return typeErrors(before, change, path)
    const [expected, found] = [typeOf(before), typeOf(change)]
    if (expected === found || (expected === 'null' && found !== 'a list' && found !== 'a mapping')) return []
    const reason = `${words} is ${expected} in parameters, here ${found}: ${JSON.stringify(change)}`
    return [{ path, ruleId: 'parameter-type', reason }]
  })
}

const typeNames = new Map([
  ['string', 'a word'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
])

/** Names a value's type in messages. */
export function typeOf(value: Parameter): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : (typeNames.get(typeof value) ?? 'a mapping')
}

/** A parameter as one value of a column. */
export type FlatValue = string | number | null

/**
 * Returns parameters by flat names: `{domu: {vcpus: 2}}` is `domu.vcpus`: 2. Truth values are the words `true`
 * and `false`, lists are written as JSON, and empty mappings left out.
 */
export function flatParameters(parameters: Parameters): ReadonlyMap<string, FlatValue> {
  const found = new Map<string, FlatValue>()
  const visit = (values: Parameters, above: string) => {
    for (const [name, value] of Object.entries(values)) {
      const path = `${above}${name}`
      if (isMapping(value)) visit(value, `${path}.`)
      else if (!found.has(path)) found.set(path, flatValue(value))
    }
  }
  visit(parameters, '')
  return found
}

function flatValue(value: Exclude<Parameter, Parameters>): FlatValue {
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

/** The keys that lead to a parameter of a flat name; undefined if the parameters have none of it. */
export function pathOf(parameters: Parameters, flat: string): readonly string[] | undefined {
  if (Object.hasOwn(parameters, flat)) return [flat]
  for (let dot = flat.indexOf('.'); dot > 0; dot = flat.indexOf('.', dot + 1)) {
    const name = flat.slice(0, dot)
    const below = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    const rest = isMapping(below) ? pathOf(below, flat.slice(dot + 1)) : undefined
    if (rest !== undefined) return [name, ...rest]
  }
  return undefined
}
