/** Verdicts: whether a cell's result is there, and in words why not. Pure. */

import type { Parameter, Parameters } from '../document/block.ts'
import { isMapping } from '../document/parameters.ts'
import type { Inputs, Run } from '../results/run.ts'

export type Verdict =
  | { readonly type: 'recorded'; readonly run: Run }
  | { readonly type: 'cached'; readonly run: Run }
  /** There is a recorded run, but made from something else. */
  | { readonly type: 'stale'; readonly run: Run; readonly reason: string }
  | { readonly type: 'missing'; readonly reason: string }

/** What a cell asks for. */
export interface Wanted {
  readonly inputs: Inputs
  readonly parameters: Parameters
  /** Keys of runs that answer it. */
  readonly keys: readonly string[]
}

/** A recorded run that fits wins over a cached one: it is what others see. */
export function verdictOf(wanted: Wanted, recorded: Run | undefined, cached: Run | undefined): Verdict {
  if (recorded && wanted.keys.includes(recorded.key)) return { type: 'recorded', run: recorded }
  if (cached) return { type: 'cached', run: cached }
  if (recorded) return { type: 'stale', run: recorded, reason: changes(wanted, recorded).join(', ') }
  return { type: 'missing', reason: 'never run' }
}

/** What is different from when the run was made: `trials 20 -> 50`, `script changed`. */
function changes({ inputs, parameters }: Wanted, run: Run): readonly string[] {
  const found = [
    ...(run.trials === inputs.trials ? [] : [`trials ${run.trials} -> ${inputs.trials}`]),
    ...(run.seed === inputs.seed ? [] : [`seed ${run.seed} -> ${inputs.seed}`]),
    ...parameterChanges(run.parameters, parameters),
  ]
  const parts: readonly (readonly [keyof Inputs, string])[] = [
    ['script', 'script changed'],
    ['board', 'board programs changed'],
    ['environment', 'environment redefined'],
    ['packages', 'packages changed'],
  ]
  for (const [part, words] of parts) {
    if (run.inputs && run.inputs[part] !== inputs[part]) found.push(words)
  }
  return found.length > 0 ? found : ['made by another version of repro']
}

/** `dom0.cpuLoad 0 -> 4`. */
function parameterChanges(before: Parameters, now: Parameters, path = ''): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().flatMap((name) => {
    const [old, young] = [before[name], now[name]]
    if (isMapping(old) && isMapping(young)) return parameterChanges(old, young, `${path}${name}.`)
    const same = JSON.stringify(old) === JSON.stringify(young)
    return same ? [] : [`${path}${name} ${shown(old)} -> ${shown(young)}`]
  })
}

function shown(value: Parameter | undefined): string {
  if (value === undefined) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
