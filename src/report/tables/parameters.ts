/**
 * Changes by each pattern: parameters' baseline and changed values, beside the original study's (Tables 4 and
 * 8).
 */

import * as z from 'zod'
import type { Pattern } from '../../document/block.ts'
import type { Messages } from '../../locale/en.ts'
import { unknown } from '../../query/error.ts'
import type { PublishedRow } from '../../query/published.ts'
import { isMapping, type Parameter, type Parameters } from '../../results/parameters.ts'
import { checkEnvironment, matching, uniqueRow, valuesOf } from '../published.ts'
import { type Cell, headCell, none, type Table, machineKind } from '../table.ts'
import { type Column, type ColumnGroup, tableHead, tableRow } from './columns.ts'
import { isPartial, notRerun, onlyNotes, patternChoice, rowsBeside } from './options.ts'
import { number, patterns, published, publishedEnvironment } from './schema.ts'

/** Published rows that change nothing, pattern -> our parameter: `domu-vcpus: domu.vcpus`. */
const options = () =>
  z.strictObject({
    ...{ number, patterns, published, publishedEnvironment },
    constant: z
      .record(z.string(), z.string())
      .default({})
      .describe('Published pattern that changes nothing -> our parameter'),
  })

/** Optional columns of the published file, and the messages for their heads. */
const publishedColumns = [
  ['location', 'where'],
  ['parameter', 'parameter'],
  ['baseline', 'baseline'],
  ['changed', 'changed'],
] as const

/** A parameter of a pattern, or of all; the head and the published row are those of its first one. */
interface Row {
  readonly head?: Cell
  readonly name: string
  readonly baseline: string
  /** Absent for what is constant. */
  readonly changed?: string
  readonly published?: PublishedRow | undefined
}

export const parameters = machineKind(options, (given, { experiment, published = [], messages }): Table => {
  const parameters = experiment.type === 'data' ? {} : experiment.parameters
  checkEnvironment(published, given.publishedEnvironment)
  const rows = matching(published, { environment: given.publishedEnvironment })
  const names = valuesOf(rows, 'pattern')
  const isChosen = patternChoice(experiment, given.patterns, names)
  const shown = experiment.patterns.filter(
    (pattern) => leaves(pattern.changes).length > 0 && isChosen(pattern),
  )
  const columns = columnsOf(rowsBeside(rows, experiment, given.patterns, names), messages)
  const all = [
    ...constantRows(given.constant, parameters, rows, messages),
    ...shown.flatMap((pattern) => changedRows(pattern, parameters, rows, messages)),
  ]
  const left = names.filter((name) => !Object.hasOwn(given.constant, name))
  return {
    head: tableHead(columns),
    groups: [{ rows: all.map((row) => tableRow(columns, row)) }],
    notes: [
      ...onlyNotes(shown, messages),
      ...(isPartial(given.patterns) ? [] : notRerun(experiment, left, messages)),
    ],
    runs: [],
    missing: [],
  }
})

function columnsOf(rows: readonly PublishedRow[], { tables }: Messages): readonly ColumnGroup<Row>[] {
  const published = publishedColumns.map(
    ([name, head]): Column<Row> | false =>
      rows.some((row) => row[name] !== undefined) && [
        { text: tables[head] },
        (row) => textCell(row.published?.[name] || undefined, 'published'),
      ],
  )
  return [
    { columns: [[{ text: tables.pattern }, ({ head }) => head]] },
    {
      title: published.some((column) => column) ? tables.thisRerun : undefined,
      columns: [
        [{ text: tables.parameter }, ({ name }) => textCell(name)],
        [{ text: tables.baseline }, ({ baseline }) => textCell(baseline)],
        [{ text: tables.changed }, ({ changed }) => textCell(changed)],
      ],
    },
    { title: tables.published, columns: published },
  ]
}

function textCell(text: string | undefined, type: 'text' | 'published' = 'text'): Cell {
  return text === undefined ? none : { type, text }
}

/**
 * Returns what is constant in all patterns, here and in the original. Throws QueryError for an unknown row or
 * parameter.
 */
function constantRows(
  constant: Readonly<Record<string, string>>,
  parameters: Parameters,
  publishedRows: readonly PublishedRow[],
  messages: Messages,
): readonly Row[] {
  const own = new Map(leaves(parameters).map(({ path, value }) => [path.join('.'), value]))
  const names = Object.entries(constant)
  return names.map(([name, parameter], index) => {
    const published = uniqueRow(publishedRows, { pattern: name })
    if (published === undefined) throw unknown('published pattern', name, valuesOf(publishedRows, 'pattern'))
    if (!own.has(parameter)) throw unknown('parameter', parameter, [...own.keys()])
    return {
      ...(index === 0 ? { head: headCell(messages.tables.allPatterns, names.length) } : {}),
      name: parameter,
      baseline: parameterText(own.get(parameter), messages),
      published,
    }
  })
}

function changedRows(
  pattern: Pattern,
  baseline: Parameters,
  publishedRows: readonly PublishedRow[],
  messages: Messages,
): readonly Row[] {
  const changes = leaves(pattern.changes)
  const published = uniqueRow(publishedRows, { pattern: pattern.name })
  return changes.map(({ path, value }, index) => ({
    name: path.join('.'),
    baseline: parameterText(at(baseline, path), messages),
    changed: parameterText(value, messages),
    ...(index === 0 ? { head: headCell(pattern.label, changes.length), published } : {}),
  }))
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

function parameterText(value: Parameter | undefined, messages: Messages): string {
  const { tables } = messages
  if (value === undefined || value === null) return tables.none
  if (value === true) return tables.yes
  if (value === false) return tables.no
  if (typeof value === 'number') return String(value).replace(/^-/, '−')
  if (typeof value === 'string') return value
  return Array.isArray(value)
    ? tables.list(value.map((one) => parameterText(one, messages)))
    : JSON.stringify(value)
}
