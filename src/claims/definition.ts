/**
 * The definition of a claim as flat text, field by field, so that a later one can be compared with it. It
 * holds all that can change a verdict beside the runs: also the cells that groups stand for, and the numbers
 * that are read from published tables.
 */

import { type Claim, expressionsOf, expressionsOfClaim, type Test } from '../document/claim.ts'
import { QueryError } from '../query/error.ts'
import { type Expression, type Path, readsPublished, references } from '../query/expression.ts'
import { type Invariant, parseEquation } from '../query/invariant.ts'
import { groupsOf, lookUp } from '../query/lookup.ts'
import { neededBy } from '../query/patterns.ts'
import { cellsRead, publishedReadings, type Results } from '../query/query.ts'
import { afterPattern, resolveCells } from '../query/resolve.ts'
import { filteredText, pathText, sourceText } from '../query/sourcetext.ts'

/** Field -> text: `tolerance` -> `5 %`. */
export type Definition = Readonly<Record<string, string>>

type Field = readonly [name: string, text: string]

/** Deterministic; `results` needs no runs. */
export function definitionOf(claim: Claim, results: Omit<Results, 'runs'>): Definition {
  const { statement, scope, published, machine = {}, skip, test, conditions = [], control } = claim
  return Object.fromEntries([
    ['statement', statement],
    ['scope', scope],
    ...publishedFields(published),
    ...measuredFields(test, results),
    ...limitFields(test),
    ...Object.entries(machine).map(([item, value]) => [`machine ${item}`, value] as const),
    ...(skip === undefined ? [] : [['skip', skip] as const]),
    ...conditions.flatMap(({ name, test: other }) => otherFields(`condition ${name}`, other, results)),
    ...(control ? otherFields('control', control.test, results) : []),
    ...patternFields(claim, results),
    ...experimentFields(claim, results),
    ...tableFields(claim, results),
  ])
}

function publishedFields(published: Claim['published']): readonly Field[] {
  if (published === undefined) return []
  if (typeof published !== 'object') return [['published', String(published)]]
  return numbered(
    'published',
    published.map((one) => `=${filteredText(one)}`),
  )
}

/** What the test measures, and in which cells: a group or `*` may come to stand for others. */
function measuredFields(test: Test, { experiments }: Omit<Results, 'runs'>): readonly Field[] {
  const texts = expressionsOf(test).map(sourceText)
  const [first = '', second = ''] = texts
  const measured: readonly Field[] =
    test.type === 'direction'
      ? [
          ['from', first],
          ['to', second],
        ]
      : numbered(test.type === 'ordering' ? 'ascending' : 'value', texts)
  return [...measured, ['cells', cellsRead(expressionsOf(test), experiments).names.join(', ')]]
}

function limitFields(test: Test): readonly Field[] {
  switch (test.type) {
    case 'absolute':
      return [['tolerance', String(test.tolerance)]]
    case 'relative':
      return [['tolerance', percent(test.tolerance)]]
    case 'agreement':
      return [['agrees', sourceText(test.published)]]
    case 'direction':
      return [
        ['direction', test.direction],
        ['tolerance', percent(test.tolerance)],
      ]
    case 'interval': {
      const end = (value: number) => (Number.isFinite(value) ? String(value) : 'null')
      return [['between', `[${end(test.low)}, ${end(test.high)}]`]]
    }
    case 'ordering':
      return []
    case 'all': {
      // The tests of one claim differ only in their values.
      const [first] = test.tests
      return first === undefined ? [] : limitFields(first)
    }
  }
}

/** Only what differs from the claim as stated. */
function otherFields(of: string, test: Test, results: Omit<Results, 'runs'>): readonly Field[] {
  return measuredFields(test, results).map(([field, text]) => [`${of}: ${field}`, text])
}

/** The patterns that a group, a list with one, or `*` stands for in a path. */
function patternFields(claim: Claim, results: Omit<Results, 'runs'>): readonly Field[] {
  const paths = [...expressionsOfClaim(claim), ...publishedIn(claim)].flatMap(references)
  const fields = paths.flatMap((path): readonly Field[] => {
    const names = patternsAt(path, results)
    return names === undefined || names.join(', ') === path.parts[2]
      ? []
      : [[patternField(path), names.join(', ')]]
  })
  return fields.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** Field for what the patterns of a path stand for. */
export function patternField({ parts }: Pick<Path, 'parts'>): string {
  return `patterns ${parts.slice(0, afterPattern).join('/')}`
}

/** Undefined for a path that names one pattern, or is wrong. */
function patternsAt(path: Path, { experiments, published = [] }: Omit<Results, 'runs'>) {
  try {
    if (!readsPublished(path)) return resolveCells(path, experiments).over
    const { over } = lookUp(path, published, groupsOf(experiments))
    return over
  } catch (error) {
    if (error instanceof QueryError) return undefined
    throw error
  }
}

/** What an experiment block says of its rows, also that of one that was needed. */
function experimentFields(claim: Claim, { experiments }: Omit<Results, 'runs'>): readonly Field[] {
  const own = cellsRead(expressionsOfClaim(claim), experiments).names.map((name) => name.split('/')[0] ?? '')
  const behind = new Set([...own, ...neededBy(own, experiments)])
  return experiments
    .filter(({ id }) => behind.has(id))
    .flatMap(({ id, discrete, reading, invariants = [] }): readonly Field[] => [
      ...(reading === undefined ? [] : [[readingField(id), reading] as const]),
      ...(discrete ? [[`discrete ${id}`, 'true'] as const] : []),
      ...numbered(`invariant ${id}`, invariants.map(invariantText)),
    ])
}

/** Field for how data are read. */
export function readingField(id: string): string {
  return `reading ${id}`
}

const invariantParts = /^(?<text>.*?)(?: where (?<where>\{.*\}))?(?: tolerance (?<tolerance>\S+))?$/s

function invariantText({ text, where, tolerance }: Pick<Invariant, 'text' | 'where' | 'tolerance'>): string {
  const rows = Object.keys(where).length === 0 ? '' : ` where ${JSON.stringify(where)}`
  return `${text}${rows}${tolerance === 0 ? '' : ` tolerance ${tolerance}`}`
}

/** Reads what `invariantText` wrote. Throws an ExpressionError or SyntaxError for another text. */
export function readInvariant(written: string): Invariant {
  const { text = '', where = '{}', tolerance = '0' } = invariantParts.exec(written)?.groups ?? {}
  return { ...parseEquation(text), where: JSON.parse(where), tolerance: Number(tolerance) }
}

/** Numbers behind the paths into published tables; of a sample also what its prediction takes. */
function tableFields(claim: Claim, results: Omit<Results, 'runs'>): readonly Field[] {
  const paths = [...expressionsOf(claim.test), ...publishedIn(claim)]
    .flatMap(references)
    .filter(readsPublished)
    .flatMap((path) => [path, ...(claim.test.type === 'agreement' ? samplePaths(path) : [])])
  const texts = new Map(paths.map((path) => [pathText(path.parts), path]))
  return [...texts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, path]) => [text, numbersAt(path, results)])
}

function publishedIn({ published }: Pick<Claim, 'published'>): readonly Expression[] {
  return typeof published === 'object' ? published.map(({ ast }) => ast) : []
}

/** What agreement.ts reads beside a mean. */
function samplePaths(path: Path): readonly Path[] {
  return ['n', 'variance', 'sd'].map((statistic) => ({ ...path, parts: path.parts.with(-1, statistic) }))
}

/** The numbers of a path into published tables; `none` if it has none. */
export function numbersAt(path: Path, results: Omit<Results, 'runs'>): string {
  try {
    const { readings } = publishedReadings(path, { ...results, runs: [] })
    return readings.map((one) => ('value' in one ? String(rounded(one.value)) : '')).join(', ')
  } catch (error) {
    if (error instanceof QueryError) return 'none'
    throw error
  }
}

/** Nine digits: more would depend on the arithmetic of a platform. */
export function rounded(value: number): number {
  return Number(value.toPrecision(9))
}

function numbered(name: string, texts: readonly string[]): readonly Field[] {
  return texts.map((text, index) => [texts.length === 1 ? name : `${name} ${index + 1}`, text])
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(12))} %`
}
