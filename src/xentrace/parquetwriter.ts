/**
 * Writes records as a Parquet file: rows of `table.ts`, in groups. The library writes the file's frame and
 * metadata. The pages are made here: a record fills few of some hundred columns, so typed arrays of the
 * present values with one presence bit per row (Parquet's page layout) are fastest.
 */

import { gzipSync } from 'node:zlib'
import { ByteWriter, ParquetWriter as Frame, type SchemaElement } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { splitMicroseconds } from './digits.ts'
import { type Field, fieldValue, isPresent } from './events.ts'
import { KIND_MASK, type MergedRecord } from './record.ts'
import type { Start } from './scan.ts'
import { commonColumns, type FieldColumn, fieldColumns, type RowLayout, rowLayout } from './table.ts'

/** A multiple of 8, close to DuckDB's default. */
const GROUP_ROWS = 1 << 17
const FIRST_VALUES = 1 << 10
const UPPER = 2 ** 32
const fastest = { level: 1 }

type Type = FieldColumn['type'] | 'DOUBLE' | 'STRING'
type Values = Int32Array | Float64Array
type ColumnChunk = Frame['row_groups'][number]['columns'][number]

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
      schema,
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

  /** Ends the file. */
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
    const columns = [
      this.#column('ticks', 'INT64', bytesOf(this.#ticks.subarray(0, 2 * rows))),
      this.#column('microseconds', 'DOUBLE', bytesOf(this.#microseconds.subarray(0, rows))),
      this.#column('pcpu', 'INT32', bytesOf(this.#pcpus.subarray(0, rows))),
      this.#column('event', 'INT32', bytesOf(this.#events.subarray(0, rows))),
      this.#nameColumn(),
      this.#column('domain', 'INT32', this.#domain.bytes(), this.#domain),
      this.#column('vcpu', 'INT32', this.#vcpu.bytes(), this.#vcpu),
      ...fieldColumns.map(({ name, type }, i) => {
        const values = this.#fields[i] as Sparse
        return this.#column(name, type, values.bytes(), values)
      }),
    ]
    const sizes = columns.map(({ meta_data }) => meta_data?.total_uncompressed_size ?? 0n)
    this.#frame.num_rows += BigInt(rows)
    this.#frame.row_groups.push({
      columns,
      num_rows: BigInt(rows),
      total_byte_size: sizes.reduce((sum, size) => sum + size, 0n),
      total_compressed_size: BigInt(this.#bytes.offset - start),
    })
    for (const values of [this.#domain, this.#vcpu, ...this.#fields]) values.clear()
    this.#rows = 0
    this.#flush()
  }

  /** Writes a column as one page of plain values. */
  #column(name: string, type: Type, values: Uint8Array, sparse?: Sparse): ColumnChunk {
    const start = this.#bytes.offset
    const uncompressed = this.#page('PLAIN', values, sparse)
    return this.#chunk(name, type, { start, uncompressed, sparse, encodings: ['PLAIN'] })
  }

  /** Writes names as a dictionary, and each row's index as a bit-packed run of 8 or 16 bits: plain bytes. */
  #nameColumn(): ColumnChunk {
    const start = this.#bytes.offset
    const encoded = this.#names.map((name) => Buffer.from(name))
    const dictionary = Buffer.concat(encoded.flatMap((name) => [bytesOf(Uint32Array.of(name.length)), name]))
    const packed = gzipSync(dictionary, fastest)
    writePageHeader(this.#bytes, {
      type: 'DICTIONARY_PAGE',
      uncompressed_page_size: dictionary.length,
      compressed_page_size: packed.length,
      dictionary_page_header: { num_values: encoded.length, encoding: 'PLAIN' },
    })
    const header = this.#bytes.offset - start
    this.#bytes.appendBytes(packed)
    const indexes = this.#nameOf.subarray(0, this.#rows)
    const wide = this.#names.length > 256
    const run = wide ? bytesOf(indexes) : Uint8Array.from(indexes)
    const data = Buffer.concat([Uint8Array.of(wide ? 16 : 8), bitPackedRun(this.#rows, run, wide ? 16 : 8)])
    const dataStart = this.#bytes.offset
    const uncompressed = header + dictionary.length + this.#page('RLE_DICTIONARY', data)
    return this.#chunk('name', 'STRING', {
      start: dataStart,
      dictionary: start,
      uncompressed,
      encodings: ['PLAIN', 'RLE_DICTIONARY'],
    })
  }

  /** Writes a page of all rows; returns its uncompressed size. */
  #page(encoding: 'PLAIN' | 'RLE_DICTIONARY', values: Uint8Array, sparse?: Sparse): number {
    const start = this.#bytes.offset
    const levels = sparse?.levels(this.#rows) ?? new Uint8Array(0)
    const packed = values.length === 0 ? values : gzipSync(values, fastest)
    writePageHeader(this.#bytes, {
      type: 'DATA_PAGE_V2',
      uncompressed_page_size: levels.length + values.length,
      compressed_page_size: levels.length + packed.length,
      data_page_header_v2: {
        num_values: this.#rows,
        num_nulls: sparse === undefined ? 0 : this.#rows - sparse.count,
        num_rows: this.#rows,
        encoding,
        definition_levels_byte_length: levels.length,
        repetition_levels_byte_length: 0,
        is_compressed: values.length > 0,
      },
    })
    const header = this.#bytes.offset - start
    this.#bytes.appendBytes(levels)
    this.#bytes.appendBytes(packed)
    return header + levels.length + values.length
  }

  #chunk(
    name: string,
    type: Type,
    page: {
      readonly start: number
      readonly dictionary?: number
      readonly uncompressed: number
      readonly sparse?: Sparse | undefined
      readonly encodings: readonly ('PLAIN' | 'RLE_DICTIONARY')[]
    },
  ): ColumnChunk {
    const first = page.dictionary ?? page.start
    const { sparse } = page
    return {
      file_offset: BigInt(first),
      meta_data: {
        type: physical(type),
        encodings: [...page.encodings],
        path_in_schema: [name],
        codec: 'GZIP',
        num_values: BigInt(this.#rows),
        total_uncompressed_size: BigInt(page.uncompressed),
        total_compressed_size: BigInt(this.#bytes.offset - first),
        data_page_offset: BigInt(page.start),
        ...(page.dictionary === undefined ? {} : { dictionary_page_offset: BigInt(page.dictionary) }),
        ...(sparse === undefined ? {} : { statistics: { null_count: BigInt(this.#rows - sparse.count) } }),
      },
    }
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

  /** Returns the present values as Parquet stores them: little-endian, consecutive. */
  bytes(): Uint8Array {
    return bytesOf(this.#values.subarray(0, this.#type === 'INT32' ? this.count : 2 * this.count))
  }

  /** Returns the definition levels: one presence bit per row. */
  levels(rows: number): Uint8Array {
    if (this.count === 0 || this.count === rows) {
      return Buffer.concat([varint(rows << 1), Uint8Array.of(this.count === 0 ? 0 : 1)])
    }
    return bitPackedRun(rows, this.#present, 1)
  }

  clear(): void {
    if (this.count > 0) this.#present.fill(0)
    this.count = 0
  }

  #grow(): void {
    if (this.#present.length === 0) this.#present = new Uint8Array(GROUP_ROWS / 8)
    const values = new Int32Array(Math.max(FIRST_VALUES, 2 * this.#values.length))
    values.set(this.#values)
    this.#values = values
  }
}

/** Encodes a run of Parquet's hybrid encoding: groups of eight values of `bits` bits each, from `packed`. */
function bitPackedRun(values: number, packed: Uint8Array, bits: number): Uint8Array {
  const groups = Math.ceil(values / 8)
  const run = new Uint8Array(groups * bits)
  run.set(packed.subarray(0, run.length))
  return Buffer.concat([varint((groups << 1) | 1), run])
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Uint8Array.of(...bytes, rest)
}

function bytesOf({ buffer, byteOffset, byteLength }: Values | Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function physical(type: Type): 'INT32' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY' {
  return type === 'STRING' ? 'BYTE_ARRAY' : type === 'UINT_64' ? 'INT64' : type
}

const commonTypes: Readonly<Record<(typeof commonColumns)[number], Type>> = {
  ticks: 'INT64',
  microseconds: 'DOUBLE',
  pcpu: 'INT32',
  event: 'INT32',
  name: 'STRING',
  domain: 'INT32',
  vcpu: 'INT32',
}
const optional: ReadonlySet<string> = new Set(['domain', 'vcpu'])

const schema: SchemaElement[] = [
  { name: 'root', num_children: commonColumns.length + fieldColumns.length },
  ...commonColumns.map((name) => element(name, commonTypes[name], optional.has(name))),
  ...fieldColumns.map(({ name, type }) => element(name, type, true)),
]

function element(name: string, type: Type, isOptional: boolean): SchemaElement {
  return {
    name,
    type: physical(type),
    repetition_type: isOptional ? 'OPTIONAL' : 'REQUIRED',
    ...(type === 'STRING' ? { converted_type: 'UTF8' as const } : {}),
    ...(type === 'UINT_64' ? { converted_type: 'UINT_64' as const } : {}),
  }
}
