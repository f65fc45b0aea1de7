/**
 * Figures: a Vega-Lite specification and its data to SVG text, without a browser, a canvas or a DOM.
 *
 *   spec + datasets -> checked names and fields -> vega-lite compile (a warning is an error) -> vega View -> SVG
 *
 * Same specification and data, same bytes: text is measured with a table of widths and not with the machine's fonts.
 */

import type { Loader, LoggerInterface } from 'vega'
import type { TopLevelSpec } from 'vega-lite'
import { hint } from '../document/spelling.ts'
import { QueryError } from '../results/quantity.ts'
import { fieldsOf } from './fields.ts'
import { textWidth } from './textwidth.ts'
import { ink, theme } from './theme.ts'

export interface FigureInput {
  /** Unique in the page: ids in the SVG start with it. */
  readonly id: string
  /** The Vega-Lite specification, parsed; `name`d datasets of it are filled from `data`. */
  readonly spec: Readonly<Record<string, unknown>>
  readonly data: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>
  /** What the figure would write -> what it writes instead; each must be in it. None unless given. */
  readonly texts?: Readonly<Record<string, string>>
  /** Whether some of the data is not there yet, and so perhaps not all texts. */
  readonly isPart?: boolean
  /** Pixels, of one view if the figure has several. */
  readonly width?: number
  readonly height?: number
  /** Becomes <title>, the name that a screen reader says. */
  readonly title: string
  /** Becomes <desc>. */
  readonly description: string
  /** Under the title in the figure itself, so that a copied picture still tells its origin. */
  readonly subtitle?: string
}

/**
 * Draws a figure as an SVG element. Throws QueryError for an unknown dataset or field (with the nearest name), a specification
 * that does not compile, or one that compiles with a warning.
 */
export async function renderFigure(input: FigureInput): Promise<string> {
  checkDatasets(input)
  checkFields(input)
  // Loaded only here: a document without figures needs neither.
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')])
  const warnings: string[] = []
  const logger = collector(warnings)

  const vgSpec = attempt(() => vegaLite.compile(specification(input), { logger, config: theme }).spec)
  const texts = new Map(Object.entries(input.texts ?? {}))
  measure(vega, texts)
  // Clip paths and gradients are counted over all figures: each starts anew, and gets a prefix of its own below.
  vega.resetSVGDefIds()
  const view = new vega.View(
    attempt(() => vega.parse(vgSpec)),
    { renderer: 'none', logger, loader },
  )
  try {
    const svg = await view.toSVG()
    if (warnings.length > 0)
      throw new QueryError(`the specification warns: ${[...new Set(warnings)].join('; ')}`)
    return accessible(retold(svg, texts, input.isPart), input)
  } finally {
    view.finalize()
  }
}

/** Dataset names that a specification reads, in order: `{"data": {"name": "rows"}}`. Throws QueryError if it loads any from a URL. */
export function datasetsOf(spec: unknown): readonly string[] {
  const names = new Set<string>()
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, child] of Object.entries(node)) {
      if (key === 'data' && typeof child === 'object' && child !== null) {
        if ('url' in child) {
          throw new QueryError(
            `data from a URL is not read: ${child.url} (name it, and give the name under data:)`,
          )
        }
        if ('name' in child && !('values' in child)) names.add(String(child.name))
      }
      if (key !== 'values' && key !== 'datasets') visit(child)
    }
  }
  visit(spec)
  return [...names]
}

function checkDatasets({ spec, data }: FigureInput): void {
  const own = Object.keys((spec.datasets as object | undefined) ?? {})
  const names = datasetsOf(spec)
  for (const name of names) {
    if (!data.has(name) && !own.includes(name)) {
      throw new QueryError(`the specification reads an unknown dataset: ${name}${hint(name, data.keys())}`)
    }
  }
  for (const name of data.keys()) {
    if (!names.includes(name)) {
      throw new QueryError(`the specification does not read the dataset ${name}${hint(name, names)}`)
    }
  }
}

function checkFields({ spec, data }: FigureInput): void {
  const fields = fieldsOf(spec)
  const records = [...data.values()].flat()
  const known = new Set(fields.made)
  for (const record of records) for (const name of Object.keys(record)) known.add(name)
  for (const field of fields.spread) for (const record of records) known.add(String(record[field]))
  for (const name of fields.read) {
    if (!known.has(name)) throw new QueryError(`the data has no field ${name}${hint(name, known)}`)
  }
}

function specification({ spec, data, width, height, subtitle }: FigureInput): TopLevelSpec {
  return {
    ...spec,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(subtitle === undefined ? {} : { title: withSubtitle(spec.title, subtitle) }),
    datasets: { ...(spec.datasets as object | undefined), ...Object.fromEntries(data) },
    // The schema's type of a specification is for literals; vega-lite checks this one when it compiles it.
  } as unknown as TopLevelSpec
}

function withSubtitle(title: unknown, subtitle: string): object {
  // Vega draws no subtitle without a title: alone it takes the title's place, in the subtitle's looks.
  if (title === undefined) {
    const { subtitleColor = ink, subtitleFontSize = 12 } = theme.title ?? {}
    return { text: subtitle, color: subtitleColor, fontSize: subtitleFontSize, fontWeight: 'normal' }
  }
  if (typeof title === 'object' && title !== null && !Array.isArray(title)) return { ...title, subtitle }
  return { text: title, subtitle }
}

/** vega-lite and vega say in warnings what they leave out of a drawing. */
function collector(warnings: string[]): LoggerInterface {
  const logger: LoggerInterface = {
    // Called with a level it sets one and returns the logger; all levels are wanted here.
    level: (() => logger) as LoggerInterface['level'],
    error: (...words: readonly unknown[]) => {
      warnings.push(words.map(inWords).join(' '))
      return logger
    },
    warn: (...words: readonly unknown[]) => {
      warnings.push(words.map(inWords).join(' '))
      return logger
    },
    info: () => logger,
    debug: () => logger,
  }
  return logger
}

function inWords(word: unknown): string {
  return word instanceof Error ? word.message : String(word)
}

function attempt<T>(step: () => T): T {
  try {
    return step()
  } catch (cause) {
    throw new QueryError(`the specification does not compile: ${inWords(cause)}`)
  }
}

/** Figures draw what they are given; they fetch nothing. */
const loader: Loader = {
  load: (uri) => Promise.reject(new QueryError(`a figure loads nothing: ${uri}`)),
  sanitize: (uri) => Promise.reject(new QueryError(`a figure links nothing: ${uri}`)),
  http: (uri) => Promise.reject(new QueryError(`a figure loads nothing: ${uri}`)),
  file: (uri) => Promise.reject(new QueryError(`a figure loads nothing: ${uri}`)),
}

interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: string | number
}

/**
 * vega's typings leave out its one hook for measuring text (`textMetrics` of vega-scenegraph). Texts that will be replaced have the width of
 * what replaces them, so that the layout is the one of the figure as it is read.
 */
function measure(vega: object, texts: ReadonlyMap<string, string>): void {
  const { textMetrics } = vega as {
    textMetrics: { width: (item: TextItem, text: unknown) => number }
  }
  textMetrics.width = (item, text) => {
    const written = String(text ?? '')
    return textWidth(texts.get(written) ?? written, item.fontSize ?? 11, item.fontWeight)
  }
}

/**
 * The drawing with other words in it. They are replaced where they are drawn: a specification's filters and scales, and the data, go on with
 * the words that they have. Throws QueryError for a text that is nowhere drawn, with the nearest that is.
 */
function retold(svg: string, texts: ReadonlyMap<string, string>, isPart = false): string {
  if (texts.size === 0) return svg
  const drawn = new Set<string>()
  const replaced = svg.replace(
    /(<(?:text|tspan)\b[^>]*>)([^<]+)(?=<)/g,
    (whole, tag: string, content: string) => {
      const text = unescapeText(content)
      drawn.add(text)
      const instead = texts.get(text)
      return instead === undefined ? whole : `${tag}${escapeText(instead)}`
    },
  )
  for (const text of texts.keys()) {
    if (!isPart && !drawn.has(text))
      throw new QueryError(`texts: the figure does not write '${text}'${hint(text, drawn)}`)
  }
  return replaced
}

/** Names the picture for those who do not see it, and makes its ids its own. */
function accessible(svg: string, { id, title, description }: FigureInput): string {
  const [titleId, descriptionId] = [`${id}:title`, `${id}:desc`]
  return (
    svg
      .replace(/\bid="([^"]+)"/g, `id="${id}:$1"`)
      .replace(/url\(#([^)]+)\)/g, `url(#${id}:$1)`)
      .replace(/href="#([^"]+)"/g, `href="#${id}:$1"`)
      // The figure is one image: what vega says of each mark and axis would be read out one by one.
      .replace(/ (?:role|aria-[a-z]+)="[^"]*"/g, '')
      .replace(
        /^<svg ([^>]*)>/,
        `<svg $1 role="img" aria-labelledby="${titleId}" aria-describedby="${descriptionId}">` +
          `<title id="${titleId}">${escapeText(title)}</title><desc id="${descriptionId}">${escapeText(description)}</desc>`,
      )
  )
}

function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
