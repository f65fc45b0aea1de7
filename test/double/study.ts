/** A small study on the double: a project whose block runs there, the command line for it, and what came of it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { csvParse } from 'd3-dsv'
import { afterAll, beforeAll } from 'vitest'
import { cacheFolder } from '../../src/testbed/cache.ts'
import { checkout, latency, makeProject } from '../slow/project.ts'
import { trustBuild } from '../trust.ts'
import { type Double, type DoubleOptions, startDouble } from './double.ts'

export interface StudyOptions {
  readonly trials?: number
  /** Seconds for a boot of a cell. */
  readonly deadline?: number
  /** Further lines of the environment `double`, without their indentation. */
  readonly entry?: readonly string[]
  /** Further environments that the block runs on, as YAML. */
  readonly others?: Readonly<Record<string, string>>
}

export interface Study {
  readonly project: string
  /** Starts the command line; its process leads a group. */
  start(...args: readonly string[]): Running
  run(...args: readonly string[]): Promise<Ended>
  rows(environment?: string): Promise<readonly Readonly<Record<string, string>>[]>
  /** The run of the cell, as it is stored. */
  stored(environment?: string): Promise<Stored>
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What it printed so far. */
  text(): string
  kill(): void
}

export interface Ended {
  readonly exitCode: number | null
  /** Standard output and errors. */
  readonly text: string
}

export interface Stored {
  readonly origin: string
  readonly captured: Readonly<Record<string, string>>
  readonly inputs: Readonly<Record<string, unknown>>
  readonly clockHz: number
}

/** Starts a double for all tests of a file, and stops it after them; the result is there once they run. */
export function doubleOf(options: Omit<DoubleOptions, 'folder'>): () => Double {
  let folder: string
  let double: Double
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'repro-double-'))
    double = await startDouble({ folder, ...options })
  })
  afterAll(async () => {
    await double?.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return () => double
}

/**
 * Makes a project with one cell: `trials` pauses and unpauses of a small domU. The double should have one processor: it
 * counts the instructions of all in one sum, so that others would slow down what they do not touch.
 */
export async function makeStudy(
  double: Double,
  { trials = 5, deadline = 600, entry = ['reboot: false'], others = {} }: StudyOptions = {},
): Promise<Study> {
  // What an earlier test's board was set aside for is none of this one's concern.
  await rm(join(cacheFolder(), 'boards'), { recursive: true, force: true })
  const own = [
    'label: the double of a board',
    'testbed: ssh',
    `host: ${double.host}`,
    'machine: emulated',
    'root: debian-12',
    "lock: {xen: '4.17'}",
    'requirements: {memoryMb: 64, diskMb: 64}',
    ...(entry.some((line) => line.startsWith('power:')) ? [] : [`power: {cycle: ${double.powerCommand}}`]),
    `serial: ${double.serialCommand}`,
    ...entry,
  ]
  const environments = `double:\n${own.map((line) => `  ${line}\n`).join('')}${Object.values(others).join('')}`
  const names = ['double', ...Object.keys(others)]
  const project = await makeProject(['experiments'], {
    'experiments/environments.yaml': environments,
    'paper/index.md': latency(names, trials, { ...small, deadline }),
  })
  const start = (...args: readonly string[]): Running => {
    trustBuild(args, project, cacheFolder())
    const child = spawn(process.execPath, [join(checkout, 'dist/cli.cjs'), ...args], {
      cwd: project,
      env: { ...process.env, REPRO_SSH_CONFIG: double.sshConfig, NO_COLOR: '1' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    const ended = new Promise<Ended>((done) => child.on('close', (exitCode) => done({ exitCode, text })))
    return { child, ended, text: () => text, kill: () => process.kill(-(child.pid ?? 0), 'SIGKILL') }
  }
  const runs = (environment: string) => join(project, 'results/latency', environment, 'baseline')
  return {
    project,
    start,
    run: async (...args) => await start(...args).ended,
    rows: async (environment = 'double') =>
      csvParse(await readFile(join(runs(environment), 'rows.csv'), 'utf8')),
    stored: async (environment = 'double') =>
      JSON.parse(await readFile(join(runs(environment), 'run.json'), 'utf8')) as Stored,
  }
}

/** A domU that starts soon. */
const small = { domu: 'vcpus: 1, memoryMb: 256, storage: none', dom0Vcpus: 1 }

/** Resolves when the board's console says that a job has started, as often as `times`, counted from `mark`. */
export async function untilStarted(
  double: Double,
  mark: number,
  times = 1,
  withinMs = 300_000,
): Promise<void> {
  const until = performance.now() + withinMs
  while (performance.now() < until) {
    const said = (await double.console()).slice(mark)
    if (said.split(/repro: job \w+ started/).length > times) return
    await sleep(500)
  }
  throw new Error(`no job starts within ${withinMs / 1000} s`)
}
