import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { LOST } from '../../src/xentrace/events.ts'
import type { Operation } from '../../src/xentrace/operations.ts'
import { PerfettoTrace } from '../../src/xentrace/perfetto.ts'
import { scan } from '../../src/xentrace/scan.ts'
import type { Span } from '../../src/xentrace/spans.ts'
import { capture, plainMerge } from './capture.ts'

interface Packet {
  readonly timestamp?: number
  readonly trusted_packet_sequence_id: number
  readonly track_descriptor?: { readonly uuid: number; readonly name: string; readonly parent_uuid?: number }
  readonly track_event?: {
    readonly type: string
    readonly track_uuid: number
    readonly name?: string
    readonly flow_ids?: readonly number[]
    readonly terminating_flow_ids?: readonly number[]
    readonly debug_annotations?: readonly { readonly name: string; readonly int_value?: number }[]
  }
}

// A reader that shares nothing with the writer: another library, and the field numbers that Perfetto publishes.
const definitions = readFileSync(new URL('../fixtures/trace/perfetto.proto', import.meta.url), 'utf8')
const Trace = protobuf.parse(definitions, { keepCase: true }).root.lookupType('Trace')

function packetsOf(bytes: Uint8Array): readonly Packet[] {
  const message = Trace.toObject(Trace.decode(bytes), { longs: Number, enums: String })
  return (message as { packet: Packet[] }).packet
}

function traceOf(
  name: string,
  operations: readonly Operation[] = [],
  spansFrom: (first: number) => readonly Span[] = () => [{ from: 0, to: Number.POSITIVE_INFINITY }],
): readonly Packet[] {
  const pieces: Uint8Array[] = []
  const trace = new PerfettoTrace(54_000_000, spansFrom, (bytes) => pieces.push(bytes.slice()))
  trace.finish(scan([capture(name)], [trace]), { operations, domain: { id: 1, vcpu: 0 } })
  return packetsOf(Buffer.concat(pieces))
}

const track = (packets: readonly Packet[], name: string) =>
  packets.find(({ track_descriptor: one }) => one?.name === name)?.track_descriptor?.uuid
const eventsOn = (packets: readonly Packet[], uuid: number | undefined) =>
  packets.filter(({ track_event: event }) => event !== undefined && event.track_uuid === uuid)

describe('a trace for Perfetto', () => {
  it('has a track for each pCPU and each vCPU but the idle ones', () => {
    const packets = traceOf('xen-4.14-null')
    const names = packets.flatMap(({ track_descriptor: one }) => (one === undefined ? [] : [one.name]))
    expect(names.toSorted()).toEqual([
      'd0v0',
      'd0v1',
      'd1v0',
      'dom0',
      'domain 1',
      'pCPU 0',
      'pCPU 1',
      'pCPU 2',
      'pCPUs',
    ])
    expect(new Set(packets.map((one) => one.trusted_packet_sequence_id))).toEqual(new Set([1]))
  })

  it('shows every interval of a vCPU as a slice, in nanoseconds from the first record', () => {
    const packets = traceOf('xen-4.14-null')
    const records = plainMerge(capture('xen-4.14-null'))
    const first = records[0]?.time ?? 0
    const changes = records.filter(
      ({ event, words }) => event >= 0x21001 && event <= 0x21331 && event !== 0x21002 && words[0] === 0x10000,
    )
    const begins = eventsOn(packets, track(packets, 'd1v0')).filter(
      (one) => one.track_event?.type === 'TYPE_SLICE_BEGIN',
    )
    expect(begins.slice(1).map(({ timestamp }) => timestamp)).toEqual(
      changes.map(({ time }) => Math.round(((time - first) * 1000) / 54)),
    )
    expect(begins.slice(1).map((one) => one.track_event?.name)).toEqual(
      changes.map(({ event }) => ['running', 'runnable', 'blocked', 'offline'][Math.floor(event / 16) % 4]),
    )
  })

  it('ends every slice that it begins, before the next one of its track', () => {
    const packets = traceOf('busy')
    for (const { track_descriptor: one } of packets) {
      if (one === undefined) continue
      const types = eventsOn(packets, one.uuid).map(({ track_event: event }) => event?.type)
      expect(types).toEqual(types.map((_, i) => (i % 2 === 0 ? 'TYPE_SLICE_BEGIN' : 'TYPE_SLICE_END')))
    }
  })

  it('is cut to the windows that are wanted', () => {
    const window = (first: number) => [{ from: first + 54_000_000, to: first + 54_054_000 }]
    const times = traceOf('xen-4.14-null', [], window).flatMap(({ timestamp }) =>
      timestamp === undefined ? [] : [timestamp],
    )
    expect(times.length).toBeGreaterThan(0)
    expect([Math.min(...times), Math.max(...times)]).toEqual([1_000_000_000, 1_001_000_000])
  })

  it('shows lost records on their pCPU', () => {
    const packets = traceOf('lost')
    const lost = plainMerge(capture('lost')).filter(({ event }) => event === LOST)
    const slices = eventsOn(packets, track(packets, 'pCPU 1')).filter(
      (one) => one.track_event?.name === 'lost records',
    )
    expect(slices).toHaveLength(lost.length)
    expect(slices[0]?.track_event?.debug_annotations).toEqual([{ name: 'count', int_value: 37 }])
  })

  it('leads from xl to the edge of the vCPU by a flow', () => {
    const first = plainMerge(capture('xen-4.14-null'))[0]?.time ?? 0
    const at = (us: number) => first + us * 54
    const operation: Operation = {
      type: 'unpause',
      trial: 3,
      state: 'offline',
      excluded: null,
      phases: null,
      edges: {
        xlRuns: at(100),
        xlEnds: at(900),
        xenStarts: at(500),
        vcpuRuns: at(520),
        firstStamp: at(530),
        xenFirst: null,
        xenLast: null,
        runsFirst: null,
        runsLast: null,
      },
    }
    const packets = traceOf('xen-4.14-null', [operation])
    const flow = packets.filter(
      ({ track_event: event }) => event?.flow_ids?.length || event?.terminating_flow_ids?.length,
    )
    expect(
      flow.map(({ timestamp, track_event: event }) => [timestamp, event?.track_uuid, event?.name]),
    ).toEqual([
      [100_000, track(packets, 'xl (dom0)'), 'xl unpause'],
      [500_000, track(packets, 'd1v0'), 'Xen starts to unpause'],
      [520_000, track(packets, 'd1v0'), 'vCPU runs'],
    ])
    expect(flow.map(({ track_event: event }) => [event?.flow_ids, event?.terminating_flow_ids])).toEqual([
      [[1], undefined],
      [[1], undefined],
      [undefined, [1]],
    ])
  })
})
