/**
 * The report: one self-contained HTML page.
 *
 *   document + runs -> values, tables, figures (each alone) -> prose with all of them in place -> title, banner, contents, foot
 *                   -> HTML text
 *
 * Same document, runs and files: same bytes.
 */

import { posix } from 'node:path'
import type { Element, ElementContent, Root } from 'hast'
import type { Nodes } from 'mdast'
import rehypeStringify from 'rehype-stringify'
import { unified } from 'unified'
import { type Judgement, judge } from '../claims/judge.ts'
import type { Evidence } from '../claims/scope.ts'
import { seriesOf } from '../claims/series.ts'
import { decisive, type Verification } from '../claims/verification.ts'
import type { Block, ClaimBlock, ExperimentBlock, FigureBlock, Place, TableBlock } from '../document/block.ts'
import type { Document, InlineValue } from '../document/document.ts'
import type { FrontMatter } from '../document/frontmatter.ts'
import { cellsRead, type Results } from '../results/query.ts'
import type { Run } from '../results/run.ts'
import { rowsDigest } from '../results/runfile.ts'
import { runName } from '../results/series.ts'
import { claimElement } from './claim.ts'
import { claimDetail } from './claimdetail.ts'
import { element } from './element.ts'
import { type Exhibit, type Exhibits, exhibit, labels, missingRuns } from './exhibits.ts'
import { experimentElement } from './experiment.ts'
import { embedImages } from './image.ts'
import { inlineValue } from './inline.ts'
import { contents, type Entry, markdown, prose } from './prose.ts'
import { provenanceElement } from './provenance.ts'
import { publishedSeries } from './publishedseries.ts'
import { citedWorks, referencesElement } from './references.ts'
import { banner, type Standings, staleReasons } from './standing.ts'
import { style } from './style.ts'

export interface ReportInput {
  /** Parsed and checked. One with errors is rendered as far as it goes. */
  readonly document: Document
  /** All runs that exist of the document's experiments; others are ignored. */
  readonly runs: readonly Run[]
  /** Content of a file by its path relative to the project: specifications, CSV files, pictures, the bibliography. Rejects if there is none. */
  readonly read: (path: string) => Promise<Uint8Array>
  /** By the run's name (experiment/environment/pattern); a run without one is taken as it is. */
  readonly standings?: Standings
  /** Recorded runs by name, if runs that are no recorded ones may be among `runs`: claims are judged by both. */
  readonly records?: ReadonlyMap<string, Run> | undefined
  /** Tables and figures made before, from the same; none unless given. */
  readonly exhibits?: Exhibits
  /** Judges claims; anew, unless given. */
  readonly judgement?: (claim: ClaimBlock, evidence: Evidence) => Promise<Judgement>
  /** Name and version of this program. */
  readonly generator: string
}

/** What a reader of the report would miss. Places are in the document. */
export interface ReportProblem {
  /** `missing` and `stale` mend themselves by running; `error` needs the author. */
  readonly type: 'missing' | 'stale' | 'error'
  readonly message: string
  readonly place: Place
}

export interface Report {
  readonly html: string
  /** By place; a missing run is named once for every block or value that lacks it. */
  readonly problems: readonly ReportProblem[]
}

export async function renderReport({
  document,
  runs: given,
  read,
  standings = new Map(),
  records,
  exhibits = { find: () => undefined, keep: async () => {} },
  judgement = async (claim, evidence) => judge(claim, evidence),
  generator,
}: ReportInput): Promise<Report> {
  const experiments = document.blocks.filter((block) => block.type === 'experiment')
  const runs = given
    .filter((run) => experiments.some(({ id }) => id === run.experiment))
    .toSorted(inOrder(experiments))
  const results: Results = { experiments, runs }
  const problems: ReportProblem[] = []
  const names = labels(document)
  const decoder = new TextDecoder()
  const readText = async (path: string) => decoder.decode(await read(path))
  const text = String(document.file)

  const published = await publishedSeries(document, readText)
  const verifications: Verification[] = []
  for (const block of document.blocks) {
    if (block.type !== 'claim') continue
    const shown = { results, stale: staleReasons(standings) }
    verifications.push(await verify(block, shown, { records, standings, judgement }))
  }
  const sources = { results, standings, readText, verifications }
  const make = async (block: TableBlock | FigureBlock): Promise<Exhibit> => {
    const made = await exhibit(block, names.get(block.id) ?? block.id, sources)
    // A table of claims says whether this build made their runs: that is no input of it.
    if (block.type === 'figure' || block.from !== undefined) await exhibits.keep(block.id, made)
    return made
  }
  const render = async (node: Nodes, part: Block | InlineValue): Promise<Element> => {
    if (part.type === 'experiment') {
      const { start, end } = node.position ?? {}
      return experimentElement(part, text.slice(start?.offset ?? 0, end?.offset ?? 0), runs, standings)
    }
    if (part.type === 'claim') {
      const verification = verifications.find(({ claim }) => claim === part) as Verification
      const { start, end } = node.position ?? {}
      const detail = claimDetail({
        judgement: decisive(verification),
        source: text.slice(start?.offset ?? 0, end?.offset ?? 0),
        series: decisive(verification).measured.length === 0 ? [] : seriesOf(part, results),
        published,
        standings,
      })
      const label = part.shows === undefined ? undefined : names.get(part.shows)
      return claimElement(verification, { label, detail })
    }
    const made =
      part.type === 'value'
        ? inlineValue(part, results, standings)
        : (exhibits.find(part.id) ?? (await make(part)))
    problems.push(
      ...(made.error === undefined
        ? []
        : [{ type: 'error', message: made.error, place: part.place } as const]),
      ...made.missing.map(
        (name) => ({ type: 'missing', message: `missing: run ${name}`, place: part.place }) as const,
      ),
      ...made.stale.map(
        (reason) => ({ type: 'stale', message: `stale: ${reason}`, place: part.place }) as const,
      ),
    )
    return made.element
  }
  const nodes = new Map<Nodes, Element>()
  // One after another: figures share vega's counters of ids.
  for (const [node, part] of document.nodes) nodes.set(node, await render(node, part))

  const cited = await citedWorks(document, readText)
  const body = await prose(document, { nodes, labels: names, cited })
  const references = referencesElement(cited, document.frontMatter.lang)
  if (references) body.children.push(references)
  const path = document.file.path ?? 'document'
  for (const message of await embedImages(body, posix.dirname(path), read)) {
    problems.push({ type: 'error', message, place: { line: 1, column: 1 } })
  }
  const missing = experiments.flatMap((block) => missingRuns(block, runs))
  const page = pageElement(document.frontMatter, {
    banner: banner(runs, missing, standings),
    contents: contents(body),
    abstract:
      document.frontMatter.abstract === undefined ? undefined : await markdown(document.frontMatter.abstract),
    body,
    foot: provenanceElement({ generator, path, text }, runs),
    generator,
  })
  return {
    html: stringify(page),
    problems: problems.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column),
  }
}

interface Recorded {
  readonly records: ReadonlyMap<string, Run> | undefined
  readonly standings: Standings
  readonly judgement: NonNullable<ReportInput['judgement']>
}

/** By the runs that are shown; and by the recorded ones, where the claim reads a run that is none. */
async function verify(
  claim: ClaimBlock,
  shown: Evidence,
  { records, standings, judgement }: Recorded,
): Promise<Verification> {
  const judged = await judgement(claim, shown)
  const { experiments, runs } = shown.results
  const names = cellsRead(claim.test, experiments)
  const isRecord = (run: Run) =>
    standings.get(runName(run))?.executed !== true && sameRun(records?.get(runName(run)), run)
  const others = runs.filter((run) => names.includes(runName(run)) && !isRecord(run))
  if (records === undefined || others.length === 0) return { claim, recorded: judged }
  const recorded = { results: { experiments, runs: [...records.values()] }, stale: new Map<string, string>() }
  return { claim, recorded: await judgement(claim, recorded), rerun: judged }
}

function sameRun(record: Run | undefined, run: Run): boolean {
  return record?.key === run.key && rowsDigest(record) === rowsDigest(run)
}

interface Parts {
  readonly banner: Element
  readonly contents: readonly Entry[]
  readonly abstract: Root | undefined
  readonly body: Root
  readonly foot: Element
  readonly generator: string
}

function pageElement(front: FrontMatter, parts: Parts): Root {
  const names = front.authors.map(({ name }) => name)
  return {
    type: 'root',
    children: [
      { type: 'doctype' },
      element(
        'html',
        { lang: front.lang },
        element(
          'head',
          {},
          element('meta', { charSet: 'utf-8' }),
          element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
          element('meta', { name: 'generator', content: parts.generator }),
          ...names.map((name) => element('meta', { name: 'author', content: name })),
          element('title', {}, front.title),
          element('style', {}, style),
        ),
        element(
          'body',
          {},
          element('a', { className: ['skip'], href: '#text' }, 'Skip to the text'),
          contentsElement(parts.contents),
          element(
            'main',
            { id: 'text' },
            titleElement(front),
            parts.banner,
            parts.abstract === undefined ? undefined : abstractElement(parts.abstract),
            element('article', {}, contentOf(parts.body)),
            parts.foot,
          ),
        ),
      ),
    ],
  }
}

function titleElement({ title, subtitle, authors, date }: FrontMatter): Element {
  return element(
    'header',
    { className: ['title'] },
    element('h1', {}, title),
    subtitle === undefined ? undefined : element('p', { className: ['subtitle'] }, subtitle),
    authors.length === 0
      ? undefined
      : element(
          'p',
          { className: ['authors'] },
          ...authors.map(({ name, affiliation }, index) => [
            index === 0 ? '' : ', ',
            name,
            affiliation === undefined
              ? undefined
              : element('span', { className: ['affiliation'] }, ` (${affiliation})`),
          ]),
        ),
    date === undefined ? undefined : element('p', { className: ['date'] }, element('time', {}, date)),
  )
}

function abstractElement(abstract: Root): Element {
  return element(
    'section',
    { className: ['abstract'], ariaLabelledBy: 'abstract' },
    element('h2', { id: 'abstract' }, 'Abstract'),
    contentOf(abstract),
  )
}

function contentOf(root: Root): readonly ElementContent[] {
  return root.children.filter((node) => node.type !== 'doctype')
}

function contentsElement(entries: readonly Entry[]): Element | undefined {
  if (entries.length === 0) return undefined
  return element(
    'nav',
    { className: ['contents'], ariaLabelledBy: 'contents' },
    element('h2', { id: 'contents' }, 'Contents'),
    element(
      'ol',
      {},
      ...entries.map(({ id, text, depth }) =>
        element('li', { className: [`depth-${depth}`] }, element('a', { href: `#${id}` }, text)),
      ),
    ),
  )
}

/** In the document's order of experiments, environments and patterns, however the runs were found. */
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

function stringify(page: Root): string {
  // The only raw nodes are the figures' SVG: prose() drops those of the author.
  const html = unified().use(rehypeStringify, { allowDangerousHtml: true }).stringify(page)
  return `${html}\n`
}
