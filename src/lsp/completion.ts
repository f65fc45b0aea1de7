/** What can be written at a place: ids, keys of works, parts of paths, keys of blocks and their values. */

import { sourcesIn, type SourceBlock } from '../document/block.ts'
import { referenceIds } from '../document/document.ts'
import { messagesFor } from '../locale/languages.ts'
import type { Look } from '../project/live.ts'
import { publishedRoot } from '../query/expression.ts'
import { filters } from '../query/format.ts'
import { functions } from '../query/functions.ts'
import { statistics } from '../query/statistics.ts'
import { labels } from '../report/floats.ts'
import { tableKinds } from '../report/tables/kinds.ts'
import type { Place } from './context.ts'
import { keysAt, takes } from './keys.ts'
import type { Works } from './works.ts'

export interface Suggestion {
  readonly label: string
  readonly kind: 'id' | 'work' | 'name' | 'column' | 'statistic' | 'function' | 'key' | 'value'
  /** In a few words, beside the label. */
  readonly detail?: string
  readonly documentation?: string
  /** In place of `written` characters before the cursor. */
  readonly text: string
  readonly replaces: string
}

export function suggestionsAt(place: Place, look: Look, works: Works): readonly Suggestion[] {
  switch (place.type) {
    case 'mention':
      return mentions(place.written, place.isCitation, look, works)
    case 'expression':
      return inExpression(place.written, look)
    case 'key':
      return keysAt(place.scope).map((one) => ({
        ...{ label: one.key, kind: 'key', replaces: place.written, detail: takes(one).replaceAll('`', '') },
        ...(one.means === undefined ? {} : { documentation: one.means }),
        text: place.scope.form === 'attributes' ? `${one.key}=` : `${one.key}: `,
      }))
    case 'value':
      return valuesOf(place, look)
    case 'none':
      return []
  }
}

function mentions(
  written: string,
  isCitation: boolean,
  { opened: { document } }: Look,
  works: Works,
): readonly Suggestion[] {
  const names = labels(document, messagesFor(document.frontMatter.lang))
  const ids = referenceIds(document).map((id): Suggestion => ({
    ...{ label: `@${id}`, kind: 'id', text: id, replaces: written },
    detail: names.get(id) ?? '',
  }))
  const cited = [...works].map(([key, { title }]): Suggestion => ({
    ...{ label: `@${key}`, kind: 'work', text: key, replaces: written, detail: title },
  }))
  return isCitation ? [...cited, ...ids] : [...ids, ...cited]
}

const mostFiles = 200

function valuesOf(
  { scope, key, written }: Extract<Place, { type: 'value' }>,
  look: Look,
): readonly Suggestion[] {
  const { document, environments } = look.opened
  const sources = sourcesIn(document.blocks)
  const named = (names: Iterable<string>, kind: Suggestion['kind'] = 'value'): readonly Suggestion[] =>
    [...new Set(names)].map((name) => ({ label: name, kind, text: name, replaces: written }))
  switch (key) {
    case 'environments':
    case 'only':
      return named(environments.keys())
    case 'from':
    case 'rows':
    case 'needs':
      return named(
        sources.map(({ id }) => id),
        'name',
      )
    case 'kind':
      return scope.fence === 'table' ? named(tableKinds.keys()) : []
    case 'shows':
      return named(
        referenceIds(document).filter((id) => /^(?:tbl|fig)-/.test(id)),
        'id',
      )
    case 'measures':
      return named(columnsOf(look, undefined, 'measure'), 'column')
    case 'field':
    case 'filter':
    case 'where':
    case 'sort':
      return named(
        look.runs.shown.flatMap(({ run }) => run.columns.map(({ name }) => name)),
        'column',
      )
    case 'by':
      return named(columnsOf(look, undefined, 'factor'), 'column')
    case 'statistics':
      return named(statistics.keys(), 'statistic')
    case 'patterns':
    case 'baseline':
      return named(
        sources.flatMap(({ patterns }) => patterns.map(({ name }) => name)),
        'name',
      )
    case 'file':
      return named(
        ['data/*', '*/*.csv', '*/*.md'].flatMap((pattern) => look.files.match(pattern)).slice(0, mostFiles),
      )
    case 'bibliography':
      return named(look.files.match('**/*.bib').slice(0, mostFiles))
    case 'published':
      return named(look.files.match('**/*.csv').slice(0, mostFiles))
    case 'script':
      return named(look.files.match('experiments/*'))
    case 'spec':
      return named(look.files.match('figures/*'))
    default:
      return named(keysAt(scope).find((one) => one.key === key)?.values ?? [])
  }
}

function columnsOf({ runs }: Look, experiment: string | undefined, role: string): readonly string[] {
  return runs.shown.flatMap(({ run }) =>
    experiment === undefined || run.experiment === experiment
      ? run.columns.flatMap((column) => (column.role === role ? [column.name] : []))
      : [],
  )
}

const plain = /^[\p{L}_][\p{L}\p{N}_]*$/u

/** What may follow in an expression: a filter, a function, or the next part of a path. */
function inExpression(written: string, look: Look): readonly Suggestion[] {
  const filter = /\|\s*(\w*)$/.exec(written)?.[1]
  if (filter !== undefined)
    return [...filters.keys()].map((name) => ({
      label: name,
      kind: 'function',
      text: name,
      replaces: filter,
    }))
  const { parts, last, isQuoted } = pathBefore(written)
  const sources = sourcesIn(look.opened.document.blocks)
  const part = (label: string, kind: Suggestion['kind'], detail?: string): Suggestion => {
    const quoted = plain.test(label) || parts.length === 0 ? undefined : `['${label}']`
    const text = isQuoted ? `${label}']` : (quoted ?? label)
    // `a.xen-4.14` is a subtraction: a name with other signs is written in brackets, without the dot.
    return { label, kind, text, replaces: last, ...(detail === undefined ? {} : { detail }) }
  }
  if (parts.length === 0)
    return [
      ...sources.map(({ id, type }) => part(id, 'name', type)),
      ...(look.opened.published.length === 0 ? [] : [part(publishedRoot, 'name', 'published tables')]),
      ...[...functions].map(([name, { means }]) => part(name, 'function', means)),
    ]
  const [id, environment] = parts
  const source = sources.find((one) => one.id === id)
  if (source === undefined) return []
  if (source.type === 'experiment' && environment === undefined)
    return source.environments.map((name) => part(name, 'name', 'environment'))
  if (source.type === 'experiment' && parts.length === 2)
    return patternsOf(source).map(([name, what]) => part(name, 'name', what))
  return afterPattern(source, parts, look).map(([name, kind, detail]) => part(name, kind, detail))
}

function patternsOf({ patterns, groups = {} }: SourceBlock): readonly (readonly [string, string])[] {
  return [
    ...patterns.map(({ name, label }) => [name, label] as const),
    ...Object.keys(groups).map((name) => [name, 'group'] as const),
  ]
}

function afterPattern(
  { id, type, patterns }: SourceBlock,
  parts: readonly string[],
  look: Look,
): readonly (readonly [string, Suggestion['kind'], string])[] {
  const measures = new Set(columnsOf(look, id, 'measure'))
  const isMeasured = parts.some((one) => measures.has(one))
  if (isMeasured)
    return [
      ...[...statistics].map(([name, { means = '' }]) => [name, 'statistic', means] as const),
      ...['p5', 'p25', 'p75', 'p95', 'p99'].map((name) => [name, 'statistic', 'percentile'] as const),
    ]
  const own = look.runs.shown.filter(({ run }) => run.experiment === id)
  const factors = new Map<string, string>()
  for (const { run } of own)
    for (const { name, role } of run.columns)
      if (role === 'factor') for (const row of run.rows.slice(0, 1000)) factors.set(String(row[name]), name)
  return [
    ...(type === 'data' ? patterns.map(({ name }) => [name, 'name', 'file'] as const) : []),
    ...[...measures].map((name) => [name, 'column', 'measure'] as const),
    ...[...factors].map(([value, name]) => [value, 'value', name] as const),
    ['n', 'statistic', 'how many observations there are'] as const,
  ]
}

/** The parts of the path before the cursor: `a['b'].c.d` -> a, b, c, and d as what is being written. */
export function pathBefore(written: string): {
  readonly parts: readonly string[]
  readonly last: string
  readonly isQuoted: boolean
} {
  const [path = ''] =
    /(?:[\p{L}_][\p{L}\p{N}_]*(?:\.|(?=\[))|\[(?:'[^']*'|"[^"]*")\]\.?)*(?:\[['"][^'"]*|[\p{L}\p{N}_*-]*)$/u.exec(
      written,
    ) ?? []
  const parts: string[] = []
  let rest = path
  for (;;) {
    const found = /^([\p{L}_][\p{L}\p{N}_]*)(?:\.|(?=\[))|^\['([^']*)'\]\.?|^\["([^"]*)"\]\.?/u.exec(rest)
    if (found === null) break
    parts.push(found[1] ?? found[2] ?? found[3] ?? '')
    rest = rest.slice(found[0].length)
  }
  const isQuoted = /^\[['"]/.test(rest)
  return { parts, last: isQuoted ? rest.slice(2) : rest, isQuoted }
}
