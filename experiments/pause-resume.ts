/**
 * How long `xl pause` and `xl unpause` of a domU take, and where the time goes. One cell is one boot: the domU
 * with its measuring loop, the load, xentrace, and the trials, as experiments/board/pause-resume says.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Cell,
  type Column,
  type Exclusion,
  median,
  type Operation,
  operations,
  parseStamps,
  type Result,
  type Row,
  type Stamps,
} from 'repro'
import { captured } from './captured.ts'
import { runJob, settingsOf } from './domains.ts'

/** How far from the loop's period a vCPU's sleep may end and still count as ended by the loop's timer. */
const periodToleranceUs = 60

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
  const settings = settingsOf(cell)
  const job = await runJob(cell, settings, {
    name: 'pause-resume',
    driver: 'trial',
    more: { DOMUS: settings.xen.domus },
  })
  const text = (name: string) => readFile(join(job.folder, name), 'utf8')
  const dom0 = parseStamps(await text('dom0.stamps'), 'dom0.stamps')
  const domU = parseStamps(await text('domu.stamps'), 'domu.stamps')
  const analysis = operations({ capture: [await readFile(join(job.folder, 'trace.bin'))], dom0, domU })
  const periodTicks = loopPeriod(domU)
  const rows = analysis.operations.map((operation) => row(operation, periodTicks, analysis.hz))
  cell.progress(cell.trials, cell.trials)
  return {
    columns,
    rows,
    exclusions: exclusionsOf(rows),
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

/**
 * A pause that reaches Xen before the loop stamps again has its last stamp before its own start: the study's first phase is
 * then negative, and right. It takes a resident program to be that fast, or a loaded domU, where stamps are far apart.
 */
const stampBeforeStart = 'negative phase: xl run -> last domU stamp'

function exclusionsOf(rows: readonly Row[]): readonly Exclusion[] {
  const counts = new Map<string, number>()
  for (const { excluded } of rows) {
    if (typeof excluded === 'string' && excluded !== '') counts.set(excluded, (counts.get(excluded) ?? 0) + 1)
  }
  return [...counts].sort().map(([reason, count]) => ({ reason, count }))
}

function row(operation: Operation, periodTicks: number | null, hz: number): Row {
  const common = {
    trial: operation.trial,
    operation: operation.type,
    found: operation.state ?? 'unknown',
    sleep: '',
    excluded:
      operation.excluded === null || operation.excluded === stampBeforeStart ? '' : operation.excluded,
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

function measures(labels: Readonly<Record<string, string>>): Column[] {
  return Object.entries(labels).map(([name, label]) => ({ name, role: 'measure', unit: 'ticks', label }))
}
