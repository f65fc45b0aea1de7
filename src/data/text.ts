/** Bytes of a data file as text: UTF-8 and nothing else, since a guessed encoding changes words in silence. */

import { isUtf8 } from 'node:buffer'
import { DataError } from './table.ts'

/** Throws a DataError, with the line, for bytes that are no UTF-8 text. Leaves a byte order mark out. */
export function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new DataError('line 1: the file is UTF-16: save it as UTF-8')
  if (!isUtf8(bytes)) {
    throw new DataError(`${wrongByte(bytes)}: save the file as UTF-8`)
  }
  const zero = bytes.indexOf(0)
  if (zero >= 0) throw new DataError(`line ${lineAt(bytes, zero)}: a NUL character: this is no text`)
  return new TextDecoder().decode(bytes)
}

/** Returns the first byte that is not UTF-8, with its place: `line 2, column 4: byte 0xE9 is not UTF-8`. */
export function wrongByte(bytes: Uint8Array): string {
  const { line, column, byte } = firstWrong(bytes)
  const hex = byte.toString(16).toUpperCase().padStart(2, '0')
  return `line ${line}, column ${column}: byte 0x${hex} is not UTF-8`
}

const lineFeed = 0x0a

/** UTF-8 has no line feed inside of a character, so the first line that is wrong by itself is the one. */
function firstWrong(bytes: Uint8Array) {
  let line = 1
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(lineFeed, start)
    const part = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (!isUtf8(part) || end < 0) return { line, ...wrongIn(part) }
    start = end + 1
  }
}

/** Column in characters, from 1, as an editor counts. */
function wrongIn(part: Uint8Array) {
  let [low, high] = [0, part.length]
  // The longest start that is UTF-8, up to a character that is cut.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ([0, 1, 2, 3].some((cut) => middle >= cut && isUtf8(part.subarray(0, middle - cut)))) low = middle
    else high = middle - 1
  }
  const valid =
    [0, 1, 2, 3].map((cut) => low - cut).find((end) => end >= 0 && isUtf8(part.subarray(0, end))) ?? 0
  return { column: new TextDecoder().decode(part.subarray(0, valid)).length + 1, byte: part[valid] ?? 0 }
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1
  for (let at = bytes.indexOf(lineFeed); at >= 0 && at < offset; at = bytes.indexOf(lineFeed, at + 1))
    line += 1
  return line
}
