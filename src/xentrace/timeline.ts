import type { Kind } from './eventcounter.ts'
import {
  eventName,
  isKnown,
  isRunstateChange,
  LOST,
  newState,
  oldState,
  type Runstate,
  runstates,
  SLEEP,
  WAKE,
  YIELD,
} from './events.ts'
import type { Merge } from './merge.ts'
import { EVENT_MASK, type Gap, type TraceError } from './record.ts'
import { type Scan, scan, scanStream } from './scan.ts'
import { disjoint, overlaps, type Span } from './spans.ts'

/** Sleeps, wakes and runstate changes of a vCPU in the order of time: `times[i]` in ticks, `events[i]` its event. */
export interface VcpuTimeline {
  readonly times: readonly number[]
  readonly events: readonly number[]
}

export interface DomainTimeline {
  /** By vCPU, ascending. */
  readonly vcpus: ReadonlyMap<number, VcpuTimeline>
  /** Times of its YIELD records, ascending. */
  readonly yields: readonly number[]
}

export interface EventCount {
  readonly event: string
  readonly count: number
  /** Whether the table of events has it, in the form that all its records have. */
  readonly known: boolean
}

/** What a capture says about a few domains. Times are ticks of CNTPCT. */
export interface Timeline {
  readonly domains: ReadonlyMap<number, DomainTimeline>
  /** Time of the first and of the last record of all. */
  readonly first: number
  readonly last: number
  readonly records: number
  readonly pcpus: readonly number[]
  /** By pCPU, then time. */
  readonly gaps: readonly Gap[]
  /** When any pCPU lost records; ascending and disjoint. */
  readonly lost: readonly Span[]
  /** By ascending id. */
  readonly counts: readonly EventCount[]
  readonly untimed: number
  readonly mismatches: number
  /** Why the capture ends where it does, if it is not whole. */
  readonly damage: TraceError | null
}

/**
 * Reads a capture, merges its pCPUs and keeps what concerns `domains`.
 *
 * @param capture the bytes of the file in chunks of any length; a whole file is `[bytes]`
 * @throws TraceError if it is not a whole, sane capture or holds no record
 */
export function readTimeline(capture: Iterable<Uint8Array>, domains: readonly number[]): Timeline {
  const collector = new Collector(domains)
  const found = scan(capture, (merge) => collector.take(merge), isWanted)
  if (found.damage !== null) throw found.damage
  return timelineOf(found, collector)
}

/** The same of a capture that is still being read; of a damaged one up to the damage, which the result tells. */
export async function readTimelineStream(
  capture: AsyncIterable<Uint8Array>,
  domains: readonly number[],
): Promise<Timeline> {
  const collector = new Collector(domains)
  return timelineOf(await scanStream(capture, (merge) => collector.take(merge), isWanted), collector)
}

function timelineOf(found: Scan, collector: Collector): Timeline {
  return {
    domains: collector.domains,
    first: found.first,
    last: found.last,
    records: found.records,
    pcpus: found.pcpus.map(({ cpu }) => cpu),
    gaps: found.gaps,
    lost: disjoint(found.gaps),
    counts: eventCounts(found.kinds),
    untimed: found.untimed,
    mismatches: collector.mismatches,
    damage: found.damage,
  }
}

/** By ascending id. */
export function eventCounts(kinds: readonly Kind[]): readonly EventCount[] {
  const counts = new Map<number, EventCount>()
  for (const { event, words, count } of kinds) {
    const known = isKnown(event, words)
    const before = counts.get(event)
    counts.set(event, {
      event: eventName(event),
      count: count + (before?.count ?? 0),
      known: known && (before?.known ?? true),
    })
  }
  return [...counts.values()]
}

/**
 * State of the vCPU at `time`, just before its event `index` (which may be one past the last): what the change before says,
 * and the one after, as far as no records were lost in between. Null if they do not agree, or if there are none.
 */
export function stateBefore(
  vcpu: VcpuTimeline,
  index: number,
  time: number,
  lost: readonly Span[],
): Runstate | null {
  const before = lastChangeBefore(vcpu, index)
  let after = index
  while (after < vcpu.events.length && !isRunstateChange(vcpu.events[after] as number)) after += 1
  const left =
    before < 0 || overlaps(lost, vcpu.times[before] as number, time)
      ? null
      : (runstates[newState(vcpu.events[before] as number)] as Runstate)
  const entered =
    after === vcpu.events.length || overlaps(lost, time, vcpu.times[after] as number)
      ? null
      : (runstates[oldState(vcpu.events[after] as number)] as Runstate)
  return left === null || entered === null || entered === left ? (left ?? entered) : null
}

/** Index of the vCPU's last runstate change before its event `index`; negative if there is none. */
export function lastChangeBefore({ events }: Pick<VcpuTimeline, 'events'>, index: number): number {
  let before = index - 1
  while (before >= 0 && !isRunstateChange(events[before] as number)) before -= 1
  return before
}

/** Index of the first element of the ascending `times` that is not earlier than `time`. */
export function firstAtOrAfter(times: readonly number[], time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] as number) < time) low = middle + 1
    else high = middle
  }
  return low
}

interface Growing {
  readonly vcpus: Map<number, { times: number[]; events: number[] }>
  readonly yields: number[]
}

/** Takes merged records as long as there are any. A class because it lives across the chunks of a capture. */
class Collector {
  /** Runstate changes that do not fit the one before. */
  mismatches = 0
  readonly #states = new Map<number, number>()
  readonly #domains: Map<number, Growing>

  constructor(domains: readonly number[]) {
    this.#domains = new Map(domains.map((domain) => [domain, { vcpus: new Map(), yields: [] }]))
  }

  get domains(): ReadonlyMap<number, DomainTimeline> {
    return new Map(
      [...this.#domains].map(([domain, { vcpus, yields }]) => [
        domain,
        { vcpus: new Map([...vcpus].sort(([a], [b]) => a - b)), yields },
      ]),
    )
  }

  take(merge: Merge): void {
    while (merge.next()) {
      const { words, at } = merge
      const header = words[at] as number
      const event = header & EVENT_MASK
      if (isRunstateChange(event)) {
        if (extraWords(header) < 1) continue
        const key = words[at + 1] as number
        this.#follow(event, key)
        this.#keep(event, key >>> 16, key & 0xffff, merge.time)
      } else if (event !== LOST) {
        if (extraWords(header) < 2) continue
        this.#keep(event, words[at + 1] as number, words[at + 2] as number, merge.time)
      }
    }
  }

  #follow(event: number, key: number): void {
    const state = this.#states.get(key)
    if (state !== undefined && state !== oldState(event)) this.mismatches += 1
    this.#states.set(key, newState(event))
  }

  #keep(event: number, domain: number, vcpu: number, time: number): void {
    const kept = this.#domains.get(domain)
    if (kept === undefined) return
    if (event === YIELD) {
      kept.yields.push(time)
      return
    }
    let line = kept.vcpus.get(vcpu)
    if (line === undefined) {
      line = { times: [], events: [] }
      kept.vcpus.set(vcpu, line)
    }
    line.times.push(time)
    line.events.push(event)
  }
}

function isWanted(event: number): boolean {
  return isRunstateChange(event) || event === SLEEP || event === WAKE || event === YIELD
}

function extraWords(header: number): number {
  return (header >>> 28) & 7
}
