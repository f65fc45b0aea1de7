/**
 * How long a redundant pair of domUs is out of service when dom0 switches over: it pauses the active one, whatever that does or
 * does not do any more, and unpauses the standby. One cell is one boot; the two change roles with every trial.
 *
 * The service is the measuring loop of each domU: a client that asks it all the time sees its last stamp in the one and
 * its first stamp in the other. How long dom0 takes to notice a fault is no part of it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Cell,
  type Column,
  type Operation,
  operations,
  type Pause,
  parseStamps,
  type Result,
  type Row,
  readTimeline,
  type Unpause,
} from 'repro'
import { captured } from './captured.ts'
import { rawFiles, runJob, settingsOf } from './domains.ts'
import { columnsOf, exclusionsOf, reasonOf } from './rows.ts'

const pair = ['active', 'standby'] as const

/** In ticks of the Generic Timer. The phases add up to the switch. */
const measures: Readonly<Record<string, string>> = {
  switch: 'dom0 decides → first stamp of the standby',
  gap: 'last stamp of the active → first stamp of the standby',
  'decision-to-pause': 'dom0 decides → Xen pauses the active',
  'pause-to-unpause': 'Xen pauses the active → Xen unpauses the standby',
  'unpause-to-run': 'Xen unpauses the standby → its vCPU runs',
  'run-to-service': 'vCPU of the standby runs → its first stamp',
}

const columns: readonly Column[] = [
  { name: 'trial', role: 'index' },
  { name: 'operation', role: 'factor' },
  { name: 'to', role: 'factor', label: 'domU that takes over' },
  { name: 'found', role: 'factor', label: 'state of the measuring vCPU when Xen pauses it' },
  { name: 'excluded', role: 'factor' },
  ...columnsOf(measures),
]

export default async function switchover(cell: Cell): Promise<Result> {
  const settings = settingsOf(cell)
  const { folder } = await runJob(cell, settings, { name: 'switchover', driver: 'switchover', more: {} })
  const capture = readTimeline([await readFile(join(folder, 'trace.bin'))])
  const environment = await readFile(join(folder, 'environment'), 'utf8')
  const read = async (name: string) => parseStamps(await readFile(join(folder, name), 'utf8'), name)
  const found: Operation[] = []
  let clockHz = 0
  // Each domain is measured as in a pause or an unpause; all times are on the capture's clock.
  for (const name of pair) {
    const [dom0, domU] = await Promise.all([read(`${name}.dom0.stamps`), read(`${name}.domu.stamps`)])
    const analysis = operations({ capture, dom0, domU })
    found.push(...analysis.operations)
    clockHz = analysis.hz
  }
  const rows = Array.from({ length: cell.trials }, (_, index) => row(index + 1, found))
  cell.progress(cell.trials, cell.trials)
  const stamps = pair.flatMap((name) => [`${name}.dom0.stamps`, `${name}.domu.stamps`])
  return {
    columns,
    rows,
    exclusions: exclusionsOf(rows),
    clockHz,
    captured: captured(environment, settings, cell.board.facts),
    files: rawFiles(folder, stamps),
  }
}

function row(trial: number, found: readonly Operation[]): Row {
  const those = found.filter((one) => one.trial === trial)
  const pause = those.find((one) => one.type === 'pause')
  const unpause = those.find((one) => one.type === 'unpause')
  if (!pause || !unpause) throw new Error(`trial ${trial} has no pause or no unpause`)
  return {
    trial,
    operation: 'switch',
    to: pair[trial % 2] ?? '',
    found: pause.state ?? 'unknown',
    excluded: reasonOf(pause) || reasonOf(unpause),
    ...measured(pause, unpause),
  }
}

function measured({ edges: pause }: Pause, { edges: unpause }: Unpause): Readonly<Record<string, number>> {
  const { xlRuns: decision, lastStamp, xenStarts: pauses } = pause
  const { xenStarts: unpauses, vcpuRuns: runs, firstStamp: serves } = unpause
  if (lastStamp === null || pauses === null || unpauses === null || runs === null || serves === null)
    return {}
  return {
    switch: serves - decision,
    gap: serves - lastStamp,
    'decision-to-pause': pauses - decision,
    'pause-to-unpause': unpauses - pauses,
    'unpause-to-run': runs - unpauses,
    'run-to-service': serves - runs,
  }
}
