import { gunzipSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { events } from '../../src/xentrace/events.ts'
import { ParquetWriter } from '../../src/xentrace/parquetwriter.ts'
import type { MergedRecord } from '../../src/xentrace/record.ts'
import { commonColumns, fieldColumns } from '../../src/xentrace/table.ts'
import { CsvWriter } from '../../src/xentrace/textwriters.ts'
import { record } from './capture.ts'

const HZ = 54_000_000

const at = (time: number, event: number, ...extra: number[]): MergedRecord => ({
  ...{ time, cpu: 2, at: 0 },
  words: Uint32Array.from(record(event, undefined, ...extra)),
})

type Row = Readonly<Record<string, unknown>>

/** Rows of CSV, without the cells that are empty. */
function csvRows(records: readonly MergedRecord[], first: number, zero = 0): readonly Row[] {
  const parts: Buffer[] = []
  const csv = new CsvWriter(HZ, (bytes) => parts.push(Buffer.from(bytes)))
  csv.begin({ first, zero })
  for (const one of records) csv.take(one)
  csv.finish()
  const [head = '', ...lines] = Buffer.concat(parts).toString().split('\n').slice(0, -1)
  const names = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    expect(cells).toHaveLength(names.length)
    return Object.fromEntries(names.map((name, i) => [name, cells[i]]).filter(([, cell]) => cell !== ''))
  })
}

/** Rows of Parquet, without the cells that are null. */
async function parquetRows(
  records: readonly MergedRecord[],
  first: number,
  zero = 0,
  columns?: string[],
): Promise<readonly Row[]> {
  const parts: Buffer[] = []
  const parquet = new ParquetWriter(HZ, (bytes) => parts.push(Buffer.from(bytes)))
  parquet.begin({ first, zero })
  for (const one of records) parquet.take(one)
  parquet.finish()
  const file = new Uint8Array(Buffer.concat(parts)).buffer
  const rows = await parquetReadObjects({
    file,
    compressors: { GZIP: (bytes) => gunzipSync(bytes) },
    ...(columns === undefined ? {} : { columns }),
  })
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value != null)))
}

const switched = at(1000, 0x2800a, 1, 0, 0x7fff, 2)

describe('a record in a table', () => {
  // Each with its fields under their own names, in the type that holds them all, and nothing where it has none.
  const cases: readonly (readonly [string, MergedRecord, Row])[] = [
    ['a field each', switched, { domain: 1, fromDomain: 1n, fromVcpu: 0n, toDomain: 0x7fffn, toVcpu: 2n }],
    ['no fields', at(1000, 0x22001), {}],
    [
      'its unit as vCPU',
      at(1000, 0x22203, 0x10002, 5, 0x80000000, 0xffffffff),
      { domain: 1, vcpu: 2, credit: 5, budget: -(2 ** 31), delta: -1 },
    ],
    ['nothing for a vCPU that is none', at(1000, 0x22a05, 0x30000, 0xffffffff), { tasklet: 0, cpu: 3n }],
    [
      'nothing for a time slice without end',
      at(1000, 0x2800f, 1, 0, 7, 0xffffffff),
      { domain: 1, vcpu: 0, waitedNs: 7n },
    ],
    [
      'nothing for a frame that is none',
      at(1000, 0x10f005, 0xffffffff, 0xffffffff, 0x90001, 5),
      { domain: 1, order16: 9, order32: 5n },
    ],
    [
      'all bits of 64',
      at(1000, 0x10f005, 0xfffffffe, 0xffffffff, 1, 0),
      { frame: 2n ** 64n - 2n, domain: 1, order16: 0, order32: 0n },
    ],
    ['the words of an unknown event', at(1000, 0xabc12, 7, 0xffffffff), { word0: 7n, word1: 2n ** 32n - 1n }],
  ]
  const { event, name } = { event: 'event', name: 'name' }

  it.each(cases)('has %s', async (_, one, fields) => {
    const [row] = await parquetRows([one], 946)
    const { [event]: id, [name]: called, ...rest } = row as Row
    expect(rest).toEqual({ ticks: 1000n, microseconds: 1, pcpu: 2, ...fields })
    expect(called).toBeTypeOf('string')
    const [line] = csvRows([one], 946)
    expect(line).toEqual({
      ...{ ticks: '1000', microseconds: '1.000', pcpu: '2', name: called },
      event: `0x${Number(id).toString(16)}`,
      ...Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value)])),
    })
  })

  it('counts ticks from the first record where they would not be exact otherwise', async () => {
    const first = 2 ** 33
    const late = { ...switched, time: first + 54_000_001 }
    expect(csvRows([late], first, first)[0]).toMatchObject({ ticks: '54000001', microseconds: '1000000.019' })
    expect((await parquetRows([late], first, first))[0]).toMatchObject({
      ticks: 54000001n,
      microseconds: 1000000.019,
    })
  })

  it('has the same columns for all captures, and a name but once', () => {
    const names = [...commonColumns, ...fieldColumns.map((column) => column.name)]
    expect(new Set(names).size).toBe(names.length)
    expect(names.slice(0, 8)).toEqual([
      'ticks',
      'microseconds',
      'pcpu',
      'event',
      'name',
      'domain',
      'vcpu',
      'count',
    ])
  })

  it('has no column for both signed values and those that need all 64 bits', () => {
    const fields = [...events.values()].flatMap(({ layouts }) => [...layouts.values()].flat())
    const wide = new Set(fields.filter(({ bits }) => bits === 64).map((field) => field.name))
    expect(fields.filter((field) => field.signed && wide.has(field.name))).toEqual([])
  })

  it('is a row of Parquet in whatever group it comes, beside hundreds of kinds', async () => {
    // More rows than a group has, and more names than a byte can number.
    const records = Array.from({ length: 140_000 }, (_, i) =>
      i % 7 === 0 ? at(i, 0x28004, i % 5, i % 3) : at(i, 0xa0000 + (i % 300)),
    )
    const rows = await parquetRows(records, 0, 0, ['ticks', 'name', 'domain', 'vcpu', 'credit'])
    expect(rows).toHaveLength(records.length)
    for (const i of [0, 1, 7, 131_071, 131_072, 131_075, 139_993, 139_999]) {
      const own =
        i % 7 === 0
          ? { name: 'wake', domain: i % 5, vcpu: i % 3 }
          : { name: `0x${(0xa0000 + (i % 300)).toString(16)}` }
      expect(rows[i]).toEqual({ ticks: BigInt(i), ...own })
    }
  })
})
