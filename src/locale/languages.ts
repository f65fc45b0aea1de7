/** Languages of reports. To add one, add a file here and a line below. */

import { english, type Messages } from './en.ts'
import { japanese } from './ja.ts'

/** By primary subtag of a BCP 47 tag. */
export const languages: ReadonlyMap<string, Messages> = new Map([
  ['en', english],
  ['ja', japanese],
])

/** Returns the messages for a BCP 47 tag (`ja`, `ja-JP`); English if unsupported. */
export function messagesFor(lang: string): Messages {
  return languages.get(languageOf(lang)) ?? english
}

/** Name of a language in itself: `日本語` for `ja`. */
export function languageName(lang: string): string {
  return new Intl.DisplayNames([lang], { type: 'language' }).of(lang) ?? lang
}

/** Primary subtag: `ja` for `ja-JP`. */
export function languageOf(lang: string): string {
  return lang.toLowerCase().split('-')[0] ?? ''
}

const fromRight: ReadonlySet<string> = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'ug', 'ur', 'yi'])

/** Whether a language (BCP 47) is written from right to left. */
export function isFromRight(lang: string): boolean {
  return fromRight.has(languageOf(lang))
}
