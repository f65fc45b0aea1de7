/**
 * Phases of a pause and of an unpause: differences of their edges, in integer ticks of CNTPCT. Every edge is
 * rounded once, so phases add up to their total exactly.
 */

interface Edges {
  /** dom0's stamps before and after `xl`. */
  readonly xlRuns: number
  readonly xlEnds: number
  /** Xen takes the loop's vCPU out of scheduling (SLEEP), or puts it back (WAKE). */
  readonly xenStarts: number | null
  /** Xen walks the vCPUs one by one: the first and the last SLEEP or WAKE. */
  readonly xenFirst: number | null
  readonly xenLast: number | null
}

export interface PauseEdges extends Edges {
  /**
   * The loop's last stamp before Xen starts. A spinning loop stamps continuously, so if it was still stamping
   * when Xen started: that moment itself.
   */
  readonly lastStamp: number | null
  /** The loop's vCPU goes offline; if blocked, only when its timer fires: an artefact of the method. */
  readonly vcpuStops: number | null
  /** Every vCPU has left its pCPU. Null if none was running or runnable, or a state is unknown. */
  readonly allOff: number | null
  /** The first and the last vCPU to go offline. */
  readonly stopsFirst: number | null
  readonly stopsLast: number | null
}

export interface UnpauseEdges extends Edges {
  readonly vcpuRuns: number | null
  readonly firstStamp: number | null
  readonly runsFirst: number | null
  readonly runsLast: number | null
}

export interface PausePhases {
  readonly xlToLastStamp: number
  readonly lastStampToXen: number
  readonly xenToVcpuStops: number
  /** Sum of the three above: the study's definition. */
  readonly total: number
  /** xl run -> Xen starts, free of the artefact. */
  readonly xlToXen: number
  readonly xenToAllOff: number | null
}

export interface UnpausePhases {
  readonly xlToXen: number
  readonly xenToVcpuRuns: number
  readonly vcpuRunsToFirstStamp: number
  readonly total: number
}

/** Largest error of a difference of two stamps, or of a stamp and a record: the alignments' half widths. */
export interface Tolerance {
  readonly dom0: number
  readonly domU: number
}

/** Null if an edge is missing. */
export function pausePhases(edges: PauseEdges): PausePhases | null {
  const { xlRuns, lastStamp, xenStarts, vcpuStops, allOff } = edges
  if (lastStamp === null || xenStarts === null || vcpuStops === null) return null
  return {
    xlToLastStamp: lastStamp - xlRuns,
    lastStampToXen: xenStarts - lastStamp,
    xenToVcpuStops: vcpuStops - xenStarts,
    total: vcpuStops - xlRuns,
    xlToXen: xenStarts - xlRuns,
    xenToAllOff: allOff === null ? null : allOff - xenStarts,
  }
}

/** Null if an edge is missing. */
export function unpausePhases(edges: UnpauseEdges): UnpausePhases | null {
  const { xlRuns, xenStarts, vcpuRuns, firstStamp } = edges
  if (xenStarts === null || vcpuRuns === null || firstStamp === null) return null
  return {
    xlToXen: xenStarts - xlRuns,
    xenToVcpuRuns: vcpuRuns - xenStarts,
    vcpuRunsToFirstStamp: firstStamp - vcpuRuns,
    total: firstStamp - xlRuns,
  }
}

/**
 * Returns the name of the phase that is more negative than its stamps' error allows; null if none is. Only
 * phases that start or end at a domU stamp can be: other edges are searched for after the one before.
 */
export function negativePausePhase(phases: PausePhases, { dom0, domU }: Tolerance): string | null {
  return phases.xlToLastStamp < -(dom0 + domU) ? 'xl run -> last domU stamp' : null
}

export function negativeUnpausePhase(phases: UnpausePhases, { domU }: Tolerance): string | null {
  return phases.vcpuRunsToFirstStamp < -domU ? 'vCPU runs -> first domU stamp' : null
}
