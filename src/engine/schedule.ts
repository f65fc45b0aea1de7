/** Runs the planned cells, producers before consumers. */

import { setMaxListeners } from 'node:events'
import pLimit, { type LimitFunction } from 'p-limit'
import { oneRound } from '../check/rounds.ts'
import type { ExperimentBlock } from '../document/block.ts'
import { concernsOf } from '../query/machine.ts'
import { bootsOf, secondsOf, runName, type Run } from '../results/run.ts'
import { testbedOf, type Testbeds } from '../testbeds/testbeds.ts'
import { counted, present } from '../text/message.ts'
import type { PlannedCell } from './cells.ts'
import type { Planned, TellEvent } from './event.ts'
import { CellError, type Enter, execute, type ExecutionContext, type Order } from './execute.ts'
import type { Step } from './plan.ts'
import { groupsOf, openRounds, turnsOf, turnsText } from './rounds.ts'
import { requireVariables } from './script/variables.ts'

export interface ScheduleOptions {
  readonly jobs: number
  readonly keepGoing: boolean
  readonly signal: AbortSignal
  readonly testbeds?: Testbeds | undefined
}

export interface ScheduleResult {
  readonly executed: readonly Run[]
  readonly failures: readonly CellError[]
  readonly skipped: readonly string[]
}

/** Reason to run a cell, for messages; undefined if it is up to date. `rerun` selects cells to run anyway. */
export function reasonToRun(
  { cell, status }: Pick<Step, 'cell' | 'status'>,
  rerun: (cell: PlannedCell) => boolean,
): string | undefined {
  if ('reason' in status) return status.reason
  return rerun(cell) ? 'asked for by --rerun' : undefined
}

/**
 * Runs cells. After a failure, running cells finish; others start only with `keepGoing`, and only if all
 * needed runs exist. `replan` returns the current steps to run, given the runs in `made`.
 */
export async function runCells(
  replan: (made: ReadonlyMap<string, Run>) => Promise<readonly Step[]>,
  rerun: (cell: PlannedCell) => boolean,
  context: ExecutionContext,
  { jobs, keepGoing, signal, testbeds }: ScheduleOptions,
  tell: TellEvent,
): Promise<ScheduleResult> {
  setMaxListeners(0, signal) // every boot has one, and a queue takes thousands
  const isAlone = (step: Step) => context.executor.separates !== true && mustBeAlone(step, testbeds)
  const made = new Map<string, Run>()
  const failures: CellError[] = []
  let hasFailed = false
  const onFailure = () => {
    hasFailed = true
  }
  const tried = new Set<string>()
  const first = await replan(made)
  requireVariables(first.map(({ cell }) => cell.block))
  tell({ type: 'planned', cells: first.map(expected), jobs: first.every(isAlone) ? 1 : jobs })
  const sideBySide = pLimit(jobs)
  const limitOf = machineLimits(testbeds, sideBySide)
  if (jobs > 1 && first.filter(isAlone).flatMap(({ boots }) => boots).length > 1)
    tell({ type: 'note', text: aloneNote })

  const runStep = async (step: Step, enter: Enter, order?: Order): Promise<void> => {
    const name = runName(step.cell)
    const begin = () => {
      if (hasFailed && !keepGoing) return false
      tried.add(name)
      tell({ type: 'started', name, reason: reasonToRun(step, rerun) ?? '' })
      return true
    }
    try {
      const run = await execute({
        ...{ ...step, ...context, signal, enter, begin, onFailure },
        ...(order === undefined ? {} : { order }),
        ignoreCache: rerun(step.cell),
        alone: mustBeAlone(step, testbeds),
        log: (text) => tell({ type: 'log', name, text }),
        progress: (done, total) => tell({ type: 'progress', name, done, total }),
      })
      if (run === undefined) return
      made.set(name, run)
      const excluded = run.exclusions.reduce((sum, { count }) => sum + count, 0)
      tell({ type: 'finished', name, rows: run.rows.length, excluded })
      for (const text of concernLines(run, step.cell.block)) tell({ type: 'log', name, text })
    } catch (error) {
      if (!(error instanceof CellError)) throw error
      failures.push(error)
      onFailure()
      tell({ type: 'failed', name, error })
    }
  }

  // Run in waves: consumers' keys depend on the runs of the previous wave.
  for (let steps = first; ; steps = await replan(made)) {
    const open = steps.filter(({ cell }) => !tried.has(runName(cell)))
    // Experiments that lack rows: a cell has yet to run, or failed.
    const unfinished = new Set([
      ...open.map(({ cell }) => cell.experiment),
      ...first.flatMap(({ cell }) =>
        tried.has(runName(cell)) && !made.has(runName(cell)) ? [cell.experiment] : [],
      ),
    ])
    const ready = open.filter(
      ({ cell, waitsFor }) => waitsFor.length === 0 && !cell.block.needs.some((id) => unfinished.has(id)),
    )
    if (ready.length === 0 || (failures.length > 0 && !keepGoing)) {
      return { executed: [...made.values()], failures, skipped: open.map(({ cell }) => runName(cell)) }
    }
    const together = inOrder(ready.filter((step) => !isAlone(step)))
    // Wait for all before throwing the first error, as the others still write.
    const enterOf = (step: Step): Enter => {
      const limit = limitOf(step)
      return (_, action) => limit(action)
    }
    await allDone(together.map((step) => runStep(step, enterOf(step))))
    for (const steps of groupsOf(inOrder(ready.filter(isAlone)))) {
      const turns = turnsOf(steps)
      const rounds = openRounds(turns)
      const text = orderOf(steps)
      const ends = new Map(
        steps.map((step) => {
          const order = text === undefined ? undefined : { text, turns: turnsText(step, turns) }
          return [step, runStep(step, rounds.enterOf(step), order)]
        }),
      )
      await Promise.all([
        allDone([...ends.values()]),
        rounds.run(async (step) => await ends.get(step)?.catch(() => {})),
      ])
      for (const text of roundNotes(steps, made)) tell({ type: 'note', text })
    }
  }
}

/** Tells once of a block whose patterns should run in several rounds. */
function roundNotes(steps: readonly Step[], made: ReadonlyMap<string, Run>): readonly string[] {
  const first = steps.find(({ cell }) => made.has(runName(cell)))
  const columns = first && made.get(runName(first.cell))?.columns
  const reason = first && columns && oneRound(first.cell.block, columns)
  return reason === undefined ? [] : [`${first?.cell.experiment}: ${reason}`]
}

/** Waits for all before throwing the first error, as the others still write. */
async function allDone(ends: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(ends)) if (end.status === 'rejected') throw end.reason
}

/** How the boots of a block's patterns follow each other, in words; undefined if there is one pattern. */
function orderOf(steps: readonly Step[]): string | undefined {
  const [first] = steps
  if (first === undefined || first.cell.block.patterns.length < 2) return undefined
  const { order, boots, seed } = first.cell.block
  if (order === 'blocked') return 'pattern by pattern'
  const patterns = counted(steps.length, 'pattern')
  if (boots === 1) return `one round of ${patterns}, in an order drawn from seed ${seed}`
  return `${boots} rounds of ${patterns}, in orders drawn from seed ${seed}, every second reversed`
}

/** Warnings of what may have changed the times of a run. */
function concernLines(run: Run, block: ExperimentBlock): readonly string[] {
  const { governor, elsewhere } = concernsOf(run, block)
  return present([
    governor !== undefined &&
      `measured under the CPU governor ${governor}: times follow the frequency (cpupower frequency-set -g performance)`,
    elsewhere !== undefined &&
      `other programs kept ${elsewhere} processors busy while it ran: times may be too long (parallel: true in a ` +
        'block that measures none)',
  ])
}

/** Scales the last run's time to as many boots. Fewer trials per boot shrink only half of it. */
function expected({ cell, status }: Step): Planned {
  const { trials, boots } = cell.block
  const planned = { name: runName(cell), trials, boots }
  const run = 'run' in status ? status.run : undefined
  const seconds = run && secondsOf(run)
  if (run === undefined || seconds === undefined) return planned
  const times = boots / bootsOf(run)
  const part = trials / run.trials / times
  return { ...planned, seconds: seconds * times * (part < 1 ? (1 + part) / 2 : part) }
}

/** Limits boots on named machines to the number of these: they take no processor of this host. */
function machineLimits(
  testbeds: Testbeds | undefined,
  others: LimitFunction,
): (step: Pick<Step, 'environment'>) => LimitFunction {
  const limits = new Map<string, LimitFunction>()
  return ({ environment }) => {
    const machines = testbedOf(environment, testbeds).machines?.(environment)
    if (machines === undefined) return others
    const name = machines.toSorted().join(' ')
    const limit = limits.get(name) ?? pLimit(machines.length)
    limits.set(name, limit)
    return limit
  }
}

/** Whether a cell must run alone, since cells on a shared clock disturb each other's timings. */
function mustBeAlone({ environment, cell }: Step, testbeds: Testbeds | undefined): boolean {
  return !testbedOf(environment, testbeds).isolated && cell.block.parallel !== true
}

const aloneNote =
  'local cells run one at a time, and so do their boots: ' +
  "side by side they would disturb each other's timings (parallel: " +
  'true lifts this for a block that measures no times)'

/**
 * Groups by environment, since its boards share cached stages; longest last run first, so that no long cell
 * is left at the end. Cells that never ran come first.
 */
function inOrder(steps: readonly Step[]): readonly Step[] {
  const seconds = ({ status }: Step) =>
    ('run' in status ? secondsOf(status.run) : undefined) ?? Number.MAX_VALUE
  const groups = Map.groupBy(steps, ({ cell }) => cell.environment)
  return [...groups.values()].flatMap((group) => group.toSorted((a, b) => seconds(b) - seconds(a)))
}
