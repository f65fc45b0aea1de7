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
  /** State of the loop's vCPU when Xen starts. */
  readonly state: Runstate | null
  readonly edges: Edges
}

interface Edge {
  readonly vcpu: number
  readonly state: Runstate | null
  readonly xen: number
  readonly done: number | null
  readonly off: number | null
}

const BLOCKED_TO_OFFLINE = runstateChange('blocked', 'offline')

export function findPause(span: SearchSpan, { timeline, lost, vcpu, loop }: Subject): Found<PauseEdges> {
  const found: Edge[] = []
  for (const [number, line] of timeline.vcpus) {
    const sleep = findEvent(line, span, SLEEP)
    if (sleep === null) continue
    const index = wokenWhenPaused(line, sleep, span) ?? sleep
    const xen = line.times[index] as number
    const state = stateBefore(line, index, xen, lost)
    found.push({
      vcpu: number,
      state,
      xen,
      done: findChange(line, index, span.limit, (to) => to === 'offline'),
      off: wasOn(state)
        ? findChange(line, index, span.limit, (to) => to === 'blocked' || to === 'offline')
        : null,
    })
  }
  const own = found.find((edge) => edge.vcpu === vcpu)
  const xenStarts = own?.xen ?? null
  const vcpuStops = own?.done ?? null
  const done = found.map((edge) => edge.done)
  return {
    state: own?.state ?? null,
    edges: {
      xlRuns: span.xlRuns,
      xlEnds: span.xlEnds,
      lastStamp: xenStarts === null ? null : loop.lastBefore(xenStarts, vcpuStops),
      xenStarts,
      vcpuStops,
      allOff: xenStarts === null ? null : allOff(found, xenStarts, timeline, lost),
      ...firstAndLastXen(found),
      stopsFirst: least(done),
      stopsLast: greatest(done),
    },
  }
}

export function findUnpause(span: SearchSpan, { timeline, lost, vcpu, loop }: Subject): Found<UnpauseEdges> {
  const found: Edge[] = []
  for (const [number, line] of timeline.vcpus) {
    const index = findEvent(line, span, WAKE)
    if (index === null) continue
    const xen = line.times[index] as number
    found.push({
      vcpu: number,
      state: stateBefore(line, index, xen, lost),
      xen,
      done: findChange(line, index, span.limit, (to) => to === 'running'),
      off: null,
    })
  }
  const own = found.find((edge) => edge.vcpu === vcpu)
  const xenStarts = own?.xen ?? null
  const firstStamp = xenStarts === null ? null : loop.firstAfter(xenStarts)
  const done = found.map((edge) => edge.done)
  return {
    state: own?.state ?? null,
    edges: {
      xlRuns: span.xlRuns,
      xlEnds: span.xlEnds,
      xenStarts,
      vcpuRuns: own?.done ?? null,
      firstStamp: firstStamp !== null && firstStamp < span.stampLimit ? firstStamp : null,
      ...firstAndLastXen(found),
      runsFirst: least(done),
      runsLast: greatest(done),
    },
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

/** Returns when the vCPU first enters an accepted state after event `index` and before `limit`. */
function findChange(
  line: VcpuTimeline,
  index: number,
  limit: number,
  into: (state: Runstate) => boolean,
): number | null {
  for (let i = index + 1; i < line.times.length && (line.times[i] as number) < limit; i++) {
    const event = line.events[i] as number
    if (isRunstateChange(event) && into(runstates[newState(event)] as Runstate))
      return line.times[i] as number
  }
  return null
}

function allOff(
  found: readonly Edge[],
  xenStarts: number,
  timeline: DomainTimeline,
  lost: readonly Span[],
): number | null {
  for (const [vcpu, line] of timeline.vcpus) {
    if (found.some((edge) => edge.vcpu === vcpu)) continue
    const state = stateBefore(line, firstAtOrAfter(line.times, xenStarts), xenStarts, lost)
    if (state === null || wasOn(state)) return null
  }
  if (found.some(({ state }) => state === null)) return null
  const on = found.filter(({ state }) => wasOn(state))
  return on.some(({ off }) => off === null) ? null : greatest(on.map(({ off }) => off))
}

function wasOn(state: Runstate | null): boolean {
  return state === 'running' || state === 'runnable'
}

function firstAndLastXen(found: readonly Edge[]): { xenFirst: number | null; xenLast: number | null } {
  const xen = found.map((edge) => edge.xen)
  return { xenFirst: least(xen), xenLast: greatest(xen) }
}

function least(times: readonly (number | null)[]): number | null {
  return times.reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null)
}

function greatest(times: readonly (number | null)[]): number | null {
  return times.reduce((a, b) => (a === null ? b : b === null ? a : Math.max(a, b)), null)
}
