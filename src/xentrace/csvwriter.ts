import { copy, putNumber, putPadded, putValue, splitMicroseconds } from './digits.ts'
import { type Field, fieldValue, isPresent } from './events.ts'
import { KIND_MASK, type MergedRecord } from './record.ts'
import { commonColumns, fieldColumns, type RowLayout, rowLayout } from './table.ts'

const BUFFER_BYTES = 1 << 17
/** Longer than any line: the common columns, seven fields, and a comma for each of the others. */
const LONGEST_LINE_BYTES = 1 << 10
const [COMMA, DOT, NEWLINE] = [0x2c, 0x2e, 0x0a] as const

interface Form extends RowLayout {
  /** `,0x28004,wake,` */
  readonly eventAndName: Uint8Array
}

/**
 * Writes records as lines of CSV (RFC 4180); what a record does not have is empty. No cell needs quotes: names have neither commas
 * nor quotes. A class because it holds the bytes that are not yet given away.
 */
export class CsvWriter {
  readonly #hz: number
  readonly #give: (bytes: Uint8Array) => void
  readonly #bytes = new Uint8Array(BUFFER_BYTES)
  #used: number
  /** By header without bit 31. */
  readonly #forms = new Map<number, Form>()
  readonly #parts = new Float64Array(2)

  /** `give` gets the bytes of whole lines, the head first, to be used before it returns. */
  constructor(hz: number, give: (bytes: Uint8Array) => void) {
    this.#hz = hz
    this.#give = give
    const names = [...commonColumns, ...fieldColumns.map(({ name }) => name)]
    this.#used = copy(this.#bytes, 0, Buffer.from(`${names.join(',')}\n`))
  }

  /** `first` is the time of the capture's first record; ticks are written from `zero` on. */
  line(record: MergedRecord, first: number, zero: number): void {
    if (this.#used + LONGEST_LINE_BYTES > BUFFER_BYTES) this.flush()
    const { words, at, time, cpu } = record
    const kind = (words[at] as number) & KIND_MASK
    const { eventAndName, domain, vcpu, cells } = this.#forms.get(kind) ?? this.#learn(kind)
    const bytes = this.#bytes
    const parts = this.#parts
    let end = putNumber(bytes, this.#used, time - zero)
    bytes[end++] = COMMA
    splitMicroseconds(time - first, this.#hz, parts)
    end = putNumber(bytes, end, parts[0] as number)
    bytes[end++] = DOT
    end = putPadded(bytes, end, parts[1] as number, 3)
    bytes[end++] = COMMA
    end = putNumber(bytes, end, cpu)
    end = copy(bytes, end, eventAndName)
    end = this.#cell(end, domain, words, at + 1)
    bytes[end++] = COMMA
    end = this.#cell(end, vcpu, words, at + 1)
    let column = -1
    for (const cell of cells) {
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
    bytes[end] = NEWLINE
    this.#used = end + 1
  }

  /** Gives away what is there. */
  flush(): void {
    if (this.#used > 0) this.#give(this.#bytes.subarray(0, this.#used))
    this.#used = 0
  }

  #cell(end: number, field: Field | null, words: Uint32Array, from: number): number {
    if (field === null || !isPresent(field, words, from)) return end
    return putValue(this.#bytes, end, fieldValue(field, words, from))
  }

  #learn(kind: number): Form {
    const layout = rowLayout(kind)
    const form = {
      ...layout,
      eventAndName: Buffer.from(`,0x${layout.event.toString(16)},${layout.name},`),
    }
    this.#forms.set(kind, form)
    return form
  }
}
