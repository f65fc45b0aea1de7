/**
 * Makes the model of a report:
 *
 *   document + runs -> values, floats, claims, experiments (each alone) -> prose with all of them in place
 *                   -> title, banner, contents, references, provenance
 *
 * Same document, runs and files: same report. Formats (formats.ts) write it.
 */

import type { Nodes } from 'mdast'
import { picturesOf, type ReadPicture, readPictures } from '../check/picture.ts'
import { type Judgement, judge } from '../claims/judge.ts'
import type { Reasons } from '../claims/reasons.ts'
import type { Evidence } from '../claims/scope.ts'
import { seriesOf } from '../claims/series.ts'
import { decisive, type KnownRun, type Verification, verifyClaims } from '../claims/verification.ts'
import type { Block, ClaimBlock, ExperimentBlock, FigureBlock, Place, TableBlock } from '../document/block.ts'
import type { Document, InlineValue } from '../document/document.ts'
import type { Words } from '../locale/en.ts'
import { wordsOf } from '../locale/languages.ts'
import { partError } from '../query/error.ts'
import type { PublishedTable } from '../query/published.ts'
import type { Results } from '../query/query.ts'
import { runName, type Run } from '../results/run.ts'
import { claimNode } from './claim.ts'
import { claimDetail } from './claimdetail.ts'
import { type RenderContext, type RunStatuses, saying } from './context.ts'
import { type Drawer, openDrawer } from './drawing/process.ts'
import { experimentNode } from './experiment.ts'
import { type FloatCache, labels, makeFloat, missingRuns } from './floats.ts'
import type { ClaimDetail, Float, Missing, Picture, Report, ReportProblem, Translation } from './model.ts'
import { prose } from './prose.ts'
import { provenance } from './provenance.ts'
import { publishedSeries } from './publishedseries.ts'
import { citedWorks, references, referencesEntry } from './references.ts'
import { banner } from './runstatus.ts'
import { inlineValue } from './value.ts'

export interface ReportInput {
  /** Parsed and checked. Renders even with errors, as far as possible. */
  readonly document: Document
  /** All runs of the document's experiments; ignores others. */
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
  /** Reports in other languages. */
  readonly translations?: readonly Translation[]
  /** Render cache of tables and figures; default: none. */
  readonly floats?: FloatCache
  /** Judges claims, with reasons in the words of a language; anew, unless given. */
  readonly judgement?: (claim: ClaimBlock, evidence: Evidence, reasons: Reasons) => Promise<Judgement>
  /** Draws figures; default: a separate process, ended with the report. */
  readonly drawer?: Drawer
  /** Name and version of this program. */
  readonly generator: string
}

export async function makeReport({
  document,
  runs: given,
  read,
  published = [],
  statuses = new Map(),
  records,
  translations = [],
  floats = { find: () => undefined, keep: async () => {} },
  judgement = async (claim, evidence, reasons) => judge(claim, evidence, { reasons }),
  drawer: shared,
  generator,
}: ReportInput): Promise<Report> {
  const experiments = document.blocks.filter((block) => block.type === 'experiment')
  const runs = given
    .filter((run) => experiments.some(({ id }) => id === run.experiment))
    .toSorted(inOrder(experiments))
  const results: Results<ExperimentBlock> = { experiments, runs, published }
  const problems: ReportProblem[] = []
  const { lang, title, subtitle, authors, date, texts, evidence } = document.frontMatter
  const words = wordsOf(lang)
  const context: RenderContext = { words, statuses, say: saying(texts), ...(evidence ? { evidence } : {}) }
  const names = labels(document, words)
  const decoder = new TextDecoder()
  const readText = async (path: string) => decoder.decode(await read(path))

  const besides = await publishedSeries(document, readText)
  const judgeInWords = (claim: ClaimBlock, evidence: Evidence) =>
    judgement(claim, evidence, words.claim.reasons)
  const shown = runs.map((run): KnownRun => ({ run, from: 'record', ...statuses.get(runName(run)) }))
  const verifications = await verifyClaims(
    document.blocks.filter((block) => block.type === 'claim'),
    { experiments, published },
    records === undefined
      ? { recorded: shown, shown: shown.map((one) => ({ ...one, from: 'record' as const })) }
      : { recorded: records, shown },
    judgeInWords,
  )
  using own = shared ? undefined : openDrawer()
  const drawer = (shared ?? own) as Drawer
  const sources = { results, context, readText, verifications, drawer }
  const float = async (block: TableBlock | FigureBlock): Promise<Float> => {
    const made = await makeFloat(block, names.get(block.id) ?? block.id, sources)
    // A table of claims also shows whether this build made their runs, which is not in its key.
    if (block.type === 'figure' || block.from !== undefined) await floats.keep(block.id, made)
    return made
  }
  const render = async (part: Block | InlineValue): Promise<Nodes> => {
    if (part.type === 'experiment') {
      return experimentNode(part, writtenIn(document.original ?? document, part), runs, context)
    }
    if (part.type === 'claim') {
      const verification = verifications.find(({ claim }) => claim === part) as Verification
      const label = part.shows === undefined ? undefined : names.get(part.shows)
      problems.push(...claimProblems(decisive(verification), part))
      const source = writtenIn(document.original ?? document, part)
      const detailOf = (judgement: Judgement): ClaimDetail => {
        const series = judgement.measured.length === 0 ? [] : seriesOf(part, results)
        return claimDetail({ judgement, source, series, published: besides, context })
      }
      try {
        return claimNode(verification, { label, detail: detailOf(decisive(verification)) }, words)
      } catch (error) {
        // An error in one claim's details must hide neither its verdict nor the others.
        problems.push({ type: 'error', message: partError(error).message, place: part.place })
        const detail = detailOf({ ...decisive(verification), measured: [] })
        return claimNode(verification, { label, detail }, words)
      }
    }
    if (part.type === 'value') {
      const { value, ...state } = inlineValue(part, results, context)
      problems.push(...problemsOf(state, part))
      return value
    }
    const made = floats.find(part.id) ?? (await float(part))
    problems.push(...problemsOf(made, part))
    return made
  }
  const nodes = new Map<Nodes, Nodes>()
  // Sequential: figures share vega's id counters.
  for (const [node, part] of document.nodes) nodes.set(node, await render(part))

  const cited = await citedWorks(document, readText)
  for (const picture of await pictures(document, read)) {
    nodes.set(picture.node, pictureNode(picture, words))
    const { problem, source: name, place } = picture
    if (problem) problems.push({ type: 'error', message: `image ${name}: ${problem}`, place })
  }
  const missing = experiments.flatMap((block) => missingRuns(block, runs))
  const { contents, ...text } = prose(document, { nodes, labels: names, cited, words })
  return {
    lang,
    generator,
    title,
    ...(subtitle === undefined ? {} : { subtitle }),
    authors,
    ...(date === undefined ? {} : { date }),
    translations,
    banner: banner(runs, missing, context),
    ...text,
    contents: [...contents, ...referencesEntry(cited, words)],
    references: references(cited, words),
    provenance: provenance({ generator, documents: documentsOf(document) }, runs, context),
    problems: problems.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column),
  }
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

function claimProblems({ lacking = [], failure }: Judgement, claim: ClaimBlock): readonly ReportProblem[] {
  const missing = lacking.flatMap(({ run, stale }) => (stale === undefined ? [run] : []))
  const stale = lacking.flatMap(({ run, stale }) => (stale === undefined ? [] : [[run, stale] as const]))
  return problemsOf({ ...(failure === undefined ? {} : { error: failure }), missing, stale }, claim)
}

/** Returns the source of the block with the same type and id. */
function writtenIn({ nodes, file }: Document, { type, id }: Block): string {
  const [node] = [...nodes].find(([, part]) => part.type === type && part.id === id) ?? []
  return String(file).slice(node?.position?.start.offset ?? 0, node?.position?.end.offset ?? 0)
}

function documentsOf(document: Document): readonly { readonly path: string; readonly text: string }[] {
  const all = document.original === undefined ? [document] : [document, document.original]
  return all.map(({ file }) => ({ path: file.path ?? 'document', text: String(file) }))
}

/** Orders runs by the document's experiments, environments and patterns. */
function inOrder(experiments: readonly ExperimentBlock[]): (a: Run, b: Run) => number {
  const rank = (run: Run): readonly number[] => {
    const index = experiments.findIndex(({ id }) => id === run.experiment)
    const block = experiments[index]
    return [
      index,
      block?.environments.indexOf(run.environment) ?? -1,
      block?.patterns.findIndex(({ name }) => name === run.pattern) ?? -1,
    ]
  }
  return (a, b) => {
    const right = rank(b)
    return rank(a).reduce((order, value, index) => order || value - (right[index] as number), 0)
  }
}

/** Reads all pictures, each file once. */
async function pictures(document: Document, read: ReportInput['read']): Promise<readonly ReadPicture[]> {
  const all = picturesOf(document)
  const found = new Map<string, Uint8Array | Error>()
  for (const path of new Set(all.flatMap(({ path }) => path ?? []))) {
    const content = await read(path).catch((cause) => new Error(`cannot read ${path}: ${reasonOf(cause)}`))
    found.set(path, content)
  }
  return readPictures(all, (path) => {
    const content = found.get(path)
    if (content instanceof Error) throw content
    return content
  })
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function pictureNode({ node, source, type, bytes }: ReadPicture, words: Words): Picture | Missing {
  if (type === undefined || bytes === undefined)
    return { type: 'missing', text: words.missingPicture(node.alt || source) }
  return {
    type: 'picture',
    mime: type,
    content: Buffer.from(bytes).toString('base64'),
    alt: node.alt ?? '',
    ...(node.title ? { title: node.title } : {}),
  }
}
