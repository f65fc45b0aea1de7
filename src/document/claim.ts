/** A claim: a sentence of the paper, and the test that the results must pass for it to hold. */

import {
  type Expression,
  type ParsedExpression,
  type Path,
  readsPublished,
  references,
} from '../query/expression.ts'

/**
 * The subject of a claim. `shape`: proportions and order, which may hold on any board. `absolute`: times of
 * the machine they were published for. `method`: how something was measured, on any machine.
 */
export type Scope = 'shape' | 'absolute' | 'method'

/** Numbers are in the expression's canonical unit: microseconds for times, none for ratios. */
export type Test =
  /**
   * The value is the published one (a number, or from published tables) within `tolerance`, in its unit, or,
   * if `relative`, as a fraction of the published value.
   */
  | {
      readonly type: 'absolute' | 'relative'
      readonly expression: Expression
      readonly published: Expression
      readonly tolerance: number
    }
  /**
   * The value, a mean or a ratio of two (`meansIn`), lies where a new run of the published distribution would
   * put it.
   */
  | { readonly type: 'agreement'; readonly expression: Expression; readonly published: Expression }
  /** Inclusive; bounds may be infinite. */
  | {
      readonly type: 'interval'
      readonly expression: Expression
      readonly low: number
      readonly high: number
    }
  /** Each value is larger than the one before it. */
  | { readonly type: 'ordering'; readonly expressions: readonly Expression[] }
  /**
   * The median rises or falls from one series to the other by more than `tolerance`, a fraction of the median
   * of `from`, or stays within it. The paths end in a measure, without a statistic.
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

/** A claim's test over other cells. */
export interface Condition {
  readonly name: string
  /** In words: `1 ns an instruction`. */
  readonly label: string
  readonly test: Test
}

/** A claim's test over cells without what it claims, where it must not hold. */
export type Control = Omit<Condition, 'name'>

export interface Claim {
  readonly id: string
  readonly statement: string
  readonly scope: Scope
  readonly test: Test
  /** Published result: a number in the value's canonical unit, words, or expressions on published tables. */
  readonly published?: number | string | readonly ParsedExpression[]
  /** For `absolute`: the published machine, item -> value, as runs capture it ({hypervisor: 'Xen 4.13'}). */
  readonly machine?: Readonly<Record<string, string>>
  /** Reason for skipping it. */
  readonly skip?: string
  /** It holds only if it holds under each of these, too. */
  readonly conditions?: readonly Condition[]
  /** It is reproduced only if this is not. */
  readonly control?: Control
}

/** Expressions and paths that a test measures. */
export function expressionsOf(test: Test): readonly Expression[] {
  switch (test.type) {
    case 'absolute':
    case 'relative':
    case 'interval':
    case 'agreement':
      return [test.expression]
    case 'ordering':
      return test.expressions
    case 'direction':
      return [test.from, test.to]
    case 'all':
      return test.tests.flatMap(expressionsOf)
  }
}

/** Expressions that a claim measures: as stated, under its conditions and over its control. */
export function expressionsOfClaim({
  test,
  conditions = [],
  control,
}: Pick<Claim, 'test' | 'conditions' | 'control'>): readonly Expression[] {
  return [test, ...conditions.map((one) => one.test), ...(control ? [control.test] : [])].flatMap(
    expressionsOf,
  )
}

/** Whether the published or the measured side reads published tables. */
export function comparesWithTables({ test, published }: Pick<Claim, 'test' | 'published'>): boolean {
  const measured = expressionsOf(test)
  return typeof published === 'object' || measured.flatMap(references).some(readsPublished)
}

/** Differences between consecutive values. */
export function differences(expressions: readonly Expression[]): readonly Expression[] {
  return expressions.slice(1).map((right, index) => {
    const before = expressions[index] as Expression
    return { type: 'operation', operator: '-', left: right, right: before }
  })
}

/** The path of a mean, or those of a ratio of two means, the numerator first; empty for other expressions. */
export function meansIn(ast: Expression): readonly Path[] {
  if (ast.type === 'path') return ast.parts.at(-1) === 'mean' ? [ast] : []
  if (ast.type !== 'operation' || ast.operator !== '/') return []
  const both = [ast.left, ast.right].flatMap((side) => (side.type === 'path' ? meansIn(side) : []))
  return both.length === 2 ? both : []
}
