/**
 * The unit in which a time is shown where none is asked for: that of its column, if its author gave one. What clocks
 * count, ticks and nanoseconds, is shown in microseconds, unless it is data that somebody else wrote in nanoseconds.
 */

import type { Run } from '../results/run.ts'
import { type Expression, references } from './expression.ts'
import { pathsToRuns, probesOf, type Results } from './query.ts'
import { microseconds } from './units.ts'

/** Returns the unit of a measure: `ms`, `s`, of data `ns`, too; else `us`. */
export function givenUnit({ columns, origin }: Pick<Run, 'columns' | 'origin'>, measure: string): string {
  const { unit = '' } = columns.find(({ name, role }) => name === measure && role === 'measure') ?? {}
  if (microseconds(unit) === undefined) return 'us'
  return unit === 'ns' && origin !== 'data' ? 'us' : unit
}

/** Returns the one unit of measures in runs; `us` if they have several. */
export function commonGivenUnit(runs: readonly Run[], measures: readonly string[]): string {
  const units = new Set(runs.flatMap((run) => measures.map((measure) => givenUnit(run, measure))))
  const [unit = 'us'] = units
  return units.size === 1 ? unit : 'us'
}

/**
 * Returns the unit for an expression that is a time: that of all measures that it reads; `us` if they have several, or
 * a plain number is added to one of them, which counts as microseconds.
 */
export function unitToShow(ast: Expression, results: Results): string {
  if (addsNumber(ast)) return 'us'
  const units = new Set(
    pathsToRuns(ast).flatMap((path) =>
      probesOf(path, results).probes.flatMap(({ run, read }) => {
        const { measure } = read([])
        return measure === undefined ? [] : [givenUnit(run, measure)]
      }),
    ),
  )
  const [unit = 'us'] = units
  return units.size === 1 ? unit : 'us'
}

/** Whether a plain number is added to something, or is one of those that a function takes. */
function addsNumber(ast: Expression): boolean {
  switch (ast.type) {
    case 'number':
    case 'text':
    case 'path':
      return false
    case 'negation':
      return addsNumber(ast.argument)
    case 'operation': {
      const parts = [ast.left, ast.right]
      const isSum = ast.operator === '+' || ast.operator === '-'
      return parts.some((part) => (isSum && isNumber(part)) || addsNumber(part))
    }
    case 'call':
      return ast.arguments.some((part) => isNumber(part) || addsNumber(part))
  }
}

function isNumber(ast: Expression): boolean {
  return references(ast).length === 0
}
