import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { operations } from '../../src/xentrace/analysis.ts'
import { type Runstate, runstateChange } from '../../src/xentrace/events.ts'
import type { Operation } from '../../src/xentrace/operations.ts'
import { type PictureRow, pictures, typicalAndWorst } from '../../src/xentrace/picture.ts'
import { parseStamps } from '../../src/xentrace/stamps.ts'
import { readTimeline } from '../../src/xentrace/timeline.ts'
import { bytesOf, capture, record, u64, window } from './capture.ts'

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const bytes = capture('run/trace')
const timeline = readTimeline([bytes])
const stamps = (name: string) => parseStamps(file(`test/fixtures/trace/run/${name}.stamps`))
const { operations: found, sanity } = operations({
  capture: [bytes],
  dom0: stamps('dom0'),
  domU: stamps('domu'),
})
const loop = stamps('domu').stamps.map((stamp) => stamp + sanity.alignments.domU.offset)
const about = { domain: 1, stamps: loop }
const chosen = (type: Operation['type']) => {
  const both = typicalAndWorst(found.filter((one) => one.type === type))
  if (both === null) throw new Error('no operation')
  return both
}
const picture = (operation: Operation) => pictures(timeline, [operation], about)[0] as readonly PictureRow[]
const lanesOf = (rows: readonly PictureRow[]) => Map.groupBy(rows, ({ lane }) => lane)

describe('the operations to draw', () => {
  it('are the median and the worst of those that have phases', () => {
    const pauses = found.filter(({ type }) => type === 'pause')
    const totals = pauses.map(({ phases }) => phases?.total ?? 0).sort((a, b) => a - b)
    const { typical, worst } = chosen('pause')
    expect([typical.phases?.total, worst.phases?.total]).toEqual([totals[2], totals[4]])
    expect(typicalAndWorst(pauses.map((one) => ({ ...one, phases: null }) as Operation))).toBeNull()
  })
})

describe('the picture of an operation', () => {
  it('has xl, the vCPUs of all domains without a gap, the stamps of the loop and the edges', () => {
    const { typical } = chosen('pause')
    const lanes = lanesOf(picture(typical))
    expect([...lanes.keys()]).toEqual(['xl', 'dom0 v0', 'domU v0', 'domU v1', 'domU v2', 'loop', 'edge'])
    const { xlRuns, xlEnds, lastStamp, xenStarts, vcpuStops } = typical.edges as {
      xlRuns: number
      xlEnds: number
      lastStamp: number
      xenStarts: number
      vcpuStops: number
    }
    const since = (ticks: number) => ticks - xlRuns
    expect(lanes.get('edge')?.map(({ what, at }) => [what, at])).toEqual([
      ['xl runs', 0],
      ['last domU stamp', since(lastStamp)],
      ['Xen starts', since(xenStarts)],
      ['vCPU stops', since(vcpuStops)],
    ])
    expect(lanes.get('xl')?.map(({ at }) => at)).toEqual([0, since(xlEnds)])
    const end = Math.max(since(xlEnds), since(vcpuStops))
    const margin = Math.round(0.05 * end)
    for (const [lane, rows] of lanes) {
      if (!/ v\d$/.test(lane)) continue
      expect([rows[0]?.at, rows.at(-1)?.at]).toEqual([-margin, end + margin])
      expect(rows.map(({ what }) => what).indexOf('end')).toBe(rows.length - 1)
      for (const [i, { at, what }] of rows.slice(1).entries()) {
        expect(at).toBeGreaterThan(rows[i]?.at ?? Number.NaN)
        expect(what).not.toBe(rows[i]?.what)
      }
    }
    const off = lanes.get('domU v0')?.find(({ what }) => what === 'offline')
    expect(off?.at).toBe(since(vcpuStops))
    const stamps = lanes.get('loop')?.map(({ at }) => at)
    expect(stamps).toEqual(loop.map(since).filter((at) => -margin <= at && at <= end + margin))
    expect(stamps?.filter((at) => at <= since(xenStarts)).at(-1)).toBe(since(lastStamp))
  })

  it('is the same whether it is made alone or with others', () => {
    const both = Object.values(chosen('unpause'))
    expect(pictures(timeline, both, about)).toEqual(both.map(picture))
  })

  it('is not made from a capture that is cut', () => {
    expect(() => readTimeline([bytes.subarray(0, 100_000)])).toThrow(
      'the capture is truncated at byte 100000',
    )
  })

  it('comes with the operations, of the typical and the worst that may be drawn', () => {
    const input = { dom0: stamps('dom0'), domU: stamps('domu') }
    const drawable = ({ type }: Operation) => type === 'unpause'
    const { pictures: rows } = operations({ capture: timeline, ...input, drawable })
    const both = chosen('unpause')
    expect(rows).toEqual(
      (['typical', 'worst'] as const).flatMap((choice) =>
        picture(both[choice]).map((row) => ({ operation: 'unpause', choice, ...row })),
      ),
    )
    expect(operations({ capture: [bytes], ...input, drawable }).pictures).toEqual(rows)
    expect(operations({ capture: timeline, ...input }).pictures).toEqual([])
  })
})

describe('intervals in a picture', () => {
  // 4,000 ticks with a margin of 200 on either side: 1/400 of the picture is 11 ticks.
  const edges = { xlRuns: 1000, xlEnds: 5000, xenStarts: 3000, vcpuRuns: 3010, firstStamp: 4000 }
  const operation = { type: 'unpause', trial: 1, edges } as unknown as Operation
  const change = (from: Runstate, to: Runstate, at: number, vcpu = 0x10000) =>
    record(runstateChange(from, to), at, vcpu)
  const draw = (...records: number[][]) => {
    const rows = pictures(readTimeline([bytesOf(window(0, ...records))]), [operation], {
      domain: 1,
      stamps: [],
    })[0]
    return lanesOf(rows ?? [])
  }
  const ofVcpu = (...records: number[][]) =>
    draw(...records)
      .get('domU v0')
      ?.map(({ what, at }) => [what, at])

  it('are one when they are short, in the state of the longest time, and long ones keep their times', () => {
    const found = ofVcpu(
      change('offline', 'runnable', 800),
      change('runnable', 'running', 2000),
      change('running', 'blocked', 2004), // 4 ticks running, 3 blocked, 5 running
      change('blocked', 'running', 2007),
      change('running', 'runnable', 2012),
      change('runnable', 'blocked', 4000),
      change('blocked', 'running', 5200),
    )
    expect(found).toEqual([
      ['runnable', -200],
      ['running', 1000],
      ['runnable', 1012],
      ['blocked', 3000],
      ['end', 4200],
    ])
  })

  it('have an end where records are lost', () => {
    const found = ofVcpu(
      change('offline', 'blocked', 800),
      record(0x1f001, 2500, 5, 0, ...u64(2000)),
      change('running', 'blocked', 4000),
      change('blocked', 'running', 6000),
    )
    expect(found).toEqual([
      ['blocked', -200],
      ['end', 1000],
      ['blocked', 3000],
      ['end', 4200],
    ])
  })

  it('are of dom0, the domain under test and others by their numbers, and not of the idle domain', () => {
    const lanes = draw(
      ...[0x0, 0x10000, 0x20003, 0x7fff0000].map((vcpu) => change('blocked', 'running', 900, vcpu)),
      change('running', 'blocked', 6000),
    )
    expect([...lanes.keys()]).toEqual(['xl', 'dom0 v0', 'dom2 v3', 'domU v0', 'edge'])
  })

  it('are coarser where there are many', () => {
    const many = Array.from({ length: 400 }, (_, i) =>
      change(i % 2 ? 'blocked' : 'running', i % 2 ? 'running' : 'blocked', 900 + 12 * i),
    )
    const rows = ofVcpu(...many) ?? []
    expect(rows.length).toBeLessThanOrEqual(130)
    expect(rows.length).toBeGreaterThan(1)
  })
})
