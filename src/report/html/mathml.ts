/**
 * Formulas as MathML elements that browsers draw. KaTeX writes MathML 3; browsers have MathML Core
 * (https://www.w3.org/TR/mathml-core/), which leaves alphabets, the alignment of columns and frames to Unicode
 * and CSS.
 */

import type { Element, ElementContent } from 'hast'
import { fromHtml } from 'hast-util-from-html'
import { h } from 'hastscript'
import { visit } from 'unist-util-visit'
import type { Messages } from '../../locale/en.ts'
import type { Equation, Formula } from '../model.ts'
import { scrolling } from './parts.ts'

export function formulaElement({ mathml }: Formula): ElementContent {
  const [math] = fromHtml(mathml, { fragment: true }).children
  if (math?.type !== 'element') return { type: 'text', value: '' }
  visit(math, 'element', (element) => {
    if (element.properties.mathVariant ?? element.properties.mathvariant) useAlphabet(element)
    if (element.tagName === 'mtable') alignColumns(element)
    if (element.tagName === 'menclose') frame(element)
    if (element.tagName === 'mover' || element.tagName === 'munder') fixAccent(element)
  })
  return math
}

/** Characters of a formula in a line that may be wider than a phone. */
const longFormula = 30

/** A formula in a line, which scrolls if it is wider than that. */
export function inlineFormula(formula: Formula, messages: Messages): ElementContent {
  const math = formulaElement(formula)
  if (math.type !== 'element' || textOf(math).length < longFormula) return math
  return scrolling('span.formula', { role: 'group', ariaLabel: messages.page.formula }, math)
}

/** Text of a formula without its source. */
function textOf({ children }: Element): string {
  const texts = children.map((child) => {
    if (child.type === 'text') return child.value
    return child.type === 'element' && child.tagName !== 'annotation' ? textOf(child) : ''
  })
  return texts.join('')
}

/** Small accents: KaTeX writes those of `\hat` and `\tilde` as signs of text, which are as wide as letters. */
const accents: ReadonlyMap<string, string> = new Map([
  ['^', '\u02c6'],
  ['~', '\u02dc'],
])

/** Browsers stretch every accent; only those that KaTeX calls stretchy, such as of `\widehat`, are to be. */
function fixAccent({ properties, children }: Element): void {
  const mark = children.filter((child) => child.type === 'element')[1]
  const isAccent = (properties.accent ?? properties.accentunder) !== undefined
  if (mark?.tagName !== 'mo' || !isAccent || mark.properties.stretchy !== undefined) return
  mark.properties.stretchy = 'false'
  const [sign] = mark.children
  if (sign?.type === 'text') sign.value = accents.get(sign.value) ?? sign.value
}

/** A formula by itself, with its number at the end of the line. */
export function equationElement({ id, number, formula }: Equation, messages: Messages): Element {
  const content =
    formula.type === 'missing' ? h('span.missing', formula.text) : (formulaElement(formula) as Element)
  return h(
    'div.equation',
    { id },
    scrolling(
      'div.scroll',
      { ariaLabel: number === undefined ? messages.page.formula : messages.equation(number) },
      content,
    ),
    number === undefined ? undefined : h('span.number', messages.equationNumber(number)),
  )
}

/** First letter of each alphabet: capitals, small letters, digits. */
const alphabets: Readonly<Record<string, readonly [number, number, number?]>> = {
  bold: [0x1d400, 0x1d41a, 0x1d7ce],
  italic: [0x1d434, 0x1d44e],
  'bold-italic': [0x1d468, 0x1d482],
  script: [0x1d49c, 0x1d4b6],
  fraktur: [0x1d504, 0x1d51e],
  'double-struck': [0x1d538, 0x1d552, 0x1d7d8],
  'bold-fraktur': [0x1d56c, 0x1d586],
  'sans-serif': [0x1d5a0, 0x1d5ba, 0x1d7e2],
  'bold-sans-serif': [0x1d5d4, 0x1d5ee, 0x1d7ec],
  'sans-serif-italic': [0x1d608, 0x1d622],
  monospace: [0x1d670, 0x1d68a, 0x1d7f6],
}

/** Letters that Unicode had before its alphabets. */
const older: ReadonlyMap<number, string> = new Map([
  ...[...'ℎ'].map((letter): [number, string] => [0x1d455, letter]),
  ...[0x1d49d, 0x1d4a0, 0x1d4a1, 0x1d4a3, 0x1d4a4, 0x1d4a7, 0x1d4a8, 0x1d4ad, 0x1d4ba, 0x1d4bc, 0x1d4c4].map(
    (code, index): [number, string] => [code, [...'ℬℰℱℋℐℒℳℛℯℊℴ'][index] ?? ''],
  ),
  ...[0x1d506, 0x1d50b, 0x1d50c, 0x1d515, 0x1d51d].map((code, index): [number, string] => [
    code,
    [...'ℭℌℑℜℨ'][index] ?? '',
  ]),
  ...[0x1d53a, 0x1d53f, 0x1d545, 0x1d547, 0x1d548, 0x1d549, 0x1d551].map((code, index): [number, string] => [
    code,
    [...'ℂℍℕℙℚℝℤ'][index] ?? '',
  ]),
])

/** Greek letters in bold, from alpha and Alpha on. */
const greek: Readonly<Record<string, readonly [number, number]>> = {
  bold: [0x1d6a8, 0x1d6c2],
  'bold-italic': [0x1d71c, 0x1d736],
}

function useAlphabet(element: Element): void {
  const variant = String(element.properties.mathVariant ?? element.properties.mathvariant)
  if (variant === 'normal') {
    element.properties = { ...without(element), mathvariant: 'normal' }
    return
  }
  element.properties = without(element)
  for (const child of element.children)
    if (child.type === 'text')
      child.value = [...child.value].map((letter) => styled(letter, variant)).join('')
}

function without({
  properties: { mathVariant: _, mathvariant: __, ...rest },
}: Element): Element['properties'] {
  return rest
}

function styled(letter: string, variant: string): string {
  const code = letter.codePointAt(0) ?? 0
  const at = (base: number | undefined, first: number) => {
    if (base === undefined) return letter
    const point = base + code - first
    return older.get(point) ?? String.fromCodePoint(point)
  }
  const [capitals, small, digits] = alphabets[variant] ?? []
  if (/[A-Z]/.test(letter)) return at(capitals, 65)
  if (/[a-z]/.test(letter)) return at(small, 97)
  if (/\d/.test(letter)) return at(digits, 48)
  const [upper, lower] = greek[variant] ?? []
  if (/[Α-Ω]/.test(letter)) return at(upper, 0x391)
  return /[α-ω]/.test(letter) ? at(lower, 0x3b1) : letter
}

/** Gives cells the alignment of their columns, and drops the empty ones for numbers of lines. */
function alignColumns(table: Element): void {
  const { columnAlign, columnalign, columnSpacing, columnspacing } = table.properties
  const columns = String(columnAlign ?? columnalign ?? '').split(/\s+/)
  const isTight = /^0em\b/.test(String(columnSpacing ?? columnspacing ?? ''))
  table.properties = { className: isTight ? ['tight'] : undefined }
  for (const row of table.children) {
    if (row.type !== 'element') continue
    row.children = row.children.filter(
      (cell) => cell.type === 'element' && !/mtr-glue|mml-eqn-num/.test(String(cell.properties.className)),
    )
    for (const [index, cell] of row.children.entries()) {
      if (cell.type !== 'element') continue
      const align = columns[Math.min(index, columns.length - 1)]
      if (align === 'left' || align === 'right') cell.properties = { className: [align] }
    }
  }
}

/** `\boxed` and `\cancel`: drawn by CSS. */
function frame(element: Element): void {
  const kinds = String(element.properties.notation ?? '').split(/\s+/)
  element.tagName = 'mrow'
  element.properties = { className: kinds.map((kind) => `enclosed-${kind}`) }
}
