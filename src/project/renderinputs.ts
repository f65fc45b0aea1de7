/** Inputs of each table, figure, claim and the page, itemized like a run's so that changes can be named. */

import { isFile } from '../check/check.ts'
import { picturesOf } from '../check/picture.ts'
import { editedRuns } from '../claims/edits.ts'
import { verdictsFile } from '../claims/record.ts'
import type { KnownRun, VerdictRecord } from '../claims/verification.ts'
import { perBlock } from '../document/alike.ts'
import { type ClaimBlock, type FigureBlock, sourcesIn, type TableBlock } from '../document/block.ts'
import { comparesWithTables, expressionsOfClaim } from '../document/claim.ts'
import type { Document } from '../document/document.ts'
import { pathsIn } from '../document/float.ts'
import { includedFiles } from '../document/include.ts'
import type { Files } from '../files/tracked.ts'
import { languageOf, messagesFor } from '../locale/languages.ts'
import type { PublishedTable } from '../query/published.ts'
import { cellsRead, type Results } from '../query/query.ts'
import type { RunStatuses } from '../report/context.ts'
import { labels, missingRuns } from '../report/floats.ts'
import { staleReasons } from '../report/runstatus.ts'
import { tableKinds } from '../report/tables/kinds.ts'
import { acceptedEdits } from '../results/acceptance.ts'
import { digest, parameterInputs } from '../results/key.ts'
import { runName, type Inputs, type Run, runsByName } from '../results/run.ts'
import { resultDigest } from '../results/runfile.ts'
import { recently } from '../text/memory.ts'
import type { Translation } from './site.ts'

export interface Rendering {
  readonly document: Document
  readonly translations: readonly Translation[]
  readonly published: readonly PublishedTable[]
  readonly runs: readonly Run[]
  readonly statuses: RunStatuses
  /** Recorded runs; by default, those shown. */
  readonly records?: readonly KnownRun[]
  /** By default, none are recorded. */
  readonly verdicts?: VerdictRecord
  readonly files: Files
  /** Identifies this program by version and code. */
  readonly program: string
}

/** Inputs by id of the table, figure or claim; `page` is the whole report. */
export function renderInputs(rendering: Rendering): Readonly<Record<string, Inputs>> {
  const { document, translations, published, runs, statuses, files, program } = rendering
  const experiments = sourcesIn(document.blocks)
  const floats = floatInputs(rendering)
  const stale = staleReasons(statuses)
  const language = languageOf(document.frontMatter.lang)
  const steps: Record<string, Inputs> = {}
  for (const block of document.blocks) {
    const own = floats.get(block.id)
    if (block.type === 'claim')
      steps[block.id] = claimInputs(block, { experiments, runs, published }, stale, program, language)
    else if (own !== undefined) steps[block.id] = own
  }
  steps.page = {
    ...documentInputs(document, files),
    ...Object.fromEntries(translations.map(({ file, lang }) => [`translation ${file}`, lang])),
    program,
    ...runsReader(rendering)(),
    ...Object.fromEntries(Object.entries(steps).map(([id, inputs]) => [`rendered ${id}`, digest(inputs)])),
    ...pictures(document, files),
    ...tableInputs(published),
    ...(document.frontMatter.bibliography ? fileInput(document.frontMatter.bibliography.file, files) : {}),
  }
  return steps
}

/** Inputs of tables and figures, by their ids. */
export function floatInputs(rendering: Rendering): ReadonlyMap<string, Inputs> {
  const { document, published, files, program } = rendering
  const { lang, texts } = document.frontMatter
  const names = labels(document, messagesFor(lang))
  const language = { language: lang, texts: digest(texts) }
  const documents = { ...documentInputs(document, files), ...tableInputs(published) }
  const sources = { inputsOfRuns: runsReader(rendering), documents }
  return new Map(
    document.blocks.flatMap((block) =>
      block.type === 'table' || block.type === 'figure'
        ? [
            [
              block.id,
              {
                ...writtenInputs(block),
                label: names.get(block.id) ?? '',
                ...language,
                program,
                ...sourcesOf(block, files, sources),
              },
            ] as const,
          ]
        : [],
    ),
  )
}

const writtenInputs = perBlock(({ place: _, ...written }: TableBlock | FigureBlock) =>
  parameterInputs(JSON.parse(JSON.stringify(written)), 'block '),
)

function documentInputs(document: Document, files: Files): Inputs {
  const { original } = document
  const included = [document, ...(original ? [original] : [])].flatMap(({ file }) => includedFiles(file))
  return {
    'file document': files.digest(document.file.path ?? '') ?? '',
    ...(original ? fileInput(original.file.path ?? '', files) : {}),
    ...Object.assign({}, ...included.map((path) => fileInput(path, files))),
    ...fileInput(verdictsFile, files),
  }
}

/** Returns the runs of an experiment, or of all, as inputs. */
const runsReader = recently(newRunsReader, ({ document, runs, statuses }) => [document, runs, statuses])

function newRunsReader({
  document,
  runs,
  statuses,
}: Pick<Rendering, 'document' | 'runs' | 'statuses'>): (experiment?: string) => Inputs {
  const experiments = sourcesIn(document.blocks)
  const stale = staleReasons(statuses)
  const byExperiment = Map.groupBy(runs, ({ experiment }) => experiment)
  const byId = Map.groupBy(experiments, ({ id }) => id)
  const known = new Map<string | undefined, Inputs>()
  const read = (experiment?: string): Inputs => {
    const own = experiment === undefined ? runs : (byExperiment.get(experiment) ?? [])
    const named = experiment === undefined ? [] : (byId.get(experiment) ?? [])
    const missing = (experiment === undefined ? experiments : named).flatMap((block) =>
      missingRuns(block, byExperiment.get(block.id) ?? []),
    )
    const patterns = named.flatMap((block) => block.patterns)
    return Object.fromEntries([
      ...patterns.map(({ name, label }) => [`label ${experiment}/${name}`, label] as const),
      ...own.map((run) => [`run ${runName(run)}`, runInput(run, stale)] as const),
      ...missing.map((name) => [`run ${name}`, 'missing'] as const),
    ])
  }
  return (experiment) => {
    const found = known.get(experiment) ?? read(experiment)
    known.set(experiment, found)
    return found
  }
}

/** Everything that can change a claim's judgement; `language` is that of its reasons. */
export function claimInputs(
  claim: ClaimBlock,
  { experiments, runs, published = [] }: Results,
  stale: ReadonlyMap<string, string>,
  program: string,
  language = 'en',
): Inputs {
  const { place: _, test, published: theirs, ...written } = claim
  const cells = cellsRead(expressionsOfClaim(claim), experiments).names
  const edited = editedRuns(claim, { experiments, runs })
  const discrete = experiments.filter(
    (one) => one.discrete && cells.some((cell) => cell.startsWith(`${one.id}/`)),
  )
  const found = runsByName(runs)
  return {
    ...parameterInputs(JSON.parse(JSON.stringify(written)), 'block '),
    'block test': digest(test),
    ...(edited.length === 0 ? {} : { edited: digest(edited) }),
    ...(discrete.length === 0 ? {} : { discrete: discrete.map(({ id }) => id).join(', ') }),
    ...(theirs === undefined
      ? {}
      : { 'block published': typeof theirs === 'object' ? digest(theirs) : theirs }),
    language,
    program,
    ...(comparesWithTables(claim) ? tableInputs(published) : {}),
    ...Object.fromEntries(
      cells.map((name) => {
        const run = found.get(name)
        return [`run ${name}`, run ? runInput(run, stale) : 'missing']
      }),
    ),
  }
}

/** A path may match any of the document's published tables. */
function tableInputs(tables: readonly PublishedTable[]): Inputs {
  return Object.fromEntries(tables.map((table) => [`file ${table.file}`, tableDigest(table)]))
}

const tableDigests = new WeakMap<PublishedTable, string>()

function tableDigest(table: PublishedTable): string {
  const found = tableDigests.get(table) ?? digest(table.cells)
  tableDigests.set(table, found)
  return found
}

const runInputs = new WeakMap<Run, { readonly reason: string | undefined; readonly input: string }>()

function runInput(run: Run, stale: ReadonlyMap<string, string>): string {
  const reason = stale.get(runName(run))
  const known = runInputs.get(run)
  if (known?.reason === reason && known !== undefined) return known.input
  const input = digest([run.key, resultDigest(run), reason ?? null, acceptedEdits(run)])
  runInputs.set(run, { reason, input })
  return input
}

function fileInput(path: string, files: Files): Inputs {
  return { [`file ${path}`]: files.digest(path) ?? 'missing' }
}

function sourcesOf(
  block: TableBlock | FigureBlock,
  files: Files,
  { inputsOfRuns, documents }: { inputsOfRuns: (experiment?: string) => Inputs; documents: Inputs },
): Inputs {
  const file = (path: string): Inputs => fileInput(path, files)
  if (block.type === 'table') {
    const options = tableKinds.get(block.kind)?.files ?? []
    const paths = options.flatMap((option) => pathsIn(block.options[option]))
    // A table without an experiment shows the document's own claims.
    const own = block.from === undefined ? { ...inputsOfRuns(), ...documents } : inputsOfRuns(block.from)
    return Object.assign({}, own, ...paths.map(file))
  }
  const drawn = [block, ...(block.parts ?? [])].flatMap(({ spec, src, data }) => [
    ...[spec, src].flatMap((path) => (typeof path === 'string' ? [file(path)] : [])),
    ...Object.values(data).map(({ from }) => (isFile(from) ? file(from) : inputsOfRuns(from))),
  ])
  return Object.assign({}, ...drawn)
}

function pictures(document: Document, files: Files): Inputs {
  const paths = picturesOf(document).flatMap(({ path }) => path ?? [])
  return Object.assign({}, ...[...new Set(paths)].map((path) => fileInput(path, files)))
}
