/** Claims of a document: `yaml claim`. */

import type * as z from 'zod'
import {
  type Expression,
  type ParsedExpression,
  type Path,
  parseExpression,
  readsPublished,
  references,
} from '../query/expression.ts'
import { ExpressionError } from '../query/syntax.ts'
import type { ClaimBlock, Place } from './block.ts'
import { type Claim, meansIn, type Test } from './claim.ts'
import { replaced } from './conditions.ts'
import { wholePathIn } from './datablock.ts'
import { wordsIn } from './experiment.ts'
import type { Locate } from './place.ts'
import { warnOfPlainText } from './plaintext.ts'
import { fail } from './problem.ts'
import { claimSchema } from './schema.ts'
import { validate } from './validation.ts'
import { type KeyPath, locateInValue, type Mapping } from './yaml.ts'

type Data = z.output<typeof claimSchema>

/** Returns undefined if the block has errors, which are added to the file. */
export function readClaim(source: Mapping, place: Place): ClaimBlock | undefined {
  const data = validate('claim', () => claimSchema, source)
  if (data === undefined) return undefined
  const {
    value,
    agrees,
    between,
    tolerance,
    ascending,
    from,
    to,
    direction,
    published: written,
    conditions: names,
    control,
    ...rest
  } = data
  const published = readPublished(written, source)
  if (published === undefined && written !== undefined) return undefined
  const test = readTest(data, published, source)
  if (test === undefined || !hasFittingKeys(data, source)) return undefined
  warnOfPlainText(source, [['statement']])
  return {
    ...{ type: 'claim', place, ...rest, test },
    ...(published === undefined ? {} : { published }),
    ...(names === undefined ? {} : { conditionNames: names }),
    ...(control && { control: { label: control.label, test: replaced(test, control.cells) } }),
  }
}

/** Also returns undefined if an expression has errors. */
function readPublished(written: Data['published'], source: Mapping): Claim['published'] | undefined {
  if (typeof written === 'number' || written === undefined) return written
  if (typeof written === 'string') {
    if (!expressionSign.test(written)) return written
    const parsed = parsePublished(written, ['published'], source)
    return parsed && [parsed]
  }
  return complete(written.map((text, index) => parsePublished(text, ['published', index], source)))
}

/** Distinguishes an expression from words. */
export const expressionSign = /^=\s*/

function parsePublished(text: string, at: KeyPath, source: Mapping): ParsedExpression | undefined {
  const refuse = (reason: string) => {
    source.valueError('claim-published', at, `published: ${reason}`)
    return undefined
  }
  const sign = expressionSign.exec(text)?.[0]
  if (sign === undefined)
    return refuse(`${text} has no = before it: a list holds expressions only, and words are one text`)
  const parsed = parse(text.slice(sign.length), at, source, sign.length)
  if (parsed === undefined) return undefined
  const paths = references(parsed.ast)
  const measured = paths.find((path) => !readsPublished(path))
  if (measured)
    return refuse(`${measured.parts.join('.')} is a result of our own: use a path that starts with published`)
  if (paths.length === 0) return refuse(`${text} reads no published table: write the number without the =`)
  return parsed
}

/** Further keys allowed with the key that selects the test. */
const testKeys = new Map([
  ['value', ['between', 'tolerance']],
  ['agrees', []],
  ['ascending', []],
  ['from', ['to', 'direction', 'tolerance']],
])

/** Whether the test's keys may be combined; reports an error for each that may not. */
function hasFittingKeys(data: Data, source: Mapping): boolean {
  const before = source.file.messages.length
  const { between, tolerance, published } = data
  const [kind = 'value'] = [...testKeys.keys()].filter((key) => Object.hasOwn(source.data, key))
  const allowed = testKeys.get(kind) ?? []
  for (const key of ['between', 'tolerance', 'to', 'direction'] as const) {
    if (data[key] === undefined || allowed.includes(key)) continue
    source.keyError('claim-test', [key], `${key} does not go with ${kind}: leave it out`)
  }
  if (between !== undefined && kind === 'value') {
    const [low, high] = between
    if (tolerance !== undefined) {
      const reason = 'tolerance does not go with between: leave one of them out'
      source.keyError('claim-test', ['tolerance'], reason)
    }
    if (low === null && high === null)
      source.valueError(
        'claim-test',
        ['between'],
        'between allows any number: give it a lower or an upper bound',
      )
    if (low !== null && high !== null && low > high) {
      const reason = `between: the lower end ${low} is above the upper end ${high}: write [${high}, ${low}]`
      source.valueError('claim-test', ['between'], reason)
    }
  }
  if (kind === 'value' && published === 0 && typeof tolerance === 'string') {
    const reason = `tolerance: ${tolerance} of 0 allows nothing but 0: write it as a number`
    source.valueError('claim-test', ['tolerance'], reason)
  }
  return source.file.messages.length === before
}

/** Reads the single test that the keys describe. */
function readTest(data: Data, published: Claim['published'], source: Mapping): Test | undefined {
  const kinds = (['value', 'agrees', 'ascending', 'from'] as const).filter((key) => data[key] !== undefined)
  if (kinds.length !== 1) {
    const found = kinds.length === 0 ? 'none' : kinds.join(' and ')
    const reason = `a claim has one of value, agrees, ascending, and from with to; this one has ${found}`
    source.valueError('claim-test', [], reason)
    return undefined
  }
  const { value, agrees, ascending } = data
  if (agrees !== undefined) return readAgreement(agrees, published, source)
  if (ascending !== undefined) {
    const expressions = complete(
      ascending.map((text, index) => parse(text, ['ascending', index], source)?.ast),
    )
    return expressions && { type: 'ordering', expressions }
  }
  if (value === undefined) return readDirection(data, source)
  if (typeof value === 'string') return readValue(value, ['value'], data, published, source)
  const tests = complete(
    value.map((text, index) => readValue(text, ['value', index], data, published, source)),
  )
  return tests && { type: 'all', tests }
}

function readAgreement(text: string, published: Claim['published'], source: Mapping): Test | undefined {
  const expression = parseMeasured(text, ['agrees'], source)
  if (expression === undefined) return undefined
  const theirs = typeof published === 'object' ? singleNumber(published) : undefined
  const count = theirs === undefined ? 0 : meansIn(theirs).length
  if (theirs !== undefined && count > 0 && count === meansIn(expression).length)
    return { type: 'agreement', expression, published: theirs }
  const reason =
    'agrees takes a mean and a `published: =...` one, or a ratio of two means each: their n and variance say how far apart they may be; for anything else write a value with a tolerance'
  source.valueError('claim-test', ['agrees'], reason)
  return undefined
}

function readValue(
  text: string,
  at: KeyPath,
  { between, tolerance }: Data,
  published: Claim['published'],
  source: Mapping,
): Test | undefined {
  const expression = parseMeasured(text, at, source)
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
  const number = singleNumber(published)
  if (number === undefined || tolerance === undefined) {
    const reason = 'a value needs `between: [low, high]`, or a number `published` and a `tolerance`'
    source.valueError('claim-test', at, reason)
    return undefined
  }
  const isAbsolute = typeof tolerance === 'number'
  return {
    type: isAbsolute ? 'absolute' : 'relative',
    expression,
    published: number,
    tolerance: isAbsolute ? tolerance : share(tolerance),
  }
}

function singleNumber(published: Claim['published']): Expression | undefined {
  if (typeof published === 'number') return { type: 'number', value: published }
  return typeof published === 'object' && published.length === 1 ? published[0]?.ast : undefined
}

function readDirection(
  { from = '', to, direction, tolerance = '5 %' }: Data,
  source: Mapping,
): Test | undefined {
  if (to === undefined || direction === undefined || typeof tolerance === 'number') {
    const reason = 'from goes with to and direction (up, down, same); its tolerance is a share, such as 5 %'
    source.valueError('claim-test', ['from'], reason)
    return undefined
  }
  const [start, end] = [parsePath(from, 'from', source), parsePath(to, 'to', source)]
  return start && end && { type: 'direction', from: start, to: end, direction, tolerance: share(tolerance) }
}

function share(percent: string): number {
  return Number.parseFloat(percent) / 100
}

function parsePath(text: string, key: 'from' | 'to', source: Mapping): Path | undefined {
  const ast = parseMeasured(text, [key], source)
  if (ast === undefined || ast.type === 'path') return ast
  const reason =
    `${key}: a series is a path that ends in a measure, ` + `such as latency['xen-4.17'].baseline.pause.total`
  source.valueError('claim-test', [key], reason)
  return undefined
}

/** Parses the expression under test, which must read at least one run. */
function parseMeasured(text: string, at: KeyPath, source: Mapping): Expression | undefined {
  const ast = parse(text, at, source)?.ast
  if (ast === undefined) return undefined
  const paths = references(ast)
  if (paths[0] === undefined || !paths.every(readsPublished)) return ast
  const reason =
    `${paths[0].parts.join('.')}: a claim is tested with runs, ` + 'and this one reads published tables only'
  source.valueError('claim-test', at, reason)
  return undefined
}

/** @param start offset of the expression in the value */
function parse(text: string, at: KeyPath, source: Mapping, start = 0): ParsedExpression | undefined {
  try {
    return parseExpression(text, wholePathIn(source.file))
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const place = locateInValue(source, at)(start + error.offset)
    fail(source.file, error.ruleId, place, error.message)
    return undefined
  }
}

/** Expressions of a claim, even of an invalid one, with their places. Skips those that do not parse. */
export function claimExpressions(
  source: Mapping,
): readonly { readonly ast: Expression; readonly locate: Locate; readonly isSeries: boolean }[] {
  const texts = ['value', 'agrees', 'ascending', 'from', 'to', 'published'].flatMap(
    (key): readonly (readonly [KeyPath, string])[] => {
      const value = source.data[key]
      if (typeof value === 'string') return [[[key], value]]
      return wordsIn(value).map(([index, text]) => [[key, index], text])
    },
  )
  return texts.flatMap(([at, text]) => {
    const start = expressionSign.exec(text)?.[0].length ?? 0
    if (at[0] === 'published' && start === 0) return []
    const locate = locateInValue(source, at)
    try {
      const { ast } = parseExpression(text.slice(start), wholePathIn(source.file))
      const isSeries = at[0] === 'from' || at[0] === 'to'
      return [{ ast, locate: (offset: number) => locate(start + offset), isSeries }]
    } catch (error) {
      if (error instanceof ExpressionError) return []
      throw error
    }
  })
}

/** The list; undefined if an item is. */
function complete<T>(list: readonly (T | undefined)[]): readonly T[] | undefined {
  return list.every((item) => item !== undefined) ? list : undefined
}
