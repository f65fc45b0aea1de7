import { copy, digits, putMicroseconds, putNumber, putValue, splitMicroseconds } from './digits.ts'
import { type Field, fieldValue, isPresent, recordLayout } from './events.ts'
import { KIND_MASK, type MergedRecord } from './record.ts'
import type { Start } from './scan.ts'
import { commonColumns, fieldColumns, type RowLayout, rowLayout } from './table.ts'

const BUFFER_BYTES = 1 << 17
/** Longer than any line: a time, seven fields with their names, and a comma for each column. */
const LONGEST_LINE_BYTES = 1 << 10
const TIME_WIDTH = 14
const [BLANK, COMMA, MINUS, NEWLINE] = [0x20, 0x2c, 0x2d, 0x0a] as const
const [twoBlanks, threeBlanks] = [Buffer.from('  '), Buffer.from('   ')] as const

/**
 * Writes a line for each record. Makes bytes directly, with no string or object per record, as there are
 * millions.
 */
abstract class TextWriter<Layout> {
  protected readonly bytes = new Uint8Array(BUFFER_BYTES)
  protected first = 0
  protected zero = 0
  /** Whole microseconds and remaining nanoseconds. */
  protected readonly parts = new Float64Array(2)
  protected readonly hz: number
  readonly #give: (bytes: Uint8Array) => void
  #used: number
  /** By header without bit 31. */
  readonly #layouts = new Map<number, Layout>()

  /** Passes whole lines to `give`, the head first; the bytes are valid only during the call. */
  constructor(hz: number, give: (bytes: Uint8Array) => void, head = '') {
    this.hz = hz
    this.#give = give
    this.#used = copy(this.bytes, 0, Buffer.from(head))
  }

  begin({ first, zero }: Pick<Start, 'first' | 'zero'>): void {
    this.first = first
    this.zero = zero
  }

  finish(): void {
    if (this.#used > 0) this.#give(this.bytes.subarray(0, this.#used))
    this.#used = 0
  }

  /** Makes room for a line; returns its start. */
  protected room(): number {
    if (this.#used + LONGEST_LINE_BYTES > BUFFER_BYTES) this.finish()
    return this.#used
  }

  protected end(end: number): void {
    this.bytes[end] = NEWLINE
    this.#used = end + 1
  }

  protected layoutOf(header: number): Layout {
    const kind = header & KIND_MASK
    let layout = this.#layouts.get(kind)
    if (layout === undefined) {
      layout = this.learn(kind)
      this.#layouts.set(kind, layout)
    }
    return layout
  }

  /** Returns what all lines of one kind of record share. */
  protected abstract learn(kind: number): Layout
}

interface LineLayout {
  /** `  wake` */
  readonly name: Uint8Array
  readonly fields: readonly (Field & {
    /** ` vcpu=` */
    readonly before: Uint8Array
  })[]
}

/**
 * Writes records as lines: microseconds since the capture's first record, ticks, pCPU, name and fields, as in
 * `        12.056  1234567   1  wake  domain=1 vcpu=0`.
 */
export class LineWriter extends TextWriter<LineLayout> {
  protected override learn(kind: number): LineLayout {
    const { name, fields } = recordLayout(kind)
    return {
      name: Buffer.from(`  ${name}`),
      fields: fields.map((field, i) => ({
        ...field,
        before: Buffer.from(`${i === 0 ? '  ' : ' '}${field.name}=`),
      })),
    }
  }

  take({ words, at, time, cpu }: MergedRecord): void {
    const { bytes } = this
    const layout = this.layoutOf(words[at] as number)
    let end = copy(bytes, this.#time(time - this.first, this.room()), twoBlanks)
    end = putNumber(bytes, end, time - this.zero)
    end = copy(bytes, end, cpu < 10 ? threeBlanks : twoBlanks)
    end = putNumber(bytes, end, cpu)
    end = copy(bytes, end, layout.name)
    for (const field of layout.fields) {
      end = copy(bytes, end, field.before)
      end = putValue(bytes, end, fieldValue(field, words, at + 1))
    }
    this.end(end)
  }

  /** Writes ticks as microseconds, padded with blanks. */
  #time(ticks: number, from: number): number {
    const { bytes, parts } = this
    splitMicroseconds(Math.abs(ticks), this.hz, parts)
    const width = digits(parts[0] as number) + 4 + (ticks < 0 ? 1 : 0)
    let end = from
    for (let blank = width; blank < TIME_WIDTH; blank++) bytes[end++] = BLANK
    if (ticks < 0) bytes[end++] = MINUS
    return putMicroseconds(bytes, end, parts)
  }
}

interface CsvLayout extends RowLayout {
  /** `,0x28004,wake,` */
  readonly eventAndName: Uint8Array
}

/**
 * Writes records as CSV (RFC 4180); absent values are empty. No cell needs quotes: names have neither commas
 * nor quotes.
 */
export class CsvWriter extends TextWriter<CsvLayout> {
  constructor(hz: number, give: (bytes: Uint8Array) => void) {
    super(hz, give, `${[...commonColumns, ...fieldColumns.map(({ name }) => name)].join(',')}\n`)
  }

  protected override learn(kind: number): CsvLayout {
    const layout = rowLayout(kind)
    return { ...layout, eventAndName: Buffer.from(`,0x${layout.event.toString(16)},${layout.name},`) }
  }

  take({ words, at, time, cpu }: MergedRecord): void {
    const { bytes, parts } = this
    const layout = this.layoutOf(words[at] as number)
    let end = putNumber(bytes, this.room(), time - this.zero)
    bytes[end++] = COMMA
    splitMicroseconds(time - this.first, this.hz, parts)
    end = putMicroseconds(bytes, end, parts)
    bytes[end++] = COMMA
    end = putNumber(bytes, end, cpu)
    end = copy(bytes, end, layout.eventAndName)
    end = this.#cell(end, layout.domain, words, at + 1)
    bytes[end++] = COMMA
    end = this.#cell(end, layout.vcpu, words, at + 1)
    let column = -1
    for (const cell of layout.cells) {
      while (column < cell.column) {
        bytes[end++] = COMMA
        column += 1
      }
      end = this.#cell(end, cell.field, words, at + 1)
    }
    while (column < fieldColumns.length - 1) {
      bytes[end++] = COMMA
      column += 1
    }
    this.end(end)
  }

  #cell(end: number, field: Field | null, words: Uint32Array, from: number): number {
    if (field === null || !isPresent(field, words, from)) return end
    return putValue(this.bytes, end, fieldValue(field, words, from))
  }
}
