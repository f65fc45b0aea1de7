/** A claim: a sentence of the paper, and what the results must be for it to hold. */

import {
  type Expression,
  type ParsedExpression,
  type Path,
  readsPublished,
  references,
} from '../query/expression.ts'

/**
 * What a claim speaks of. `shape`: proportions and order, which may hold on any board. `absolute`: times of the machine that they were
 * published for. `method`: how something was measured, wherever that is done.
 */
export type Scope = 'shape' | 'absolute' | 'method'

/** Numbers are in the expression's canonical unit: microseconds for every time, no unit for a ratio. */
export type Test =
  /** The value is the published one (a number, or read from published tables), give or take `tolerance` in its unit. */
  | {
      readonly type: 'absolute'
      readonly expression: Expression
      readonly published: Expression
      readonly tolerance: number
    }
  /** The same, `tolerance` being a share of the published value. */
  | {
      readonly type: 'relative'
      readonly expression: Expression
      readonly published: Expression
      readonly tolerance: number
    }
  /** The value lies between both, ends included; an end may be infinite. */
  | {
      readonly type: 'interval'
      readonly expression: Expression
      readonly low: number
      readonly high: number
    }
  /** Each value is larger than the one before it. */
  | { readonly type: 'ordering'; readonly expressions: readonly Expression[] }
  /**
   * Typical values rise or fall from one series to the other by more than `tolerance`, a share of the median of `from`; or they
   * stay within it. The paths end in a measure, without a statistic.
   */
  | {
      readonly type: 'direction'
      readonly from: Path
      readonly to: Path
      readonly direction: 'up' | 'down' | 'same'
      readonly tolerance: number
    }
  /** All of these hold. */
  | { readonly type: 'all'; readonly tests: readonly Test[] }

export interface Claim {
  readonly id: string
  readonly statement: string
  readonly scope: Scope
  readonly test: Test
  /** What was published: a number in the canonical unit of its value, words, or what to read from published tables. */
  readonly published?: number | string | readonly ParsedExpression[]
  /** Of an `absolute` claim: the published machine, item -> value, as runs capture it ({hypervisor: 'Xen 4.13'}). */
  readonly machine?: Readonly<Record<string, string>>
  /** Why it is left out, if it is. */
  readonly skip?: string
}

/** A comparison (`a < b`) as the test that its sides are in this order; undefined for any other expression. */
export function orderingOf(expression: Expression): Test | undefined {
  if (expression.type !== 'operation') return undefined
  const { operator, left, right } = expression
  switch (operator) {
    case '<':
    case '<=':
      return { type: 'ordering', expressions: [left, right] }
    case '>':
    case '>=':
      return { type: 'ordering', expressions: [right, left] }
    case '+':
    case '-':
    case '*':
    case '/':
    case '==':
    case '===':
    case '!=':
    case '!==':
      return undefined
  }
}

/** The expressions and paths that a test measures. */
export function expressionsOf(test: Test): readonly Expression[] {
  switch (test.type) {
    case 'absolute':
    case 'relative':
    case 'interval':
      return [test.expression]
    case 'ordering':
      return test.expressions
    case 'direction':
      return [test.from, test.to]
    case 'all':
      return test.tests.flatMap(expressionsOf)
  }
}

/** Whether what is published, or what is measured, comes from published tables. */
export function comparesWithTables({ test, published }: Pick<Claim, 'test' | 'published'>): boolean {
  const measured = expressionsOf(test)
  return typeof published === 'object' || measured.flatMap(references).some(readsPublished)
}

/** By how much each value exceeds the one before it. */
export function differences(expressions: readonly Expression[]): readonly Expression[] {
  return expressions.slice(1).map((right, index) => {
    const before = expressions[index] as Expression
    return { type: 'operation', operator: '-', left: right, right: before }
  })
}
