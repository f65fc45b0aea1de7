/** Claims of a document: `yaml claim`. */

import type { VFile } from 'vfile'
import type { ClaimBlock, Parameter, Place } from './block.ts'
import type { Test } from './claim.ts'
import { wordsIn } from './experiment.ts'
import { type Expression, type Path, parseExpression } from './expression.ts'
import type { Locate } from './place.ts'
import { fail } from './problem.ts'
import { claimSchema } from './schema.ts'
import { ExpressionError } from './syntax.ts'
import { validate } from './validation.ts'
import { locateInValue, type Mapping } from './yaml.ts'

interface Noted {
  readonly source: Mapping
  readonly file: VFile
}

/** @returns undefined when the block has errors; the file then lists them all. */
export function readClaim(source: Mapping, place: Place, { file }: { file: VFile }): ClaimBlock | undefined {
  const data = validate(claimSchema, source.data, { file, source })
  if (data === undefined) return undefined
  const test = readTest(data, { source, file })
  if (test === undefined) return undefined
  const { id, statement, scope, machine, skip, shows, source: from, published } = data
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

/** The one test that the keys describe. */
function readTest(data: Data, noted: Noted): Test | undefined {
  const { source, file } = noted
  const given = (['value', 'ascending', 'from'] as const).filter((key) => data[key] !== undefined)
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none' : given.join(' and ')
    const reason = `a claim has one of value, ascending, and from with to; this one has ${found}`
    fail(file, 'claim-test', source.valuePlace([]), reason)
    return undefined
  }
  if (data.ascending !== undefined) {
    const expressions = data.ascending.map((text, index) => parse(text, ['ascending', index], noted))
    return all(expressions) ? { type: 'ordering', expressions } : undefined
  }
  if (data.from !== undefined) return readDirection(data, noted)
  if (typeof data.value === 'string') return readValue(data.value, ['value'], data, noted)
  const tests = (data.value ?? []).map((text, index) => readValue(text, ['value', index], data, noted))
  return all(tests) ? { type: 'all', tests } : undefined
}

function readValue(
  text: string,
  at: readonly [string, ...(string | number)[]],
  data: Data,
  noted: Noted,
): Test | undefined {
  const expression = parse(text, at, noted)
  if (expression === undefined) return undefined
  if (data.between !== undefined) {
    const [low, high] = data.between
    return {
      type: 'interval',
      expression,
      low: low ?? Number.NEGATIVE_INFINITY,
      high: high ?? Number.POSITIVE_INFINITY,
    }
  }
  const { published, tolerance } = data
  if (typeof published !== 'number' || tolerance === undefined) {
    const reason =
      'a value is held against `between: [low, high]`, or against a number `published` with a `tolerance`'
    fail(noted.file, 'claim-test', noted.source.valuePlace(at), reason)
    return undefined
  }
  return typeof tolerance === 'number'
    ? { type: 'absolute', expression, published, tolerance }
    : { type: 'relative', expression, published, tolerance: share(tolerance) }
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
  const ast = parse(text, [key], noted)
  if (ast === undefined || ast.type === 'path') return ast
  const reason = `${key}: a series is a path that ends in a measure, such as latency['xen-4.17'].baseline.pause.total`
  fail(noted.file, 'claim-test', noted.source.valuePlace([key]), reason)
  return undefined
}

function parse(
  text: string,
  at: readonly [string, ...(string | number)[]],
  { source, file }: Noted,
): Expression | undefined {
  try {
    return parseExpression(text).ast
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    fail(file, error.ruleId, locateInValue(source, at, file)(error.offset), error.message)
    return undefined
  }
}

/** The expressions of a claim, also of one with errors elsewhere, with their places. Those that cannot be parsed are left out. */
export function claimExpressions(
  source: Mapping,
  file: VFile,
): readonly { readonly ast: Expression; readonly locate: Locate }[] {
  const { value, ascending, from, to } = source.data
  const listed = (key: string, list: Parameter | undefined) =>
    typeof list === 'string'
      ? [[[key], list] as const]
      : wordsIn(list).map(([index, text]) => [[key, index], text] as const)
  const texts = [
    ...listed('value', value),
    ...listed('ascending', ascending),
    ...listed('from', from),
    ...listed('to', to),
  ]
  return texts.flatMap(([at, text]) => {
    try {
      return [{ ast: parseExpression(text).ast, locate: locateInValue(source, at, file) }]
    } catch (error) {
      if (error instanceof ExpressionError) return []
      throw error
    }
  })
}

function all<T>(list: readonly (T | undefined)[]): list is readonly T[] {
  return list.every((one) => one !== undefined)
}
