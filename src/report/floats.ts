/** Renders floats (tables and figures), each on its own: a failure leaves the others whole. */

import { setImmediate as turn } from 'node:timers/promises'
import type { Heading } from 'mdast'
import pLimit from 'p-limit'
import type { VerdictRecord, Verification } from '../claims/verification.ts'
import type { FigureBlock, SourceBlock, TableBlock } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import { pathsIn } from '../document/float.ts'
import { headingsOf, sectionNumbers, wordsOf } from '../document/sections.ts'
import { runNamesIn } from '../engine/cells.ts'
import type { Messages } from '../locale/en.ts'
import { partError, QueryError } from '../query/error.ts'
import { commonGivenUnit } from '../query/givenunit.ts'
import { parsePublished } from '../query/published.ts'
import type { Results } from '../query/query.ts'
import type { Parameter } from '../results/parameters.ts'
import { runName, runsOf, type Run } from '../results/run.ts'
import { CsvError } from '../text/csv.ts'
import { withId } from '../text/lists.ts'
import { withColumns, withTimesIn } from './columnformat.ts'
import type { RenderContext } from './context.ts'
import type { Records } from './drawing/order.ts'
import type { Drawer } from './drawing/process.ts'
import { drawnData } from './drawndata.ts'
import { renderFigure } from './figure.ts'
import type { FigurePart, Float } from './model.ts'
import { pictureContent } from './picturecontent.ts'
import { ratios } from './ratios.ts'
import { cellsDrawn, fieldTitles, fieldUnits, records } from './records.ts'
import { badgeOf, mark, staleOf } from './runstatus.ts'
import { shownTable } from './showntable.ts'
import type { TableContext } from './table.ts'
import { tableKinds } from './tables/kinds.ts'
import { usualMeasures } from './tables/options.ts'

/** Render cache of tables and figures, by block id. */
export interface FloatCache {
  find(id: string): Float | undefined
  keep(id: string, float: Float): Promise<void>
}

/** Inputs of floats besides their blocks. */
export interface Sources {
  readonly results: Results<SourceBlock>
  readonly context: RenderContext
  /** Verifications of all claims. */
  readonly verifications: readonly Verification[]
  readonly removed: VerdictRecord['removed']
  /** Text of a file of the project; rejects if there is none. */
  readonly readText: (path: string) => Promise<string>
  /** Content of a file of the project; rejects if there is none. */
  readonly read: (path: string) => Promise<Uint8Array>
  readonly drawer: Pick<Drawer, 'draw'>
}

/**
 * Returns labels of all that a text can refer to, by id: `Table 5`, `Figure A2`, `Figure 3a`, `Equation 1`. A
 * block's `number` decides (alone if it is not a number); the others are counted in text order, skipping
 * numbers in use. Sections are named by their numbers, or else by their words.
 */
export function labels(
  {
    blocks: all,
    targets,
    tree,
    frontMatter: { numberSections },
  }: Pick<Document, 'blocks' | 'targets' | 'tree' | 'frontMatter'>,
  messages: Messages,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const blocks = all.filter((block) => block.type === 'table' || block.type === 'figure')
  for (const block of blocks) {
    const own = block.type === 'table' ? block.options.number : block.number
    if (typeof own !== 'number' && typeof own !== 'string') continue
    found.set(block.id, /^[A-Z]?\d/.test(String(own)) ? messages[block.type](String(own)) : String(own))
  }
  const taken = new Set(found.values())
  const last = { table: 0, figure: 0 }
  for (const block of blocks) {
    if (found.has(block.id)) continue
    let count = last[block.type] + 1
    while (taken.has(messages[block.type](String(count)))) count += 1
    last[block.type] = count
    const label = messages[block.type](String(count))
    taken.add(label)
    found.set(block.id, label)
  }
  for (const block of blocks) {
    const label = found.get(block.id) ?? block.id
    for (const [index, { id }] of ((block.type === 'figure' && block.parts) || []).entries())
      if (id !== undefined) found.set(id, messages.part(label, letterOf(index)))
  }
  const numbers = numberSections ? sectionNumbers(headingsOf(tree)) : new Map<Heading, string>()
  const counts = { equation: 0, listing: 0 }
  for (const target of targets) {
    if (found.has(target.id)) continue
    if (target.type === 'section') {
      const number = numbers.get(target.node)
      found.set(
        target.id,
        number === undefined ? messages.sectionNamed(wordsOf(target.node)) : messages.section(number),
      )
      continue
    }
    counts[target.type] += 1
    found.set(target.id, messages[target.type](String(counts[target.type])))
  }
  return found
}

export async function makeFloat(
  block: TableBlock | FigureBlock,
  label: string,
  sources: Sources,
): Promise<Float> {
  const common = { type: 'float', id: block.id, label, caption: block.caption } as const
  try {
    const { messages, statuses } = sources.context
    const { runs, missing, notes, content } =
      block.type === 'table' ? await table(block, sources) : await figure(block, label, sources)
    const stale = staleOf(runs, statuses)
    return {
      ...common,
      ...badgeOf(runs, sources.context),
      content,
      notes: [
        ...notes,
        ...missing.map(messages.missingNote),
        ...stale.map((one) => messages.staleNote(...one)),
      ],
      missing,
      stale,
    }
  } catch (caught) {
    const { message, missing } = partError(caught)
    return {
      ...common,
      content: {
        type: 'failed',
        message: missing.length > 0 ? sources.context.messages.missing(missing) : message,
      },
      notes: [],
      ...(missing.length > 0 ? {} : { error: message }),
      missing,
      stale: [],
    }
  }
}

interface Content {
  readonly content: Float['content']
  readonly runs: readonly Run[]
  readonly missing: readonly string[]
  readonly notes: readonly string[]
}

async function table(block: TableBlock, sources: Sources): Promise<Content> {
  const kind = tableKinds.get(block.kind)
  const experiment = block.from === undefined ? undefined : withId(sources.results.experiments, block.from)
  // `check` reported this; previews render documents with errors.
  if (kind === undefined) throw new QueryError(`unknown kind of table: ${block.kind}`)
  if (experiment === undefined && block.from !== undefined)
    throw new QueryError(`unknown experiment: ${block.from}`)
  const parsed = kind.options().safeParse(block.options)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new QueryError(`options of table ${block.id}: ${issue?.path.join('.')} ${issue?.message}`)
  }
  const { messages, display } = sources.context
  const runs = experiment === undefined ? [] : runsOf(sources.results.runs, experiment.id)
  const rendered = kind.render(block.options, {
    ...(experiment === undefined ? {} : { experiment }),
    runs,
    verifications: sources.verifications,
    removed: sources.removed,
    published: await readTables(block.options.published, sources),
    earlier: await readTables(block.options.earlier, sources),
    messages,
    display,
  })
  const inUnit = withTimesIn(rendered, commonGivenUnit(runs, measuresOf(block, runs)))
  return { ...rendered, content: shownTable(withColumns(inUnit, block.columns, messages), sources.context) }
}

/** Measures that a table shows: those that it names, or those that its kind takes. */
function measuresOf({ kind, options }: TableBlock, runs: readonly Run[]): readonly string[] {
  const { measures, measure } = options as { readonly measures?: unknown; readonly measure?: unknown }
  const named = Array.isArray(measures) ? measures : [measure]
  const texts = named.filter((one) => typeof one === 'string')
  if (texts.length > 0) return texts
  if (kind === 'summary') return usualMeasures(runs).measures
  const first = runs[0]?.columns.find(({ role }) => role === 'measure')?.name
  return first === undefined ? [] : [first]
}

async function figure(block: FigureBlock, label: string, sources: Sources): Promise<Content> {
  const { messages } = sources.context
  const title = `${messages.caption(label)}${block.caption}`
  const { parts, folded = false } = block
  if (parts === undefined) {
    const alt = block.alt ?? ''
    return drawn({ ...block, alt, title, isFolded: folded }, sources)
  }
  const limit = pLimit(drawnAtOnce)
  const drawings = parts.map((part, index) => {
    const letter = letterOf(index)
    const partLabel = messages.part(label, letter)
    const id = part.id ?? `${block.id}-${letter}`
    const texts = block.texts === undefined ? {} : { texts: block.texts, isPart: true }
    const partTitle = `${messages.caption(partLabel)}${part.caption ?? block.caption}`
    const one = { ...part, ...texts, id, place: block.place, title: partTitle, isFolded: false }
    return { part, letter, drawing: settled(limit(() => drawn(one, sources))) }
  })
  const made: { readonly part: FigurePart; readonly content: Content }[] = []
  for (const { part, letter, drawing } of drawings) {
    const content = await drawing()
    made.push({
      content,
      part: {
        ...(part.id === undefined ? {} : { id: part.id }),
        letter: messages.letter(letter),
        ...(part.caption === undefined ? {} : { caption: part.caption }),
        content: content.content as FigurePart['content'],
      },
    })
  }
  return {
    content: { type: 'parts', columns: block.columns ?? 2, parts: made.map(({ part }) => part) },
    runs: [...new Set(made.flatMap(({ content }) => content.runs))],
    missing: [...new Set(made.flatMap(({ content }) => content.missing))],
    notes: [],
  }
}

/** `a` for the first part. */
export function letterOf(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index)
}

/** A figure, or a part of one. */
interface Shown extends Pick<FigureBlock, 'spec' | 'src' | 'data' | 'width' | 'height' | 'place'> {
  readonly id: string
  readonly alt: string
  readonly title: string
  readonly isFolded: boolean
  readonly texts?: Readonly<Record<string, string>>
  /** Whether some of `texts` may be of other parts. */
  readonly isPart?: boolean
}

async function drawn(shown: Shown, sources: Sources): Promise<Content> {
  const { alt, spec = {}, src } = shown
  if (src !== undefined)
    return { content: await pictureContent(src, shown, sources.read), runs: [], missing: [], notes: [] }
  const { experiments, runs: all } = sources.results
  const { messages } = sources.context
  const data: Record<string, Records | string> = {}
  const titles: Record<string, string> = {}
  const units: Record<string, Readonly<Record<string, string>>> = {}
  const runs: Run[] = []
  const missing: string[] = []
  for (const [name, source] of Object.entries(shown.data)) {
    const experiment = withId(experiments, source.from)
    if (experiment === undefined) {
      data[name] = await readFile(source.from, sources)
      continue
    }
    const cells = new Set(cellsDrawn(experiment, source))
    const present = all.filter((run) => cells.has(runName(run)))
    runs.push(...present)
    missing.push(...missingRuns(experiment, present).filter((one) => cells.has(one)))
    if (present.length === 0) data[name] = []
    else if (source.ratios) data[name] = ratios(experiment, present, source.ratios)
    else {
      data[name] = records(experiment, present, source)
      Object.assign(titles, fieldTitles(present, source, sources.context))
      units[name] = fieldUnits(present, source)
    }
  }
  // An empty drawing would look like a result.
  if (runs.length === 0 && missing.length > 0)
    throw new QueryError(`missing: run ${missing.join(', run ')}`, missing)
  // `local` and `data` are origins already, which the mark names.
  const environments = [...new Set(runs.map((run) => run.environment))].filter(
    (name) => !Object.hasOwn(messages.origins, name),
  )
  const order = {
    id: shown.id,
    spec: typeof spec === 'string' ? await readFile(spec, sources) : JSON.stringify(spec),
    data,
    titles,
    title: shown.title,
    description: alt,
    // A text may belong to a missing run.
    ...(shown.texts === undefined
      ? {}
      : { texts: shown.texts, isPart: missing.length > 0 || shown.isPart === true }),
    ...(runs.length === 0 ? {} : { subtitle: messages.subtitle(mark(runs, sources.context), environments) }),
    ...(shown.width === undefined ? {} : { width: shown.width }),
    ...(shown.height === undefined ? {} : { height: shown.height }),
  }
  const drawing = settled(renderFigure(order, sources.drawer))
  // While its process draws; the order leaves first.
  await turn()
  const rows = drawnData(order, units)
  const content = {
    type: 'figure',
    svg: await drawing(),
    alt,
    isFolded: shown.isFolded,
    data: rows,
    spec: order.spec,
  } as const
  return { content, runs, missing, notes: [] }
}

/** Figures, or parts of one, whose data are laid out at once: that which is drawn, and the next. */
export const drawnAtOnce = 2

/** Returns what awaits a promise, which may fail before that. */
export function settled<T>(promise: Promise<T>): () => Promise<T> {
  promise.catch(() => {})
  return () => promise
}

/** Returns the names of an experiment's cells without a run, in the block's order. */
export function missingRuns(experiment: SourceBlock, runs: readonly Run[]): readonly string[] {
  const present = new Set(runs.map(runName))
  return runNamesIn([experiment]).filter((name) => !present.has(name))
}

async function readFile(path: string, { readText }: Sources): Promise<string> {
  try {
    return await readText(path)
  } catch (cause) {
    throw new QueryError(`cannot read ${path}: ${errorText(cause)}`)
  }
}

export function errorText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/**
 * Reads the rows of an option's CSV files, if it is given. Throws QueryError with file and line for invalid
 * CSV.
 */
async function readTables(
  option: Parameter | undefined,
  sources: Sources,
): Promise<TableContext['published']> {
  const paths = pathsIn(option)
  if (paths.length === 0) return undefined
  const tables = paths.map(async (path) => {
    const text = await readFile(path, sources)
    try {
      return parsePublished(text)
    } catch (error) {
      if (error instanceof CsvError) throw new QueryError(`${path}: ${error.message}`)
      throw error
    }
  })
  return (await Promise.all(tables)).flat()
}
