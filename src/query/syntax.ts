/** Parses expressions into Vega's syntax tree, with offsets; expression.ts decides what is allowed. */

import type * as estree from 'estree'
import { parseExpression as parseVega } from 'vega-expression'
import { remembered } from '../text/memory.ts'

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

/**
 * Parses a source. With `columns`, names are of columns: hyphens belong to them, and words of JavaScript
 * (`switch`) are names like others. @throws ExpressionError for a syntax error, or where a name with a hyphen
 * would be a subtraction.
 */
export function parseSyntax(source: string, names?: 'columns'): Syntax {
  return names === 'columns' ? ofColumns(source) : ofResults(source)
}

const ofResults = remembered((source) => parse(source))
const ofColumns = remembered((source) => parse(source, 'columns'))

function parse(source: string, names?: 'columns'): Syntax {
  const tokens = tokenize(source)
  // `.dom0-cpu` would silently be a subtraction.
  const hyphenated = tokens.find(({ type }) => type === 'hyphenated')
  if (hyphenated && names !== 'columns') {
    const { start } = hyphenated
    // In `size-1.n` the dot is read with the number.
    const text = hyphenated.text.replace(/\.$/, '')
    const reason = `${text} would be a subtraction: write ['${text}'] for the name, or spaces round the minus`
    throw new ExpressionError('expression-hyphen', start, reason)
  }
  const root = parseTree(names === 'columns' ? disguised(source, tokens) : source, tokens)
  const leaves = leafOffsets(root, tokens)
  return { root, offsetOf: (node) => firstOffset(node, leaves) }
}

/** Replaces names of columns by plain ones of the same length; `leafOffsets` puts the written ones back. */
function disguised(source: string, tokens: readonly Token[]): string {
  return tokens.reduce((text, { start, text: name }) => {
    const end = start + name.length
    const isName = /^[\p{ID_Start}$_]/u.test(name) && !/^\s*\(/.test(source.slice(end))
    return isName ? `${text.slice(0, start)}${'$'.repeat(name.length)}${text.slice(end)}` : text
  }, source)
}

interface Token {
  /** A leaf of the syntax tree is a name, a number or a quoted text. */
  readonly type: 'hyphenated' | 'leaf' | 'sign'
  readonly start: number
  readonly text: string
}

const name = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*`
const number = String.raw`0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`
const quoted = String.raw`'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"`
const tokenPattern = new RegExp(
  String.raw`(?<hyphenated>${name}(?:-(?:${name}|${number}))+)|(?<leaf>${name}|${number}|${quoted})|\S`,
  'gu',
)

/**
 * Finds the positions that vega-expression's tree lacks: its names and literals are the source's, in order.
 */
function tokenize(source: string): readonly Token[] {
  return Array.from(source.matchAll(tokenPattern), ({ 0: text, index: start, groups }) => {
    const type = groups?.hyphenated ? 'hyphenated' : groups?.leaf ? 'leaf' : 'sign'
    return { type, start, text }
  })
}

function parseTree(source: string, tokens: readonly Token[]): estree.Node {
  try {
    return parseVega(source)
  } catch (error) {
    const unclosed = tokens.find(({ text }) => /^['"`]$/.test(text))
    if (unclosed !== undefined)
      throw new ExpressionError('expression-syntax', unclosed.start, 'unclosed quote in expression')
    // vega-expression throws plain Errors; most carry `index`: at an illegal character, or just after an
    // unexpected token.
    const { index, message } = error as Error & { index?: number }
    if (message.includes('end of input')) {
      const reason = `expression ends too early: ${source.trim() === '' ? 'it is empty' : source.trim()}`
      throw new ExpressionError('expression-syntax', source.trimEnd().length, reason)
    }
    const illegal = message.includes('ILLEGAL')
    const offending =
      (index === undefined
        ? // Text after a complete expression: the first token after the longest valid prefix.
          tokens.findLast(({ start }) => start > 0 && parses(source.slice(0, start)))
        : tokens.findLast(({ start }) => (illegal ? start <= index : start < index))) ?? tokens[0]
    const reason = `unexpected ${offending?.text ?? ''} in expression`
    throw new ExpressionError('expression-syntax', offending?.start ?? 0, reason)
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

/**
 * Maps names and literals of the tree, in source order, to the offsets of their tokens, and names them so.
 */
function leafOffsets(root: estree.Node, tokens: readonly Token[]): ReadonlyMap<estree.Node, number> {
  const leaves = tokens.filter(({ type }) => type !== 'sign')
  const offsets = new Map<estree.Node, number>()
  const visit = (node: estree.Node): void => {
    if (node.type === 'Identifier' || node.type === 'Literal') {
      const leaf = leaves[offsets.size]
      if (node.type === 'Identifier' && leaf) node.name = leaf.text
      offsets.set(node, leaf?.start ?? 0)
    } else for (const child of children(node)) visit(child)
  }
  visit(root)
  return offsets
}

/** In source order, as vega-expression sets the properties of its nodes. */
function children(node: estree.Node): readonly estree.Node[] {
  return Object.values(node)
    .flat()
    .filter((value) => typeof value === 'object' && value !== null && 'type' in value)
}

function firstOffset(node: estree.Node, leaves: ReadonlyMap<estree.Node, number>): number {
  const [first] = children(node)
  return leaves.get(node) ?? (first === undefined ? 0 : firstOffset(first, leaves))
}
