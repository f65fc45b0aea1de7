/**
 * Conditions that claims must hold under as well: the same test over other cells, such as those of another
 * version or of another model of the clock.
 */

import { type Expression, type Path, references } from '../query/expression.ts'
import type { Block } from './block.ts'
import { type Condition, expressionsOf, type Test } from './claim.ts'
import type { FrontMatter } from './frontmatter.ts'

/** Adds a claim's conditions: those that it names, else all that replace a cell it reads. */
export function withConditions<AnyBlock extends Block>(
  block: AnyBlock,
  { conditions }: Pick<FrontMatter, 'conditions'>,
): AnyBlock {
  if (block.type !== 'claim') return block
  const { test, conditionNames = conditions.map(({ name }) => name) } = block
  const paths = expressionsOf(test).flatMap(references)
  const added = conditions.flatMap(({ name, label, cells }): readonly Condition[] =>
    conditionNames.includes(name) && paths.some((path) => replacementOf(path, cells))
      ? [{ name, label, test: replaced(test, cells) }]
      : [],
  )
  return added.length === 0 ? block : { ...block, conditions: added }
}

type Cells = Readonly<Record<string, string>>

/** `experiment/environment` that stands in for a path's. */
function replacementOf({ parts: [experiment, environment] }: Path, cells: Cells): string | undefined {
  const cell = `${experiment}/${environment}`
  return Object.hasOwn(cells, cell) ? cells[cell] : undefined
}

function replaced(test: Test, cells: Cells): Test {
  const over = (ast: Expression) => replaceIn(ast, cells)
  switch (test.type) {
    case 'absolute':
    case 'relative':
    case 'interval':
    case 'agreement':
      return { ...test, expression: over(test.expression) }
    case 'ordering':
      return { ...test, expressions: test.expressions.map(over) }
    case 'direction':
      return { ...test, from: replacePath(test.from, cells), to: replacePath(test.to, cells) }
    case 'all':
      return { ...test, tests: test.tests.map((one) => replaced(one, cells)) }
  }
}

function replaceIn(ast: Expression, cells: Cells): Expression {
  switch (ast.type) {
    case 'number':
    case 'text':
      return ast
    case 'path':
      return replacePath(ast, cells)
    case 'negation':
      return { ...ast, argument: replaceIn(ast.argument, cells) }
    case 'operation':
      return { ...ast, left: replaceIn(ast.left, cells), right: replaceIn(ast.right, cells) }
    case 'call':
      return { ...ast, arguments: ast.arguments.map((one) => replaceIn(one, cells)) }
  }
}

function replacePath(path: Path, cells: Cells): Path {
  const replacement = replacementOf(path, cells)
  if (replacement === undefined) return path
  const [experiment = '', environment = ''] = replacement.split('/')
  return { ...path, parts: [experiment, environment, ...path.parts.slice(2)] }
}
