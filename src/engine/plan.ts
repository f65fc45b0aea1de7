/**
 * Plans a build: the inputs of each cell, and its cache status.
 *
 *     cells, producers first -> inputs known before a run -> files that runs read, as they are now -> status
 */

import type { ExperimentBlock } from '../document/block.ts'
import type { Files } from '../files/tracked.ts'
import { violation } from '../query/invariant.ts'
import { parameterInputs } from '../results/key.ts'
import { runName, spanOf, type Inputs, type Run } from '../results/run.ts'
import { resultDigest, StoreError } from '../results/runfile.ts'
import { sameRows, type Store } from '../results/store.ts'
import type { Environment, Host, Testbed, TestbedInputs } from '../testbed/testbed.ts'
import { byTestbed } from '../testbeds/environments.ts'
import { testbedOf, type Testbeds } from '../testbeds/testbeds.ts'
import { type Boot, plannedBoots } from './boots.ts'
import { type AcceptedInputs, type CacheStatus, cacheStatusOf, matches, staleReason } from './cachestatus.ts'
import type { PlannedCell } from './cells.ts'
import { realPaths } from './modules.ts'
import { missingInterpreter, programDigests, type ProgramScript, programsOf } from './programs.ts'
import { inputsWithReads } from './reads.ts'
import type { Program } from './script/message.ts'
import { variableInputs, withItsVariables } from './script/variables.ts'
import { type Digests, inputDigests, scriptDigests } from './sources.ts'

export interface Step {
  readonly cell: PlannedCell
  readonly environment: Environment
  /** Known before a new run. */
  readonly inputs: Inputs
  /** `inputs`, plus the files that the newest run read, as they are now. */
  readonly expected: Inputs
  readonly boots: readonly Boot[]
  /** Of a script in another language; a problem is why it cannot run. */
  readonly program?: Program & { readonly problem?: string }
  readonly status: CacheStatus
  /** The recorded run, even if another is used; `stale` is the reason why it does not match. */
  readonly record: { readonly run: Run; readonly stale: string | undefined } | undefined
  /**
   * The newest run made here, if it is later than an up-to-date record and differs from it. The record stays
   * the cell's result, but claims are judged by this run.
   */
  readonly rerun: Run | undefined
  readonly needed: readonly Run[]
  /** Cells whose runs it needs and that are not available. */
  readonly waitsFor: readonly string[]
}

export interface PlanContext extends Host {
  /** The document, relative to the project. */
  readonly document: string
  readonly environments: ReadonlyMap<string, Environment>
  readonly testbeds?: Testbeds | undefined
  readonly store: Store
  readonly files: Files
  /** Whether tools may be asked for their version in the project. */
  readonly mayAsk?: boolean
}

/**
 * Plans cells; read-only. `fresh` are runs made by this build, which others may need. Steps have the order of
 * `cells`. Throws a TestbedError or StoreError for unusable files.
 */
export async function plan(
  cells: readonly PlannedCell[],
  context: PlanContext,
  fresh: ReadonlyMap<string, Run> = new Map(),
): Promise<readonly Step[]> {
  const { files, store } = context
  const alternatives = await testbedInputs(cells, context)
  // By block, as its cells share scripts.
  const blocks = new Set(cells.map(({ block }) => block))
  const programs = programsOf(blocks, context)
  const scripts = new Map(
    [...blocks].map((block) => [block, sourcesOf(block, context, programs.get(block))] as const),
  )
  const steps = new Map<string, Step>()
  const ofExperiment = new Map<string, Step[]>()

  const environmentsKnown = new Map<Environment, Inputs>()
  const ofEnvironment = (environment: Environment): Inputs => {
    const found = environmentsKnown.get(environment) ?? environmentInputs(environment)
    environmentsKnown.set(environment, found)
    return found
  }
  const planCell = (cell: PlannedCell): Step => {
    const { block, definition } = cell
    const environment = environmentOf(cell, context)
    const producers = block.needs.flatMap((id) => ofExperiment.get(id) ?? [])
    const runs = producers.map((producer) => resultOf(producer, fresh))
    const waiting = producers.filter((_, index) => runs[index] === undefined)
    const needs = producers.map(({ cell }, index) => {
      const run = runs[index]
      return [`needs ${runName(cell)}`, run ? resultDigest(run) : 'not there yet'] as const
    })
    const common: Inputs = {
      ...scripts.get(block),
      ...parameterInputs(definition.parameters),
      ...Object.fromEntries(needs),
      trials: block.trials,
      // Omitted for a single boot, to keep the keys of such cells unchanged.
      ...(block.boots > 1 ? { boots: block.boots } : {}),
      ...measuringInputs(block, testbedOf(environment, context.testbeds)),
      ...variableInputs(block, (name) => files.variable(name)),
      seed: definition.seed ?? block.seed,
      ...ofEnvironment(environment),
    }
    const program = programs.get(block)
    // In place of Node's version, which a script in another language does not depend on.
    const interpreter = program && { interpreter: program.interpreter }
    const variants = (alternatives.get(environment.name) ?? []).map((one): Inputs => ({
      ...common,
      ...one,
      ...interpreter,
    }))
    const [inputs = common, ...others] = variants
    const accepted: AcceptedInputs = [inputs, ...others].map((one) => {
      const known = new Map<Inputs, Inputs>()
      return (run) => {
        const found =
          known.get(run.inputs) ??
          withItsVariables(withItsInterpreter(inputsWithReads(one, run, files), run), run)
        known.set(run.inputs, found)
        return found
      }
    })
    const recorded = recordOf(cell, environment, store)
    const status: CacheStatus =
      recorded instanceof Error
        ? { type: 'damaged', reason: recorded.message }
        : cacheStatusOf(accepted, recorded, (matches) => store.cached(cell, matches))
    const known = 'run' in status ? status.run : status.type === 'missing' ? status.before : undefined
    const rerun = status.type === 'recorded' ? rerunOf(cell, status.run, accepted, store) : undefined
    const wrong = violated(cell, status, rerun)
    // Nobody asks for those of a cell that does not run.
    let boots: readonly Boot[] | undefined
    return {
      cell,
      environment,
      inputs,
      expected: known ? withItsVariables(inputsWithReads(inputs, known, files), known) : inputs,
      get boots() {
        return (boots ??= plannedBoots(cell, inputs))
      },
      ...(program && {
        program: { ...program.program, ...(program.problem && { problem: program.problem }) },
      }),
      status: wrong ?? (waiting.length === 0 ? status : withWait(status, waiting)),
      record:
        recorded === undefined || recorded instanceof Error || wrong
          ? undefined
          : {
              run: recorded,
              stale: waiting.length > 0 ? needsText(waiting) : staleOf(recorded, status, accepted),
            },
      rerun,
      needed: runs.flatMap((run) => run ?? []),
      waitsFor: waiting.map(({ cell }) => runName(cell)),
    }
  }

  for (const cell of producersFirst(cells)) {
    const step = planCell(cell)
    steps.set(runName(cell), step)
    const others = ofExperiment.get(cell.experiment)
    if (others) others.push(step)
    else ofExperiment.set(cell.experiment, [step])
  }
  return cells.flatMap((cell) => steps.get(runName(cell)) ?? [])
}

/** Sorts experiments before those that need them; a checked document has no cycles. */
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

/** Environment -> alternative testbed inputs, any of which is accepted. */
async function testbedInputs(
  cells: readonly PlannedCell[],
  context: PlanContext,
): Promise<ReadonlyMap<string, readonly TestbedInputs[]>> {
  const used = new Set(cells.map((cell) => environmentOf(cell, context)))
  const found = byTestbed(used, context.testbeds).map(([testbed, environments]) =>
    testbed.inputs(environments, context, context.files),
  )
  return new Map((await Promise.all(found)).flatMap((inputs) => [...inputs]))
}

/**
 * The recorded run of a cell, or the reason why it is unusable. Its origin must match the environment's, so
 * that emulated times cannot pass for a machine's.
 */
function recordOf(cell: PlannedCell, { origin }: Environment, store: Store): Run | Error | undefined {
  try {
    const run = store.recorded(cell)
    if (run === undefined || run.origin === origin) return run
    return new StoreError(
      `results/${runName(run)}/run.json says that the run is ${run.origin}, ` +
        `but its environment is ${origin}. Restore it from version control, ` +
        'or delete its folder to run the cell again.',
    )
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
}

/** Refuses an up-to-date run that violates an invariant of its block; a stale one may be older than these. */
function violated(cell: PlannedCell, status: CacheStatus, rerun: Run | undefined): CacheStatus | undefined {
  const own = status.type === 'recorded' || status.type === 'cached' ? [status.run] : []
  for (const run of [...own, ...(rerun ? [rerun] : [])]) {
    const found = violation(run, cell.block.invariants)
    if (found === undefined) continue
    const folder = `${status.type === 'recorded' && run !== rerun ? 'results' : '.repro/runs'}/${runName(run)}`
    const advice = `Restore ${folder} from version control, delete it to run the cell again, or correct the invariant.`
    return { type: 'damaged', reason: `${found}. ${advice}` }
  }
  return undefined
}

function rerunOf(cell: PlannedCell, record: Run, accepted: AcceptedInputs, store: Store): Run | undefined {
  const run = store.cached(cell, (header) => matches(header, accepted))
  return run && startOf(run) > startOf(record) && !sameRows(run, record) ? run : undefined
}

function staleOf(record: Run, status: CacheStatus, accepted: AcceptedInputs): string | undefined {
  if (status.type === 'recorded') return undefined
  return status.type === 'stale' ? status.reason : staleReason(record, accepted)
}

function startOf(run: Pick<Run, 'provenance'>): number {
  return spanOf(run)?.[0] ?? 0
}

/** The run for consumers: made by this build, or up to date. */
function resultOf({ cell, status }: Step, fresh: ReadonlyMap<string, Run>): Run | undefined {
  const made = fresh.get(runName(cell))
  if (made) return made
  return status.type === 'recorded' || status.type === 'cached' ? status.run : undefined
}

function needsText(producers: readonly Step[]): string {
  const names = producers.map(({ cell, status: { type } }) => `${runName(cell)}, which is ${type}`)
  return `needs ${names.join(' and ')}`
}

function withWait(status: CacheStatus, producers: readonly Step[]): CacheStatus {
  const reason = needsText(producers)
  if (status.type === 'damaged') return status
  return 'run' in status ? { type: 'stale', run: status.run, reason } : { type: 'missing', reason }
}

function environmentOf(
  { environment }: PlannedCell,
  { environments }: Pick<PlanContext, 'environments'>,
): Environment {
  const found = environments.get(environment)
  if (found) return found
  throw new Error(`environment without a definition: ${environment}; the document was not checked`)
}

/** Where an interpreter is missing, nothing says that a run with another one is stale: it counts as it is. */
function withItsInterpreter(inputs: Inputs, run: Pick<Run, 'inputs'>): Inputs {
  if (inputs.interpreter !== missingInterpreter) return inputs
  const own = Object.entries(run.inputs).filter(([name]) => /^interpreter$|^package /.test(name))
  return { ...inputs, ...Object.fromEntries(own) }
}

/** Of what may stand in a block, only what differs from the default: keys of other blocks stay as they were. */
function measuringInputs(block: ExperimentBlock, { isolated }: Testbed): Inputs {
  const { warmup = 0, order, parallel, patterns } = block
  const isBlocked = order === 'blocked' && !isolated && parallel !== true && patterns.length > 1
  return { ...(warmup > 0 ? { warmup } : {}), ...(isBlocked ? { order } : {}) }
}

function sourcesOf(
  block: ExperimentBlock,
  { document, files, project }: PlanContext,
  program: ProgramScript | undefined,
): Digests {
  if (program) return programDigests(block, program, files)
  const { script, inputs } = block
  const real = realPaths(project)
  const code =
    'file' in script
      ? scriptDigests(script.file, files, undefined, real)
      : scriptDigests(document, files, script.source, real)
  return { ...code, ...inputDigests(inputs, files) }
}

/** The environment's name is not an input. */
function environmentInputs({ testbed, origin, definition }: Environment): Inputs {
  return parameterInputs({ testbed, origin, ...definition }, 'environment ')
}
