/**
 * Draws a specification and its data as SVG text, without a browser, a canvas or a DOM:
 *
 *   text -> specification -> vega-lite compile (warnings are errors) -> dataflow without events -> View -> SVG
 *
 * Same specification and data, same bytes: text is measured with a table of widths and not with the machine's
 * fonts, random numbers start from the same seed, and no expression reads the clock. This runs in a process
 * of its own (process.ts).
 */

import { dsvFormat } from 'd3-dsv'
import type { Loader, LoggerInterface } from 'vega'
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { QueryError } from '../../query/error.ts'
import { CsvError } from '../../text/csv.ts'
import { csvRecords } from '../csvrecords.ts'
import { textWidth } from '../textwidth.ts'
import { ink, theme } from '../theme.ts'
import { interpreter } from './expressions.ts'
import { openReads, own } from './fields.ts'
import type { Order, Records } from './order.ts'
import {
  checkDatasets,
  isObject,
  type Json,
  namesIn,
  parseSpecification,
  parts,
  placeOf,
  type Specification,
  treatsInvalid,
  withDataset,
} from './specification.ts'

interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: string | number
}

/** Missing in vega's typings. */
const { formats, randomLCG, setRandom, textMetrics } = vega as unknown as {
  formats(name: string, read: (data: string, format?: { readonly property?: string }) => unknown): void
  randomLCG(seed: number): () => number
  setRandom(random: () => number): void
  /** The one hook for measuring text. */
  readonly textMetrics: { width: (item: TextItem, text: unknown) => number }
}

// Vega's own readers compile code and expose JavaScript's built-in properties.
formats('csv', (text) => parseTable(text, ','))
formats('tsv', (text) => parseTable(text, '\t'))
formats('json', (data: unknown, { property = '' } = {}) =>
  vega.splitAccessPath(property).reduce(own, typeof data === 'string' ? JSON.parse(data) : data),
)

/** Returns records by the names in the first row; missing cells are empty. */
function parseTable(text: string, delimiter: string): Records {
  const [columns = [], ...rows] = dsvFormat(delimiter).parseRows(text)
  const records = rows.map((row) => columns.map((name, index) => [name, row[index] ?? '']))
  return Object.assign(
    records.map((fields) => Object.fromEntries(fields)),
    { columns },
  )
}

/**
 * Throws QueryError for an unknown dataset or field (with the nearest name), a specification that fails to
 * compile or warns, and a forbidden expression.
 */
export async function draw(order: Order): Promise<string> {
  const spec = withDataset(parseSpecification(order.spec), Object.keys(order.data))
  checkDatasets(spec, Object.keys(order.data))
  const warnings: string[] = []
  const refusals: QueryError[] = []
  const logger = collector(warnings, refusals)
  const attempt = <Value>(step: () => Value) => attempted(step, spec)
  const reads = openReads()
  const flowOf = (aria: boolean) => {
    warnings.length = 0
    const config = { ...theme, aria }
    const fieldTitle = titler(spec, order.titles) as never
    const compiled = compile(specification(spec, order), { logger, config, fieldTitle }).spec
    return vega.parse(compiled, undefined, { ast: true })
  }
  let flow: ReturnType<typeof flowOf>
  try {
    flow = flowOf(true)
  } catch {
    // Vega-Lite's descriptions of marks do not parse where names have quotes.
    flow = attempt(() => flowOf(false))
  }
  measure(new Map(Object.entries(order.texts ?? {})))
  // Resets vega's counters of clip paths and gradients and its random numbers for each drawing.
  vega.resetSVGDefIds()
  setRandom(randomLCG(42))
  const expr = interpreter({
    reads,
    placeOf: (name) => placeOf(spec, name),
    treatsInvalid: (field) => treatsInvalid(spec, field),
  })
  const options = { renderer: 'none', logger, loader, expr } as const
  const view = attempt(
    () => new vega.View(withoutEvents(flow as unknown as Flow) as unknown as vega.Runtime, options),
  )
  try {
    const svg = await view.toSVG()
    const [refused] = refusals
    if (refused) throw refused
    reads.check(namesIn(spec))
    // Raised for every scale of an empty dataset, such as a box plot's without outliers.
    const told = new Set(warnings.filter((warning) => !warning.startsWith('Infinite extent for field')))
    if (told.size > 0) throw new QueryError(`the specification warns: ${[...told].join('; ')}`)
    if (!hasMarks((view.scenegraph() as unknown as { readonly root: SceneItem }).root))
      throw new QueryError('the drawing is empty: its data have no records, or its filters leave none')
    return svg
  } finally {
    view.finalize()
  }
}

/**
 * Titles of what a channel shows, as Vega-Lite words them, but with the column's label and unit in place of its
 * name: the data may have another unit than the name tells.
 */
function titler(spec: Specification, titles: Order['titles'] = {}) {
  // What a transform computes may have another unit.
  const computed = new Set(parts(spec).flatMap(({ key, value }) => (key === 'as' ? [value].flat() : [])))
  return ({ field, aggregate, bin, timeUnit }: TitledField): string => {
    const name = typeof field === 'string' ? field : ''
    const title = Object.hasOwn(titles, name) && !computed.has(name) ? (titles[name] as string) : name
    if (aggregate === 'count') return 'Count of Records'
    if (typeof aggregate === 'string') return `${sentenceCase(aggregate)} of ${title}`
    if (isObject(aggregate))
      return `${title} for ${Object.entries(aggregate).flat().join(' of ').replace('arg', '')}`
    if (bin !== undefined && bin !== null && bin !== false && bin !== 'binned') return `${title} (binned)`
    const unit = isObject(timeUnit) ? timeUnit.unit : timeUnit
    if (typeof unit === 'string' && !unit.startsWith('binned'))
      return `${title} (${unit.replace(/^utc/, '')})`
    return title
  }
}

/** A field as Vega-Lite hands it to what makes titles. */
interface TitledField {
  readonly field?: unknown
  readonly aggregate?: Json | undefined
  readonly bin?: unknown
  readonly timeUnit?: Json | undefined
}

function sentenceCase(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}

function specification(spec: Specification, { data, width, height, subtitle }: Order): TopLevelSpec {
  const given = Object.entries(data).map(([name, rows]) => [
    name,
    typeof rows === 'string' ? tableOf(rows, name) : rows,
  ])
  return {
    ...spec,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(subtitle === undefined ? {} : { title: withSubtitle(spec.title, subtitle) }),
    datasets: { ...(spec.datasets as object | undefined), ...Object.fromEntries(given) },
    // The type is for literals; vega-lite checks this specification when it compiles it.
  } as unknown as TopLevelSpec
}

function tableOf(csv: string, dataset: string): Records {
  try {
    return csvRecords(csv)
  } catch (error) {
    if (error instanceof CsvError) throw new QueryError(`the dataset ${dataset}: ${error.message}`)
    throw error
  }
}

function withSubtitle(title: Json | undefined, subtitle: string): object {
  // Vega draws no subtitle without a title, so a lone one becomes a title in the subtitle's style.
  if (title === undefined) {
    const { subtitleColor = ink, subtitleFontSize = 12 } = theme.title ?? {}
    return { text: subtitle, color: subtitleColor, fontSize: subtitleFontSize, fontWeight: 'normal' }
  }
  return isObject(title) ? { ...title, subtitle } : { text: title, subtitle }
}

/** The part of a parsed specification that vega's typings lack. */
interface Flow {
  readonly operators: readonly { readonly params?: Readonly<Record<string, unknown>> }[]
}

/** Removes event handlers, also of facets: a static drawing has no events, and handlers could change data. */
function withoutEvents(flow: Flow): Flow {
  const operators = flow.operators.map((operator) => {
    const params = Object.entries(operator.params ?? {}).map(([name, value]) => {
      const inner = (value as { readonly $subflow?: Flow } | null)?.$subflow
      return [name, inner ? { $subflow: withoutEvents(inner) } : value]
    })
    return operator.params ? { ...operator, params: Object.fromEntries(params) } : operator
  })
  return { ...flow, operators, ...{ streams: [], updates: [], bindings: [] } }
}

interface SceneItem {
  readonly role?: string
  readonly marktype?: string
  readonly items?: readonly SceneItem[]
}

/** Returns true if anything is drawn besides axes, legends and titles. */
function hasMarks({ role, marktype, items = [] }: SceneItem): boolean {
  return (role === 'mark' && marktype !== 'group' && items.length > 0) || items.some(hasMarks)
}

/** Collects warnings (vega-lite and vega report omissions so) and errors thrown while drawing. */
function collector(warnings: string[], refusals: QueryError[]): LoggerInterface {
  const warn = (...messages: readonly unknown[]) => {
    refusals.push(...messages.filter((word) => word instanceof QueryError))
    warnings.push(messages.map(warningText).join(' '))
    return logger
  }
  const logger: LoggerInterface = {
    // Sets a level and returns the logger; we want all levels.
    level: (() => logger) as LoggerInterface['level'],
    error: warn,
    warn,
    info: () => logger,
    debug: () => logger,
  }
  return logger
}

function warningText(word: unknown): string {
  return word instanceof Error ? word.message : String(word)
}

function attempted<T>(step: () => T, spec: Specification): T {
  try {
    return step()
  } catch (cause) {
    if (cause instanceof QueryError) throw cause
    // Vega looks for what it has made of a field under its name, in plain objects.
    const odd = parts(spec).find(
      ({ key, value }) =>
        key === 'field' && typeof value === 'string' && Object.hasOwn(Object.prototype, value),
    )
    if (odd)
      throw new QueryError(
        `Vega cannot draw the field ${String(odd.value)}, since every object of JavaScript has this name: rename the column`,
      )
    // A TypeError of vega-lite says nothing about the specification.
    const advice = cause instanceof TypeError ? ' (compare it with the schema of Vega-Lite)' : ''
    throw new QueryError(`the specification does not compile: ${warningText(cause)}${advice}`)
  }
}

/** Refuses to load anything. Links are checked by the reader of the SVG. */
const nothing = (uri: string) => Promise.reject(new QueryError(`a figure cannot load anything: ${uri}`))
const loader: Loader = {
  load: nothing,
  http: nothing,
  file: nothing,
  sanitize: (uri) => Promise.resolve({ href: uri }),
}

/** Measures texts by their replacements, so that the layout fits the figure as it is read. */
function measure(texts: ReadonlyMap<string, string>): void {
  textMetrics.width = (item, text) => {
    const written = String(text ?? '')
    return textWidth(texts.get(written) ?? written, item.fontSize ?? 11, item.fontWeight)
  }
}
