/** Validates and copies the rows of a script before they are stored, so that they can be read back. */

import { inspect } from 'node:util'
import { drawnNames } from '../../results/columnnames.ts'
import type { Row } from '../../results/run.ts'
import { ExperimentError } from './cell.ts'

/** Columns so far -> place and type of the first value: a column holds either numbers or strings. */
export type Types = Map<string, { readonly type: 'number' | 'string'; readonly where: string } | undefined>

/**
 * Returns rows as plain records of finite numbers, strings and null. Throws an ExperimentError that names the
 * first invalid value and what is allowed. `where` names the rows in messages (`trial 3`).
 */
export function checkRows(given: unknown, where: string, types: Types = new Map()): readonly Row[] {
  if (!Array.isArray(given))
    throw new ExperimentError(`${where}: expected a list of rows, got ${describeValue(given)}`)
  const rows: Row[] = []
  for (let index = 0; index < given.length; index += 1) {
    rows.push(checkRow(given[index], `${where}, row ${index}`, types))
  }
  return rows
}

function checkRow(given: unknown, where: string, types: Types): Row {
  if (!isRecord(given))
    throw new ExperimentError(
      `${where} is ${describeValue(given)}: expected a record of values, such as { name: 1 }`,
    )
  const row: Record<string, string | number | null> = {}
  for (const name of Object.keys(given)) {
    if (!types.has(name)) {
      if (!isColumnName(name)) {
        const reason =
          name === '__proto__' ? 'every object of JavaScript has it' : 'use 1 to 200 printable signs'
        throw new ExperimentError(
          `${where}: ${describeValue(name)} cannot be the name of a column: ${reason}`,
        )
      }
      const drawn = drawnNames.get(name)
      if (drawn !== undefined)
        throw new ExperimentError(`${where}: column ${name}: ${drawn}; give it another name`)
      types.set(name, undefined)
    }
    const value = checkValue(given[name], name, where)
    row[name] = value
    if (value === null) continue
    const type = typeof value === 'number' ? 'number' : 'string'
    const known = types.get(name)
    if (known === undefined) types.set(name, { type, where })
    else if (known.type !== type)
      throw new ExperimentError(
        `${where}: ${name} is ${describeValue(value)}, but a ${known.type} in ${known.where}: ` +
          'a column has numbers or words throughout',
      )
  }
  return row
}

/** Whether a value has properties to read as a row: a Map or a promise has none. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.keys(value).length > 0
}

function checkValue(value: unknown, name: string, where: string): string | number | null {
  if (value === null) return null
  // CSV does not keep the sign of zero.
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value
  if (typeof value === 'string' && value.isWellFormed()) return value
  throw new ExperimentError(
    `${where}: ${name} is ${describeValue(value)}; a value is a finite number, words, ` +
      `or null for none${advice(value)}`,
  )
}

/** Whether a name is printable and not special to objects. */
export function isColumnName(name: string): boolean {
  return name !== '__proto__' && /^[^\p{Cc}\p{Cs}]{1,200}$/u.test(name)
}

function advice(value: unknown): string {
  if (typeof value === 'bigint') return ': convert it, Number(...)'
  if (typeof value === 'boolean') return ': write 1 or 0, or a word'
  if (value instanceof Date) return ': give its time, .getTime()'
  if (value instanceof Promise) return ': await it'
  return ''
}

const longest = 60

/** Formats any value for a message on one short line, without running its code. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'function':
      return 'a function'
    case 'symbol':
      return 'a symbol'
    case 'bigint':
      return `the BigInt ${cut(`${value}n`)}`
    case 'object':
      if (value instanceof Date) return 'a Date'
      if (value instanceof Promise) return 'a promise'
      break
  }
  try {
    const options = { depth: 0, breakLength: Infinity, maxStringLength: longest, maxArrayLength: 3 }
    return cut(inspect(value, { ...options, customInspect: false }).replace(/\s+/g, ' '))
  } catch {
    return `a value of type ${typeof value}`
  }
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
