/** Parquet, which a process of its own reads: files as other programs write them, and files that were made to do harm. */

import { parquetMetadata } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { readParquet } from '../../src/data/parquet.ts'
import { limits } from '../../src/data/table.ts'
import { read, runOf } from './table.ts'

const timeout = 300_000
const path = 'a.parquet'

type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData']

function parquet(columnData: Columns): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

const plain = parquet([
  { name: 'tool', data: ['grep', 'cat', 'grep'], type: 'STRING' },
  { name: 'seconds', data: [1.5, 2.5, null], type: 'DOUBLE' },
  { name: 'count', data: [1n, 2n, 3n], type: 'INT64' },
  { name: 'ok', data: [true, false, true], type: 'BOOLEAN' },
])

/** The same file with other bytes at a place. */
function patched(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = new Uint8Array(bytes)
  change(copy)
  return copy
}

describe('a Parquet file', { timeout }, () => {
  it('is read as its types say', async () => {
    const run = await runOf(plain, { path })
    expect(run.columns).toEqual([
      { name: 'tool', role: 'factor' },
      { name: 'seconds', role: 'measure', unit: 's' },
      { name: 'count', role: 'measure' },
      { name: 'ok', role: 'factor' },
    ])
    expect(run.rows.map((row) => ({ ...row }))).toEqual([
      { tool: 'grep', seconds: 1.5, count: 1, ok: 'true' },
      { tool: 'cat', seconds: 2.5, count: 2, ok: 'false' },
      { tool: 'grep', seconds: null, count: 3, ok: 'true' },
    ])
  })

  it('is refused with the row and column of a value that is no number', async () => {
    const bytes = parquet([{ name: 'x', data: [1, Number.NaN, 3], type: 'DOUBLE' }])
    expect((await read(bytes, { path })).problem).toContain(
      'a.parquet: row 2, column x: NaN is no finite number',
    )
    expect((await runOf(bytes, { path, missing: ['NaN'] })).rows[1]?.x).toBeNull()
    const large = parquet([{ name: 'x', data: [1n, 2n ** 60n], type: 'INT64' }])
    expect((await read(large, { path })).problem).toContain(
      'row 2, column x: 1152921504606846976 is no exact number',
    )
  })

  it('is refused if it is cut, anywhere', async () => {
    for (const share of [0, 0.1, 0.5, 0.9, 0.99]) {
      const found = await read(plain.slice(0, Math.floor(plain.length * share)), { path })
      expect(found.run).toBeUndefined()
      expect(found.problem).toContain('a.parquet: not a Parquet file that can be read')
    }
    // The footer is there, and what it points to is not.
    const footer = plain.length - 8 - new DataView(plain.buffer).getUint32(plain.length - 8, true)
    const headless = new Uint8Array([...plain.slice(0, 4), ...plain.slice(footer)])
    expect((await read(headless, { path })).problem).toMatch(
      /ends behind the end of the file: is it cut\?|can be read/,
    )
  })

  it('is refused if its bytes are damaged, or read', async () => {
    for (let at = 4; at < plain.length - 8; at += 23) {
      const { run, problem } = await read(
        patched(plain, (copy) => {
          copy[at] = (copy[at] ?? 0) ^ 0xff
        }),
        { path },
      )
      expect(run === undefined).toBe(problem !== undefined)
    }
  })

  it('is refused if it says that it has more rows than are read, and more than there are', async () => {
    const many = parquet([
      { name: 'x', data: Array.from({ length: 11 }, (_, index) => index), type: 'DOUBLE' },
    ])
    await expect(readParquet(many, { ...limits, rows: 10 })).rejects.toThrow('11 rows: at most 10 are read')
    await expect(readParquet(plain, { ...limits, cells: 5 })).rejects.toThrow('12 cells: at most 5 are read')
    await expect(readParquet(plain, { ...limits, columns: 3 })).rejects.toThrow(
      '4 columns: at most 3 are read',
    )
    await expect(readParquet(plain, { ...limits, field: 3 })).rejects.toThrow(
      'row 1, column tool: 4 characters',
    )
  })

  it('is refused before it is unpacked, if it would have too many bytes then', async () => {
    const total = parquetMetadata(plain).row_groups.flatMap(({ columns }) =>
      columns.map((one) => Number(one.meta_data?.total_uncompressed_size)),
    )
    const bytes = total.reduce((sum, one) => sum + one, 0)
    await expect(readParquet(plain, { ...limits, unpackedBytes: bytes - 1 })).rejects.toThrow('when unpacked')
    expect((await readParquet(plain, { ...limits, unpackedBytes: bytes })).names).toHaveLength(4)
  })

  it('may take no longer, and no more memory, than it is given', async () => {
    const long = 'x'.repeat(1000)
    const heavy = parquet([
      { name: 'x', data: Array.from({ length: 200_000 }, (_, index) => `${long}${index}`), type: 'STRING' },
    ])
    await expect(readParquet(heavy, { ...limits, seconds: 0.001 })).rejects.toThrow(
      'takes longer than 0.001 s',
    )
    await expect(readParquet(heavy, { ...limits, memoryMb: 32 })).rejects.toThrow(
      'needs more than 32 MB of memory',
    )
  })
})
