/**
 * Writes records as a Parquet file: rows of `table.ts`, in groups. The library writes the file's frame and
 * metadata. The pages are made here: a record fills few of some hundred columns, so typed arrays of the
 * present values with one presence bit per row (Parquet's page layout) are fastest.
 */

import { gzipSync } from 'node:zlib'
import { ByteWriter, ParquetWriter as Frame, type SchemaElement } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { writePlain } from 'hyparquet-writer/src/plain.js'
import { splitMicroseconds } from './digits.ts'
import { type Field, fieldValue, isPresent } from './events.ts'
import { longer } from './interner.ts'
import { KIND_MASK, type MergedRecord } from './record.ts'
import type { Start } from './scan.ts'
import { type commonColumns, type FieldColumn, fieldColumns, type RowLayout, rowLayout } from './table.ts'

/** A multiple of 8, close to DuckDB's default. */
const GROUP_ROWS = 1 << 17
const FIRST_VALUES = 1 << 10
const UPPER = 2 ** 32

type ColumnChunk = Frame['row_groups'][number]['columns'][number]
type PageHeader = Omit<
  Parameters<typeof writePageHeader>[1],
  'uncompressed_page_size' | 'compressed_page_size'
>

const int32 = { type: 'INT32' } as const
const utf8 = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const
const columnTypes: Readonly<Record<(typeof commonColumns)[number], Pick<SchemaElement, 'type'>>> = {
  ticks: { type: 'INT64' },
  microseconds: { type: 'DOUBLE' },
  pcpu: int32,
  event: int32,
  name: utf8,
  domain: int32,
  vcpu: int32,
}
const required = new Set(['ticks', 'microseconds', 'pcpu', 'event', 'name'])
const columns: readonly SchemaElement[] = [
  ...Object.entries(columnTypes).map(([name, type]) => ({ name, ...type })),
  ...fieldColumns.map(({ name, type }): SchemaElement =>
    type === 'UINT_64' ? { name, type: 'INT64', converted_type: type } : { name, type },
  ),
].map((column) => ({ ...column, repetition_type: required.has(column.name) ? 'REQUIRED' : 'OPTIONAL' }))

export class ParquetWriter {
  readonly #hz: number
  readonly #give: (bytes: Uint8Array) => void
  readonly #bytes = new ByteWriter()
  readonly #frame: Frame
  #first = 0
  #zero = 0
  #rows = 0
  readonly #ticks = new Int32Array(2 * GROUP_ROWS)
  readonly #microseconds = new Float64Array(GROUP_ROWS)
  readonly #pcpus = new Int32Array(GROUP_ROWS)
  readonly #events = new Int32Array(GROUP_ROWS)
  /** Index of each row's name in `names`. */
  readonly #nameOf = new Uint16Array(GROUP_ROWS)
  readonly #domain = new Sparse('INT32')
  readonly #vcpu = new Sparse('INT32')
  readonly #fields = fieldColumns.map(({ type }) => new Sparse(type))
  /** By header without bit 31. */
  readonly #kinds = new Map<number, RowLayout & { readonly nameIndex: number }>()
  readonly #names: string[] = []
  readonly #parts = new Float64Array(2)

  /** Passes the file's bytes to `give` in order; they are valid only during the call. */
  constructor(hz: number, give: (bytes: Uint8Array) => void) {
    this.#hz = hz
    this.#give = give
    this.#frame = new Frame({
      writer: this.#bytes,
      schema: [{ name: 'root', num_children: columns.length }, ...columns],
      kvMetadata: [{ key: 'ticks per second', value: String(hz) }],
    })
  }

  begin({ first, zero }: Pick<Start, 'first' | 'zero'>): void {
    this.#first = first
    this.#zero = zero
  }

  take({ words, at, time, cpu }: MergedRecord): void {
    if (this.#rows === GROUP_ROWS) this.#writeGroup()
    const row = this.#rows++
    const kind = (words[at] as number) & KIND_MASK
    const { event, nameIndex, domain, vcpu, cells } = this.#kinds.get(kind) ?? this.#learn(kind)
    const ticks = time - this.#zero
    this.#ticks[2 * row] = ticks
    this.#ticks[2 * row + 1] = Math.floor(ticks / UPPER)
    splitMicroseconds(time - this.#first, this.#hz, this.#parts)
    // Rounded once, from whole nanoseconds, like parsing the text `12.345`.
    this.#microseconds[row] = ((this.#parts[0] as number) * 1000 + (this.#parts[1] as number)) / 1000
    this.#pcpus[row] = cpu
    this.#events[row] = event
    this.#nameOf[row] = nameIndex
    if (domain !== null) this.#domain.put(row, domain, words, at + 1)
    if (vcpu !== null) this.#vcpu.put(row, vcpu, words, at + 1)
    for (const { column, field } of cells) (this.#fields[column] as Sparse).put(row, field, words, at + 1)
  }

  finish(): void {
    if (this.#rows > 0) this.#writeGroup()
    this.#frame.finish()
    this.#flush()
  }

  #learn(kind: number): RowLayout & { readonly nameIndex: number } {
    const layout = rowLayout(kind)
    const known = this.#names.indexOf(layout.name)
    const nameIndex = known < 0 ? this.#names.push(layout.name) - 1 : known
    const learnt = { ...layout, nameIndex }
    this.#kinds.set(kind, learnt)
    return learnt
  }

  #writeGroup(): void {
    const rows = this.#rows
    const start = this.#bytes.offset
    // The order of `columns`.
    const values = [
      this.#ticks.subarray(0, 2 * rows),
      this.#microseconds.subarray(0, rows),
      this.#pcpus.subarray(0, rows),
      this.#events.subarray(0, rows),
      this.#nameOf.subarray(0, rows),
      ...[this.#domain, this.#vcpu, ...this.#fields],
    ]
    const chunks = values.map((column, i) => this.#column(columns[i] as SchemaElement, column))
    const sizes = chunks.map(({ meta_data }) => meta_data?.total_uncompressed_size ?? 0n)
    this.#frame.num_rows += BigInt(rows)
    this.#frame.row_groups.push({
      columns: chunks,
      num_rows: BigInt(rows),
      total_byte_size: sizes.reduce((sum, size) => sum + size, 0n),
      total_compressed_size: BigInt(this.#bytes.offset - start),
    })
    for (const column of values) if (column instanceof Sparse) column.clear()
    this.#rows = 0
    this.#flush()
  }

  /** Writes a column as one page: plain values, or the names' indexes after a page with the dictionary. */
  #column({ name, type }: SchemaElement, column: Sparse | Values): ColumnChunk {
    const start = this.#bytes.offset
    const isName = column instanceof Uint16Array
    const dictionaryBytes = isName ? this.#dictionaryPage() : 0
    const pageStart = this.#bytes.offset
    const sparse = column instanceof Sparse ? column : null
    const nulls = sparse === null ? 0 : this.#rows - sparse.count
    const encoding = isName ? 'RLE_DICTIONARY' : 'PLAIN'
    const bytes = isName ? this.#indexes(column) : bytesOf(sparse?.values() ?? (column as Values))
    const levels = sparse?.levels(this.#rows) ?? new Uint8Array(0)
    const pageBytes = this.#page(
      {
        type: 'DATA_PAGE_V2',
        data_page_header_v2: {
          num_values: this.#rows,
          num_nulls: nulls,
          num_rows: this.#rows,
          encoding,
          definition_levels_byte_length: levels.length,
          repetition_levels_byte_length: 0,
          is_compressed: bytes.length > 0,
        },
      },
      bytes,
      levels,
    )
    return {
      file_offset: BigInt(start),
      meta_data: {
        type: type as NonNullable<SchemaElement['type']>,
        encodings: isName ? ['PLAIN', encoding] : [encoding],
        path_in_schema: [name],
        codec: 'GZIP',
        num_values: BigInt(this.#rows),
        total_uncompressed_size: BigInt(dictionaryBytes + pageBytes),
        total_compressed_size: BigInt(this.#bytes.offset - start),
        data_page_offset: BigInt(pageStart),
        ...(isName && { dictionary_page_offset: BigInt(start) }),
        ...(sparse !== null && { statistics: { null_count: BigInt(nulls) } }),
      },
    }
  }

  #dictionaryPage(): number {
    const dictionary = new ByteWriter()
    writePlain(
      dictionary,
      this.#names.map((name) => Buffer.from(name)),
      'BYTE_ARRAY',
      undefined,
    )
    const dictionary_page_header = { num_values: this.#names.length, encoding: 'PLAIN' as const }
    return this.#page({ type: 'DICTIONARY_PAGE', dictionary_page_header }, dictionary.getBytes())
  }

  /** Returns the rows' indexes in the dictionary as a bit-packed run of 8 or 16 bits: plain bytes. */
  #indexes(rows: Uint16Array): Uint8Array {
    const bits = this.#names.length > 256 ? 16 : 8
    const run = bits === 16 ? bytesOf(rows) : Uint8Array.from(rows)
    return Buffer.concat([Uint8Array.of(bits), bitPackedRun(rows.length, run, bits)])
  }

  /** Writes a page of compressed values after the levels; returns its uncompressed size with the header. */
  #page(header: PageHeader, values: Uint8Array, levels: Uint8Array = new Uint8Array(0)): number {
    const start = this.#bytes.offset
    const packed = values.length === 0 ? values : gzipSync(values, { level: 1 })
    writePageHeader(this.#bytes, {
      ...header,
      uncompressed_page_size: levels.length + values.length,
      compressed_page_size: levels.length + packed.length,
    })
    const headerBytes = this.#bytes.offset - start
    this.#bytes.appendBytes(levels)
    this.#bytes.appendBytes(packed)
    return headerBytes + levels.length + values.length
  }

  #flush(): void {
    this.#give(this.#bytes.getBytes())
    this.#bytes.index = 0
  }
}

/** A sparse column of a group: the present values, and a presence bit per row. */
class Sparse {
  count = 0
  readonly #type: FieldColumn['type']
  /** Two elements per 64-bit value. */
  #values = new Int32Array(0)
  #present = new Uint8Array(0)

  constructor(type: FieldColumn['type']) {
    this.#type = type
  }

  put(row: number, field: Field, words: Uint32Array, from: number): void {
    if (!isPresent(field, words, from)) return
    const wide = this.#type !== 'INT32'
    const place = wide ? 2 * this.count : this.count
    if (place + 2 > this.#values.length) this.#grow()
    if (field.bits === 64) {
      this.#values[place] = words[from + field.word] as number
      this.#values[place + 1] = words[from + field.word + 1] as number
    } else {
      const value = fieldValue(field, words, from) as number
      this.#values[place] = value
      if (wide) this.#values[place + 1] = value < 0 ? -1 : 0
    }
    this.#present[row >>> 3] = (this.#present[row >>> 3] as number) | (1 << (row & 7))
    this.count += 1
  }

  /** Returns the present values as Parquet stores them, consecutively. */
  values(): Int32Array {
    return this.#values.subarray(0, this.#type === 'INT32' ? this.count : 2 * this.count)
  }

  /** Returns the definition levels: one presence bit per row. */
  levels(rows: number): Uint8Array {
    if (this.count > 0 && this.count < rows) return bitPackedRun(rows, this.#present, 1)
    const run = new ByteWriter()
    run.appendVarInt(rows << 1)
    run.appendUint8(this.count === 0 ? 0 : 1)
    return run.getBytes()
  }

  clear(): void {
    if (this.count > 0) this.#present.fill(0)
    this.count = 0
  }

  #grow(): void {
    if (this.#present.length === 0) this.#present = new Uint8Array(GROUP_ROWS / 8)
    this.#values = longer(this.#values, Math.max(FIRST_VALUES, 2 * this.#values.length))
  }
}

/** Encodes a run of Parquet's hybrid encoding: groups of eight values of `bits` bits each, from `packed`. */
function bitPackedRun(values: number, packed: Uint8Array, bits: number): Uint8Array {
  const groups = Math.ceil(values / 8)
  const padded = new Uint8Array(groups * bits)
  padded.set(packed.subarray(0, padded.length))
  const run = new ByteWriter()
  run.appendVarInt((groups << 1) | 1)
  run.appendBytes(padded)
  return run.getBytes()
}

type Values = Int32Array | Float64Array | Uint16Array

function bytesOf({ buffer, byteOffset, byteLength }: Values): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
