/**
 * Operations as pictures: what the vCPUs did around each, in rows that a run keeps, as its capture is not part of the project, and
 * that figures draw.
 */

import { IDLE_DOMAIN, isRunstateChange } from './events.ts'
import type { Operation } from './operations.ts'
import type { Gap } from './record.ts'
import { scan } from './scan.ts'
import { clipped, type Span } from './spans.ts'
import { type Stay, StayTracker } from './stays.ts'

/** Something that happened in an operation. */
export interface PictureRow {
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
 * The least part of a picture that a stay takes: what is narrower than a pixel is not seen. A picture of more rows than a
 * run should keep is made with the next part.
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
 * Rows of the picture of each operation, in the order of the operations: `xl`, the vCPUs of all domains, the loop's
 * stamps, and the edges. Short stays of a vCPU are joined until they are 1/400 of the picture together (up to 1/100 if there would be
 * more than some 130 rows), and have the state that they are in for the longest time. Edges are exact.
 *
 * @param capture the bytes of the file in chunks of any length
 * @param about the domain under test, and the stamps of its loop on the capture's clock, ascending
 * @throws TraceError if the capture is damaged
 */
export function operationPictures(
  capture: Iterable<Uint8Array>,
  operations: readonly Operation[],
  about: { readonly domain: number; readonly stamps: readonly number[] },
): readonly (readonly PictureRow[])[] {
  const windows = operations.map(windowOf)
  const stays = staysIn(capture, windows)
  return operations.map((operation, i) => {
    const window = windows[i] as Span
    const own = stays[i] as readonly Stay[]
    const drawn = PARTS.map((part) => picture(operation, own, { window, part, about }))
    return drawn.find(({ length }) => length <= MOST_ROWS) ?? (drawn.at(-1) as readonly PictureRow[])
  })
}

function picture(
  operation: Operation,
  stays: readonly Stay[],
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
  const lanes = Map.groupBy(stays, (stay) => laneOf(stay, about.domain))
  const stamps = about.stamps.filter((stamp) => window.from <= stamp && stamp <= window.to)
  return [
    row('xl', 'running', xlRuns),
    row('xl', 'end', xlEnds),
    ...[...lanes.keys()].sort().flatMap((lane) => {
      const joined = coalesced(lanes.get(lane) ?? [], shortest)
      return joined.flatMap((stay, index) => [
        row(lane, stay.state, stay.from, stay.cpu),
        ...(joined[index + 1]?.from === stay.to ? [] : [row(lane, 'end', stay.to)]),
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

/** Of each window the stays of domains, without Xen's idle vCPUs, in the order in which they end. */
function staysIn(
  capture: Iterable<Uint8Array>,
  windows: readonly Span[],
  gaps?: readonly Gap[],
): readonly (readonly Stay[])[] {
  const stays = windows.map((): Stay[] => [])
  const tracker = new StayTracker((stay) => {
    if (stay.domain === IDLE_DOMAIN) return
    for (const [i, window] of windows.entries())
      stays[i]?.push(...clipped(stay, [window]).filter(({ from, to }) => from < to))
  })
  const found = scan(
    capture,
    (merge, first, losses) => {
      while (merge.next()) tracker.take(merge, first, losses)
    },
    isRunstateChange,
    gaps,
  )
  if (found.damage !== null) throw found.damage
  if (found.late) return staysIn(capture, windows, found.gaps)
  tracker.finish(found)
  return stays
}

function laneOf({ domain, vcpu }: Stay, tested: number): string {
  const name = domain === tested ? 'domU' : `dom${domain}`
  return `${name} v${vcpu}`
}

/** Stays of one vCPU, ascending; those shorter than `shortest` joined. A long one stays as it is, and so does a gap. */
function coalesced(stays: readonly Stay[], shortest: number): readonly Stay[] {
  const joined: Stay[] = []
  const add = (stay: Stay) => {
    const last = joined.at(-1)
    if (last?.state === stay.state && last.to === stay.from)
      joined[joined.length - 1] = { ...last, to: stay.to }
    else joined.push(stay)
  }
  let short: Stay[] = []
  const flush = () => {
    if (short.length > 0) add(longestState(short))
    short = []
  }
  for (const stay of stays) {
    if (short.at(-1)?.to !== stay.from) flush()
    if (stay.to - stay.from >= shortest) {
      flush()
      add(stay)
      continue
    }
    short.push(stay)
    if (stay.to - (short[0] as Stay).from >= shortest) flush()
  }
  flush()
  return joined
}

/** All of them as one stay in the state that they are in for the longest time together; of two the earlier one. */
function longestState(stays: readonly Stay[]): Stay {
  const length = ({ from, to }: Stay) => to - from
  const groups = [...Map.groupBy(stays, ({ state }) => state).values()]
  const sums = groups.map((group) => group.reduce((sum, stay) => sum + length(stay), 0))
  const group = groups[sums.indexOf(Math.max(...sums))] as readonly Stay[]
  const longest = group.reduce((best, stay) => (length(stay) > length(best) ? stay : best))
  return { ...longest, from: (stays[0] as Stay).from, to: (stays.at(-1) as Stay).to }
}

/** Those that lie so far from the one before. */
function spaced(times: readonly number[], apart: number): readonly number[] {
  const kept: number[] = []
  for (const time of times) if (time - (kept.at(-1) ?? Number.NEGATIVE_INFINITY) >= apart) kept.push(time)
  return kept
}
