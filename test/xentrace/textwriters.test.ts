import { describe, expect, it } from 'vitest'
import { microseconds } from '../../src/xentrace/digits.ts'
import { fieldValue, recordLayout } from '../../src/xentrace/events.ts'
import type { MergedRecord } from '../../src/xentrace/record.ts'
import { scan } from '../../src/xentrace/scan.ts'
import { LineWriter } from '../../src/xentrace/textwriters.ts'
import { capture, each, everyRecord } from './capture.ts'

const at = (time: number, header: number, ...words: number[]): MergedRecord => ({
  ...{ time, cpu: 2, at: 0 },
  words: Uint32Array.from([header, ...words]),
})

/** `domain=1 vcpu=0`. */
function fieldText({ words, at }: MergedRecord): string {
  const { fields } = recordLayout(words[at] as number)
  return fields.map((field) => `${field.name}=${fieldValue(field, words, at + 1)}`).join(' ')
}

function linesOf(hz: number, write: (lines: LineWriter) => void): readonly string[] {
  let text = ''
  const lines = new LineWriter(hz, (bytes) => {
    text += Buffer.from(bytes).toString()
  })
  write(lines)
  lines.finish()
  return text.split('\n').slice(0, -1)
}

const lineOf = (record: MergedRecord, first: number, hz = 54_000_000) =>
  linesOf(hz, (lines) => {
    lines.begin({ first, zero: 0 })
    lines.take(record)
  })[0]

describe('a line of a record', () => {
  it.each<[string, MergedRecord, string]>([
    ['two fields', at(1054, 0xa0028004, 1, 3), '         1.000  1054   2  wake  domain=1 vcpu=3'],
    ['no field', at(1000, 0x22001), '         0.000  1000   2  credit tasklet'],
    ['an unknown event', at(1000, 0x100abc12, 7), '         0.000  1000   2  0xabc12  word0=7'],
    [
      'negative fields',
      at(1000, 0x20022a05, 0x30001, 0xffffffff),
      '         0.000  1000   2  null schedule  tasklet=1 cpu=3 unit=-1 domain=-1',
    ],
    [
      'a field beyond 2^53',
      at(1000, 0x4010f005, 0xffffffff, 0xffffffff, 0x90001, 5),
      '         0.000  1000   2  memory decrease  frame=18446744073709551615 domain=1 order16=9 order32=5',
    ],
  ])('has %s', (_, record, line) => expect(lineOf(record, 1000)).toBe(line))

  it.each([
    0,
    9,
    10,
    99_999_999,
    100_000_000,
    100_000_001,
    4_294_967_296,
    10_000_000_000_000_000 - 1,
    2 ** 53 - 1,
  ])('has %d ticks to the last digit', (time) => {
    const own = { ...at(time, 0x22001), cpu: 12 }
    for (const hz of [54_000_000, 1_000_000])
      expect(lineOf(own, 0, hz)).toBe(`${microseconds(time, hz).padStart(14)}  ${time}  12  credit tasklet`)
  })

  it('may lie before the time that it is counted from', () => {
    expect(lineOf(at(946, 0x22001), 1000)).toBe('        -1.000  946   2  credit tasklet')
  })

  it.each(['xen-4.14-null', 'run/trace', 'xen-4.13', 'lost'])('of %s says what the record is', (name) => {
    const expected: string[] = []
    const found = linesOf(54_000_000, (lines) => {
      const text = each((record, { first }) => {
        const { name: event } = recordLayout(record.words[record.at] as number)
        const time = `${microseconds(record.time - first, 54_000_000).padStart(14)}  ${record.time}`
        expected.push(`${time}  ${String(record.cpu).padStart(2)}  ${event}  ${fieldText(record)}`.trimEnd())
      })
      scan([capture(name)], [everyRecord(lines), text])
    })
    expect(found.length).toBeGreaterThan(1000)
    expect(found).toEqual(expected)
  })
})
