import { copy, digits, putNumber, putPadded, putValue, splitMicroseconds } from './digits.ts'
import { type Field, fieldValue, recordLayout } from './events.ts'
import { KIND_MASK, type MergedRecord } from './record.ts'

const BUFFER_BYTES = 1 << 17
/** Longer than any line: three numbers, a name, and fields of seven words. */
const LONGEST_LINE_BYTES = 1 << 10
const TIME_WIDTH = 14
const [BLANK, DOT, MINUS, NEWLINE] = [0x20, 0x2e, 0x2d, 0x0a] as const
const [twoBlanks, threeBlanks] = [Buffer.from('  '), Buffer.from('   ')] as const

/** What a kind of record has in common with all others of it. */
interface Form {
  /** `  wake` */
  readonly name: Uint8Array
  readonly fields: readonly FormField[]
}
interface FormField extends Field {
  /** ` vcpu=` */
  readonly before: Uint8Array
}

/**
 * Writes records as lines: microseconds since the capture's first record, ticks, pCPU, name and fields, as in
 * `        12.056  1234567   1  wake  domain=1 vcpu=0`. It makes bytes and no string or object for a record, as there are millions.
 * A class because it holds those that are not yet given away.
 */
export class LineWriter {
  readonly #hz: number
  readonly #give: (bytes: Uint8Array) => void
  readonly #bytes = new Uint8Array(BUFFER_BYTES)
  #used = 0
  /** By header without bit 31. */
  readonly #forms = new Map<number, Form>()
  readonly #parts = new Float64Array(2)

  /** `give` gets the bytes of whole lines, to be used before it returns. */
  constructor(hz: number, give: (bytes: Uint8Array) => void) {
    this.#hz = hz
    this.#give = give
  }

  /** `first` is the time of the capture's first record; ticks are shown from `zero` on. */
  line(record: MergedRecord, first: number, zero = 0): void {
    if (this.#used + LONGEST_LINE_BYTES > BUFFER_BYTES) this.flush()
    const { words, at, time, cpu } = record
    const kind = (words[at] as number) & KIND_MASK
    const { name, fields } = this.#forms.get(kind) ?? this.#learn(kind)
    const bytes = this.#bytes
    let end = this.#time(time - first, this.#used)
    end = copy(bytes, end, twoBlanks)
    end = putNumber(bytes, end, time - zero)
    end = copy(bytes, end, cpu < 10 ? threeBlanks : twoBlanks)
    end = putNumber(bytes, end, cpu)
    end = copy(bytes, end, name)
    for (const field of fields) {
      end = copy(bytes, end, field.before)
      end = putValue(bytes, end, fieldValue(field, words, at + 1))
    }
    bytes[end] = NEWLINE
    this.#used = end + 1
  }

  /** Gives away what is there. */
  flush(): void {
    if (this.#used > 0) this.#give(this.#bytes.subarray(0, this.#used))
    this.#used = 0
  }

  #learn(kind: number): Form {
    const { name, fields } = recordLayout(kind)
    const form = {
      name: Buffer.from(`  ${name}`),
      fields: fields.map((field, i) => ({
        ...field,
        before: Buffer.from(`${i === 0 ? '  ' : ' '}${field.name}=`),
      })),
    }
    this.#forms.set(kind, form)
    return form
  }

  /** Puts ticks as microseconds at `end`; returns where they end. */
  #time(ticks: number, end: number): number {
    const bytes = this.#bytes
    const parts = this.#parts
    splitMicroseconds(Math.abs(ticks), this.#hz, parts)
    const whole = parts[0] as number
    const width = digits(whole) + 4 + (ticks < 0 ? 1 : 0)
    let to = end
    for (let blank = width; blank < TIME_WIDTH; blank++) bytes[to++] = BLANK
    if (ticks < 0) bytes[to++] = MINUS
    to = putNumber(bytes, to, whole)
    bytes[to] = DOT
    return putPadded(bytes, to + 1, parts[1] as number, 3)
  }
}
