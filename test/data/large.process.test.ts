import { describe, expect, it } from 'vitest'
import { limits } from '../../src/data/table.ts'
import { read, runOf } from './table.ts'

/** A second or two, but for a busy machine. */
const timeout = 600_000

describe('a large file', () => {
  it('is read with a million rows, and refused with one more', { timeout }, async () => {
    const rows = Array.from({ length: limits.rows }, (_, index) => `${index % 7},g${index % 3}`)
    const text = `x,g\n${rows.join('\n')}\n`
    const run = await runOf(text)
    expect(run.rows).toHaveLength(limits.rows)
    expect({ ...run.rows[limits.rows - 1] }).toEqual({
      x: (limits.rows - 1) % 7,
      g: `g${(limits.rows - 1) % 3}`,
    })
    expect((await read(`${text}1,a\n`)).problem).toBe(
      'data.csv: more than 1000000 rows: no more are read; leave out what no table, figure or claim reads',
    )
  })

  it('is refused with too many columns or cells', { timeout }, async () => {
    const names = Array.from({ length: limits.columns + 1 }, (_, index) => `c${index}`)
    expect((await read(`${names.join(',')}\n`)).problem).toContain('1001 columns: at most 1000 are read')
    const wide = names.slice(0, 1000)
    const row = wide.map(() => '1').join(',')
    const many = `${wide.join(',')}\n${`${row}\n`.repeat(limits.cells / 1000 + 1)}`
    expect((await read(many)).problem).toContain('more than 5000000 cells (1000 columns)')
  })

  it('is refused if every row of JSON brings a column of its own', { timeout }, async () => {
    const lines = Array.from({ length: 2000 }, (_, index) => JSON.stringify({ [`c${index}`]: 1 }))
    expect((await read(lines.join('\n'), { path: 'a.jsonl' })).problem).toContain('1001 columns')
  })
})
