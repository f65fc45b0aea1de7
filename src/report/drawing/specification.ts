/** A Vega-Lite specification as written: its parts, its datasets, and what it may not ask for. */

import { QueryError } from '../../query/error.ts'
import { lineAndColumn, repeatedKey } from '../../text/json.ts'
import { hint, nearest } from '../../text/spelling.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type Specification = { readonly [key: string]: Json }

/** A path such as `layer[0].mark.type`, and its last key. */
interface Part {
  readonly path: string
  readonly key: string
  readonly value: Json
}

const deepest = 100

/** Throws QueryError for text that is not a JSON object, and for pictures and URLs in it. */
export function parseSpecification(text: string): Specification {
  const spec = parse(text)
  if (!isObject(spec)) throw new QueryError('the specification is not a JSON object')
  for (const { path, key, value } of parts(spec)) {
    if (key === 'data' && isObject(value) && 'url' in value) {
      throw new QueryError(
        `data cannot be read from a URL: ${value.url} (name it, and give the name under data:), at ${path}`,
      )
    }
    const mark = key === 'type' && path.endsWith('mark.type') ? value : key === 'mark' ? value : undefined
    if (mark === 'image') throw new QueryError(`a figure shows no pictures: image, at ${path}`)
    if (markPath.test(path)) checkMark(value, path)
    if (encodingPath.test(path) && isObject(value)) checkChannels(Object.keys(value), path)
  }
  return spec
}

/** Marks of Vega-Lite that a figure may use. */
export const marks: readonly string[] = [
  ...[
    'arc',
    'area',
    'bar',
    'boxplot',
    'circle',
    'errorband',
    'errorbar',
    'geoshape',
    'line',
    'point',
    'rect',
  ],
  ...['rule', 'square', 'text', 'tick', 'trail'],
]

const channels: readonly string[] = [
  ...['x', 'x2', 'xOffset', 'xError', 'xError2', 'y', 'y2', 'yOffset', 'yError', 'yError2'],
  ...['latitude', 'latitude2', 'longitude', 'longitude2', 'radius', 'radius2', 'theta', 'theta2'],
  ...['angle', 'color', 'fill', 'fillOpacity', 'opacity', 'shape', 'size'],
  ...['stroke', 'strokeDash', 'strokeOpacity', 'strokeWidth', 'text'],
  ...['column', 'facet', 'row', 'detail', 'key', 'order', 'time', 'description', 'href', 'tooltip', 'url'],
]

/** Paths of a view's mark and encoding; config.mark and the like have other shapes. */
const view = String.raw`^(?:(?:(?:layer|[hv]?concat)\[\d+\]|spec)\.)*`
const markPath = new RegExp(`${view}mark$`)
export const encodingPath = new RegExp(`${view}encoding$`)

/** Vega-Lite itself fails on an unknown mark without saying so. */
function checkMark(mark: Json, path: string): void {
  const [name, place] = isObject(mark) ? [mark.type, `${path}.type`] : [mark, path]
  // Pictures are refused for what they are.
  if (typeof name === 'string' && (marks.includes(name) || name === 'image')) return
  if (name === undefined)
    throw new QueryError(`the mark has no type, at ${path} (known: ${marks.join(', ')})`)
  const near = typeof name === 'string' ? nearest(name, marks) : undefined
  const advice = near === undefined ? ` (known: ${marks.join(', ')})` : ` (did you mean ${near}?)`
  throw new QueryError(
    `unknown mark: ${typeof name === 'string' ? name : JSON.stringify(name)}, at ${place}${advice}`,
  )
}

function checkChannels(names: readonly string[], path: string): void {
  const name = names.find((one) => !channels.includes(one))
  if (name !== undefined) throw new QueryError(`unknown channel: ${name}${hint(name, channels)}, at ${path}`)
}

function parse(text: string): Json {
  let spec: Json
  try {
    spec = JSON.parse(text)
  } catch (cause) {
    throw new QueryError(`the specification is not valid JSON: ${(cause as Error).message}`)
  }
  const twice = repeatedKey(text)
  if (twice === undefined) return spec
  const { line, column } = lineAndColumn(text, twice.offset)
  throw new QueryError(
    `the specification has two values for ${twice.key} in one object, at line ${line}, column ${column}: leave one`,
  )
}

/** Returns all parts of a specification except its data. Throws QueryError if it is nested too deep. */
export function parts(spec: Specification): readonly Part[] {
  const found: Part[] = []
  const visit = (value: Json, path: string, depth: number): void => {
    if (depth > deepest)
      throw new QueryError(`the specification has more than ${deepest} levels, at ${path.slice(0, 100)}`)
    for (const [key, child] of Object.entries(isList(value) || isObject(value) ? value : {})) {
      const place = isList(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
      found.push({ path: place, key, value: child })
      if (key !== 'values' && key !== 'datasets') visit(child, place, depth + 1)
    }
  }
  visit(spec, '', 0)
  return found
}

/** Dataset names that a specification reads, in order: `{"data": {"name": "rows"}}`. */
export function datasetsOf(spec: Specification): readonly string[] {
  const names = parts(spec).flatMap(({ key, value }) =>
    key === 'data' && isObject(value) && 'name' in value && !('values' in value) ? [String(value.name)] : [],
  )
  return [...new Set(names)]
}

/** Reads the only dataset, unless the specification says what data it reads: one that does not has nothing to draw. */
export function withDataset(spec: Specification, given: readonly string[]): Specification {
  const [name, ...others] = given
  if (name === undefined || others.length > 0 || parts(spec).some(({ key }) => key === 'data')) return spec
  return { ...spec, data: { name } }
}

/** Throws QueryError unless the specification reads all given datasets, and no others but its own. */
export function checkDatasets(spec: Specification, given: readonly string[]): void {
  const own = isObject(spec.datasets) ? Object.keys(spec.datasets) : []
  const names = datasetsOf(spec)
  for (const name of names) {
    if (!given.includes(name) && !own.includes(name))
      throw new QueryError(`the specification reads an unknown dataset: ${name}${hint(name, given)}`)
  }
  for (const name of given) {
    if (!names.includes(name))
      throw new QueryError(`the specification does not read the dataset ${name}${hint(name, names)}`)
  }
}

/** Returns where the author calls a function, for messages. */
export function placeOf(spec: Specification, name: string): string {
  const texts = parts(spec).filter(({ value }) => typeof value === 'string')
  const calls = texts.find(({ value }) => new RegExp(`(?<![\\w$])${name}\\s*\\(`).test(value as string))
  const found = calls ?? texts.find(({ value }) => (value as string).includes(name))
  return found === undefined ? '' : `, at ${found.path}`
}

/** Returns whether the author uses a name, alone or in an expression. */
export function namesIn(spec: Specification): (name: string) => boolean {
  const texts = parts(spec).flatMap(({ value }) => (typeof value === 'string' ? [value] : []))
  return saysOneOf(texts)
}

function saysOneOf(texts: readonly string[]): (name: string) => boolean {
  const all = texts.join('\n').replaceAll('\\', '')
  return (name) => all.includes(name)
}

/** Matches access by a computed name (`datum[name]`), but not by a literal one (`datum['name']`). */
const computedAccess = /[\w$)\]]\s*\[(?!\s*(?:'[^'\\]*'|"[^"\\]*"|\d+)\s*\])/
/** Matches what can read a field without its plain name: escapes, pluck, and geoshape (whole records). */
const unnamedRead = /\\[\dux]|\bpluck\b|\bgeoshape\b/

/**
 * Returns whether a specification may read a field: one of its texts contains the name, or it may compute
 * names. True for some fields that it does not read.
 */
export function fieldsRead(spec: Specification): (name: string) => boolean {
  const texts = parts(spec).flatMap(({ key, value }) => (typeof value === 'string' ? [key, value] : [key]))
  if (texts.some((text) => computedAccess.test(text) || unnamedRead.test(text))) return () => true
  return saysOneOf(texts)
}

/** Returns true if the author handles a field's non-numeric values. */
export function treatsInvalid(spec: Specification, field: string): boolean {
  return parts(spec).some(
    ({ key, value }) => key === 'invalid' || (isObject(value) && value.field === field && 'valid' in value),
  )
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
