/** Decides whether a claim is about shape: it then also holds on a board that is uniformly twice as slow. */

import type { Expression } from '../query/expression.ts'
import { evaluate, type Results } from '../query/query.ts'
import { microseconds, root } from '../query/units.ts'
import type { Run } from '../results/run.ts'
import { runsOf } from './resample.ts'

/** Powers of two, to avoid rounding; far apart, so that any constant shows. */
const factors = [2 ** 20, 2 ** -20]

/**
 * Whether the value scales with all times as its unit implies: times proportionally, ratios not at all.
 * Adding or comparing a time with a literal breaks this. Throws a QueryError if the expression cannot be
 * evaluated.
 */
export function isScaleFree(ast: Expression, results: Results): boolean {
  const { value, unit } = evaluate({ ast }, results)
  const power = microseconds(unit) !== undefined ? 1 : microseconds(root(unit) ?? '') !== undefined ? 2 : 0
  const read = new Set(runsOf(ast, results))
  return factors.every((factor) => {
    const runs = results.runs.map((run) => (read.has(run) ? slower(run, factor) : run))
    const scaled = evaluate({ ast }, { ...results, runs }).value
    return Math.abs(scaled - value * factor ** power) <= 1e-9 * Math.abs(value * factor ** power)
  })
}

function slower(run: Run, factor: number): Run {
  const times = run.columns.filter(
    ({ role, unit = '' }) => role === 'measure' && (unit === 'ticks' || microseconds(unit) !== undefined),
  )
  const rows = run.rows.map((row) => ({
    ...row,
    ...Object.fromEntries(
      times.map(({ name }) => {
        const value = row[name]
        return [name, typeof value === 'number' ? value * factor : (value ?? null)]
      }),
    ),
  }))
  return { ...run, rows }
}
