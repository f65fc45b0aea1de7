/** A report's running text as LaTeX: commands of the preamble (preamble.ts), called with escaped text. */

import { Buffer } from 'node:buffer'
import type { FootnoteDefinition, List, Nodes, PhrasingContent, Root, Table } from 'mdast'
import { visit } from 'unist-util-visit'
import type { Messages } from '../../../locale/en.ts'
import { type Inline, inlines } from '../../../text/markdown.ts'
import { addressIn } from '../../addresses.ts'
import type {
  Badge,
  Claim,
  Drawing,
  Equation,
  Experiment,
  Fact,
  Float,
  Formula,
  Listing,
  Parts,
  Picture,
  PictureContent,
  Value,
} from '../../model.ts'
import { orientationOf } from '../../picturesize.ts'
import { linesOf, textOf } from '../../textof.ts'
import { textWidth } from '../../textwidth.ts'
import { piecesOfCode, withoutTabs } from '../code.ts'
import { deepNote, mostNotes } from '../footnotes.ts'
import { targetOf } from '../link.ts'
import { brokenLines, canBreak, FormulaError, mathematics } from '../mathematics.ts'
import type { Measures } from '../measures.ts'
import { heightOfParts, widthIn, widthOf } from '../picture.ts'
import { fittingTable, smallestRead, smallTable } from '../tablefit.ts'
import { piecesOf } from '../words.ts'
import { columnMarks, type Layout, layoutOf, type Letters, settings, type Texts } from './columns.ts'
import { formulaLines, latexFormula } from './formula.ts'
import { longTable, tabular } from './table.ts'
import { address, allowBreak, breakable, breakableCode, type Escape, labelName } from './text.ts'

export interface Context {
  readonly messages: Messages
  readonly measures: Measures
  readonly isTwoColumns: boolean
  /** Of texts. */
  readonly letters: Letters
  readonly escape: Escape
  /** Keeps a picture as PDF, PNG or JPEG; returns its path from the document, without a blank. */
  readonly addPicture: (name: string, mime: string, content: string | Uint8Array) => string
  /** Keeps the picture of a formula of Typst; returns its path. */
  readonly addFormula: (inside: string, isDisplay: boolean) => string
  /** Notes the line of the document that is written. */
  readonly at: (line: number) => void
  readonly tell: (message: string, isLoss?: true) => void
}

export interface Translator {
  readonly phrasing: (content: readonly Inline[]) => string
  readonly blocks: (tree: Root) => string
  readonly facts: (facts: readonly Fact[]) => string
  /** Tables for pages of their own behind the text. */
  readonly large: readonly { readonly source: string; readonly isSideways: boolean }[]
}

/**
 * Room in points for tables: the class of two columns has a height of its own, and all differ by a little.
 */
function roomOf({ measures, isTwoColumns }: Context, kind: keyof Measures): number {
  return kind === 'height' && isTwoColumns ? Math.min(measures.height, 660) : measures[kind] - 2
}

/** Without the blank lines that would end an argument. */
function inOneParagraph(source: string): string {
  return source.trim().replace(/\n{2,}/g, '\\par\n')
}

/** Lists and quotations in each other that are LaTeX's own: it has four kinds of numbers, and of bullets. */
const mostNested = 4

/** To the left, and around which point, so that the picture stands on its line. */
const left = 'angle=90'
const right = 'angle=-90,origin=rb'
const over = 'angle=180,origin=c'

/** What each orientation of a picture asks for, before it is mirrored. */
const turns: readonly { readonly turn?: string; readonly isMirrored?: true }[] = [
  {},
  { isMirrored: true },
  { turn: over },
  { turn: over, isMirrored: true },
  { turn: right, isMirrored: true },
  { turn: right },
  { turn: left, isMirrored: true },
  { turn: left },
]

function hasNote(node: Nodes): boolean {
  return node.type === 'footnoteReference' || ('children' in node && node.children.some(hasNote))
}

function withoutNotes(node: PhrasingContent): readonly PhrasingContent[] {
  if (node.type === 'footnoteReference') return []
  return [
    'children' in node
      ? ({ ...node, children: node.children.flatMap(withoutNotes) } as PhrasingContent)
      : node,
  ]
}

export function translator(context: Context, trees: readonly Root[]): Translator {
  const { messages, escape } = context
  const definitions = new Map<string, FootnoteDefinition>()
  for (const tree of trees)
    visit(tree, 'footnoteDefinition', (node) => void definitions.set(node.identifier, node))
  const called = new Set<string>()
  const large: { source: string; isSideways: boolean }[] = []
  /** Texts of notes that boxes call; set behind the box. */
  let pending: string[] | undefined
  /** Lists and quotations around what is written: LaTeX takes six. */
  let depth = 0
  /** Footnotes around what is written. */
  let notesAround = 0
  let isDeepTold = false
  let isInTable = false
  let isStruck = false
  let isInHeading = false
  /** Whether long words are broken, as there is little room. */
  let isTight = false

  const all = (nodes: readonly Nodes[]): string => nodes.map(one).join('')
  const blocks = (nodes: readonly Nodes[]): string =>
    nodes.reduce((before, node, index) => {
      const source = one(node)
      // A formula belongs to the paragraph before it: one of its own would be a line without words.
      const isSame = node.type === 'equation' && nodes[index - 1]?.type === 'paragraph'
      return before === '' || source === '' ? before + source : `${before}${isSame ? '\n' : '\n\n'}${source}`
    }, '')
  const phrasing = (content: readonly Inline[]) => all(inlines(content))
  const anchor = (id: string) => `\\phantomsection\\label{${labelName(id)}}`

  /** Writes a box, and behind it the notes that it calls. */
  function boxed(write: (notes: string[]) => string): string {
    if (pending !== undefined) return write(pending)
    const notes: string[] = []
    pending = notes
    const source = write(notes)
    pending = undefined
    return source + notes.join('')
  }

  function one(node: Nodes): string {
    if (node.position !== undefined) context.at(node.position.start.line)
    switch (node.type) {
      case 'text':
        return textSource(node.value)
      case 'emphasis':
      case 'workTitle':
        return `\\emph{${all(node.children)}}`
      case 'strong':
        return `\\textbf{${all(node.children)}}`
      case 'delete':
        return struck(() => all(node.children))
      case 'inlineCode':
        return codeText(node.value)
      case 'monospace':
        return `\\texttt{${all(node.children)}}`
      case 'subscript':
        return boxed(() => `\\textsubscript{${all(node.children)}}`)
      case 'superscript':
        return boxed(() => `\\textsuperscript{${all(node.children)}}`)
      case 'citation':
        return citation(node.children)
      case 'linkReference':
        return all(node.children)
      case 'break':
        return '\\reproend{}'
      case 'link':
        return linked(addressIn(node, '.pdf'), all(node.children))
      case 'value':
        return valueSource(node)
      case 'missing':
        return `\\repromissing{${escape(node.text)}}`
      case 'picture':
        return pictureInText(node)
      case 'formula':
        return formulaSource(node)
      case 'equation':
        return equationSource(node)
      case 'footnoteReference':
        return footnote(node.identifier)
      case 'paragraph':
        return all(node.children)
      case 'heading':
        return headingSource(node)
      case 'thematicBreak':
        return '\\begin{center}\\rule{0.3\\linewidth}{0.4pt}\\end{center}'
      case 'blockquote':
        return nested('quote', () => blocks(node.children))
      case 'callout':
        return `\\begin{reproaside}{repro${node.kind}}\n\\textbf{${escape(node.title)}}\\par\n${blocks(node.children)}\n\\end{reproaside}`
      case 'list':
        return listSource(node)
      case 'listItem':
        return blocks(node.children)
      case 'definitionList':
        return nested('description', () => all(node.children))
      case 'definitionTerm':
        if (depth > mostNested) return `\\par\\noindent\\textbf{${all(node.children)}}\\par\n`
        // A label is one line.
        return boxed(() =>
          textWidth(textOf(node), 11) > 0.7 * context.measures.column || linesOf(node).includes('\n')
            ? `\\item[]\\leavevmode ${all(node.children)}\n`
            : `\\item[{${all(node.children)}}] \\leavevmode\n`,
        )
      case 'definitionText':
        return `\\par ${all(node.children)}\n`
      case 'table':
        return plainTable(node)
      case 'tableRow':
      case 'tableCell':
        return all(node.children)
      case 'listing':
        return listingSource(node)
      case 'code':
        return codeBlock([node.value])
      case 'float':
        return floatSource(node)
      case 'claim':
        return claimSource(node)
      case 'experiment':
        return experimentSource(node)
      case 'root':
        return blocks(node.children)
      case 'footnoteDefinition':
      case 'definition':
      case 'html':
      case 'yaml':
      case 'image':
      case 'imageReference':
        return ''
      case 'inlineMath':
      case 'math':
        return escape(node.value)
    }
  }

  /**
   * As large as on the page, and no larger than its place; in a table, whose columns are measured by their
   * words, of a line's height.
   */
  function pictureInText(node: Picture): string {
    if (isInTable) return included(node, 'picture', 'height=1.2em')
    const { mime, content, alt } = node
    const { column, height } = context.measures
    const width = widthIn({ type: 'picture', mime, content, alt }, column, 0.6 * height)
    // A line of a sentence may end before it, and is short then.
    return `\\leavevmode\\hfil\\penalty0\\hfilneg\\reproshrink{${included(node, 'picture', `width=${width.toFixed(1)}bp`)}}`
  }

  function textSource(text: string): string {
    const write = (words: string) => (isTight ? breakable(escape, words) : escape(words))
    if (!isStruck) return write(text)
    // A line is drawn through each word, as words may stand in different lines.
    return text
      .split(/(\s+)/)
      .map((word) => (/^\s*$/.test(word) ? word : gone(piecesOf(word, 24).map(escape))))
      .join('')
  }

  function gone(pieces: readonly string[]): string {
    return pieces.map((piece) => `\\reprogone{${piece}}`).join(allowBreak)
  }

  function struck(write: () => string): string {
    const before = isStruck
    isStruck = true
    const source = write()
    isStruck = before
    return source
  }

  /** Writes what stands further in; deep down without the lists of LaTeX. */
  function nested(environment: string, write: () => string): string {
    depth += 1
    try {
      const name = depth > mostNested ? 'reprodeep' : environment
      return `\\begin{${name}}\n${write().trimEnd()}\n\\end{${name}}`
    } finally {
      depth -= 1
    }
  }

  /** Writes what is not where it is called: in no table, heading or struck text. */
  function apart(write: () => string): string {
    const before = [isInTable, isInHeading, isStruck, isTight] as const
    isInTable = isInHeading = isStruck = isTight = false
    const source = write()
    ;[isInTable, isInHeading, isStruck, isTight] = before
    return source
  }

  /** Writes text in which long words are broken. */
  function tight<Result>(write: () => Result): Result {
    const before = isTight
    isTight = true
    try {
      return write()
    } finally {
      isTight = before
    }
  }

  function linked(url: string, content: string): string {
    const target = targetOf(url)
    if (target?.type === 'place') return `\\reproref{${labelName(target.id)}}{${content}}`
    if (target === undefined || content === '') return content
    return `\\href{${address(target.url)}}{${content}}`
  }

  /** `[1, p. 3; 2]` as citations of BibTeX, in a pair of brackets each. */
  function citation(children: readonly PhrasingContent[]): string {
    const items: { key?: string; text: string; locator: string }[] = []
    for (const child of children) {
      if (child.type === 'link' && child.url.startsWith('#cite:'))
        items.push({ key: child.url.slice('#cite:'.length), text: '', locator: '' })
      else if (child.type === 'missing') items.push({ text: one(child), locator: '' })
      else if (child.type === 'text') {
        const last = items.at(-1)
        if (last && /^, ./.test(child.value) && !/^, $/.test(child.value))
          last.locator += child.value.replace(/^, /, '').replace(/(?:; |\])$/, '')
      }
    }
    const plain = items.every(({ key, locator }) => key !== undefined && locator === '')
    if (plain && items.length > 0) return `\\cite{${items.map(({ key }) => key).join(',')}}`
    return items
      .map(({ key, text, locator }) =>
        key === undefined ? text : `\\cite${locator === '' ? '' : `[{${escape(locator)}}]`}{${key}}`,
      )
      .join(', ')
  }

  function footnote(identifier: string): string {
    const definition = definitions.get(identifier)
    if (definition === undefined) return ''
    if (called.has(identifier)) return `\\footnotemark[${identifier}]`
    if (notesAround === mostNotes) {
      if (!isDeepTold) context.tell(deepNote)
      isDeepTold = true
      return ''
    }
    called.add(identifier)
    // A note is a box, too: those that it calls stand behind it.
    return boxed((notes) => {
      const place = notes.push('') - 1
      notesAround += 1
      const content = apart(() => inOneParagraph(blocks(definition.children)))
      notesAround -= 1
      notes[place] = `\\footnotetext[${identifier}]{${content}}`
      return `\\footnotemark[${identifier}]`
    })
  }

  function valueSource({ text, mark, state }: Value): string {
    if (state === 'missing') return `\\repromissing{${escape(text)}}`
    return `${escape(text)}${mark === undefined ? '' : `\\reproorigin{${escape(mark)}}`}`
  }

  /** The picture of a formula that LaTeX might read otherwise. */
  function formulaPicture({ mathml, tex, isDisplay }: Formula): string {
    try {
      const path = context.addFormula(mathematics(mathml), isDisplay)
      return `\\vcenter{\\hbox{\\includegraphics{${path}}}}`
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error
      context.tell(`${error.message}: ${tex.trim()}`)
      return `\\text{${escape(tex)}}`
    }
  }

  function formulaSource(formula: Formula): string {
    const tex = latexFormula(formula.tex)
    const shown = `$${formula.isDisplay ? '\\displaystyle ' : ''}${tex ?? formulaPicture(formula)}$`
    // A formula that cannot be broken is shrunk to the width of a line.
    const fitting = tex !== undefined && canBreak(formula.mathml) ? shown : `\\reproshrink{${shown}}`
    // Outlines have no formulas.
    if (isInHeading) return `\\texorpdfstring{${fitting}}{${escape(formula.text)}}`
    return `${fitting !== shown && formula.tex.length > 40 ? allowBreak : ''}${fitting}`
  }

  function equationSource({ id, number, formula }: Equation): string {
    if (formula.type === 'missing') return `\\repromissing{${escape(formula.text)}}`
    const tex = latexFormula(formula.tex)
    const isLine = tex !== undefined && !/\\\\|&/.test(tex) && canBreak(formula.mathml)
    const lines =
      tex === undefined || brokenLines(formula.mathml) === undefined ? undefined : formulaLines(tex)
    const rows = lines?.map(([before, behind]) => `\\reprorow{${before}}{${behind}}`) ?? []
    const name = isLine ? 'reproformula' : rows.length === 0 ? 'reprofit' : 'reproaligned'
    const beside = number === undefined || id === undefined ? '' : `[(${escape(number)})]`
    const more = rows.length === 0 ? '' : `{%\n${rows.join('%\n')}}`
    const shown = `\\${name}${beside}{${tex ?? formulaPicture(formula)}}${more}`
    if (number === undefined || id === undefined) return `\\[\n${shown}\n\\]`
    return `\\begin{equation*}\n${shown}\\tag{${escape(number)}}\\label{${labelName(id)}}\n\\end{equation*}`
  }

  function headingSource({ depth, data, children }: Extract<Nodes, { type: 'heading' }>): string {
    const level = ['section', 'subsection', 'subsubsection', 'paragraph'][Math.min(Math.max(0, depth - 2), 3)]
    const name = data?.id === undefined ? '' : `\\label{${labelName(data.id)}}`
    isInHeading = true
    const title = boxed(() => all(children))
    // Contents and outlines have no notes.
    const hasNotes = children.some(hasNote)
    const short = hasNotes ? all(children.flatMap(withoutNotes)) : title
    isInHeading = false
    const number = data?.number === undefined ? '' : `${escape(data.number)}\\enspace{}`
    // `\paragraph` would stand in the line of the text.
    if (level === 'paragraph')
      return `\\phantomsection\\addcontentsline{toc}{paragraph}{${number}${short}}\\reproheading{${number}${title}}${name}`
    const star = number === '' ? '*' : ''
    const target = star === '' ? '' : `\\phantomsection\\addcontentsline{toc}{${level}}{${short}}`
    const listed = hasNotes && star === '' ? `[{${short}}]` : ''
    return `${target}\\${level}${star}${listed}{${title}}${name}`
  }

  function listSource({ ordered, start, children }: List): string {
    const isOrdered = ordered === true
    return nested(isOrdered ? 'enumerate' : 'itemize', () => {
      const from =
        isOrdered && start != null && start !== 1
          ? `\\setcounter{\\csname @enumctr\\endcsname}{${start - 1}}\n`
          : ''
      const items = children.map(({ checked, children: content }, index) => {
        const box = checked == null ? undefined : checked ? '\\reprochecked{}' : '$\\square$'
        if (depth <= mostNested) return `\\item${box === undefined ? '' : `[${box}]`} ${blocks(content)}\n`
        const mark = isOrdered ? `${(start ?? 1) + index}.` : '\\textbullet{}'
        return `\\reproitem{${box ?? mark}}${blocks(content)}\n`
      })
      return `${depth <= mostNested ? from : ''}${items.join('')}`
    })
  }

  const layoutIn = (columns: readonly Texts[], room: number) => layoutOf(columns, room, context.letters)

  function checkedLayout(columns: readonly Texts[], room: number): Layout {
    const found = layoutIn(columns, room)
    checkSize(found)
    return found
  }

  function checkSize({ points, widths }: Layout): void {
    if (points < smallestRead) context.tell(smallTable(widths.length, points), true)
  }

  function plainTable({ align, children }: Table): string {
    const { measures, isTwoColumns } = context
    const count = Math.max(1, ...children.map((row) => row.children.length))
    const texts = children.map((row) => row.children.map(linesOf))
    const letters = Array.from({ length: count }, (_, index) => (align?.[index] ?? 'l').charAt(0))
    const columns = letters.map((_, index) => ({
      head: [texts[0]?.[index] ?? ''],
      body: texts.slice(1).map((row) => row[index] ?? ''),
    }))
    const inColumn = layoutIn(columns, Math.max(60, roomOf(context, 'column') - 25 * depth))
    const heightOf = (layout: Layout) => 10 * texts.reduce((sum, row) => sum + layout.lines(row), 0)
    // Over both columns if one has room for the smallest letters only; within a list, for not even these.
    const overBoth =
      isTwoColumns && (depth === 0 ? inColumn.points <= 5 : inColumn.points < 5) && notesAround === 0
        ? layoutIn(columns, roomOf(context, 'text'))
        : inColumn
    const isWide = overBoth !== inColumn && heightOf(overBoth) < 0.7 * measures.height
    const layout = isWide ? overBoth : inColumn
    checkSize(layout)
    if (Math.max(...texts.map(layout.lines)) * layout.points * 1.2 > measures.height)
      context.tell(
        'a row of a table is taller than a page, and LaTeX breaks none: split it, or print with --to pdf',
      )
    const rowSource = (row: Table['children'][number], write: (text: string) => string) =>
      `${row.children
        .map((cell, index) =>
          layout.widths[index] === undefined
            ? write(all(cell.children))
            : write(tight(() => all(cell.children))),
        )
        .join(' & ')} \\\\`
    return boxed(() => {
      const before = isInTable
      isInTable = true
      const [first, ...others] = children
      const head = first === undefined ? '' : rowSource(first, (text) => `\\textbf{${text}}`)
      const rows = others.map((row) => rowSource(row, (text) => text))
      isInTable = before
      const marks = columnMarks(layout, letters)
      const set = settings(layout)
      const rules = (parts: readonly string[]) => ['\\toprule', head, '\\midrule', ...parts].join('\n')
      if (isWide)
        return floated(
          'table',
          true,
          `${set}\\reproshrink{\\begin{tabular}{${marks}}\n${rules([...rows, '\\bottomrule', '\\end{tabular}}'])}`,
        )
      // One that is not short goes on in the next column or page, with its head. Notes have no pages.
      if (heightOf(layout) < 0.5 * measures.height || notesAround > 0)
        return [
          `\\begin{center}${set}`,
          `\\reproshrink{\\begin{tabular}{${marks}}`,
          rules([...rows, '\\bottomrule', '\\end{tabular}}', '\\end{center}']),
        ].join('\n')
      if (!isTwoColumns)
        return [
          `{${set}\\begin{longtable}{${marks}}`,
          rules(['\\endhead', '\\bottomrule', '\\endlastfoot', ...rows, '\\end{longtable}}']),
        ].join('\n')
      return [
        `\\par\\medskip{\\centering${set}`,
        `\\tablehead{${rules([])}}\\tabletail{\\bottomrule}\\tablelasttail{\\cr\\bottomrule}`,
        `\\begin{xtabular}{${marks}}`,
        // The last row has no end: where it ends, xtabular may begin a page, on which is nothing but the
        // head.
        ...rows.map((row, index) => (index === rows.length - 1 ? row.replace(/ \\\\$/, '') : row)),
        '\\end{xtabular}\\par}\\medskip',
      ].join('\n')
    })
  }

  function codeText(value: string): string {
    const pieces = piecesOf(value.replace(/\r?\n|\r/g, ' '), 32)
    const shown = pieces.map(escape)
    return `\\texttt{${isStruck ? gone(shown) : shown.join(allowBreak)}}`
  }

  function codeBlock(parts: Listing['code']): string {
    const written = piecesOfCode(withoutTabs(parts))
      .map((piece) => {
        if (piece === 'end') return '\n'
        if (piece === 'soft') return allowBreak
        const words = piece.text
          .split(' ')
          .map((word) => breakableCode(escape, word))
          .join('\\ ')
        return piece.kind === undefined ? words : `\\textcolor{repro${piece.kind}}{${words}}`
      })
      .join('')
    // A paragraph for each line, so that they go on in the next column.
    const lines = written.split('\n').map((line) => `\\reproline{${line}}`)
    return `\\begin{reprocode}\n${lines.join('\n')}\n\\end{reprocode}`
  }

  function listingSource({ id, label, caption, code }: Listing): string {
    const block = codeBlock(code)
    if (id === undefined || label === undefined) return block
    const words = caption === undefined ? '' : phrasing([caption])
    return `\\noindent${anchor(id)}\\textbf{${escape(messages.caption(label))}}${words}\\nopagebreak\n${block}`
  }

  function badgeSource(badge: Badge | undefined): string {
    return badge === undefined ? '' : ` \\reprobadge{${escape(badge.text)}}`
  }

  function notesSource(notes: readonly string[]): string {
    return notes.length === 0
      ? ''
      : `\n\\begin{repronotes}\n${notes.map(escape).join('\\par\n')}\n\\end{repronotes}`
  }

  /** A caption with the name and number that the text refers to. */
  function captionSource({ id, label, caption, badge }: Float, kind: 'table' | 'figure'): string {
    const [, name = label, number = ''] = /^(.*?)[\s\u00a0]*([A-Z]?\d\S*)$/.exec(label) ?? []
    const words = phrasing([caption])
    return [
      `\\renewcommand{\\${kind}name}{${escape(name)}}\\renewcommand{\\the${kind}}{${escape(number)}}%`,
      `\\renewcommand{\\theH${kind}}{${labelName(id)}}%`,
      `\\caption[]{${words}${badgeSource(badge)}}\\label{${labelName(id)}}`,
    ].join('\n')
  }

  function floatSource(float: Float): string {
    return boxed(() => {
      const { id, content, notes } = float
      const { measures, isTwoColumns } = context
      switch (content.type) {
        case 'table': {
          const fit = fittingTable(content, notes, measures, isTwoColumns)
          const parts = { escape, badgeSource, linked, layout: checkedLayout }
          const overPages = (room: number) =>
            `{${longTable(content, room, captionSource(float, 'table'), parts)}${notesSource(notes)}}`
          // Columns have no tables over pages: one that breaks there is lower than a page, and floats.
          if (fit.place === 'here' && !isTwoColumns) return overPages(roomOf(context, 'text'))
          if (fit.place === 'pages' || fit.place === 'sideways') {
            const isSideways = fit.place === 'sideways'
            large.push({ source: overPages(roomOf(context, isSideways ? 'height' : 'text')), isSideways })
            return ''
          }
          const isWide = fit.place === 'wide' && hasWide()
          const room = roomOf(context, isWide ? 'text' : 'column')
          const body = `${tabular(content, room, parts)}${notesSource(notes)}`
          return floated('table', isWide, `${captionSource(float, 'table')}\n${body}`)
        }
        case 'figure':
        case 'picture': {
          const isWide = hasWide() && widthOf(content) > measures.column * 1.35
          const body = drawing(content, id, isWide ? measures.text : measures.column)
          return floated('figure', isWide, `${body}\n${captionSource(float, 'figure')}${notesSource(notes)}`)
        }
        case 'parts':
          return partsSource(float, content)
        case 'failed':
          return floated(
            'figure',
            false,
            `\\repromissing{${escape(content.message)}}\n${captionSource(float, 'figure')}`,
          )
      }
    })
  }

  /** Whether what is wide may stand over all columns: nothing floats out of a note. */
  const hasWide = () => context.isTwoColumns && notesAround === 0

  function floated(kind: 'table' | 'figure', isWide: boolean, body: string): string {
    const name = isWide ? `${kind}*` : kind
    const size = kind === 'table' ? '\\footnotesize' : ''
    if (notesAround > 0) return `\\begin{reprofixed}{${kind}}${size}\n${body}\n\\end{reprofixed}`
    return `\\begin{${name}}[${isWide ? 't' : 'tbp'}]\\centering${size}\n${body}\n\\end{${name}}`
  }

  function partsSource(float: Float, { columns, parts }: Parts): string {
    const { measures } = context
    const widths = parts.map(({ content }) => (content.type === 'failed' ? 0 : widthOf(content)))
    const isWide = hasWide() && columns * Math.max(...widths) > measures.column * 1.5
    const room = (isWide ? measures.text : measures.column) / columns - 4
    const height = heightOfParts(parts.length / columns, measures)
    const cells = parts.map(({ id, letter, caption, content }, index) => {
      const body =
        content.type === 'failed'
          ? `\\repromissing{${escape(content.message)}}`
          : drawing(content, id ?? `${float.id}-${index + 1}`, room, height)
      const words = `${escape(letter)} ${caption === undefined ? '' : phrasing([caption])}`
      const end = index % columns === columns - 1 ? '\\\\[4pt]' : '\\hfill'
      return `\\begin{minipage}[t]{${(0.98 / columns).toFixed(3)}\\linewidth}\\centering${
        // Before it, a target would be the top that parts are aligned by.
        id === undefined ? '' : `\\leavevmode${anchor(id)}%`
      }\n${body}\\\\[2pt]\n{\\footnotesize ${words}}\n\\end{minipage}${index === parts.length - 1 ? '' : end}`
    })
    return floated(
      'figure',
      isWide,
      `${cells.join('\n')}\n${captionSource(float, 'figure')}${notesSource(float.notes)}`,
    )
  }

  function drawing(
    content: Drawing | PictureContent,
    name: string,
    room: number,
    height = 0.85 * context.measures.height,
  ): string {
    const size = `width=${widthIn(content, room, height).toFixed(1)}bp,height=0.8\\textheight,keepaspectratio`
    if (content.type === 'picture') return included(content, name, size)
    return `\\includegraphics[${size}]{${context.addPicture(name, 'image/svg+xml', content.svg)}}`
  }

  /**
   * A picture, turned and mirrored as its head says, which TeX does not look at; `size` is that of what is
   * seen.
   */
  function included(picture: Pick<Picture, 'mime' | 'content'>, name: string, size: string): string {
    const file = context.addPicture(name, picture.mime, Buffer.from(picture.content, 'base64'))
    const { turn, isMirrored } = turns[orientationOf(picture) - 1] ?? {}
    const keys = [...(turn === undefined ? [] : [turn]), size].join(',')
    const shown = `\\includegraphics[${keys}]{${file}}`
    return isMirrored === true ? `\\reflectbox{${shown}}` : shown
  }

  function facts(pairs: readonly Fact[]): string {
    if (pairs.length === 0) return ''
    const rows = pairs.map(
      ([term, content]) => `\\reprofact{${escape(term)}}{${tight(() => phrasing([content]))}}`,
    )
    return `\\begin{reprofacts}\n${rows.join('\n')}\n\\end{reprofacts}`
  }

  function claimSource({ id, statement, verdict, verdictText, facts: own }: Claim): string {
    return boxed(() =>
      [
        `\\begin{reproaside}{repro${verdict.replaceAll(' ', '')}}`,
        `${anchor(id)}\\textbf{${escape(messages.claim.name(id))}}${escape(statement)} \\textcolor{repro${verdict.replaceAll(
          ' ',
          '',
        )}}{\\textbf{${escape(verdictText)}}}\\par`,
        facts(own),
        '\\end{reproaside}',
      ].join('\n'),
    )
  }

  function experimentSource({ id, summary, cells }: Experiment): string {
    const missing = cells.flatMap(({ run }) => ('missing' in run ? [run.missing] : []))
    const after = missing.length === 0 ? '' : ` \\repromissing{${escape(missing.join('; '))}}`
    return `\\begin{reproexperiment}\n${anchor(`experiment:${id}`)}${phrasing(summary)}${after}\n\\end{reproexperiment}`
  }

  return { phrasing, facts, large, blocks: (tree) => blocks(tree.children) }
}
