import { VFile } from 'vfile'
import { describe, expect, it } from 'vitest'
import { insertBlock } from '../../src/begin/insert.ts'
import { parseDocument } from '../../src/document/document.ts'

const front = '---\ntitle: T\n---\n'
const table = (id: string) => `\`\`\`yaml table\nid: tbl-${id}\nkind: claims\ncaption: C\n\`\`\``

const inserted = (value: string, type: 'table' | 'figure' = 'table') =>
  insertBlock(parseDocument(new VFile({ path: 'd.md', value })), type, 'tbl-new', table('new'))

describe('a new block', () => {
  it.each([
    ['without blocks', `${front}\nText.\n`, `${front}\nText.\n\n${table('new')}\n`, 7],
    ['with front matter only', front, `${front}\n${table('new')}\n`, 5],
    ['that does not end its last line', `${front}\nText.`, `${front}\nText.\n\n${table('new')}\n`, 7],
    ['that ends in a blank line', `${front}\nText.\n\n`, `${front}\nText.\n\n${table('new')}\n`, 7],
    [
      'with blocks of the kind: behind the last',
      `${front}\n${table('a')}\n\n${table('b')}\n\nText.\n`,
      `${front}\n${table('a')}\n\n${table('b')}\n\n${table('new')}\n\nText.\n`,
      17,
    ],
    [
      'whose text follows the fence at once',
      `${front}\n${table('a')}\nText.\n`,
      `${front}\n${table('a')}\n\n${table('new')}\nText.\n`,
      11,
    ],
    [
      'whose block is its last line, without an end',
      `${front}\n${table('a')}`,
      `${front}\n${table('a')}\n\n${table('new')}\n`,
      11,
    ],
    [
      'whose only block of the kind is in a list: at the end',
      `${front}\n- a\n\n  ${table('a').replaceAll('\n', '\n  ')}\n\nText.\n`,
      `${front}\n- a\n\n  ${table('a').replaceAll('\n', '\n  ')}\n\nText.\n\n${table('new')}\n`,
      15,
    ],
  ])('in a document %s', (_, before, after, line) => {
    expect(inserted(before)).toEqual({ text: after, line })
  })

  it('has the line ends of the document, and keeps its byte order mark', () => {
    const before = `\uFEFF${front}\nText.\n`.replaceAll('\n', '\r\n')
    const { text } = inserted(before)
    expect(text).toBe(`${before}\r\n${table('new').replaceAll('\n', '\r\n')}\r\n`)
  })

  it.each([
    ['a fence that is never closed', `${front}\n\`\`\`sh\nls\n`],
    ['a comment that is never closed', `${front}\n<!-- note\n`],
  ])('is refused behind %s, where it would not be read', (_, before) => {
    expect(() => inserted(before)).toThrow(
      'a block at the end of d.md would not be read as one: is a fence or a comment before it never closed?',
    )
  })
})
