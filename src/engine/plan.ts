/**
 * The plan: what each cell's result depends on, and whether it is there.
 *
 *     cells, producers first -> inputs -> keys -> verdicts
 */

import { readFileSync } from 'node:fs'
import type { Files } from '../files/tracked.ts'
import { keyOf, parameterInputs } from '../results/key.ts'
import type { Inputs, Run } from '../results/run.ts'
import { runName } from '../results/run.ts'
import { rowsDigest, StoreError } from '../results/runfile.ts'
import type { Store } from '../results/store.ts'
import type { Environment } from '../testbed/environment.ts'
import { installedRoot, markerFile } from '../testbeds/xen-qemu/installed.ts'
import { type Lock, type Package, packagesDigest, readLock } from '../testbeds/xen-qemu/packages.ts'
import { clockSource } from '../testbeds/xen-qemu/processors.ts'
import type { Root } from '../testbeds/xen-qemu/roots.ts'
import { plannedBoots } from './boots.ts'
import type { PlannedCell } from './cells.ts'
import { codeDigest } from './code.ts'
import type { Boot } from './execute.ts'
import { realPaths } from './modules.ts'
import { type Digests, folderDigests, inputDigests, scriptDigests } from './sources.ts'
import { difference, type Verdict, verdictOf, type Wanted } from './verdict.ts'

export interface Step {
  readonly cell: PlannedCell
  readonly environment: Environment | 'local'
  /** Of a run made now. */
  readonly inputs: Inputs
  readonly key: string
  readonly boots: readonly Boot[]
  readonly verdict: Verdict
  /** The recorded run, also where another one answers; `stale` says why this one does not. */
  readonly record?: { readonly run: Run; readonly stale?: string }
  /** Runs of the experiments that this one needs, as far as they are there. */
  readonly needed: readonly Run[]
  /** Names of the cells whose runs it needs and that are not there. */
  readonly waitsFor: readonly string[]
}

export interface Surroundings {
  /** Absolute path of the project. */
  readonly project: string
  /** The document, relative to the project. */
  readonly document: string
  readonly environments: ReadonlyMap<string, Environment>
  readonly lockFile: string
  readonly cache: string
  readonly store: Store
  readonly files: Files
}

/**
 * Looks at the project and the store, and changes nothing. `fresh` are runs made by this build, which others may need. Steps
 * come in the order of `cells`. Throws TestbedError and StoreError for files that cannot be used.
 */
export async function plan(
  cells: readonly PlannedCell[],
  around: Surroundings,
  fresh: ReadonlyMap<string, Run> = new Map(),
): Promise<readonly Step[]> {
  const common = await commonInputs(cells, around)
  const steps = new Map<string, Step>()
  for (const cell of producersFirst(cells)) {
    const producers = cell.block.needs.flatMap((id) =>
      [...steps.values()].filter((step) => step.cell.experiment === id),
    )
    steps.set(runName(cell), planCell(cell, producers, { ...around, ...common, fresh }))
  }
  return cells.flatMap((cell) => steps.get(runName(cell)) ?? [])
}

/** Experiments before those that need them; `needs` of a checked document has no cycle. */
export function producersFirst(cells: readonly PlannedCell[]): readonly PlannedCell[] {
  const byExperiment = Map.groupBy(cells, ({ experiment }) => experiment)
  const order = new Set<string>()
  const visit = (id: string) => {
    if (order.has(id)) return
    for (const needed of byExperiment.get(id)?.[0]?.block.needs ?? []) visit(needed)
    order.add(id)
  }
  for (const id of byExperiment.keys()) visit(id)
  return [...order].flatMap((id) => byExperiment.get(id) ?? [])
}

interface Common {
  readonly board: Digests
  readonly packages: ReadonlyMap<Root, Packages>
  readonly scripts: Map<object, Digests>
  readonly fresh: ReadonlyMap<string, Run>
}

function planCell(cell: PlannedCell, producers: readonly Step[], around: Surroundings & Common): Step {
  const { block, definition } = cell
  const environment = environmentOf(cell, around.environments)
  const scripts = around.scripts.get(block) ?? sourcesOf(cell, around)
  around.scripts.set(block, scripts)
  const runs = producers.map((producer) => resultOf(producer, around.fresh))
  const needs = producers.map((producer, index) => {
    const run = runs[index]
    return [`needs ${runName(producer.cell)}`, run ? rowsDigest(run) : 'not there yet'] as const
  })
  const inputs: Inputs = {
    ...scripts,
    ...parameterInputs(definition.parameters),
    ...Object.fromEntries(needs),
    trials: block.trials,
    // Only where there are several: the keys of cells with one boot stay what they were.
    ...(block.boots > 1 ? { boots: block.boots } : {}),
    seed: definition.seed ?? block.seed,
    ...environmentInputs(environment, around.board),
  }
  const made = environment === 'local' ? undefined : around.packages.get(environment.root)
  const candidates = made
    ? [
        { ...inputs, ...made.installed },
        { ...inputs, ...made.locked },
      ]
    : [inputs]
  const [own = inputs] = candidates
  const keys = candidates.map((one) => keyOf(cell, one))
  const [key = ''] = keys
  const recorded = recordOf(cell, environment, around.store)
  const found: Verdict =
    recorded instanceof Error
      ? { type: 'damaged', reason: recorded.message }
      : verdictOf({ inputs: own, keys }, recorded, {
          fitting: () => around.store.cached(cell, key),
          newest: () => around.store.cached(cell),
        })
  const waiting = producers.filter((_, index) => runs[index] === undefined)
  return {
    cell,
    environment,
    inputs: own,
    key,
    boots: plannedBoots(cell, own),
    verdict: waiting.length === 0 ? found : withWait(found, waiting),
    ...(recorded === undefined || recorded instanceof Error
      ? {}
      : { record: heldAgainst(recorded, { inputs: own, keys }, waiting) }),
    needed: runs.flatMap((run) => run ?? []),
    waitsFor: waiting.map((producer) => runName(producer.cell)),
  }
}

/**
 * The recorded run of a cell, or why it cannot be used. It cannot come from elsewhere than its environment: nobody's emulated times
 * shall pass for a machine's.
 */
function recordOf(
  cell: PlannedCell,
  environment: Environment | 'local',
  store: Store,
): Run | Error | undefined {
  try {
    const run = store.recorded(cell)
    const expected = environment === 'local' ? 'local' : environment.testbed
    if (run === undefined || run.origin === expected) return run
    return new StoreError(
      `results/${runName(run)}/run.json says that the run is ${run.origin}, but its environment is ${expected}. Restore it from version control, or delete its folder to run the cell again.`,
    )
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
}

/** The run that a consumer gets: what this build made, or what is there and fits. */
function resultOf({ cell, verdict }: Step, fresh: ReadonlyMap<string, Run>): Run | undefined {
  const made = fresh.get(runName(cell))
  if (made) return made
  return verdict.type === 'recorded' || verdict.type === 'cached' ? verdict.run : undefined
}

function heldAgainst(run: Run, wanted: Wanted, waiting: readonly Step[]): NonNullable<Step['record']> {
  if (waiting.length > 0) return { run, stale: needsText(waiting) }
  return wanted.keys.includes(run.key) ? { run } : { run, stale: difference(run, wanted) }
}

function needsText(producers: readonly Step[]): string {
  const names = producers.map(({ cell, verdict: { type } }) => `${runName(cell)}, which is ${type}`)
  return `needs ${names.join(' and ')}`
}

function withWait(verdict: Verdict, producers: readonly Step[]): Verdict {
  const reason = needsText(producers)
  switch (verdict.type) {
    case 'recorded':
    case 'cached':
    case 'stale':
      return { type: 'stale', run: verdict.run, reason }
    case 'missing':
      return { type: 'missing', reason }
    case 'damaged':
      return verdict
  }
}

function environmentOf(
  { environment }: PlannedCell,
  environments: ReadonlyMap<string, Environment>,
): Environment | 'local' {
  const found = environments.get(environment)
  if (found) return found
  if (environment === 'local') return 'local'
  throw new Error(`environment without a definition: ${environment}; the document was not checked`)
}

function sourcesOf({ block }: PlannedCell, { document, files, project }: Surroundings): Digests {
  const { script, inputs } = block
  const real = realPaths(project)
  const code =
    'file' in script
      ? scriptDigests(script.file, files, undefined, real)
      : scriptDigests(document, files, script.source, real)
  return { ...code, ...inputDigests(inputs, files) }
}

function environmentInputs(environment: Environment | 'local', board: Digests): Inputs {
  if (environment === 'local') return { 'environment testbed': 'local' }
  // What an environment is called decides nothing.
  const { name: _name, label: _label, ...defined } = environment
  return { ...board, ...parameterInputs(defined, 'environment ') }
}

async function commonInputs(
  cells: readonly PlannedCell[],
  around: Surroundings,
): Promise<Omit<Common, 'fresh'>> {
  const roots = new Set<Root>()
  for (const { environment } of cells) {
    const found = around.environments.get(environment)
    if (found) roots.add(found.root)
  }
  if (roots.size === 0) return { board: {}, packages: new Map(), scripts: new Map() }
  const lock = await readLock(around.lockFile)
  around.files.digest(around.lockFile)
  for (const root of ['host', ...roots] as const) {
    around.files.digest(markerFile(around.cache, root, lock.roots[root])) // noted: it decides what is installed
  }
  const packages = new Map<Root, Packages>()
  for (const root of roots) packages.set(root, await packagesOf(root, lock, around))
  around.files.digest(clockSource) // noted
  const clock = codeDigest(clockSource, readFileSync(clockSource, 'utf8'))
  const board = { ...folderDigests('experiments/board', around.files), 'clock of the board': clock }
  return { board, packages, scripts: new Map() }
}

interface Packages {
  /** Digests of what is set up here (some packages may have been replaced), else of the lock. */
  readonly installed: Inputs
  /** Digests of the lock: runs made as it says are good wherever they were made. */
  readonly locked: Inputs
}

async function packagesOf(root: Root, lock: Lock, { cache }: Surroundings): Promise<Packages> {
  const locked: Record<string, string> = {}
  const installed: Record<string, string> = {}
  for (const name of ['host', root] as const) {
    const pinned: readonly Package[] = lock.roots[name].packages
    const here = (await installedRoot(cache, name, lock.roots[name]))?.packages ?? pinned
    locked[`packages ${name}`] = packagesDigest({ [name]: pinned })
    installed[`packages ${name}`] = packagesDigest({ [name]: here })
  }
  return { installed, locked }
}
