/** Which letters of a printed report need which fonts. */

import { languageOf } from '../../locale/languages.ts'

/** Characters for which Latin fonts have no glyph; marks of Japanese belong to no script. */
export const eastAsian = /[\p{Script=Han}\p{Script=Hangul}\u3000-\u30ff\u31f0-\u33ff\uff00-\uffef]/u

/** Such as 𝔸, and signs that fonts of text lack. */
export const mathematicalFont = 'New Computer Modern Math'

/** A script of which this font has letters, but nothing that joins and orders them: words would be others. */
export const unjoined = 'Devanagari'

/** A proportional font of Arabic, if the computer has it; others have its letters in the width of code. */
export const arabicFont = 'DejaVu Sans'

/**
 * Font families: for text, for drawings, for code. Latin ones come with the compiler, or with this program;
 * others are the computer's.
 */
export function families(
  lang: string,
  hasEastAsian = isEastAsian(lang),
): Readonly<Record<'serif' | 'sans' | 'mono', readonly string[]>> {
  const others = (kind: string) => (hasEastAsian ? [eastAsianFont(kind, lang)] : [])
  const signs = 'DejaVu Sans Mono'
  const letters = mathematicalFont
  return {
    serif: ['Libertinus Serif', ...others('Serif'), signs, 'Arimo', letters],
    sans: ['Arimo', ...others('Sans'), signs, 'Libertinus Serif', letters],
    // Such as Hebrew in code.
    mono: [signs, ...others('Sans'), 'Arimo', 'Libertinus Serif', letters],
  }
}

/** The font of emphasis, as those of East Asian letters have no italics. */
export function eastAsianSans(lang: string): string {
  return eastAsianFont('Sans', lang)
}

function eastAsianFont(kind: string, lang: string): string {
  const language = languageOf(lang)
  const region =
    language === 'ko' ? 'KR' : language === 'zh' ? (/tw|hk|hant/i.test(lang) ? 'TC' : 'SC') : 'JP'
  return `Noto ${kind} CJK ${region}`
}

export function isEastAsian(lang: string): boolean {
  return ['ja', 'zh', 'ko'].includes(languageOf(lang))
}
