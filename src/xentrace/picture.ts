/**
 * Draws operations: what the vCPUs did around each, as rows that a run keeps (its capture is not part of the
 * project) and that figures plot.
 */

import type { Interval } from './intervals.ts'
import type { Operation } from './operations.ts'
import { clipped, type Span } from './spans.ts'
import { eachInterval, type Timeline } from './timeline.ts'

/** An event of an operation. A type, as interfaces are not assignable to a Row of a dataset. */
export type PictureRow = {
  /** `xl`, a vCPU (`dom0 v1`, `domU v0`, `dom2 v0`), the measuring `loop`, or `edge` for phases' edges. */
  readonly lane: string
  /**
   * For a vCPU: the runstate that it enters, or `end` where its picture ends or lost records interrupt it;
   * for `xl`: `running` and `end`; for the loop: `stamp`; for an edge: its name.
   */
  readonly what: string
  /** Where a vCPU's event happened; null for others and for ends. */
  readonly pcpu: number | null
  /** Ticks after `xl` ran. */
  readonly at: number
}

/** Margin before and after it, as a fraction of the operation's length. */
const MARGIN = 0.05
/**
 * Shortest interval shown, as a fraction of the picture: less than a pixel is invisible. If that makes too
 * many rows, the next fraction is used.
 */
const PARTS = [1 / 400, 1 / 200, 1 / 100] as const
const MOST_ROWS = 130

/** Returns the operations with the median (upper of two) and the largest total; null if none has phases. */
export function typicalAndWorst(
  operations: readonly Operation[],
): { readonly typical: Operation; readonly worst: Operation } | null {
  const total = ({ phases }: Operation) => phases?.total ?? 0
  const sorted = operations
    .filter(({ phases }) => phases !== null)
    .toSorted((a, b) => total(a) - total(b) || a.trial - b.trial)
  const [typical, worst] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  return typical === undefined || worst === undefined ? null : { typical, worst }
}

/**
 * Returns the rows of each operation's picture, in the operations' order: `xl`, the vCPUs of the timeline's
 * domains, the loop's stamps, and the edges. Short intervals of a vCPU are joined until they span 1/400 of
 * the picture (up to 1/100 if there would be more than some 130 rows) and take the state of longest duration.
 * Edges are exact.
 *
 * @param about the domain under test, and the stamps of its loop on the capture's clock, ascending
 */
export function pictures(
  timeline: Timeline,
  operations: readonly Operation[],
  about: { readonly domain: number; readonly stamps: readonly number[] },
): readonly (readonly PictureRow[])[] {
  const windows = operations.map(windowOf)
  const intervals = intervalsIn(timeline, windows)
  return operations.map((operation, i) => {
    const window = windows[i] as Span
    const lanes = Map.groupBy(intervals[i] as readonly Interval[], (one) => laneOf(one, about.domain))
    const stamps = about.stamps.filter((stamp) => window.from <= stamp && stamp <= window.to)
    const drawn = PARTS.map((part) => rowsOf(operation, lanes, stamps, (window.to - window.from) * part))
    return drawn.find(({ length }) => length <= MOST_ROWS) ?? (drawn.at(-1) as readonly PictureRow[])
  })
}

/** Draws an operation with intervals and times between stamps of at least `shortest` ticks. */
function rowsOf(
  operation: Operation,
  lanes: ReadonlyMap<string, readonly Interval[]>,
  stamps: readonly number[],
  shortest: number,
): readonly PictureRow[] {
  const { xlRuns, xlEnds } = operation.edges
  const row = (lane: string, what: string, ticks: number, pcpu: number | null = null): PictureRow => {
    return { lane, what, pcpu, at: ticks - xlRuns }
  }
  return [
    row('xl', 'running', xlRuns),
    row('xl', 'end', xlEnds),
    ...[...lanes.keys()].sort().flatMap((lane) => {
      const joined = coalesced(lanes.get(lane) ?? [], shortest)
      return joined.flatMap((interval, index) => [
        row(lane, interval.state, interval.from, interval.cpu),
        ...(joined[index + 1]?.from === interval.to ? [] : [row(lane, 'end', interval.to)]),
      ])
    }),
    ...spaced(stamps, shortest).map((stamp) => row('loop', 'stamp', stamp)),
    ...namedEdges(operation).map(([name, ticks]) => row('edge', name, ticks)),
  ]
}

function windowOf(operation: Operation): Span {
  const times = namedEdges(operation).map(([, ticks]) => ticks)
  const [from, to] = [Math.min(...times), Math.max(...times, operation.edges.xlEnds)]
  const margin = Math.round((to - from) * MARGIN)
  return { from: from - margin, to: to + margin }
}

/** Returns the edges found, in order of the phases. */
function namedEdges({ edges }: Operation): readonly (readonly [name: string, ticks: number])[] {
  const { xlRuns, xenStarts } = edges
  const named =
    'vcpuStops' in edges
      ? { 'last domU stamp': edges.lastStamp, 'Xen starts': xenStarts, 'vCPU stops': edges.vcpuStops }
      : { 'Xen starts': xenStarts, 'vCPU runs': edges.vcpuRuns, 'first domU stamp': edges.firstStamp }
  const found = Object.entries(named).filter((edge): edge is [string, number] => edge[1] !== null)
  return [['xl runs', xlRuns], ...found]
}

/** Returns each window's intervals of all vCPUs, each vCPU's in order of their ends. */
function intervalsIn(timeline: Timeline, windows: readonly Span[]): readonly (readonly Interval[])[] {
  const intervals = windows.map((): Interval[] => [])
  eachInterval(timeline, (interval) => {
    for (const [i, window] of windows.entries())
      intervals[i]?.push(...clipped(interval, [window]).filter(({ from, to }) => from < to))
  })
  return intervals
}

function laneOf({ domain, vcpu }: Interval, tested: number): string {
  return `${domain === tested ? 'domU' : `dom${domain}`} v${vcpu}`
}

/** Joins a vCPU's intervals (ascending) shorter than `shortest`; keeps long ones and gaps as they are. */
function coalesced(intervals: readonly Interval[], shortest: number): readonly Interval[] {
  const joined: Interval[] = []
  const add = (interval: Interval) => {
    const last = joined.at(-1)
    if (last?.state === interval.state && last.to === interval.from)
      joined[joined.length - 1] = { ...last, to: interval.to }
    else joined.push(interval)
  }
  let short: Interval[] = []
  const flush = () => {
    if (short.length > 0) add(longestState(short))
    short = []
  }
  for (const interval of intervals) {
    if (short.at(-1)?.to !== interval.from) flush()
    if (interval.to - interval.from >= shortest) {
      flush()
      add(interval)
      continue
    }
    short.push(interval)
    if (interval.to - (short[0] as Interval).from >= shortest) flush()
  }
  flush()
  return joined
}

/** Joins all into one interval, in the state of the longest total duration (the earlier one if tied). */
function longestState(intervals: readonly Interval[]): Interval {
  const length = ({ from, to }: Interval) => to - from
  const groups = [...Map.groupBy(intervals, ({ state }) => state).values()]
  const sums = groups.map((group) => group.reduce((sum, interval) => sum + length(interval), 0))
  const group = groups[sums.indexOf(Math.max(...sums))] as readonly Interval[]
  const longest = group.reduce((best, interval) => (length(interval) > length(best) ? interval : best))
  return { ...longest, from: (intervals[0] as Interval).from, to: (intervals.at(-1) as Interval).to }
}

/** Keeps the times that are at least `apart` from the last one kept. */
function spaced(times: readonly number[], apart: number): readonly number[] {
  const kept: number[] = []
  for (const time of times) if (time - (kept.at(-1) ?? Number.NEGATIVE_INFINITY) >= apart) kept.push(time)
  return kept
}
