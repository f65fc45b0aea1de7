/**
 * Turns a capture and the stamps of dom0 and domU into pauses and unpauses with their phases.
 *
 *     capture -> scan -> timeline ─┬─> align (dom0, domU) ─> edges ─> phases ─> operations
 *     stamp files ─────────────────┘
 */

import { type Alignment, align } from './align.ts'
import { findPause, findUnpause, loopStamps, type SearchSpan, type Subject } from './edges.ts'
import type { Kind } from './eventcounter.ts'
import { eventName, isKnown, isRunstateChange, newState, oldState, type Runstate } from './events.ts'
import {
  negativePausePhase,
  negativeUnpausePhase,
  type PauseEdges,
  type PausePhases,
  pausePhases,
  type Tolerance,
  type UnpauseEdges,
  type UnpausePhases,
  unpausePhases,
} from './phases.ts'
import { type Gap, TraceError } from './record.ts'
import { overlaps } from './spans.ts'
import type { Command, Stamps } from './stamps.ts'
import { firstAtOrAfter, lastChangeBefore, type Timeline } from './timeline.ts'

interface Common {
  readonly trial: number
  /** State of the loop's vCPU when Xen starts; null if unknown. */
  readonly state: Runstate | null
  /** Why this operation is excluded from the statistics; null if it is not. */
  readonly excluded: string | null
}

/** Phases are null if an edge was not found. */
export interface Pause extends Common {
  readonly type: 'pause'
  readonly edges: PauseEdges
  readonly phases: PausePhases | null
}
export interface Unpause extends Common {
  readonly type: 'unpause'
  readonly edges: UnpauseEdges
  readonly phases: UnpausePhases | null
}
export type Operation = Pause | Unpause

export interface EventCount {
  readonly event: string
  readonly count: number
  /** True if the table of events knows it in the form of all its records. */
  readonly known: boolean
}

/** Evidence on the quality of the results. */
export interface Sanity {
  readonly records: number
  readonly pcpus: readonly number[]
  readonly events: readonly EventCount[]
  readonly unknownRecords: number
  readonly untimedRecords: number
  readonly gaps: readonly Gap[]
  readonly lostRecords: number
  /** Runstate changes that contradict the one before. */
  readonly mismatches: number
  readonly alignments: { readonly dom0: Alignment; readonly domU: Alignment }
  readonly pauses: { readonly count: number; readonly excluded: number }
  readonly unpauses: { readonly count: number; readonly excluded: number }
  readonly exclusions: readonly { readonly reason: string; readonly count: number }[]
}

export interface Analysis {
  /** Ticks per second of everything here. */
  readonly hz: number
  /** One per command of dom0, in the same order. */
  readonly operations: readonly Operation[]
  readonly sanity: Sanity
}

const DOM0 = 0

/** Returns the domains that `analyse` needs in a timeline: dom0 and the domain under test. */
export function domainsUnderTest({ domain }: Stamps): readonly number[] {
  return domain === null ? [DOM0] : [DOM0, domain.id]
}

/**
 * Finds the operations that dom0 stamped in a capture. None is dropped; an excluded one gives its reason. In
 * a damaged capture, an incomplete operation is excluded for its missing edge.
 *
 * @throws TraceError if the stamps are invalid, or a clock cannot be aligned
 */
export function analyse(timeline: Timeline, dom0: Stamps, domU: Stamps): Analysis {
  const { domain, hz } = agree(dom0, domU)
  const alignments = {
    dom0: alignDomain(dom0, DOM0, timeline),
    domU: alignDomain(domU, domain.id, timeline),
  }
  const subject: Subject = {
    timeline: timeline.domains.get(domain.id) ?? { vcpus: new Map(), yields: [] },
    lost: timeline.lost,
    vcpu: domain.vcpu,
    loop: loopStamps(domU, alignments.domU),
  }
  const tolerance = { dom0: alignments.dom0.halfWidth, domU: alignments.domU.halfWidth }
  const alone = dom0.commands.map((command, i) =>
    operation(command, span(command, dom0.commands[i + 1], alignments.dom0), subject, tolerance),
  )
  const found = alone.map((one, i) => withoutSilence(one, alone[i - 1]))
  for (const one of found) checkSum(one)
  return { hz, operations: found, sanity: sanity(timeline, alignments, found) }
}

/** Throws if the phases do not add up to their total: a bug here, not in the input. */
export function checkSum({ type, trial, phases }: Operation): void {
  if (phases === null) return
  const sum =
    'xlToLastStamp' in phases
      ? phases.xlToLastStamp + phases.lastStampToXen + phases.xenToVcpuStops
      : phases.xlToXen + phases.xenToVcpuRuns + phases.vcpuRunsToFirstStamp
  if (sum !== phases.total || !Number.isSafeInteger(sum)) {
    throw new Error(`the phases of the ${type} of trial ${trial} add up to ${sum} ticks, not ${phases.total}`)
  }
}

function agree(
  dom0: Stamps,
  domU: Stamps,
): { hz: number; domain: { readonly id: number; readonly vcpu: number } } {
  if (dom0.domain === null) throw new TraceError("dom0's stamps have no 'domain' line: which was under test?")
  if (domU.loop === null) throw new TraceError("the domU's stamps have no 'loop' line")
  if (dom0.hz !== domU.hz) {
    throw new TraceError(
      `dom0 counts ${dom0.hz} ticks per second and the domU ${domU.hz}: they are not of one board`,
    )
  }
  return { hz: dom0.hz, domain: dom0.domain }
}

function alignDomain({ brackets }: Stamps, domain: number, timeline: Timeline): Alignment {
  try {
    const { domains, lost: gaps, scan } = timeline
    return align(brackets, domains.get(domain)?.yields ?? [], { first: scan.first, last: scan.last, gaps })
  } catch (cause) {
    if (!(cause instanceof TraceError)) throw cause
    throw new TraceError(
      `the clock of domain ${domain} cannot be aligned with the capture: ${cause.message}`,
      {
        cause,
      },
    )
  }
}

function span(command: Command, next: Command | undefined, { offset, halfWidth }: Alignment): SearchSpan {
  return {
    xlRuns: command.start + offset,
    xlEnds: command.end + offset,
    halfWidth,
    limit: next === undefined ? Number.POSITIVE_INFINITY : next.start + offset,
    stampLimit: next === undefined ? Number.POSITIVE_INFINITY : next.end + offset,
  }
}

function operation(command: Command, where: SearchSpan, subject: Subject, tolerance: Tolerance): Operation {
  const { trial, type } = command
  const excluded = (
    state: Runstate | null,
    edges: Readonly<Record<string, number | null>>,
    ends: readonly [end: number | null, end: number | null] | null,
    negativePhase: string | null,
  ) =>
    failed(command) ??
    lost(where, subject, ends) ??
    missing(edges) ??
    (state === null ? `unknown runstate of vCPU ${subject.vcpu}` : null) ??
    (negativePhase === null ? null : `negative phase: ${negativePhase}`) ??
    contradicting(where, subject, ends?.[0] ?? null)
  if (type === 'pause') {
    const { state, edges } = findPause(where, subject)
    const phases = pausePhases(edges)
    const required = {
      [`Xen starts (SLEEP of vCPU ${subject.vcpu})`]: edges.xenStarts,
      'vCPU stops': edges.vcpuStops,
      'last domU stamp': edges.lastStamp,
    }
    const ends = phases && ([edges.vcpuStops, edges.allOff] as const)
    const negative = phases && negativePausePhase(phases, tolerance)
    return { type, trial, state, edges, phases, excluded: excluded(state, required, ends, negative) }
  }
  const { state, edges } = findUnpause(where, subject)
  const phases = unpausePhases(edges)
  const required = {
    [`Xen starts (WAKE of vCPU ${subject.vcpu})`]: edges.xenStarts,
    'vCPU runs': edges.vcpuRuns,
    'first domU stamp': edges.firstStamp,
  }
  const ends = phases && ([edges.vcpuRuns, edges.firstStamp] as const)
  const negative = phases && negativeUnpausePhase(phases, tolerance)
  return { type, trial, state, edges, phases, excluded: excluded(state, required, ends, negative) }
}

/**
 * Excludes a pause whose last stamp precedes the unpause before it: the loop has not run since. (If the pause
 * before that caught the loop at work, a busy domU's kernel charges it for the whole time and runs others
 * first.)
 */
function withoutSilence(one: Operation, before: Operation | undefined): Operation {
  if (one.type !== 'pause' || before?.type !== 'unpause') return one
  const [last, woken] = [one.edges.lastStamp, before.edges.xenStarts]
  const counts = one.excluded === null || one.excluded.startsWith('negative phase')
  if (!counts || last === null || woken === null || last > woken) return one
  return { ...one, excluded: 'no domU stamp since the unpause before' }
}

function failed({ type, exitStatus, stateAfter }: Command): string | null {
  if (exitStatus !== 0) return `xl ${type} exited with status ${exitStatus}`
  const expected = type === 'pause' ? 'paused' : 'running'
  return stateAfter === expected ? null : `state after ${type}: ${stateAfter}, expected ${expected}`
}

/** Checks up to the last edge; up to the limit if one was not found, as it may be among the losses. */
function lost(
  where: SearchSpan,
  { lost: spans }: Subject,
  edges: readonly (number | null)[] | null,
): string | null {
  const to = edges === null ? where.limit : Math.max(where.xlEnds, ...edges.filter((edge) => edge !== null))
  return overlaps(spans, where.xlRuns - where.halfWidth, to) ? 'lost records' : null
}

function missing(edges: Readonly<Record<string, number | null>>): string | null {
  const name = Object.keys(edges).find((key) => edges[key] === null)
  return name === undefined ? null : `edge not found: ${name}`
}

/** Finds consecutive changes of a vCPU that contradict each other without a loss in between: out of order. */
function contradicting(
  where: SearchSpan,
  { timeline, lost: spans }: Subject,
  end: number | null,
): string | null {
  const to = Math.max(where.xlEnds, end ?? 0)
  for (const { times, events } of timeline.vcpus.values()) {
    let before = -1
    const from = lastChangeBefore({ events }, firstAtOrAfter(times, where.xlRuns))
    for (let i = Math.max(0, from); i < times.length && (times[i] as number) <= to; i++) {
      if (!isRunstateChange(events[i] as number)) continue
      const fits = before < 0 || newState(events[before] as number) === oldState(events[i] as number)
      if (!fits && !overlaps(spans, times[before] as number, times[i] as number))
        return 'runstate changes out of order: the clocks of pCPUs differ, or records are missing'
      before = i
    }
  }
  return null
}

function sanity(
  { scan, mismatches }: Timeline,
  alignments: Sanity['alignments'],
  found: readonly Operation[],
): Sanity {
  const events = eventCounts(scan.kinds)
  const reasons = new Map<string, number>()
  for (const { excluded } of found) {
    if (excluded !== null) reasons.set(excluded, (reasons.get(excluded) ?? 0) + 1)
  }
  const count = (type: Operation['type']) => {
    const those = found.filter((one) => one.type === type)
    return { count: those.length, excluded: those.filter(({ excluded }) => excluded !== null).length }
  }
  return {
    records: scan.records,
    pcpus: scan.pcpus.map(({ cpu }) => cpu),
    events,
    unknownRecords: sum(events.filter(({ known }) => !known)),
    untimedRecords: scan.untimed,
    gaps: scan.gaps,
    lostRecords: sum(scan.gaps),
    mismatches,
    alignments,
    pauses: count('pause'),
    unpauses: count('unpause'),
    exclusions: [...reasons]
      .map(([reason, times]) => ({ reason, count: times }))
      .toSorted((a, b) => (a.reason < b.reason ? -1 : 1)),
  }
}

export function eventCounts(kinds: readonly Kind[]): readonly EventCount[] {
  return [...Map.groupBy(kinds, ({ event }) => event)].map(([event, own]) => ({
    event: eventName(event),
    count: sum(own),
    known: own.every(({ words }) => isKnown(event, words)),
  }))
}

function sum(list: readonly { readonly count: number }[]): number {
  return list.reduce((total, { count }) => total + count, 0)
}
