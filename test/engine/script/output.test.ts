import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lastLines, openOutput } from '../../../src/engine/script/output.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'repro-output-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function logged(pieces: readonly string[], kept = 10) {
  const file = join(folder, 'output.log')
  const output = openOutput(file, kept)
  for (const piece of pieces) output.write(Buffer.from(piece))
  output.end()
  return { text: readFileSync(file, 'utf8'), lines: lastLines(file, 3) }
}

it.each<[readonly string[], string]>([
  [[], ''],
  [['one\n', 'two\n'], 'one\ntwo\n'],
  [['0123456789', 'abc'], '0123456789abc'],
  [['0123456789abcdefghij'], '0123456789abcdefghij'],
  [['01234', '56789abcdefghijKLM'], '0123456789\n[3 bytes are left out here]\ndefghijKLM'],
  [
    ['x'.repeat(1000), 'y'.repeat(995), 'the end'],
    `${'x'.repeat(10)}\n[1982 bytes are left out here]\nyyythe end`,
  ],
])('keeps the beginning and the end: %j', (pieces, text) => expect(logged(pieces).text).toBe(text))

it('tells the last lines, also of output without line ends', () => {
  expect(logged(['a\nb\n\n', 'c\r\nd'], 100).lines).toEqual(['b', 'c', 'd'])
  expect(logged(['a\n', 'x'.repeat(5000)], 100_000).lines).toEqual(['a', `…${'x'.repeat(300)}`])
  expect(
    logged(
      Array.from({ length: 1000 }, (_, i) => `line ${i}\n`),
      50,
    ).lines.at(-1),
  ).toBe('line 999')
})
