/**
 * The language of inline values: Vega's expressions, restricted to arithmetic over results, and a chain of
 * filters at the end: `latency['xen-4.14'].baseline.pause.total.mean | ms | fixed(2)`. Parsed here;
 * interpreted over runs and published tables elsewhere. Nothing is ever evaluated as JavaScript.
 */

import type * as estree from 'estree'
import { remembered } from '../text/memory.ts'
import { hint } from '../text/spelling.ts'
import { asksForInterval, type FilterCall, filters } from './format.ts'
import { type Arity, aggregates, functions } from './functions.ts'
import { ExpressionError, parseSyntax } from './syntax.ts'

export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | Path
  | { readonly type: 'negation'; readonly argument: Expression }
  | {
      readonly type: 'operation'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }
  /** `name` is a key of `functions`. */
  | { readonly type: 'call'; readonly name: string; readonly arguments: readonly Expression[] }

/**
 * Experiment, environment, pattern (or several, see patterns.ts), then factor values, measure and statistic,
 * which are checked once there are runs. `published` may replace the experiment, see lookup.ts.
 */
export interface Path {
  readonly type: 'path'
  readonly parts: readonly string[]
  /** Offset of each part in the expression's source, in characters. */
  readonly offsets: readonly number[]
}

const operators = ['+', '-', '*', '/', '<', '<=', '>', '>=', '==', '!=', '===', '!=='] as const
export type Operator = (typeof operators)[number]

export interface ParsedExpression {
  readonly ast: Expression
  /** In order of application. */
  readonly filters: readonly FilterCall[]
}

/** Experiment, environment, pattern and one more part; fewer name no number. */
const shortestPath = 4

/** Longer than any readable inline value; keeps hostile nesting from overflowing the stack. */
const longestSource = 1000

/**
 * Parses an inline value without its leading `=`.
 * @param whole makes a path whole that the document may write in short
 * @throws ExpressionError for bad syntax, a construct outside the language, an unknown function or filter, a
 *   wrong number of arguments, or a path too short to name a number.
 */
export function parseExpression(
  source: string,
  whole: (path: Path) => Path = (path) => path,
): ParsedExpression {
  const ast = mapPaths(narrowed(source).ast, whole)
  const short = references(ast).find(({ parts }) => parts.length < shortestPath)
  if (short) {
    const start = readsPublished(short) ? publishedRoot : 'experiment'
    const reason =
      `${short.parts.join('.')} names no number: write ${start}['environment'].pattern, then factors, ` +
      'measure and statistic'
    throw new ExpressionError('expression-path', short.offsets[0] ?? 0, reason)
  }
  const calls = filtersOf(source)
  if (asksForInterval(calls) && !hasInterval(ast)) {
    const reason = 'interval: only a number from runs has one, not a comparison or a published number'
    throw new ExpressionError('expression-arguments', 0, reason)
  }
  return { ast, filters: calls }
}

/** What the bars of a source split: its expression, and the filters as they were parsed. */
const narrowed = remembered((source) => {
  refuseLong(source)
  const { root, offsetOf } = parseSyntax(source)
  // `a | f | g(1)` parses as `(a | f) | g(1)`.
  const chain: estree.Node[] = []
  let body = root
  while (body.type === 'BinaryExpression' && body.operator === '|') {
    chain.unshift(body.right)
    body = body.left
  }
  return { ast: narrow(body, offsetOf), chain, offsetOf }
})

const filtersOf = remembered((source) => {
  const { chain, offsetOf } = narrowed(source)
  return chain.map((node) => narrowFilter(node, offsetOf))
})

function hasInterval(ast: Expression): boolean {
  if (ast.type === 'operation' && !'+-*/'.includes(ast.operator)) return false
  return references(ast).some((path) => !readsPublished(path))
}

/**
 * Parses an expression over columns of one row, whose names may have hyphens: `xl-to-xen + total`. Each of
 * its paths is the name of a column. Throws an ExpressionError as `parseExpression` does.
 */
export function parseColumns(source: string): Expression {
  refuseLong(source)
  const { root, offsetOf } = parseSyntax(source, 'columns')
  const ast = narrow(root, offsetOf)
  const long = references(ast).find(({ parts }) => parts.length > 1)
  if (long === undefined) return ast
  const reason = `${long.parts.join('.')} is no column: write its name, in brackets if it has a dot (['a.b'])`
  throw new ExpressionError('expression-path', long.offsets[0] ?? 0, reason)
}

function refuseLong({ length }: string): void {
  if (length <= longestSource) return
  const reason = `expression of ${length} characters: at most ${longestSource} are read`
  throw new ExpressionError('expression-syntax', 0, reason)
}

/** Returns the paths that an expression reads, in source order. */
export function references(ast: Expression): readonly Path[] {
  switch (ast.type) {
    case 'number':
    case 'text':
      return []
    case 'path':
      return [ast]
    case 'negation':
      return references(ast.argument)
    case 'operation':
      return [...references(ast.left), ...references(ast.right)]
    case 'call':
      return ast.arguments.flatMap(references)
  }
}

/** The same expression with other paths. */
export function mapPaths(ast: Expression, map: (path: Path) => Path): Expression {
  switch (ast.type) {
    case 'number':
    case 'text':
      return ast
    case 'path':
      return map(ast)
    case 'negation':
      return { ...ast, argument: mapPaths(ast.argument, map) }
    case 'operation':
      return { ...ast, left: mapPaths(ast.left, map), right: mapPaths(ast.right, map) }
    case 'call':
      return { ...ast, arguments: ast.arguments.map((one) => mapPaths(one, map)) }
  }
}

/** Root of paths into published tables, in place of an experiment. */
export const publishedRoot = 'published'

export function readsPublished({ parts: [root] }: Pick<Path, 'parts'>): boolean {
  return root === publishedRoot
}

/** Returns the first path over several patterns that no aggregate reduces; undefined if there is none. */
export function unreducedPath(ast: Expression, isList: (path: Path) => boolean): Path | undefined {
  switch (ast.type) {
    case 'number':
    case 'text':
      return undefined
    case 'path':
      return isList(ast) ? ast : undefined
    case 'negation':
      return unreducedPath(ast.argument, isList)
    case 'operation':
      return unreducedPath(ast.left, isList) ?? unreducedPath(ast.right, isList)
    case 'call':
      if (aggregates.includes(ast.name)) return undefined
      return ast.arguments.map((one) => unreducedPath(one, isList)).find((path) => path !== undefined)
  }
}

type At = (node: estree.Node) => number

function narrow(node: estree.Node, at: At): Expression {
  switch (node.type) {
    case 'Literal':
      return narrowLiteral(node, at)
    case 'Identifier':
    case 'MemberExpression':
      return narrowPath(node, at)
    case 'UnaryExpression':
      if (node.operator !== '-') throw outside(`the operator ${node.operator}`, at(node))
      return { type: 'negation', argument: narrow(node.argument, at) }
    case 'BinaryExpression': {
      const operator = operators.find((known) => known === node.operator)
      if (node.operator === '|') {
        const reason = 'a filter (|) belongs at the end of the whole value, outside parentheses'
        throw new ExpressionError('expression-construct', at(node), reason)
      }
      if (operator === undefined) throw outside(`the operator ${node.operator}`, at(node))
      return { type: 'operation', operator, left: narrow(node.left, at), right: narrow(node.right, at) }
    }
    case 'CallExpression':
      return narrowCall(node, at)
    case 'LogicalExpression':
      throw outside(`the operator ${node.operator}`, at(node))
    case 'ConditionalExpression':
      throw outside('a condition (? :)', at(node))
    default:
      if (rootName(node) !== undefined) return narrowPath(node, at)
      throw outside(node.type === 'ArrayExpression' ? 'a list' : 'an object', at(node))
  }
}

function outside(what: string, offset: number): ExpressionError {
  const names = [...functions.keys()].join(', ')
  const reason = `${what} is no part of inline values: use paths, numbers, + - * /, comparisons and ${names}`
  return new ExpressionError('expression-construct', offset, reason)
}

function narrowLiteral(node: estree.Literal, at: At): Expression {
  if (typeof node.value === 'string') return { type: 'text', value: node.value }
  if (typeof node.value !== 'number') throw outside(node.raw ?? 'this literal', at(node))
  if (!Number.isFinite(node.value))
    throw new ExpressionError('expression-construct', at(node), `number too large: ${node.raw}`)
  return { type: 'number', value: node.value }
}

function narrowPath(node: estree.Node, at: At): Path {
  const parts: string[] = []
  const offsets: number[] = []
  let rest = node
  while (rest.type === 'MemberExpression') {
    const { property } = rest
    offsets.unshift(at(property))
    if (property.type === 'Identifier' && !rest.computed) parts.unshift(property.name)
    else if (property.type === 'Literal' && ['string', 'number'].includes(typeof property.value)) {
      parts.unshift(String(property.value))
    } else {
      const name = property.type === 'Identifier' ? property.name : 'name'
      const reason = `a part of a path in brackets needs quotes: ['${name}']`
      throw new ExpressionError('expression-construct', at(property), reason)
    }
    rest = rest.object
  }
  const root = rootName(rest)
  if (root === undefined) throw outside('a path that does not start with an experiment', at(rest))
  parts.unshift(root)
  offsets.unshift(at(rest))
  return { type: 'path', parts, offsets }
}

/** Accepts `latency`, or `['pause-resume']`, which the parser takes for a list. */
function rootName(node: estree.Node): string | undefined {
  if (node.type === 'Identifier') return node.name
  if (node.type !== 'ArrayExpression' || node.elements.length !== 1) return undefined
  const [only] = node.elements
  return only?.type === 'Literal' && typeof only.value === 'string' ? only.value : undefined
}

function narrowCall(node: estree.SimpleCallExpression | estree.NewExpression, at: At): Expression {
  const offset = at(node.callee)
  if (node.callee.type !== 'Identifier') throw outside('a call of anything but a function’s name', offset)
  const name = node.callee.name
  checkArity('function', name, node.arguments.length, functions, offset)
  return { type: 'call', name, arguments: node.arguments.map((argument) => narrow(argument, at)) }
}

/** Decimal places beyond which a double shows only artefacts. */
const mostDigits = 20

function narrowFilter(node: estree.Node, at: At): FilterCall {
  const call = node.type === 'CallExpression' ? node : { callee: node, arguments: [] }
  if (call.callee.type !== 'Identifier') {
    const reason = `a filter is a name, such as ms or fixed(1)${hint('', filters.keys())}`
    throw new ExpressionError('expression-construct', at(node), reason)
  }
  const { name } = call.callee
  checkArity('filter', name, call.arguments.length, filters, at(node))
  const numbers = call.arguments.map((argument) => {
    const literal = narrow(argument, at)
    const refuse = (reason: string) => new ExpressionError('expression-arguments', at(argument), reason)
    if (literal.type !== 'number') throw refuse(`${name} takes a plain number`)
    if (!Number.isInteger(literal.value) || literal.value > mostDigits)
      throw refuse(`${name} takes a whole number from 0 to ${mostDigits}, not ${literal.value}`)
    return literal.value
  })
  return { name, arguments: numbers }
}

function checkArity(
  what: 'function' | 'filter',
  name: string,
  count: number,
  known: ReadonlyMap<string, Arity>,
  offset: number,
) {
  const arity = known.get(name)
  if (arity === undefined) {
    const reason = `unknown ${what}: ${name}${hint(name, known.keys())}`
    throw new ExpressionError(`unknown-${what}`, offset, reason)
  }
  if (count >= arity.min && count <= arity.max) return
  const expected =
    arity.max === 0
      ? 'no argument'
      : arity.min === arity.max
        ? `${arity.min} argument${arity.min === 1 ? '' : 's'}`
        : `at least ${arity.min} argument`
  throw new ExpressionError('expression-arguments', offset, `${name} takes ${expected}, not ${count}`)
}
