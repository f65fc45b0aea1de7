/**
 * Text as Typst source. All that a document says passes one of these functions, so that none of it is code.
 */

import { control } from '../../document/encoding.ts'
import { blanks, inOneLine, longRuns, piecesOf } from './words.ts'

/**
 * Returns text as Typst markup that shows it letter by letter: with `smartquote` off, as the template has it.
 * Line breaks are blanks, as in Markdown.
 */
export function markup(text: string): string {
  return clean(text)
    .replace(blanks, inOneLine)
    .split(dividedWord)
    .map((part, index) => (index % 2 === 0 ? cut(part) : `#long[${part}][${cut(part)}];`))
    .join('')
}

/** Words of letters alone, which may have syllables. */
const dividedWord =
  /(?<![\p{L}\p{M}\p{N}])([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]{30,80})(?![\p{L}\p{M}\p{N}])/u

function cut(text: string): string {
  return text
    .split(longWord)
    .map((part, index) => (index % 2 === 0 ? broken(part) : part.match(/.{1,8}/g)?.join(soft)))
    .join('')
}

/** Allows a line break within long words and code, such as digests, for which few lines have room. */
const longWord = /([0-9A-Za-z]{30,})/

const soft = '#soft;'

function broken(text: string): string {
  return longRuns(text)
    .map((part, index) => (index % 2 === 0 ? escaped(part) : piecesOf(part, 24).map(escaped).join(soft)))
    .join('')
}

function escaped(text: string): string {
  return (
    text
      .replace(/[\\#[\]*_`$<>@~=+]/g, String.raw`\$&`)
      // Comments, links, dashes and ellipses; a hyphen between letters is one.
      .replace(/\/(?=[/*\s]|$)|(?<!\p{L})-|-(?!\p{L})|\.(?=\.)|(?<=\.)\./gu, String.raw`\$&`)
      // Numbers of lists.
      .replace(/(?<=(?:^|\s)\d+)\.(?=\s|$)/g, String.raw`\.`)
      // Would go on with the code before it.
      .replace(/^[(;.:]/, (sign) => `\\${sign}`)
  )
}

/** Returns text as a string of Typst's code. */
export function string(text: string): string {
  const escaped = clean(text)
    .replace(/["\\]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
    .replaceAll('\t', String.raw`\t`)
  return `"${escaped}"`
}

/** Typst and PDF have no control characters, and no halves of characters. */
function clean(text: string): string {
  return text.toWellFormed().replace(control, '\uFFFD').replaceAll('\uFEFF', '')
}

/** Returns an array of Typst's code. */
export function array(items: readonly string[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`
}
