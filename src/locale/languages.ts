/** The languages that a report can be in. To add one: a file beside this, and a line here. */

import { english, type Words } from './en.ts'
import { japanese } from './ja.ts'

/** By the first part of a BCP 47 tag. */
export const languages: ReadonlyMap<string, Words> = new Map([
  ['en', english],
  ['ja', japanese],
])

/** The words for a BCP 47 tag (`ja`, `ja-JP`); English for a language that there are none of. */
export function wordsOf(lang: string): Words {
  return languages.get(languageOf(lang)) ?? english
}

/** A language in its own words: `日本語` of `ja`. */
export function languageName(lang: string): string {
  return new Intl.DisplayNames([lang], { type: 'language' }).of(lang) ?? lang
}

/** `ja` of `ja-JP`. */
export function languageOf(lang: string): string {
  return lang.toLowerCase().split('-')[0] ?? ''
}
