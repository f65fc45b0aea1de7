/** What the names of each sort are at a place: what `Named` tells of schemas, in this project. */

import { type SourceBlock, sourcesIn } from '../document/block.ts'
import { floatIds } from '../document/document.ts'
import type { Named } from '../document/naming.ts'
import { parseYaml } from '../document/yamltext.ts'
import { runNamesIn } from '../engine/cells.ts'
import { languages } from '../locale/languages.ts'
import type { Look } from '../project/live.ts'
import { parameterColumns } from '../query/parameters.ts'
import { statistics } from '../query/statistics.ts'
import { tableKinds } from '../report/tables/kinds.ts'
import { flatParameters, isMapping, type Parameters } from '../results/parameters.ts'
import type { Column, Run } from '../results/run.ts'
import { CsvError, openForeignCsv } from '../text/csv.ts'
import { headOf } from './files.ts'
import type { Scope } from './keys.ts'

export interface Name {
  readonly name: string
  readonly kind: 'id' | 'name' | 'column' | 'statistic' | 'value'
  readonly detail?: string
}

/** Rows that are looked through for values, and values that are offered. */
const mostRows = 1000
const mostValues = 200

/** Returns the names of a sort; `key` is given if they are completed as values of that key. */
export function namesOf(named: Named, scope: Scope, key: string | undefined, look: Look): readonly Name[] {
  const { document, environments, published } = look.opened
  const sources = sourcesAt(scope, look)
  const runs = runsOf(sources, look)
  const list = (names: Iterable<string>, kind: Name['kind'] = 'name', detail?: string): readonly Name[] =>
    Array.from(names, (name) => ({ name, kind, ...(detail === undefined ? {} : { detail }) }))
  const columns = (role?: Column['role']) =>
    runs.flatMap((run) =>
      run.columns
        .filter((column) => role === undefined || column.role === role)
        .map((column): Name => ({ name: column.name, kind: 'column', detail: column.role })),
    )
  switch (named) {
    case 'environment':
      return list(
        scope.fence === 'experiment' || writtenNear(scope, 'from') === undefined
          ? environments.keys()
          : sources.flatMap((one) => one.environments),
      )
    case 'source':
      return sourcesIn(document.blocks).map(({ id, type }) => ({ name: id, kind: 'name', detail: type }))
    case 'experiment':
      return sourcesIn(document.blocks)
        .filter(({ type }) => type === 'experiment')
        .map(({ id }) => ({ name: id, kind: 'name' }))
    case 'pattern':
      return [
        ...sources.flatMap(({ patterns }) =>
          patterns.map(({ name, label }): Name => ({ name, kind: 'name', detail: label })),
        ),
        ...list(keysWritten(scope, 'patterns')),
      ]
    case 'group':
      return list(
        sources.flatMap(({ groups = {} }) => Object.keys(groups)),
        'name',
        'group',
      )
    case 'parameter':
      return [
        ...list(
          sources.flatMap((one) => parametersOf(one, look).map(({ column }) => column)),
          'name',
          'parameter',
        ),
        ...list(keysWritten(scope, 'parameters'), 'name', 'parameter'),
      ]
    case 'column':
      return columns()
    case 'factor':
    case 'measure':
      return columns(named)
    case 'dataset':
      return list(runs.flatMap(({ datasets = {} }) => Object.keys(datasets)))
    case 'value':
      return key === undefined ? [] : list(valuesIn(key, sources, look).slice(0, mostValues), 'value')
    case 'part of a run':
      return list(['environment', 'pattern'], 'name', 'selects runs')
    case 'cell': {
      const cells = runNamesIn(document.blocks.filter(({ type }) => type === 'experiment'))
      const whole = new Set(cells.map((cell) => cell.split('/').slice(0, 2).join('/')))
      return list([...whole, ...cells].slice(0, mostValues))
    }
    case 'statistic':
      return [...statistics].map(([name, { means = '' }]) => ({ name, kind: 'statistic', detail: means }))
    case 'field':
      return list(fieldsAt(scope, look), 'column')
    case 'float':
      return list(floatIds([...document.fences, ...(document.original?.fences ?? [])]), 'id')
    case 'table kind':
      return list(tableKinds.keys(), 'value')
    case 'condition':
      return document.frontMatter.conditions.map(({ name, label }) => ({ name, kind: 'name', detail: label }))
    case 'language':
      return list(languages.keys(), 'value')
    case 'captured item':
      return list(
        look.runs.shown.flatMap(({ run }) => Object.keys(run.captured)),
        'value',
      )
    case 'published environment':
      return list(
        published.flatMap(({ cells }) => cells.map(({ environment }) => environment)),
        'value',
      )
    case 'expression':
      return []
  }
}

/** Columns that a Vega-Lite specification draws: those of what the figure reads. */
export function columnsAt(scope: Scope, look: Look): readonly Name[] {
  const ids = new Set(
    scope.lines.flatMap((line) => [...line.matchAll(/[\p{L}\d_-]+/gu)].map(([word]) => word)),
  )
  const own = sourcesIn(look.opened.document.blocks).filter(({ id }) => ids.has(id))
  const shown = runsOf(own.length > 0 ? own : sourcesIn(look.opened.document.blocks), look)
  return shown.flatMap(({ columns }) => columns.map(({ name }): Name => ({ name, kind: 'column' })))
}

/** What `from` names, or the block itself if it has rows; else all. */
function sourcesAt(scope: Scope, { opened: { document } }: Look): readonly SourceBlock[] {
  const all = sourcesIn(document.blocks)
  const hasRows = scope.fence === 'experiment' || scope.fence === 'data'
  const id = writtenNear(scope, hasRows ? 'id' : 'from')
  return id === undefined && !hasRows ? all : all.filter((one) => one.id === id)
}

function runsOf(sources: readonly SourceBlock[], { runs }: Look): readonly Run[] {
  const ids = new Set(sources.map(({ id }) => id))
  return runs.shown.flatMap(({ run }) => (ids.has(run.experiment) ? [run] : []))
}

function parametersOf(source: SourceBlock, look: Look): ReturnType<typeof parameterColumns> {
  const taken = runsOf([source], look).flatMap(({ columns }) => columns.map(({ name }) => name))
  return parameterColumns(source.patterns, taken)
}

/** Values of a column, a parameter, or a part of a run's name. */
function valuesIn(key: string, sources: readonly SourceBlock[], look: Look): readonly string[] {
  if (key === 'environment') return unique(sources.flatMap(({ environments }) => environments))
  if (key === 'pattern') return unique(sources.flatMap(({ patterns }) => patterns.map(({ name }) => name)))
  const written = runsOf(sources, look).flatMap(({ columns, rows }) =>
    columns.some(({ name }) => name === key) ? rows.slice(0, mostRows).map((row) => row[key]) : [],
  )
  const set = sources.flatMap((source) => {
    const own = parametersOf(source, look).find(({ column }) => column === key)
    return own ? source.patterns.map(({ parameters }) => flatParameters(parameters).get(own.parameter)) : []
  })
  return unique([...written, ...set].flatMap((one) => (one == null ? [] : String(one))))
}

function unique(all: readonly string[]): readonly string[] {
  return [...new Set(all)]
}

/** Columns of the files of a block with data, as they are called there. */
function fieldsAt(scope: Scope, look: Look): readonly string[] {
  const named = scope.lines.flatMap((line) =>
    [...line.matchAll(/[^\s'",{}[\]]+\.(?:csv|tsv)\b/gi)].map(([path]) => path),
  )
  const delimiter = writtenNear(scope, 'delimiter')
  const heads = named.flatMap((path) => {
    try {
      const usual = path.toLowerCase().endsWith('.tsv') ? '\t' : ','
      return openForeignCsv(headOf(path, look) ?? '', delimiter ?? usual).head
    } catch (error) {
      if (error instanceof CsvError) return []
      throw error
    }
  })
  const read = look.opened.data.get(writtenNear(scope, 'id') ?? '') ?? []
  return unique([...heads, ...read.flatMap(({ columns = [] }) => columns.map(({ from }) => from))])
}

/** The value of the nearest such key of a block: in the cursor's line, else above, else below. */
function writtenNear({ lines, line }: Scope, key: string): string | undefined {
  const pattern = new RegExp(String.raw`(?:^|[\s,{])${key}:\s+(?:'([^']*)'|"([^"]*)"|([^\s,{}'"[\]]+))`)
  const above = lines.slice(0, line).toReversed()
  for (const one of [lines[line] ?? '', ...above, ...lines.slice(line + 1)]) {
    const [, ...found] = pattern.exec(one) ?? []
    const value = found.find((written) => written !== undefined)
    if (value !== undefined) return value
  }
  return undefined
}

/** Keys of a mapping of the block, as far as the lines without the cursor's can be read. */
function keysWritten({ fence, lines, line }: Scope, key: string): readonly string[] {
  if (fence !== 'experiment') return []
  const { data = {} } = parseYaml('the block', lines.toSpliced(line, 1).join('\n'))
  const found = (data as Parameters)[key]
  return isMapping(found) ? Object.keys(found) : []
}
