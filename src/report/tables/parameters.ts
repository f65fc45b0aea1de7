/**
 * Changes by each pattern: parameters' baseline and changed values, beside the original study's (Tables 4 and
 * 8).
 */

import { z } from 'zod'
import type { Pattern } from '../../document/block.ts'
import type { Words } from '../../locale/en.ts'
import { unknown } from '../../query/error.ts'
import type { PublishedRow } from '../../query/published.ts'
import type { Parameter, Parameters } from '../../results/parameters.ts'
import { checkEnvironment, matching, theRow, valuesOf } from '../published.ts'
import { type Cell, type Head, headCell, none, type Table, tableKind } from '../table.ts'
import { notRerun, number, patterns, published, publishedEnvironment } from './options.ts'

/** Published rows that change nothing, pattern -> our parameter: `domu-vcpus: domu.vcpus`. */
const constant = z.record(z.string(), z.string()).default({})

const options = z.strictObject({ number, patterns, published, publishedEnvironment, constant })

/** Optional columns of the published file, and the messages for their heads. */
const publishedColumns = new Map([
  ['location', 'where'],
  ['parameter', 'parameter'],
  ['baseline', 'baseline'],
  ['changed', 'changed'],
] as const)
type PublishedColumn = 'location' | 'parameter' | 'baseline' | 'changed'

export const parameters = tableKind(options, (given, { experiment, published: all, words }): Table => {
  checkEnvironment(all ?? [], given.publishedEnvironment)
  const rows = matching(all ?? [], { environment: given.publishedEnvironment })
  const publishedPatterns = valuesOf(rows, 'pattern')
  const columns =
    given.patterns === 'unpublished'
      ? []
      : [...publishedColumns.keys()].filter((name) => rows.some((row) => row[name] !== undefined))
  const shown = experiment.patterns.filter(
    ({ name, changes }) =>
      leaves(changes).length > 0 &&
      (given.patterns === 'all' || publishedPatterns.includes(name) === (given.patterns === 'published')),
  )
  return {
    head: head(columns, words),
    groups: [
      {
        rows: [
          ...constantRows(given.constant, experiment.parameters, columns, rows, words),
          ...shown.flatMap((pattern) => rowsOf(pattern, experiment.parameters, columns, rows, words)),
        ],
      },
    ],
    notes: [
      ...shown.flatMap(({ label, only }) => (only === undefined ? [] : [words.tables.onlyIn(only, label)])),
      ...(given.patterns === 'unpublished'
        ? []
        : notRerun(
            experiment,
            publishedPatterns.filter((name) => !Object.hasOwn(given.constant, name)),
            words,
          )),
    ],
    runs: [],
    missing: [],
  }
})

function head(columns: readonly PublishedColumn[], { tables }: Words): Table['head'] {
  const own: Head[] = [{ text: tables.parameter }, { text: tables.baseline }, { text: tables.changed }]
  if (columns.length === 0) return [[{ text: tables.pattern }, ...own]]
  return [
    [
      { text: tables.pattern, rows: 2 },
      { text: tables.thisRerun, columns: own.length, align: 'center' },
      { text: tables.published, columns: columns.length, align: 'center' },
    ],
    [...own, ...columns.map((name) => ({ text: tables[publishedColumns.get(name) ?? 'where'] }))],
  ]
}

/**
 * Returns what is constant in all patterns, here and in the original. Throws QueryError for an unknown row or
 * parameter.
 */
function constantRows(
  constant: Readonly<Record<string, string>>,
  parameters: Parameters,
  columns: readonly PublishedColumn[],
  publishedRows: readonly PublishedRow[],
  words: Words,
): readonly (readonly Cell[])[] {
  const own = new Map(leaves(parameters).map(({ path, value }) => [path.join('.'), value]))
  const names = Object.entries(constant)
  return names.map(([name, parameter], index) => {
    const row = theRow(publishedRows, { pattern: name })
    if (row === undefined) throw unknown('published pattern', name, valuesOf(publishedRows, 'pattern'))
    if (!own.has(parameter)) throw unknown('parameter', parameter, [...own.keys()])
    return [
      ...(index === 0 ? [headCell(words.tables.allPatterns, names.length)] : []),
      { type: 'text', text: parameter },
      { type: 'text', text: inWords(own.get(parameter), words) },
      none,
      ...publishedCells(row, columns),
    ]
  })
}

function rowsOf(
  pattern: Pattern,
  baseline: Parameters,
  columns: readonly PublishedColumn[],
  publishedRows: readonly PublishedRow[],
  words: Words,
): readonly (readonly Cell[])[] {
  const changes = leaves(pattern.changes)
  const row = theRow(publishedRows, { pattern: pattern.name })
  return changes.map(({ path, value }, index) => [
    ...(index === 0 ? [headCell(pattern.label, changes.length)] : []),
    { type: 'text', text: path.join('.') },
    { type: 'text', text: inWords(at(baseline, path), words) },
    { type: 'text', text: inWords(value, words) },
    ...publishedCells(index === 0 ? row : undefined, columns),
  ])
}

function publishedCells(row: PublishedRow | undefined, columns: readonly PublishedColumn[]): readonly Cell[] {
  return columns.map((name) => {
    const text = row?.[name]
    return text === undefined || text === '' ? none : { type: 'published', text }
  })
}

interface Leaf {
  readonly path: readonly string[]
  readonly value: Parameter
}

function leaves(parameters: Parameters, above: readonly string[] = []): readonly Leaf[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const path = [...above, name]
    return isMapping(value) ? leaves(value, path) : [{ path, value }]
  })
}

function at(parameters: Parameters, path: readonly string[]): Parameter | undefined {
  let value: Parameter | undefined = parameters
  for (const name of path) value = isMapping(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}

function isMapping(value: Parameter | undefined): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function inWords(value: Parameter | undefined, words: Words): string {
  const { tables } = words
  if (value === undefined || value === null) return tables.none
  if (value === true) return tables.yes
  if (value === false) return tables.no
  if (typeof value === 'number') return String(value).replace(/^-/, '−')
  if (typeof value === 'string') return value
  return Array.isArray(value) ? tables.list(value.map((one) => inWords(one, words))) : JSON.stringify(value)
}
