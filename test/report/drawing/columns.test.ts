import { describe, expect, it } from 'vitest'
import { packed, unpacked } from '../../../src/report/drawing/columns.ts'
import type { Records } from '../../../src/report/drawing/order.ts'

describe('records on their way to the drawing process', () => {
  it.each<[string, Records]>([
    ['none', []],
    [
      'numbers and texts',
      [
        { us: 1.5, pattern: 'a' },
        { us: -2, pattern: 'b' },
        { us: 0, pattern: 'a' },
      ],
    ],
    [
      'absent values',
      [
        { us: 1, low: null },
        { us: null, low: 3 },
      ],
    ],
    [
      'names of Object’s own',
      [
        Object.fromEntries([
          ['__proto__', 1],
          ['constructor', 'x'],
        ]),
      ],
    ],
    [
      'dates and truths',
      [
        { at: new Date(5), is: true },
        { at: new Date(6), is: false },
      ],
    ],
  ])('with %s arrive as they were', (_, records) => {
    const columns = packed(records)
    expect(columns && unpacked(structuredClone(columns))).toEqual(records)
    expect(columns && unpacked(columns).map((one) => Object.keys(one))).toEqual(
      records.map((one) => Object.keys(one)),
    )
  })

  it.each<[string, Records]>([
    ['fields', [{ a: 1 }, { b: 1 }]],
    [
      'orders of fields',
      [
        { a: 1, b: 2 },
        { b: 1, a: 2 },
      ],
    ],
    ['numbers of fields', [{ a: 1, b: 2 }, { a: 1 }]],
  ])('with different %s are not packed', (_, records) => {
    expect(packed(records)).toBeUndefined()
  })

  it('name each text once', () => {
    const records = Array.from({ length: 1000 }, (_, us) => ({ us, pattern: us % 2 ? 'one' : 'another' }))
    const columns = packed(records)?.columns.map(([name, one]) => [
      name,
      one.type === 'places' ? one.distinct : one.values.length,
    ])
    expect(columns).toEqual([
      ['us', 1000],
      ['pattern', ['another', 'one']],
    ])
  })
})
