import { describe, expect, it } from 'vitest'
import { drawnData } from '../../src/report/drawndata.ts'

const spec = JSON.stringify({
  data: { name: 'rows' },
  mark: 'point',
  encoding: { x: { field: 'size' }, y: { field: String.raw`time\.ms` } },
})

describe('the data of a figure', () => {
  it('are the columns that its specification names, with as many digits as are measured', () => {
    const rows = [
      { size: 1, 'time.ms': 13310.481481481482, other: 'a' },
      { size: 2, 'time.ms': null, other: 'b' },
    ]
    expect(drawnData({ spec, data: { rows } })).toEqual([
      { name: 'rows', csv: 'size,time.ms\n1,13310.4815\n2,\n', rows: 2, shown: 2 },
    ])
  })

  it('have units in their heads, where names do not tell them, and the names beside', () => {
    const rows = [{ size: 1, 'time.ms': 2 }]
    expect(drawnData({ spec, data: { rows } }, { rows: { size: 'µs, mean' } })).toEqual([
      { name: 'rows', csv: '"size (µs, mean)",time.ms\n1,2\n', fields: 'size,time.ms', rows: 1, shown: 1 },
    ])
  })

  it('are those of a file as it has them', () => {
    const [rows] = drawnData({ spec, data: { rows: 'size,other,time.ms\n"a, ""b""",x,0.10\n' } })
    expect(rows?.csv).toBe('size,time.ms\n"a, ""b""",0.10\n')
  })

  it('are all columns where the specification names none', () => {
    const computed = JSON.stringify({ data: { name: 'rows' }, mark: 'point' })
    expect(drawnData({ spec: computed, data: { rows: [{ size: 1, weight: 2 }] } })[0]?.csv).toBe(
      'size,weight\n1,2\n',
    )
  })

  it('are cut at a row where they would be too long for a page, and say so', () => {
    const rows = Array.from({ length: 60_000 }, (_, size) => ({ size, 'time.ms': size / 7 }))
    const [{ csv, shown } = { csv: '', shown: 0 }] = drawnData({ spec, data: { rows } })
    expect(csv.length).toBeLessThanOrEqual(400_100)
    expect(shown).toBe(csv.trimEnd().split('\n').length - 1)
    expect(shown).toBeLessThan(60_000)
  })
})
