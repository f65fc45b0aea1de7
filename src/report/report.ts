/**
 * Makes the model of a report:
 *
 *   document + runs -> values, floats, claims, experiments (each alone) -> prose with all of them in place
 *                   -> title, banner, contents, references, provenance
 *
 * Same document, runs and files: same report. Formats (formats.ts) write it.
 */

import { setImmediate as turn } from 'node:timers/promises'
import type { Nodes, PhrasingContent } from 'mdast'
import pLimit from 'p-limit'
import { picturesOf, type ReadPicture, readPictures } from '../check/picture.ts'
import { type Judgement, judge } from '../claims/judge.ts'
import type { Reasons } from '../claims/reasons.ts'
import type { Evidence } from '../claims/scope.ts'
import { seriesOf } from '../claims/series.ts'
import { isAsRecorded } from '../claims/since.ts'
import {
  decisive,
  type KeepVerification,
  type KnownRun,
  type VerdictRecord,
  type Verification,
  verifyClaims,
} from '../claims/verification.ts'
import {
  type Block,
  type ClaimBlock,
  type FigureBlock,
  type Place,
  type SourceBlock,
  sourcesIn,
  type TableBlock,
} from '../document/block.ts'
import { captionKey, type Document, type InlineValue } from '../document/document.ts'
import { writtenAt } from '../document/include.ts'
import { runNamesIn } from '../engine/cells.ts'
import type { Messages } from '../locale/en.ts'
import { messagesFor } from '../locale/languages.ts'
import { partError } from '../query/error.ts'
import type { PublishedTable } from '../query/published.ts'
import type { Results } from '../query/query.ts'
import { runName, type Run, runsByName } from '../results/run.ts'
import { type Inline, inlines } from '../text/markdown.ts'
import { perObject } from '../text/memory.ts'
import { addressesFrom } from './addresses.ts'
import { claimNode } from './claim.ts'
import { claimDetail } from './claimdetail.ts'
import { concernsOfAll } from './concerns.ts'
import { type RenderContext, type RunStatuses, displayNames } from './context.ts'
import { type Drawer, openDrawer } from './drawing/process.ts'
import { experimentNode } from './experiment.ts'
import { withTitle } from './figure.ts'
import { drawnAtOnce, errorText, type FloatCache, labels, makeFloat, settled } from './floats.ts'
import type { Claim, Drawing, Float, Missing, Picture, Report, ReportProblem, Translation } from './model.ts'
import { captionContent, prose, slotOf, withFloats } from './prose.ts'
import { provenance } from './provenance.ts'
import { publishedSeries } from './published.ts'
import { citedWorks, references, referencesEntry } from './references.ts'
import { banner } from './runstatus.ts'
import { textOf } from './textof.ts'
import { type EvaluatedValue, inlineValue } from './value.ts'
import { writtenNodes } from './writing.ts'

export interface ReportInput {
  /** Parsed and checked. Renders even with errors, as far as possible. */
  readonly document: Document
  /** At most one for each cell of the document; ignores others. */
  readonly runs: readonly Run[]
  /**
   * Reads a file (specification, CSV, picture, bibliography) by project-relative path; rejects if missing.
   */
  readonly read: (path: string) => Promise<Uint8Array>
  /** Published tables named by the document; default: none. */
  readonly published?: readonly PublishedTable[]
  /** By the run's name (experiment/environment/pattern); a run without a status is valid. */
  readonly statuses?: RunStatuses
  /** Recorded runs, on which claims are also judged; default: `runs`. */
  readonly records?: readonly KnownRun[]
  /** Recorded verdicts, with which those of now are compared; default: none. */
  readonly verdicts?: VerdictRecord
  /** Names of the reports of other documents, to which links lead; default: links are as written. */
  readonly nameOf?: (document: string) => string
  /** Reports in other languages. */
  readonly translations?: readonly Translation[]
  /** Render cache of tables and figures; default: none. */
  readonly floats?: FloatCache
  /** Judges claims, with reasons in the words of a language; anew, unless given. */
  readonly judgement?: (claim: ClaimBlock, evidence: Evidence, reasons: Reasons) => Promise<Judgement>
  /** What a live document keeps between its reports; default: nothing. */
  readonly keeping?: Keeping
  /** Draws figures; default: a separate process, ended with the report. */
  readonly drawer?: Drawer
  /** Name and version of this program. */
  readonly generator: string
}

/** Reuses results of `make` while their inputs are the same. Results are shared and must not be modified. */
export interface Keeping {
  readonly value: (value: InlineValue, make: () => EvaluatedValue) => EvaluatedValue
  readonly verification: KeepVerification
  /** `parts` decide a claim's node beside its verification. */
  readonly claim: (verification: Verification, parts: readonly unknown[], make: () => Claim) => Claim
  /** Makes a part without figures. `make` reads all files by its argument, so that they count as inputs. */
  readonly stage: <T>(name: string, make: (read: ReportInput['read']) => Promise<T>) => Promise<T>
}

export async function makeReport(input: ReportInput): Promise<Report> {
  const { document, runs: given, read, published = [], statuses = new Map(), generator } = input
  const { verdicts = { recorded: [], defined: [], removed: [] }, translations = [], keeping, drawer } = input
  const { floats = { find: () => undefined, keep: async () => {} } } = input
  const experiments = sourcesIn(document.blocks)
  const cells = runNamesIn(experiments)
  const found = runsByName(given)
  const runs = cells.flatMap((name) => found.get(name) ?? [])
  const results: Results<SourceBlock> = { experiments, runs, published }
  const { lang, title, subtitle, authors, date, keywords, license, doi, print, texts, evidence } =
    document.frontMatter
  const messages = messagesFor(lang)
  const context: RenderContext = {
    messages,
    statuses,
    display: displayNames(texts),
    ...(evidence ? { evidence } : {}),
  }
  const names = labels(document, messages)
  const stage = keeping?.stage ?? ((_, make) => make(read))

  const verifications = await stage('claims', () => verified(input, results, context, verdicts))
  using ownDrawer = drawer ? undefined : openDrawer()
  const sourcesBy = (read: ReportInput['read']) => ({
    ...{ results, context, readText: textReader(read), read, verifications, removed: verdicts.removed },
    drawer: drawer ?? (ownDrawer as Drawer),
  })
  const float = async (block: TableBlock | FigureBlock): Promise<Float> => {
    const cached = floats.find(block.id)
    if (cached !== undefined) return cached
    const label = names.get(block.id) ?? block.id
    // A table of claims also shows whether this build made their runs, which is not in its key.
    if (block.type === 'table' && block.from === undefined)
      return await stage(`table ${block.id}`, (read) => makeFloat(block, label, sourcesBy(read)))
    const rendered = await makeFloat(block, label, sourcesBy(read))
    await floats.keep(block.id, rendered)
    return rendered
  }
  // Their process draws one figure while all else of the report is made.
  const limit = pLimit(drawnAtOnce)
  const drawing = new Map(
    [...document.nodes].flatMap(([node, part]) =>
      part.type === 'table' || part.type === 'figure'
        ? [[node, settled(limit(() => float(part)))] as const]
        : [],
    ),
  )
  await turn()
  const text = await stage('text', (read) =>
    textStage({ ...input, read }, { results, context, names, verifications, verdicts }),
  )
  const problems = [...text.problems]
  const shown = new Map<Nodes, Float>()
  for (const [node, make] of drawing) {
    const float = await make()
    problems.push(...problemsOf(float, document.nodes.get(node) as Block))
    const captioned = captionedOnce(float, [text.captions], () =>
      withCaptions(float, text.captions, messages),
    )
    shown.set(node, captioned)
  }
  return {
    lang,
    generator,
    title,
    ...(subtitle === undefined ? {} : { subtitle }),
    authors,
    ...(date === undefined ? {} : { date }),
    keywords,
    ...(license === undefined ? {} : { license }),
    ...(doi === undefined ? {} : { doi }),
    ...(print === undefined ? {} : { print }),
    translations,
    ...withFloats(text.content, shown),
    ...text.around,
    problems: problems
      .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
      .map((one) => asWritten(one, document)),
  }
}

function textReader(read: ReportInput['read']): (path: string) => Promise<string> {
  const decoder = new TextDecoder()
  return async (path) => decoder.decode(await read(path))
}

async function verified(
  { document, records, keeping, ...input }: ReportInput,
  { experiments, runs, published = [] }: Results<SourceBlock>,
  { messages, statuses }: RenderContext,
  verdicts: VerdictRecord,
): Promise<readonly Verification[]> {
  const { judgement = async (claim, evidence, reasons) => judge(claim, evidence, { reasons }) } = input
  const shown = runs.map((run): KnownRun => ({ run, from: 'record', ...statuses.get(runName(run)) }))
  return await verifyClaims(
    document.blocks.filter((block) => block.type === 'claim'),
    { experiments, published },
    records === undefined
      ? { recorded: shown, shown: shown.map((one) => ({ ...one, from: 'record' as const })) }
      : { recorded: records, shown },
    (claim, evidence) => judgement(claim, evidence, messages.claim.reasons),
    verdicts,
    keeping?.verification,
  )
}

interface Judged {
  readonly results: Results<SourceBlock>
  readonly context: RenderContext
  /** Labels by id. */
  readonly names: ReadonlyMap<string, string>
  readonly verifications: readonly Verification[]
  readonly verdicts: VerdictRecord
}

/** All of a report but its tables and figures. */
interface Text {
  /** With places for tables and figures. */
  readonly content: Pick<Report, 'abstract' | 'body'>
  /** Of tables and figures, by their keys. */
  readonly captions: ReadonlyMap<string, readonly PhrasingContent[]>
  readonly around: Pick<Report, 'contents' | 'banner' | 'references' | 'works' | 'provenance'>
  readonly problems: readonly ReportProblem[]
}

async function textStage(
  { document, read, nameOf, keeping, generator }: ReportInput,
  { results, context, names, verifications, verdicts }: Judged,
): Promise<Text> {
  const { experiments, runs } = results
  const { messages } = context
  const problems: ReportProblem[] = []
  const readText = textReader(read)
  const publishedOf = await publishedSeries(document, readText)
  const written = document.original ?? document
  const claim = (block: ClaimBlock): Claim => {
    const verification = verifications.find(({ claim }) => claim === block) as Verification
    const judgement = decisive(verification)
    const source = sourceOf(written, block)
    const label = block.shows === undefined ? undefined : names.get(block.shows)
    const nodeWith = (judgement: Judgement): Claim => {
      const series = judgement.measured.length === 0 ? [] : seriesOf(block, results)
      const detail = claimDetail({ judgement, source, series, published: publishedOf, context })
      return claimNode(verification, { label, detail }, messages)
    }
    problems.push(...claimProblems(judgement, block))
    try {
      const make = () => nodeWith(judgement)
      return keeping ? keeping.claim(verification, [source, label ?? null], make) : make()
    } catch (error) {
      // An error in one claim's details must hide neither its verdict nor the others.
      problems.push({ type: 'error', message: partError(error).message, place: block.place })
      return nodeWith({ ...judgement, measured: [] })
    }
  }
  const render = (node: Nodes, part: Block | InlineValue): Nodes => {
    if (part.type === 'table' || part.type === 'figure') return slotOf(node)
    if (part.type === 'experiment' || part.type === 'data')
      return experimentNode(part, sourceOf(written, part), runs, context)
    if (part.type === 'claim') return claim(part)
    const make = () => inlineValue(part, results, context)
    const { value, ...state } = keeping ? keeping.value(part, make) : make()
    problems.push(...problemsOf(state, part))
    return value
  }
  const nodes = new Map<Nodes, Nodes>()
  for (const [node, part] of document.nodes) nodes.set(node, render(node, part))
  const cited = await citedWorks(document, readText)
  for (const picture of await pictures(document, read)) {
    nodes.set(picture.node, pictureNode(picture, messages))
    const { problem, source: name, place } = picture
    if (problem) problems.push({ type: 'error', message: `image ${name}: ${problem}`, place })
  }
  for (const one of await writtenNodes(document, nodes, { labels: names, messages })) problems.push(one)
  const addressOf = nameOf && addressesFrom(document.file.path ?? '', nameOf)
  const replacements = { nodes, labels: names, cited, messages, ...(addressOf && { addressOf }) }
  const captions = new Map(
    [...document.captions].map(([key, one]) => [key, captionContent(one, document, replacements)] as const),
  )
  for (const target of document.targets) {
    const listing = target.type === 'listing' ? nodes.get(target.node) : undefined
    const caption = captions.get(captionKey(target.id))
    if (listing?.type === 'listing' && caption) nodes.set(target.node, { ...listing, caption })
  }
  const { contents, ...content } = prose(document, replacements)
  const made = new Set(runs.map(runName))
  const hasSources = experiments.length > 0
  const around = {
    contents: [...contents, ...referencesEntry(cited, messages)],
    banner: banner(
      runs,
      {
        missing: runNamesIn(experiments).filter((name) => !made.has(name)),
        changed: notAsRecorded(verifications, verdicts.removed),
        concerns: concernsOfAll(results, messages),
        hasSources,
      },
      context,
    ),
    references: references(cited, messages),
    works: new Map([...cited].map(([key, { work }]) => [key, work])),
    provenance: provenance(
      { generator, documents: documentsOf(document), sources: sourcesOf(document), hasSources },
      runs,
      context,
    ),
  }
  return { content, captions, around, problems }
}

const captionedOnce = perObject<Float>()

/** Gives a table or figure its captions, which are Markdown and no part of what is cached. */
function withCaptions(float: Float, captions: Text['captions'], messages: Messages): Float {
  const { content, label } = float
  const caption = captions.get(captionKey(float.id))
  const named = <Content extends Float['content']>(content: Content, ...title: readonly Inline[]): Content =>
    content.type === 'figure' ? (titled(content, inlines(title).map(textOf).join('')) as Content) : content
  if (content.type === 'parts') {
    const parts = content.parts.map((part, index) => {
      const own = captions.get(captionKey(float.id, index))
      const text = own ?? caption ?? float.caption
      const shown = named(part.content, messages.caption(`${label} ${part.letter}`), text)
      return { ...part, content: shown, ...(own ? { caption: own } : {}) }
    })
    return { ...float, ...(caption && { caption }), content: { ...content, parts } }
  }
  if (caption === undefined) return float
  return { ...float, caption, content: named(content, messages.caption(label), caption) }
}

const titledOnce = perObject<Drawing>()

function titled(content: Drawing, title: string): Drawing {
  return titledOnce(content, [title], () => ({ ...content, svg: withTitle(content.svg, title) }))
}

function problemsOf(
  { error, missing, stale }: Pick<Float, 'error' | 'missing' | 'stale'>,
  { place }: { readonly place: Place },
): readonly ReportProblem[] {
  return [
    ...(error === undefined ? [] : [{ type: 'error', message: error, place } as const]),
    ...missing.map((run) => ({ type: 'missing', message: `missing: run ${run}`, place, run }) as const),
    ...stale.map(
      ([run, reason]) => ({ type: 'stale', message: `stale: run ${run}: ${reason}`, place, run }) as const,
    ),
  ]
}

/** Moves a problem in an included file to its line there. */
function asWritten(problem: ReportProblem, { file }: Document): ReportProblem {
  const { path, ...place } = writtenAt(file, problem.place)
  return path === (file.path ?? '') ? { ...problem, place } : { ...problem, place, path }
}

/** Names claims that the page must not show as if they always had been so. */
function notAsRecorded(
  verifications: readonly Verification[],
  removed: VerdictRecord['removed'],
): readonly string[] {
  const changed = verifications.filter(({ since }) => since && !isAsRecorded(since))
  return [...changed.map(({ claim }) => claim.id), ...removed.map(({ id }) => id)]
}

function claimProblems({ lacking = [], failure }: Judgement, claim: ClaimBlock): readonly ReportProblem[] {
  const missing = lacking.flatMap(({ run, stale }) => (stale === undefined ? [run] : []))
  const stale = lacking.flatMap(({ run, stale }) => (stale === undefined ? [] : [[run, stale] as const]))
  return problemsOf({ ...(failure === undefined ? {} : { error: failure }), missing, stale }, claim)
}

const nodesByIds = new WeakMap<Document, ReadonlyMap<string, Nodes>>()

function nodesById(document: Document): ReadonlyMap<string, Nodes> {
  const known = nodesByIds.get(document)
  if (known) return known
  const found = new Map<string, Nodes>()
  for (const [node, part] of document.nodes)
    if (part.type !== 'value' && !found.has(`${part.type} ${part.id}`))
      found.set(`${part.type} ${part.id}`, node)
  nodesByIds.set(document, found)
  return found
}

/** Returns the source of the block with the same type and id. */
function sourceOf(document: Document, { type, id }: Block): string {
  const { file } = document
  const node = nodesById(document).get(`${type} ${id}`)
  return String(file).slice(node?.position?.start.offset ?? 0, node?.position?.end.offset ?? 0)
}

function sourcesOf({ blocks }: Document): ReadonlyMap<string, string> {
  return new Map(
    blocks.flatMap((block) =>
      block.type === 'data' && block.source !== undefined ? [[block.id, block.source] as const] : [],
    ),
  )
}

function documentsOf(document: Document): readonly { readonly path: string; readonly text: string }[] {
  const all = document.original === undefined ? [document] : [document, document.original]
  return all.map(({ file }) => ({ path: file.path ?? 'document', text: String(file) }))
}

/** Reads all pictures, each file once. */
async function pictures(document: Document, read: ReportInput['read']): Promise<readonly ReadPicture[]> {
  const all = picturesOf(document)
  const found = new Map<string, Uint8Array | Error>()
  for (const path of new Set(all.flatMap(({ path }) => path ?? []))) {
    const content = await read(path).catch((cause) => new Error(`cannot read ${path}: ${errorText(cause)}`))
    found.set(path, content)
  }
  return readPictures(all, (path) => {
    const content = found.get(path)
    if (content instanceof Error) throw content
    return content
  })
}

function pictureNode({ node, source, type, bytes }: ReadPicture, messages: Messages): Picture | Missing {
  if (type === undefined || bytes === undefined)
    return { type: 'missing', text: messages.missingPicture(node.alt || source) }
  return {
    type: 'picture',
    mime: type,
    content: Buffer.from(bytes).toString('base64'),
    alt: node.alt ?? '',
    ...(node.title ? { title: node.title } : {}),
  }
}
