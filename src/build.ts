/**
 * A build:
 *
 *   document -> check -> plan -> set up the laboratory -> run what is not there -> render -> _build/index.html
 *
 * Reading and checking change nothing. One cell that fails leaves the others alone, and the report says what is missing.
 */

import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { VFile } from 'vfile'
import type { Block } from './document/block.ts'
import { check } from './document/check.ts'
import { type Document, parseDocument } from './document/document.ts'
import { hasErrors } from './document/problem.ts'
import { CellError, execute, type Workshop } from './experiment/execute.ts'
import { cellsOf, chosen } from './plan/cells.ts'
import { plan, type Step } from './plan/plan.ts'
import type { ReportProblem } from './report/page.ts'
import type { Standing } from './report/standing.ts'
import { tableKinds } from './report/tables/kinds.ts'
import type { Run } from './results/run.ts'
import { runName } from './results/series.ts'
import { openStore, type Store, writeAtomically } from './results/store.ts'
import { gate } from './testbed/emulated/gate.ts'
import { setup } from './testbed/emulated/setup.ts'
import { type Environment, readEnvironments } from './testbed/environment.ts'
import { exclusively } from './testbed/exclusive.ts'
import type { Update } from './testbed/testbed.ts'

/** Where a build takes place. */
export interface Site {
  /** Absolute path of the project. */
  readonly project: string
  /** The document, relative to the project. */
  readonly document: string
  /** Folder of what can be made again, see testbed/cache.ts. */
  readonly cache: string
  /** Value of REPRO_DEBIAN_MIRROR. */
  readonly mirror: string | undefined
  /** Name and version of this program. */
  readonly generator: string
}

/** What the command line may lay over the document. */
export interface Overrides {
  readonly trials?: number | undefined
  readonly deadlineSeconds?: number | undefined
}

export interface BuildOptions extends Overrides {
  /** Runs also what is there. */
  readonly rerun: boolean
  /** Cells to run, see plan/cells.ts; all if empty. */
  readonly only: readonly string[]
  /** Cells that run at once. */
  readonly jobs: number
  /** Starts further cells after one failed. */
  readonly keepGoing: boolean
  /** Writes the runs that the report shows into results/. */
  readonly record: boolean
  /** Whether to write the report. */
  readonly render: boolean
  readonly signal: AbortSignal
}

/** What happens during a build, for whoever shows it. */
export type BuildEvent =
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'laboratory'; readonly update: Update }
  /** Cells that will run. */
  | {
      readonly type: 'planned'
      readonly cells: readonly { readonly name: string; readonly trials: number }[]
    }
  | { readonly type: 'started'; readonly name: string; readonly reason: string }
  | { readonly type: 'progress'; readonly name: string; readonly done: number; readonly total: number }
  | { readonly type: 'log'; readonly name: string; readonly text: string }
  | { readonly type: 'finished'; readonly name: string; readonly rows: number; readonly excluded: number }
  | { readonly type: 'failed'; readonly name: string; readonly error: CellError }

export interface Outcome {
  readonly executed: readonly Run[]
  readonly failures: readonly CellError[]
  /** Cells that were to run but did not start, because another failed. */
  readonly skipped: readonly string[]
  /** What the report lacks; empty when none was written. */
  readonly problems: readonly ReportProblem[]
  /** The report, relative to the project. */
  readonly report?: string
}

/** The document has errors; they are in its file's messages. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'
  readonly file: VFile

  constructor(file: VFile) {
    super(`${file.path} has errors`)
    this.file = file
  }
}

/** A document that was read and checked, and where it is. */
export interface Opened {
  readonly document: Document
  readonly environments: ReadonlyMap<string, Environment>
}

/** Phase 1 and 2: the document with everything that is wrong with it in its file's messages. */
export async function openDocument({ project, document: path }: Site): Promise<Opened> {
  const text = await readFile(join(project, path), 'utf8')
  const document = parseDocument(new VFile({ path, value: text }))
  const file = join(project, 'experiments/environments.yaml')
  // A document whose experiments all run on this host needs no such file.
  const environments = existsSync(file) ? await readEnvironments(file) : new Map<string, Environment>()
  check(document, {
    exists: (name) => existsSync(join(project, name)),
    list: (folder) => (existsSync(join(project, folder)) ? readdirSync(join(project, folder)) : []),
    environments: [...environments.keys(), 'local'],
    tableKinds,
  })
  return { document, environments }
}

/** Phase 3: every cell with its verdict. Throws a DocumentError when the document has errors. */
export async function planDocument(
  site: Site,
  { document, environments }: Opened,
  store: Store = openStore(site.project),
): Promise<readonly Step[]> {
  if (hasErrors(document.file)) throw new DocumentError(document.file)
  const around = { ...site, environments, lockFile: lockFile(site), store }
  return await plan(cellsOf(document.blocks), around)
}

/** Phases 3 to 7. `opened` comes from openDocument; throws a DocumentError when that has errors. */
export async function build(
  site: Site,
  opened: Opened,
  options: BuildOptions,
  tell: (event: BuildEvent) => void,
): Promise<Outcome> {
  const { environments } = opened
  const document = override(opened.document, options, tell)
  const store = openStore(site.project)
  let steps = await planDocument(site, { document, environments }, store)
  const isChosen = chosen(
    steps.map(({ cell }) => cell),
    options.only,
  )
  const toRun = () =>
    steps.filter((step) => isChosen(step.cell) && reasonToRun(step, options.rerun) !== undefined)

  let done: Done = { executed: [], failures: [], skipped: [] }
  if (toRun().length > 0) {
    await mkdir(join(site.project, '.repro'), { recursive: true })
    const waiting = {
      signal: options.signal,
      onWait: ({ pid, host }: { pid: number; host: string }) =>
        tell({ type: 'note', text: `waiting for another build (process ${pid} on ${host})` }),
    }
    await exclusively(join(site.project, '.repro/lock'), waiting, async () => {
      const replaced = await setUp(site, toRun(), options.signal, tell)
      // Replaced packages change the keys of runs made with them.
      if (replaced) steps = await planDocument(site, { document, environments }, store)
      done = await runSteps(toRun(), { ...site, lockFile: lockFile(site), store }, options, tell)
    })
  }

  const shown = runsToShow(steps, done.executed)
  if (options.record) await record(shown, steps, store, tell)
  if (!options.render) return { ...done, problems: [] }
  // The report is the only user of vega, which takes a while to load.
  const { renderReport } = await import('./report/page.ts')
  const { html, problems } = await renderReport({
    document,
    runs: shown.map(({ run }) => run),
    read: (path) => readFile(join(site.project, path)),
    standings: new Map(shown.map(({ run, standing }) => [runName(run), standing])),
    generator: site.generator,
  })
  const report = '_build/index.html'
  await writeAtomically(join(site.project, report), html)
  return { ...done, problems, report }
}

/** Why a cell must run, in words; undefined if its result is there. */
export function reasonToRun({ verdict }: Step, rerun: boolean): string | undefined {
  switch (verdict.type) {
    case 'recorded':
    case 'cached':
      return rerun ? 'asked for by --rerun' : undefined
    case 'stale':
    case 'missing':
      return verdict.reason
  }
}

function lockFile({ project }: Site): string {
  return join(project, 'experiments/packages.lock.json')
}

/** The document as if it had been written with the command line's values; says where they differ. */
export function override(
  document: Document,
  { trials, deadlineSeconds }: Overrides,
  tell: (event: BuildEvent) => void = () => {},
): Document {
  const changed = (block: Block): Block => {
    if (block.type !== 'experiment') return block
    if (trials !== undefined && trials !== block.trials)
      tell({
        type: 'note',
        text: `--trials ${trials} overrides the document's ${block.trials} for ${block.id}`,
      })
    return {
      ...block,
      ...(trials === undefined ? {} : { trials }),
      ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
    }
  }
  const blocks = new Map(document.blocks.map((block) => [block, changed(block)]))
  const nodes = [...document.nodes].map(
    ([node, part]) => [node, part.type === 'value' ? part : (blocks.get(part) ?? part)] as const,
  )
  return { ...document, blocks: [...blocks.values()], nodes: new Map(nodes) }
}

/** Phase 4, for the boards that will be used. True when packages had to be replaced. */
async function setUp(
  site: Site,
  steps: readonly Step[],
  signal: AbortSignal,
  tell: (event: BuildEvent) => void,
): Promise<boolean> {
  const roots = steps.flatMap(({ environment }) => (environment === 'local' ? [] : [environment.root]))
  if (roots.length === 0) return false
  const { substitutions } = await setup([...new Set(roots)].sort(), {
    lockFile: lockFile(site),
    cache: site.cache,
    mirror: site.mirror,
    report: (update) => tell({ type: 'laboratory', update }),
    signal,
  })
  for (const { root, pinned, installed } of substitutions) {
    const text = `${root}: ${installed} in place of ${pinned}, which the mirror no longer has; the keys of runs change`
    tell({ type: 'note', text })
  }
  return substitutions.length > 0
}

type Done = Pick<Outcome, 'executed' | 'failures' | 'skipped'>

/** Phase 5. After a failure, cells that run go on; others start only with `keepGoing`. */
async function runSteps(
  steps: readonly Step[],
  shop: Workshop,
  { rerun, jobs, keepGoing, signal }: BuildOptions,
  tell: (event: BuildEvent) => void,
): Promise<Done> {
  const executed: Run[] = []
  const failures: CellError[] = []
  const skipped: string[] = []
  tell({
    type: 'planned',
    cells: steps.map(({ cell }) => ({ name: runName(cell), trials: cell.block.trials })),
  })
  const enter = gate(jobs)
  const runs = steps.map((step) =>
    enter(async () => {
      const name = runName(step.cell)
      signal.throwIfAborted()
      if (failures.length > 0 && !keepGoing) return void skipped.push(name)
      tell({ type: 'started', name, reason: reasonToRun(step, rerun) ?? '' })
      try {
        const run = await execute(step, shop, {
          signal,
          log: (text) => tell({ type: 'log', name, text }),
          progress: (done, total) => tell({ type: 'progress', name, done, total }),
        })
        executed.push(run)
        const excluded = run.exclusions.reduce((sum, { count }) => sum + count, 0)
        tell({ type: 'finished', name, rows: run.rows.length, excluded })
      } catch (error) {
        if (!(error instanceof CellError)) throw error
        failures.push(error)
        tell({ type: 'failed', name, error })
      }
    }),
  )
  // All of them must have ended before the first bug or interruption is passed on: they still write.
  const ends = await Promise.allSettled(runs)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return { executed, failures, skipped }
}

interface Shown {
  readonly run: Run
  readonly standing: Standing
}

function runsToShow(steps: readonly Step[], executed: readonly Run[]): readonly Shown[] {
  const fresh = new Map(executed.map((run) => [runName(run), run]))
  return steps.flatMap(({ cell, verdict }): readonly Shown[] => {
    const run = fresh.get(runName(cell))
    if (run) return [{ run, standing: { executed: true } }]
    if (verdict.type === 'missing') return []
    const stale = verdict.type === 'stale' ? { stale: verdict.reason } : {}
    return [{ run: verdict.run, standing: { executed: false, ...stale } }]
  })
}

async function record(
  shown: readonly Shown[],
  steps: readonly Step[],
  store: Store,
  tell: (event: BuildEvent) => void,
): Promise<void> {
  const recorded = new Set(steps.flatMap(({ verdict }) => (verdict.type === 'recorded' ? [verdict.run] : [])))
  const fresh = shown.filter(({ run, standing }) => standing.stale === undefined && !recorded.has(run))
  for (const { run } of fresh) await store.record(run)
  tell({ type: 'note', text: `recorded ${fresh.length} ${fresh.length === 1 ? 'run' : 'runs'} in results/` })
}
