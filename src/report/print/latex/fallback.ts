/**
 * Letters and signs beyond the fonts of TeX, which LuaLaTeX sets in DejaVu: ranges of DejaVu Serif 2.37 and DejaVu Sans, without
 * scripts that go from right to left or join letters.
 */

import { families, isEastAsian } from '../fonts.ts'

const ranges = new RegExp(
  `^[${[
    '\\u0100-\\u02e9\\u02ec-\\u02f0\\u02f3\\u02f7\\u0300-\\u034f\\u0351-\\u0353\\u0357-\\u0358\\u035a\\u035c-\\u0362\\u0370-\\u0525',
    '\\u0531-\\u055f\\u0561-\\u0587\\u0589-\\u058a\\u10a1-\\u10c5\\u10d0-\\u10fc\\u1d00-\\u1d6b\\u1d77-\\u1d78\\u1d7b-\\u1d7f\\u1d85',
    '\\u1d9b-\\u1dbf\\u1dc4-\\u1dc9\\u1e00-\\u1efb\\u1f00-\\u200a\\u2010-\\u2027\\u2030-\\u205e\\u2070-\\u20b5\\u20b8-\\u20ba\\u20bd',
    '\\u20d0-\\u20d1\\u20d6-\\u20d7\\u20db-\\u20dc\\u20e1\\u2100-\\u2109\\u210b-\\u2149\\u214b\\u214e\\u2150-\\u2185\\u2189',
    '\\u2190-\\u2311\\u2318-\\u2319\\u231c-\\u2321\\u2324-\\u2328\\u232b-\\u232c\\u2373-\\u2375\\u237a\\u237d\\u2387\\u2394',
    '\\u239b-\\u23ae\\u23b7\\u23ce-\\u23cf\\u23e3\\u23e5\\u23e8\\u2422-\\u2423\\u2460-\\u2469\\u2500-\\u269c\\u269e-\\u26b8',
    '\\u26c0-\\u26c3\\u26e2\\u2701-\\u2704\\u2706-\\u2709\\u270c-\\u2727\\u2729-\\u274b\\u274d\\u274f-\\u2752\\u2756\\u2758-\\u275e',
    '\\u2761-\\u2794\\u2798-\\u27af\\u27b1-\\u27be\\u27c5-\\u27c6\\u27e0\\u27e6-\\u27eb\\u27f0-\\u297f\\u2983-\\u2984\\u29ce-\\u29d5',
    '\\u29eb\\u29fa-\\u29fb\\u2a00-\\u2a02\\u2a0c-\\u2a1c\\u2a2f\\u2a6a-\\u2a6b\\u2a7d-\\u2aa0\\u2aae-\\u2aba\\u2af9-\\u2afa',
    '\\u2b00-\\u2b1a\\u2b1f-\\u2b24\\u2b53-\\u2b54',
  ].join('')}]$`,
  'u',
)

export function isInFallback(character: string): boolean {
  return ranges.test(character) && !/\p{Cn}/u.test(character)
}

let japanese: ReadonlySet<string> | undefined

/** Signs of a text that fonts of Japanese lack: those of JIS X 0208 and its extensions are in each. */
export function foreignSigns(texts: readonly string[]): readonly string[] {
  japanese ??= new Set(inShiftJis())
  const known = japanese
  const found = new Set(texts.flatMap((text) => [...new Set(text)]))
  return [...found].filter((sign) => sign > '\u1fff' && isInFallback(sign) && !known.has(sign)).sort()
}

/** Whether a text has East Asian letters that fonts of Japanese may lack, such as Korean ones. */
export function needsOtherAsian(texts: readonly string[]): boolean {
  japanese ??= new Set(inShiftJis())
  const known = japanese
  return texts.some((text) =>
    [...new Set(text)].some((sign) => /[\p{Script=Han}\p{Script=Hangul}]/u.test(sign) && !known.has(sign)),
  )
}

/** Fonts of all East Asian letters, in the shapes of a language. */
export function otherAsianFonts(lang: string, texts: readonly string[]): string {
  const isKorean = !isEastAsian(lang) && texts.some((text) => /\p{Script=Hangul}/u.test(text))
  const { serif, sans } = families(isKorean ? 'ko' : lang, true)
  const name = (names: readonly string[]) => names.find((one) => one.includes(' CJK ')) ?? ''
  const [text, code] = [name(serif), name(sans)]
  return `  \\usepackage{luatexja-fontspec}\\setmainjfont{${text}}\\setsansjfont{${code}}\\setmonojfont{${code}}\n`
}

/** All characters of two bytes (https://encoding.spec.whatwg.org/#shift_jis-decoder). */
function inShiftJis(): string {
  const bytes: number[] = []
  for (let lead = 0x81; lead <= 0xfc; lead += lead === 0x9f ? 0x41 : 1)
    for (let trail = 0x40; trail <= 0xfc; trail += trail === 0x7e ? 2 : 1) bytes.push(lead, trail)
  return new TextDecoder('shift_jis').decode(new Uint8Array(bytes))
}

/** Fonts of text and of code that fall back on DejaVu, for LuaLaTeX. */
export const fallbackFonts = String.raw`  \directlua{luaotfload.add_fallback("repro", {"DejaVu Serif:mode=node;", "DejaVu Sans:mode=node;"})}
  \directlua{luaotfload.add_fallback("reprocode", {"DejaVu Sans Mono:mode=node;", "DejaVu Sans:mode=node;"})}
  \setmainfont{lmroman10-regular.otf}[BoldFont=lmroman10-bold.otf,ItalicFont=lmroman10-italic.otf,BoldItalicFont=lmroman10-bolditalic.otf,RawFeature={fallback=repro}]
  \setmonofont{lmmono10-regular.otf}[BoldFont=lmmonolt10-bold.otf,ItalicFont=lmmono10-italic.otf,RawFeature={fallback=reprocode}]
`
