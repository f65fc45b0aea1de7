/**
 * Writes a capture as a trace for Perfetto's viewer: TrackEvent packets of its native protobuf format, field
 * by field as in protos/perfetto/trace/ (trace_packet, track_event, track_descriptor, debug_annotation). One
 * track per pCPU with what ran on it, one per vCPU with its runstates, one for `xl` with an experiment's
 * operations.
 */

import { PbfWriter } from 'pbf'
import { IDLE_DOMAIN, isRunstateChange } from './events.ts'
import { type Interval, IntervalTracker } from './intervals.ts'
import type { Operation } from './operations.ts'
import type { MergedRecord } from './record.ts'
import type { Scan, Start, Tracker } from './scan.ts'
import { clipped, type Span } from './spans.ts'

/** A domain in the viewer, and the vCPU that its measuring loop is pinned to. */
export interface TestedDomain {
  readonly id: number
  readonly vcpu: number
}

export interface Tested {
  readonly operations: readonly Operation[]
  readonly domain: TestedDomain
}

const PIECE_BYTES = 1 << 20

const packetOfTrace = 1
const packet = { trackEvent: 11, trackDescriptor: 60, timestamp: 8, sequence: 10 } as const
const descriptor = { uuid: 1, name: 2, parent: 5, childOrdering: 11, rank: 12 } as const
const trackEvent = {
  annotation: 4,
  type: 9,
  track: 11,
  category: 22,
  name: 23,
  flows: 47,
  endingFlows: 48,
} as const
const annotation = { name: 10, intValue: 4, stringValue: 6 } as const
const [BEGIN, END, INSTANT] = [1, 2, 3] as const
const ORDERED_BY_RANK = 3
/** All packets come from one writer. */
const SEQUENCE = 1

const PCPUS = 1
const XL = 2
const DOMAINS = 3

interface Event {
  readonly type: number
  readonly track: number
  readonly ticks: number
  readonly name?: string
  readonly category?: string
  readonly flow?: number
  readonly last?: boolean
  readonly facts?: Readonly<Record<string, string | number>>
}

/** Turns runstate changes into packets, which it buffers. */
export class PerfettoTrace implements Tracker {
  readonly wants = isRunstateChange
  readonly #hz: number
  readonly #give: (bytes: Uint8Array) => void
  readonly #spansFrom: (first: number) => readonly Span[]
  #first = 0
  #spans: readonly Span[] = []
  readonly #intervals = new IntervalTracker((interval) => this.#interval(interval))
  readonly #described = new Set<number>()
  #pbf = new PbfWriter()

  /**
   * `spansFrom` returns the windows to draw (ticks, ascending, disjoint) for a capture that begins at
   * `first`. `give` gets pieces of the trace in order, valid only during the call.
   */
  constructor(hz: number, spansFrom: (first: number) => readonly Span[], give: (bytes: Uint8Array) => void) {
    this.#hz = hz
    this.#spansFrom = spansFrom
    this.#give = give
  }

  begin(start: Pick<Start, 'first' | 'losses'>): void {
    this.#first = start.first
    this.#spans = this.#spansFrom(start.first)
    this.#intervals.begin(start)
  }

  take(record: MergedRecord): void {
    this.#intervals.take(record)
  }

  /** Ends open intervals; draws losses and the operations in `tested`. */
  finish(found: Pick<Scan, 'last' | 'losses' | 'gaps'>, tested: Tested | null): void {
    this.#intervals.finish(found)
    for (const gap of found.gaps) {
      for (const { from, to } of clipped(gap, this.#spans)) {
        const facts = { count: gap.count }
        this.#slice(this.#pcpuTrack(gap.cpu), from, to, { name: 'lost records', category: 'lost', facts })
      }
    }
    if (tested !== null)
      for (const [i, operation] of tested.operations.entries()) this.#operation(operation, i + 1, tested)
    this.#flush()
  }

  /** Draws a run of `xl`, with a flow to where Xen starts on the measured vCPU and on to its edge. */
  #operation(operation: Operation, flow: number, { domain: { id, vcpu } }: Tested): void {
    const { type, trial, state, excluded, edges } = operation
    this.#describe(XL, { name: 'xl (dom0)', rank: 0 })
    const facts = { trial, found: state ?? 'unknown', excluded: excluded ?? 'no' }
    this.#slice(XL, edges.xlRuns, edges.xlEnds, { name: `xl ${type}`, category: 'xl', flow, facts })
    const track = this.#vcpuTrack(id, vcpu)
    const [done, name] =
      'vcpuStops' in edges ? [edges.vcpuStops, 'vCPU stops'] : [edges.vcpuRuns, 'vCPU runs']
    const instant = (ticks: number, what: string, last: boolean) =>
      this.#event({ type: INSTANT, track, ticks, name: what, category: 'xl', flow, last })
    if (edges.xenStarts !== null) instant(edges.xenStarts, `Xen starts to ${type}`, done === null)
    if (done !== null) instant(done, name, true)
  }

  /**
   * Draws a vCPU's state on its own track and where it ran. Idle vCPUs fill only the rest, so they are
   * skipped.
   */
  #interval(interval: Interval): void {
    const { domain, vcpu, state, cpu } = interval
    if (domain === IDLE_DOMAIN) return
    for (const { from, to } of clipped(interval, this.#spans)) {
      const own = { name: state, category: 'runstate' }
      const track = this.#vcpuTrack(domain, vcpu)
      if (state !== 'running') this.#slice(track, from, to, own)
      else {
        this.#slice(track, from, to, { ...own, facts: { pcpu: cpu } })
        this.#slice(this.#pcpuTrack(cpu), from, to, { name: `d${domain}v${vcpu}`, category: 'pcpu' })
      }
    }
  }

  #slice(track: number, from: number, to: number, what: Omit<Event, 'type' | 'track' | 'ticks'>): void {
    this.#event({ ...what, type: BEGIN, track, ticks: from })
    this.#event({ type: END, track, ticks: to })
  }

  #pcpuTrack(cpu: number): number {
    this.#describe(PCPUS, { name: 'pCPUs', rank: 1 })
    return this.#describe(2 ** 20 + cpu, { name: `pCPU ${cpu}`, parent: PCPUS, rank: cpu })
  }

  #vcpuTrack(domain: number, vcpu: number): number {
    this.#describe(DOMAINS + domain, { name: domain === 0 ? 'dom0' : `domain ${domain}`, rank: 2 + domain })
    const uuid = 2 ** 32 + domain * 65536 + vcpu
    return this.#describe(uuid, { name: `d${domain}v${vcpu}`, parent: DOMAINS + domain, rank: vcpu })
  }

  /** Writes a track's name and order, once. */
  #describe(
    uuid: number,
    { name, parent, rank }: { readonly name: string; readonly parent?: number; readonly rank: number },
  ): number {
    if (this.#described.has(uuid)) return uuid
    this.#described.add(uuid)
    this.#packet((pbf) =>
      message(pbf, packet.trackDescriptor, (track) => {
        track.writeVarintField(descriptor.uuid, uuid)
        track.writeStringField(descriptor.name, name)
        if (parent !== undefined) track.writeVarintField(descriptor.parent, parent)
        track.writeVarintField(descriptor.childOrdering, ORDERED_BY_RANK)
        track.writeVarintField(descriptor.rank, rank)
      }),
    )
    return uuid
  }

  #event(event: Event): void {
    this.#packet((pbf) => {
      pbf.writeVarintField(packet.timestamp, this.#nanoseconds(event.ticks))
      message(pbf, packet.trackEvent, (inner) => writeEvent(event, inner))
    })
  }

  #packet(write: (pbf: PbfWriter) => void): void {
    message(this.#pbf, packetOfTrace, (pbf) => {
      write(pbf)
      pbf.writeVarintField(packet.sequence, SEQUENCE)
    })
    if (this.#pbf.pos > PIECE_BYTES) this.#flush()
  }

  #flush(): void {
    this.#give(this.#pbf.finish())
    this.#pbf = new PbfWriter()
  }

  /** Converts to nanoseconds since the first record; earlier stamps become 0, as times are unsigned. */
  #nanoseconds(ticks: number): number {
    const since = Math.max(0, ticks - this.#first)
    const seconds = Math.floor(since / this.#hz)
    return seconds * 1e9 + Math.round(((since - seconds * this.#hz) * 1e9) / this.#hz)
  }
}

function writeEvent({ type, track, name, category, flow, last, facts }: Event, pbf: PbfWriter): void {
  pbf.writeVarintField(trackEvent.type, type)
  pbf.writeVarintField(trackEvent.track, track)
  if (category !== undefined) pbf.writeStringField(trackEvent.category, category)
  if (name !== undefined) pbf.writeStringField(trackEvent.name, name)
  if (flow !== undefined)
    pbf.writeFixed64Field(last === true ? trackEvent.endingFlows : trackEvent.flows, flow)
  for (const [fact, value] of Object.entries(facts ?? {})) {
    message(pbf, trackEvent.annotation, (inner) => {
      inner.writeStringField(annotation.name, fact)
      if (typeof value === 'string') inner.writeStringField(annotation.stringValue, value)
      else inner.writeVarintField(annotation.intValue, value)
    })
  }
}

function message(pbf: PbfWriter, field: number, write: (inner: PbfWriter) => void): void {
  pbf.writeMessage(field, (_, inner) => write(inner), null)
}
