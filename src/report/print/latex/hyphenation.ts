/**
 * Where words of a language are divided: by its patterns, where TeX has them. All else of babel would change
 * words and signs.
 */

import { languageOf } from '../../../locale/languages.ts'

/** Names of patterns in TeX Live (language.dat), by primary subtag or by tag. */
const patterns = new Map(
  Object.entries({
    af: 'afrikaans',
    be: 'belarusian',
    bg: 'bulgarian',
    ca: 'catalan',
    cs: 'czech',
    cy: 'welsh',
    da: 'danish',
    de: 'ngerman',
    'de-ch': 'swissgerman',
    el: 'greek',
    'en-gb': 'ukenglish',
    eo: 'esperanto',
    es: 'spanish',
    et: 'estonian',
    eu: 'basque',
    fi: 'finnish',
    fr: 'french',
    fur: 'friulan',
    ga: 'irish',
    gl: 'galician',
    hr: 'croatian',
    hsb: 'uppersorbian',
    hu: 'hungarian',
    ia: 'interlingua',
    id: 'indonesian',
    is: 'icelandic',
    it: 'italian',
    ka: 'georgian',
    la: 'latin',
    lt: 'lithuanian',
    lv: 'latvian',
    mk: 'macedonian',
    mn: 'mongolian',
    nb: 'bokmal',
    nl: 'dutch',
    nn: 'nynorsk',
    no: 'norwegian',
    oc: 'occitan',
    pl: 'polish',
    pms: 'piedmontese',
    pt: 'portuguese',
    rm: 'romansh',
    ro: 'romanian',
    ru: 'russian',
    sk: 'slovak',
    sl: 'slovenian',
    sq: 'albanian',
    sr: 'serbianc',
    'sr-latn': 'serbian',
    sv: 'swedish',
    tk: 'turkmen',
    tr: 'turkish',
    uk: 'ukrainian',
  }),
)

/**
 * The lines of a preamble that choose the patterns of a language (BCP 47), if TeX has them; empty for
 * English.
 */
export function hyphenation(lang: string): string {
  const tag = lang.toLowerCase()
  const name = patterns.get(tag) ?? patterns.get(languageOf(lang))
  if (name === undefined) return ''
  // LuaTeX knows the names once the package was loaded.
  return `\\usepackage[base]{babel}\n\\ifcsname l@${name}\\endcsname\\usepackage[base,${name}]{babel}\\fi\n`
}
