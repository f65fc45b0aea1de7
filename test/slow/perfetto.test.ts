import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { operations } from '../../src/xentrace/analysis.ts'
import { IDLE_DOMAIN, runstates } from '../../src/xentrace/events.ts'
import type { Operation } from '../../src/xentrace/operations.ts'
import { PerfettoTrace } from '../../src/xentrace/perfetto.ts'
import { scan } from '../../src/xentrace/scan.ts'
import { parseStamps } from '../../src/xentrace/stamps.ts'
import { summarise } from '../../src/xentrace/summary.ts'
import { capture } from '../xentrace/capture.ts'
import { type Cells, traceProcessor, withOldFlows } from './traceprocessor.ts'

const folder = process.env.PERFETTO_UI
const hz = 54_000_000
const ns = (ticks: number) => (ticks * 1e9) / hz
const stamps = (name: string) =>
  parseStamps(readFileSync(new URL(`../fixtures/trace/run/${name}.stamps`, import.meta.url), 'utf8'))

function traceOf(name: string, found: readonly Operation[] = []): Uint8Array {
  const pieces: Uint8Array[] = []
  const everywhere = [{ from: 0, to: Number.POSITIVE_INFINITY }]
  const trace = new PerfettoTrace(
    hz,
    () => everywhere,
    (bytes) => pieces.push(bytes.slice()),
  )
  trace.finish(scan([capture(name)], [trace]), { operations: found, domain: { id: 1, vcpu: 0 } })
  return Buffer.concat(pieces)
}

/** Returns the ticks in each runstate, of whole and partial intervals, by `d1v0 running`. */
async function runstateTicks(
  name: string,
): Promise<{ readonly ticks: ReadonlyMap<string, number>; readonly edge: number }> {
  const { domains, scan: found } = await summarise(() => ReadableStream.from([capture(name)]))
  const vcpus = domains.filter(({ domain }) => domain !== IDLE_DOMAIN).flatMap((one) => one.vcpus)
  const ticks = new Map(
    vcpus.flatMap(({ domain, vcpu, states }) =>
      states.flatMap(({ ticks, partTicks }, i) =>
        ticks + partTicks > 0 ? [[`d${domain}v${vcpu} ${runstates[i]}`, ticks + partTicks] as const] : [],
      ),
    ),
  )
  return { ticks, edge: Math.max(...found.pcpus.map(({ first }) => first)) - found.first }
}

describe.skipIf(folder === undefined)("Perfetto's trace processor (PERFETTO_UI)", () => {
  const load = (trace: Uint8Array) => traceProcessor(folder ?? '', trace)
  const complaints = "select name, value from stats where value > 0 and severity in ('error', 'data_loss')"

  it.each(['run/trace', 'busy', 'idle', 'lost', 'null', 'xen-4.14-null'])(
    'finds in the export of %s the runstates that we find, and nothing to complain of',
    async (name) => {
      const query = await load(traceOf(name))
      expect(query(complaints)).toEqual([])
      const slices = query(
        'select track.name || " " || slice.name as state, count(*) as n, sum(dur) as total from slice join track on slice.track_id = track.id ' +
          'where category = "runstate" group by state order by state',
      )
      const { ticks, edge } = await runstateTicks(name)
      expect(slices.map(({ state }) => state)).toEqual([...ticks.keys()].sort())
      for (const { state, n, total } of slices as readonly Cells[]) {
        // Both ends of each slice are rounded to a nanosecond. What ran when the capture began is counted
        // from its pCPU's first record, but drawn from the capture's.
        const off = Math.abs(Number(total) - ns(ticks.get(String(state)) ?? 0))
        expect(off, String(state)).toBeLessThanOrEqual(
          Number(n) + (String(state).endsWith('running') ? ns(edge) : 0),
        )
      }
      expect(query('select * from slice where dur < 0 or depth > 0 or parent_id is not null')).toEqual([])
    },
  )

  it('follows the arrows of every pause and unpause from xl to Xen to the vCPU', async () => {
    const found = operations({
      capture: [capture('run/trace')],
      dom0: stamps('dom0'),
      domU: stamps('domu'),
    }).operations
    const query = await load(withOldFlows(traceOf('run/trace', found)))
    expect(query(complaints)).toEqual([])
    const arrows = query(
      'select a.name as leaves, b.name as arrives, b.ts - a.ts as ns from flow ' +
        'join slice a on flow.slice_out = a.id join slice b on flow.slice_in = b.id order by a.ts',
    )
    const expected = found.flatMap(({ type, edges }) => {
      const [edge, ticks] =
        'vcpuStops' in edges ? ['vCPU stops', edges.vcpuStops] : ['vCPU runs', edges.vcpuRuns]
      const starts = edges.xenStarts ?? Number.NaN
      return [
        { leaves: `xl ${type}`, arrives: `Xen starts to ${type}`, ns: ns(starts - edges.xlRuns) },
        { leaves: `Xen starts to ${type}`, arrives: edge, ns: ns((ticks ?? Number.NaN) - starts) },
      ]
    })
    expect(arrows.map(({ leaves, arrives }) => [leaves, arrives])).toEqual(
      expected.map(({ leaves, arrives }) => [leaves, arrives]),
    )
    for (const [i, arrow] of arrows.entries())
      expect(Math.abs(Number(arrow.ns) - (expected[i]?.ns ?? Number.NaN))).toBeLessThanOrEqual(1)
  })
})
