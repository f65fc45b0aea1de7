import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { parseDocument, parseFrontMatter } from '../../src/document/document.ts'

function messages(value: Uint8Array | string): readonly string[] {
  const { file } = parseDocument(new VFile({ path: 'd.md', value }))
  return file.messages.map(
    ({ line, column, fatal, reason }) => `${line}:${column} ${fatal ? 'error' : 'warning'} ${reason}`,
  )
}
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const front = '---\ntitle: T\n---\n\n'

describe('the bytes of a document', () => {
  it.each([
    [
      'Latin-1 in the front matter',
      latin1('---\ntitle: Caf\xe9\n---\n'),
      ['2:11 error byte 0xE9 is not UTF-8: save the file as UTF-8'],
    ],
    [
      'Latin-1 in the text, behind longer characters',
      Buffer.concat([Buffer.from(`${front}é\uFFFD `), latin1('na\xefve\n')]),
      ['5:6 error byte 0xEF is not UTF-8: save the file as UTF-8'],
    ],
    [
      'a character that is cut off',
      Buffer.from(`${front}é`).subarray(0, -1),
      ['5:1 error byte 0xC3 is not UTF-8: save the file as UTF-8'],
    ],
    [
      'an overlong form',
      Buffer.concat([Buffer.from(front), latin1('\xc0\x80')]),
      ['5:1 error byte 0xC0 is not UTF-8: save the file as UTF-8'],
    ],
    ['UTF-16', Buffer.from(`\uFEFF${front}`, 'utf16le'), ['1:1 error the file is UTF-16: save it as UTF-8']],
    ['a byte order mark', Buffer.from(`\uFEFF${front}x`), []],
    [
      'a wrong byte behind a byte order mark',
      Buffer.concat([Buffer.from('\uFEFF'), latin1('a\xff')]),
      [
        '1:1 error missing key: title; start the file with front matter (---, title: ..., ---) or a heading (# ...)',
        '1:2 error byte 0xFF is not UTF-8: save the file as UTF-8',
      ],
    ],
    ['NUL', Buffer.from(`${front}a\0b\0`), ['5:2 error control character U+0000 (and 1 more): delete it']],
    ['an escape', `${front}# \x1b[31mred`, ['5:3 error control character U+001B: delete it']],
    ['C1', `${front}a\x9b`, ['5:2 error control character U+009B: delete it']],
    [
      'signs that turn the direction',
      `${front}a\u202eb`,
      ['5:2 warning U+202E changes the order in which text is shown: delete it'],
    ],
    ['tabs and line ends', `${front}a\tb\r\nc\rd`, []],
  ])('%s', (_, value, expected) => {
    expect(messages(value)).toEqual(expected)
  })
})

describe('a document without front matter', () => {
  it.each(['', 'Text.\n', '---\n---', '---\n'])('%j has no title, and is no crash', (text) => {
    expect(parseFrontMatter(text).title).toBe('')
  })
})
