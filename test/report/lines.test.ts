import type { Root } from 'hast'
import { describe, expect, it } from 'vitest'
import { element, textOf } from '../../src/locale/element.ts'
import { joinLines, joins } from '../../src/report/lines.ts'

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
  const paragraph = (...children: Parameters<typeof element>[2][]): Root => ({
    type: 'root',
    children: [element('p', {}, ...children)],
  })
  const joined = (tree: Root, lang = 'ja') => {
    joinLines(tree, lang)
    return tree.children.map(textOf)
  }

  it('looks through emphasis, links and code for the neighbours of a break', () => {
    const strong = element('strong', {}, '強調。')
    expect(joined(paragraph('これは', strong, '\n次の行'))).toEqual(['これは強調。次の行'])
    expect(joined(paragraph('これは\n', element('em', {}, '強調')))).toEqual(['これは強調'])
    expect(joined(paragraph('命令\n', element('code', {}, 'xl')))).toEqual(['命令\nxl'])
  })

  it('takes out blanks around the break, too, and several breaks', () => {
    expect(joined(paragraph('一 \n\t二\n三\nfour\n五'))).toEqual(['一二三\nfour\n五'])
  })

  it('takes out a break that is split between two texts', () => {
    expect(joined(paragraph('一 ', element('b', {}, ' \n'), '  二'))).toEqual(['一二'])
  })

  it('leaves breaks beside pictures, between paragraphs, and in preformatted text', () => {
    expect(joined(paragraph('一\n', element('img', {}), '\n二'))).toEqual(['一\n\n二'])
    const code = element('pre', {}, element('code', {}, '一\n二'))
    expect(
      joined({ type: 'root', children: [element('p', {}, '一'), { type: 'text', value: '\n' }, code] }),
    ).toEqual(['一', '\n', '一\n二'])
  })

  it('leaves English alone', () => {
    expect(joined(paragraph('one\n', element('b', {}, 'two,'), '\nthree'), 'en')).toEqual([
      'one\ntwo,\nthree',
    ])
  })
})
