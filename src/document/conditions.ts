/**
 * A claim's test over other cells: those of conditions that it must hold under as well, such as another
 * version or another model of the clock, and those of its control, over which it must not hold.
 */

import { type Expression, mapPaths, type Path, references } from '../query/expression.ts'
import type { Block } from './block.ts'
import { type Condition, expressionsOf, type Test } from './claim.ts'
import type { FrontMatter } from './frontmatter.ts'

/**
 * Adds a claim's conditions: those that it names, else all that replace a cell it reads. Translates the label
 * of its control.
 */
export function withConditions<AnyBlock extends Block>(
  block: AnyBlock,
  { conditions, texts }: Pick<FrontMatter, 'conditions' | 'texts'>,
): AnyBlock {
  if (block.type !== 'claim') return block
  const { test, control, conditionNames = conditions.map(({ name }) => name) } = block
  const paths = expressionsOf(test).flatMap(references)
  const added = conditions.flatMap(({ name, label, cells }): readonly Condition[] =>
    conditionNames.includes(name) && paths.some((path) => replacementOf(path, cells))
      ? [{ name, label, test: replaced(test, cells) }]
      : [],
  )
  return {
    ...block,
    ...(added.length === 0 ? {} : { conditions: added }),
    ...(control && { control: { ...control, label: texts[control.label] ?? control.label } }),
  }
}

/** `experiment/environment`, or also a pattern or group as paths name it -> what replaces it. */
export type Cells = Readonly<Record<string, string>>

/** The first parts of a path, up to the pattern, after replacement; undefined if nothing replaces any. */
export function replacementOf({ parts }: Pick<Path, 'parts'>, cells: Cells): readonly string[] | undefined {
  const [experiment = '', environment = '', word = ''] = parts
  const names = word.split(',').map((name) => name.trim())
  const found = names.map((name) => {
    const [own, whole] = [[experiment, environment, name].join('/'), [experiment, environment].join('/')]
    if (Object.hasOwn(cells, own)) return cells[own]
    return Object.hasOwn(cells, whole) ? `${cells[whole]}/${name}` : undefined
  })
  if (found.every((one) => one === undefined)) return undefined
  const cellsOf = found.map((one, index) => one?.split('/') ?? [experiment, environment, names[index] ?? ''])
  const [first] = cellsOf
  // A list comes from one environment.
  if (cellsOf.some((one) => one[0] !== first?.[0] || one[1] !== first?.[1])) return undefined
  return [...(first ?? []).slice(0, 2), cellsOf.map((one) => one[2]).join(', ')]
}

/** The same test over other cells. */
export function replaced(test: Test, cells: Cells): Test {
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
  return mapPaths(ast, (path) => replacePath(path, cells))
}

function replacePath(path: Path, cells: Cells): Path {
  const replacement = replacementOf(path, cells)
  return replacement === undefined ? path : { ...path, parts: [...replacement, ...path.parts.slice(3)] }
}
