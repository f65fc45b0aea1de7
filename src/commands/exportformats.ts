/** The formats of `repro trace export`. To add one, add a line to the Map. */

import { closeSync, openSync } from 'node:fs'
import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { TraceError } from '../trace/error.ts'
import { isRunstateChange } from '../trace/events.ts'
import { analyse, domainsUnderTest, type Operation } from '../trace/operations.ts'
import { PerfettoTrace, type TestedDomain } from '../trace/perfetto.ts'
import { csvLine, type RecordRow, recordRow, rowNames } from '../trace/row.ts'
import { scanStream } from '../trace/scan.ts'
import { disjoint, type Span } from '../trace/stays.ts'
import { readTimelineStream } from '../trace/timeline.ts'
import { Output } from './output.ts'
import { besideCapture, stampFiles, type TimeWindow } from './tracefile.ts'
import { UsageError } from './usage.ts'

export interface Export {
  /** The capture's bytes; again from the start with each call. */
  readonly capture: () => AsyncIterable<Uint8Array>
  /** Its name, `-` for standard input, which can be read but once. */
  readonly file: string
  readonly hz: number
  /** Ticks after the first record; null if the user leaves it to the format. */
  readonly window: TimeWindow | null
  /** Stamp files that the user named. */
  readonly stamps: readonly string[]
  readonly output: string
}

interface Format {
  readonly extension: string
  /** What to do with the file. */
  readonly use: string
  /** Writes the file; returns why the capture is not whole, if it is not. */
  readonly write: (request: Export) => Promise<TraceError | null>
}

export const formats: ReadonlyMap<string, Format> = new Map([
  [
    'perfetto',
    { extension: 'perfetto-trace', use: 'open it in https://ui.perfetto.dev', write: writePerfetto },
  ],
  ['csv', { extension: 'csv', use: 'one line a record', write: writeCsv }],
  ['parquet', { extension: 'parquet', use: 'one row a record', write: writeParquet }],
])

const FLUSH_BYTES = 1 << 20
const ROW_GROUP = 100_000
/** A trace of more runstate changes than this makes the viewer slow, and is cut to what is around operations. */
const MOST_CHANGES = 200_000
const AROUND_SECONDS = 0.002

const everywhere: TimeWindow = { from: 0, to: Number.POSITIVE_INFINITY }

async function writeCsv(request: Export): Promise<TraceError | null> {
  return await withFile(request.output, async (output) => {
    output.line(rowNames.join(','))
    const damage = await eachRow(request, (row) => output.line(csvLine(row)))
    output.flush()
    return damage
  })
}

async function writeParquet(request: Export): Promise<TraceError | null> {
  const group: RecordRow[] = []
  const columnData = () =>
    rowNames.map((name) => {
      const { type, nullable, of } = parquetColumns[name]
      return { name, type, nullable, data: group.map(of) }
    })
  const writer = new ParquetWriter({
    writer: fileWriter(request.output),
    schema: schemaFromColumnData({ columnData: columnData() }),
    kvMetadata: [{ key: 'ticks per second', value: String(request.hz) }],
  })
  const writeGroup = () => {
    writer.write({ columnData: columnData(), rowGroupSize: ROW_GROUP })
    group.length = 0
  }
  const damage = await eachRow(request, (row) => {
    if (group.push(row) === ROW_GROUP) writeGroup()
  })
  if (group.length > 0) writeGroup()
  writer.finish()
  return damage
}

interface ParquetColumn {
  readonly type: 'INT64' | 'INT32' | 'DOUBLE' | 'STRING'
  readonly nullable: boolean
  readonly of: (row: RecordRow) => bigint | number | string | null
}

const parquetColumns: Readonly<Record<(typeof rowNames)[number], ParquetColumn>> = {
  ticks: { type: 'INT64', nullable: false, of: ({ ticks }) => BigInt(ticks) },
  microseconds: { type: 'DOUBLE', nullable: false, of: (row) => Number(row.microseconds) },
  pcpu: { type: 'INT32', nullable: false, of: ({ pcpu }) => pcpu },
  event: { type: 'INT32', nullable: false, of: ({ event }) => event },
  name: { type: 'STRING', nullable: false, of: ({ name }) => name },
  domain: { type: 'INT32', nullable: true, of: ({ domain }) => domain },
  vcpu: { type: 'INT32', nullable: true, of: ({ vcpu }) => vcpu },
  fields: { type: 'STRING', nullable: false, of: ({ fields }) => fields },
}

async function eachRow(
  { capture, hz, window }: Export,
  take: (row: RecordRow) => void,
): Promise<TraceError | null> {
  const { from, to } = window ?? everywhere
  const { damage } = await scanStream(capture(), (merge, first) => {
    while (merge.next()) {
      if (merge.time >= first + from && merge.time <= first + to) take(recordRow(merge, first, hz))
    }
  })
  return damage
}

async function writePerfetto(request: Export): Promise<TraceError | null> {
  const experiment = await findExperiment(request)
  const trace = new PerfettoTrace(request.hz, (first) => spansOf(request, first, experiment))
  return await withFile(request.output, async (output) => {
    const found = await scanStream(
      request.capture(),
      (merge, first, gaps) => {
        while (merge.next()) trace.take(merge, first, gaps)
        if (trace.pending > FLUSH_BYTES) output.bytes(trace.bytes())
      },
      isRunstateChange,
    )
    trace.finish(found, found.gaps)
    for (const [i, operation] of (experiment?.operations ?? []).entries()) {
      if (experiment !== null) trace.operation(operation, i + 1, experiment.domain)
    }
    output.bytes(trace.bytes())
    return found.damage
  })
}

interface Experiment {
  readonly operations: readonly Operation[]
  readonly domain: TestedDomain
  /** Runstate changes in the capture. */
  readonly changes: number
}

/** The operations that the stamps know, if there are stamps. */
async function findExperiment({ capture, file, stamps }: Export): Promise<Experiment | null> {
  if (stamps.length === 0 && besideCapture(file).length < 2) return null
  if (file === '-') throw new UsageError('--stamps need a capture that can be read twice, not standard input')
  const { dom0, domU } = await stampFiles(stamps, file)
  const timeline = await readTimelineStream(capture(), domainsUnderTest(dom0))
  const { operations } = analyse(timeline, dom0, domU)
  const domain = dom0.domain as TestedDomain
  const changes = timeline.counts
    .filter(({ event }) => event.startsWith('runstate '))
    .reduce((sum, { count }) => sum + count, 0)
  return { operations, domain, changes }
}

/** The window that the user named; else all, or of a large capture what is around its operations. */
function spansOf({ window, hz }: Export, first: number, experiment: Experiment | null): readonly Span[] {
  if (window !== null || experiment === null || experiment.changes <= MOST_CHANGES) {
    const { from, to } = window ?? everywhere
    return [{ from: first + from, to: first + to }]
  }
  const around = Math.round(AROUND_SECONDS * hz)
  return disjoint(
    experiment.operations.map(({ edges }) => {
      const done = 'vcpuStops' in edges ? edges.stopsLast : edges.firstStamp
      return { from: edges.xlRuns - around, to: Math.max(edges.xlEnds, done ?? 0) + around }
    }),
  )
}

async function withFile<Result>(path: string, work: (output: Output) => Promise<Result>): Promise<Result> {
  const descriptor = openSync(path, 'w')
  try {
    return await work(new Output(descriptor))
  } finally {
    closeSync(descriptor)
  }
}
