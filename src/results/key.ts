/** Keys: digests of everything that determines a result. */

import { sha256 } from '../files/fingerprint.ts'
import { isMapping, type Parameter, type Parameters } from './parameters.ts'
import type { Inputs, Run } from './run.ts'

/** Incremented when this program measures or analyses differently; older runs are then stale. */
export const schema = 3

/**
 * Returns the key of a cell's run: the SHA-256 (hex) of its name (which also seeds its random numbers) and
 * its inputs. `version` is the schema of the program that made it.
 */
export function keyOf(
  { experiment, environment, pattern }: Pick<Run, 'experiment' | 'environment' | 'pattern'>,
  inputs: Inputs,
  version = schema,
): string {
  return digest({ schema: version, experiment, environment, pattern, inputs })
}

/** Returns the SHA-256 (hex) of a value, independent of the order of its keys. */
export function digest(value: unknown): string {
  return sha256(canonical(value))
}

/**
 * Flattens parameters: `{dom0: {cpuLoad: 4}}` -> `parameter dom0.cpuLoad`: 4. Injective: lists, empty
 * mappings, names with a dot and strings that could be mistaken for these are encoded as JSON.
 */
export function parameterInputs(parameters: Parameters, path = 'parameter '): Inputs {
  const entries = Object.entries(parameters).flatMap(([name, value]) => {
    const input = `${path}${segment(name)}`
    return isMapping(value) && Object.keys(value).length > 0
      ? Object.entries(parameterInputs(value, `${input}.`))
      : [[input, scalar(value)] as const]
  })
  return Object.fromEntries(entries)
}

function segment(name: string): string {
  return name === '' || name.includes('.') || name.startsWith('"') ? JSON.stringify(name) : name
}

function scalar(value: Parameter): string | number | boolean | null {
  if (typeof value === 'string') return looksEncoded.test(value) ? JSON.stringify(value) : value
  const text = canonical(value)
  return typeof value === 'object' && value !== null ? text : notJson.has(text) ? text : value
}

/** Numbers that JSON cannot represent; inputs must survive a round trip. */
const notJson = new Set(['-0', 'NaN', 'Infinity', '-Infinity'])
const looksEncoded = /^(?:["[{]|(?:-0|NaN|-?Infinity)$)/

/** Serializes as JSON with sorted keys; absent and undefined are the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  // A live document spends much of its time here: no more lists than one.
  let text = ''
  for (const key of Object.keys(value).sort()) {
    const part: unknown = (value as Record<string, unknown>)[key]
    if (part === undefined) continue
    text += `${text === '' ? '' : ','}${nameText(key)}:${canonical(part)}`
  }
  return `{${text}}`
}

/** A name as JSON; few are anything but plain. */
function nameText(name: string): string {
  return /^[\w .:/-]*$/.test(name) ? `"${name}"` : JSON.stringify(name)
}
