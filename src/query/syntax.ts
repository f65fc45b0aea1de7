/** Parses expressions into Vega's syntax tree, with offsets; expression.ts decides what is allowed. */

import type * as estree from 'estree'
import { parseExpression as parseVega } from 'vega-expression'

/** An author's mistake in an expression; `offset` counts characters from the start of its source. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
  readonly offset: number
  readonly ruleId: string

  constructor(ruleId: string, offset: number, message: string) {
    super(message)
    this.ruleId = ruleId
    this.offset = offset
  }
}

export interface Syntax {
  readonly root: estree.Node
  /** Returns the offset of a node's first name or literal, in characters of the source. */
  readonly offsetOf: (node: estree.Node) => number
}

/** @throws ExpressionError for a syntax error, or where a name with a hyphen would be a subtraction. */
export function parseSyntax(source: string): Syntax {
  const tokens = tokenize(source)
  refuseHyphens(source, tokens)
  const root = parseTree(source, tokens)
  const leaves = leafOffsets(root, tokens)
  return { root, offsetOf: (node) => firstOffset(node, leaves) }
}

interface Token {
  readonly type: 'name' | 'number' | 'text' | 'sign'
  readonly start: number
  readonly end: number
}

const tokenPattern =
  /(?<name>[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)|(?<number>0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?<sign>\S)/gu

/**
 * Finds the positions that vega-expression's tree lacks: its names and literals are the source's, in order.
 */
function tokenize(source: string): readonly Token[] {
  return Array.from(source.matchAll(tokenPattern), (match) => {
    const { name, number, text } = match.groups ?? {}
    const type =
      name !== undefined ? 'name' : number !== undefined ? 'number' : text !== undefined ? 'text' : 'sign'
    return { type, start: match.index, end: match.index + match[0].length }
  })
}

/** Requires spaces around a minus between names: `.dom0-cpu` would silently be a subtraction. */
function refuseHyphens(source: string, tokens: readonly Token[]): void {
  const isHyphen = (token: Token | undefined) =>
    token !== undefined && source.slice(token.start, token.end) === '-'
  const joined = (left: Token, right: Token | undefined) => right !== undefined && left.end === right.start
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'name') continue
    let last = token
    let next = index + 1
    while (isHyphen(tokens[next]) && joined(last, tokens[next])) {
      const hyphen = tokens[next] as Token
      const after = tokens[next + 1]
      if (after === undefined || !joined(hyphen, after) || !['name', 'number'].includes(after.type)) break
      last = after
      next += 2
    }
    if (last === token) continue
    const word = source.slice(token.start, last.end)
    throw new ExpressionError(
      'expression-hyphen',
      token.start,
      `${word} would be a subtraction: write ['${word}'] for the name, or spaces round the minus`,
    )
  }
}

function parseTree(source: string, tokens: readonly Token[]): estree.Node {
  try {
    return parseVega(source)
  } catch (error) {
    const unclosed = tokens.find((token) => /^['"`]$/.test(source.slice(token.start, token.end)))
    if (unclosed !== undefined) {
      throw new ExpressionError('expression-syntax', unclosed.start, 'unclosed quote in expression')
    }
    // vega-expression throws plain Errors; most carry `index`: at an illegal character, or just after an
    // unexpected token.
    const { index, message } = error as Error & { index?: number }
    const illegal = message.includes('ILLEGAL')
    const offending =
      (index === undefined
        ? // Text after a complete expression: the first token after the longest valid prefix.
          tokens.findLast((token) => token.start > 0 && parses(source.slice(0, token.start)))
        : tokens.findLast((token) => (illegal ? token.start <= index : token.start < index))) ?? tokens[0]
    const atEnd = message.includes('end of input')
    const text = offending === undefined ? '' : source.slice(offending.start, offending.end)
    const reason = atEnd
      ? `expression ends too early: ${source.trim() === '' ? 'it is empty' : source.trim()}`
      : `unexpected ${text} in expression`
    throw new ExpressionError(
      'expression-syntax',
      atEnd ? source.trimEnd().length : (offending?.start ?? 0),
      reason,
    )
  }
}

function parses(source: string): boolean {
  try {
    parseVega(source)
    return true
  } catch {
    return false
  }
}

/** Maps names and literals of the tree, in source order, to the offsets of their tokens. */
function leafOffsets(root: estree.Node, tokens: readonly Token[]): ReadonlyMap<estree.Node, number> {
  const starts = tokens.filter((token) => token.type !== 'sign').map((token) => token.start)
  const offsets = new Map<estree.Node, number>()
  const visit = (node: estree.Node): void => {
    const below = children(node)
    if (below.length === 0 && (node.type === 'Identifier' || node.type === 'Literal')) {
      offsets.set(node, starts[offsets.size] ?? 0)
    }
    for (const child of below) visit(child)
  }
  visit(root)
  return offsets
}

function children(node: estree.Node): readonly estree.Node[] {
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
      return [node.left, node.right]
    case 'UnaryExpression':
      return [node.argument]
    case 'MemberExpression':
      return [node.object, node.property]
    case 'CallExpression':
      return [node.callee, ...node.arguments]
    case 'ConditionalExpression':
      return [node.test, node.consequent, node.alternate]
    case 'ArrayExpression':
      return node.elements.filter((element) => element !== null)
    case 'ObjectExpression':
      return node.properties
    case 'Property':
      return [node.key, node.value]
    default: // names and literals: the parser returns nothing else
      return []
  }
}

function firstOffset(node: estree.Node, leaves: ReadonlyMap<estree.Node, number>): number {
  const own = leaves.get(node)
  if (own !== undefined) return own
  const first = children(node)[0]
  return first === undefined ? 0 : firstOffset(first, leaves)
}
