/** `repro trace phases`: how long the pauses and unpauses of an experiment took, and their phases. */

import { mean } from '../stats/moments.ts'
import { median } from '../stats/order.ts'
import { microseconds } from '../trace/microseconds.ts'
import { type Analysis, analyse, domainsUnderTest, type Operation } from '../trace/operations.ts'
import { readTimelineStream } from '../trace/timeline.ts'
import { columns } from './columns.ts'
import { captureFile, readChunks, stampFiles, verdict } from './tracefile.ts'
import { readArguments } from './usage.ts'

const options = { stamps: { type: 'string', multiple: true }, json: { type: 'boolean' } } as const

/** Phases in their order, with the names that tables have for them. */
const phases: Readonly<Record<Operation['type'], readonly (readonly [key: string, name: string])[]>> = {
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

export async function tracePhases(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, options, 1)
  const file = await captureFile(positionals, 'phases')
  const { dom0, domU } = await stampFiles(values.stamps ?? [], file)
  const timeline = await readTimelineStream(readChunks(file), domainsUnderTest(dom0))
  const analysis = analyse(timeline, dom0, domU)
  console.log(values.json === true ? JSON.stringify(analysis, null, 2) : text(analysis))
  return verdict(timeline.damage)
}

function text({ hz, operations, sanity }: Analysis): string {
  const { alignments, exclusions } = sanity
  const us = (ticks: number) => microseconds(ticks, hz)
  const tables = (['pause', 'unpause'] as const).flatMap((type) =>
    table(
      operations.filter((one) => one.type === type),
      type,
      us,
    ),
  )
  return [
    `us; clocks of dom0 and the domU aligned within ${us(alignments.dom0.halfWidth)} and ${us(alignments.domU.halfWidth)}`,
    ...tables,
    ...exclusions.map(({ reason, count }) => `${count} left out of the means: ${reason}`),
  ].join('\n\n')
}

function table(
  operations: readonly Operation[],
  type: Operation['type'],
  us: (ticks: number) => string,
): readonly string[] {
  if (operations.length === 0) return []
  const names = phases[type]
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
  return [
    columns(
      [
        [type, 'found', ...names.map(([, name]) => name), ''],
        ...operations.map((one) => [
          String(one.trial),
          one.state ?? '?',
          ...cells(valuesOf(one)),
          one.excluded ?? '',
        ]),
        summary('mean', mean),
        summary('median', median),
      ],
      2,
    ),
  ]
}
