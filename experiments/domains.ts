/** The parameters of experiments on domUs, and how their jobs get onto the board. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Board, Cell, JobResult, Stage } from 'repro'
import { complaint } from './captured.ts'

const folder = 'experiments/board'

export interface Priority {
  readonly nice: number
  readonly policy: 'other' | 'fifo'
}

export type Tool = 'xl' | 'xenctrl' | 'resident' | 'xenctrl-resident' | 'module'

export interface Settings {
  readonly domu: {
    readonly vcpus: number
    readonly memoryMb: number
    /** Where its root is: in the initial RAM disk, or on a disk that dom0 keeps as a partition or in a file. */
    readonly storage: 'none' | 'partition' | 'file'
    /** Processes of `stress --cpu`. */
    readonly cpuLoad: number
    /** What the peer sends to it. */
    readonly netLoadMbps: number
    readonly loop: 'sleep' | 'spin'
  }
  readonly dom0: { readonly vcpus: number; readonly cpuLoad: number; readonly netLoadMbps: number }
  /** What pauses a domain, as experiments/board/driver.h says; `by` is for `xl` only. */
  readonly xl: Priority & { readonly tool: Tool; readonly by: 'name' | 'id' }
  readonly xenstored: Priority
  readonly xen: {
    /** In pause-resume; a redundant pair is always two. */
    readonly domus?: number
    readonly scheduler: string
    /** Whether the domUs are on a network, with a peer domU on it that can send. */
    readonly network: boolean
  }
}

export function settingsOf(cell: Cell): Settings {
  const settings = cell.parameters as unknown as Settings
  const { domu, dom0, xen } = settings
  if (domu.netLoadMbps + dom0.netLoadMbps > 0 && !xen.network)
    throw new Error('netLoadMbps needs a network: set xen.network to true')
  return settings
}

/**
 * Runs the job `name` of experiments/board in two stages, NAME-domus and NAME-trials, with its driver, a program of the same folder.
 * `more` are variables of both stages beside those that all have. Throws with the job's own last words when it failed.
 */
export async function runJob(
  cell: Cell,
  settings: Settings,
  { name, driver, more }: { name: string; driver: string; more: Readonly<Record<string, string | number>> },
): Promise<JobResult> {
  const { board, bootSeed, deadlineMs } = cell
  const { xen, dom0 } = settings
  const job = await board.run({
    stages: [
      await domUs(cell, settings, `${name}-domus`, more),
      await trials(cell, settings, `${name}-trials`, driver, more),
    ],
    boot: { scheduler: xen.scheduler, dom0Vcpus: dom0.vcpus },
    seed: bootSeed,
    deadlineMs,
  })
  if (job.exitCode !== 0) throw new Error(`the job failed on the board:\n${await complaint(job.folder)}`)
  return job
}

/** What a run keeps of a job: name -> path. */
export function rawFiles(place: string, names: readonly string[]): Record<string, string> {
  const own = ['trace.bin', ...names, 'environment', 'console.log']
  return Object.fromEntries(own.map((name) => [name, join(place, name)]))
}

/** The domUs without what loads them, so that many cells have the same ones. */
async function domUs(
  { board, project, bootSeed }: Cell,
  { domu, xen }: Settings,
  script: string,
  more: Readonly<Record<string, string | number>>,
): Promise<Stage> {
  const guest = await board.guest(
    ['usr/bin/stress', ...(xen.network ? ['usr/bin/iperf3'] : [])],
    new Map([
      ['/init', await own(project, 'domu-init')],
      ['/usr/bin/loop', await board.compile(sources('loop', 'xen'))],
      ['/usr/bin/emit', await board.compile(sources('emit'))],
    ]),
  )
  return stage(project, script, ['common.sh', 'random.sh', 'domains.sh'], {
    files: [
      ['/job/kernel', { content: await board.file('kernel') }],
      ['/job/guest', { content: guest }],
    ],
    variables: {
      SEED: bootSeed,
      VCPUS: domu.vcpus,
      MEMORY_MB: domu.memoryMb,
      STORAGE: domu.storage,
      NETWORK: xen.network ? 'yes' : 'no',
      KERNEL: '/job/kernel',
      RAMDISK: '/job/guest',
      ...more,
    },
  })
}

async function trials(
  { board, project, trials, bootSeed }: Cell,
  { domu, dom0, xl, xenstored, xen }: Settings,
  script: string,
  driver: string,
  more: Readonly<Record<string, string | number>>,
): Promise<Stage> {
  return stage(project, script, ['common.sh', 'trials.sh'], {
    files: [
      [`/usr/bin/${driver}`, { content: await driverFor(board, driver, xl.tool), executable: true }],
      ...(await filesFor(board, xl.tool)),
    ],
    variables: {
      TRIALS: trials,
      SEED: bootSeed,
      LOOP: domu.loop,
      DOMU_LOAD: domu.cpuLoad,
      DOMU_MBPS: domu.netLoadMbps,
      DOM0_LOAD: dom0.cpuLoad,
      DOM0_MBPS: dom0.netLoadMbps,
      NETWORK: xen.network ? 'yes' : 'no',
      TOOL: xl.tool,
      BY: xl.by,
      NICE: xl.nice,
      POLICY: xl.policy,
      XENSTORED_NICE: xenstored.nice,
      XENSTORED_POLICY: xenstored.policy,
      ...more,
    },
  })
}

/** The driver, with libxenctrl if it calls it. */
async function driverFor(board: Board, driver: string, tool: Tool): Promise<Uint8Array> {
  const files = sources(driver, 'driver', 'priority', 'xen', 'libxenctrl')
  return tool === 'xenctrl-resident'
    ? await board.compileForSystem(files, withLibxenctrl)
    : await board.compile(files)
}

/** What a tool needs on the board beside the driver. */
async function filesFor(board: Board, tool: Tool): Promise<readonly BoardFile[]> {
  if (tool === 'xenctrl') {
    const content = await board.compileForSystem(sources('xenctrl', 'libxenctrl'), withLibxenctrl)
    return [['/usr/bin/xenctrl', { content, executable: true }]]
  }
  if (tool !== 'module') return []
  return [['/job/domain-pause.ko', { content: await board.compileModule(`${folder}/domain-pause.c`) }]]
}

const withLibxenctrl = ['-DLIBXENCTRL', '-lxenctrl']

type BoardFile = readonly [string, { readonly content: Uint8Array; readonly executable?: boolean }]

/** A stage that runs a script of experiments/board, which sources `parts`. */
async function stage(
  project: string,
  script: string,
  parts: readonly string[],
  {
    files,
    variables,
  }: {
    readonly files: readonly BoardFile[]
    readonly variables: Readonly<Record<string, string | number>>
  },
): Promise<Stage> {
  const texts = parts.map(async (part) => [`/job/${part}`, { content: await own(project, part) }] as const)
  const exports = Object.entries(variables).map(([variable, value]) => `export ${variable}='${value}'\n`)
  return {
    files: new Map([
      ...(await Promise.all(texts)),
      [`/job/${script}`, { content: await own(project, script), executable: true }],
      ...files,
    ]),
    script: `${exports.join('')}exec ./${script}\n`,
  }
}

function sources(...names: readonly string[]): readonly string[] {
  return names.map((name) => `${folder}/${name}.c`)
}

async function own(project: string, file: string): Promise<Uint8Array> {
  return await readFile(join(project, folder, file))
}
