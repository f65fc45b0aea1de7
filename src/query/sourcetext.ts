/** Writes expressions in one canonical form: spaces, quotes and brackets of the source do not matter. */

import type { Expression, ParsedExpression } from './expression.ts'

/** Returns the expression as source that parses to it again; operands that are operations get brackets. */
export function sourceText(ast: Expression): string {
  switch (ast.type) {
    case 'number':
      return String(ast.value)
    case 'text':
      return quoted(ast.value)
    case 'path':
      return pathText(ast.parts)
    case 'negation':
      return `-${operand(ast.argument)}`
    case 'operation':
      return `${operand(ast.left)} ${ast.operator} ${operand(ast.right)}`
    case 'call':
      return `${ast.name}(${ast.arguments.map(sourceText).join(', ')})`
  }
}

/** Returns an expression with its filters: `a.b.c.n / 2 | fixed(1)`. */
export function filteredText({ ast, filters }: ParsedExpression): string {
  const calls = filters.map((filter) => {
    const args = filter.arguments.length === 0 ? '' : `(${filter.arguments.join(', ')})`
    return `${filter.name}${args}`
  })
  return [sourceText(ast), ...calls].join(' | ')
}

export function pathText(parts: readonly string[]): string {
  const [root = '', ...rest] = parts
  const isName = (part: string) => /^[A-Za-z_]\w*$/.test(part)
  return (
    (isName(root) ? root : `[${quoted(root)}]`) +
    rest.map((part) => (isName(part) ? `.${part}` : `[${quoted(part)}]`)).join('')
  )
}

function operand(ast: Expression): string {
  const isCompound = ast.type === 'operation' || ast.type === 'negation'
  return isCompound ? `(${sourceText(ast)})` : sourceText(ast)
}

/** Like JSON, but in single quotes; escapes the line separators that JSON allows and the parser does not. */
function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}
