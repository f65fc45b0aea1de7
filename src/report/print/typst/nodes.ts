/** A report's running text as Typst: functions of the template (template.ts), called with escaped text. */

import { Buffer } from 'node:buffer'
import type { FootnoteDefinition, List, ListItem, Nodes, Root, Table } from 'mdast'
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
  FormatProblem,
  Formula,
  Listing,
  Parts,
  Picture,
  PictureContent,
  TableContent,
  Value,
} from '../../model.ts'
import { linesOf, textOf } from '../../textof.ts'
import { piecesOfCode, withoutTabs } from '../code.ts'
import { deepNote, mostNotes } from '../footnotes.ts'
import type { Chunk } from '../glyphs.ts'
import { targetOf } from '../link.ts'
import { brokenLines, canBreak, FormulaError, mathematics } from '../mathematics.ts'
import type { Measures } from '../measures.ts'
import { heightOfParts, pictureFile, printable, widthIn, widthOf } from '../picture.ts'
import { array, markup, string } from '../source.ts'
import { type Fit, fittingSize, fittingTable, smallestRead, smallTable } from '../tablefit.ts'
import { piecesOf } from '../words.ts'
import { boldWords, type Measured, measuredSource, widest } from './measured.ts'
import { tableSource } from './table.ts'

/**
 * Quotes, callouts and lists within each other: each takes several of Typst's 64 levels, and doubles the time
 * of a list.
 */
const mostNested = 8

/** Smallest letters of a table within a list or callout, in points; below, it gets a page of its own. */
const smallestWithin = 5

export interface Context {
  readonly messages: Messages
  readonly lang: string
  readonly measures: Measures
  readonly isTwoColumns: boolean
  /** Keeps a picture; returns its path from the document. */
  readonly addFile: (name: string, content: string | Uint8Array) => string
  /** Of links to reports of other documents: `.pdf`. */
  readonly extension: string
  readonly tell: (problem: FormatProblem) => void
}

export interface Translator {
  readonly phrasing: (content: readonly Inline[]) => string
  readonly chunks: (tree: Root) => readonly Chunk[]
  readonly facts: (facts: readonly Fact[]) => string
  /** Tables too large for their place in the text, in order; to be set on pages of their own. */
  readonly large: readonly Large[]
}

/** A table on a page of its own. */
interface Large extends Chunk {
  readonly isSideways: boolean
}

/** @param trees all that may define footnotes */
export function translator(context: Context, trees: readonly Root[]): Translator {
  const { messages } = context
  const definitions = new Map<string, FootnoteDefinition>()
  for (const tree of trees)
    visit(tree, 'footnoteDefinition', (node) => void definitions.set(node.identifier, node))
  const called = new Set<string>()
  const large: Large[] = []
  /** Tables without a number that do not stand at their place. */
  let unnumbered = 0
  const pictures = new Map<string, string>()
  let level = 0
  let line: number | undefined
  let inList = false
  let isInTable = false
  /**
   * Notes of what goes over all columns: Typst 0.14 loses those that are within, so that they are set before
   * it.
   */
  let notesAhead: string[] | undefined
  /** Footnotes around what is written. */
  let notesAround = 0
  let isDeepTold = false

  const all = (nodes: readonly Nodes[]): string => nodes.map(one).join('')
  const blocks = (nodes: readonly Nodes[]): string =>
    nodes
      .map(one)
      .filter((source) => source !== '')
      .join('\n\n')
  const phrasing = (content: readonly Inline[]) => all(inlines(content))
  const call = (name: string, ...given: readonly string[]) => `#${name}(${given.join(', ')});`
  const block = (content: string) => `[${content}]`

  /** Says where too much lies within each other, once. */
  let isTold = false
  let nesting = 0
  /** What lies deeper is drawn no deeper: pages have no room for it, and Typst ends. */
  function nested(write: () => string, flat: () => string): string {
    if (nesting >= mostNested) {
      const isFirst = !isTold
      isTold = true
      const source = flat()
      // Quotes have no place, but what is in them has.
      if (isFirst)
        context.tell({
          message: `more than ${mostNested} quotes and lists within each other: what lies deeper is printed without its indentation`,
          isLoss: true,
          ...(line === undefined ? {} : { line }),
        })
      return source
    }
    nesting += 1
    const source = write()
    nesting -= 1
    return source
  }

  function one(node: Nodes): string {
    if (node.position !== undefined) line = node.position.start.line
    switch (node.type) {
      case 'text':
        return markup(node.value)
      case 'emphasis':
        return `#emph${block(all(node.children))};`
      case 'strong':
        return `#strong${block(all(node.children))};`
      case 'delete':
        return `#strike${block(all(node.children))};`
      case 'inlineCode':
        return codeText(node.value)
      case 'monospace':
        return `#text(font: monospaced, size: 0.86em)${block(all(node.children))};`
      case 'workTitle':
        return `#emph${block(all(node.children))};`
      case 'subscript':
        return `#sub${block(all(node.children))};`
      case 'superscript':
        return `#super${block(all(node.children))};`
      case 'citation':
      case 'linkReference':
        return all(node.children)
      case 'break':
        return '#linebreak();'
      case 'link':
        return linked(addressIn(node, context.extension), all(node.children))
      case 'value':
        return valueSource(node)
      case 'missing':
        return `#missing${block(markup(node.text))};`
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
        return '#rule'
      case 'blockquote':
        return nested(
          () => `#quote(block: true)${block(blocks(node.children))}`,
          () => blocks(node.children),
        )
      case 'callout':
        return nested(
          () => call('callout', string(node.kind), block(markup(node.title)), block(blocks(node.children))),
          () => blocks(node.children),
        )
      case 'list':
        return nested(
          () => listSource(node),
          () => blocks(node.children),
        )
      case 'listItem':
        return blocks(node.children)
      case 'definitionList':
        return definitionSource(node.children)
      case 'definitionTerm':
      case 'definitionText':
        return all(node.children)
      case 'table':
        return plainTable(node)
      case 'tableRow':
      case 'tableCell':
        return all(node.children)
      case 'listing':
        return listingSource(node)
      case 'code':
        return `#code(${codeParts([node.value]).join(', ')})`
      case 'float':
        return floatSource(node)
      case 'claim':
        return claimSource(node)
      case 'experiment':
        return experimentSource(node)
      case 'root':
        return blocks(node.children)
      // Shown where they are called, or replaced before.
      case 'footnoteDefinition':
      case 'definition':
      case 'html':
      case 'yaml':
      case 'image':
      case 'imageReference':
        return ''
      case 'inlineMath':
      case 'math':
        return markup(node.value)
    }
  }

  function linked(address: string, content: string): string {
    const target = targetOf(address)
    if (target?.type === 'place') return call('to', string(target.id), block(content))
    if (target === undefined || content === '') return content
    return `#link(${string(target.url)})${block(content)};`
  }

  function footnote(identifier: string): string {
    const definition = definitions.get(identifier)
    if (definition === undefined) return ''
    const name = `note:${identifier}`
    if (called.has(identifier)) return `#footnote(label(${string(name)}));`
    if (notesAround === mostNotes) {
      if (!isDeepTold) context.tell({ message: deepNote, ...(line === undefined ? {} : { line }) })
      isDeepTold = true
      return ''
    }
    called.add(identifier)
    const before = line
    notesAround += 1
    const content = blocks(definition.children)
    notesAround -= 1
    line = before
    const note = `#footnote${block(content)}#label(${string(name)});`
    if (notesAhead === undefined || notesAround > 0) return note
    notesAhead.push(note)
    return `#footnote(label(${string(name)}));`
  }

  function formulaSource({ mathml, tex, isDisplay }: Formula): string {
    const inside = formulaInside(mathml, tex)
    if (inside === undefined) return `#missing${block(markup(tex))};`
    const given = [string(tex.trim()), isDisplay ? `$display(${inside})$` : `$${inside}$`]
    return call('maths', ...given, ...(canBreak(mathml) ? [] : ['whole: true']))
  }

  function formulaInside(mathml: string, tex: string): string | undefined {
    try {
      return mathematics(mathml)
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error
      context.tell({
        message: `${error.message}: ${shortened(tex.trim())}`,
        ...(line === undefined ? {} : { line }),
      })
      return undefined
    }
  }

  function equationSource({ id, number, formula }: Equation): string {
    if (formula.type === 'missing') return `#missing${block(markup(formula.text))};`
    const inside = formulaInside(formula.mathml, formula.tex)
    const alt = string(formula.tex.trim())
    const shown =
      inside === undefined
        ? `#missing${block(markup(formula.tex))};`
        : call(
            'numbered',
            alt,
            number === undefined ? 'none' : block(markup(messages.equationNumber(number))),
            `$ ${inside} $`,
            ...(canBreak(formula.mathml) ? ['breaks: true'] : brokenSource(formula.mathml)),
          )
    return id === undefined ? shown : `#at(${string(id)})\n${shown}`
  }

  function brokenSource(mathml: string): readonly string[] {
    const found = brokenLines(mathml)
    if (found === undefined) return []
    return [`lines: ${array(found.map(([before, behind]) => `($${before}$, $${behind}$)`))}`]
  }

  function headingSource({ depth, data, children }: Extract<Nodes, { type: 'heading' }>): string {
    const title = all(children)
    // PDF/UA has no empty ones.
    if (title.trim() === '') return data?.id === undefined ? '' : `#at(${string(data.id)})`
    // PDF/UA wants every level below the one before it.
    level = Math.min(Math.max(1, depth - 1), level + 1)
    const number = data?.number === undefined ? '' : `${markup(data.number)}#h(0.6em)`
    const name = data?.id === undefined ? '' : ` #label(${string(data.id)})`
    return `#heading(level: ${level})[${number}${title}]${name}`
  }

  function listSource({ ordered, start, spread, children }: List): string {
    const options = [`tight: ${spread === true ? 'false' : 'true'}`]
    if (ordered === true && start != null && start !== 1) options.push(`start: ${start}`)
    const isWithin = inList
    inList = true
    const items = children.map((item) => block(`${check(item)}${blocks(item.children)}`))
    inList = isWithin
    const made = `${ordered === true ? 'enum' : 'list'}(${options.join(', ')})${items.join('')}`
    // A list in a list has the spacing of its items.
    return isWithin ? `#${made}` : `#between(${made})`
  }

  function check({ checked }: ListItem): string {
    if (checked == null) return ''
    return `#task(${checked});~`
  }

  function definitionSource(children: readonly Nodes[]): string {
    const pairs: { term: string; texts: string[] }[] = []
    for (const child of children) {
      const content = block(one(child))
      if (child.type === 'definitionTerm') pairs.push({ term: content, texts: [] })
      else pairs.at(-1)?.texts.push(content)
    }
    return `#definitions${array(pairs.map(({ term, texts }) => `(${term}, ${array(texts)})`))}`
  }

  function keepLarge(source: string, isSideways: boolean): void {
    large.push({ source, isSideways, ...(line === undefined ? {} : { line }) })
  }

  function plainTable({ align, children }: Table): string {
    const columns = Math.max(1, ...children.map((row) => row.children.length))
    const aligned = Array.from({ length: columns }, (_, index) => align?.[index] ?? 'left')
    const fit = fittingTable(plainContent(children, columns), [], context.measures, context.isTwoColumns)
    const width = fit.widths.reduce((sum, one) => sum + one + 6, 0)
    const isWithin = nesting + notesAround > 0
    // Without a caption, a table is best at its place, where it may break.
    const isNarrow = width <= context.measures.column
    const isAcross = !isNarrow && fit.place === 'wide' && !isWithin
    const around = { isInTable, notesAhead }
    isInTable = true
    if (isAcross) notesAhead = []
    const sources = children.map((row, index) =>
      Array.from({ length: columns }, (_, column) => {
        const content = all(row.children[column]?.children ?? [])
        return block(index === 0 && content !== '' ? `#strong${block(content)};` : content)
      }),
    )
    const [head, ...rows] = sources.map((row) => row.join(', '))
    const widest = widestParts(children, sources)
    const widths = fit.fractions.map((fraction) => (fraction === undefined ? 'auto' : `${fraction}fr`))
    const isFitted = isWithin || fit.place === 'sideways' || fit.fractions.some((one) => one !== undefined)
    const table = [
      isFitted ? `fitted(` : `grid-of(`,
      `  ${array(widths)},${isFitted ? ` ${widest.source},` : ''} align: ${array(aligned)},`,
      '  table.hline(stroke: 0.8pt),',
      ...(head === undefined ? [] : [`  table.header(${head}),`]),
      '  table.hline(stroke: 0.4pt),',
      ...rows.map((row) => `  ${row},`),
      '  table.hline(stroke: 0.8pt),',
      ')',
    ].join('\n')
    const notes = isAcross ? (notesAhead ?? []) : []
    ;({ isInTable, notesAhead } = around)
    const source = `standing(${children.length > 12}, ${table})`
    const place = placeOf(fit, widest.words, isNarrow)
    const isLarge = place === 'pages' || place === 'sideways'
    if (!isLarge && !isAcross) return `#${source}`
    // Without a number, nothing in the text would lead to it.
    const name = `table:${(unnumbered += 1)}`
    const pointer = [
      string(name),
      ...messages.page
        .tableOnPage('\0')
        .split('\0')
        .map((words) => block(markup(words))),
    ]
    if (!isLarge)
      return `${notes.length === 0 ? '' : `#unseen[${notes.join('')}]`}#across(${[...pointer, source].join(', ')})`
    keepLarge(`#at(${string(name)})\n#${source}`, place === 'sideways')
    return call('elsewhere', ...pointer).replace(/;$/, '')
  }

  /** Where a table of Markdown stands; tells of one whose letters are too small to read. */
  function placeOf({ place }: Fit, words: readonly (readonly string[])[], isNarrow: boolean): Fit['place'] {
    const { column, text, height } = context.measures
    const tell = (size: number) => {
      if (size >= smallestRead) return
      const message = smallTable(words.length, size)
      context.tell({ message, isLoss: true, ...(line === undefined ? {} : { line }) })
    }
    if (nesting + notesAround === 0) {
      if (isNarrow) return 'here'
      if (place === 'sideways') tell(fittingSize(words, height))
      return place
    }
    // Beside the marks of lists and the bars of callouts.
    const size = fittingSize(words, Math.max(60, column - 24 * nesting))
    if (size >= smallestWithin) return 'here'
    if (notesAround > 0) {
      // A note has no other page.
      tell(size)
      return 'here'
    }
    if (fittingSize(words, text) >= smallestWithin) return 'pages'
    tell(fittingSize(words, height))
    return 'sideways'
  }

  /** Cells and words of columns that may be the widest, for the template to measure; words also as texts. */
  function widestParts(
    rows: Table['children'],
    sources: readonly (readonly string[])[],
  ): { readonly source: string; readonly words: readonly (readonly string[])[] } {
    const found = (sources[0] ?? []).map((_, column) => {
      const inColumn = rows.flatMap(({ children }, row) => {
        const cell = children[column]
        const source = sources[row]?.[column]
        return cell === undefined || source === undefined ? [] : [{ cell, source, text: textOf(cell) }]
      })
      return {
        cells: widest(inColumn, ({ source }) => source === sources[0]?.[column]),
        words: widest(
          inColumn.flatMap(({ cell }) => wordsIn(cell)),
          ({ source }) => source.startsWith('raw'),
        ),
      }
    })
    return { source: measuredSource(found), words: found.map(({ words }) => words.map(({ text }) => text)) }
  }

  function wordsIn(node: Nodes): readonly Measured[] {
    if (node.type === 'inlineCode')
      return piecesOf(node.value, 32).flatMap((piece) =>
        // Letters of code are wider.
        piece
          .split(/\s+/)
          .map((text) => ({ text: `${text}${text.slice(0, 2)}`, source: `raw(${string(text)})` })),
      )
    if (node.type === 'formula') return canBreak(node.mathml) ? [] : formulaIn(node)
    if ('children' in node) return node.children.flatMap(wordsIn)
    return boldWords(textOf(node))
  }

  function listingSource({ id, label, caption, code }: Listing): string {
    const body = `code(${codeParts(code).join(', ')})`
    if (id === undefined || label === undefined) return `#${body}`
    return call(
      'float',
      string(id),
      '"code"',
      captionSource(label, caption === undefined ? '' : phrasing([caption])),
      'here: true',
      body,
    ).replace(/;$/, '')
  }

  function captionSource(label: string, words: string, badge?: Badge): string {
    return `caption(${string(messages.caption(label))}, ${block(words + badgeSource(badge))})`
  }

  function badgeSource(badge: Badge | undefined): string {
    return badge === undefined ? '' : `#badge${block(markup(badge.text))};`
  }

  function notesSource(notes: readonly string[]): string {
    return notes.length === 0 ? '' : call('notes', ...notes.map((note) => block(markup(note))))
  }

  function floatSource(float: Float): string {
    const { id, label, caption, badge, content, notes } = float
    const title = captionSource(label, phrasing([caption]), badge)
    const { measures } = context
    switch (content.type) {
      case 'table': {
        const fit = fittingTable(content, notes, measures, context.isTwoColumns)
        const table = tableSource(content, fit, badgeSource, (href, text) => linked(href, text))
        const written = notesSource(notes)
        const body = block((fit.hasNotesFirst ? [written, table] : [table, written]).join('\n'))
        const isLarge = fit.place === 'pages' || fit.place === 'sideways'
        const options =
          isLarge || fit.place === 'here'
            ? ['here: true', `first: ${Math.min(fit.first, measures.height / 3).toFixed(0)}pt`]
            : fit.place === 'wide'
              ? ['wide: true']
              : []
        const source = `#float(${[string(id), 'table', title, ...options, body].join(', ')})`
        if (!isLarge) return source
        keepLarge(source, fit.place === 'sideways')
        return ''
      }
      case 'figure':
      case 'picture': {
        const width = widthOf(content)
        const isWide = context.isTwoColumns && width > measures.column * 1.35
        const drawing = drawingSource(content, id, isWide ? measures.text : measures.column)
        return `#float(${[
          string(id),
          'image',
          title,
          ...(isWide ? ['wide: true'] : []),
          block(`${drawing}\n${notesSource(notes)}`),
        ].join(', ')})`
      }
      case 'parts':
        return partsSource(float, content, title)
      case 'failed':
        return `#float(${[string(id), 'image', title, block(`#missing${block(markup(content.message))};`)].join(', ')})`
    }
  }

  function partsSource({ id, notes }: Float, { columns, parts }: Parts, title: string): string {
    const { measures } = context
    const widths = parts.map(({ content }) => (content.type === 'failed' ? 0 : widthOf(content)))
    const isWide = context.isTwoColumns && columns * Math.max(...widths) > measures.column * 1.5
    const room = ((isWide ? measures.text : measures.column) - 8 * (columns - 1)) / columns
    const height = heightOfParts(parts.length / columns, measures)
    const cells = parts.map(({ id: own, letter, caption, content }, index) => {
      const name = own ?? `${id}-${index + 1}`
      const body =
        content.type === 'failed'
          ? block(`#missing${block(markup(content.message))};`)
          : block(drawingSource(content, name, room, height))
      const words = block(caption === undefined ? '' : phrasing([caption]))
      return `part(${[own === undefined ? 'none' : string(own), string(letter), body, words].join(', ')})`
    })
    const body = block(`#parts(${columns}, ${cells.join(', ')})\n${notesSource(notes)}`)
    return `#float(${[string(id), 'image', title, ...(isWide ? ['wide: true'] : []), body].join(', ')})`
  }

  /** Keeps a drawing or picture as a file; it is never larger than there is room (points). */
  function drawingSource(
    content: Drawing | PictureContent,
    name: string,
    room: number,
    height = 0.85 * context.measures.height,
  ): string {
    const isDrawing = content.type === 'figure'
    const type = isDrawing ? 'svg' : extensionOf(content.mime)
    const file = isDrawing
      ? printable(content.svg, context.lang)
      : pictureFile(content.mime, Buffer.from(content.content, 'base64'))
    const path = context.addFile(`${name}.${type}`, file)
    const width = widthIn(content, room, height)
    return `#drawing(image(${string(path)}, alt: ${string(altOf(content.alt))}, width: ${width.toFixed(1)}pt))`
  }

  function pictureInText({ mime, content, alt }: Picture): string {
    const name = `picture-${pictures.size + 1}.${extensionOf(mime)}`
    const path =
      pictures.get(content) ?? context.addFile(name, pictureFile(mime, Buffer.from(content, 'base64')))
    pictures.set(content, path)
    // As large as on the page; in a table, whose columns are measured by their words, of a line's height.
    const size = isInTable
      ? 'height: 1.2em'
      : `width: ${widthIn({ type: 'picture', mime, content, alt }, context.measures.column, 0.8 * context.measures.height).toFixed(1)}pt`
    return `#within(image(${string(path)}, alt: ${string(altOf(alt))}, ${size}));`
  }

  function altOf(alt: string): string {
    return alt.trim() === '' ? context.messages.missingPicture('').replace(/[:：]\s*$/, '') : alt
  }

  function facts(pairs: readonly Fact[]): string {
    return `#facts${array(pairs.map(([term, content]) => `(${block(markup(term))}, ${block(phrasing([content]))})`))}`
  }

  function claimSource({ id, statement, verdict, verdictText, facts: own }: Claim): string {
    return call(
      'claim',
      string(id),
      string(verdict),
      String(textLength(own, phrasing) < 1100),
      block(markup(messages.claim.name(id))),
      block(markup(statement)),
      block(markup(verdictText)),
      own.length === 0 ? '[]' : block(facts(own)),
    ).replace(/;$/, '')
  }

  /** The cells of an experiment, with their digests, stay on the page: paper cannot be unfolded. */
  function experimentSource({ id, summary, cells }: Experiment): string {
    const missing = cells.flatMap(({ run }) => ('missing' in run ? [run.missing] : []))
    const after = missing.length === 0 ? '' : ` #missing${block(markup(missing.join('; ')))};`
    return `#experiment${block(`#at(${string(`experiment:${id}`)})${phrasing(summary)}${after}`)}`
  }

  return {
    phrasing,
    facts,
    large,
    chunks: (tree) =>
      tree.children.flatMap((node): readonly Chunk[] => {
        line = undefined
        const source = one(node)
        const from = node.position?.start.line
        return source === '' ? [] : [{ source, ...(from === undefined ? {} : { line: from }) }]
      }),
  }
}

function textLength(facts: readonly Fact[], phrasing: Translator['phrasing']): number {
  return facts.reduce((sum, [term, content]) => sum + term.length + phrasing([content]).length, 0)
}

/** A number with its unit and the mark of its origin, raised. */
function valueSource({ text, mark, state }: Value): string {
  if (state === 'missing') return `#missing[${markup(text)}];`
  return `${markup(text)}${mark === undefined ? '' : `\u202f#origin[${markup(mark)}];`}`
}

/** Long code may end a line behind its punctuation. */
function codeText(value: string): string {
  const text = value.replace(/\r?\n|\r/g, ' ')
  const pieces = text.length < 16 ? [text] : piecesOf(text, 32)
  return pieces.length === 1 ? `#raw(${string(text)});` : `#pieces(${pieces.map(string).join(', ')});`
}

function extensionOf(mime: string): string {
  const type = /^image\/([a-z]+)/.exec(mime)?.[1] ?? ''
  return type === 'jpeg' ? 'jpg' : type
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80).trimEnd()}…` : text
}

/** Nothing for one that cannot be written, which is told where it stands. */
function formulaIn({ mathml, text }: Formula): readonly Measured[] {
  try {
    return [{ text, source: `$${mathematics(mathml)}$` }]
  } catch (error) {
    if (error instanceof FormulaError) return []
    throw error
  }
}

/** A table of Markdown, as those of results are measured. */
function plainContent(rows: Table['children'], columns: number): TableContent {
  const texts = rows.map(({ children }) =>
    Array.from({ length: columns }, (_, index) => (children[index] ? linesOf(children[index]) : '')),
  )
  const [head = [], ...others] = texts
  return {
    type: 'table',
    head: [head.map((text) => ({ text }))],
    groups: [{ rows: others.map((row) => row.map((text) => ({ type: 'text', text }))) }],
  }
}

/** What the template's `code` is called with: `none` is the end of a line. */
function codeParts(code: Listing['code']): readonly string[] {
  return piecesOfCode(withoutTabs(code)).map((part) => {
    if (part === 'end') return 'none'
    if (part === 'soft') return 'soft'
    return part.kind === undefined ? string(part.text) : `("${part.kind}", ${string(part.text)})`
  })
}
