/**
 * Formulas from MathML to Typst. MathML is what KaTeX made of the author's TeX: macros are expanded, and nothing in
 * it is a command, so that nothing of a formula can be one here.
 */

import { parseXml, type XmlElement } from '@rgrove/parse-xml'
import { string } from './source.ts'

/** A formula that cannot be printed; the message says which part. */
export class FormulaError extends Error {}

/** What formulas call: something in a frame, on the line of what is around it. */
export const mathematicsFunctions = `#let framed(stroke: 0.5pt, eq) = context {
  set par(leading: 0pt)
  let depth = measure({ box(height: 100pt); eq }).height - 100pt
  box(stroke: stroke, inset: 3pt, baseline: depth + 3pt, eq)
}
`

/** Of elements of MathML within each other: far more than anybody reads, and what Typst takes at any place of a text. */
const mostLevels = 150

/** Returns the inside of an equation of Typst, in time linear in the formula's length. Throws FormulaError. */
export function mathematics(mathml: string): string {
  if (levelsOf(mathml) > mostLevels)
    throw new FormulaError(
      `a formula has more than ${mostLevels} levels within each other: write a part of it as a formula of its own`,
    )
  const inside = insideOf(mathml)
  if (inside === undefined) throw new FormulaError('the formula is empty')
  const table = onlyTable(inside)
  return table !== undefined && isLines(table) ? lines(table) : translated(inside)
}

function insideOf(mathml: string): XmlElement | undefined {
  const { root } = parseXml(mathml.replaceAll('&nbsp;', '\u00a0'))
  const [first] = root === null ? [] : elements(root)
  return first?.name === 'semantics' ? elements(first)[0] : first
}

/** The table that is all of a formula. */
function onlyTable(inside: XmlElement): XmlElement | undefined {
  const only = elements(inside)
  const table = inside.name === 'mrow' && only.length === 1 ? only[0] : inside
  return table?.name === 'mtable' ? table : undefined
}

/** Letters that have room in each column. */
const mostLetters = 24

/** Whether a line of any column may end in a formula: at operators, between which is little, and no table. */
export function canBreak(mathml: string): boolean {
  const inside = insideOf(mathml)
  return inside === undefined || breaks(inside)
}

/**
 * Returns the lines of a formula such as `aligned`, of which each may go on in a further line: what stands before the point
 * where they meet, and behind it; several pairs of one line are lines. Undefined if it has none, or one that is a piece.
 */
export function brokenLines(mathml: string): readonly (readonly [string, string])[] | undefined {
  const inside = insideOf(mathml)
  const table = inside === undefined ? undefined : onlyTable(inside)
  if (table === undefined || !(isLines(table) || isGathered(table))) return undefined
  const cells = cellsOf(table)
  if (!cells.flat().every(breaks)) return undefined
  const shown = (cell: XmlElement | undefined) => (cell === undefined ? '' : row(elements(cell)))
  return cells.flatMap((line) =>
    isGathered(table)
      ? line.map((cell) => ['', shown(cell)] as const)
      : line.flatMap((cell, index) =>
          index % 2 === 0 ? [[shown(cell), shown(line[index + 1])] as const] : [],
        ),
  )
}

function isGathered({ attributes: { columnalign, columnspacing } }: XmlElement): boolean {
  return columnalign === 'center' && columnspacing === '0em'
}

function breaks(element: XmlElement): boolean {
  let letters = 0
  for (const part of flat(element)) {
    const isOperator = part.name === 'mo' && part.attributes.fence !== 'true'
    letters = isOperator ? 0 : letters + part.text.length
    if (letters > mostLetters || hasTable(part)) return false
  }
  return true
}

/** Parts beside each other: a row in a row is no group. */
function flat(element: XmlElement): readonly XmlElement[] {
  const parts = elements(element)
  const isRow = ['mrow', 'mstyle', 'mtd'].includes(element.name)
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
  let shown = ''
  for (const [index, child] of children.entries()) {
    const next = children[index + 1]
    // TeX has a thin space behind \operatorname{Var}, and none behind \mathrm{Var}.
    const isFunction = child.name === 'mi' && next?.name === 'mo' && next.text === '\u2061'
    const source = isFunction ? operatorName(child) : translated(child)
    if (source !== '') shown += `${shown === '' ? '' : between(shown, source)}${source}`
  }
  return shown
}

/** Typst shows blanks beside texts and fences, and TeX has none. But two letters would be one name. */
function between(before: string, after: string): string {
  if (!/\p{XID_Continue}$/u.test(before) || !/^\p{XID_Continue}/u.test(after)) return ''
  return /^(?:attach\((?:scripts\()?)?lr\(/.test(after) ? '/**/' : ' '
}

function operatorName(element: XmlElement): string {
  return `op(${variant(element, string(element.text))})`
}

/** Something for a function that takes nothing less. */
function some(source: string): string {
  return source === '' ? '""' : source
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
      return blank(element.text) ?? variant(element, quoted(element.text.replaceAll('\u00a0', ' ')))
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
      return `sqrt(${some(row(parts))})`
    case 'mroot':
      return `root(${some(group(second))}, ${some(group(first))})`
    case 'mphantom':
      return `#hide($${row(parts)}$)`
    case 'menclose':
      return enclosed(element, some(row(parts)))
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
  // What a group begins with has nothing before it, as TeX reads {-x}.
  const [first] = parts
  const isSigned = parts.length > 1 && first?.name === 'mo' && /^[-+\u00b1\u2212\u2213]$/u.test(first.text)
  const inside = isSigned ? `class("unary", ${operator(first)})${row(parts.slice(1))}` : row(parts)
  return parts.length > 1 && (isFence(parts[0]) || isFence(parts.at(-1))) ? `lr(${inside})` : inside
}

/** Signs by themselves: none that is of Typst's syntax, such as brackets, which it pairs, and roots. */
function escaped(sign: string): string {
  return /^(?:[\x21-\x2f\x3a-\x40[-`{-~]|[\p{Ps}\p{Pe}√∛∜⌜⌝⌞⌟⎰⎱])$/u.test(sign) ? `\\${sign}` : sign
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

/** Widths in em of the blanks that KaTeX writes as characters; an invisible comma says that one is negative. */
const blanks: ReadonlyMap<string, number> = new Map([
  ['\u200a', 1 / 18],
  ['\u2009', 3 / 18],
  ['\u2005', 4 / 18],
  ['\u2005\u200a', 5 / 18],
  ['\u200a\u2063', -1 / 18],
  ['\u2009\u2063', -3 / 18],
  ['\u205f\u2063', -4 / 18],
  ['\u2005\u2063', -5 / 18],
])

function blank(text: string): string | undefined {
  const width = blanks.get(text)
  return width === undefined ? undefined : `#h(${width.toFixed(4)}em)`
}

/** Bars, which Unicode has as relations: as fences, which have no blanks and grow. */
const bars: ReadonlyMap<string, string> = new Map([
  ['\u2223', String.raw`\|`],
  ['\u2225', '\u2016'],
])

function identifier(element: XmlElement): string {
  const { attributes } = element
  // Signs with an accent, such as a struck out one, may be one character.
  const text = element.text.normalize('NFC')
  if (elements(element).length > 0) return row(elements(element))
  if (text === '') return ''
  const bar = bars.get(text)
  if (bar !== undefined) return `class("normal", ${bar})`
  if ([...text].length === 1) return variant(element, escaped(text))
  return attributes.mathvariant === undefined ? `op(${string(text)})` : variant(element, string(text))
}

/** Signs that MathML has between letters, and nobody sees. */
const invisible = /[\u2061-\u2064\u200b]/g

function operator(element: XmlElement): string {
  if (elements(element).length > 0) return compound(element)
  const text = element.text.replace(invisible, '').normalize('NFC')
  const signs = [...text]
  if (signs.length === 0) return ''
  const { minsize, lspace, rspace, mathvariant, fence, stretchy } = element.attributes
  // Paired bars are fences; a single bar is a relation.
  const bar = fence !== undefined || stretchy === 'false' ? bars.get(text) : undefined
  const plain = bar ?? (signs.length > 1 ? `op(${string(text)})` : escaped(text))
  // What stands between fences, and grows as they do.
  if (fence === 'true' && lspace !== undefined) return `mid(${plain})`
  // Fences that stand alone grow by `lr` only; sizes such as \big are given.
  const sized = minsize === undefined ? plain : `lr(size: #${length(minsize)}, ${plain})`
  const shown = mathvariant === undefined ? sized : variant(element, sized)
  if (bar !== undefined && fence !== 'true' && minsize === undefined) return `class("normal", ${shown})`
  if (/^\p{L}$/u.test(text)) return `class("relation", ${shown})`
  if (lspace === undefined && rspace === undefined) return shown
  return lspace === '0em' && rspace === '0em' ? `class("normal", ${shown})` : shown
}

/** An operator made of others, such as a sign with words above it: a relation, unless its attributes or signs say what else. */
function compound(element: XmlElement): string {
  const parts = elements(element)
  const { lspace, rspace } = element.attributes
  const word = wordOf(parts)
  const inside = word ?? row(parts)
  if (inside === '') return ''
  if (lspace === '0em') return rspace === '0em' ? inside : `${inside}#h(${(3 / 18).toFixed(4)}em)`
  if (lspace === undefined && word?.startsWith('upright(') === true) return `op(${word})`
  if (isLarge(parts[0])) return parts.length === 1 ? `class("large", ${inside})` : inside
  const [kind, gap] = lspace === undefined ? ['relation', 5 / 18] : ['binary', 4 / 18]
  // Typst gives a class to each of several signs.
  return parts.length === 1 && word === undefined
    ? `class("${kind}", ${inside})`
    : `#h(${gap.toFixed(4)}em)${inside}#h(${gap.toFixed(4)}em)`
}

/** Letters of one alphabet, as one word. */
function wordOf(parts: readonly XmlElement[]): string | undefined {
  const inside = parts.length === 1 && parts[0]?.name === 'mrow' ? elements(parts[0]) : parts
  const [first] = inside
  const isWord = inside.every(
    (one) =>
      one.name === 'mi' &&
      /^\p{L}$/u.test(one.text) &&
      one.attributes.mathvariant === first?.attributes.mathvariant,
  )
  if (first === undefined || !isWord || inside.length < 2) return undefined
  const text = string(inside.map(({ text }) => text).join(''))
  return first.attributes.mathvariant === undefined ? `italic(${text})` : variant(first, text)
}

/** Whether something begins as sums, products and functions do. */
function isLarge(element: XmlElement | undefined): boolean {
  if (element === undefined) return false
  const [first] = elements(element)
  if (first !== undefined) return isLarge(first)
  return element.name === 'mi'
    ? [...element.text].length > 1
    : /^[\u220f-\u2211\u222b-\u2233\u22c0-\u22c3\u2a00-\u2a1f]$/u.test(element.text)
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

/** Names that CSS has, which Typst lacks or has for other colours. */
const colors: ReadonlyMap<string, string> = new Map(
  (
    'aqua:00ffff black:000000 blue:0000ff brown:a52a2a cyan:00ffff darkblue:00008b darkgreen:006400 darkorange:ff8c00 darkred:8b0000 ' +
    'fuchsia:ff00ff gold:ffd700 gray:808080 green:008000 grey:808080 indigo:4b0082 lightblue:add8e6 lightgray:d3d3d3 ' +
    'lightgreen:90ee90 lightgrey:d3d3d3 lime:00ff00 magenta:ff00ff maroon:800000 navy:000080 olive:808000 orange:ffa500 orchid:da70d6 ' +
    'pink:ffc0cb purple:800080 red:ff0000 royalblue:4169e1 salmon:fa8072 silver:c0c0c0 skyblue:87ceeb steelblue:4682b4 ' +
    'teal:008080 tomato:ff6347 turquoise:40e0d0 violet:ee82ee white:ffffff yellow:ffff00'
  )
    .split(' ')
    .map((one): [string, string] => {
      const [name = '', code = ''] = one.split(':')
      return [name, code]
    }),
)

function color(name: string): string {
  if (/^#(?:[\da-f]{3}|[\da-f]{6})$/i.test(name)) return `rgb("${name}")`
  const code = colors.get(name.toLowerCase())
  if (code !== undefined) return `rgb("#${code}")`
  throw new FormulaError(`no print for the colour ${name} in a formula: write it as #rrggbb`)
}

function attached(
  base: XmlElement | undefined,
  scripts: Readonly<Record<string, XmlElement | undefined>>,
  where: 'scripts' | 'limits',
): string {
  const shown = isArrow(base) ? `stretch(${escaped(base.text)}, size: #(100% + 1.2em))` : group(base)
  const isOperator = base?.name === 'mo' || base?.name === 'munder' || base?.name === 'mover'
  const isSum =
    where === 'scripts' &&
    base?.name === 'mo' &&
    elements(base).length > 0 &&
    (isLarge(base) || shown.startsWith('op('))
  const placed = isSum
    ? `limits(${shown}, inline: #false)`
    : where === 'limits' || isOperator
      ? `${where}(${shown || '""'})`
      : shown || '""'
  const given = Object.entries(scripts).flatMap(([place, one]) => {
    const script = group(one)
    return script === '' ? [] : [`${place}: ${script}`]
  })
  return given.length === 0 ? shown : `attach(${[placed, ...given].join(', ')})`
}

/** Whether something grows with what stands above and below it. */
function isArrow(base: XmlElement | undefined): base is XmlElement {
  return (
    base?.name === 'mo' &&
    base.attributes.stretchy === 'true' &&
    /^[\u2190-\u21ff\u27f0-\u27ff=]$/u.test(base.text)
  )
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
  if (sign === '‾' || (sign === 'ˉ' && base?.name === 'mrow')) return `overline(${some(group(base))})`
  if (sign === '⏞') return `overbrace(${some(group(base))})`
  const accent = accents.get(sign)
  if (accent !== undefined && base?.name !== 'mo') return `accent(${some(group(base))}, ${accent})`
  return attached(base, { t: mark }, 'limits')
}

function under(base: XmlElement | undefined, mark: XmlElement | undefined): string {
  const sign = mark?.name === 'mo' ? mark.text : ''
  if (['‾', '_', '\u0332'].includes(sign)) return `underline(${some(group(base))})`
  if (sign === '⏟') return `underbrace(${some(group(base))})`
  return attached(base, { b: mark }, 'limits')
}

function fraction({ attributes: { linethickness } }: XmlElement, above: string, below: string): string {
  const thickness = linethickness === undefined ? 1 : Number.parseFloat(linethickness)
  const [top, bottom] = [above || '""', below || '""']
  return thickness === 0 ? `mat(delim: #none, ${top}; ${bottom})` : `frac(${top}, ${bottom})`
}

function enclosed(element: XmlElement, content: string): string {
  const { notation = '' } = element.attributes
  const isTable = elements(element)[0]?.name === 'mtable'
  const kinds = notation.split(/\s+/)
  const isUp = kinds.includes('updiagonalstrike')
  const isDown = kinds.includes('downdiagonalstrike')
  if (isUp || isDown)
    return `cancel(${content}${isUp && isDown ? ', cross: #true' : isUp ? '' : ', inverted: #true'})`
  if (kinds.includes('horizontalstrike')) return `cancel(${content}, angle: #90deg)`
  if (kinds.includes('box')) return `#framed($${content}$)`
  if (isTable) {
    // KaTeX has other names for the lines around a table.
    const sides = [
      ['top', 'left'],
      ['bottom', 'right'],
      ['left', 'top'],
      ['right', 'bottom'],
    ] as const
    const lines = sides.flatMap(([kind, side]) => (kinds.includes(kind) ? [`${side}: 0.5pt`] : []))
    return `#framed(stroke: (${lines.join(', ')}), $${content}$)`
  }
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
function isLines({ attributes: { columnalign = '', columnspacing = '' } }: XmlElement): boolean {
  return /^right left(?: right left)*$/.test(columnalign.trim()) && columnspacing.startsWith('0em')
}

/** Cells of `aligned`: of an odd column, with what is between pairs before it. */
function linedCells(table: XmlElement): readonly (readonly string[])[] {
  const hasGap = table.attributes.columnspacing?.includes('1em') === true
  return cellsOf(table).map((cells) =>
    cells.map((cell, index) => {
      const source = row(elements(cell))
      return hasGap && index > 0 && index % 2 === 0 ? `#h(1em)${source}` : source
    }),
  )
}

function lines(table: XmlElement): string {
  return linedCells(table)
    .map((cells) => cells.join(' & '))
    .join(' \\\n  ')
}

function matrix(table: XmlElement): string {
  const { columnalign = '', columnlines = '', rowlines = '' } = table.attributes
  if (isLines(table)) {
    const rows = linedCells(table).map((cells) => cells.join(' & ') || '""')
    return `mat(delim: #none, ${rows.join('; ')})`
  }
  const rows = cellsOf(table)
  const width = Math.max(1, ...rows.map((cells) => cells.length))
  const sides = columnalign.trim().split(/\s+/)
  const isMixed = sides.some((side) => side !== sides[0])
  const text = rows
    .map((cells) =>
      Array.from({ length: width }, (_, index) => {
        const source = (cells[index] ? row(elements(cells[index])) : '') || '""'
        // A matrix of Typst has one side for all columns, and points in cells that stand below each other.
        const side = isMixed ? sides[index] : undefined
        return side === 'right' ? `${source} &` : side === 'left' ? `& ${source}` : source
      }).join(', '),
    )
    .join('; ')
  const [align = 'center'] = isMixed ? [] : sides
  const rules = (written: string) =>
    written.split(/\s+/).flatMap((kind, index) => (kind === 'solid' || kind === 'dashed' ? [index + 1] : []))
  const [across, along] = [rules(rowlines), rules(columnlines)]
  const list = (ends: readonly number[]) => `(${ends.map((one) => `${one},`).join('')})`
  const augment =
    across.length + along.length === 0 ? '' : `augment: #(hline: ${list(across)}, vline: ${list(along)}), `
  const where = ['left', 'right'].includes(align) ? `align: #${align}, ` : ''
  return `mat(delim: #none, ${where}${augment}${text})`
}
