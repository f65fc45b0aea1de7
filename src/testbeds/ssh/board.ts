/** A real board, or one that stands in for it, opened for one boot of a cell. */

import { randomUUID } from 'node:crypto'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type OpenedBoard, TestbedError } from '../../testbed/board.ts'
import { cacheError } from '../../testbed/cache.ts'
import type { BootPlace, Environment } from '../../testbed/testbed.ts'
import { guestRoot, type Source } from '../../toolchain/initramfs.ts'
import type { Toolchain } from '../../toolchain/toolchain.ts'
import { type Account, openAccount } from './account.ts'
import type { Runner } from './attempt.ts'
import { leaseBoard } from './boards.ts'
import { connect } from './connection.ts'
import { type Settings, settingsOf } from './environment.ts'
import { holderName } from './holder.ts'
import { described, parseHygiene } from './hygiene.ts'
import { factsOf } from './machine.ts'
import { type Timings, usualTimings } from './reach.ts'
import { type Reservation, reserve } from './reservation.ts'
import { runJob } from './run.ts'
import { followSerial } from './serial.ts'
import { toolsOf } from './tools.ts'

/** Leases a board and opens it. Throws a TestbedError if there is none. */
export async function openBoard(
  toolchain: Toolchain,
  environment: Environment,
  place: BootPlace,
  timings = usualTimings,
): Promise<OpenedBoard> {
  const { cache, kept, log } = place
  const settings = settingsOf(environment)
  const { account, host } = await writing(cache, async () => {
    await mkdir(kept, { recursive: true })
    const account = await openAccount(kept, randomUUID())
    const host = await leaseBoard(cache, boardsHere(settings), account.host || undefined, log)
    await account.moveTo(host)
    return { account, host }
  })
  const reservation = await reserve(settings, cache, host, log)
  try {
    return await openLeased(toolchain, environment, place, { account, host, reservation, timings })
  } catch (error) {
    await reservation.end()
    throw error
  }
}

/** Runs what writes to this computer's disk, which may be full, or not ours: a TestbedError then says so. */
async function writing<T>(folder: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw cacheError(error, folder)
  }
}

/** Of boards with a Slurm node of the same name each, the one that Slurm chose: it knows which are drained. */
function boardsHere({ hosts }: Pick<Settings, 'hosts'>): readonly string[] {
  const node = process.env.SLURMD_NODENAME
  const own = hosts.filter((host) => host === node || host.endsWith(`@${node}`))
  return own.length > 0 ? own : hosts
}

interface Leased {
  readonly account: Account
  readonly host: string
  readonly reservation: Reservation
  readonly timings: Timings
}

async function openLeased(
  toolchain: Toolchain,
  environment: Environment,
  { project, cache, folder, kept, log, experiment, trials }: BootPlace,
  { account, host, reservation, timings }: Leased,
): Promise<OpenedBoard> {
  const settings = settingsOf(environment)
  const { root, serial: console } = settings
  const source: Source = { host: toolchain.root('host'), ...toolchain.board(root) }
  const sources = (those: readonly string[]) => those.map((one) => join(project, one))
  const tools = await toolsOf(source)
  const holder = await holderName(cache)
  let facts: Readonly<Record<string, string>> = {}
  let jobs = 0
  const runner: Runner = {
    ...{ settings, account, timings, cache, kept, log, tools, holder },
    kind: [environment.name, experiment, trials].filter((one) => one !== undefined).join('-'),
    connection: connect(host),
    serial: console === undefined ? undefined : followSerial(console, host, join(folder, 'serial.log'), log),
    bootId: undefined,
    onMachine: (machine) => {
      facts = { ...facts, ...factsOf(machine) }
    },
  }
  return {
    // Complete after a job: what the board said, and what it observed meanwhile.
    get facts() {
      return {
        ...facts,
        'power cycles': String(account.powerCycles),
        'leftovers of earlier jobs': account.leftovers.join('; ') || 'none',
      }
    },
    discarded: () => account.discarded,
    compile: (those, flags) => toolchain.compile(sources(those), flags),
    compileForSystem: (those, flags) => toolchain.compileFor(root, sources(those), flags),
    compileModule: (one) => toolchain.compileModule(root, join(project, one)),
    async file(name) {
      if (name !== 'kernel')
        throw new TestbedError(`unknown file of the environment: ${name} (known: kernel)`)
      return await readFile(toolchain.board(root).kernel)
    },
    guest: (programs, files) => guestRoot(source, programs, files),
    async run(job) {
      const started = performance.now()
      jobs += 1
      const ended = await writing(kept, () => runJob(runner, job, jobs))
      // Results stay where they are kept, for a later process, until the boot is done.
      const own = join(folder, `job-${jobs}`)
      await writing(own, () => cp(ended.folder, own, { recursive: true }))
      const read = (name: string) => readFile(join(own, name), 'utf8').catch(() => '')
      facts = { ...facts, ...described(parseHygiene(await read('hygiene'), await read('kernel-messages'))) }
      return { folder: own, exitCode: ended.exitCode, durationMs: performance.now() - started }
    },
    async close() {
      runner.serial?.stop()
      await reservation.end()
    },
  }
}
