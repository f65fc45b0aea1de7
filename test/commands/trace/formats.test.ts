import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { Output } from '../../../src/commands/terminal/output.ts'
import { formatNames } from '../../../src/commands/trace.ts'
import { type FormatName, formats, viewerWarning } from '../../../src/commands/trace/formats.ts'
import { scanStream } from '../../../src/xentrace/scan.ts'
import { summarise } from '../../../src/xentrace/summary.ts'
import { LineWriter } from '../../../src/xentrace/textwriters.ts'
import { readTimelineStream } from '../../../src/xentrace/timeline.ts'
import { capture, everyRecord, windows } from '../../xentrace/capture.ts'

const HZ = 54_000_000
const folder = mkdtempSync(join(tmpdir(), 'repro-formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Pieces = () => AsyncIterable<Uint8Array>

/** Pieces as a pipe gives them: Buffers, wherever they lie in memory, that are written over once the next is asked for. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Pieces {
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length]
  return async function* () {
    const pool = Buffer.alloc(bytes.length + 8)
    for (const [i, from] of places.slice(0, -1).entries()) {
      const piece = pool.subarray((i % 7) + 1, (i % 7) + 1 + (places[i + 1] as number) - from)
      piece.set(bytes.subarray(from, places[i + 1]))
      yield piece
      piece.fill(0xff)
    }
  }
}

async function exported(name: FormatName, of: Pieces): Promise<string> {
  const path = join(folder, name)
  const descriptor = openSync(path, 'w')
  const format = formats[name]
  const request = { capture: of, again: false, file: '-', hz: HZ, window: null, stamps: [] }
  const damage = await format.write({ ...request, output: new Output(descriptor, path) })
  closeSync(descriptor)
  return `${damage?.message ?? 'whole'}\n${readFileSync(path, 'latin1')}`
}

/** What each command makes of a capture. */
const readers: readonly (readonly [name: string, read: (of: Pieces) => Promise<unknown>])[] = [
  ['info and summary', async (of) => await summarise(of, false)],
  ['phases', async (of) => await readTimelineStream(of(), [0, 1])],
  [
    'dump',
    async (of) => {
      const lines: string[] = []
      const writer = new LineWriter(HZ, (bytes) => lines.push(Buffer.from(bytes).toString()))
      const { damage } = await scanStream(of(), [everyRecord(writer)])
      writer.finish()
      return [lines.join(''), damage?.message]
    },
  ],
  ...formatNames.map((name) => [`export to ${name}`, (of: Pieces) => exported(name, of)] as const),
]

const whole = capture('small-ring')
const bytes = whole.subarray(0, windows(whole).findLast(({ end }) => end < 12_000)?.end)

it('every format is one that the command line takes', () => {
  expect(formatNames).toEqual(Object.keys(formats))
})

describe('a capture that comes in pieces', () => {
  it.each(readers)('is for %s what it is as a whole, wherever it is cut', async (_, read) => {
    const expected = await read(pieces(bytes, []))
    expect(await read(pieces(bytes, [1001]))).toEqual(expected)
    expect(
      await read(
        pieces(
          bytes,
          Array.from({ length: bytes.length }, (__, i) => i),
        ),
      ),
    ).toEqual(expected)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        expect(await read(pieces(bytes, cuts))).toEqual(expected)
      }),
      { numRuns: 12, seed: 13 },
    )
  })

  it.each(readers)('is damaged for %s where it is damaged as a whole', async (_, read) => {
    const damaged = bytes.slice(0, -7)
    const expected = await read(pieces(damaged, []))
    expect(inspect(expected, { depth: 4 })).toContain(`truncated at byte ${damaged.length}`)
    expect(await read(pieces(damaged, [3, 1001, 1002, 7777]))).toEqual(expected)
  })
})

describe('a trace for Perfetto', () => {
  it('that no browser can open comes with a warning, its size and what to do', () => {
    expect(viewerWarning(400e6)).toBeNull()
    expect(viewerWarning(1.2e9)).toBe(
      'warning: this trace has 1200 MB or more, and the viewer in a browser opens up to some 500 MB. Take a part of it ' +
        '(--from 1s --to 2s), or open it with `trace_processor --httpd FILE`, which does the work outside of the browser',
    )
  })
})
