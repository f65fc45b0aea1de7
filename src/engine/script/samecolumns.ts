/** Rows whose columns nobody declared: a trial that lacks a column of the others has probably failed in silence. */

import { excludedColumn, type Row } from '../../results/run.ts'
import { spans } from '../../text/message.ts'
import { ExperimentError } from './cell.ts'

/**
 * Throws an ExperimentError that names column and trials if a trial has a column in none of its rows, and another has
 * it. No value, null or an empty field, is one. Trials with excluded rows only may lack all others. `what` names the
 * rows in messages.
 */
export function requireSameColumns(rows: readonly Row[], what: string): void {
  const columnsOf = new Map<Row[string] | undefined, Set<string>>()
  for (const row of rows) {
    if (row[excludedColumn]) continue
    const columns = columnsOf.get(row.trial) ?? new Set()
    columnsOf.set(row.trial, columns)
    for (const name of Object.keys(row)) columns.add(name)
  }
  const all = new Set([...columnsOf.values()].flatMap((columns) => [...columns]))
  for (const name of all) {
    if (name === excludedColumn) continue
    const without = [...columnsOf].flatMap(([trial, columns]) => (columns.has(name) ? [] : [Number(trial)]))
    if (without.length === 0) continue
    const [first] = [...columnsOf].find(([, columns]) => columns.has(name)) ?? []
    throw new ExperimentError(
      `trial ${spans(without)}: ${what} no column ${name}, which trial ${String(first)} has: ` +
        'give it in every trial, and no value where there is none (null, or an empty field)',
    )
  }
}
