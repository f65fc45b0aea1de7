/**
 * The definition of a claim as flat text, field by field, so that a later one can be compared with it. It
 * holds all that can change a verdict beside the runs: also the cells that groups stand for, and the numbers
 * that are read from published tables.
 */

import { type Claim, expressionsOf, type Test } from '../document/claim.ts'
import { QueryError } from '../query/error.ts'
import { type Path, readsPublished, references } from '../query/expression.ts'
import { cellsRead, publishedReadings, type Results } from '../query/query.ts'
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

/** Numbers behind the paths into published tables. */
function tableFields({ test, published }: Claim, results: Omit<Results, 'runs'>): readonly Field[] {
  const shown = typeof published === 'object' ? published.map(({ ast }) => ast) : []
  const paths = [...expressionsOf(test), ...shown].flatMap(references).filter(readsPublished)
  const texts = new Map(paths.map((path) => [pathText(path.parts), path]))
  return [...texts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, path]) => [text, numbersAt(path, results)])
}

function numbersAt(path: Path, results: Omit<Results, 'runs'>): string {
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
