/**
 * Where lines of print may end within what has no blanks: typesetters let it run over its column otherwise.
 */

/**
 * What no column may hold. East Asian letters each may end a line, by rules of their own that breaks of ours
 * would overrule.
 */
const longRun = /([^\s\p{Script=Han}\p{Script=Hangul}\u3000-\u30ff\u31f0-\u33ff\uff00-\uffef]{40,})/u

/** Returns a text in parts: those at odd places are too long for a line. */
export function longRuns(text: string): readonly string[] {
  return text.split(longRun)
}

/** Blanks, to be replaced by `inOneLine`. */
export const blanks = /[\s\u0085]+/g

/** Returns one blank for blanks with a line break among them, as in Markdown; others as they are. */
export function inOneLine(written: string): string {
  return /[\n\r\v\f\u0085\u2028\u2029]/.test(written) ? ' ' : written
}

/**
 * Returns pieces between which a line may end: behind signs, and within what has none for more than `most`
 * letters. Marks stay with their letters.
 */
export function piecesOf(text: string, most: number): readonly string[] {
  return text
    .split(/(?<=[/._=,:;@+)\]-])(?=[^\s/._=,:;@+)\]-])/)
    .flatMap((piece) => (piece.length > most ? inEights(piece) : [piece]))
}

/** Returns a text in pieces of eight letters, each with its marks. */
export function inEights(text: string): readonly string[] {
  return text.match(/\p{M}*(?:\P{M}\p{M}*){1,8}|\p{M}+/gsu) ?? []
}

/**
 * Returns the parts of a text that no line breaks: words, of which those beyond `longest` letters break into
 * `piece`.
 */
export function wordsOf(text: string, longest: number, piece: number): readonly string[] {
  return text
    .split(/[^\S\u00a0\u202f]+|(?<=-)|(?<=[\u2e80-\u9fff\uac00-\ud7a3\uff00-\uffef])/)
    .map((word) => (word.length > longest ? word.slice(0, piece) : word))
}
