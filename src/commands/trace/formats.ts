/**
 * The formats of `repro trace export`. To add one: its name, a row of the table, and a row in ../trace.ts.
 */

import type { Kind } from '../../xentrace/eventcounter.ts'
import { isRunstateChange } from '../../xentrace/events.ts'
import { analyse, domainsUnderTest } from '../../xentrace/operations.ts'
import { ParquetWriter } from '../../xentrace/parquetwriter.ts'
import { PerfettoTrace, type Tested, type TestedDomain } from '../../xentrace/perfetto.ts'
import type { Gap, TraceError } from '../../xentrace/record.ts'
import { scanStream } from '../../xentrace/scan.ts'
import { type Selection, selectionTracker } from '../../xentrace/selection.ts'
import { disjoint, type Span } from '../../xentrace/spans.ts'
import { CsvWriter } from '../../xentrace/textwriters.ts'
import { readTimelineStream } from '../../xentrace/timeline.ts'
import { UsageError } from '../parse.ts'
import type { Output } from '../terminal/output.ts'
import { complain } from '../terminal/terminal.ts'
import { besideCapture, lateLoss, stampFiles, type TimeWindow } from './capture.ts'

export interface Export {
  /** Opens the capture at its start; may be called twice if `again` is true. */
  readonly capture: () => AsyncIterable<Uint8Array>
  readonly again: boolean
  /** Its name, `-` for standard input. */
  readonly file: string
  readonly hz: number
  /** Ticks after the first record; null lets the format choose. */
  readonly window: TimeWindow | null
  readonly stamps: readonly string[]
  readonly output: Output
}

interface Format {
  readonly extension: string
  readonly use: string
  /** Writes the whole file; returns why the capture is incomplete, null if it is not. */
  readonly write: (request: Export) => Promise<TraceError | null>
}

export type FormatName = 'perfetto' | 'csv' | 'parquet'

export const formats: Readonly<Record<FormatName, Format>> = {
  perfetto: { extension: 'perfetto-trace', use: 'open it in https://ui.perfetto.dev', write: writePerfetto },
  csv: { extension: 'csv', use: 'one line a record', write: writeRecords(CsvWriter) },
  parquet: { extension: 'parquet', use: 'one row a record', write: writeRecords(ParquetWriter) },
}

/** Traces with more runstate changes slow the viewer down and are cut to the time around operations. */
const MOST_CHANGES = 200_000
const AROUND_SECONDS = 0.002
/**
 * A browser allows a page some 2 GB, and the viewer needs two to four times the size of a trace
 * (https://perfetto.dev/docs/visualization/large-traces).
 */
const VIEWER_BYTES = 500e6
/** Average bytes per runstate change: a slice's end and another's beginning, half of them twice. */
const BYTES_PER_CHANGE = 50

const everything: Selection = { from: 0, to: Number.POSITIVE_INFINITY, domains: null, events: null }

function writeRecords(Writer: typeof CsvWriter | typeof ParquetWriter): Format['write'] {
  return async ({ capture, window, output, hz }) => {
    const writer = new Writer(hz, (bytes) => output.bytes(bytes))
    const tracker = selectionTracker({ ...everything, ...window }, writer, output)
    const { damage } = await scanStream(capture(), [tracker])
    writer.finish()
    return damage
  }
}

async function writePerfetto(request: Export): Promise<TraceError | null> {
  const { output, window, hz } = request
  const { experiment, changes, gaps } = await lookAhead(request)
  const isCut = window === null && experiment !== null && changes !== null && changes > MOST_CHANGES
  let warned = false
  const warn = (bytes: number) => {
    const warning = warned ? null : viewerWarning(bytes)
    if (warning === null) return
    warned = true
    complain(warning)
  }
  if (!isCut && window === null) warn((changes ?? 0) * BYTES_PER_CHANGE)
  const trace = new PerfettoTrace(
    hz,
    (first) => (isCut ? aroundOperations(experiment, hz) : windowFrom(first, window ?? everything)),
    (bytes) => {
      output.bytes(bytes)
      warn(output.written)
    },
  )
  const tracker = selectionTracker({ ...everything, events: isRunstateChange }, trace, output)
  const found = await scanStream(request.capture(), [tracker], gaps ?? undefined)
  if (found.late) complain(`warning: ${lateLoss}`)
  trace.finish(found, experiment)
  return found.damage
}

/** Returns a warning for a trace of this size; null if the viewer can open it. */
export function viewerWarning(bytes: number): string | null {
  if (bytes < VIEWER_BYTES) return null
  return (
    `warning: this trace has ${Math.round(bytes / 1e6)} MB or more, ` +
    `and the viewer in a browser opens up to some ${VIEWER_BYTES / 1e6} MB. ` +
    'Take a part of it (--from 1s --to 2s), or open it with `trace_processor --httpd FILE`, ' +
    'which does the work outside of the browser'
  )
}

/** Facts from a first pass over the capture; null if it can be read only once. */
interface Ahead {
  /** The operations in the stamps, if there are stamps. */
  readonly experiment: Tested | null
  readonly changes: number | null
  readonly gaps: readonly Gap[] | null
}

async function lookAhead({ capture, again, file, stamps }: Export): Promise<Ahead> {
  const hasStamps = stamps.length > 0 || besideCapture(file).length === 2
  if (!again) {
    if (stamps.length > 0)
      throw new UsageError('--stamps need a capture that can be read twice, not standard input or a pipe')
    return { experiment: null, changes: null, gaps: null }
  }
  if (!hasStamps) {
    const { kinds, gaps } = await scanStream(capture(), [])
    return { experiment: null, changes: runstateChanges(kinds), gaps }
  }
  const { dom0, domU } = await stampFiles(stamps, file)
  const timeline = await readTimelineStream(capture(), domainsUnderTest(dom0))
  const { operations } = analyse(timeline, dom0, domU)
  return {
    experiment: { operations, domain: dom0.domain as TestedDomain },
    changes: runstateChanges(timeline.scan.kinds),
    gaps: timeline.scan.gaps,
  }
}

function runstateChanges(kinds: readonly Kind[]): number {
  return kinds.reduce((sum, { event, count }) => (isRunstateChange(event) ? sum + count : sum), 0)
}

function windowFrom(first: number, { from, to }: TimeWindow): readonly Span[] {
  return [{ from: first + from, to: first + to }]
}

function aroundOperations({ operations }: Tested, hz: number): readonly Span[] {
  const around = Math.round(AROUND_SECONDS * hz)
  return disjoint(
    operations.map(({ edges }) => {
      const done = 'vcpuStops' in edges ? edges.stopsLast : edges.firstStamp
      return { from: edges.xlRuns - around, to: Math.max(edges.xlEnds, done ?? 0) + around }
    }),
  )
}
