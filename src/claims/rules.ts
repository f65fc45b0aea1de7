/** Makes artificial rows meet the invariants of their experiment, which hold for all real ones. */

import { notFinite, QueryError } from '../query/error.ts'
import type { Expression } from '../query/expression.ts'
import { interpret } from '../query/interpret.ts'
import { type Invariant, measuresIn } from '../query/invariant.ts'
import { canonical } from '../query/series.ts'
import type { Column, Row, Run } from '../results/run.ts'

/** An invariant over rows of one cell. */
export interface Rule {
  /** Whether it speaks of rows with these factors, and these measures. */
  readonly binds: (factors: Readonly<Record<string, string>>, measures: readonly string[]) => boolean
  readonly sign: Invariant['sign']
  readonly measures: readonly string[]
  /** Left side minus right side, in one unit. */
  readonly difference: (row: Row) => number
}

/** Measures without a column are in one unit. */
export function rulesOf(
  invariants: readonly Invariant[],
  { columns, clockHz }: { readonly columns: readonly Column[]; readonly clockHz?: number },
): readonly Rule[] {
  const scales = new Map(
    columns.flatMap((column) =>
      column.role === 'measure' ? [[column.name, scaleOf(column, clockHz)] as const] : [],
    ),
  )
  return invariants.map((invariant) => {
    const { where, left, right, sign } = invariant
    const measures = measuresIn(invariant)
    const [one, other] = [compiled(left, scales), compiled(right, scales)]
    return {
      binds: (factors, present) =>
        measures.every((name) => present.includes(name)) &&
        Object.entries(where).every(([name, values]) =>
          // Without a record, factors have no names.
          name in factors
            ? values.includes(String(factors[name]))
            : Object.values(factors).some((one) => values.includes(one)),
        ),
      sign,
      measures,
      difference: (row) => one(row) - other(row),
    }
  })
}

/** What `interpret` says of a row, some ten times as fast: a search asks this a million times. */
function compiled(ast: Expression, scales: ReadonlyMap<string, number>): (row: Row) => number {
  switch (ast.type) {
    case 'number':
      return () => ast.value
    case 'path': {
      const name = ast.parts.join('.')
      const scale = scales.get(name) ?? 1
      return (row) => Number(row[name]) * scale
    }
    case 'negation': {
      const argument = compiled(ast.argument, scales)
      return (row) => -argument(row)
    }
    case 'operation': {
      const [left, right] = [compiled(ast.left, scales), compiled(ast.right, scales)]
      switch (ast.operator) {
        case '+':
          return (row) => left(row) + right(row)
        case '-':
          return (row) => left(row) - right(row)
        case '*':
          return (row) => left(row) * right(row)
        case '/':
          return (row) => finite(left(row) / right(row))
      }
    }
  }
  return (row) =>
    interpret(ast, ({ parts }) => {
      const name = parts.join('.')
      const value = Number(row[name]) * (scales.get(name) ?? 1)
      return { readings: [{ value, unit: '', sources: [] }] }
    }).value
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new QueryError(notFinite)
  return value
}

function scaleOf(column: Column, clockHz: number | undefined): number {
  const clock = clockHz === undefined ? {} : { clockHz }
  return canonical({ experiment: '', environment: '', pattern: '', ...clock } as Run, column).scale
}

/** Rules may bind each other's measures. */
const mostPasses = 8

/**
 * Changes measures of a row until it meets all rules; undefined if that does not succeed. None becomes
 * negative but those that are `signed`.
 */
export function satisfied(row: Row, rules: readonly Rule[], signed: ReadonlySet<string>): Row | undefined {
  let changed = row
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const broken = rules.filter((rule) => !isMet(rule, changed))
    if (broken.length === 0) return changed
    for (const rule of broken) changed = metBy(rule, changed, signed) ?? changed
  }
  return undefined
}

function isMet({ sign, measures, difference }: Rule, row: Row): boolean {
  const size = measures.reduce((sum, name) => sum + Math.abs(Number(row[name])), 0)
  const [away, slack] = [difference(row), 1e-9 * size]
  switch (sign) {
    case '=':
      return Math.abs(away) <= slack
    case '<=':
      return away <= slack
    case '>=':
      return away >= -slack
    case '<':
      return away < 0
    case '>':
      return away > 0
  }
}

/** Changes one measure, the last that the rule names first: that is usually the total. */
function metBy(rule: Rule, row: Row, signed: ReadonlySet<string>): Row | undefined {
  const away = rule.difference(row)
  // An inequality is met as far on the other side as it was missed, or at its limit.
  const goals = rule.sign === '=' ? [0] : [-away, -1e-6 * away, 0]
  // One copy for all that is tried: rows are wide.
  const changed: Record<string, Row[string]> = { ...row }
  for (const goal of goals) {
    for (const name of rule.measures.toReversed()) {
      const value = Number(row[name])
      const step = Math.abs(value) || 1
      changed[name] = value + step
      const found = value + (goal - away) / ((rule.difference(changed) - away) / step)
      changed[name] = found
      const isPossible = Number.isFinite(found) && (found >= 0 || signed.has(name))
      if (isPossible && isMet(rule, changed)) return changed
      changed[name] = row[name] as Row[string]
    }
  }
  return undefined
}
