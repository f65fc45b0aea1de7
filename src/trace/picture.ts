/** One operation as a picture: what vCPUs did around it, in rows for `figures/operation.vl.json`. */

import { isRunstateChange } from './events.ts'
import type { Operation } from './operations.ts'
import { scan } from './scan.ts'
import { clipped, type Stay, StayTracker } from './stays.ts'

/** Times are milliseconds after `xl` ran. A `stay` is a bar of its lane, an `edge` a line across all lanes. */
export interface PictureRow {
  readonly part: 'stay' | 'edge'
  /** `xl`, or a vCPU: `dom0 v1`, `domU v0`; of an edge empty. */
  readonly lane: string
  /** Position of the lane from the top. */
  readonly laneIndex: number
  /** Runstate; of the lane `xl`, `xl`; of an edge its name. */
  readonly what: string
  readonly fromMs: number
  readonly toMs: number
}

const DOM0 = 0
/** Part of the operation's length that is shown before and after it. */
const MARGIN = 0.05

/** The operations of one type whose totals are the median (the upper one of two) and the greatest; null if none counts. */
export function typicalAndWorst(
  operations: readonly Operation[],
  type: Operation['type'],
): { readonly typical: Operation; readonly worst: Operation } | null {
  const total = ({ phases }: Operation) => phases?.total ?? 0
  const sorted = operations
    .filter((one) => one.type === type && one.excluded === null && one.phases !== null)
    .toSorted((a, b) => total(a) - total(b) || a.trial - b.trial)
  const [typical, worst] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  return typical === undefined || worst === undefined ? null : { typical, worst }
}

/**
 * Rows of the picture of an operation: `xl`, the vCPUs of dom0 and those of the domain under test, and the edges.
 *
 * @param capture the bytes of the file in chunks of any length
 * @param domain the domain under test
 * @param hz ticks per second
 * @throws TraceError if the capture is damaged
 */
export function operationPicture(
  capture: Iterable<Uint8Array>,
  operation: Operation,
  { domain, hz }: { readonly domain: number; readonly hz: number },
): readonly PictureRow[] {
  const edges = namedEdges(operation)
  const { xlRuns, xlEnds } = operation.edges
  const end = Math.max(xlEnds, ...edges.map(({ ticks }) => ticks))
  const margin = Math.round((end - xlRuns) * MARGIN)
  const window = { from: xlRuns - margin, to: end + margin }
  const stays = staysIn(capture, window, [DOM0, domain])
  const lanes = [...new Set(stays.map(laneOf))].sort()
  const ms = (ticks: number) => ((ticks - xlRuns) * 1000) / hz
  return [
    { part: 'stay', lane: 'xl', laneIndex: 0, what: 'xl', fromMs: 0, toMs: ms(xlEnds) },
    ...stays.map((stay): PictureRow => {
      const lane = laneOf(stay)
      const laneIndex = lanes.indexOf(lane) + 1
      return { part: 'stay', lane, laneIndex, what: stay.state, fromMs: ms(stay.from), toMs: ms(stay.to) }
    }),
    ...edges.map(({ name, ticks }): PictureRow => {
      return { part: 'edge', lane: '', laneIndex: 0, what: name, fromMs: ms(ticks), toMs: ms(ticks) }
    }),
  ]
}

function namedEdges({ edges }: Operation): readonly { readonly name: string; readonly ticks: number }[] {
  const named: readonly (readonly [string, number | null])[] =
    'vcpuStops' in edges
      ? [
          ['last domU stamp', edges.lastStamp],
          ['Xen starts', edges.xenStarts],
          ['vCPU stops', edges.vcpuStops],
        ]
      : [
          ['Xen starts', edges.xenStarts],
          ['vCPU runs', edges.vcpuRuns],
          ['first domU stamp', edges.firstStamp],
        ]
  return named.flatMap(([name, ticks]) => (ticks === null ? [] : [{ name, ticks }]))
}

function staysIn(
  capture: Iterable<Uint8Array>,
  window: { readonly from: number; readonly to: number },
  domains: readonly number[],
): readonly Stay[] {
  const stays: Stay[] = []
  const tracker = new StayTracker((stay) => {
    if (domains.includes(stay.domain))
      stays.push(...clipped(stay, [window]).filter(({ from, to }) => from < to))
  })
  const found = scan(
    capture,
    (merge, first) => {
      while (merge.next()) tracker.take(merge, first)
    },
    isRunstateChange,
  )
  if (found.damage !== null) throw found.damage
  tracker.finish(found)
  return stays
}

function laneOf({ domain, vcpu }: Stay): string {
  return `${domain === DOM0 ? 'dom0' : 'domU'} v${vcpu}`
}
