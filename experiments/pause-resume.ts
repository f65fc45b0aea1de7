/**
 * How long `xl pause` and `xl unpause` of a domU take, and where the time goes. One cell is one boot: the domU
 * with its measuring loop, the load, xentrace, and the trials, as experiments/board/pause-resume says.
 *
 * Places for what follows: domU storage and network load of domU and dom0 become parameters here.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Cell,
  type Column,
  median,
  type Operation,
  operations,
  parseStamps,
  type Result,
  type Row,
  type Stamps,
} from 'repro'

const board = 'experiments/board'

/** How far from the loop's period a vCPU's sleep may end and still count as ended by the loop's timer. */
const periodToleranceUs = 60

interface Settings {
  readonly domu: { vcpus: number; memoryMb: number; cpuLoad: number; loop: 'sleep' | 'spin' }
  readonly dom0: { cpuLoad: number; vcpus: number }
  readonly xl: { nice: number; policy: 'other' | 'fifo' }
  readonly xen: { domus: number; scheduler: string }
}

/** Measures are in ticks of the Generic Timer; a pause has the first group, an unpause the second, both the third. */
const columns: readonly Column[] = [
  { name: 'trial', role: 'index' },
  { name: 'operation', role: 'factor' },
  { name: 'found', role: 'factor', label: 'state of the measuring vCPU when Xen starts' },
  { name: 'sleep', role: 'factor', label: 'what ended the sleep of a vCPU that was found blocked' },
  { name: 'excluded', role: 'factor' },
  ...measures({
    total: 'whole operation',
    command: 'xl from start to exit',
    'xl-to-xen': 'xl run → Xen starts',
    'xl-to-domu-stop': 'xl run → last domU stamp',
    'domu-stop-to-xen': 'last domU stamp → Xen starts',
    'xen-to-vcpu-stop': 'Xen starts → vCPU stops',
    'xen-to-all-off': 'Xen starts → every vCPU off',
    'loop-period': 'last domU stamp → vCPU stops, vCPU found blocked',
    'xen-to-vcpu-run': 'Xen starts → vCPU runs',
    'vcpu-run-to-domu-resume': 'vCPU runs → first domU stamp',
  }),
]

export default async function pauseResume(cell: Cell): Promise<Result> {
  const settings = cell.parameters as unknown as Settings
  const job = await cell.board.run({
    files: await files(cell),
    script: script(cell, settings),
    hypervisor: { scheduler: settings.xen.scheduler, dom0Vcpus: settings.dom0.vcpus },
    deadlineMs: cell.deadlineMs,
  })
  if (job.exitCode !== 0) throw new Error(`the job failed on the board:\n${await complaint(job.folder)}`)

  const text = (name: string) => readFile(join(job.folder, name), 'utf8')
  const dom0 = parseStamps(await text('dom0.stamps'), 'dom0.stamps')
  const domU = parseStamps(await text('domu.stamps'), 'domu.stamps')
  const analysis = operations({ capture: [await readFile(join(job.folder, 'trace.bin'))], dom0, domU })
  const periodTicks = loopPeriod(domU)
  cell.progress(cell.trials, cell.trials)
  return {
    columns,
    rows: analysis.operations.map((operation) => row(operation, periodTicks, analysis.hz)),
    exclusions: analysis.sanity.exclusions,
    clockHz: analysis.hz,
    captured: captured(await text('environment'), settings, cell.board.facts),
    files: Object.fromEntries(
      ['trace.bin', 'dom0.stamps', 'domu.stamps', 'environment', 'console.log'].map((name) => [
        name,
        join(job.folder, name),
      ]),
    ),
  }
}

async function files({ board: machine, project }: Cell) {
  const [loop, trial] = await Promise.all(
    ['loop', 'trial'].map((name) => machine.compile([`${board}/${name}.c`, `${board}/xen.c`])),
  )
  if (!loop || !trial) throw new Error('no programs')
  const init = await readFile(join(project, board, 'domu-init'))
  const guest = await machine.guest(
    ['usr/bin/stress'],
    new Map([
      ['/init', init],
      ['/usr/bin/loop', loop],
    ]),
  )
  return new Map([
    [
      '/job/pause-resume',
      { content: await readFile(join(project, board, 'pause-resume')), executable: true },
    ],
    ['/usr/bin/trial', { content: trial, executable: true }],
    ['/job/kernel', { content: await machine.file('kernel') }],
    ['/job/guest', { content: guest }],
  ])
}

function script({ trials, seed }: Cell, { domu, dom0, xl, xen }: Settings): string {
  const variables = {
    TRIALS: trials,
    SEED: seed,
    VCPUS: domu.vcpus,
    MEMORY_MB: domu.memoryMb,
    DOMUS: xen.domus,
    DOMU_LOAD: domu.cpuLoad,
    DOM0_LOAD: dom0.cpuLoad,
    NICE: xl.nice,
    POLICY: xl.policy,
    LOOP: domu.loop,
    KERNEL: '/job/kernel',
    RAMDISK: '/job/guest',
  }
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`)
  return `${lines.join('\n')}\nexec ./pause-resume\n`
}

function row(operation: Operation, periodTicks: number | null, hz: number): Row {
  const common = {
    trial: operation.trial,
    operation: operation.type,
    found: operation.state ?? 'unknown',
    sleep: '',
    excluded: operation.excluded ?? '',
    command: operation.edges.xlEnds - operation.edges.xlRuns,
  }
  if (operation.phases === null) return common
  if (operation.type === 'unpause') {
    const { total, xlToXen, xenToVcpuRuns, vcpuRunsToFirstStamp } = operation.phases
    return {
      ...common,
      total,
      'xl-to-xen': xlToXen,
      'xen-to-vcpu-run': xenToVcpuRuns,
      'vcpu-run-to-domu-resume': vcpuRunsToFirstStamp,
    }
  }
  const { total, xlToLastStamp, lastStampToXen, xenToVcpuStops, xlToXen, xenToAllOff } = operation.phases
  // A blocked vCPU goes offline only when its sleep ends. If the loop's timer ends it, and not another timer of the
  // guest's kernel, these two phases are one period of the loop.
  const period = operation.state === 'blocked' ? lastStampToXen + xenToVcpuStops : null
  return {
    ...common,
    sleep: period === null || periodTicks === null ? '' : sleepEnd(period - periodTicks, hz),
    total,
    'xl-to-xen': xlToXen,
    'xl-to-domu-stop': xlToLastStamp,
    'domu-stop-to-xen': lastStampToXen,
    'xen-to-vcpu-stop': xenToVcpuStops,
    'xen-to-all-off': xenToAllOff,
    'loop-period': period,
  }
}

function sleepEnd(errorTicks: number, hz: number): string {
  return Math.abs(errorTicks) <= periodToleranceUs * 1e-6 * hz ? 'one-period' : 'other-timer'
}

/** Median distance of neighbouring stamps in ticks; null for a spinning loop, which has no period. */
function loopPeriod({ stamps }: Stamps): number | null {
  const steps = Array.from(stamps.slice(1), (stamp, index) => stamp - (stamps[index] ?? stamp))
  return steps.length === 0 ? null : Math.round(median(steps))
}

/** What the board said of itself before the trials, under the names that the study's own tables use. */
function captured(
  text: string,
  settings: Settings,
  facts: Readonly<Record<string, string>>,
): Record<string, string> {
  const sections = new Map(
    text.split(/^\[(?=[a-z])/m).map((part) => {
      const [name = '', ...lines] = part.split('\n')
      return [name.replace(']', ''), lines.filter((line) => line !== '')] as const
    }),
  )
  const lines = (name: string) => sections.get(name) ?? []
  const info = new Map(lines('xl info').map((line) => line.split(/\s*:\s*/, 2) as [string, string]))
  const guest = (name: string) =>
    lines('guest')
      .find((line) => line.startsWith(`repro-guest ${name} `))
      ?.split(' ')
      .slice(2)
      .join(' ')
  const [kernel = 'unknown', system = 'unknown'] = lines('dom0')
  const parts = lines('cpu')
    .filter((line) => line.startsWith('CPU part'))
    .map((line) => line.split(': ')[1])
  return {
    CPU: `${parts[0] === '0xd08' ? 'Arm Cortex-A72' : `Arm part ${parts[0]}`} (${info.get('nr_cpus')} cores)`,
    memory: `${info.get('total_memory')} MB`,
    storage: `none: initial RAM disks (${lines('root').join(' ')})`,
    hypervisor: `Arm Xen ${info.get('xen_version')}`,
    scheduler: `${info.get('xen_scheduler')}`,
    'hypervisor options': `${info.get('xen_commandline')}`,
    'dom0 OS': `${system} + Linux ${kernel}`,
    'dom0 vCPUs': `${lines('vcpus').filter((line) => line.startsWith('Domain-0')).length}`,
    'domU OS': `${guest('os')} + Linux ${guest('kernel')}`,
    'domU memory': `${settings.domu.memoryMb} MB`,
    'device-tree model': lines('model').join(' '),
    ...facts,
  }
}

/** What the job said last on the console, without what kernel and hypervisor say as they switch off. */
async function complaint(folder: string): Promise<string> {
  const log = await readFile(join(folder, 'console.log'), 'latin1')
  const lines = log.split(/\r?\n/).filter((line) => line !== '' && !/^(\[ *\d+\.\d+\]|\(XEN\))/.test(line))
  const own = lines.findLastIndex((line) => line.startsWith('repro: '))
  return lines.slice(own < 0 ? -8 : own).join('\n')
}

function measures(labels: Readonly<Record<string, string>>): Column[] {
  return Object.entries(labels).map(([name, label]) => ({ name, role: 'measure', unit: 'ticks', label }))
}
