import { describe, expect, it } from 'vitest'
import { requireSameColumns } from '../../../src/engine/script/samecolumns.ts'
import type { Row } from '../../../src/results/run.ts'

const check = (...rows: readonly Row[]) => requireSameColumns(rows, 'there is')

describe('columns that nobody declared', () => {
  it.each<[string, readonly Row[]]>([
    [
      'all trials have',
      [
        { trial: 0, a: 1 },
        { trial: 1, a: 2 },
      ],
    ],
    [
      'have no value in a trial',
      [
        { trial: 0, a: 1 },
        { trial: 1, a: null },
      ],
    ],
    [
      'some rows of each trial have',
      [
        { trial: 0, a: 1 },
        { trial: 0, b: 1 },
        { trial: 1, b: 1 },
        { trial: 1, a: 1 },
      ],
    ],
    [
      'a trial that is excluded lacks',
      [
        { trial: 0, a: 1 },
        { trial: 1, excluded: 'too hot' },
      ],
    ],
    ['there are none', []],
  ])('may be those that %s', (_, rows) => {
    expect(() => check(...rows)).not.toThrow()
  })

  it('must be in each trial', () => {
    const rows = [0, 1, 2, 3].map((trial): Row => (trial === 1 ? { trial, a: 1, b: 2 } : { trial, a: 1 }))
    expect(() => check(...rows)).toThrow(
      'trial 0, 2-3: there is no column b, which trial 1 has: give it in every trial, and no value where there is none',
    )
  })

  it('must be in each trial that is not excluded', () => {
    const rows = [
      { trial: 0, a: 1, excluded: '' },
      { trial: 1, a: 1 },
      { trial: 2, a: 1, b: 2, excluded: 'too hot' },
      { trial: 3, b: 2 },
    ]
    expect(() => check(...rows)).toThrow('trial 3: there is no column a, which trial 0 has')
  })
})
