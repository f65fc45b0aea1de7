/** Renders floats (tables and figures), each on its own: a failure leaves the others whole. */

import type { VerdictRecord, Verification } from '../claims/verification.ts'
import type { FigureBlock, SourceBlock, TableBlock } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import { pathsIn } from '../document/float.ts'
import { runNamesIn } from '../engine/cells.ts'
import type { Messages } from '../locale/en.ts'
import { partError, QueryError } from '../query/error.ts'
import { parsePublished } from '../query/published.ts'
import type { Results } from '../query/query.ts'
import type { Parameter } from '../results/parameters.ts'
import { runName, type Run } from '../results/run.ts'
import { CsvError } from '../text/csv.ts'
import type { RenderContext } from './context.ts'
import type { Records } from './drawing/order.ts'
import type { Drawer } from './drawing/process.ts'
import { renderFigure } from './figure.ts'
import type { Float } from './model.ts'
import { ratios } from './ratios.ts'
import { cellsDrawn, records } from './records.ts'
import { badgeOf, mark, staleOf } from './runstatus.ts'
import { shownTable } from './showntable.ts'
import type { TableContext } from './table.ts'
import { tableKinds } from './tables/kinds.ts'

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
  readonly drawer: Pick<Drawer, 'draw'>
}

/**
 * Returns labels of all floats by id: `Table 5`, `Figure A2`. A block's `number` decides (alone if it is not
 * a number); the others are counted in text order, skipping numbers in use.
 */
export function labels(
  { blocks: all }: Pick<Document, 'blocks'>,
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
  for (const block of blocks) {
    if (found.has(block.id)) continue
    let count = 1
    while (taken.has(messages[block.type](String(count)))) count += 1
    const label = messages[block.type](String(count))
    taken.add(label)
    found.set(block.id, label)
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
  const experiment = sources.results.experiments.find(({ id }) => id === block.from)
  // `check` reported this; previews render documents with errors.
  if (kind === undefined) throw new QueryError(`unknown kind of table: ${block.kind}`)
  if (experiment === undefined && block.from !== undefined)
    throw new QueryError(`unknown experiment: ${block.from}`)
  const parsed = kind.options.safeParse(block.options)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new QueryError(`options of table ${block.id}: ${issue?.path.join('.')} ${issue?.message}`)
  }
  const { messages, display } = sources.context
  const rendered = kind.render(block.options, {
    ...(experiment === undefined ? {} : { experiment }),
    runs: sources.results.runs.filter((run) => run.experiment === experiment?.id),
    verifications: sources.verifications,
    removed: sources.removed,
    published: await readTables(block.options.published, sources),
    earlier: await readTables(block.options.earlier, sources),
    messages,
    display,
  })
  return { ...rendered, content: shownTable(rendered, sources.context) }
}

async function figure(block: FigureBlock, label: string, sources: Sources): Promise<Content> {
  const { experiments, runs: all } = sources.results
  const { messages } = sources.context
  const data: Record<string, Records | string> = {}
  const runs: Run[] = []
  const missing: string[] = []
  for (const [name, source] of Object.entries(block.data)) {
    const experiment = experiments.find(({ id }) => id === source.from)
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
    else data[name] = records(experiment, present, source)
  }
  // An empty drawing would look like a result.
  if (runs.length === 0 && missing.length > 0)
    throw new QueryError(`missing: run ${missing.join(', run ')}`, missing)
  const environments = [...new Set(runs.map((run) => run.environment))]
  const order = {
    id: block.id,
    spec: await readFile(block.spec, sources),
    data,
    title: `${messages.caption(label)}${block.caption}`,
    description: block.alt,
    // A text may belong to a missing run.
    ...(block.texts === undefined ? {} : { texts: block.texts, isPart: missing.length > 0 }),
    ...(runs.length === 0 ? {} : { subtitle: messages.subtitle(mark(runs, sources.context), environments) }),
    ...(block.width === undefined ? {} : { width: block.width }),
    ...(block.height === undefined ? {} : { height: block.height }),
  }
  const svg = await renderFigure(order, sources.drawer)
  const content = {
    type: 'figure',
    svg,
    alt: block.alt,
    specification: block.spec,
    isFolded: block.folded ?? false,
  } as const
  return { content, runs, missing, notes: [] }
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
