/**
 * A live document: one that is kept open in a process, and looked at again after each change of its project.
 *
 *   files (only what changed is read) -> document, checked -> plan -> report -> page in blocks
 *
 * A look does only what the change needs, as what was made is kept by what it was made of: runs and modules
 * by the files that they were read from (files/derived.ts), tables, figures and judgements by their inputs
 * (rendercache.ts), parts of the page by their content (report/html/live.ts). Nothing is kept by when it was
 * made, so nothing can be out of date: a look gives the bytes that a build would write.
 *
 * A document with errors is shown as far as possible.
 */

import type { VFile } from 'vfile'
import type { KnownRun, KnownRuns, VerdictRecord, Verification } from '../claims/verification.ts'
import { firstAlike, openAlike } from '../document/alike.ts'
import { type SourceBlock, sourcesIn } from '../document/block.ts'
import type { Document } from '../document/document.ts'
import { hasErrors } from '../document/problem.ts'
import { cellsOf } from '../engine/cells.ts'
import { plan as planCells, type Step } from '../engine/plan.ts'
import { openDerived } from '../files/derived.ts'
import type { Fingerprints } from '../files/fingerprint.ts'
import { FileError } from '../files/ordinary.ts'
import { type Files, openFiles } from '../files/tracked.ts'
import { languageOf } from '../locale/languages.ts'
import { references } from '../query/expression.ts'
import { neededBy } from '../query/patterns.ts'
import type { Drawer } from '../report/drawing/process.ts'
import { defaultFormat, formats, type WriteLive } from '../report/formats.ts'
import type { LivePage, Report } from '../report/model.ts'
import type { Keeping, ReportInput } from '../report/report.ts'
import { digest } from '../results/key.ts'
import type { Run } from '../results/run.ts'
import { StoreError } from '../results/runfile.ts'
import { openStore } from '../results/store.ts'
import { isSame } from '../text/lists.ts'
import { lazily, recently } from '../text/memory.ts'
import { ExplainedError } from '../text/message.ts'
import { statusesOf } from './build.ts'
import { dataRuns } from './data.ts'
import { knownRuns } from './knownruns.ts'
import { reportName } from './manifest.ts'
import { programOf } from './program.ts'
import { cachedJudge, openFloatMemory } from './rendercache.ts'
import { floatInputs } from './renderinputs.ts'
import {
  type Again,
  checkDocument,
  type Opened,
  originalSite,
  type Read,
  readDocument,
  type Site,
} from './site.ts'
import { verdictRecord } from './verdicts.ts'

/**
 * A problem of a document, at a place in one of its files. Lines and columns count from 1, columns UTF-16
 * units.
 */
export interface LiveProblem {
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** Relative to the project. */
  readonly path: string
  readonly line: number
  readonly column: number
  /** Of docs/problems.md; absent for what only a report shows, such as a run that is missing. */
  readonly ruleId?: string
  /** Name of the run that is missing or stale. */
  readonly run?: string
}

/** A document as it was when it was looked at. */
export interface Look {
  readonly opened: Opened
  readonly files: Files
  readonly steps: readonly Step[]
  readonly runs: KnownRuns
  readonly problems: readonly LiveProblem[]
}

/** A look, and the report as it shows. */
export interface Shown extends Look {
  readonly report: Report
  readonly page: LivePage
}

export interface LiveDocument {
  /** Opens, checks and plans. `overlay` has texts that lie over files, by path in the project. */
  look(overlay?: ReadonlyMap<string, string>, tell?: Stages): Promise<Look>
  /** Makes the report of a look, which must be the last one. */
  show(look: Look): Promise<Shown>
  /** Ends the process that draws figures. */
  [Symbol.dispose](): void
}

/** What is told before a look is complete. */
export interface Stages {
  /**
   * Is given the look before the text is checked, with the problems of the last one, if nothing that runs has
   * changed since.
   */
  readonly unchecked?: (look: Look) => Promise<void>
  /** Is given what is wrong with the text before what would run is planned. */
  readonly checked?: (problems: readonly LiveProblem[], files: Files) => void
}

/** Knows which files had no change, as it is told of changes (serve/watch.ts). */
export interface Quiet {
  /** Returns a moment: now. */
  mark(): number
  /** Whether nothing can have happened to a file since a moment. */
  isQuiet(path: string, mark: number): boolean
}

/** Opens a document for many looks. Calls of its functions must not overlap. */
export async function openLive(site: Site, quiet?: Quiet): Promise<LiveDocument> {
  const kept = openDerived()
  const memory = new Map<string, Uint8Array>()
  const values = new Map<string, unknown>()
  let fingerprints: Fingerprints = {}
  /** When what is remembered was looked at. */
  let marked = 0
  let program: string | undefined
  let drawer: Drawer | undefined
  let write: WriteLive | undefined
  const floats = openFloatMemory(site)
  const [noteOwn, noteOriginal] = [openAlike(), openAlike()]
  const note = ({ blocks, original }: Document) => {
    noteOwn(blocks)
    if (original) noteOriginal(original.blocks)
  }
  const again = openAgain()
  const stages = openStages()
  const plan = openPlan()
  const runsBy = recently(
    (steps: readonly Step[], data: Opened['data']) => knownRuns(steps, new Map(), dataRuns(data)),
    (steps, data) => [steps, data],
  )
  const shownBy = recently(
    ({ shown }: KnownRuns) => ({ runs: shown.map(({ run }) => run), statuses: statusesOf(shown) }),
    (runs) => [runs],
  )
  const read = openReader(note)
  /** Of the last look whose document had no errors. */
  let checked:
    | { readonly sources: readonly SourceBlock[]; readonly problems: readonly LiveProblem[] }
    | undefined
  let last: { readonly shown: Shown; readonly with: (look: Look) => Shown } | undefined
  return {
    async look(overlay, { unchecked, checked: told } = {}) {
      const mark = quiet?.mark() ?? 0
      const isQuiet = quiet && ((path: string) => quiet.isQuiet(path, marked))
      const files = openFiles(site.project, fingerprints, { kept, overlay, ...(isQuiet && { isQuiet }) })
      program ??= programOf(site, files)
      const opened = await read(site, files, checked !== undefined)
      const lookWith = async (problems: readonly LiveProblem[]): Promise<Look> => {
        const steps = await plan(site, opened, files)
        const runs = runsBy(steps, opened.data)
        return { opened, files, steps, runs, problems }
      }
      const sources = sourcesIn(opened.document.blocks).map(firstAlike)
      // What was never checked may be impossible to plan.
      const isPlannable = checked !== undefined && isSame(checked.sources, sources)
      const first = unchecked && isPlannable ? await lookWith(checked?.problems ?? []) : undefined
      if (first) await unchecked?.(first)
      await checkDocument(opened, site, files, again)
      const problems = messagesOf(opened.document.file)
      told?.(problems, files)
      const look = first ? { ...first, problems } : await lookWith(problems)
      checked = hasErrors(opened.document.file) ? undefined : { sources, problems }
      kept.sweep()
      // What lies under an overlay is looked at again once it is gone.
      fingerprints = files.fingerprints()
      marked = mark
      return look
    },
    async show(look) {
      const { opened, files, runs } = look
      // Checks of the text, which came since, change nothing that is shown but the problems.
      if (last?.shown.opened === opened && last.shown.runs === runs) return last.with(look)
      const { makeReport } = await import('../report/report.ts')
      const { limits, openDrawer } = await import('../report/drawing/process.ts')
      drawer ??= openDrawer(limits, { isLive: true })
      write ??= await formats.get(defaultFormat)?.live?.()
      if (write === undefined) throw new Error(`the format ${defaultFormat} cannot be live`)
      const { document, translations, published } = opened
      const verdicts = verdictsOf(look)
      const rendering = {
        ...{ document, translations, published, files, program: program ?? '' },
        ...shownBy(runs),
        records: runs.recorded,
        verdicts: verdicts.record,
      }
      const place = { ...site, memory }
      const report = await makeReport({
        ...rendering,
        nameOf: reportName,
        translations: translations.map(({ file, lang }) => ({ lang, name: reportName(file) })),
        read: readerOf(files),
        floats: floats(floatInputs(rendering)),
        judgement: cachedJudge(place, rendering.program, languageOf(document.frontMatter.lang)),
        keeping: { ...keeping(look, verdicts.record, values), stage: stages(look, verdicts.record) },
        drawer,
        generator: site.generator,
      })
      fingerprints = { ...fingerprints, ...files.fingerprints() }
      for (const map of [memory, values]) if (map.size > mostRendered) map.clear()
      const path = document.file.path ?? site.document
      const own = [
        ...verdicts.problems,
        ...report.problems.map(({ type, message, place, path: own = path, run }): LiveProblem => ({
          ...{ severity: type === 'error' ? 'error' : 'warning', message, path: own, ...place },
          ...(run === undefined ? {} : { run }),
        })),
      ]
      const page = write(report)
      const shownWith = (look: Look): Shown => ({
        ...look,
        ...{ problems: [...look.problems, ...own], report, page },
      })
      last = { shown: shownWith(look), with: shownWith }
      // Ready for the first figure that is edited.
      if (document.blocks.some(({ type }) => type === 'figure')) drawer.begin()
      return last.shown
    },
    [Symbol.dispose]() {
      drawer?.[Symbol.dispose]()
    },
  }
}

/**
 * Tables, figures and judgements that are kept, of all their versions; and so for values and verifications.
 */
const mostRendered = 5000

const numbers = new WeakMap<object, number>()
let count = 0

/** Tells things apart; what was read or made again is another thing. */
function numberOf(thing: object): number {
  const known = numbers.get(thing) ?? (count += 1)
  numbers.set(thing, known)
  return known
}

/** Keeps values, verifications and claims by all that decides them. */
function keeping(look: Look, verdicts: VerdictRecord, kept: Map<string, unknown>): Omit<Keeping, 'stage'> {
  const experiments = sourcesIn(look.opened.document.blocks)
  // Needed only if a stage is made again.
  const identified = lazily(() => identities(look, experiments))
  const of = <T>(name: string, make: () => T): T => {
    const found = kept.has(name) ? (kept.get(name) as T) : make()
    kept.set(name, found)
    return found
  }
  const firsts = new Map<Verification, Verification>()
  return {
    value({ source, ast }, make) {
      const own = new Set(references(ast).map(({ parts: [experiment = ''] }) => experiment))
      const ids = new Set([...own, ...neededBy([...own], experiments)])
      const found = of(`value ${source}\n${identified().common}\n${identified().of(ids)}`, make)
      // A report changes its nodes.
      return { ...found, value: { ...found.value } }
    },
    async verification(claim, make) {
      const before = verdicts.recorded.filter(({ id }) => id === claim.id)
      const defined = verdicts.defined.filter(({ id }) => id === claim.id)
      const what = digest([
        ...[numberOf(firstAlike(claim)), before.map(numberOf)],
        ...[defined.map((one) => numberOf(firstAlike(one))), verdicts.recorded.length],
      ])
      const found = await of(`claim ${what}\n${identified().all}`, make)
      const rerun = found.rerun && { rerun: { ...found.rerun, claim } }
      const own = { ...found, claim, recorded: { ...found.recorded, claim }, ...rerun }
      firsts.set(own, found)
      return own
    },
    claim(verification, parts, make) {
      const first = firsts.get(verification)
      return first === undefined ? make() : of(`node ${numberOf(first)} ${digest(parts)}`, make)
    },
  }
}

/** Keeps stages of a report while document, runs, verdicts and the files that a stage read are unchanged. */
function openStages(): (look: Look, verdicts: VerdictRecord) => Keeping['stage'] {
  interface Stage {
    readonly parts: readonly unknown[]
    readonly seen: Fingerprints
    readonly made: unknown
  }
  const before = new Map<string, Stage>()
  return ({ opened, steps, files }, { recorded, removed }) => {
    const { document, published, data, translations } = opened
    const parts = [document, published, data, translations, steps, ...recorded, JSON.stringify(removed)]
    return async <T>(name: string, make: (read: ReportInput['read']) => Promise<T>) => {
      const known = before.get(name)
      if (known && isSame(known.parts, parts) && seesAgain(files, known.seen)) return known.made as T
      before.delete(name)
      const own = files.beside()
      const made = await make(readerOf(own))
      before.set(name, { parts, seen: own.fingerprints(), made })
      return made
    }
  }
}

/** Digests of all that decides the values of some experiments (`common` and `of`), and any claim (`all`). */
function identities(
  { opened: { document, published }, runs, files }: Look,
  experiments: readonly SourceBlock[],
): { readonly common: string; readonly all: string; readonly of: (experiments: Iterable<string>) => string } {
  const { lang, texts, evidence } = document.frontMatter
  const known = (all: readonly KnownRun[]) =>
    Map.groupBy(
      all.map(({ run, from, stale }) => [run.experiment, numberOf(run), from, stale ?? null] as const),
      ([experiment]) => experiment,
    )
  const [shown, recorded] = [known(runs.shown), known(runs.recorded)]
  const byExperiment = new Map(
    experiments.map((block) => [
      block.id,
      digest([numberOf(firstAlike(block)), shown.get(block.id) ?? [], recorded.get(block.id) ?? []]),
    ]),
  )
  const tables = document.blocks.flatMap((block) => (block.type === 'table' ? [block.options.published] : []))
  const besides = tables.flatMap((path) => (typeof path === 'string' ? [files.digest(path) ?? ''] : []))
  const common = digest([lang, texts, evidence ?? null, published.map(numberOf), besides])
  const of = (ids: Iterable<string>) =>
    [...ids]
      .sort()
      .map((id) => `${id} ${byExperiment.get(id) ?? ''}`)
      .join('\n')
  const all = digest([common, of(byExperiment.keys())])
  return { common, all, of }
}

/** See `Again`. */
function openAgain(): Again {
  const silent = new Map<string, readonly unknown[]>()
  let last:
    | { readonly parts: readonly unknown[]; readonly seen: Fingerprints; readonly part: object }
    | undefined
  return {
    check(name, file, parts, check) {
      if (isSame(silent.get(name) ?? [check], parts)) return
      const before = file.messages.length
      silent.delete(name)
      check()
      if (file.messages.length === before) silent.set(name, parts)
    },
    over(parts, files) {
      const before = last && isSame(last.parts, parts) && seesAgain(files, last.seen) ? last : undefined
      last = undefined
      const own = files.beside()
      const part = before?.part ?? {}
      return {
        ...{ part, files: own },
        // What was left out depends on what it saw before.
        end: () => void (last = { parts, part, seen: { ...before?.seen, ...own.fingerprints() } }),
      }
    },
  }
}

function seesAgain(files: Files, seen: Fingerprints): boolean {
  try {
    return files.areAs(seen)
  } catch (error) {
    if (error instanceof FileError) return false // the checks report it
    throw error
  }
}

/** Reads the document anew only if one of the files that it was read from is another. */
function openReader(note: (document: Document) => void) {
  let before:
    | { readonly read: Read; readonly seen: Fingerprints; readonly messages: VFile['messages'] }
    | undefined
  // Why a file cannot be read may change without the file.
  return async (site: Site, files: Files, isSound: boolean): Promise<Read> => {
    if (isSound && before && files.areAs(before.seen)) {
      // Checks add to the messages, and move them.
      before.read.document.file.messages = before.messages.map(copyOf)
      return { ...before.read }
    }
    before = undefined
    const own = files.beside()
    const read = await readDocument(site, own, note)
    before = { read, seen: own.fingerprints(), messages: read.document.file.messages.map(copyOf) }
    return read
  }
}

function copyOf<T extends object>(message: T): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message) as object | null) as T, message)
}

/**
 * Plans anew only if another experiment or environment, or one of the files that the last plan rests on, is
 * there.
 */
function openPlan(): typeof planWhatCan {
  let before:
    | { readonly parts: readonly unknown[]; readonly seen: Fingerprints; readonly steps: readonly Step[] }
    | undefined
  return async (site, opened, files) => {
    const { document, environments } = opened
    const cells = cellsOf(document.blocks)
    const parts = [...cells.map(({ block }) => firstAlike(block)), ...environments.values()]
    if (before && isSame(before.parts, parts) && files.areAs(before.seen)) return before.steps
    const own = files.beside()
    before = undefined
    const steps = await planWhatCan(site, opened, own)
    before = { parts, seen: own.fingerprints(), steps }
    return steps
  }
}

function readerOf(files: Files): ReportInput['read'] {
  return async (path) => {
    const content = files.read(path)
    if (content === undefined) throw new FileError(`no file ${path}`)
    return content
  }
}

/** Plans the cells whose environments are known; a document with errors may name others. */
export async function planWhatCan(
  site: Site,
  opened: Pick<Opened, 'document' | 'environments'>,
  files: Files,
): Promise<readonly Step[]> {
  const { document, environments } = opened
  const cells = cellsOf(document.blocks).filter(({ environment }) => environments.has(environment))
  const store = openStore(site.project, files, site.seal)
  const context = { ...originalSite(site, document), environments, store, files }
  try {
    return await planCells(cells, context)
  } catch (error) {
    // Of a document without errors it tells what is wrong; else that may be but a consequence.
    if (!hasErrors(document.file) || !isTold(error)) throw error
    return []
  }
}

function isTold(error: unknown): boolean {
  return error instanceof FileError || error instanceof StoreError || error instanceof ExplainedError
}

/** Recorded verdicts that cannot be read are a problem among others here. */
function verdictsOf({ opened: { document }, files }: Look): {
  readonly record: VerdictRecord
  readonly problems: readonly LiveProblem[]
} {
  try {
    return { record: verdictRecord(document, files), problems: [] }
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof FileError)) throw error
    const path = document.file.path ?? ''
    return {
      record: { recorded: [], defined: [], removed: [] },
      problems: [{ severity: 'error', message: error.message, path, line: 1, column: 1 }],
    }
  }
}

function messagesOf(file: VFile): readonly LiveProblem[] {
  return file.messages.map(({ file: own, line, column, fatal, reason, ruleId }) => ({
    ...{ severity: fatal ? 'error' : 'warning', message: reason, path: own || (file.path ?? '') },
    ...{ line: line ?? 1, column: column ?? 1 },
    ...(ruleId === undefined ? {} : { ruleId }),
  }))
}

/** Runs behind a look, by the names of their cells: shown ones, and data. */
export function runsOf({ runs }: Look): readonly Run[] {
  return runs.shown.map(({ run }) => run)
}
