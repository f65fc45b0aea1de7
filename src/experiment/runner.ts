/**
 * The process of one cell: gets an order, runs its script, and says what came of it. A process of its own, so that a
 * script can neither hang the build nor change it, and ends with everything that it started.
 */

import { registerHooks } from 'node:module'
import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Row } from '../results/run.ts'
import { openSeal } from '../results/seal.ts'
import { runName } from '../results/series.ts'
import { randomNumbers } from '../stats/random.ts'
import type { Board } from '../testbed/board.ts'
import { openBoard } from '../testbed/emulated/board.ts'
import { setup } from '../testbed/emulated/setup.ts'
import { CompileError } from '../testbed/emulated/toolchain.ts'
import { TestbedError } from '../testbed/testbed.ts'
import { TraceError } from '../trace/error.ts'
import { type Cell, ExperimentError, type InlineCell, type Script } from './cell.ts'
import { columnsOf, rowsOf } from './inline.ts'
import { openJournal } from './journal.ts'
import type { Failure, Message, Order } from './message.ts'
import { checkResult } from './result.ts'

// Whoever waits is gone: so must be what the script started (all of it is in this process's group).
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
process.once('message', (order) => void obey(order as Order))

async function obey(order: Order): Promise<void> {
  const message = await run(order)
    .then((result): Message => ({ type: 'result', result: checkResult(result) }))
    .catch((error: unknown): Message => ({ type: 'failure', failure: failureOf(error, order) }))
  process.send?.(message, () => process.exit(message.type === 'result' ? 0 : 1))
}

async function run(order: Order): Promise<unknown> {
  provideModules(order)
  const cell = await openCell(order)
  if (order.script.type === 'inline') return await runInline(pathToFileURL(order.script.module), cell)
  const module = (await import(pathToFileURL(order.script.file).href)) as { default?: unknown }
  if (typeof module.default !== 'function')
    throw new ExperimentError(
      'the script has no function to call: export default async function (cell) { ... }',
    )
  return await (module.default as Script)(cell)
}

async function runInline(url: URL, cell: Cell): Promise<unknown> {
  await import('zx/globals')
  const { experiment, environment, pattern, parameters, trials, seed, deadlineMs, project, folder } = cell
  const rows = await cell.each(async ({ number, random }) => {
    const own: InlineCell = {
      ...{ experiment, environment, pattern, parameters, trials, seed, deadlineMs, project, folder },
      ...{ needs: cell.needs, log: cell.log, progress: cell.progress, trial: number, random },
    }
    Object.assign(globalThis, { cell: own })
    // A module runs once for each of its URLs.
    return rowsOf(await import(`${url.href}?trial=${number}`))
  })
  return { columns: columnsOf(rows), rows, exclusions: [], captured: {} }
}

/** Runs the trials that the journal does not hold. */
async function eachTrial(
  { trials, seed, journal, project, cache }: Order,
  name: string,
  measure: Parameters<Cell['each']>[0],
): Promise<readonly Row[]> {
  const { finished, foreign, append } = openJournal(project, journal, openSeal(project, cache))
  if (foreign > 0)
    send({
      type: 'log',
      text: `ignored in ${journal}, as not made on this machine: ${foreign} ${foreign === 1 ? 'trial' : 'trials'}`,
    })
  const kept = [...finished.keys()].filter((trial) => trial < trials).length
  if (kept > 0) send({ type: 'log', text: `${kept} of ${trials} trials are kept from before` })
  const all: Row[] = []
  for (let number = 0; number < trials; number += 1) {
    let rows = finished.get(number)
    if (rows === undefined) {
      const random = randomNumbers(`${seed} ${name} ${number}`)
      rows = (await measure({ number, random })).map((row) => ({ trial: number, ...row }))
      append(number, rows)
    }
    all.push(...rows)
    send({ type: 'progress', done: number + 1, total: trials })
  }
  return all
}

/** Scripts import `repro` and `zx` wherever their project lies, and those in a document import from its folder. */
function provideModules({ script }: Order): void {
  const self = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : './index.js', import.meta.url).href
  const inline = script.type === 'inline' ? pathToFileURL(script.module).href : undefined
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'repro') return next(self, context)
      if (specifier === 'zx') return next(import.meta.resolve('zx'), context)
      const inDocument = script.type === 'inline' && context.parentURL?.split('?')[0] === inline
      if (inDocument && specifier.startsWith('.'))
        return next(new URL(specifier, pathToFileURL(script.document)).href, context)
      return next(specifier, context)
    },
  })
}

async function openCell(order: Order): Promise<Cell> {
  const { experiment, pattern, parameters, trials, seed, deadlineMs, project, folder } = order
  const environment = order.environment === 'local' ? 'local' : order.environment.name
  const board = await boardOf(order)
  const name = runName({ experiment, environment, pattern })
  return {
    experiment,
    environment,
    pattern,
    parameters,
    trials,
    seed,
    deadlineMs,
    project,
    folder,
    get board() {
      if (board) return board
      throw new ExperimentError(`the environment ${environment} has no board`)
    },
    log: (text) => send({ type: 'log', text }),
    progress: (done, total) => send({ type: 'progress', done, total }),
    random: randomNumbers(`${seed} ${name}`),
    needs: Object.fromEntries(Map.groupBy(order.needed, (run) => run.experiment)),
    each: (measure) => eachTrial(order, name, measure),
  }
}

async function boardOf({ environment, lockFile, cache, project, folder }: Order): Promise<Board | undefined> {
  if (environment === 'local') return undefined
  const laboratory = await setup([environment.root], { lockFile, cache, report: () => {} })
  return openBoard(laboratory, environment, { project, folder })
}

function send(message: Message): void {
  if (process.connected) process.send?.(message)
}

function failureOf(error: unknown, order: Order): Failure {
  if (error instanceof TestbedError) {
    const { message, advice } = error
    return { fault: 'testbed', message, ...(advice === undefined ? {} : { advice }) }
  }
  // Errors of ours say all in their message; what else a script throws is told with its name.
  const own = [ExperimentError, TraceError, CompileError].some((type) => error instanceof type)
  const message =
    own || !(error instanceof Error) ? String((error as Error)?.message ?? error) : String(error)
  const place = placeOf(error, order)
  return { fault: 'experiment', message, ...(place === undefined ? {} : { place }) }
}

/** The innermost place in the author's own files. */
function placeOf(error: unknown, { script, project }: Order): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [file, shown] =
    script.type === 'inline' ? [script.module, script.document] : [script.file, script.file]
  for (const [, found, position] of stack.matchAll(/(file:\/\/[^\s?()]+?)(?:\?trial=\d+)?(:\d+(?::\d+)?)/g)) {
    if (found === pathToFileURL(file).href) return `${relative(project, shown)}${position}`
  }
  return undefined
}
