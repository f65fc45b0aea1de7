/** Keys: what decides a result, as one digest. */

import type { Parameter, Parameters } from '../document/block.ts'
import { isMapping } from '../document/parameters.ts'
import { sha256 } from '../results/files.ts'
import type { Inputs } from '../results/run.ts'
import type { CellName } from '../results/store.ts'

/** Raised when this program itself would measure or analyse differently: every older run is then stale. */
export const schema = 3

/** The key of a cell's run: SHA-256 (hex) over its name (from which its random numbers come, too) and its inputs. */
export function keyOf({ experiment, environment, pattern }: CellName, inputs: Inputs): string {
  return digest({ schema, experiment, environment, pattern, inputs })
}

/** SHA-256 (hex) of a value, whatever the order of its keys. */
export function digest(value: unknown): string {
  return sha256(canonical(value))
}

/** `{dom0: {cpuLoad: 4}}` as `parameter dom0.cpuLoad` -> 4. A list is one value. */
export function parameterInputs(parameters: Parameters, path = 'parameter '): Inputs {
  const entries = Object.entries(parameters).flatMap(([name, value]) =>
    isMapping(value)
      ? Object.entries(parameterInputs(value, `${path}${name}.`))
      : [[`${path}${name}`, scalar(value)] as const],
  )
  return Object.fromEntries(entries)
}

function scalar(value: Parameter): string | number | boolean | null {
  return typeof value === 'object' && value !== null ? canonical(value) : value
}

/** JSON with sorted keys; absent and undefined are the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join(',')}}`
}
