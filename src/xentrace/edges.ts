/**
 * Finds the edges of operations in a domain's timeline. SLEEP and WAKE records occur for other reasons too,
 * so the search is limited to a span given by dom0's stamps.
 */

import type { Alignment } from './align.ts'
import {
  isRunstateChange,
  newState,
  type Runstate,
  runstateChange,
  runstates,
  SLEEP,
  WAKE,
} from './events.ts'
import type { PauseEdges, UnpauseEdges } from './phases.ts'
import type { Span } from './spans.ts'
import type { Stamps } from './stamps.ts'
import {
  type DomainTimeline,
  firstAtOrAfter,
  lastChangeBefore,
  stateBefore,
  type VcpuTimeline,
} from './timeline.ts'

/** Where to search for an operation, in ticks of CNTPCT. */
export interface SearchSpan {
  readonly xlRuns: number
  readonly xlEnds: number
  /** Largest error of both. */
  readonly halfWidth: number
  /** Start of the next operation, Infinity after the last: later events belong to that one. */
  readonly limit: number
  /** End of the next operation, Infinity after the last: a loaded domU may take its first stamp that late. */
  readonly stampLimit: number
}

/** The domain under test, as seen by the capture and its loop. */
export interface Subject {
  readonly timeline: DomainTimeline
  /** When any pCPU lost records; ascending and disjoint. */
  readonly lost: readonly Span[]
  /** vCPU that the loop is pinned to. */
  readonly vcpu: number
  readonly loop: LoopStamps
}

export interface LoopStamps {
  lastBefore(xenStarts: number, vcpuStops: number | null): number | null
  firstAfter(xenStarts: number): number | null
}

export interface Found<Edges> {
  readonly state: Runstate | null
  readonly edges: Edges
}

/** Where Xen begins to pause or to unpause a vCPU. */
interface Edge {
  readonly vcpu: number
  readonly line: VcpuTimeline
  /** Its SLEEP or WAKE, and the state before that. */
  readonly index: number
  readonly state: Runstate | null
  readonly xen: number
  readonly done: number | null
}

const BLOCKED_TO_OFFLINE = runstateChange('blocked', 'offline')

export function findPause(span: SearchSpan, subject: Subject): Found<PauseEdges> {
  const { xlRuns, xlEnds } = span
  const { all, state, xenStarts, done, xen, ends } = findEdges(span, subject, 'offline', (line) => {
    const sleep = findEvent(line, span, SLEEP)
    return sleep === null ? null : (wokenWhenPaused(line, sleep, span) ?? sleep)
  })
  const lastStamp = xenStarts === null ? null : subject.loop.lastBefore(xenStarts, done)
  return {
    state,
    edges: {
      ...{ xlRuns, xlEnds, lastStamp, xenStarts, vcpuStops: done },
      allOff: xenStarts === null ? null : allOff(all, xenStarts, span.limit, subject),
      ...{ xenFirst: xen.first, xenLast: xen.last, stopsFirst: ends.first, stopsLast: ends.last },
    },
  }
}

export function findUnpause(span: SearchSpan, subject: Subject): Found<UnpauseEdges> {
  const { xlRuns, xlEnds } = span
  const { state, xenStarts, done, xen, ends } = findEdges(span, subject, 'running', (line) =>
    findEvent(line, span, WAKE),
  )
  const stamp = xenStarts === null ? null : subject.loop.firstAfter(xenStarts)
  const firstStamp = stamp !== null && stamp < span.stampLimit ? stamp : null
  return {
    state,
    edges: {
      ...{ xlRuns, xlEnds, xenStarts, vcpuRuns: done, firstStamp },
      ...{ xenFirst: xen.first, xenLast: xen.last, runsFirst: ends.first, runsLast: ends.last },
    },
  }
}

/** Finds where Xen begins with each vCPU, by `start`, and when that enters its `final` state. */
function findEdges(
  span: SearchSpan,
  { timeline, lost, vcpu: tested }: Subject,
  final: Runstate,
  start: (line: VcpuTimeline) => number | null,
) {
  const all = [...timeline.vcpus].flatMap(([vcpu, line]): readonly Edge[] => {
    const index = start(line)
    if (index === null) return []
    const xen = line.times[index] as number
    const done = firstChange(line, index, span.limit, [final])
    return [{ vcpu, line, index, state: stateBefore(line, index, xen, lost), xen, done }]
  })
  const loop = all.find(({ vcpu }) => vcpu === tested)
  return {
    all,
    state: loop?.state ?? null,
    xenStarts: loop?.xen ?? null,
    done: loop?.done ?? null,
    xen: extremes(all.map(({ xen }) => xen)),
    ends: extremes(all.map(({ done }) => done)),
  }
}

/** Converts the domU's stamps to the capture's clock. */
export function loopStamps(domU: Stamps, { offset, halfWidth }: Alignment): LoopStamps {
  const onCapture = (ticks: number) => ticks + offset
  if (domU.loop?.type === 'spin') {
    const starts = domU.gaps.map(({ before }) => onCapture(before))
    const ends = domU.gaps.map(({ after }) => onCapture(after))
    // The gap around a moment when the vCPU was certainly off; other gaps are preemptions and interrupts.
    const around = (moment: number) => {
      const gap = firstAtOrAfter(ends, moment)
      return gap < ends.length && (starts[gap] as number) <= moment + halfWidth ? gap : null
    }
    return {
      lastBefore(xenStarts, vcpuStops) {
        const gap = vcpuStops === null ? null : around(vcpuStops)
        return gap === null ? null : Math.min(starts[gap] as number, xenStarts)
      },
      firstAfter(xenStarts) {
        const gap = around(xenStarts)
        return gap === null ? null : (ends[gap] as number)
      },
    }
  }
  const stamps = domU.stamps.map(onCapture)
  return {
    lastBefore: (xenStarts) => stamps[firstAtOrAfter(stamps, xenStarts + 1) - 1] ?? null,
    firstAfter: (xenStarts) => stamps[firstAtOrAfter(stamps, xenStarts)] ?? null,
  }
}

/** Returns the index of the vCPU's first SLEEP or WAKE while `xl` ran. */
function findEvent(line: VcpuTimeline, span: SearchSpan, event: number): number | null {
  const to = Math.min(span.xlEnds + span.halfWidth, span.limit)
  for (let i = firstAtOrAfter(line.times, span.xlRuns - span.halfWidth); i < line.times.length; i++) {
    if ((line.times[i] as number) > to) return null
    if (line.events[i] !== event) continue
    // The timer of a blocked vCPU fires while its domain is paused: it stays paused.
    if (event === WAKE && line.events[i + 1] === BLOCKED_TO_OFFLINE) continue
    return i
  }
  return null
}

/**
 * Returns the index of the WAKE at which a blocked vCPU found its domain paused before its own SLEEP, if it
 * went offline that way. Xen first counts a pause and then puts the vCPUs to sleep one by one (domain_pause
 * in xen/common/domain.c), so a timer that fires in between is the first sign of the pause.
 */
function wokenWhenPaused(line: VcpuTimeline, sleep: number, span: SearchSpan): number | null {
  const change = lastChangeBefore(line, sleep)
  const wake = change - 1
  const during = (line.times[wake] ?? Number.NEGATIVE_INFINITY) >= span.xlRuns - span.halfWidth
  return during && line.events[change] === BLOCKED_TO_OFFLINE && line.events[wake] === WAKE ? wake : null
}

/** Returns when the vCPU first enters one of the states after event `index` and before `limit`. */
function firstChange(
  { times, events }: VcpuTimeline,
  index: number,
  limit: number,
  into: readonly Runstate[],
): number | null {
  for (let i = index + 1; i < times.length && (times[i] as number) < limit; i++) {
    const event = events[i] as number
    if (isRunstateChange(event) && into.includes(runstates[newState(event)] as Runstate))
      return times[i] as number
  }
  return null
}

/** Returns when the last vCPU left its pCPU; null if none was on one, or it is not known of each. */
function allOff(
  found: readonly Edge[],
  xenStarts: number,
  limit: number,
  { timeline, lost }: Subject,
): number | null {
  for (const [vcpu, line] of timeline.vcpus) {
    if (found.some((edge) => edge.vcpu === vcpu)) continue
    const state = stateBefore(line, firstAtOrAfter(line.times, xenStarts), xenStarts, lost)
    if (state === null || wasOn(state)) return null
  }
  if (found.some(({ state }) => state === null)) return null
  const off = found
    .filter(({ state }) => wasOn(state))
    .map(({ line, index }) => firstChange(line, index, limit, ['blocked', 'offline']))
  return off.includes(null) ? null : extremes(off).last
}

function wasOn(state: Runstate | null): boolean {
  return state === 'running' || state === 'runnable'
}

/** Returns the least and the greatest of the known times; null if none is known. */
function extremes(times: readonly (number | null)[]) {
  const known = times.filter((time) => time !== null)
  return known.length === 0
    ? { first: null, last: null }
    : { first: Math.min(...known), last: Math.max(...known) }
}
