/** Inline scripts: modules that run once per trial and export `rows`. */

import { timeUnitInName, unitInName } from '../../query/units.ts'
import type { Column, Row } from '../../results/run.ts'
import { ExperimentError } from './cell.ts'
import { describeValue } from './rows.ts'

/** Makes the block's code a module with the document's line numbers, so that errors need no source map. */
export function inlineModule(source: string, firstLine: number): string {
  return `${'\n'.repeat(firstLine - 1)}${source}\n`
}

/** Returns a trial's exported rows. Throws an ExperimentError unless they are a non-empty list. */
export function rowsOf(module: Readonly<Record<string, unknown>>): readonly unknown[] {
  const rows = Object.hasOwn(module, 'rows') ? module.rows : undefined
  if (Array.isArray(rows) && rows.length > 0) return rows
  const found = Object.hasOwn(module, 'rows') ? describeValue(rows) : 'no rows'
  throw new ExperimentError(
    `the script exports ${found}: an inline script exports its observations, ` +
      'export const rows = [{ name: 1 }]',
  )
}

/** Infers columns from rows: strings are factors, numbers measures, except for the indices `trial` and `index`. */
export function columnsOf(rows: readonly Row[]): readonly Column[] {
  const isFactor = new Map<string, boolean>()
  for (const row of rows) {
    for (const [name, value] of Object.entries(row))
      isFactor.set(name, isFactor.get(name) === true || typeof value === 'string')
  }
  return [...isFactor].map(([name, factor]): Column => {
    if (name === 'trial') return { name, role: 'index' }
    if (factor) return { name, role: 'factor' }
    if (name === 'index') return { name, role: 'index' }
    const unit = unitInName(name) ?? timeUnitInName(name) // as of data: elapsedNs, elapsed_ms
    return { name, role: 'measure', ...(unit === undefined ? {} : { unit }) }
  })
}
