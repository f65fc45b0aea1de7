/**
 * Makes functions of expressions (ESTree, of vega-expression) without compiling code: one closure for each node, made
 * once. Vega's interpreter walks the tree and makes a scope for each mark and channel, which takes most of the time of a
 * drawing with a thousand marks; what is rare is left to it.
 */

import { expressionInterpreter } from 'vega-interpreter'

/** An ESTree node, from vega-expression. */
export interface Node {
  readonly type: string
  readonly name?: string
  readonly value?: unknown
  readonly computed?: boolean
  readonly [child: string]: unknown
}

/** What names in an expression stand for. */
export interface Scope {
  /** By name, called with themselves as `this`; Vega's standard ones need not be there. */
  readonly functions: object
  /** Signals, by `$` and their names. */
  readonly params: Readonly<Record<string, unknown>> | undefined
  readonly datum?: unknown
  readonly item?: unknown
}

export type Evaluate = (scope: Scope) => unknown

type Functions = Readonly<Record<string, ((...values: readonly unknown[]) => unknown) | undefined>>

const ofMath = [
  ...['abs', 'acos', 'asin', 'atan', 'atan2', 'ceil', 'cos', 'exp', 'floor', 'hypot', 'log', 'max', 'min'],
  ...['pow', 'round', 'sin', 'sqrt', 'tan'],
] as const

/** Of Vega's standard functions, those that data and marks call by the thousand. */
const standard: Readonly<Record<string, ((...values: never[]) => unknown) | undefined>> = {
  ...Object.fromEntries(ofMath.map((name) => [name, Math[name]])),
  clamp: (value: number, least: number, most: number) => Math.max(least, Math.min(most, value)),
  isFinite: Number.isFinite,
  isNaN: Number.isNaN,
}

const unary: Readonly<Record<string, (a: never) => unknown>> = {
  '+': (a) => +a,
  '-': (a) => -a,
  '~': (a) => ~a,
  '!': (a) => !a,
}

/** As JavaScript has them; values are of any type, and so are results. */
const binary: Readonly<Record<string, (a: never, b: never) => unknown>> = {
  '*': (a, b) => a * b,
  '+': (a: number, b: number) => a + b,
  '-': (a, b) => a - b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
  // oxlint-disable-next-line eqeqeq -- The author's.
  '==': (a, b) => a == b,
  // oxlint-disable-next-line eqeqeq -- The author's.
  '!=': (a, b) => a != b,
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
}

/**
 * Returns what evaluates a node, which may only call functions that are allowed, and has no member expressions.
 *
 * @param names has a property for each function that a scope will have
 */
export function evaluator(node: Node, names: object): Evaluate {
  const of = (child: unknown): Evaluate => evaluator(child as Node, names)
  switch (node.type) {
    case 'Literal':
      if (node.regex) return byVega(node)
      return () => node.value
    case 'Identifier':
      return identifier(node)
    case 'ArrayExpression': {
      const elements = (node.elements as readonly Node[]).map(of)
      return (scope) => elements.map((one) => one(scope))
    }
    case 'UnaryExpression': {
      const [apply, argument] = [unary[node.operator as string], of(node.argument)]
      return apply ? (scope) => apply(argument(scope) as never) : byVega(node)
    }
    case 'BinaryExpression': {
      const apply = binary[node.operator as string]
      const [left, right] = [of(node.left), of(node.right)]
      return apply
        ? (scope) => apply(left(scope) as never, right(scope) as never)
        : byVega(node, [left, right], (left, right) => ({ ...node, left, right }))
    }
    case 'LogicalExpression': {
      const [left, right] = [of(node.left), of(node.right)]
      return node.operator === '&&'
        ? (scope) => left(scope) && right(scope)
        : (scope) => left(scope) || right(scope)
    }
    case 'ConditionalExpression': {
      const [test, yes, no] = [of(node.test), of(node.consequent), of(node.alternate)]
      return (scope) => (test(scope) ? yes(scope) : no(scope))
    }
    case 'CallExpression':
      return call(node, names)
    case 'ObjectExpression': {
      const properties = node.properties as readonly Node[]
      const values = properties.map(({ value }) => of(value))
      return byVega(node, values, (...literals) => ({
        ...node,
        properties: properties.map((one, index) => ({ ...one, value: literals[index] })),
      }))
    }
    default:
      throw new Error(`no evaluation of a ${node.type}`)
  }
}

function identifier(node: Node): Evaluate {
  if (node.name === 'datum') return ({ datum }) => datum
  if (node.name === 'item') return ({ item }) => item
  if (node.name === 'event') return () => undefined
  const constant = byVega(node)({ functions: {}, params: {} })
  if (constant) return () => constant
  const signal = `$${node.name}`
  return ({ params }) => params?.[signal]
}

function call(node: Node, names: object): Evaluate {
  // Encoders mark functions of theirs so.
  const name = (node.callee as Node).name?.replace(/^_/, '') ?? ''
  const values = (node.arguments as readonly Node[]).map((one) => evaluator(one, names))
  if (name === 'if') {
    const [test, yes, no] = values
    return (scope) => (test?.(scope) ? yes?.(scope) : no?.(scope))
  }
  const known = Object.hasOwn(standard, name) && !(name in names) ? standard[name] : undefined
  const [first, second, third] = values
  // The usual ones, without a list.
  if (known && first && values.length === 1) return (scope) => known(first(scope) as never)
  if (known) return (scope) => known(...values.map((value) => value(scope) as never))
  if (!(name in names)) return byVega(node, values, (...literals) => ({ ...node, arguments: literals }))
  if (first && second && third && values.length === 3)
    return (scope) => functionsOf(scope)[name]?.(first(scope), second(scope), third(scope))
  return (scope) => functionsOf(scope)[name]?.(...values.map((value) => value(scope)))
}

function functionsOf({ functions }: Scope): Functions {
  return functions as Functions
}

/** Leaves a node to Vega, as `made` of the values of its children. */
function byVega(
  node: Node,
  children: readonly Evaluate[] = [],
  made: (...literals: readonly Node[]) => Node = () => node,
): Evaluate {
  const literals = children.map(() => ({ type: 'Literal', value: undefined as unknown }))
  const interpret = expressionInterpreter.operator({ functions: {} }, { ast: made(...literals) })
  return (scope) => {
    const values = children.map((child) => child(scope))
    for (const [index, literal] of literals.entries()) literal.value = values[index]
    return interpret(scope.params)
  }
}
