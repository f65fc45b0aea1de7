/** Text as LaTeX. All that a document says passes one of these functions, so that none of it is a command. */

import { control } from '../../../document/encoding.ts'
import { eastAsian } from '../fonts.ts'
import { blanks, inEights, inOneLine, longRuns, piecesOf } from '../words.ts'
import { isInFallback } from './fallback.ts'

/** Letters and signs that are commands, or would join others. */
const signs: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '\\': String.raw`\textbackslash{}`,
    '{': String.raw`\{`,
    '}': String.raw`\}`,
    $: String.raw`\$`,
    '&': String.raw`\&`,
    '#': String.raw`\#`,
    '%': String.raw`\%`,
    _: String.raw`\_`,
    '^': String.raw`\textasciicircum{}`,
    '~': String.raw`\textasciitilde{}`,
    '<': String.raw`\textless{}`,
    '>': String.raw`\textgreater{}`,
    '|': String.raw`\textbar{}`,
    '"': String.raw`\textquotedbl{}`,
    "'": String.raw`\textquotesingle{}`,
    '`': String.raw`\textasciigrave{}`,
    '[': '{[}',
    ']': '{]}',
    '\u00a0': '~',
    '\u2009': String.raw`\,`,
    '\u202f': String.raw`\,`,
    '\u2002': String.raw`\enspace{}`,
    '\u2003': String.raw`\quad{}`,
    '\u00ad': String.raw`\-`,
    '\u200b': String.raw`\allowbreak{}`,
    '–': String.raw`\textendash{}`,
    '—': String.raw`\textemdash{}`,
    '‘': String.raw`\textquoteleft{}`,
    '’': String.raw`\textquoteright{}`,
    '“': String.raw`\textquotedblleft{}`,
    '”': String.raw`\textquotedblright{}`,
    '„': String.raw`\quotedblbase{}`,
    '‚': String.raw`\quotesinglbase{}`,
    ŉ: String.raw`\textquoteright{}n`,
    ŀ: String.raw`l\textperiodcentered{}`,
    Ŀ: String.raw`L\textperiodcentered{}`,
    ĳ: 'ij',
    Ĳ: 'IJ',
    '№': String.raw`N\textsuperscript{o}`,
    '‹': String.raw`\guilsinglleft{}`,
    '›': String.raw`\guilsinglright{}`,
    '…': String.raw`\ldots{}`,
    '•': String.raw`\textbullet{}`,
    '·': String.raw`\textperiodcentered{}`,
    '°': String.raw`\textdegree{}`,
    '¹': String.raw`\textsuperscript{1}`,
    '²': String.raw`\textsuperscript{2}`,
    '³': String.raw`\textsuperscript{3}`,
    µ: String.raw`\textmu{}`,
    '€': String.raw`\reproeuro{}`,
    '™': String.raw`\texttrademark{}`,
    '‰': String.raw`\textperthousand{}`,
  }),
)

/** Signs of mathematics, by their commands; Greek letters. */
const mathematical: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '−': '-',
    '×': 'times',
    '÷': 'div',
    '±': 'pm',
    '≤': 'leq',
    '≥': 'geq',
    '≠': 'neq',
    '≈': 'approx',
    '≡': 'equiv',
    '∼': 'sim',
    '∝': 'propto',
    '≪': 'll',
    '≫': 'gg',
    '≃': 'simeq',
    '≅': 'cong',
    '≲': 'lesssim',
    '≳': 'gtrsim',
    '⊕': 'oplus',
    '⊗': 'otimes',
    '⊙': 'odot',
    '⟨': 'langle',
    '⟩': 'rangle',
    '⌈': 'lceil',
    '⌉': 'rceil',
    '⌊': 'lfloor',
    '⌋': 'rfloor',
    '∘': 'circ',
    '∙': 'bullet',
    '●': 'bullet',
    '○': 'circ',
    '▲': 'blacktriangle',
    '△': 'triangle',
    '▼': 'blacktriangledown',
    '▽': 'triangledown',
    '▶': 'blacktriangleright',
    '◀': 'blacktriangleleft',
    '◇': 'lozenge',
    '⊥': 'perp',
    '∥': 'parallel',
    '∣': 'mid',
    '⊢': 'vdash',
    '⊨': 'models',
    '∉': 'notin',
    '∋': 'ni',
    '∖': 'setminus',
    '⊃': 'supset',
    '⊇': 'supseteq',
    '∴': 'therefore',
    '∵': 'because',
    '∠': 'angle',
    '⋅': 'cdot',
    '⋯': 'cdots',
    '″': 'prime\\prime',
    '↦': 'mapsto',
    '⟶': 'longrightarrow',
    '⟹': 'Longrightarrow',
    ℓ: 'ell',
    ℏ: 'hbar',
    ℝ: 'mathbb{R}',
    ℕ: 'mathbb{N}',
    ℤ: 'mathbb{Z}',
    ℚ: 'mathbb{Q}',
    ℂ: 'mathbb{C}',
    '∞': 'infty',
    '∈': 'in',
    '∑': 'sum',
    '∏': 'prod',
    '∫': 'int',
    '√': 'surd',
    '∂': 'partial',
    '∇': 'nabla',
    '∅': 'emptyset',
    '∪': 'cup',
    '∩': 'cap',
    '∧': 'wedge',
    '∨': 'vee',
    '⊂': 'subset',
    '⊆': 'subseteq',
    '→': 'rightarrow',
    '←': 'leftarrow',
    '↔': 'leftrightarrow',
    '↑': 'uparrow',
    '↓': 'downarrow',
    '⇒': 'Rightarrow',
    '⇐': 'Leftarrow',
    '⇔': 'Leftrightarrow',
    '∀': 'forall',
    '∃': 'exists',
    '¬': 'neg',
    '′': 'prime',
    '★': 'bigstar',
    '◆': 'blacklozenge',
    '■': 'blacksquare',
    '□': 'square',
    '☐': 'square',
    '✓': 'checkmark',
    '✔': 'checkmark',
    '✗': 'times',
    α: 'alpha',
    β: 'beta',
    γ: 'gamma',
    δ: 'delta',
    ε: 'varepsilon',
    ζ: 'zeta',
    η: 'eta',
    θ: 'theta',
    ι: 'iota',
    κ: 'kappa',
    λ: 'lambda',
    μ: 'mu',
    ν: 'nu',
    ξ: 'xi',
    ο: 'mathrm{o}',
    π: 'pi',
    ρ: 'rho',
    σ: 'sigma',
    τ: 'tau',
    υ: 'upsilon',
    φ: 'varphi',
    χ: 'chi',
    ψ: 'psi',
    ω: 'omega',
    Γ: 'Gamma',
    Δ: 'Delta',
    Θ: 'Theta',
    Λ: 'Lambda',
    Ξ: 'Xi',
    Π: 'Pi',
    Σ: 'Sigma',
    Φ: 'Phi',
    Ψ: 'Psi',
    Ω: 'Omega',
  }),
)

/** Letters that pdfTeX's font encodings have with `inputenc`: Latin ones, and the signs of Latin 1. */
const inFonts =
  /[\u00a1-\u0125\u0128-\u0131\u0134-\u0137\u0139-\u013e\u0141-\u0148\u014a-\u0165\u0168-\u017e\u0218-\u021b]/

/** Words of Greek are text, single letters are mathematics. */
const greekWord =
  /(\p{Script=Greek}*[\u0384-\u0390\u03aa-\u03b0\u03ca-\u03ce\u1f00-\u1fff]\p{Script=Greek}*|\p{Script=Greek}{3,})/u

/** Whether text of LaTeX needs LuaLaTeX and fonts beyond those of TeX. */
export function needsFallback(source: string): boolean {
  return [...new Set(source)].some(
    (character) => character > '\u007f' && !inFonts.test(character) && !eastAsian.test(character),
  )
}

/** Writes text; `tell` hears of characters that LaTeX has not, which are printed by their numbers. */
export type Escape = (text: string) => string

export function escaper(tell: (character: string) => void): Escape {
  const one = (character: string): string => {
    const sign = signs.get(character)
    if (sign !== undefined) return sign
    const name = mathematical.get(character)
    if (name !== undefined) return String.raw`\ensuremath{${name === '-' ? name : `\\${name}`}}`
    if (/[\x20-\x7e]/.test(character) || inFonts.test(character) || eastAsian.test(character))
      return character
    if (isInFallback(character)) return character
    tell(character)
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return `{[}U+${code}{]}${allowBreak}`
  }
  const words = (text: string) =>
    text
      .split(greekWord)
      .map((part, index) => (index % 2 === 1 ? part : [...part].map(one).join('')))
      .join('')
  return (text) =>
    longRuns(clean(text))
      .map((part, index) => (index % 2 === 0 ? words(part) : broken(part, words)))
      .join('')
      // Signs that would join to others: dashes, quotes, and ligatures of old font encodings.
      .replace(/([-,])(?=\1)/g, '$1\\kern0pt{}')
      .replace(/([?!])(?=\\textasciigrave)/g, '$1\\kern0pt{}')
}

/** Where a line may end, however short it is then (preamble.ts). */
export const allowBreak = String.raw`\reprobreak{}`

/** Writes what is too long for a line: it may end behind signs, and in words that are long. */
function broken(text: string, write: Escape): string {
  return piecesOf(text, Infinity)
    .map((piece) => inWord(piece, write))
    .join(allowBreak)
}

/** A long word as TeX hyphenates it, or else (preamble.ts) cut after some letters, as what is no word. */
function inWord(piece: string, write: Escape): string {
  if (piece.length <= mostOfPiece) return write(piece)
  const cut = (text: string) => inEights(text).map(write).join(allowBreak)
  const [, before = '', word, behind = ''] =
    /^([^\p{L}\p{N}]*)(\p{Lu}?[\p{Ll}\u00ad]+)([^\p{L}\p{N}]*)$/u.exec(piece) ?? []
  if (word === undefined || word.length > mostHyphenated) return cut(piece)
  return `${write(before)}\\reproword{${write(word)}}{${cut(word)}}${write(behind)}`
}

const mostOfPiece = 24

/** Letters of a word that TeX hyphenates (The TeXbook, appendix H). */
const mostHyphenated = 63

/** Text whose long words may be broken: behind signs, and after some letters where there is none. */
export function breakable(escape: Escape, text: string): string {
  return text
    .split(/(\s+)/)
    .map((word) => {
      if (word.length < 12) return escape(word)
      return longRuns(word).length > 1 ? escape(word) : broken(word, escape)
    })
    .join('')
}

/** A word of code, which has no hyphens. */
export function breakableCode(escape: Escape, word: string): string {
  return word.length < 12 ? escape(word) : piecesOf(word, mostOfPiece).map(escape).join(allowBreak)
}

/** Text of LaTeX for metadata, which have no lines and no fonts. */
export function inMetadata(source: string): string {
  return source
    .replaceAll(allowBreak, '')
    .replace(/\\reproword\{((?:[^{}]|\{\})*)\}\{(?:[^{}]|\{\})*\}/g, '$1')
    .replaceAll('\\reproeuro', '\\texteuro')
}

/** What has no look of its own: joiners, marks of direction, and selectors of emoji, such as that of ✔️. */
const unseen = /[\u034f\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|\p{Variation_Selector}/gu

function clean(text: string): string {
  return (
    text
      .toWellFormed()
      .normalize('NFC')
      .replace(control, '\uFFFD')
      .replace(unseen, '')
      // Ligatures, which TeX makes itself.
      .replace(/[\ufb00-\ufb06]/g, (sign) => sign.normalize('NFKC'))
      .replace(blanks, inOneLine)
      .replaceAll('\t', ' ')
  )
}

/** Returns an address for `\href`. */
export function address(url: string): string {
  return encodeURI(url.toWellFormed().replace(control, ''))
    .replace(/[\\{}^`|<>"~]/g, (sign) => encodeURIComponent(sign).replace('~', '%7E'))
    .replaceAll('%25', '%')
    .replace(/[%#&_]/g, String.raw`\$&`)
}

/** A name for `\label`: ids and keys have letters of Latin, digits and little else. */
export function labelName(id: string): string {
  return id.replace(/[^\w:.+/-]/gu, (sign) => `-u${(sign.codePointAt(0) ?? 0).toString(16)}`)
}
