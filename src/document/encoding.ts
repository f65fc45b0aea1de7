/** Decodes a document. Reports invalid UTF-8 and binary data as messages of its file. */

import { isUtf8 } from 'node:buffer'
import type { VFile } from 'vfile'
import type { Place } from './block.ts'
import { placeAt, sourceText } from './place.ts'
import { fail, warn } from './problem.ts'

/** Control characters except tabs and line ends. */
export const control = /(?![\t\n\r])\p{Cc}/gu
/** Bidi controls, which make a script look different from what it does (https://trojansource.codes). */
const reordering = /[\u202a-\u202e\u2066-\u2069]/g

/** Decodes the file's value. Returns false, with an error, if there is nothing to parse. */
export function decode(file: VFile): boolean {
  const bytes = typeof file.value === 'object' ? file.value : undefined
  if (bytes !== undefined) {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    if (utf16) {
      fail(file, 'encoding', { line: 1, column: 1 }, 'the file is UTF-16: save it as UTF-8')
      file.value = ''
      return false
    }
    const wrong = firstWrongByte(bytes)
    if (wrong) {
      const byte = `0x${wrong.byte.toString(16).toUpperCase()}`
      fail(file, 'encoding', wrong.place, `byte ${byte} is not UTF-8: save the file as UTF-8`)
    }
    file.value = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  }
  const source = sourceText(file)
  const [first, ...others] = source.text.matchAll(control)
  if (first) {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`
    const reason = `control character ${codePoint(first[0])}${more}: delete it`
    fail(file, 'control-character', placeAt(source, first.index), reason)
  }
  for (const { 0: character, index } of [...source.text.matchAll(reordering)].slice(0, 1)) {
    const reason = `${codePoint(character)} changes the order in which text is shown: delete it`
    warn(file, 'control-character', placeAt(source, index), reason)
  }
  return true
}

function codePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}

interface WrongByte {
  readonly byte: number
  readonly place: Place
}

/** Searches by line: a line feed byte is never part of a longer character. */
function firstWrongByte(bytes: Uint8Array): WrongByte | undefined {
  if (isUtf8(bytes)) return undefined
  let start = 0
  for (let line = 1; start <= bytes.length; line += 1) {
    const feed = bytes.indexOf(0x0a, start)
    const content = bytes.subarray(start, feed < 0 ? bytes.length : feed)
    if (!isUtf8(content)) {
      const { byte, column } = inLine(content)
      return { byte, place: { line, column: column - (line === 1 && hasMark(bytes) ? 1 : 0) } }
    }
    start += content.length + 1
  }
  return undefined
}

/** Finds the first replacement character that is not in the bytes themselves. */
function inLine(content: Uint8Array): { readonly byte: number; readonly column: number } {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content)
  for (let at = text.indexOf('\uFFFD'); at >= 0; at = text.indexOf('\uFFFD', at + 1)) {
    const offset = Buffer.byteLength(text.slice(0, at))
    const isWritten = content[offset] === 0xef && content[offset + 1] === 0xbf && content[offset + 2] === 0xbd
    if (!isWritten) return { byte: content[offset] ?? 0, column: at + 1 }
  }
  return { byte: content[0] ?? 0, column: 1 }
}

function hasMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}
