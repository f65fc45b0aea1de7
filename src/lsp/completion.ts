/** What can be written at a place: ids, keys of works, parts of paths, keys of blocks and their values. */

import { linkedIds } from '../check/links.ts'
import { sourcesIn, type SourceBlock } from '../document/block.ts'
import { referenceIds } from '../document/document.ts'
import { blockInfos } from '../document/fence.ts'
import { plainText } from '../document/markdown.ts'
import { messagesFor } from '../locale/languages.ts'
import type { Look } from '../project/live.ts'
import type { Site } from '../project/site.ts'
import { publishedRoot } from '../query/expression.ts'
import { filters } from '../query/format.ts'
import { functions } from '../query/functions.ts'
import { statistics } from '../query/statistics.ts'
import { labels } from '../report/floats.ts'
import type { Place } from './context.ts'
import { filesEnding } from './files.ts'
import { expectedAt, keyNamesAt, keysAt, type Scope, takes } from './keys.ts'
import { columnsAt, type Name, namesOf } from './names.ts'
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

/** `site` is where files are looked for. */
export function suggestionsAt(
  place: Place,
  look: Look,
  works: Works,
  site: Pick<Site, 'project'>,
): readonly Suggestion[] {
  switch (place.type) {
    case 'mention':
      return mentions(place.written, place.isCitation, look, works)
    case 'link':
      return links(place.written, look)
    case 'expression':
      return inExpression(place.written, look)
    case 'fence':
      return fences(place)
    case 'key':
      return keys(place.scope, place.written, look)
    case 'value':
      return valuesOf(place, look, site)
    case 'none':
      return []
  }
}

/** What the language of a fence may be, and the word behind it. */
function fences({ language, written }: Extract<Place, { type: 'fence' }>): readonly Suggestion[] {
  const infos = blockInfos().map((info) => info.split(' ') as [string, string])
  const words = infos.flatMap(([own, kind]) => (language === undefined ? own : own === language ? kind : []))
  return [...new Set(words)].map((word) => ({ label: word, kind: 'value', text: word, replaces: written }))
}

function keys(scope: Scope, written: string, look: Look): readonly Suggestion[] {
  const end = scope.form === 'attributes' ? '=' : ': '
  const own = keysAt(scope).map((one): Suggestion => ({
    ...{ label: one.key, kind: 'key', replaces: written, detail: takes(one).replaceAll('`', '') },
    ...(one.means === undefined ? {} : { documentation: one.means }),
    text: `${one.key}${end}`,
  }))
  const others = keyNamesAt(scope).flatMap((named) => namesOf(named, scope, undefined, look))
  return [...own, ...suggested(others, (name) => `${inYaml(name)}${end}`, written)]
}

function suggested(
  names: readonly Name[],
  textOf: (name: string) => string,
  written: string,
): readonly Suggestion[] {
  const first = [...Map.groupBy(names, ({ name }) => name).values()].flatMap(([one]) => one ?? [])
  return first.map(({ name, ...rest }) => ({ ...rest, label: name, text: textOf(name), replaces: written }))
}

/** A text in YAML, with quotes only if it needs them: YAML would read 1.10 as 1.1. */
function inYaml(text: string): string {
  const isPlain =
    /^[\p{L}\p{N}_.][^\s:#,'"`[\]{}&*!|>%@]*(?: [^\s:#,'"`[\]{}&*!|>%@]+)*$/u.test(text) &&
    text !== 'null' &&
    (Number.isNaN(Number(text)) || String(Number(text)) === text)
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`
}

function links(written: string, { opened: { document } }: Look): readonly Suggestion[] {
  const names = labels(document, messagesFor(document.frontMatter.lang))
  return linkedIds(document).map(({ id, node }) => ({
    ...{ label: `#${id}`, kind: 'id', text: id, replaces: written },
    detail: names.get(id) ?? (node && plainText(node)) ?? '',
  }))
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

/** Keys of a specification whose values are columns. */
const fieldKeys = ['field', 'filter', 'sort', 'groupby', 'fold']

function valuesOf(
  { scope, key, written, isItem = false, isQuoted = false }: Extract<Place, { type: 'value' }>,
  look: Look,
  site: Pick<Site, 'project'>,
): readonly Suggestion[] {
  const { values, names, files } = expectedAt(scope, key)
  const isField = scope.outer.includes('spec') && fieldKeys.includes(key)
  const found = [
    ...values.map((name): Name => ({ name, kind: 'value' })),
    ...names.flatMap((named) => namesOf(named, scope, key, look)),
    ...(files.length === 0 ? [] : filesEnding(files, written, site)).map((name): Name => ({
      name,
      kind: 'value',
    })),
    ...(isField ? columnsAt(scope, look) : []),
  ]
  const textOf = isQuoted || scope.form === 'attributes' ? (name: string) => name : inYaml
  return [
    ...suggested(found, textOf, written),
    ...(isItem ? keys({ ...scope, outer: [...scope.outer, key] }, written, look) : []),
  ]
}

function columnsOf({ runs }: Look, experiment: string, role: string): readonly string[] {
  return runs.shown.flatMap(({ run }) =>
    run.experiment === experiment
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
