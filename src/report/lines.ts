/**
 * Removes line breaks of the source between characters that are written without spaces, where browsers would
 * show one, by the rules of CSS Text (https://drafts.csswg.org/css-text-4/#line-break-transform).
 */

import { eastAsianWidthType } from 'get-east-asian-width'
import type { Nodes, Text } from 'mdast'
import { textOf } from './textof.ts'

/** Changes the trees' texts except preformatted ones. `lang` is a BCP 47 tag. */
export function joinLines(trees: readonly Nodes[], lang: string): void {
  const language = lang.toLowerCase().split('-')[0] ?? ''
  for (const texts of trees.flatMap(paragraphs)) join(texts, ['ja', 'zh', 'ii'].includes(language))
}

/** Inline nodes. */
const inline: ReadonlySet<string> = new Set([
  ...['emphasis', 'strong', 'delete', 'link', 'linkReference', 'citation'],
  ...['workTitle', 'subscript', 'superscript', 'monospace'],
])

/** Returns the texts of each paragraph; undefined for anything else, such as a picture. */
function paragraphs(tree: Nodes): readonly (readonly (Pick<Text, 'value'> | undefined)[])[] {
  const found: (Pick<Text, 'value'> | undefined)[][] = [[]]
  const visit = (node: Nodes): void => {
    if (node.type === 'text') found.at(-1)?.push(node)
    else if (node.type === 'picture' || node.type === 'break') found.at(-1)?.push(undefined)
    else if ('children' in node) {
      const isBlock = !inline.has(node.type)
      if (isBlock) found.push([])
      for (const child of node.children) visit(child)
      if (isBlock) found.push([])
    } else if (textOf(node) !== '') found.at(-1)?.push({ value: textOf(node) })
  }
  visit(tree)
  return found.filter((texts) => texts.length > 0)
}

const nothing = '\uFFFC'

function join(texts: readonly (Pick<Text, 'value'> | undefined)[], isEastAsian: boolean): void {
  const whole = texts.map((text) => text?.value ?? nothing).join('')
  if (!whole.includes('\n')) return
  const removed = [...whole.matchAll(/[ \t]*\n[ \t\n]*/g)].filter(({ 0: blank, index }) => {
    const before = [...whole.slice(Math.max(0, index - 2), index)].at(-1)
    const after = [...whole.slice(index + blank.length, index + blank.length + 2)][0]
    return before !== undefined && after !== undefined && joins(before, after, isEastAsian)
  })
  let start = 0
  for (const text of texts) {
    const end = start + (text?.value ?? nothing).length
    if (text !== undefined)
      text.value = removed.toReversed().reduce((value, { 0: blank, index }) => {
        const from = Math.max(index, start) - start
        const to = Math.min(index + blank.length, end) - start
        return from < to ? value.slice(0, from) + value.slice(to) : value
      }, text.value)
    start = end
  }
}

/** Returns true if lines that end and start with these characters are joined without a space. */
export function joins(before: string, after: string, isEastAsian: boolean): boolean {
  const sides = [before, after] as const
  if (sides.includes('\u200B')) return true
  if (sides.every(isWide)) return true
  if (!isEastAsian) return false
  // Full-width punctuation includes its blank, even before Latin letters; the rules omit this.
  if (sides.some((side) => isWide(side) && mark.test(side))) return true
  return sides.some((side, index) => isAmbiguousMark(side) && isWide(sides[1 - index] ?? ''))
}

const mark = /[\p{P}\p{S}]/u

function isWide(character: string): boolean {
  const width = widthOf(character)
  const isOfThem = width === 'fullwidth' || width === 'wide' || width === 'halfwidth'
  return isOfThem && !/\p{Script=Hangul}/u.test(character)
}

function isAmbiguousMark(character: string): boolean {
  return widthOf(character) === 'ambiguous' && mark.test(character)
}

function widthOf(character: string) {
  return eastAsianWidthType(character.codePointAt(0) ?? 0)
}
