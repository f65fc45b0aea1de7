/**
 * A claim by its recorded definition, to be judged by the runs of now: what failed may have been dropped from
 * the document since.
 */

import type { ClaimBlock } from '../document/block.ts'
import { type Claim, type Condition, expressionsOf, type Scope, type Test } from '../document/claim.ts'
import {
  type Expression,
  mapPaths,
  type ParsedExpression,
  parseExpression,
  type Path,
  readsPublished,
  references,
} from '../query/expression.ts'
import { type Invariant, violation } from '../query/invariant.ts'
import type { Results } from '../query/query.ts'
import { ExpressionError } from '../query/syntax.ts'
import { type Definition, numbersAt, patternField, readingField, readInvariant } from './definition.ts'
import { runsBehind } from './uses.ts'

/** What a recorded definition says, as far as it decides a verdict. */
export interface RecordedDefinition {
  readonly claim: Claim
  /** By experiment. */
  readonly invariants: ReadonlyMap<string, readonly Invariant[]>
  readonly discrete: ReadonlySet<string>
}

/** Reads a definition as `definitionOf` wrote it; undefined for one that this program cannot read. */
export function readDefinition(id: string, definition: Definition): RecordedDefinition | undefined {
  try {
    const claim = claimOf(id, definition)
    const named = (prefix: string) =>
      Object.entries(definition).flatMap(([field, text]) =>
        field.startsWith(prefix) ? [[field.slice(prefix.length), text] as const] : [],
      )
    const invariants = Map.groupBy(
      named('invariant ').map(([name, text]) => [name.split(' ')[0] ?? '', readInvariant(text)] as const),
      ([experiment]) => experiment,
    )
    return (
      claim && {
        claim,
        invariants: new Map([...invariants].map(([name, all]) => [name, all.map(([, one]) => one)])),
        discrete: new Set(named('discrete ').map(([name]) => name)),
      }
    )
  } catch (error) {
    if (error instanceof ExpressionError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function claimOf(id: string, definition: Definition): Claim | undefined {
  const { statement = '', scope, skip } = definition
  const test = testIn(definition)
  if (test === undefined) return undefined
  const machine = Object.entries(definition).flatMap(([field, text]) =>
    field.startsWith('machine ') ? [[field.slice('machine '.length), text] as const] : [],
  )
  const names = new Set(
    Object.keys(definition).flatMap((field) => /^condition (.+?): /.exec(field)?.[1] ?? []),
  )
  const conditions = [...names].map((name): Condition | undefined => {
    const other = testIn(definition, `condition ${name}: `)
    return other && { name, label: name, test: other }
  })
  if (!conditions.every((one) => one !== undefined)) return undefined
  const hasControl = Object.keys(definition).some((field) => field.startsWith('control: '))
  const control = hasControl ? testIn(definition, 'control: ') : undefined
  if (hasControl && control === undefined) return undefined
  const published = textsOf(definition, 'published').flatMap((text) => publishedIn(text) ?? [])
  return {
    ...{ id, statement, scope: scope as Scope, test, conditions },
    ...(published.length === 0 ? {} : { published }),
    ...(machine.length === 0 ? {} : { machine: Object.fromEntries(machine) }),
    ...(skip === undefined ? {} : { skip }),
    ...(control === undefined ? {} : { control: { label: 'the recorded control', test: control } }),
  }
}

/** The texts of `NAME`, or of `NAME 1`, `NAME 2` and so on. */
function textsOf(definition: Definition, name: string): readonly string[] {
  const single = definition[name]
  if (single !== undefined) return [single]
  const texts: string[] = []
  for (let text; (text = definition[`${name} ${texts.length + 1}`]) !== undefined;) texts.push(text)
  return texts
}

function publishedIn(text: string): ParsedExpression | undefined {
  return text.startsWith('=') ? parseExpression(text.slice(1)) : undefined
}

/** @param of `condition NAME: ` or `control: `, which have the limits of the claim */
function testIn(definition: Definition, of = ''): Test | undefined {
  const measured = (name: string) =>
    textsOf(definition, `${of}${name}`).map((text) => withPatterns(parseExpression(text).ast, definition))
  const [[from], [to], ordered, values] = [
    measured('from'),
    measured('to'),
    measured('ascending'),
    measured('value'),
  ]
  if (from !== undefined || to !== undefined) return directionOf(from, to, definition)
  if (ordered.length > 0) return { type: 'ordering', expressions: ordered }
  const tests = values.map((expression) => valueTest(expression, definition))
  if (!tests.every((one) => one !== undefined)) return undefined
  return tests.length > 1 ? { type: 'all', tests } : tests[0]
}

function directionOf(
  from: Expression | undefined,
  to: Expression | undefined,
  { direction, tolerance = '' }: Definition,
): Test | undefined {
  if (from?.type !== 'path' || to?.type !== 'path') return undefined
  if (direction !== 'up' && direction !== 'down' && direction !== 'same') return undefined
  return { type: 'direction', from, to, direction, tolerance: Number.parseFloat(tolerance) / 100 }
}

function valueTest(expression: Expression, definition: Definition): Test | undefined {
  const { between, agrees, tolerance } = definition
  if (agrees !== undefined) {
    const published = withPatterns(parseExpression(agrees).ast, definition)
    return { type: 'agreement', expression, published }
  }
  if (between !== undefined) {
    const [low, high]: readonly (number | null)[] = JSON.parse(between)
    return {
      type: 'interval',
      expression,
      low: low ?? Number.NEGATIVE_INFINITY,
      high: high ?? Number.POSITIVE_INFINITY,
    }
  }
  const [theirs] = textsOf(definition, 'published')
  if (tolerance === undefined || theirs === undefined) return undefined
  const read = publishedIn(theirs)?.ast ?? ({ type: 'number', value: Number(theirs) } as const)
  const published = withPatterns(read, definition)
  const isShare = tolerance.endsWith('%')
  return {
    type: isShare ? 'relative' : 'absolute',
    ...{ expression, published, tolerance: Number.parseFloat(tolerance) / (isShare ? 100 : 1) },
  }
}

/** Names the patterns that groups stood for; a list has a comma even if there was one. */
function withPatterns(ast: Expression, definition: Definition): Expression {
  return mapPaths(ast, (path): Path => {
    const names = definition[patternField(path)]
    if (names === undefined) return path
    const word = names.includes(',') ? names : `${names},`
    return { ...path, parts: path.parts.with(2, word) }
  })
}

/** The claim as recorded, in the place of one as it is now, and results as its definition has them. */
export function asRecorded(
  { claim, discrete }: RecordedDefinition,
  block: ClaimBlock,
  results: Results,
): { readonly claim: ClaimBlock; readonly results: Results } {
  const { published: _, machine: __, skip: ___, conditions: ____, control: _____, ...rest } = block
  const experiments = results.experiments.map((one) => ({
    ...one,
    groups: {},
    discrete: discrete.has(one.id),
  }))
  return { claim: { ...rest, ...claim }, results: { ...results, experiments } }
}

/** The first row that violates an invariant of the record; undefined if none does. */
export function recordedViolation(
  { claim, invariants }: RecordedDefinition,
  results: Results,
): string | undefined {
  for (const run of runsBehind(claim, results)) {
    const found = violation(run, invariants.get(run.experiment))
    if (found !== undefined) return found
  }
  return undefined
}

/** Data that were read otherwise: their rows of then are not known. */
export function otherReading(
  definition: Definition,
  { experiments }: Omit<Results, 'runs'>,
): readonly string[] {
  return experiments.flatMap(({ id, reading }) => {
    const before = definition[readingField(id)]
    return before === undefined || before === reading ? [] : [id]
  })
}

/** Paths into published tables that the recorded test reads, and whose numbers are others now. */
export function otherPublished(
  { claim: { test } }: RecordedDefinition,
  definition: Definition,
  results: Omit<Results, 'runs'>,
): readonly string[] {
  if (!publishedOf(test).flatMap(references).some(readsPublished)) return []
  return Object.keys(definition).filter((field) => {
    if (!/^published[.[]/.test(field)) return false
    const ast = withPatterns(parseExpression(field).ast, definition)
    return ast.type !== 'path' || numbersAt(ast, results) !== definition[field]
  })
}

function publishedOf(test: Test): readonly Expression[] {
  if (test.type === 'all') return test.tests.flatMap(publishedOf)
  return 'published' in test ? [...expressionsOf(test), test.published] : expressionsOf(test)
}
