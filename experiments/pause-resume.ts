/**
 * How long `xl pause` and `xl unpause` of a domU take, and where the time goes. One cell is one boot: the domU
 * with its measuring loop, the load, xentrace, and the trials, as experiments/board/pause-resume says.
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
import { captured } from './captured.ts'
import { rawFiles, runJob, settingsOf } from './domains.ts'
import { columnsOf, exclusionsOf, reasonOf } from './rows.ts'

/** How far from the loop's period a vCPU's sleep may end and still count as ended by the loop's timer. */
const periodToleranceUs = 60

/** A pause has the first group, an unpause the second, both the third; in ticks of the Generic Timer. */
const measures: Readonly<Record<string, string>> = {
  total: 'whole operation',
  command: 'xl from start to exit',
  'xl-to-xen': 'xl run → Xen starts',
  'xl-to-domu-stop': 'xl run → last domU stamp',
  'domu-stop-to-xen': 'last domU stamp → Xen starts',
  'xen-to-vcpu-stop': 'Xen starts → vCPU stops',
  'xen-to-all-off': 'Xen starts → every vCPU off',
  'xen-to-vcpu-run': 'Xen starts → vCPU runs',
  'vcpu-run-to-domu-resume': 'vCPU runs → first domU stamp',
}

const columns: readonly Column[] = [
  { name: 'trial', role: 'index' },
  { name: 'operation', role: 'factor' },
  { name: 'found', role: 'factor', label: 'state of the measuring vCPU when Xen starts' },
  { name: 'sleep', role: 'factor', label: 'what ended the sleep of a vCPU that was found blocked' },
  { name: 'excluded', role: 'factor' },
  ...columnsOf(measures),
  ...columnsOf({ 'loop-period': 'last domU stamp → vCPU stops, vCPU found blocked' }),
]

/** What figures of single operations draw: the typical and the worst pause and unpause of a run. */
const pictureColumns: readonly Column[] = [
  { name: 'operation', role: 'factor' },
  { name: 'choice', role: 'factor', label: 'typical (of median length) or worst (the longest)' },
  { name: 'lane', role: 'factor' },
  { name: 'what', role: 'factor' },
  { name: 'pcpu', role: 'index' },
  { name: 'at', role: 'measure', unit: 'ticks', label: 'time after xl runs' },
]

export default async function pauseResume(cell: Cell): Promise<Result> {
  const settings = settingsOf(cell)
  const job = await runJob(cell, settings, {
    name: 'pause-resume',
    driver: 'trial',
    more: { DOMUS: settings.xen.domus ?? 1 },
  })
  const text = (name: string) => readFile(join(job.folder, name), 'utf8')
  const dom0 = parseStamps(await text('dom0.stamps'), 'dom0.stamps')
  const domU = parseStamps(await text('domu.stamps'), 'domu.stamps')
  const capture = [await readFile(join(job.folder, 'trace.bin'))]
  const found = operations({ capture, dom0, domU, drawable: (one) => reasonOf(one) === '' })
  const loop = { periodTicks: loopPeriod(domU), hz: found.hz }
  const rows = found.operations.map((operation) => row(operation, loop))
  cell.progress(cell.trials, cell.trials)
  return {
    columns,
    rows,
    datasets: { pictures: { columns: pictureColumns, rows: found.pictures } },
    exclusions: exclusionsOf(rows),
    clockHz: found.hz,
    captured: captured(await text('environment'), settings, cell.board.facts),
    files: rawFiles(job.folder, ['dom0.stamps', 'domu.stamps']),
  }
}

function row(
  operation: Operation,
  { periodTicks, hz }: { readonly periodTicks: number | null; readonly hz: number },
): Row {
  const { trial, type, state } = operation
  const common = {
    trial,
    operation: type,
    found: state ?? 'unknown',
    sleep: '',
    excluded: reasonOf(operation),
    ...measured(operation),
  }
  // A blocked vCPU goes offline only when its sleep ends. If the loop's timer ends it, and not another timer of the
  // guest's kernel, these two phases are one period of the loop.
  if (type === 'unpause' || state !== 'blocked' || operation.phases === null) return common
  const period = operation.phases.lastStampToXen + operation.phases.xenToVcpuStops
  const sleep = periodTicks === null ? '' : sleepEnd(period - periodTicks, hz)
  return { ...common, sleep, 'loop-period': period }
}

/** The measures of an operation, as far as it has them, in ticks. */
function measured({ type, edges, phases }: Operation): Readonly<Record<string, number>> {
  const command = edges.xlEnds - edges.xlRuns
  if (phases === null) return { command }
  const common = { command, 'xl-to-xen': phases.xlToXen, total: phases.total }
  if (type === 'unpause') {
    return {
      ...common,
      'xen-to-vcpu-run': phases.xenToVcpuRuns,
      'vcpu-run-to-domu-resume': phases.vcpuRunsToFirstStamp,
    }
  }
  return {
    ...common,
    'xl-to-domu-stop': phases.xlToLastStamp,
    'domu-stop-to-xen': phases.lastStampToXen,
    'xen-to-vcpu-stop': phases.xenToVcpuStops,
    ...(phases.xenToAllOff === null ? {} : { 'xen-to-all-off': phases.xenToAllOff }),
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
