/**
 * Limits of a document. Parts of the Markdown parser take quadratic time, and later stages recurse into
 * nested nodes, so documents beyond any realistic size are refused first, with a number and a place.
 */

import type { Construct, Event, Extension, TokenizeContext } from 'micromark-util-types'

export const limits = {
  /** Characters of a document: longer than any thesis. */
  characters: 1_000_000,
  /** Blank ones, too: each is as much work as a hundred characters of prose. */
  lines: 40_000,
  /** Nesting of lists, quotes and emphasis. */
  depth: 100,
  /** Total of lists, quotes, footnotes and underlined headings. */
  containers: 1500,
  /**
   * Of lazy continuation lines (CommonMark 0.31, 5.1): lines of a paragraph in a list or quote without its
   * indentation or signs. The parser looks at all that precede each of them, so this is their sum: 5000 in
   * one paragraph.
   */
  lazy: 12_500_000,
  /** Brackets, asterisks and the like in a paragraph, heading or cell, and characters up to the last one. */
  signs: 5000,
  signsWithin: 200_000,
  /**
   * Of a document, with those of addresses and escapes: twice as dense as in any text, in the longest that
   * there may be.
   */
  allSigns: 60_000,
  /** Of Unicode's signs that turn the direction of a text (UAX #9): a browser lays out each part alone. */
  turns: 20_000,
  /** Of all tables: rows times columns, as short rows are filled up. */
  tableCells: 40_000,
  /** Per cell. Each boot is a process, usually on a board. */
  boots: 1000,
  /** Per boot. Just below the limit of timers: 2^31 milliseconds. */
  deadlineSeconds: 2_000_000,
  /** Per boot. */
  warmup: 10_000,
} as const

/** Thrown for a document beyond a limit; `offset` counts characters from its start. */
export class LimitError extends Error {
  override readonly name = 'LimitError'
  readonly offset: number

  constructor(offset: number, message: string) {
    super(message)
    this.offset = offset
  }
}

/** Throws a LimitError for Markdown that is too large or too deeply nested to parse. */
export function checkLimits(text: string): void {
  if (text.length > limits.characters) {
    const most = limits.characters.toLocaleString('en')
    const reason =
      `the document has ${text.length.toLocaleString('en')} characters, ` + `more than ${most}: split it`
    throw new LimitError(limits.characters, reason)
  }
  checkLines(text)
  checkSigns(text)
  checkTurns(text)
  checkNesting(text)
  checkBrackets(text)
  checkTables(text)
}

/** What becomes something else than text, one at a time. */
const allSigns = /https?:|www\.|[!$*<[\]_`~&\\]|@/g

function checkSigns(text: string): void {
  let count = 0
  for (const { 0: sign, index } of text.matchAll(allSigns)) {
    // Addresses take the most time of all.
    count += sign === '@' || sign.length > 1 ? 2 : 1
    if (count > limits.allSigns) {
      const reason = `more than ${limits.allSigns} signs of Markdown such as * [ < and @: split the document`
      throw new LimitError(index, reason)
    }
  }
}

function checkTurns(text: string): void {
  let count = 0
  for (const { index } of text.matchAll(/[\u202a-\u202e\u2066-\u2069]/g)) {
    count += 1
    if (count <= limits.turns) continue
    const most = limits.turns.toLocaleString('en')
    throw new LimitError(index, `more than ${most} signs turn the direction of the text: leave them out`)
  }
}

function checkLines(text: string): void {
  let count = 1
  for (const { index } of text.matchAll(/\r\n|\n|\r/g)) {
    count += 1
    if (count > limits.lines)
      throw new LimitError(index, `more than ${limits.lines} lines: split the document`)
  }
}

const lines = /[^\r\n]*(?:\r\n|\n|\r|$)/g
const marker = /[ \t]*(>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])|\[\^[^\]]+\]:)/y
const underline = /^[ \t]{0,3}(?:=+|-+)\s*$/
const rule = /^[ \t]*([-*_])(?:[ \t]*\1){2,}\s*$/

/**
 * Counts markers at the start of each line and the first marker's indentation: nesting a list takes at least
 * two columns.
 */
function checkNesting(text: string): void {
  let containers = 0
  let before = 'blank'
  let inList = false
  /** Columns before the text of the paragraph's container. */
  let content = 0
  let lazy = 0
  let work = 0
  for (const { 0: line, index: start } of text.matchAll(lines)) {
    const found = rule.test(line) ? [] : markersOf(line)
    const [first] = found
    const deepest = found.length + Math.floor((first?.columns ?? 0) / 2)
    if (first && deepest > limits.depth) {
      const at = found[Math.min(limits.depth, found.length - 1)] ?? first
      throw new LimitError(start + at.index, `lists or quotes are nested more than ${limits.depth} deep`)
    }
    const kind = line.trim() === '' ? 'blank' : (first?.kind ?? 'text')
    const isNew =
      (kind === 'quote' && before !== 'quote') ||
      (kind === 'list' && !inList) ||
      kind === 'other' ||
      (kind === 'text' && before === 'text' && underline.test(line))
    if (isNew) containers += 1
    if (containers > limits.containers) {
      const reason =
        `more than ${limits.containers} lists, quotes, ` +
        'footnotes and underlined headings: split the document'
      throw new LimitError(start, reason)
    }
    const indent = (/^[ \t]*/.exec(line)?.[0] ?? '').replaceAll('\t', '    ').length
    if (first) content = found.some(({ kind }) => kind === 'quote') ? Infinity : contentOf(line, found)
    else if (before === 'blank') content = indent
    lazy = kind === 'text' && before !== 'blank' && indent < content ? lazy + 1 : 0
    work += lazy
    if (work > limits.lazy) {
      const reason =
        'thousands of lines go on in a list or quote without its blanks or signs: ' +
        'begin them with these, or leave a blank line above'
      throw new LimitError(start, reason)
    }
    if (kind === 'list') inList = true
    else if (kind !== 'blank' && (kind !== 'text' || (before === 'blank' && !/^[ \t]/.test(line))))
      inList = false
    before = kind
  }
}

interface Marker {
  readonly kind: 'list' | 'quote' | 'other'
  readonly index: number
  /** Of blanks before the marker. */
  readonly columns: number
}

function markersOf(line: string): readonly Marker[] {
  const found: Marker[] = []
  marker.lastIndex = 0
  for (let match = marker.exec(line); match !== null; match = marker.exec(line)) {
    const [whole, sign = ''] = match
    const kind = sign === '>' ? 'quote' : sign.startsWith('[') ? 'other' : 'list'
    found.push({ kind, index: match.index + whole.length - sign.length, columns: whole.length - sign.length })
    if (found.length > 2 * limits.depth) break
  }
  return found
}

/** Columns up to the text behind the markers of a line. */
function contentOf(line: string, found: readonly Marker[]): number {
  const { index } = found.at(-1) as Marker
  const [behind = ''] = /^\S+[ \t]{0,4}/.exec(line.slice(index)) ?? []
  return index + behind.length
}

const delimiterRow = /^[-:|>\s]+$/

/** Counts the cells of tables: a row has as many as the line of dashes below the head. */
function checkTables(text: string): void {
  let cells = 0
  let columns = 0
  for (const { 0: line, index: start } of text.matchAll(lines)) {
    if (line.trim() === '') columns = 0
    else if (line.includes('|') && line.includes('-') && delimiterRow.test(line))
      columns = line.split('|').length
    cells += columns
    if (cells > limits.tableCells)
      throw new LimitError(start, `tables with more than ${limits.tableCells} cells: show less of the data`)
  }
}

/** Checks the nesting of matched brackets. */
function checkBrackets(text: string): void {
  /** Depth inside each open bracket. */
  let open: number[] = []
  for (const { 0: sign, index } of text.matchAll(/[[\]]|\n[ \t]*\r?\n/g)) {
    if (sign === '[') open.push(0)
    else if (sign === ']') {
      const depth = (open.pop() ?? -1) + 1
      if (depth > limits.depth)
        throw new LimitError(index, `brackets are nested more than ${limits.depth} deep`)
      const around = open.length - 1
      if (around >= 0) open[around] = Math.max(open[around] as number, depth)
    } else open = []
  }
}

/** Wraps an extension to refuse deeply nested emphasis once its marks are known, before they are matched. */
export function limited(extension: Extension): Extension {
  const guard = (construct: Construct): Construct => {
    const { resolveAll } = construct
    if (resolveAll === undefined) return construct
    return {
      ...construct,
      resolveAll: (events, context) => {
        checkEmphasis(events)
        return resolveAll(events, context)
      },
    }
  }
  const constructs = [...new Set(Object.values(extension.text ?? {}).flatMap((one) => one ?? []))]
  const guarded = new Map(constructs.map((one) => [one, guard(one)]))
  const text = Object.entries(extension.text ?? {}).map(([code, one]) => [
    code,
    [one ?? []].flat().map((construct) => guarded.get(construct) ?? construct),
  ])
  return { ...extension, text: Object.fromEntries(text), insideSpan: { null: [...guarded.values()] } }
}

const marks: ReadonlySet<string> = new Set(['attentionSequence', 'strikethroughSequenceTemporary'])

function checkEmphasis(events: readonly Event[]): void {
  let open: { readonly sign: string; depth: number }[] = []
  for (const [kind, token, context] of events) {
    if (kind !== 'enter' || !marks.has(token.type)) continue
    const sign = context.sliceSerialize(token).charAt(0)
    const match = token._close === true ? open.findLastIndex((one) => one.sign === sign) : -1
    if (match >= 0) {
      const depth = 1 + open.slice(match).reduce((most, one) => Math.max(most, one.depth), 0)
      if (depth > limits.depth)
        throw new LimitError(token.start.offset, `emphasis is nested more than ${limits.depth} deep`)
      open = open.slice(0, match)
      const around = open.at(-1)
      if (around) around.depth = Math.max(around.depth, depth)
    } else if (token._open === true) open.push({ sign, depth: 0 })
  }
}

/** Characters for which the parser searches the rest of the paragraph for a match. */
const signs = '!$*<[]_`~'

/** Refuses a paragraph with too many signs: each may be compared with all others. */
export function signLimit(): Extension {
  const seen = new WeakMap<TokenizeContext, { count: number; readonly start: number }>()
  const counterOf = (sign: string): Construct => ({
    name: 'signLimit',
    // As in code spans and formulas: without it, a run of their signs could start in the middle.
    previous: (code) => !'`$'.includes(sign) || code !== sign.charCodeAt(0),
    tokenize(_effects, _ok, nok) {
      return (code) => {
        const { offset } = this.now()
        const known = seen.get(this) ?? { count: 0, start: offset }
        seen.set(this, known)
        known.count += 1
        if (known.count > limits.signs) {
          const reason =
            `a paragraph with more than ${limits.signs} of the signs ` + `${[...signs].join(' ')}: split it`
          throw new LimitError(offset, reason)
        }
        if (offset - known.start > limits.signsWithin) {
          const reason = `a paragraph with more than ${limits.signsWithin} characters: split it`
          throw new LimitError(offset, reason)
        }
        return nok(code)
      }
    },
  })
  return { text: Object.fromEntries([...signs].map((sign) => [sign.charCodeAt(0), counterOf(sign)])) }
}
