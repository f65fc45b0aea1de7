/** Decodes a document. Reports invalid UTF-8 and binary data as messages of its file. */

import { isUtf8 } from 'node:buffer'
import type { VFile } from 'vfile'
import { placeAt, sourceText } from './place.ts'
import { fail, warn } from './problem.ts'

/** Control characters except tabs and line ends. */
export const control = /[^\P{Cc}\t\n\r]/gu
/** Bidi controls, which make a script look different from what it does (https://trojansource.codes). */
const reordering = /[\u202a-\u202e\u2066-\u2069]/g

/** Decodes the file's value. Returns false, with an error, if there is nothing to parse. */
export function decode(file: VFile): boolean {
  if (typeof file.value === 'object') {
    const bytes = file.value
    if (/^(?:fffe|feff)/.test(Buffer.from(bytes.subarray(0, 2)).toString('hex'))) {
      fail(file, 'encoding', { line: 1, column: 1 }, 'the file is UTF-16: save it as UTF-8')
      file.value = ''
      return false
    }
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    file.value = text
    const wrong = isUtf8(bytes) ? undefined : firstWrongByte(bytes, text)
    if (wrong) {
      const byte = `0x${wrong.byte.toString(16).toUpperCase()}`
      const place = placeAt(sourceText(file), wrong.index - (text.startsWith('\uFEFF') ? 1 : 0))
      fail(file, 'encoding', place, `byte ${byte} is not UTF-8: save the file as UTF-8`)
    }
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

/** Finds the first replacement character that is not in the bytes themselves; `index` is in the text. */
function firstWrongByte(bytes: Uint8Array, text: string) {
  let offset = 0
  let start = 0
  for (const { index } of text.matchAll(/\uFFFD/g)) {
    offset += Buffer.byteLength(text.slice(start, index))
    start = index
    const isWritten = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd
    if (!isWritten) return { byte: bytes[offset] ?? 0, index }
  }
  return undefined
}
