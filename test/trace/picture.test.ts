import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderFigure } from '../../src/report/figure.ts'
import { type Operation, operations } from '../../src/trace/operations.ts'
import { operationPicture, type PictureRow, typicalAndWorst } from '../../src/trace/picture.ts'
import { parseStamps } from '../../src/trace/stamps.ts'
import { capture } from './capture.ts'

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const bytes = capture('run/trace')
const stamps = (name: string) => parseStamps(file(`test/fixtures/trace/run/${name}.stamps`))
const found = operations({ capture: [bytes], dom0: stamps('dom0'), domU: stamps('domu') }).operations
const tested = { domain: 1, hz: 54_000_000 }
const chosen = (type: Operation['type']) => {
  const both = typicalAndWorst(found, type)
  if (both === null) throw new Error('no operation')
  return both
}
const picture = (operation: Operation) => operationPicture([bytes], operation, tested)

describe('the operations to draw', () => {
  it('are the median and the worst of those that count', () => {
    const totals = (list: readonly Operation[]) =>
      list.map(({ phases }) => phases?.total ?? 0).sort((a, b) => a - b)
    const pauses = found.filter(({ type }) => type === 'pause')
    const { typical, worst } = chosen('pause')
    expect([typical.phases?.total, worst.phases?.total]).toEqual([totals(pauses)[2], totals(pauses)[4]])
    const excluded = pauses.map((one) => ({ ...one, excluded: 'lost records' }))
    expect(typicalAndWorst(excluded, 'pause')).toBeNull()
  })
})

describe('the picture of an operation', () => {
  it('has xl, the vCPUs of both domains without a gap, and the edges', () => {
    const { typical } = chosen('pause')
    const rows = picture(typical)
    const lanes = Map.groupBy(
      rows.filter(({ part }) => part === 'stay'),
      ({ laneIndex, lane }) => `${laneIndex} ${lane}`,
    )
    expect([...lanes.keys()].sort()).toEqual(['0 xl', '1 dom0 v0', '2 domU v0', '3 domU v1', '4 domU v2'])
    for (const [lane, stays] of lanes) {
      if (lane === '0 xl') continue
      for (const [i, { fromMs }] of stays.slice(1).entries()) expect(fromMs).toBe(stays[i]?.toMs)
    }
    const edges = rows.filter(({ part }) => part === 'edge')
    expect(edges.map(({ what }) => what)).toEqual(['last domU stamp', 'Xen starts', 'vCPU stops'])
    const { xlRuns, vcpuStops } = typical.edges as { xlRuns: number; vcpuStops: number }
    expect(edges[2]?.fromMs).toBe((vcpuStops - xlRuns) / 54_000)
    const off = rows.find(({ lane, what }) => lane === 'domU v0' && what === 'offline') as PictureRow
    expect(off.fromMs).toBe(edges[2]?.fromMs)
  })

  it.each(['pause', 'unpause'] as const)('of a %s is drawn by figures/operation.vl.json', async (type) => {
    const rows = picture(chosen(type).worst).map((row) => ({ ...row }))
    const svg = await renderFigure({
      id: 'operation',
      spec: JSON.parse(file('figures/operation.vl.json')),
      data: new Map([['rows', rows]]),
      title: 'One operation',
      description: 'What the vCPUs did.',
    })
    for (const text of ['domU v0', 'Xen starts', 'blocked']) expect(svg).toContain(text)
  })

  it('is not drawn from a capture that is cut', () => {
    expect(() => operationPicture([bytes.subarray(0, 100_000)], chosen('pause').typical, tested)).toThrow(
      'the capture is truncated at byte 100000',
    )
  })
})
