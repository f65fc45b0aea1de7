/**
 * A build:
 *
 *   document -> check -> plan -> set up the toolchain -> run outdated cells -> render -> _build/index.html
 *
 * Reading and checking have no side effects. A failed cell does not stop the others; the report lists what is
 * missing.
 */

import { join } from 'node:path'
import { editsOf } from '../claims/edits.ts'
import { english } from '../claims/reasons.ts'
import type { KnownRun } from '../claims/verification.ts'
import type { Document } from '../document/document.ts'
import { writtenAt } from '../document/include.ts'
import { hasErrors } from '../document/problem.ts'
import { cellsOf, cellSelector, isSelected, RequestError, selectorsOf } from '../engine/cells.ts'
import type { TellEvent } from '../engine/event.ts'
import type { CellError } from '../engine/execute.ts'
import { localName, openExecutor } from '../engine/executors.ts'
import { plan, type Step } from '../engine/plan.ts'
import { type ScheduleResult, reasonToRun, runCells } from '../engine/schedule.ts'
import { makeFolder, remove } from '../files/change.ts'
import { sweep, writeLightly } from '../files/drafts.ts'
import { exclusively } from '../files/exclusive.ts'
import { type Fingerprints, sha256 } from '../files/fingerprint.ts'
import { FileError } from '../files/ordinary.ts'
import { type Files, openFiles } from '../files/tracked.ts'
import { languageOf } from '../locale/languages.ts'
import type { RunStatus } from '../report/context.ts'
import type { Drawer } from '../report/drawing/process.ts'
import { type Format, formats } from '../report/formats.ts'
import type { Printed, Report, ReportProblem, Written } from '../report/model.ts'
import { runName, type Run } from '../results/run.ts'
import { StoreError } from '../results/runfile.ts'
import { isSigned, requireSigningKey, signResults } from '../results/signature.ts'
import { openStore } from '../results/store.ts'
import type { Update } from '../testbed/testbed.ts'
import { byTestbed } from '../testbeds/environments.ts'
import { isRecalling } from '../text/memory.ts'
import { codeOfRun } from './consent.ts'
import { dataRuns } from './data.ts'
import { asRecords, knownRuns, recordsOnly, shownRuns } from './knownruns.ts'
import {
  filesFolder,
  formatManifest,
  manifestFile,
  readManifest,
  reportFile,
  reportName,
  reportsFolder,
  type WrittenReport,
} from './manifest.ts'
import { programOf } from './program.ts'
import { record, refuseOthersRecords, refuseUnrecorded } from './record.ts'
import { floatCache, cachedJudge, pruneRenderCache } from './rendercache.ts'
import { type Rendering, renderInputs } from './renderinputs.ts'
import { DocumentError, type Opened, type Overrides, override, type Site, originalSite } from './site.ts'
import { recordVerdicts, verdictRecord } from './verdicts.ts'

export interface Outcome {
  readonly executed: readonly Run[]
  readonly failures: readonly CellError[]
  /** Cells that did not start because another failed or is missing. */
  readonly skipped: readonly string[]
  /** Problems of the report; empty if none was written. */
  readonly problems: readonly ReportProblem[]
  /** Report files, one per format, relative to the project. */
  readonly reports: readonly string[]
  /** Cells that did not run, as nobody allowed their code to run here. */
  readonly forbidden: readonly string[]
}

export interface BuildOptions extends Overrides {
  /** Cells to rerun even if up to date (see engine/cells.ts); `all` for all selected cells. */
  readonly rerun: 'all' | readonly string[]
  readonly only: readonly string[]
  /** Name of an executor (engine/executors.ts); this host's unless given. */
  readonly executor?: string | undefined
  /** Maximum number of concurrent boots. */
  readonly jobs: number
  readonly keepGoing: boolean
  /** Runs nothing; uses recorded runs only. */
  readonly frozen: boolean
  /** Writes the runs that the report shows to results/. */
  readonly record: boolean
  /** Absolute path of the key that signs results/ when it was recorded. */
  readonly sign?: string | undefined
  /** Report formats by name (report/formats.ts); empty to write no report. */
  readonly to: readonly string[]
  /** Returns those of the steps whose code may run; may ask. */
  readonly allow: (steps: readonly Step[], all: readonly Step[]) => Promise<readonly Step[]>
  readonly signal: AbortSignal
}

/** Plans every cell. Throws a DocumentError, or a StoreError that lists unreadable recorded runs. */
export async function planDocument(
  site: Site,
  opened: Pick<Opened, 'document' | 'environments'>,
  files: Files = openFiles(site.project),
  made: ReadonlyMap<string, Run> = new Map(),
): Promise<readonly Step[]> {
  const steps = await planWithDamaged(site, opened, files, made)
  const reasons = steps.flatMap(({ status }) => (status.type === 'damaged' ? [status.reason] : []))
  if (reasons.length > 0) throw new StoreError(reasons.join('\n'))
  return steps
}

/** As planDocument, but reports unreadable recorded runs as `damaged` instead of throwing. */
export async function planWithDamaged(
  site: Site,
  { document, environments }: Pick<Opened, 'document' | 'environments'>,
  files: Files,
  made: ReadonlyMap<string, Run> = new Map(),
): Promise<readonly Step[]> {
  if (hasErrors(document.file)) throw new DocumentError(document.file)
  const store = openStore(site.project, files, site.seal)
  const mayAsk = site.consent?.mayAsk === true
  const planContext = { ...originalSite(site, document), environments, store, files, mayAsk }
  return await plan(cellsOf(document.blocks), planContext, made)
}

/** Builds. `opened` comes from openDocument with the same `files`. Throws DocumentError or FrozenError. */
export async function build(
  site: Site,
  opened: Opened,
  options: BuildOptions,
  tell: TellEvent,
  files: Files = openFiles(site.project),
): Promise<Outcome> {
  if (options.sign !== undefined) await requireSigningKey(options.sign)
  await requireFormats(options.to)
  const document = override(opened.document, options, tell)
  const own = { document, environments: opened.environments }
  const planned = await planDocument(site, own, files)
  const steps = options.frozen ? recordsOnly(planned) : planned
  // Claims also need the records, compared with the document without overrides.
  const written =
    document === opened.document || options.to.length === 0 ? steps : await planDocument(site, opened, files)
  const data = dataRuns(opened.data)
  const { recorded } = knownRuns(written, new Map(), data)
  if (options.frozen) refuseUnrecorded(steps, originalSite(site, document))
  const wanted = selection(steps, options)
  if (options.record) {
    const recording = steps.filter(({ cell, status }) => status.type === 'cached' || wanted.isChosen(cell))
    refuseOthersRecords(recording, originalSite(site, document))
  }
  const outdated = (planned: readonly Step[]) =>
    planned.filter((step) => wanted.isChosen(step.cell) && reasonToRun(step, wanted.isRerun) !== undefined)

  let done: ScheduleResult = { executed: [], failures: [], skipped: [] }
  const isRendered = options.to.length > 0
  const waiting = outdated(steps)
  const first = waiting.length > 0 ? await options.allow(waiting, steps) : waiting
  const draws = isRendered && first.length > 0 && document.blocks.some(({ type }) => type === 'figure')
  using drawer = draws ? (await import('../report/drawing/process.ts')).openDrawer() : undefined
  // It starts beside cells that measure no times, else behind them, while what they made is read.
  if (first.every(({ cell }) => cell.block.parallel)) drawer?.begin()
  const allowed = new Set(first.map(({ cell }) => runName(cell)))
  const toRun = (planned: readonly Step[]) =>
    outdated(planned).filter(({ cell }) => allowed.has(runName(cell)))
  const forbidden = waiting.map(({ cell }) => runName(cell)).filter((name) => !allowed.has(name))
  if (first.length > 0) {
    done = await underLock(site, options.signal, tell, async () => {
      for (const text of await sweep(site.project)) tell({ type: 'note', text })
      await setUp(site, first, options.signal, tell)
      const host = { ...site, note: (text: string) => tell({ type: 'note', text }) }
      const executor = site.executor ?? (await openExecutor(options.executor ?? localName, host))
      const executionContext = {
        ...originalSite(site, document),
        executor,
        seen: files.fingerprints(),
        store: openStore(site.project, openFiles(site.project), site.seal),
      }
      let left: readonly Step[] | undefined
      const replan = async (made: ReadonlyMap<string, Run>) => {
        const isChain = steps.some(({ cell }) => cell.block.needs.length > 0)
        if (left && !isChain) return left.filter(({ cell }) => !made.has(runName(cell)))
        // Read the files again: packages may have been replaced, and runs added.
        left = toRun(await planDocument(site, own, openFiles(site.project, files.fingerprints()), made))
        return left
      }
      return await runCells(
        replan,
        wanted.isRerun,
        executionContext,
        { ...options, testbeds: site.testbeds },
        tell,
      )
    })
    site.consent?.remember(done.executed.flatMap(codeOfRun))
  }
  if (!isRendered && !options.record) return { ...done, problems: [], reports: [], forbidden }
  if (done.executed.length > 0) drawer?.begin()
  const after = first.length > 0 ? openFiles(site.project, files.fingerprints()) : files
  const made = new Map(done.executed.map((run) => [runName(run), run]))
  const settled = first.length > 0 ? await planDocument(site, own, after, made) : steps
  const found = shownRuns(settled, made)
  if (options.record)
    await underLock(site, options.signal, tell, async () => {
      await record(found, settled, site, tell)
      const files = openFiles(site.project, after.fingerprints())
      const plan = { steps: await planDocument(site, opened, files), files }
      const written = await recordVerdicts(site, opened, plan, new Date().toISOString().slice(0, 10))
      for (const file of written) tell({ type: 'note', text: `recorded the verdicts in ${file}` })
      if (options.sign !== undefined) await signResults(site.project, options.sign)
      else if (isSigned(site.project)) tell({ type: 'note', text: unsignedNote })
    })
  const shown = [...(options.record ? found.map(nowRecorded) : found), ...asRecords(data)]
  if (!isRendered) return { ...done, problems: [], reports: [], forbidden }
  if (document !== opened.document)
    tell({
      type: 'note',
      text: 'the report shows runs that the document does not ask for: repro verify leaves them out',
    })
  for (const one of editsOf(shown.map(({ run }) => run)))
    tell({ type: 'note', text: `rows edited by hand: ${english.edits(one)}` })
  const reread = options.record ? openFiles(site.project, after.fingerprints()) : after
  const rendering = {
    document,
    translations: opened.translations,
    published: opened.published,
    runs: shown.map(({ run }) => run),
    statuses: statusesOf(shown),
    records: options.record ? withNew(recorded, shown) : recorded,
    files: reread,
    program: programOf(site, after),
    verdicts: verdictRecord(document, reread),
  }
  // The manifest must hold what the next build will read: the runs as recorded now.
  const store = openStore(site.project, rendering.files, site.seal)
  if (options.record) for (const { run } of found) store.recorded(run)
  const complete =
    done.failures.length + done.skipped.length + forbidden.length === 0 && document === opened.document
  const before = { ...files.fingerprints(), ...after.fingerprints() }
  return {
    ...done,
    forbidden,
    ...(await render(site, rendering, { complete, before, to: options.to, drawer })),
  }
}

/** Throws a RequestError if a format needs what is not installed: before anything runs, and not hours later. */
async function requireFormats(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const lacking = await formats.get(name)?.lacks?.()
    if (lacking !== undefined) throw new RequestError(lacking)
  }
}

/**
 * Selects the cells that may run, and those to rerun. Throws a RequestError for a selector that matches no
 * cell, or no cell that may run.
 */
export function selection(steps: readonly Step[], { only, rerun }: Pick<BuildOptions, 'only' | 'rerun'>) {
  const cells = steps.map(({ cell }) => cell)
  const isChosen = cellSelector(cells, only, '--only')
  if (rerun === 'all') return { isChosen, isRerun: isChosen }
  const isRerun = cellSelector(cells, rerun, '--rerun')
  const left = cells.filter(isChosen)
  const names = new Set(left.flatMap(selectorsOf))
  for (const word of rerun)
    if (!names.has(word) && !left.some((cell) => isSelected(cell, word)))
      throw new RequestError(`--rerun=${word}: --only leaves these cells out (name them in both, or in one)`)
  return { isChosen, isRerun: rerun.length === 0 ? () => false : isRerun }
}

export async function underLock<T>(
  { project }: Pick<Site, 'project'>,
  signal: AbortSignal,
  tell: TellEvent,
  action: () => Promise<T>,
): Promise<T> {
  const waiting = { what: 'build', signal, onWait: (text: string) => tell({ type: 'note', text }) }
  return await exclusively(join(makeFolder(project, '.repro'), 'lock'), waiting, action)
}

async function setUp(
  site: Site,
  steps: readonly Step[],
  signal: AbortSignal,
  tell: TellEvent,
): Promise<void> {
  const report = (update: Update) => tell({ type: 'setup', update })
  for (const [testbed, environments] of byTestbed(
    new Set(steps.map((step) => step.environment)),
    site.testbeds,
  ))
    for (const text of await testbed.prepare(environments, site, { report, signal }))
      tell({ type: 'note', text })
}

const unsignedNote =
  'results/ was signed before: if a file changed, the signature no longer holds (--sign KEYFILE signs again)'

/** Marks an up-to-date run as recorded. */
function nowRecorded(shown: KnownRun): KnownRun {
  return shown.stale === undefined ? { ...shown, from: 'record' } : shown
}

/** Replaces records by the runs that were recorded since. */
function withNew(records: readonly KnownRun[], shown: readonly KnownRun[]): readonly KnownRun[] {
  const fresh = shown.filter(({ from }) => from === 'record')
  const names = new Set(fresh.map(({ run }) => runName(run)))
  return [...records.filter(({ run }) => !names.has(runName(run))), ...fresh]
}

export function statusesOf(shown: readonly KnownRun[]): ReadonlyMap<string, RunStatus> {
  return new Map(shown.map(({ run, ...status }) => [runName(run), status]))
}

function absent(file: string): never {
  throw new FileError(`no file ${file}`)
}

async function render(
  site: Site,
  rendering: Rendering,
  {
    complete,
    before,
    to,
    drawer,
  }: Pick<BuildOptions, 'to'> & {
    readonly complete: boolean
    readonly before: Fingerprints
    readonly drawer: Drawer | undefined
  },
): Promise<Pick<Outcome, 'problems' | 'reports'>> {
  const { project, document: path, generator } = site
  const steps = renderInputs(rendering)
  const judged = new Set<string>()
  // Only the report needs Vega and the later stages of unified, which load slowly.
  const { makeReport } = await import('../report/report.ts')
  const report = await makeReport({
    ...rendering,
    nameOf: reportName,
    translations: rendering.translations.map(({ file, lang }) => ({ lang, name: reportName(file) })),
    read: async (file) => rendering.files.read(file) ?? absent(file),
    floats: floatCache(site, new Map(Object.entries(steps))),
    judgement: cachedJudge(site, rendering.program, languageOf(rendering.document.frontMatter.lang), judged),
    generator,
    ...(drawer && { drawer }),
  })
  const earlier = readManifest(site)
  const reports: Record<string, WrittenReport> = { ...earlier?.reports }
  const problems = [...report.problems]
  for (const name of to) {
    const { files, problems: own } = await write(report, name, site, rendering.document)
    for (const one of own) problems.push(one)
    for (const file of Object.keys(reports[name]?.files ?? {}))
      if (files[file] === undefined) await remove(project, file)
    reports[name] = { files, page: steps.page ?? {} }
  }
  const manifest = {
    complete: complete && problems.length === 0,
    fingerprints: { ...before, ...rendering.files.fingerprints() },
    reports,
    steps,
    judged: [...judged].sort(),
  }
  const sealed = formatManifest(manifest, site)
  if (sealed) await writeLightly(project, manifestFile(path), sealed)
  await pruneRenderCache(site)
  return { problems, reports: to.map((name) => reportFile(path, name)) }
}

/** In parts, of which a build before left some, if the format has parts. */
async function writeIn(format: Format, report: Report, folder: string): Promise<Written | Printed> {
  const write = isRecalling() ? await format.live?.() : undefined
  return write ? { text: write(report).text } : await (await format.load())(report, folder)
}

/** Writes the report in one format. Returns the SHA-256 of each file by path, and what the format cannot show. */
async function write(
  report: Report,
  name: string,
  { project, document }: Site,
  { file: source }: Document,
): Promise<{
  readonly files: Record<string, string>
  readonly problems: readonly ReportProblem[]
}> {
  const format = formats.get(name)
  if (format === undefined) throw new Error(`no format ${name}`)
  const folder = filesFolder(document, name)
  const written = await writeIn(format, report, encodeURI(folder))
  const { text, files = new Map() } = written
  const all = [
    ...[...files].map(([file, content]) => [`${reportsFolder}/${folder}/${file}`, content] as const),
    // Last, so that a report never lacks its files.
    ...(text === undefined ? [] : [[reportFile(document, name), text] as const]),
  ]
  for (const [file, content] of all) await writeLightly(project, file, content)
  const problems = 'problems' in written ? written.problems : []
  return {
    files: Object.fromEntries(all.map(([file, content]) => [file, sha256(content)])),
    problems: problems.map(({ message, line = 1, isLoss }) => {
      const { path, ...place } = writtenAt(source, { line, column: 1 })
      return {
        ...{ type: isLoss ? 'loss' : 'error', message: `${name}: ${message}`, place },
        ...(path === document ? {} : { path }),
      }
    }),
  }
}
