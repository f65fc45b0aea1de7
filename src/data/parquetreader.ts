/**
 * The process that reads Parquet: one file, then it ends (started by parquet.ts). What a file says of itself
 * is checked before anything is unpacked.
 */

import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import * as zlib from 'node:zlib'
import { type ColumnData, type Compressors, type FileMetaData, parquetMetadata, parquetRead } from 'hyparquet'
import { repeated } from '../text/lists.ts'
import type { ParquetAnswer, ParquetLimits, ParquetOrder } from './parquet.ts'
import type { Cell } from './table.ts'

process.on('disconnect', () => process.exit())
process.on('message', async ({ bytes, limits }: ParquetOrder) => {
  const answer = await tableOf(bytes, limits).catch((error: unknown): ParquetAnswer => ({
    type: 'refused',
    message:
      error instanceof Refused
        ? error.message
        : `not a Parquet file that can be read: ${error instanceof Error ? error.message : String(error)}`,
  }))
  process.send?.(answer)
})
process.send?.({ type: 'ready' } satisfies ParquetAnswer)

class Refused extends Error {}

async function tableOf(bytes: Uint8Array, limits: ParquetLimits): Promise<ParquetAnswer> {
  const buffer = new Uint8Array(bytes).buffer
  const metadata = parquetMetadata(buffer)
  const { rows, columns } = sizeOf(metadata, bytes.length, limits)
  const flat = columns.filter(({ isNested }) => !isNested).map(({ name }) => name)
  const cells = new Map(flat.map((name) => [name, new Array<Cell>(rows).fill(null)]))
  const counts = new Map(flat.map((name) => [name, 0]))
  const nested = new Set(columns.flatMap(({ name, isNested }) => (isNested ? [name] : [])))
  let wrong: unknown
  const fill = ({ columnName, columnData, rowStart }: ColumnData) => {
    const column = cells.get(columnName)
    if (column === undefined) return
    for (const [index, value] of Array.from(columnData).entries()) {
      const row = Number(rowStart) + index
      if (row >= rows) throw new Refused(`column ${columnName} has more values than the file has rows`)
      column[row] = cellOf(value, { name: columnName, row, limits, nested })
    }
    counts.set(columnName, (counts.get(columnName) ?? 0) + columnData.length)
  }
  if (flat.length > 0)
    await parquetRead({
      file: { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) },
      metadata,
      columns: flat,
      compressors,
      // The library loses what is thrown here.
      onChunk(chunk) {
        try {
          fill(chunk)
        } catch (error) {
          wrong ??= error
        }
      },
    })
  if (wrong !== undefined) throw wrong
  const short = flat.find((name) => counts.get(name) !== rows && !nested.has(name))
  if (short !== undefined)
    throw new Refused(`column ${short} has ${counts.get(short)} values, and the file has ${rows} rows`)
  return {
    type: 'table',
    names: columns.map(({ name }) => name),
    cells: columns.map(({ name }) => (nested.has(name) ? [] : (cells.get(name) ?? []))),
    nested: [...nested],
  }
}

/** Checks what the file declares: sizes, counts, and that its parts lie in it. */
function sizeOf({ num_rows, row_groups, schema }: FileMetaData, bytes: number, limits: ParquetLimits) {
  const rows = Number(num_rows)
  const own = row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  if (!Number.isSafeInteger(rows) || rows < 0 || own !== rows)
    throw new Refused(`it says that it has ${num_rows} rows, and its parts ${own}`)
  const columns = topLevel(schema)
  if (columns.length > limits.columns)
    throw new Refused(`${columns.length} columns: at most ${limits.columns} are read`)
  if (rows > limits.rows) throw new Refused(`${rows} rows: at most ${limits.rows} are read`)
  if (rows * columns.length > limits.cells)
    throw new Refused(`${rows * columns.length} cells: at most ${limits.cells} are read`)
  const twice = repeated(columns.map(({ name }) => name))
  if (twice !== undefined) throw new Refused(`two columns are named ${twice}`)
  let unpacked = 0
  for (const { meta_data: part } of row_groups.flatMap((group) => group.columns)) {
    if (part === undefined) throw new Refused('a column lies in another file')
    const [packed, whole] = [Number(part.total_compressed_size), Number(part.total_uncompressed_size)]
    const start = Number(part.dictionary_page_offset ?? part.data_page_offset)
    if (!(start >= 0 && packed >= 0 && start + packed <= bytes))
      throw new Refused(`column ${part.path_in_schema.join('.')} ends behind the end of the file: is it cut?`)
    unpacked += whole
  }
  if (!(unpacked >= 0 && unpacked <= limits.unpackedBytes)) {
    const [has, most] = [unpacked, limits.unpackedBytes].map((one) => `${Math.round(one / 2 ** 20)} MB`)
    throw new Refused(`it has ${has} when unpacked: at most ${most} are read`)
  }
  return { rows, columns }
}

/** Columns below the root; one with parts of its own, or several values a row, is nested. */
function topLevel(schema: FileMetaData['schema']) {
  const columns: { readonly name: string; readonly isNested: boolean }[] = []
  for (let at = 1; at < schema.length;) {
    const element = schema[at]
    if (element === undefined) break
    const isNested = (element.num_children ?? 0) > 0 || element.repetition_type === 'REPEATED'
    columns.push({ name: element.name, isNested })
    at = after(schema, at)
  }
  return columns
}

function after(schema: FileMetaData['schema'], start: number): number {
  let left = 1
  let at = start
  for (; left > 0 && at < schema.length; at += 1) left += (schema[at]?.num_children ?? 0) - 1
  return at
}

interface Place {
  readonly name: string
  readonly row: number
  readonly limits: ParquetLimits
  readonly nested: Set<string>
}

function cellOf(value: unknown, { name, row, limits, nested }: Place): Cell {
  switch (typeof value) {
    case 'number':
      return value
    case 'bigint':
      if (!Number.isSafeInteger(Number(value)))
        throw new Refused(`row ${row + 1}, column ${name}: ${value} is no exact number: write it as text`)
      return Number(value)
    case 'string':
      if (value.length > limits.field)
        throw new Refused(
          `row ${row + 1}, column ${name}: ${value.length} characters: a value has at most ${limits.field}`,
        )
      return value === '' ? null : value
    case 'boolean':
      return String(value)
    default:
      if (value === null || value === undefined) return null
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
      nested.add(name)
      return null
  }
}

/** Unpacks no more than a page says that it has. */
const compressors: Compressors = {
  GZIP: (input, length) => new Uint8Array(gunzipSync(input, { maxOutputLength: Math.max(1, length) })),
  BROTLI: (input, length) =>
    new Uint8Array(brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) })),
  ZSTD(input, length) {
    const { zstdDecompressSync } = zlib as { zstdDecompressSync?: typeof gunzipSync }
    if (zstdDecompressSync === undefined)
      throw new Refused(
        `it is packed with zstd, which Node ${process.versions.node} cannot unpack: write it with snappy or gzip`,
      )
    return new Uint8Array(zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) }))
  },
}
