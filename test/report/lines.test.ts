import type { PhrasingContent, Root } from 'mdast'
import { describe, expect, it } from 'vitest'
import { joinLines, joins } from '../../src/report/lines.ts'
import { textOf } from '../../src/report/textof.ts'

describe('two lines of a paragraph', () => {
  it.each([
    ['kana and kana', 'の', 'は', true],
    ['kanji and full-width punctuation', '間', '。', true],
    ['half-width and full-width kana', 'ｱ', 'ア', true],
    ['full-width and ideographic characters', 'Ａ', '時', true],
    ['a character outside of the basic plane', '𠮷', '野', true],
    ['a comma and a Latin letter', '、', 'x', true],
    ['a digit and an opening bracket', '4', '（', true],
    ['a curly quotation mark and kanji', '“', '時', true],
    ['kanji and a Latin letter', '間', 'x', false],
    ['a digit and kana', '4', 'は', false],
    ['Latin letters', 'a', 'b', false],
    ['hangul', '한', '국', false],
    ['kanji and hangul', '時', '한', false],
    ['a Latin full stop and kanji', '.', '時', false],
  ])('%s: joined in Japanese or not', (_, before, after, joined) => {
    expect(joins(before, after, true)).toBe(joined)
  })

  it('are joined at a zero-width space in any language', () => {
    expect(joins('a', '\u200b', false)).toBe(true)
  })

  it('are joined between wide characters in any language, but not at punctuation beside Latin letters', () => {
    expect(joins('時', '間', false)).toBe(true)
    expect(joins('、', 'x', false)).toBe(false)
  })
})

describe('joinLines', () => {
  const text = (value: string): PhrasingContent => ({ type: 'text', value })
  const within = (type: 'strong' | 'emphasis', value: string): PhrasingContent => ({
    type,
    children: [text(value)],
  })
  const paragraph = (...children: readonly (PhrasingContent | string)[]): Root => ({
    type: 'root',
    children: [
      { type: 'paragraph', children: children.map((one) => (typeof one === 'string' ? text(one) : one)) },
    ],
  })
  const joined = (tree: Root, lang = 'ja') => {
    joinLines([tree], lang)
    return tree.children.map((node) => (node.type === 'code' ? node.value : textOf(node)))
  }

  it('looks through emphasis, links, code and values for the neighbours of a break', () => {
    expect(joined(paragraph('これは', within('strong', '強調。'), '\n次の行'))).toEqual([
      'これは強調。次の行',
    ])
    expect(joined(paragraph('これは\n', within('emphasis', '強調')))).toEqual(['これは強調'])
    expect(joined(paragraph('命令\n', { type: 'inlineCode', value: 'xl' }))).toEqual(['命令\nxl'])
    const value = { type: 'value', text: '値', origins: [], sources: [], state: 'current' } as const
    expect(joined(paragraph('これは\n', value, '\n次'))).toEqual(['これは値次'])
  })

  it('takes out blanks around the break, too, and several breaks', () => {
    expect(joined(paragraph('一 \n\t二\n三\nfour\n五'))).toEqual(['一二三\nfour\n五'])
  })

  it('takes out a break that is split between two texts', () => {
    expect(joined(paragraph('一 ', within('strong', ' \n'), '  二'))).toEqual(['一二'])
  })

  it('leaves breaks beside pictures, between paragraphs, and in preformatted text', () => {
    const picture = { type: 'picture', mime: 'image/png', content: '', alt: '絵' } as const
    expect(joined(paragraph('一\n', picture, '\n二'))).toEqual(['一\n\n二'])
    const two: Root = { type: 'root', children: [...paragraph('一\n').children, ...paragraph('二').children] }
    expect(joined(two)).toEqual(['一\n', '二'])
    expect(joined({ type: 'root', children: [{ type: 'code', value: '一\n二' }] })).toEqual(['一\n二'])
  })

  it('leaves English alone', () => {
    expect(joined(paragraph('one\n', within('strong', 'two,'), '\nthree'), 'en')).toEqual([
      'one\ntwo,\nthree',
    ])
  })
})
