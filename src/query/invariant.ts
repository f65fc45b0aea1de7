/**
 * Invariants: what every row of an experiment must satisfy, as its block says:
 * `xl-to-xen + xen-to-vcpu-stop = total`. Both sides are expressions over measures of one row. In their names hyphens are part of the name;
 * a minus has blanks around it.
 */

import { excludedColumn, type Row, type Run, runName } from '../results/run.ts'
import { hint } from '../text/spelling.ts'
import { QueryError } from './error.ts'
import { type Expression, parseColumns, references } from './expression.ts'
import { interpret } from './interpret.ts'
import type { Quantity } from './quantity.ts'
import { canonical, columnOf } from './series.ts'
import { ExpressionError } from './syntax.ts'
import { symbol, unitName } from './units.ts'

export const signs = ['<=', '>=', '=', '<', '>'] as const

export interface Equation {
  /** As written. */
  readonly text: string
  readonly left: Expression
  readonly sign: (typeof signs)[number]
  readonly right: Expression
}

export interface Invariant extends Equation {
  /** Factor -> the values of which a row must have one. Rows that are excluded need not satisfy it. */
  readonly where: Readonly<Record<string, readonly string[]>>
  /** In the unit of its measures; 0 is exact but for the rounding of binary fractions. */
  readonly tolerance: number
}

/** Parses an equation or inequality. Throws an ExpressionError with the offset in the text. */
export function parseEquation(text: string): Equation {
  const unquoted = text.replace(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g, (quoted) => ' '.repeat(quoted.length))
  const [found, second] = unquoted.matchAll(/[<>]=?|=+/g)
  const sign = signs.find((known) => known === found?.[0])
  if (found === undefined || sign === undefined || second !== undefined) {
    const reason = `an invariant compares two sides once, with one of ${signs.join(' ')}: a + b = total`
    throw new ExpressionError('invariant', second?.index ?? found?.index ?? 0, reason)
  }
  const side = (from: number, to: number) => {
    try {
      return parseColumns(text.slice(from, to))
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      throw new ExpressionError(error.ruleId, from + error.offset, error.message)
    }
  }
  const sides = { left: side(0, found.index), right: side(found.index + sign.length, text.length) }
  if (measuresIn(sides).length === 0)
    throw new ExpressionError('invariant', 0, `an invariant names measures, and ${text} has none`)
  return { text, sign, ...sides }
}

/** Returns the measures that an invariant names, in order. */
export function measuresIn({ left, right }: Pick<Equation, 'left' | 'right'>): readonly string[] {
  return [...new Set([left, right].flatMap(references).map(({ parts }) => parts.join('.')))]
}

/**
 * Describes the first row of a run that violates an invariant, or why it cannot be checked; undefined if all
 * hold.
 */
export function violation(run: Run, invariants: readonly Invariant[] = []): string | undefined {
  for (const invariant of invariants) {
    const wrong = firstViolationKept(run, invariant)
    if (wrong !== undefined) return `${runName(run)} violates the invariant ${described(invariant)}: ${wrong}`
  }
  return undefined
}

/** By run and invariant: a live document asks again and again. Runs are not changed once read. */
const violations = new WeakMap<Run, Map<string, string | undefined>>()

function firstViolationKept(run: Run, invariant: Invariant): string | undefined {
  const { text, where, tolerance } = invariant
  const known = violations.get(run) ?? new Map<string, string | undefined>()
  violations.set(run, known)
  const name = JSON.stringify([text, where, tolerance])
  if (!known.has(name))
    known.set(
      name,
      explained(() => firstViolation(run, invariant)),
    )
  return known.get(name)
}

function described({ text, where }: Invariant): string {
  const words = Object.entries(where).map(([name, values]) => `${name} ${values.join(' or ')}`)
  return words.length === 0 ? text : `${text} (${words.join(', ')})`
}

function explained(look: () => string | undefined): string | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof QueryError) return error.message
    throw error
  }
}

function firstViolation(run: Run, invariant: Invariant): string | undefined {
  const { where, left, right, sign, tolerance } = invariant
  for (const name of Object.keys(where)) columnOf(run, name, ['factor'])
  for (const operation of where.operation ?? []) {
    const known = new Set(run.rows.map((row) => String(row.operation)))
    if (!known.has(operation)) return `no row of the operation ${operation}${hint(operation, known)}`
  }
  const columns = measuresIn(invariant).map((name) => columnOf(run, name, ['measure']))
  // A common unit is kept, so that ticks are compared as the whole numbers that they are.
  const isCommon = new Set(columns.map(({ unit }) => unit)).size === 1
  const measured = new Map(
    columns.map((column) => {
      const { scale, unit } = isCommon ? { scale: 1, unit: column.unit ?? '' } : canonical(run, column)
      return [column.name, { scale, unit }] as const
    }),
  )
  const selected = Object.entries(where)
  for (const [index, row] of run.rows.entries()) {
    if (row[excludedColumn] || !selected.every(([name, values]) => values.includes(String(row[name]))))
      continue
    const place = `line ${index + 2} of rows.csv${rowName(row)}`
    const absent = columns.find(({ name }) => typeof row[name] !== 'number')
    if (absent) return `${place} has no ${absent.name}`
    const side = (ast: Expression) =>
      interpret(ast, ({ parts }) => {
        const name = parts.join('.')
        const { scale = 1, unit = '' } = measured.get(name) ?? {}
        return {
          readings: [{ value: Number(row[name]) * scale, unit, sources: [{ type: 'run', run, n: 1 }] }],
        }
      })
    const [one, other] = [side(left), side(right)]
    if (one.unit !== other.unit && one.sources.length > 0 && other.sources.length > 0)
      return `units do not fit: ${unitName(one.unit)} ${sign} ${unitName(other.unit)}`
    if (!holds(one.value, sign, other.value, tolerance))
      return `in ${place} the left side is ${amount(one)}, the right side ${amount(other)}, and the difference ${amount({ ...one, value: one.value - other.value })}`
  }
  return undefined
}

/** ` (trial 3, pause)`. */
function rowName({ trial, operation }: Row): string {
  const names = [...(trial === undefined ? [] : [`trial ${trial}`]), ...(operation ? [operation] : [])]
  return names.length === 0 ? '' : ` (${names.join(', ')})`
}

/** Relative rounding error that sums of a few doubles stay below. */
const rounding = 1e-12

function holds(left: number, sign: Equation['sign'], right: number, tolerance: number): boolean {
  const slack = tolerance + rounding * Math.max(Math.abs(left), Math.abs(right))
  switch (sign) {
    case '=':
      return Math.abs(left - right) <= slack
    case '<=':
      return left <= right + slack
    case '>=':
      return left >= right - slack
    case '<':
      return left < right + tolerance
    case '>':
      return left > right - tolerance
  }
}

function amount({ value, unit }: Pick<Quantity, 'value' | 'unit'>): string {
  return `${Number(value.toPrecision(12))}${unit === '' ? '' : ` ${symbol(unit)}`}`
}
