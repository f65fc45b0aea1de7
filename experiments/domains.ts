/** The parameters of experiments on domUs, and how their jobs get onto the board. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cell, JobResult } from 'repro'
import { complaint } from './captured.ts'

const board = 'experiments/board'

export interface Priority {
  readonly nice: number
  readonly policy: 'other' | 'fifo'
}

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
  readonly xl: Priority & { readonly tool: 'xl' | 'resident'; readonly by: 'name' | 'id' }
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
 * Runs the job `name` of experiments/board with its driver, a program of the same folder. `more` are variables of the job beside
 * those that all have. Throws with the job's own last words when it failed.
 */
export async function runJob(
  cell: Cell,
  settings: Settings,
  { name, driver, more }: { name: string; driver: string; more: Readonly<Record<string, string | number>> },
): Promise<JobResult> {
  const { xen, dom0 } = settings
  const variables = Object.entries({ ...variablesOf(cell, settings), ...more })
  const lines = variables.map(([variable, value]) => `export ${variable}='${value}'`)
  const job = await cell.board.run({
    files: await files(cell, settings, { name, driver }),
    script: `${lines.join('\n')}\nexec ./${name}\n`,
    hypervisor: { scheduler: xen.scheduler, dom0Vcpus: dom0.vcpus },
    deadlineMs: cell.deadlineMs,
  })
  if (job.exitCode !== 0) throw new Error(`the job failed on the board:\n${await complaint(job.folder)}`)
  return job
}

/** What a run keeps of a job: name -> path. */
export function rawFiles(folder: string, names: readonly string[]): Record<string, string> {
  const own = ['trace.bin', ...names, 'environment', 'console.log']
  return Object.fromEntries(own.map((name) => [name, join(folder, name)]))
}

function variablesOf({ trials, seed }: Cell, { domu, dom0, xl, xenstored, xen }: Settings) {
  return {
    TRIALS: trials,
    SEED: seed,
    VCPUS: domu.vcpus,
    MEMORY_MB: domu.memoryMb,
    STORAGE: domu.storage,
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
    KERNEL: '/job/kernel',
    RAMDISK: '/job/guest',
  }
}

async function files(
  { board: machine, project }: Cell,
  { xen }: Settings,
  { name, driver }: { name: string; driver: string },
) {
  const compile = (...parts: string[]) => machine.compile(parts.map((part) => `${board}/${part}.c`))
  const [loop, program] = await Promise.all([
    compile('loop', 'xen'),
    compile(driver, 'driver', 'priority', 'xen'),
  ])
  const own = async (file: string) => await readFile(join(project, board, file))
  const guest = await machine.guest(
    ['usr/bin/stress', ...(xen.network ? ['usr/bin/iperf3'] : [])],
    new Map([
      ['/init', await own('domu-init')],
      ['/usr/bin/loop', loop],
    ]),
  )
  return new Map([
    [`/job/${name}`, { content: await own(name), executable: true }],
    ['/job/domains.sh', { content: await own('domains.sh') }],
    [`/usr/bin/${driver}`, { content: program, executable: true }],
    ['/job/kernel', { content: await machine.file('kernel') }],
    ['/job/guest', { content: guest }],
  ])
}
