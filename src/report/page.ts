/**
 * The report: one self-contained HTML page.
 *
 *   document + runs -> values, tables, figures (each alone) -> prose with all of them in place -> title, banner, contents, foot
 *                   -> allow-list (sanitize.ts) -> HTML text
 *
 * Same document, runs and files: same bytes.
 */

import type { Element, ElementContent, Root } from 'hast'
import type { Nodes } from 'mdast'
import { picturesOf, type ReadPicture, readPictures } from '../check/picture.ts'
import { type Judgement, judge } from '../claims/judge.ts'
import type { Reasons } from '../claims/reasons.ts'
import type { Evidence } from '../claims/scope.ts'
import { seriesOf } from '../claims/series.ts'
import { decisive, type KnownRun, type Verification, verifyClaims } from '../claims/verification.ts'
import type { Block, ClaimBlock, ExperimentBlock, FigureBlock, Place, TableBlock } from '../document/block.ts'
import type { Document, InlineValue } from '../document/document.ts'
import type { FrontMatter } from '../document/frontmatter.ts'
import { element, pageId } from '../locale/element.ts'
import type { Words } from '../locale/en.ts'
import { wordsOf } from '../locale/languages.ts'
import type { PublishedTable } from '../query/published.ts'
import { partError } from '../query/quantity.ts'
import type { Results } from '../query/query.ts'
import type { Run } from '../results/run.ts'
import { runName } from '../results/run.ts'
import { claimElement } from './claim.ts'
import { claimDetail } from './claimdetail.ts'
import { type Drawer, openDrawer } from './drawing/process.ts'
import { type Exhibit, type Exhibits, exhibit, labels, missingRuns } from './exhibits.ts'
import { experimentElement } from './experiment.ts'
import { htmlPage } from './frame.ts'
import { inlineValue } from './inline.ts'
import { contents, type Entry, prose } from './prose.ts'
import { provenanceElement } from './provenance.ts'
import { publishedSeries } from './publishedseries.ts'
import { citedWorks, referencesElement } from './references.ts'
import { banner } from './standing.ts'
import { style } from './style.ts'
import { type Standings, saying, type Telling } from './telling.ts'

export interface ReportInput {
  /** Parsed and checked. One with errors is rendered as far as it goes. */
  readonly document: Document
  /** All runs that exist of the document's experiments; others are ignored. */
  readonly runs: readonly Run[]
  /** Content of a file by its path relative to the project: specifications, CSV files, pictures, the bibliography. Rejects if there is none. */
  readonly read: (path: string) => Promise<Uint8Array>
  /** The published tables that the document names; none unless given. */
  readonly published?: readonly PublishedTable[]
  /** By the run's name (experiment/environment/pattern); a run without one is taken as it is. */
  readonly standings?: Standings
  /** Recorded runs, by which claims are judged beside `runs`; all of these are recorded ones unless given. */
  readonly records?: readonly KnownRun[]
  /** Reports of the same in other languages: BCP 47 tag, and address from this one. */
  readonly editions?: readonly Edition[]
  /** Tables and figures made before, from the same; none unless given. */
  readonly exhibits?: Exhibits
  /** Judges claims, with reasons in the words of a language; anew, unless given. */
  readonly judgement?: (claim: ClaimBlock, evidence: Evidence, reasons: Reasons) => Promise<Judgement>
  /** Draws figures; a process of its own, ended with the report, unless given. */
  readonly drawer?: Drawer
  /** Name and version of this program. */
  readonly generator: string
}

export interface Edition {
  readonly lang: string
  readonly href: string
}

/** What a reader of the report would miss. Places are in the document. */
export interface ReportProblem {
  /** `missing` and `stale` mend themselves by running; `error` needs the author. */
  readonly type: 'missing' | 'stale' | 'error'
  readonly message: string
  readonly place: Place
  /** Name of the run that is missing or stale. */
  readonly run?: string
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
  published = [],
  standings = new Map(),
  records,
  editions = [],
  exhibits = { find: () => undefined, keep: async () => {} },
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
  const { lang, texts } = document.frontMatter
  const words = wordsOf(lang)
  const telling: Telling = { words, standings, say: saying(texts) }
  const names = labels(document, words)
  const decoder = new TextDecoder()
  const readText = async (path: string) => decoder.decode(await read(path))

  const besides = await publishedSeries(document, readText)
  const judgeInWords = (claim: ClaimBlock, evidence: Evidence) =>
    judgement(claim, evidence, words.claim.reasons)
  const shown = runs.map((run): KnownRun => ({ run, from: 'record', ...standings.get(runName(run)) }))
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
  const sources = { results, telling, readText, verifications, drawer }
  const make = async (block: TableBlock | FigureBlock): Promise<Exhibit> => {
    const made = await exhibit(block, names.get(block.id) ?? block.id, sources)
    // A table of claims says whether this build made their runs: that is no input of it.
    if (block.type === 'figure' || block.from !== undefined) await exhibits.keep(block.id, made)
    return made
  }
  const render = async (part: Block | InlineValue): Promise<Element> => {
    if (part.type === 'experiment') {
      return experimentElement(part, writtenIn(document.original ?? document, part), runs, telling)
    }
    if (part.type === 'claim') {
      const verification = verifications.find(({ claim }) => claim === part) as Verification
      const label = part.shows === undefined ? undefined : names.get(part.shows)
      problems.push(...claimProblems(decisive(verification), part))
      const source = writtenIn(document.original ?? document, part)
      const detailOf = (judgement: Judgement): Element => {
        const series = judgement.measured.length === 0 ? [] : seriesOf(part, results)
        return claimDetail({ judgement, source, series, published: besides, telling })
      }
      try {
        return claimElement(verification, { label, detail: detailOf(decisive(verification)) }, words)
      } catch (error) {
        // What cannot be shown of one claim must not keep its verdict, and the others, from the reader.
        problems.push({ type: 'error', message: partError(error).message, place: part.place })
        const detail = detailOf({ ...decisive(verification), measured: [] })
        return claimElement(verification, { label, detail }, words)
      }
    }
    const made =
      part.type === 'value'
        ? inlineValue(part, results, telling)
        : (exhibits.find(part.id) ?? (await make(part)))
    problems.push(...problemsOf(made, part))
    return made.element
  }
  const nodes = new Map<Nodes, Element>()
  // One after another: figures share vega's counters of ids.
  for (const [node, part] of document.nodes) nodes.set(node, await render(part))

  const cited = await citedWorks(document, readText)
  for (const picture of await pictures(document, read)) {
    nodes.set(picture.node, pictureElement(picture, words))
    const { problem, source: name, place } = picture
    if (problem) problems.push({ type: 'error', message: `image ${name}: ${problem}`, place })
  }
  const { abstract, body } = await prose(document, { nodes, labels: names, cited, words })
  const references = referencesElement(cited, words)
  if (references) body.children.push(references)
  const missing = experiments.flatMap((block) => missingRuns(block, runs))
  const { frontMatter } = document
  const html = htmlPage({
    lang,
    title: frontMatter.title,
    authors: frontMatter.authors.map(({ name }) => name),
    generator,
    style,
    body: bodyElement(frontMatter, {
      banner: banner(runs, missing, telling),
      contents: contents(body),
      abstract,
      body,
      foot: provenanceElement({ generator, documents: documentsOf(document) }, runs, telling),
      editions,
      words: words.page,
    }),
  })
  return {
    html,
    problems: problems.sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column),
  }
}

function problemsOf(
  { error, missing, stale }: Pick<Exhibit, 'error' | 'missing' | 'stale'>,
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

interface Parts {
  readonly banner: Element
  readonly contents: readonly Entry[]
  readonly abstract: readonly ElementContent[] | undefined
  readonly body: Root
  readonly foot: Element
  readonly editions: readonly Edition[]
  readonly words: Words['page']
}

function bodyElement(front: FrontMatter, parts: Parts): Element {
  return element(
    'body',
    {},
    element('a', { className: ['skip'], href: `#${pageId('text')}` }, parts.words.skip),
    contentsElement(parts.contents, parts.words),
    element(
      'main',
      { id: pageId('text') },
      editionsElement(parts.editions, parts.words),
      titleElement(front, parts.words),
      parts.banner,
      parts.abstract === undefined ? undefined : abstractElement(parts.abstract, parts.words),
      element('article', {}, contentOf(parts.body)),
      parts.foot,
    ),
  )
}

/** The language switch; each language calls itself. */
function editionsElement(editions: readonly Edition[], words: Words['page']): Element | undefined {
  if (editions.length === 0) return undefined
  return element(
    'nav',
    { className: ['editions'], ariaLabel: words.editions },
    ...editions.map(({ lang, href }, index) => [
      index === 0 ? '' : ' · ',
      element('a', { href, hrefLang: lang, lang, rel: ['alternate'] }, nameOf(lang)),
    ]),
  )
}

function nameOf(lang: string): string {
  return new Intl.DisplayNames([lang], { type: 'language' }).of(lang) ?? lang
}

function titleElement({ title, subtitle, authors, date }: FrontMatter, words: Words['page']): Element {
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
            index === 0 ? '' : words.authors,
            name,
            affiliation === undefined
              ? undefined
              : element('span', { className: ['affiliation'] }, words.affiliation(affiliation)),
          ]),
        ),
    date === undefined ? undefined : element('p', { className: ['date'] }, element('time', {}, date)),
  )
}

function abstractElement(abstract: readonly ElementContent[], words: Words['page']): Element {
  const id = pageId('abstract')
  return element(
    'section',
    { className: ['abstract'], ariaLabelledBy: [id] },
    element('h2', { id }, words.abstract),
    abstract,
  )
}

function contentOf(root: Root): readonly ElementContent[] {
  return root.children.filter((node) => node.type !== 'doctype')
}

function contentsElement(entries: readonly Entry[], words: Words['page']): Element | undefined {
  if (entries.length === 0) return undefined
  return element(
    'nav',
    { className: ['contents'], ariaLabelledBy: [pageId('contents')] },
    element('h2', { id: pageId('contents') }, words.contents),
    element(
      'ol',
      {},
      ...entries.map(({ id, text, depth }) =>
        element('li', { className: [`depth-${depth}`] }, element('a', { href: `#${id}` }, text)),
      ),
    ),
  )
}

/** The block of the same type and id as the author wrote it. */
function writtenIn({ nodes, file }: Document, { type, id }: Block): string {
  const [node] = [...nodes].find(([, part]) => part.type === type && part.id === id) ?? []
  return String(file).slice(node?.position?.start.offset ?? 0, node?.position?.end.offset ?? 0)
}

function documentsOf(document: Document): readonly { readonly path: string; readonly text: string }[] {
  const all = document.original === undefined ? [document] : [document, document.original]
  return all.map(({ file }) => ({ path: file.path ?? 'document', text: String(file) }))
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

/** Pictures with their content, each file read once. */
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

/** The page holds its pictures itself: a report is one file and asks nobody for more. */
function pictureElement({ node, source, type, bytes }: ReadPicture, words: Words): Element {
  if (bytes === undefined)
    return element('span', { className: ['missing'] }, words.missingPicture(node.alt || source))
  const src = `data:${type};base64,${Buffer.from(bytes).toString('base64')}`
  return element('img', { src, alt: node.alt ?? '', title: node.title ?? undefined })
}
