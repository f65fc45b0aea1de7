import {
  IDLE_DOMAIN,
  isRunstateChange,
  newState,
  oldState,
  type Runstate,
  runstates,
  SLEEP,
  WAKE,
  YIELD,
} from './events.ts'
import { longer } from './interner.ts'
import { type Interval, IntervalTracker } from './intervals.ts'
import { EVENT_MASK, extraWords, type MergedRecord } from './record.ts'
import { isChange, MISMATCH, noLosses, RunstateTracker } from './runstate.ts'
import { type Scan, scan, scanStream } from './scan.ts'
import { disjoint, overlaps, type Span } from './spans.ts'

/**
 * Sleeps, wakes and runstate changes of a vCPU in order of time: `times[i]` in ticks, event `events[i]`, and
 * the pCPU that wrote it.
 */
export interface VcpuTimeline {
  readonly times: ArrayLike<number>
  readonly events: ArrayLike<number>
  readonly cpus: ArrayLike<number>
}

export interface DomainTimeline {
  /** By vCPU, ascending. */
  readonly vcpus: ReadonlyMap<number, VcpuTimeline>
  /** Times of its YIELD records, ascending. */
  readonly yields: readonly number[]
}

/** What a capture records about domains. Times are ticks of CNTPCT. */
export interface Timeline {
  readonly scan: Scan
  readonly domains: ReadonlyMap<number, DomainTimeline>
  /** When any pCPU lost records; ascending and disjoint. */
  readonly lost: readonly Span[]
  /** Runstate changes that contradict the one before. */
  readonly mismatches: number
}

/**
 * Reads a capture once and keeps all that operations, phases and pictures need.
 *
 * @param capture the bytes of the file in chunks of any length; `[bytes]` for a whole file
 * @param domains those to keep; default: all but Xen's idle one
 * @throws TraceError if it is not a whole, valid capture or holds no record
 */
export function readTimeline(capture: Iterable<Uint8Array>, domains?: readonly number[]): Timeline {
  const tracker = timelineTracker(domains)
  const found = scan(capture, [tracker])
  if (found.damage !== null) throw found.damage
  return tracker.finish(found)
}

/** Like `readTimeline`, for a stream; reads a damaged capture up to the damage, which `scan` reports. */
export async function readTimelineStream(
  capture: AsyncIterable<Uint8Array>,
  domains: readonly number[],
): Promise<Timeline> {
  const tracker = timelineTracker(domains)
  return tracker.finish(await scanStream(capture, [tracker]))
}

/** Reports the intervals of each vCPU in turn, with all losses known, even those reported late. */
export function eachInterval({ scan: found, domains }: Timeline, give: (interval: Interval) => void): void {
  const tracker = new IntervalTracker(give)
  tracker.begin(found)
  const words = new Uint32Array(2)
  for (const [domain, { vcpus }] of domains) {
    for (const [vcpu, { times, events, cpus }] of vcpus) {
      for (let i = 0; i < times.length; i++) {
        words[0] = (events[i] as number) + 2 ** 28 // with the one word that names the vCPU
        words[1] = domain * 2 ** 16 + vcpu
        tracker.take({ time: times[i] as number, cpu: cpus[i] as number, words, at: 0 })
      }
    }
  }
  tracker.finish(found)
}

/**
 * Returns the vCPU's state at `time`, just before its event `index` (which may be one past the last), from
 * the changes before and after it, if no records were lost in between. Null if they disagree or there are
 * none.
 */
export function stateBefore(
  vcpu: Pick<VcpuTimeline, 'times' | 'events'>,
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

/** Returns the index of the vCPU's last runstate change before event `index`; negative if there is none. */
export function lastChangeBefore({ events }: Pick<VcpuTimeline, 'events'>, index: number): number {
  let before = index - 1
  while (before >= 0 && !isRunstateChange(events[before] as number)) before -= 1
  return before
}

/** Returns the index of the first element of ascending `times` at or after `time`. */
export function firstAtOrAfter(times: ArrayLike<number>, time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] as number) < time) low = middle + 1
    else high = middle
  }
  return low
}

const FIRST_RECORDS = 16

/** A growing VcpuTimeline, 14 bytes per record. */
class Recorder {
  #count = 0
  #times = new Float64Array(FIRST_RECORDS)
  #events = new Int32Array(FIRST_RECORDS)
  #cpus = new Uint16Array(FIRST_RECORDS)

  add(event: number, { time, cpu }: MergedRecord): void {
    const place = this.#count++
    if (place === this.#times.length) {
      this.#times = longer(this.#times, 2 * place)
      this.#events = longer(this.#events, 2 * place)
      this.#cpus = longer(this.#cpus, 2 * place)
    }
    this.#times[place] = time
    this.#events[place] = event
    this.#cpus[place] = cpu
  }

  finish(): VcpuTimeline {
    const count = this.#count
    return {
      times: this.#times.subarray(0, count),
      events: this.#events.subarray(0, count),
      cpus: this.#cpus.subarray(0, count),
    }
  }
}

interface Growing {
  readonly vcpus: Map<number, Recorder>
  readonly yields: number[]
}

/** Tracks the given domains, or all but Xen's idle one. */
function timelineTracker(only: readonly number[] | undefined) {
  const runstateTracker = new RunstateTracker()
  let mismatches = 0
  const domains = new Map<number, Growing>()
  for (const domain of only ?? []) domains.set(domain, { vcpus: new Map(), yields: [] })

  function keep(event: number, domain: number, vcpu: number, record: MergedRecord): void {
    let kept = domains.get(domain)
    if (kept === undefined) {
      if (only !== undefined || domain === IDLE_DOMAIN) return
      kept = { vcpus: new Map(), yields: [] }
      domains.set(domain, kept)
    }
    if (event === YIELD) {
      kept.yields.push(record.time)
      return
    }
    let recorder = kept.vcpus.get(vcpu)
    if (recorder === undefined) {
      recorder = new Recorder()
      kept.vcpus.set(vcpu, recorder)
    }
    recorder.add(event, record)
  }

  return {
    wants: (event: number) => isRunstateChange(event) || event === SLEEP || event === WAKE || event === YIELD,
    take(record: MergedRecord): void {
      const { words, at } = record
      const header = words[at] as number
      const event = header & EVENT_MASK
      if (isChange(record)) {
        if (runstateTracker.follow(record, noLosses) === MISMATCH) mismatches += 1
        const key = words[at + 1] as number
        keep(event, key >>> 16, key & 0xffff, record)
      } else if ((event === SLEEP || event === WAKE || event === YIELD) && extraWords(header) >= 2) {
        keep(event, words[at + 1] as number, words[at + 2] as number, record)
      }
    },
    finish(found: Scan): Timeline {
      const finished = [...domains].map(([domain, { vcpus, yields }]) => {
        const sorted = [...vcpus].sort(([a], [b]) => a - b)
        const lines = new Map(sorted.map(([vcpu, recorder]) => [vcpu, recorder.finish()]))
        return [domain, { vcpus: lines, yields }] as const
      })
      return { scan: found, domains: new Map(finished), lost: disjoint(found.gaps), mismatches }
    },
  }
}
