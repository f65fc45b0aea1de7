/** The project and the document of a build. */

import { VFile } from 'vfile'
import { parseBibliography } from '../bibliography/bibliography.ts'
import { check } from '../check/check.ts'
import { formulasOf, texOf } from '../check/mathematics.ts'
import { checkVacuous } from '../claims/vacuous.ts'
import { firstAlike } from '../document/alike.ts'
import { type Block, type ExperimentBlock, sourcesIn } from '../document/block.ts'
import { citedKeys } from '../document/citation.ts'
import {
  type Document,
  frontMatterText,
  parseDocument,
  parseFrontMatter,
  withBlocks,
  writtenBlocks,
} from '../document/document.ts'
import { expandIncludes, settlePlaces } from '../document/include.ts'
import { fail, hasErrors, sortMessages, warn } from '../document/problem.ts'
import { roundsFor, withRounds } from '../document/rounds.ts'
import { cellsOf, cellSelector, RequestError, runNamesIn } from '../engine/cells.ts'
import type { BuildEvent } from '../engine/event.ts'
import type { Executor } from '../engine/executor.ts'
import { realPaths } from '../engine/modules.ts'
import { checkPrograms } from '../engine/programcheck.ts'
import { checkScripts } from '../engine/scripts.ts'
import type { Source } from '../files/derived.ts'
import { FileError } from '../files/ordinary.ts'
import { type Files, openFiles } from '../files/tracked.ts'
import { languages } from '../locale/languages.ts'
import { type PublishedTable, publishedTables } from '../query/published.ts'
import { specificationMistake } from '../report/drawing/mistake.ts'
import { tableKinds } from '../report/tables/kinds.ts'
import { type Column, type Run, runName } from '../results/run.ts'
import { parseHeader, StoreError } from '../results/runfile.ts'
import type { Seal } from '../results/seal.ts'
import { openStore, readable, recordedFolder } from '../results/store.ts'
import type { Environment, Host } from '../testbed/testbed.ts'
import { emulationOf, projectEnvironments } from '../testbeds/environments.ts'
import { testbedOf, type Testbeds } from '../testbeds/testbeds.ts'
import { loadTypesetter } from '../text/tex.ts'
import type { Consent } from './consent.ts'
import { type DocumentData, dataRuns, readDocumentData } from './data.ts'
import { programOf } from './program.ts'
import { openSearches } from './searches.ts'

export interface Site extends Host {
  /** The document, relative to the project. */
  readonly document: string
  /** Authenticates files in .repro/. */
  readonly seal: Seal
  readonly generator: string
  /** What of this project's code was run here on purpose; absent for none. */
  readonly consent?: Consent
  /** Runs boots, instead of one of engine/executors.ts. */
  readonly executor?: Executor
  /** Those of testbeds/ by default. */
  readonly testbeds?: Testbeds
  /**
   * The folder is somebody's and no project of this program: nothing in it is read but what the document
   * names, and nothing is written.
   */
  readonly isForeign?: boolean
  /** Is told of work before it takes seconds; rejects if the command is to stop. */
  readonly announce?: (work: string) => Promise<void>
}

export interface Overrides {
  readonly trials?: number | undefined
  readonly boots?: number | undefined
  readonly deadlineSeconds?: number | undefined
}

/** Thrown if the document has errors, which are in its file's messages. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'
  readonly file: VFile

  constructor(file: VFile) {
    super(`${file.path} has errors`)
    this.file = file
  }
}

/** A document that was read and checked, with its project data. */
export interface Opened {
  readonly document: Document
  readonly environments: ReadonlyMap<string, Environment>
  readonly published: readonly PublishedTable[]
  readonly data: DocumentData
  readonly translations: readonly Translation[]
}

/** Path of a document, relative to the project, and its language. */
export interface Translation {
  readonly file: string
  readonly lang: string
}

/** The site of the document that defines the experiments: for a translation, its original. */
export function originalSite(site: Site, { original }: Document): Site {
  return { ...site, document: original?.file.path ?? site.document }
}

/** A document that was read and not checked yet. */
export interface Read extends Opened {
  /** Environments whose boots share the clock of this host. */
  readonly shared: readonly string[]
}

/**
 * Reads and checks the document, and the original of a translation. Adds all errors to the file's messages;
 * errors in the original count as one. Throws a FileError if there is no such file.
 */
export async function openDocument(site: Site, files: Files = openFiles(site.project)): Promise<Opened> {
  const read = await readDocument(site, files)
  await checkDocument(read, site, files)
  return read
}

/**
 * Reads the document, and reads and checks the original of a translation. `note` is told of it before
 * anything is read for its blocks.
 */
export async function readDocument(
  site: Site,
  files: Files,
  note: (document: Document) => void = () => {},
): Promise<Read> {
  const { project, document: path } = site
  const value = files.read(path)
  if (value === undefined)
    throw new FileError(`the document ${path} is gone: it was deleted, moved or renamed`)
  const text = files.text(path) ?? ''
  // Most documents are none, and it is read once more below.
  const mayTranslate = frontMatterText(text).includes('translationOf')
  const translationOf = mayTranslate ? parseFrontMatter(text).translationOf : undefined
  const original = translationOf && (await originalOf(translationOf.file, site, files))
  const file = new VFile({ path, value, cwd: project })
  expandIncludes(file, files)
  const environments = site.isForeign
    ? new Map<string, Environment>()
    : projectEnvironments(project, files, site.testbeds)
  const shared = [...environments.values()]
    .filter((one) => !testbedOf(one, site.testbeds).isolated)
    .map(({ name }) => name)
  const document = withRounds(parseDocument(file, original), shared)
  // Of a document with errors, a page shows what it can; so does its translation.
  if (translationOf && hasErrorsInOriginal(document)) {
    const reason = `${translationOf.file} has errors: see repro check ${translationOf.file}`
    fail(file, 'translation-of', translationOf.place, reason)
  }
  note(document)
  const published = publishedTables(document.frontMatter.published, (named) => textOf(named, files))
  const data = await readDocumentData(document, files)
  const translations = translationsOf(document, path, files, new VFile())
  return { document, environments, shared, published, data, translations }
}

/** What a process that checks a document again and again remembers of its last checks. */
export interface Again {
  /**
   * Runs a check that adds to a file's messages, unless it found nothing the last time and all parts are the
   * same.
   */
  check(name: string, file: VFile, parts: readonly unknown[], check: () => void): void
  /**
   * Begins checks that depend on nothing but `parts` and the files that they see by `files`. `part` is the
   * same object as the last time if all of these are the same.
   */
  over(parts: readonly unknown[], files: Files): { readonly part: object; readonly files: Files; end(): void }
}

const once: Again = {
  check: (_name, _file, _parts, check) => check(),
  over: (_, files) => ({ part: {}, files, end() {} }),
}

/** Adds what is wrong with a document to its file's messages. To be called once. */
export async function checkDocument(
  { document, environments, shared, published, data }: Read,
  site: Site,
  files: Files,
  again: Again = once,
): Promise<void> {
  const { project, document: path } = site
  const { bibliography } = document.frontMatter
  const entries = bibliography && document.citations.length > 0 ? textOf(bibliography.file, files) : undefined
  const records = recordsOf(site, files, dataRuns(data))
  const isOrphan = document.frontMatter.translationOf !== undefined && document.original === undefined
  const isCheckable = !isOrphan && !hasErrorsInOriginal(document)
  const formulas = formulasOf(document)
  const blocks = again.over(
    [
      ...[hasErrors(document.file), ...[document, document.original ?? []].flat().flatMap(writtenBlocks)],
      ...[...environments.values(), ...shared, ...published, ...[...data.values()].flat()],
    ],
    files,
  )
  if (isCheckable)
    check(
      document,
      {
        ...blocks.files,
        environments: [...environments.keys()],
        shared,
        emulated: {
          ...emulationOf(site.testbeds),
          environments: [...environments.values()]
            .filter(({ origin }) => origin === 'emulated')
            .map(({ name }) => name),
          captured: (cell) => records(cell)?.captured,
        },
        tableKinds,
        figureMistake: specificationMistake,
        published,
        typeset: formulas.length === 0 ? undefined : await loadTypesetter(formulas.map(texOf)),
        columns: (block) => recordedColumns(block, blocks.files),
        data,
        languages: [...languages.keys()],
        bibliography:
          entries === undefined ? undefined : await parseBibliography(entries, citedKeys(document)),
      },
      (name, one) => again.check(name, document.file, [blocks.part], one),
    )
  if (document.original === undefined) {
    again.check('scripts', document.file, [blocks.part], () =>
      checkScripts(document, path, blocks.files, realPaths(project)),
    )
    const isRecorded = (block: ExperimentBlock) => recordedColumns(block, files) !== undefined
    checkPrograms(document, path, {
      ...{ project, files, environments, isRecorded },
      mayAsk: site.consent?.mayAsk === true,
    })
    const searches = site.isForeign ? undefined : openSearches(site, () => programOf(site, files))
    const deciding = [
      ...[hasErrors(document.file), ...document.blocks.map(firstAlike), ...published],
      ...[
        ...document.values.map(({ source }) => source),
        ...runNamesIn(sourcesIn(document.blocks)).map(records),
      ],
    ]
    again.check('vacuous', document.file, deciding, () =>
      checkVacuous(document, published, records, searches?.kept),
    )
    await searches?.keep()
  }
  blocks.end()
  translationsOf(document, path, files, document.file)
  sortMessages(document.file)
  settlePlaces(document.file)
}

/** Of a file that the front matter names. `check` reports unreadable ones at their place. */
function textOf(path: string, files: Files): string | undefined {
  return files.problem(path) === undefined ? files.text(path) : undefined
}

/**
 * Returns a reader of recorded runs and of `data` by the names of cells; undefined for those that cannot be
 * read, which the plan reports.
 */
function recordsOf(
  { project, seal }: Site,
  files: Files,
  data: readonly Run[],
): (cell: string) => Run | undefined {
  const store = openStore(project, files, seal)
  const known = new Map<string, Run | undefined>(data.map((run) => [runName(run), run]))
  return (cell) => {
    if (known.has(cell)) return known.get(cell)
    const [experiment = '', environment = '', pattern = ''] = cell.split('/')
    const run = readable(() => store.recorded({ experiment, environment, pattern }))
    known.set(cell, run)
    return run
  }
}

/** Columns of the first readable recorded run; damaged ones are reported when they are read. */
function recordedColumns(block: ExperimentBlock, files: Files): readonly Column[] | undefined {
  for (const cell of cellsOf([block])) {
    const path = `${recordedFolder(cell)}/run.json`
    const columns = files.derived(`columns ${path}`, (source) => columnsIn(path, source))
    if (columns !== undefined) return columns
  }
  return undefined
}

function columnsIn(path: string, files: Source): readonly Column[] | undefined {
  try {
    const text = files.problem(path) === undefined ? files.text(path) : undefined
    return text === undefined ? undefined : parseHeader(text, path).columns
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}

/** What is wrong in a translation may then be but a consequence. */
function hasErrorsInOriginal({ original }: Document): boolean {
  return original !== undefined && hasErrors(original.file)
}

/** Reads the original of a translation, or returns the reason why that failed. */
async function originalOf(file: string, site: Site, files: Files): Promise<Document | string> {
  const problem = files.problem(file)
  if (problem !== undefined) return problem
  const text = files.text(file)
  if (text === undefined) return `no document ${file}`
  const { translationOf } = parseFrontMatter(text)
  if (translationOf) return `${file} is itself a translation of ${translationOf.file}: name the original`
  const { document } = await openDocument({ ...site, document: file }, files)
  return document
}

/**
 * The original and its other translations, in its order. Each must name the other, or links are missing: adds
 * what is wrong to `file`.
 */
function translationsOf(document: Document, path: string, files: Files, file: VFile): readonly Translation[] {
  const { original = document, frontMatter } = document
  const { translations } = original.frontMatter
  const { translationOf } = frontMatter
  const name = translationOf?.file ?? path
  if (translationOf && document.original && !translations.some((one) => one.file === path)) {
    const reason =
      `${name} does not name this translation, so its report does not lead here: add translations: ` +
      `[${path}] to its front matter`
    warn(file, 'translation-of', translationOf.place, reason)
  }
  const found = translations.flatMap((translation): readonly Translation[] => {
    const problem = files.problem(translation.file)
    const text = problem === undefined ? files.text(translation.file) : undefined
    const own = text === undefined ? undefined : parseFrontMatter(text)
    if (own?.translationOf?.file === name) return [{ file: translation.file, lang: own.lang }]
    const absent = problem ?? `no document ${translation.file}`
    const reason = own === undefined ? absent : `${translation.file} does not say translationOf: ${name}`
    if (document === original) fail(file, 'translations', translation.place, reason)
    return []
  })
  return [{ file: name, lang: original.frontMatter.lang }, ...found].filter((one) => one.file !== path)
}

/**
 * Applies the command line's values; reports differences. Skips experiments without a cell that `only`
 * selects. With fewer trials than boots, each boot gets one trial. Throws a RequestError if the requested
 * boots exceed the trials.
 */
export function override(
  document: Document,
  { trials, boots, deadlineSeconds, only = [] }: Overrides & { readonly only?: readonly string[] },
  tell: (event: BuildEvent) => void = () => {},
): Document {
  if ([trials, boots, deadlineSeconds].every((value) => value === undefined)) return document
  const cells = cellsOf(document.blocks)
  const experiments = new Set(
    cells.filter(cellSelector(cells, only, '--only')).map(({ experiment }) => experiment),
  )
  const changed = (block: Block): Block => {
    if (block.type !== 'experiment' || !experiments.has(block.id)) return block
    const note = (text: string) => tell({ type: 'note', text })
    const overrides = (flag: string, value: number | undefined, written: number, unit = '') => {
      if (value !== undefined && value !== written)
        note(`--${flag} ${value} overrides the document's ${written}${unit} for ${block.id}`)
      return value ?? written
    }
    const asked = overrides('trials', trials, block.trials)
    const changes = {
      trials: asked,
      boots: overrides('boots', boots, block.hasUsualRounds ? roundsFor(asked) : block.boots),
      deadlineSeconds: overrides('deadline', deadlineSeconds, block.deadlineSeconds, ' s'),
    }
    if (changes.boots <= changes.trials) return { ...block, ...changes }
    if (boots !== undefined)
      throw new RequestError(
        `--boots ${boots} is more than the ${changes.trials} trials of ${block.id}: ` +
          'each boot has at least one (--trials N, or fewer boots)',
      )
    note(
      `${changes.trials} boots of ${block.id} instead of the document's ${block.boots}, ` +
        'as many as --trials leaves trials',
    )
    return { ...block, ...changes, boots: changes.trials }
  }
  return withBlocks(document, changed)
}
