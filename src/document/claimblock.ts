/** Claims of a document: `yaml claim`. */

import type { VFile } from 'vfile'
import {
  type Expression,
  type ParsedExpression,
  type Path,
  parseExpression,
  readsPublished,
  references,
} from '../query/expression.ts'
import { ExpressionError } from '../query/syntax.ts'
import type { Parameter } from '../results/parameters.ts'
import type { ClaimBlock, Place } from './block.ts'
import type { Claim, Test } from './claim.ts'
import { wordsIn } from './experiment.ts'
import type { Locate } from './place.ts'
import { fail } from './problem.ts'
import { claimSchema } from './schema.ts'
import { validate } from './validation.ts'
import { locateInValue, type Mapping } from './yaml.ts'

interface Noted {
  readonly source: Mapping
  readonly file: VFile
}

/** Returns undefined if the block has errors, which are added to the file. */
export function readClaim(source: Mapping, place: Place, { file }: { file: VFile }): ClaimBlock | undefined {
  const data = validate(claimSchema, source.data, { file, source })
  if (data === undefined) return undefined
  const published = readPublished(data.published, { source, file })
  if (published === undefined && data.published !== undefined) return undefined
  const test = readTest(data, published, { source, file })
  if (test === undefined || !isSensible(data, { source, file })) return undefined
  const { id, statement, scope, machine, skip, shows, source: from } = data
  return {
    type: 'claim',
    id,
    place,
    statement,
    scope,
    test,
    ...(machine === undefined ? {} : { machine }),
    ...(skip === undefined ? {} : { skip }),
    ...(shows === undefined ? {} : { shows }),
    ...(from === undefined ? {} : { source: from }),
    ...(published === undefined ? {} : { published }),
  }
}

type Data = NonNullable<ReturnType<typeof validate<typeof claimSchema>>>

/** Also returns undefined if an expression has errors. */
function readPublished(written: Data['published'], noted: Noted): Claim['published'] | undefined {
  if (typeof written === 'number' || written === undefined) return written
  if (typeof written === 'string' && !expressionSign.test(written)) return written
  const listed = typeof written === 'string' ? [written] : written
  const expressions = listed.map((text, index) =>
    parsePublished(text, typeof written === 'string' ? ['published'] : ['published', index], noted),
  )
  return all(expressions) ? expressions : undefined
}

/** Distinguishes an expression from words. */
export const expressionSign = /^=\s*/

function parsePublished(
  text: string,
  at: readonly [string, ...(string | number)[]],
  noted: Noted,
): ParsedExpression | undefined {
  const refuse = (reason: string) => {
    fail(noted.file, 'claim-published', noted.source.valuePlace(at), `published: ${reason}`)
    return undefined
  }
  const sign = expressionSign.exec(text)?.[0]
  if (sign === undefined)
    return refuse(`${text} has no = before it: a list is of expressions, and words are one text`)
  const parsed = parse(text.slice(sign.length), at, noted, sign.length)
  if (parsed === undefined) return undefined
  const paths = references(parsed.ast)
  const own = paths.find((path) => !readsPublished(path))
  if (own !== undefined)
    return refuse(`${own.parts.join('.')} is ours: what was published is a path that starts with published`)
  if (paths.length === 0) return refuse(`${text} reads no published table: write the number without the =`)
  return parsed
}

/** Further keys allowed with the key that selects the test. */
const testKeys = new Map([
  ['value', ['between', 'tolerance']],
  ['ascending', []],
  ['from', ['to', 'direction', 'tolerance']],
])

/** Whether the test's keys may be combined; reports an error for each that may not. */
function isSensible(data: Data, { source, file }: Noted): boolean {
  const before = file.messages.length
  const { between, tolerance, published } = data
  const [kind = 'value'] = [...testKeys.keys()].filter((key) => Object.hasOwn(source.data, key))
  const used = testKeys.get(kind) ?? []
  for (const key of ['between', 'tolerance', 'to', 'direction'] as const) {
    if (data[key] === undefined || used.includes(key)) continue
    fail(file, 'claim-test', source.keyPlace([key]), `${key} does not go with ${kind}: leave it out`)
  }
  if (between !== undefined && kind === 'value') {
    const [low, high] = between
    if (tolerance !== undefined)
      fail(
        file,
        'claim-test',
        source.keyPlace(['tolerance']),
        'tolerance does not go with between: leave one of them out',
      )
    if (low === null && high === null)
      fail(file, 'claim-test', source.valuePlace(['between']), 'between allows any number: give it an end')
    if (low !== null && high !== null && low > high) {
      const reason = `between: the lower end ${low} is above the upper end ${high}: write [${high}, ${low}]`
      fail(file, 'claim-test', source.valuePlace(['between']), reason)
    }
  }
  if (kind === 'value' && published === 0 && typeof tolerance === 'string') {
    const reason = `tolerance: ${tolerance} of 0 allows nothing but 0: write it as a number`
    fail(file, 'claim-test', source.valuePlace(['tolerance']), reason)
  }
  return file.messages.length === before
}

/** Reads the single test that the keys describe. */
function readTest(data: Data, published: Claim['published'], noted: Noted): Test | undefined {
  const { source, file } = noted
  const given = (['value', 'ascending', 'from'] as const).filter((key) => data[key] !== undefined)
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none' : given.join(' and ')
    const reason = `a claim has one of value, ascending, and from with to; this one has ${found}`
    fail(file, 'claim-test', source.valuePlace([]), reason)
    return undefined
  }
  if (data.ascending !== undefined) {
    const expressions = data.ascending.map((text, index) => parse(text, ['ascending', index], noted)?.ast)
    return all(expressions) ? { type: 'ordering', expressions } : undefined
  }
  if (data.from !== undefined) return readDirection(data, noted)
  const against = { between: data.between, tolerance: data.tolerance, published: oneNumber(published) }
  if (typeof data.value === 'string') return readValue(data.value, ['value'], against, noted)
  const tests = (data.value ?? []).map((text, index) => readValue(text, ['value', index], against, noted))
  return all(tests) ? { type: 'all', tests } : undefined
}

/** Expected values for a `value` test. */
interface Against extends Pick<Data, 'between' | 'tolerance'> {
  readonly published: Expression | undefined
}

function readValue(
  text: string,
  at: readonly [string, ...(string | number)[]],
  { between, tolerance, published }: Against,
  noted: Noted,
): Test | undefined {
  const expression = parseOwn(text, at, noted)
  if (expression === undefined) return undefined
  if (between !== undefined) {
    const [low, high] = between
    return {
      type: 'interval',
      expression,
      low: low ?? Number.NEGATIVE_INFINITY,
      high: high ?? Number.POSITIVE_INFINITY,
    }
  }
  if (published === undefined || tolerance === undefined) {
    const reason =
      'a value is held against `between: [low, high]`, or against a number `published` with a `tolerance`'
    fail(noted.file, 'claim-test', noted.source.valuePlace(at), reason)
    return undefined
  }
  return typeof tolerance === 'number'
    ? { type: 'absolute', expression, published, tolerance }
    : { type: 'relative', expression, published, tolerance: share(tolerance) }
}

function oneNumber(published: Claim['published']): Expression | undefined {
  if (typeof published === 'number') return { type: 'number', value: published }
  return typeof published === 'object' && published.length === 1 ? published[0]?.ast : undefined
}

function readDirection(data: Data, noted: Noted): Test | undefined {
  const { direction, tolerance = '5 %' } = data
  if (data.to === undefined || direction === undefined || typeof tolerance === 'number') {
    const reason = 'from goes with to and direction (up, down, same); its tolerance is a share, such as 5 %'
    fail(noted.file, 'claim-test', noted.source.valuePlace(['from']), reason)
    return undefined
  }
  const ends = [parsePath(data.from ?? '', 'from', noted), parsePath(data.to, 'to', noted)]
  if (!all(ends)) return undefined
  const [from, to] = ends as [Path, Path]
  return { type: 'direction', from, to, direction, tolerance: share(tolerance) }
}

function share(percent: string): number {
  return Number.parseFloat(percent) / 100
}

function parsePath(text: string, key: 'from' | 'to', noted: Noted): Path | undefined {
  const ast = parseOwn(text, [key], noted)
  if (ast === undefined || ast.type === 'path') return ast
  const reason = `${key}: a series is a path that ends in a measure, such as latency['xen-4.17'].baseline.pause.total`
  fail(noted.file, 'claim-test', noted.source.valuePlace([key]), reason)
  return undefined
}

/** Parses the expression under test, which must read at least one run. */
function parseOwn(
  text: string,
  at: readonly [string, ...(string | number)[]],
  noted: Noted,
): Expression | undefined {
  const ast = parse(text, at, noted)?.ast
  if (ast === undefined) return undefined
  const [first, ...others] = references(ast)
  if (first === undefined || ![first, ...others].every(readsPublished)) return ast
  const reason = `${first.parts.join('.')}: a claim is tested with runs, and this one reads published tables only`
  fail(noted.file, 'claim-test', noted.source.valuePlace(at), reason)
  return undefined
}

/** @param start offset of the expression in the value */
function parse(
  text: string,
  at: readonly [string, ...(string | number)[]],
  { source, file }: Noted,
  start = 0,
): ParsedExpression | undefined {
  try {
    return parseExpression(text)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    fail(file, error.ruleId, locateInValue(source, at, file)(start + error.offset), error.message)
    return undefined
  }
}

/** Expressions of a claim, even of an invalid one, with their places. Skips those that do not parse. */
export function claimExpressions(
  source: Mapping,
  file: VFile,
): readonly { readonly ast: Expression; readonly locate: Locate }[] {
  const { value, ascending, from, to, published } = source.data
  const listed = (key: string, list: Parameter | undefined) =>
    typeof list === 'string'
      ? [[[key], list] as const]
      : wordsIn(list).map(([index, text]) => [[key, index], text] as const)
  const texts = [
    ...listed('value', value),
    ...listed('ascending', ascending),
    ...listed('from', from),
    ...listed('to', to),
    ...listed('published', published).filter(([, text]) => expressionSign.test(text)),
  ]
  return texts.flatMap(([at, text]) => {
    const start = expressionSign.exec(text)?.[0].length ?? 0
    const locate = locateInValue(source, at, file)
    try {
      const { ast } = parseExpression(text.slice(start))
      return [{ ast, locate: (offset: number) => locate(start + offset) }]
    } catch (error) {
      if (error instanceof ExpressionError) return []
      throw error
    }
  })
}

function all<T>(list: readonly (T | undefined)[]): list is readonly T[] {
  return list.every((one) => one !== undefined)
}
