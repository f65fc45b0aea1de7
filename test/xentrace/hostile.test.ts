import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columns } from '../../src/commands/terminal/table.ts'
import { Histogram } from '../../src/stats/histogram.ts'
import { runstateChange } from '../../src/xentrace/events.ts'
import { ParquetWriter } from '../../src/xentrace/parquetwriter.ts'
import { PerfettoTrace } from '../../src/xentrace/perfetto.ts'
import { Reader } from '../../src/xentrace/reader.ts'
import { TraceError } from '../../src/xentrace/record.ts'
import { ResidencyTracker } from '../../src/xentrace/residency.ts'
import { scan } from '../../src/xentrace/scan.ts'
import { summarise } from '../../src/xentrace/summary.ts'
import { CsvWriter, LineWriter } from '../../src/xentrace/textwriters.ts'
import { bytesOf, each, everyRecord, record, u64, window } from './capture.ts'

const HZ = 54_000_000
const ignore = () => undefined
const lines = new LineWriter(HZ, ignore)
const csv = new CsvWriter(HZ, ignore)

/** Reads what any command reads of a capture; returns why it ends early. */
function readAll(bytes: Uint8Array, pieceBytes: number, parquet: boolean): string | null {
  const runstates = new ResidencyTracker()
  const perfetto = new PerfettoTrace(HZ, (first) => [{ from: first, to: Number.POSITIVE_INFINITY }], ignore)
  const table = parquet ? new ParquetWriter(HZ, ignore) : null
  let [records, last] = [0, Number.NEGATIVE_INFINITY]
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
    bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  )
  const order = each(({ time }, { first }) => {
    if (time < last || time < first) throw new Error(`${time} after ${last}, from ${first} on`)
    last = time
    records += 1
  })
  const writers = [lines, csv, ...(table === null ? [] : [table])].map(everyRecord)
  const found = scan(pieces, [order, runstates, perfetto, ...writers])
  perfetto.finish(found, null)
  table?.finish()
  for (const { states, unknownTicks } of runstates.finish(found).vcpus) {
    const all = states.reduce((sum, { ticks, partTicks }) => sum + ticks + partTicks, unknownTicks)
    if (!(all >= 0 && all <= found.last - found.first))
      throw new Error(`${all} of ${found.last - found.first} ticks`)
  }
  if (records > bytes.length / 4) throw new Error(`${records} records in ${bytes.length} bytes`)
  return found.damage?.message ?? null
}

/** Four rounds of three pCPUs with all that a capture has. */
const sane = bytesOf(
  ...Array.from({ length: 12 }, (_, i) => {
    const [cpu, start] = [i % 3, 1000 * Math.floor(i / 3)]
    return window(
      cpu,
      record(runstateChange('blocked', 'runnable'), start + 10 * cpu, 0x10000 + cpu),
      record(runstateChange('runnable', 'running'), start + 10 * cpu + 3, 0x10000 + cpu),
      record(0x1f002, undefined, 0xaaaaaaaa),
      record(0x10f005, undefined, 1, 2, 3, 4),
      record(0x1f001, start + 200 + cpu, 3, 0x10000, ...u64(start + 100)),
      record(runstateChange('running', 'blocked'), start + 300 + cpu, 0x10000 + cpu),
    )
  }),
)

/** Headers, lengths and numbers at their limits. */
const limits = [
  0, 1, 0xffffffff, 0x80000000, 0x7fffffff, 0x2001f003, 0xc001f001, 0x1f002, 0x7001f002, 0xf0021101,
]

describe('a capture of hostile bytes', () => {
  it('is read up to the byte that is wrong, which the error tells', () => {
    const value = fc.oneof(fc.constantFrom(...limits), fc.nat(2 ** 32 - 1))
    const damages = fc.array(fc.tuple(fc.nat(sane.length / 4 - 1), value), { maxLength: 4 })
    const outcomes = { whole: 0, part: 0, none: 0 }
    let runs = 0
    fc.assert(
      fc.property(
        damages,
        fc.option(fc.nat(sane.length)),
        fc.integer({ min: 1, max: 600 }),
        (own, cut, piece) => {
          const bytes = Uint8Array.from(sane.subarray(0, cut ?? sane.length))
          const view = new DataView(bytes.buffer)
          for (const [at, word] of own) if (4 * at + 4 <= bytes.length) view.setUint32(4 * at, word, true)
          runs += 1
          try {
            const found = readAll(bytes, piece, runs % 500 === 0)
            if (found !== null) expect(found).toMatch(/byte \d+/)
            outcomes[found === null ? 'whole' : 'part'] += 1
          } catch (error) {
            if (!(error instanceof TraceError)) throw error
            outcomes.none += 1
          }
        },
      ),
      { numRuns: 1500, seed: 8 },
    )
    expect(Math.min(outcomes.whole, outcomes.part, outcomes.none)).toBeGreaterThan(10)
  })

  it.each([
    [
      'a pCPU beyond 2^31',
      [0x2001f003, 2 ** 31, 16],
      'at byte 4 of the capture: a window of pCPU -2147483648',
    ],
    [
      'a window beyond the file',
      [0x2001f003, 0, 4096, 0x80028003],
      'at byte 16: 4092 more bytes should follow',
    ],
    [
      'a record beyond its window',
      [0x2001f003, 0, 4, 0xf0028003, 0],
      'a record of 40 bytes overruns its window',
    ],
  ])('with %s is refused', (_, words, message) => {
    const reader = new Reader()
    expect(() => {
      reader.push(bytesOf(words))
      reader.end()
    }).toThrow(message)
  })

  it('may name 130,000 vCPUs, and thousands of pCPUs that are silent', async () => {
    const changes = Uint32Array.from({ length: 4 * 130_000 }, (_, i) => {
      const key = Math.floor(i / 4)
      return [0x90021211, key, 0, Math.imul(key, 0x9e3779b1) >>> 0][i % 4] as number
    })
    const silent = Array.from({ length: 4_000 }, (_, i) => window(i + 1))
    const bytes = Buffer.concat([
      bytesOf([0x2001f003, 0, changes.byteLength]),
      new Uint8Array(changes.buffer),
      bytesOf(...silent),
    ])
    const { domains } = await summarise(() => ReadableStream.from([bytes]))
    expect(domains.reduce((sum, { vcpus }) => sum + vcpus.length, 0)).toBe(130_000)
  })

  it('may make lists of any length', () => {
    expect(columns(Array.from({ length: 200_000 }, (_, i) => [String(i), 'x'])).length).toBe(10 * 200_000 - 1)
  })
})

describe('a histogram', () => {
  it('keeps what is far apart and what is frequent', () => {
    const histogram = new Histogram()
    for (let power = 0; power < 53; power++) histogram.add(2 ** power)
    for (let i = 0; i < 1000; i++) histogram.add(7)
    expect([0, 0.5, 1].map((part) => histogram.quantile(part))).toEqual([1, 7, 2 ** 52])
    expect(histogram.count).toBe(1053)
  })
})
