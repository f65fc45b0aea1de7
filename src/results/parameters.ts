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
