/** Scripts in the document: modules that run once a trial and export `rows`. */

import type { Column, Row } from '../results/run.ts'
import { ExperimentError } from './cell.ts'

/** The block's code as a module whose line numbers are the document's, so that errors need no map. */
export function inlineModule(source: string, firstLine: number): string {
  return `${'\n'.repeat(firstLine - 1)}${source}\n`
}

/** Rows of a module's trial. Throws an ExperimentError unless it exports a list of plain records. */
export function rowsOf(module: Readonly<Record<string, unknown>>): readonly Row[] {
  const { rows } = module
  const records = Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null)
  if (!records || rows.length === 0)
    throw new ExperimentError('an inline script exports its observations: export const rows = [{ name: 1 }]')
  return rows as readonly Row[]
}

// A measure's unit is the suffix of its name, as in elapsedNs.
const units: readonly (readonly [RegExp, string])[] = [
  [/Ns$/, 'ns'],
  [/Us$/, 'us'],
  [/Ms$/, 'ms'],
  [/Seconds$/, 's'],
  [/Bytes$/, 'B'],
]

/** Columns by what is in the rows: `trial` is the index, numbers are measures, strings factors. */
export function columnsOf(rows: readonly Row[]): readonly Column[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return names.map((name): Column => {
    if (name === 'trial') return { name, role: 'index' }
    if (rows.some((row) => typeof row[name] === 'string')) return { name, role: 'factor' }
    const unit = units.find(([suffix]) => suffix.test(name))?.[1]
    return { name, role: 'measure', ...(unit === undefined ? {} : { unit }) }
  })
}
