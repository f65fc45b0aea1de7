/**
 * Operations as pictures: what the vCPUs did around each, in rows that a run keeps, as its capture is not part of the project, and
 * that figures draw.
 */

import type { Interval } from './intervals.ts'
import type { Operation } from './operations.ts'
import { clipped, type Span } from './spans.ts'
import { eachInterval, type Timeline } from './timeline.ts'

/** Something that happened in an operation. A type, as interfaces are not assignable to a Row of a dataset. */
export type PictureRow = {
  /** `xl`, a vCPU (`dom0 v1`, `domU v0`, `dom2 v0`), the measuring `loop`, or `edge` for what phases are between. */
  readonly lane: string
  /**
   * Of a vCPU the runstate that it enters, or `end` where its picture ends or is interrupted by lost records; of `xl`, `running` and
   * `end`; of the loop `stamp`; of an edge its name.
   */
  readonly what: string
  /** Where it happened to a vCPU; null for others and at an end. */
  readonly pcpu: number | null
  /** Ticks after `xl` ran. */
  readonly at: number
}

/** Part of the operation's length that is shown before and after it. */
const MARGIN = 0.05
/**
 * The least part of a picture that an interval takes: what is narrower than a pixel is not seen. A picture of more rows
 * than a run should keep is made with the next part.
 */
const PARTS = [1 / 400, 1 / 200, 1 / 100] as const
const MOST_ROWS = 130

/** The operations whose totals are the median (the upper one of two) and the greatest; null if none has phases. */
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
 * Rows of the picture of each operation, in the order of the operations: `xl`, the vCPUs of the timeline's domains, the
 * loop's stamps, and the edges. Short intervals of a vCPU are joined until they are 1/400 of the picture together (up to
 * 1/100 if there would be more than some 130 rows), and have the state that they are in for the longest time. Edges are
 * exact.
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
    const own = intervals[i] as readonly Interval[]
    const drawn = PARTS.map((part) => picture(operation, own, { window, part, about }))
    return drawn.find(({ length }) => length <= MOST_ROWS) ?? (drawn.at(-1) as readonly PictureRow[])
  })
}

function picture(
  operation: Operation,
  intervals: readonly Interval[],
  {
    window,
    part,
    about,
  }: {
    readonly window: Span
    readonly part: number
    readonly about: { readonly domain: number; readonly stamps: readonly number[] }
  },
): readonly PictureRow[] {
  const { xlRuns, xlEnds } = operation.edges
  const shortest = (window.to - window.from) * part
  const row = (lane: string, what: string, ticks: number, pcpu: number | null = null): PictureRow => {
    return { lane, what, pcpu, at: ticks - xlRuns }
  }
  const lanes = Map.groupBy(intervals, (interval) => laneOf(interval, about.domain))
  const stamps = about.stamps.filter((stamp) => window.from <= stamp && stamp <= window.to)
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

/** In the order of the phases that they are between, without those that were not found. */
function namedEdges({ edges }: Operation): readonly (readonly [name: string, ticks: number])[] {
  const named: readonly (readonly [string, number | null])[] =
    'vcpuStops' in edges
      ? [
          ['xl runs', edges.xlRuns],
          ['last domU stamp', edges.lastStamp],
          ['Xen starts', edges.xenStarts],
          ['vCPU stops', edges.vcpuStops],
        ]
      : [
          ['xl runs', edges.xlRuns],
          ['Xen starts', edges.xenStarts],
          ['vCPU runs', edges.vcpuRuns],
          ['first domU stamp', edges.firstStamp],
        ]
  return named.flatMap(([name, ticks]) => (ticks === null ? [] : [[name, ticks] as const]))
}

/** Of each window the intervals of all vCPUs, each vCPU's in the order in which they end. */
function intervalsIn(timeline: Timeline, windows: readonly Span[]): readonly (readonly Interval[])[] {
  const intervals = windows.map((): Interval[] => [])
  eachInterval(timeline, (interval) => {
    for (const [i, window] of windows.entries())
      intervals[i]?.push(...clipped(interval, [window]).filter(({ from, to }) => from < to))
  })
  return intervals
}

function laneOf({ domain, vcpu }: Interval, tested: number): string {
  const name = domain === tested ? 'domU' : `dom${domain}`
  return `${name} v${vcpu}`
}

/** Intervals of one vCPU, ascending; those shorter than `shortest` joined. A long one stays as it is, and so does a gap. */
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

/** All of them as one interval in the state that they are in for the longest time together; of two the earlier one. */
function longestState(intervals: readonly Interval[]): Interval {
  const length = ({ from, to }: Interval) => to - from
  const groups = [...Map.groupBy(intervals, ({ state }) => state).values()]
  const sums = groups.map((group) => group.reduce((sum, interval) => sum + length(interval), 0))
  const group = groups[sums.indexOf(Math.max(...sums))] as readonly Interval[]
  const longest = group.reduce((best, interval) => (length(interval) > length(best) ? interval : best))
  return { ...longest, from: (intervals[0] as Interval).from, to: (intervals.at(-1) as Interval).to }
}

/** Those that lie so far from the one before. */
function spaced(times: readonly number[], apart: number): readonly number[] {
  const kept: number[] = []
  for (const time of times) if (time - (kept.at(-1) ?? Number.NEGATIVE_INFINITY) >= apart) kept.push(time)
  return kept
}
