import { Histogram } from '../stats/histogram.ts'
import type { Kind } from './eventcounter.ts'
import { runstates } from './events.ts'
import type { Gap } from './record.ts'
import { type PcpuUse, type Residency, ResidencyTracker, type VcpuUse } from './residency.ts'
import { type Scan, scanStream } from './scan.ts'

export interface DomainUse {
  readonly domain: number
  /** By vCPU, ascending. */
  readonly vcpus: readonly VcpuUse[]
  /** Sums over its vCPUs, in order of `runstates`. */
  readonly states: readonly Residency[]
  readonly unknownTicks: number
  readonly wakeToRun: Histogram
}

/** Facts from a capture alone, without stamps. Times are ticks. */
export interface Summary {
  readonly scan: Scan
  /** Ascending; the idle domain last. */
  readonly domains: readonly DomainUse[]
  readonly pcpus: readonly PcpuUse[]
  /** Runstate changes that contradict the one before. */
  readonly mismatches: number
}

/**
 * Sums the runstates of vCPUs and the use of pCPUs. Reads a damaged capture up to the damage, which `scan`
 * reports.
 *
 * @param open opens the file: its bytes in chunks of any length, which are not kept; from the start with each
 *   call
 * @param again false if `open` may be called only once; a loss reported late requires a second pass
 * @throws TraceError if it holds no record at all
 */
export async function summarise(open: () => AsyncIterable<Uint8Array>, again = true): Promise<Summary> {
  const once = await summariseOnce(open())
  return once.scan.late && again ? await summariseOnce(open(), once.scan.gaps) : once
}

async function summariseOnce(capture: AsyncIterable<Uint8Array>, gaps?: readonly Gap[]): Promise<Summary> {
  const tracker = new ResidencyTracker()
  const found = await scanStream(capture, [tracker], gaps)
  const { vcpus, pcpus } = tracker.finish(found)
  return { scan: found, domains: byDomain(vcpus), pcpus, mismatches: tracker.mismatches }
}

/**
 * Describes the version of Xen; only credit2's records tell. Their long form ended with 4.14 and with the
 * stable releases 4.13.1, 4.12.3 and 4.11.4.
 */
export function xenVersion(kinds: readonly Kind[]): string {
  const telling = kinds.filter(({ event }) => event === 0x22207 || event === 0x22214)
  if (telling.some(({ words }) => words === 4)) return '4.13.0 or older'
  if (telling.some(({ words }) => words === 3)) return '4.13.1 or newer (or 4.12.3, 4.11.4)'
  return '4.13 to 4.20 (no record here tells them apart)'
}

/** By the upper bits of their events (TRC_SCHED_CLASS in xen/public/trace.h). */
const schedulers = ['credit', 'credit2', 'sedf', 'arinc653', 'rtds', 'null']

/** Returns the names of the schedulers that wrote records. */
export function schedulersOf(kinds: readonly Kind[]): readonly string[] {
  const classes = kinds.filter(({ event }) => event >>> 12 === 0x22).map(({ event }) => (event >>> 9) & 7)
  return [...new Set(classes)].map((one) => schedulers[one] ?? `scheduler ${one}`)
}

function byDomain(vcpus: readonly VcpuUse[]): readonly DomainUse[] {
  return [...Map.groupBy(vcpus, ({ domain }) => domain)].map(([domain, own]) => {
    const wakeToRun = new Histogram()
    for (const one of own) wakeToRun.addAll(one.wakeToRun)
    return {
      domain,
      vcpus: own,
      states: runstates.map((_, state) => sum(own.map(({ states }) => states[state] as Residency))),
      unknownTicks: own.reduce((total, { unknownTicks }) => total + unknownTicks, 0),
      wakeToRun,
    }
  })
}

function sum(list: readonly Residency[]): Residency {
  return list.reduce((a, b) => ({
    count: a.count + b.count,
    ticks: a.ticks + b.ticks,
    partTicks: a.partTicks + b.partTicks,
  }))
}
