/**
 * Formulas from MathML to Typst. MathML is what KaTeX made of the author's TeX: macros are expanded, and nothing in
 * it is a command, so that nothing of a formula can be one here.
 */

import { parseXml, type XmlElement } from '@rgrove/parse-xml'
import { string } from './source.ts'

/** A formula that cannot be printed; the message says which part. */
export class FormulaError extends Error {}

/** Of elements of MathML within each other: far more than anybody reads, and what Typst takes at any place of a text. */
const mostLevels = 150

/** Returns the inside of an equation of Typst, in time linear in the formula's length. Throws FormulaError. */
export function mathematics(mathml: string): string {
  if (levelsOf(mathml) > mostLevels)
    throw new FormulaError(
      `a formula has more than ${mostLevels} levels within each other: write a part of it as a formula of its own`,
    )
  const { root } = parseXml(mathml.replaceAll('&nbsp;', '\u00a0'))
  const [first] = root === null ? [] : elements(root)
  const inside = first?.name === 'semantics' ? elements(first)[0] : first
  if (root === null || inside === undefined) throw new FormulaError('the formula is empty')
  const only = elements(inside)
  const table = inside.name === 'mrow' && only.length === 1 ? only[0] : inside
  return table?.name === 'mtable' && isLines(table) ? lines(table) : translated(inside)
}

/** Letters that have room in each column. */
const mostLetters = 24

/** Whether a line of any column may end in a formula: at operators, between which is little, and no table. */
export function canBreak(mathml: string): boolean {
  const { root } = parseXml(mathml.replaceAll('&nbsp;', '\u00a0'))
  const [first] = root === null ? [] : elements(root)
  const inside = first?.name === 'semantics' ? elements(first)[0] : first
  let letters = 0
  for (const part of inside === undefined ? [] : flat(inside)) {
    const isOperator = part.name === 'mo' && part.attributes.fence !== 'true'
    letters = isOperator ? 0 : letters + part.text.length
    if (letters > mostLetters || hasTable(part)) return false
  }
  return true
}

/** Parts beside each other: a row in a row is no group. */
function flat(element: XmlElement): readonly XmlElement[] {
  const parts = elements(element)
  const isRow = element.name === 'mrow' || element.name === 'mstyle'
  // What fences enclose is one.
  if (!isRow || parts.some(({ attributes }) => attributes.fence === 'true')) return [element]
  return parts.length === 1 && parts[0] !== undefined ? flat(parts[0]) : parts
}

function hasTable(element: XmlElement): boolean {
  return element.name === 'mtable' || elements(element).some(hasTable)
}

/** Counted before it is parsed, as parsers call themselves for each level. */
function levelsOf(mathml: string): number {
  let [level, most] = [0, 0]
  for (const [tag] of mathml.matchAll(/<[^>]*>/g)) {
    if (tag.startsWith('</')) level -= 1
    else if (!tag.endsWith('/>')) most = Math.max(most, ++level)
  }
  return most
}

function elements(element: XmlElement): readonly XmlElement[] {
  return element.children.filter((child): child is XmlElement => child.type === 'element')
}

function row(children: readonly XmlElement[]): string {
  return children
    .map(translated)
    .filter((one) => one !== '')
    .join(' ')
}

function group(element: XmlElement | undefined): string {
  return element === undefined ? '' : translated(element)
}

function translated(element: XmlElement): string {
  const parts = elements(element)
  const [first, second, third] = parts
  switch (element.name) {
    case 'mrow':
      return fenced(parts)
    case 'mpadded':
    case 'semantics':
      return element.name === 'semantics' ? group(first) : row(parts)
    case 'mstyle':
      return style(element, row(parts))
    case 'mi':
      return identifier(element)
    case 'mn':
      return variant(element, quoted(element.text))
    case 'mo':
      return operator(element)
    case 'mtext':
      return variant(element, quoted(element.text.replaceAll('\u00a0', ' ')))
    case 'ms':
      return quoted(element.text)
    case 'mspace':
      return space(element)
    case 'msup':
      return attached(first, { t: second }, 'scripts')
    case 'msub':
      return attached(first, { b: second }, 'scripts')
    case 'msubsup':
      return attached(first, { b: second, t: third }, 'scripts')
    case 'munder':
      return under(first, second)
    case 'mover':
      return over(first, second)
    case 'munderover':
      return attached(first, { b: second, t: third }, 'limits')
    case 'mfrac':
      return fraction(element, group(first), group(second))
    case 'msqrt':
      return `sqrt(${row(parts)})`
    case 'mroot':
      return `root(${group(second)}, ${group(first)})`
    case 'mphantom':
      return `#hide($${row(parts)}$)`
    case 'menclose':
      return enclosed(element, row(parts))
    case 'mtable':
      return matrix(element)
    case 'mglyph':
    case 'merror':
    case 'mmultiscripts':
      break
  }
  throw new FormulaError(`no print for ${element.name} in a formula`)
}

/** A row, whose fences grow with what they enclose. */
function fenced(parts: readonly XmlElement[]): string {
  const isFence = (one: XmlElement | undefined) =>
    one?.name === 'mo' && one.attributes.fence === 'true' && one.attributes.stretchy !== 'false'
  const inside = row(parts)
  return parts.length > 1 && (isFence(parts[0]) || isFence(parts.at(-1))) ? `lr(${inside})` : inside
}

function escaped(sign: string): string {
  return /^[\x21-\x2f\x3a-\x40[-`{-~]$/.test(sign) ? `\\${sign}` : sign
}

function quoted(text: string): string {
  return text === '' ? '' : string(text)
}

/** Functions of Typst by alphabets of MathML. */
const alphabets: Readonly<Record<string, readonly string[]>> = {
  normal: ['upright'],
  bold: ['bold', 'upright'],
  italic: ['italic'],
  'bold-italic': ['bold', 'italic'],
  script: ['cal'],
  fraktur: ['frak'],
  'bold-fraktur': ['bold', 'frak'],
  'double-struck': ['bb'],
  'sans-serif': ['sans'],
  'bold-sans-serif': ['bold', 'sans'],
  'sans-serif-italic': ['italic', 'sans'],
  monospace: ['mono'],
}

function variant({ attributes: { mathvariant = '' } }: XmlElement, content: string): string {
  if (content === '') return ''
  const names = (Object.hasOwn(alphabets, mathvariant) && alphabets[mathvariant]) || []
  return names.reduceRight((inner, name) => `${name}(${inner})`, content)
}

function identifier(element: XmlElement): string {
  const { text, attributes } = element
  if (text === '') return ''
  if ([...text].length === 1) return variant(element, escaped(text))
  return attributes.mathvariant === undefined ? `op(${string(text)})` : variant(element, string(text))
}

/** Signs that MathML has between letters, and nobody sees. */
const invisible = /[\u2061-\u2064\u200b]/g

function operator(element: XmlElement): string {
  const text = element.text.replace(invisible, '')
  const signs = [...text]
  if (signs.length === 0) return ''
  const { minsize, lspace, rspace, mathvariant } = element.attributes
  const plain = signs.length > 1 ? `op(${string(text)})` : escaped(text)
  // Fences that stand alone grow by `lr` only; sizes such as \big are given.
  const sized = minsize === undefined ? plain : `lr(size: #${length(minsize)}, ${plain})`
  const shown = mathvariant === undefined ? sized : variant(element, sized)
  if (lspace === undefined && rspace === undefined) return shown
  return lspace === '0em' && rspace === '0em' ? `class("normal", ${shown})` : shown
}

/** A length of MathML in units of Typst. Throws FormulaError for others. */
function length(written: string): string {
  const [, number = '', unit = ''] = /^([-+]?[\d.]+)(em|ex|pt|px|cm|mm|in)?$/.exec(written.trim()) ?? []
  if (number === '' || Number.isNaN(Number(number)))
    throw new FormulaError(`no print for the length ${written} in a formula`)
  if (unit === 'ex') return `${0.43 * Number(number)}em`
  if (unit === 'px') return `${0.75 * Number(number)}pt`
  return `${Number(number)}${unit === '' ? 'em' : unit}`
}

function space({ attributes: { width = '', linebreak } }: XmlElement): string {
  if (linebreak === 'newline') return String.raw`\ `
  return width === '' ? '' : `#h(${length(width)})`
}

function style({ attributes }: XmlElement, content: string): string {
  if (content === '') return ''
  const { displaystyle, scriptlevel = '0', mathcolor, mathbackground } = attributes
  const size =
    displaystyle === 'true'
      ? 'display'
      : displaystyle === 'false'
        ? (['inline', 'script', 'sscript'][Number(scriptlevel)] ?? 'sscript')
        : undefined
  const sized = size === undefined ? content : `${size}(${content})`
  const colour = mathcolor ?? mathbackground
  if (colour === undefined) return sized
  return mathcolor === undefined
    ? `#box(fill: ${color(colour)}, outset: 2pt, $${sized}$)`
    : `#text(fill: ${color(colour)}, $${sized}$)`
}

const colors: ReadonlySet<string> = new Set(
  'black gray silver white navy blue aqua teal eastern purple fuchsia maroon red orange yellow olive green lime'.split(
    ' ',
  ),
)

function color(name: string): string {
  if (/^#(?:[\da-f]{3}|[\da-f]{6})$/i.test(name)) return `rgb("${name}")`
  if (colors.has(name.toLowerCase())) return name.toLowerCase()
  throw new FormulaError(`no print for the colour ${name} in a formula: write it as #rrggbb`)
}

function attached(
  base: XmlElement | undefined,
  scripts: Readonly<Record<string, XmlElement | undefined>>,
  where: 'scripts' | 'limits',
): string {
  const shown = group(base)
  const isOperator = base?.name === 'mo' || base?.name === 'munder' || base?.name === 'mover'
  const placed = where === 'limits' || isOperator ? `${where}(${shown || '""'})` : shown || '""'
  const given = Object.entries(scripts).flatMap(([place, one]) => {
    const script = group(one)
    return script === '' ? [] : [`${place}: ${script}`]
  })
  return given.length === 0 ? shown : `attach(${[placed, ...given].join(', ')})`
}

/** Typst's names of accents, by the character that KaTeX writes. */
const accents: ReadonlyMap<string, string> = new Map([
  ...([
    ['^', 'hat'],
    ['ˆ', 'hat'],
    ['~', 'tilde'],
    ['˜', 'tilde'],
    ['ˉ', 'macron'],
    ['¯', 'macron'],
    ['˙', 'dot'],
    ['¨', 'dot.double'],
    ['ˊ', 'acute'],
    ['´', 'acute'],
    ['ˋ', 'grave'],
    ['`', 'grave'],
    ['˘', 'breve'],
    ['ˇ', 'caron'],
    ['˚', 'circle'],
    ['⃗', 'arrow'],
    ['→', 'arrow'],
    ['←', 'arrow.l'],
    ['↔', 'arrow.l.r'],
    ['⇀', 'harpoon'],
    ['↼', 'harpoon.lt'],
  ] as const),
])

function over(base: XmlElement | undefined, mark: XmlElement | undefined): string {
  const sign = mark?.name === 'mo' ? mark.text : ''
  if (sign === '‾' || (sign === 'ˉ' && base?.name === 'mrow')) return `overline(${group(base)})`
  if (sign === '⏞') return `overbrace(${group(base)})`
  const accent = accents.get(sign)
  if (accent !== undefined && base?.name !== 'mo') return `accent(${group(base)}, ${accent})`
  if (
    base?.name === 'mo' &&
    base.attributes.stretchy !== 'false' &&
    /^[\u2190-\u21ff\u27f0-\u27ff=]$/u.test(base.text)
  )
    return `attach(limits(stretch(${escaped(base.text)}, size: #(100% + 1.2em))), t: ${group(mark)})`
  return attached(base, { t: mark }, 'limits')
}

function under(base: XmlElement | undefined, mark: XmlElement | undefined): string {
  const sign = mark?.name === 'mo' ? mark.text : ''
  if (['‾', '_', '\u0332'].includes(sign)) return `underline(${group(base)})`
  if (sign === '⏟') return `underbrace(${group(base)})`
  return attached(base, { b: mark }, 'limits')
}

function fraction({ attributes: { linethickness } }: XmlElement, above: string, below: string): string {
  const thickness = linethickness === undefined ? 1 : Number.parseFloat(linethickness)
  const [top, bottom] = [above || '""', below || '""']
  return thickness === 0 ? `mat(delim: #none, ${top}; ${bottom})` : `frac(${top}, ${bottom})`
}

function enclosed({ attributes: { notation = '' } }: XmlElement, content: string): string {
  const kinds = notation.split(/\s+/)
  const isUp = kinds.includes('updiagonalstrike')
  const isDown = kinds.includes('downdiagonalstrike')
  if (isUp || isDown)
    return `cancel(${content}${isUp && isDown ? ', cross: #true' : isUp ? '' : ', inverted: #true'})`
  if (kinds.includes('horizontalstrike')) return `cancel(${content}, angle: #90deg)`
  if (kinds.includes('box')) return `#box(stroke: 0.5pt, inset: 3pt, baseline: 3pt, $${content}$)`
  if (kinds.includes('top')) return `overline(${content})`
  if (kinds.includes('bottom')) return `underline(${content})`
  throw new FormulaError(`no print for ${notation} in a formula`)
}

/** Rows of cells, without those that KaTeX adds for numbers. */
function cellsOf(table: XmlElement): readonly (readonly XmlElement[])[] {
  return elements(table).map((line) =>
    elements(line).filter((cell) => !/mtr-glue|mml-eqn-num/.test(cell.attributes.class ?? '')),
  )
}

/** Whether a table is `aligned` or the like, whose columns touch and alternate. */
function isLines({ attributes: { columnalign = '' } }: XmlElement): boolean {
  return /^right left(?: right left)*$/.test(columnalign.trim())
}

function lines(table: XmlElement): string {
  return cellsOf(table)
    .map((cells) => cells.map((cell) => row(elements(cell))).join(' & '))
    .join(' \\\n  ')
}

function matrix(table: XmlElement): string {
  const { columnalign = '', columnlines = '', rowlines = '' } = table.attributes
  const rows = cellsOf(table)
  const width = Math.max(1, ...rows.map((cells) => cells.length))
  const text = rows
    .map((cells) =>
      Array.from(
        { length: width },
        (_, index) => (cells[index] ? row(elements(cells[index])) : '') || '""',
      ).join(', '),
    )
    .join('; ')
  const [align = 'center'] = columnalign.trim().split(/\s+/)
  const rules = (written: string) =>
    written.split(/\s+/).flatMap((kind, index) => (kind === 'solid' || kind === 'dashed' ? [index + 1] : []))
  const [across, along] = [rules(rowlines), rules(columnlines)]
  const list = (ends: readonly number[]) => `(${ends.map((one) => `${one},`).join('')})`
  const augment =
    across.length + along.length === 0 ? '' : `augment: #(hline: ${list(across)}, vline: ${list(along)}), `
  const where = ['left', 'right'].includes(align) ? `align: #${align}, ` : ''
  const gap = isLines(table) ? 'column-gap: #0.2em, ' : ''
  return `mat(delim: #none, ${where}${gap}${augment}${text})`
}
