/** `repro trace phases`: durations of an experiment's pauses and unpauses, and their phases. */

import { mean } from '../../stats/moments.ts'
import { median } from '../../stats/order.ts'
import { microseconds } from '../../xentrace/digits.ts'
import { type Analysis, analyse, domainsUnderTest, type Operation } from '../../xentrace/operations.ts'
import { readTimelineStream } from '../../xentrace/timeline.ts'
import { UsageError } from '../parse.ts'
import { columns } from '../terminal/table.ts'
import { print } from '../terminal/terminal.ts'
import { captureFile, readChunks, stampFiles, verdict } from './capture.ts'

const phaseNames: Readonly<Record<Operation['type'], readonly (readonly [key: string, name: string])[]>> = {
  pause: [
    ['total', 'total'],
    ['xlToLastStamp', 'xl run -> last stamp'],
    ['lastStampToXen', 'last stamp -> Xen starts'],
    ['xenToVcpuStops', 'Xen starts -> vCPU stops'],
    ['xlToXen', 'xl run -> Xen starts'],
  ],
  unpause: [
    ['total', 'total'],
    ['xlToXen', 'xl run -> Xen starts'],
    ['xenToVcpuRuns', 'Xen starts -> vCPU runs'],
    ['vcpuRunsToFirstStamp', 'vCPU runs -> first stamp'],
  ],
}

interface Request {
  readonly stamps: readonly string[]
  readonly trial: number | undefined
  readonly json: boolean
}

export async function phases(
  word: string,
  { stamps, trial, json }: Request,
  signal: AbortSignal,
): Promise<number> {
  const file = await captureFile(word)
  const { dom0, domU } = await stampFiles(stamps, file)
  const timeline = await readTimelineStream(readChunks(file, signal), domainsUnderTest(dom0))
  const analysis = analyse(timeline, dom0, domU)
  const shown = trial === undefined ? analysis : { ...analysis, operations: ofTrial(analysis, trial) }
  if (json) print(JSON.stringify(shown, null, 2))
  else if (trial === undefined) print(text(analysis))
  else print(shown.operations.map((one) => edgesText(one, shown, timeline.scan.first, word)).join('\n\n'))
  return verdict(timeline.scan.damage)
}

function ofTrial({ operations }: Analysis, trial: number): readonly Operation[] {
  const found = operations.filter((one) => one.trial === trial)
  if (found.length > 0) return found
  const trials = operations.map((one) => one.trial).sort((a, b) => a - b)
  throw new UsageError(
    trials.length === 0
      ? `no trial ${trial}: dom0's stamps have no operation`
      : `no trial ${trial}: there are ${trials[0]} to ${trials.at(-1)}`,
  )
}

/** Names of edges; those that phases are differences of come first. */
const edgeNames: Readonly<Record<string, string>> = {
  xlRuns: 'xl runs',
  lastStamp: 'last stamp of the domU',
  xenStarts: 'Xen starts (its record)',
  vcpuStops: 'vCPU stops',
  vcpuRuns: 'vCPU runs',
  firstStamp: 'first stamp of the domU',
  xlEnds: 'xl ends',
}

/** Describes an operation's edges, and the command that shows the records around them. */
function edgesText(operation: Operation, { hz }: Analysis, first: number, capture: string): string {
  const { type, trial, state, edges, excluded } = operation
  const known = Object.entries(edges as unknown as Readonly<Record<string, number | null>>)
    .filter((edge): edge is [string, number] => edge[1] !== null && edge[0] in edgeNames)
    .sort(([, a], [, b]) => a - b)
  const times = known.map(([, ticks]) => ticks)
  const rows = known.map(([name, ticks]) => [
    edgeNames[name] ?? name,
    microseconds(ticks - first, hz),
    microseconds(ticks - edges.xlRuns, hz),
  ])
  // One microsecond of margin at each end, against rounding.
  const from = microseconds(Math.max(0, Math.min(...times) - first - hz / 1e6), hz)
  const to = microseconds(Math.max(...times) - first + hz / 1e6, hz)
  return [
    `${type} of trial ${trial}, the vCPU found ` +
      `${state ?? 'in an unknown state'}${excluded === null ? '' : `; left out: ${excluded}`}`,
    columns([['edge', 'us after the first record', 'us after xl runs'], ...rows]),
    `the records of that time: repro trace dump ${capture} --from ${from}us --to ${to}us`,
  ].join('\n')
}

function text({ hz, operations, sanity }: Analysis): string {
  const { alignments, exclusions } = sanity
  const us = (ticks: number) => microseconds(ticks, hz)
  const tables = [...Map.groupBy(operations, ({ type }) => type)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, some]) => table(some, type, us))
  return [
    `us; clocks of dom0 and the domU aligned within ${us(alignments.dom0.halfWidth)} and ` +
      `${us(alignments.domU.halfWidth)}`,
    ...tables,
    ...exclusions.map(({ reason, count }) => `${count} left out of the means: ${reason}`),
  ].join('\n\n')
}

function table(
  operations: readonly Operation[],
  type: Operation['type'],
  us: (ticks: number) => string,
): string {
  const names = phaseNames[type]
  const cells = (values: readonly (number | null)[]) =>
    values.map((value) => (value === null ? '' : us(value)))
  const valuesOf = ({ phases: own }: Operation) =>
    names.map(([key]) => (own as Readonly<Record<string, number | null>> | null)?.[key] ?? null)
  const good = operations.filter(({ excluded }) => excluded === null).map(valuesOf)
  const summary = (name: string, of: (values: readonly number[]) => number) => [
    name,
    '',
    ...cells(
      names.map((_, i) => (good.length === 0 ? null : Math.round(of(good.map((row) => row[i] as number))))),
    ),
    '',
  ]
  const head = [type, 'found', ...names.map(([, name]) => name), '']
  const rows = operations.map((one) => [
    String(one.trial),
    one.state ?? '?',
    ...cells(valuesOf(one)),
    one.excluded ?? '',
  ])
  return columns([head, ...rows, summary('mean', mean), summary('median', median)], 2)
}
