/**
 * What is known of a place in a document: its value now, where it is defined, what a problem is about. Pure.
 */

import type { Nodes } from 'mdast'
import { decoded, linkedIds } from '../check/links.ts'
import { sourcesIn, type Place } from '../document/block.ts'
import { wholePathIn } from '../document/datablock.ts'
import type { Document, InlineValue } from '../document/document.ts'
import { writtenAt } from '../document/include.ts'
import { headingsOf } from '../document/sections.ts'
import { messagesFor } from '../locale/languages.ts'
import { statusesOf } from '../project/build.ts'
import type { LiveProblem, Look } from '../project/live.ts'
import { partError } from '../query/error.ts'
import { type ParsedExpression, parseExpression, references } from '../query/expression.ts'
import { cellsRead } from '../query/query.ts'
import { statistics } from '../query/statistics.ts'
import { ExpressionError } from '../query/syntax.ts'
import { displayNames } from '../report/context.ts'
import { labels } from '../report/floats.ts'
import { textOf } from '../report/textof.ts'
import { type EvaluatedValue, inlineValue } from '../report/value.ts'
import { runName } from '../results/run.ts'
import { madeFolder, recordedFolder } from '../results/store.ts'
import { type Cursor, cursorAt, placeOf, type Position, scopeAt } from './context.ts'
import { keysAt, keyText } from './keys.ts'
import type { Works } from './works.ts'

export interface Range {
  readonly start: Position
  readonly end: Position
}

/** A place in a file of the project. */
export interface Target {
  readonly path: string
  readonly range: Range
}

/** From the place of a problem to the end of the word that is there. */
export function rangeOf({ line, column }: Place, text: string): Range {
  const own = text.split(/\r\n|\n|\r/)[line - 1] ?? ''
  const start = Math.min(column - 1, own.length)
  const [word = ''] = /^(?:`[^`]*`?|[^\s`,;:|()[\]{}]+|.)/su.exec(own.slice(start)) ?? []
  return {
    start: { line: line - 1, character: start },
    end: { line: line - 1, character: start + Math.max(word.length, own.length > start ? 1 : 0) },
  }
}

/** Problems of one file. */
export function problemsIn(path: string, { problems }: Look): readonly LiveProblem[] {
  return problems.filter((one) => one.path === path)
}

export interface Hover {
  readonly markdown: string
}

/** Markdown about what is under the cursor; undefined if nothing is known. */
export function hoverAt(text: string, position: Position, look: Look, works: Works): Hover | undefined {
  const { document } = look.opened
  const value = valueAt(document, position)
  if (value !== undefined) return { markdown: valueText(value, look) }
  const cursor = cursorAt(text, position)
  const expression = expressionAt(text, cursor, document)
  if (expression !== undefined) return expressionHover(expression, look)
  const linked = linkAt(document, position)
  const word = linked ?? mentionAt(cursor)
  if (word !== undefined) {
    const label =
      labels(document, messagesFor(document.frontMatter.lang)).get(word) ??
      (linked === undefined ? undefined : nameLinked(linked, document))
    const block = document.blocks.find(({ id }) => id === word)
    if (label !== undefined) {
      const caption = block && 'caption' in block ? `: ${block.caption}` : ''
      return { markdown: `**${label}**${caption}` }
    }
    const title = works.get(word)?.title
    if (title !== undefined) return { markdown: `**${word}**: ${title}` }
  }
  return keyAt(text, cursor, look)
}

/** About the key under the cursor, or the statistic that it names. */
function keyAt(text: string, cursor: Cursor, { opened: { document } }: Look): Hover | undefined {
  const [start = ''] = /[\w.-]*$/.exec(cursor.before) ?? []
  const [rest = ''] = /^[\w.-]*/.exec(cursor.after) ?? []
  const word = start + rest
  const before = cursor.before.slice(0, cursor.before.length - start.length)
  const at = { ...cursor, before, character: before.length }
  const scope = scopeAt(document, text, at)
  if (scope === undefined || word === '') return undefined
  const isKey = (scope.form === 'attributes' ? /^=/ : /^\s*:(?:\s|$)/).test(cursor.after.slice(rest.length))
  if (isKey) {
    const key = keysAt(scope).find((one) => one.key === word)
    return key && { markdown: keyText(key) }
  }
  const place = placeOf(document, text, at)
  const means = place.type === 'value' && place.key === 'statistics' ? statistics.get(word)?.means : undefined
  return means === undefined ? undefined : { markdown: `**${word}**: ${means}` }
}

/** Statistics that stand for a series, whose path ends in its measure. */
const ofSeries = ['median', 'mean', 'min', 'max']

/** About a path of a claim: its number, or those of its series. */
function expressionHover({ source, parsed }: WrittenExpression, look: Look): Hover {
  const own = shownValue({ ...parsed, source }, look)
  if (own.error === undefined) return { markdown: valueMarkdown(own) }
  const all = ofSeries.flatMap((name) => {
    const made = parsedOr(`${source}.${name}`, look.opened.document)
    const shown = made && shownValue({ ...made, source }, look)
    return shown === undefined || shown.error !== undefined ? [] : [{ name, shown }]
  })
  const [first] = all
  if (first === undefined) return { markdown: valueMarkdown(own) }
  const text = all.map(({ name, shown }) => `${name} ${shown.value.text}`).join(' · ')
  return { markdown: valueMarkdown({ value: { ...first.shown.value, text } }) }
}

interface WrittenExpression {
  readonly source: string
  readonly parsed: ParsedExpression
}

/** The path under the cursor, in a key of a claim that takes an expression. */
function expressionAt(text: string, cursor: Cursor, document: Document): WrittenExpression | undefined {
  const [start = ''] =
    /(?:[\p{L}\p{N}_.*-]|\[(?:'[^']*'|"[^"]*")\]|\[['"][^'"\]]*$|\[$)*$/u.exec(cursor.before) ?? []
  const head = cursor.before.slice(0, cursor.before.length - start.length)
  const [source = ''] = /^(?:[\p{L}\p{N}_.*-]|\[(?:'[^']*'|"[^"]*")\])+/u.exec(start + cursor.after) ?? []
  const place = placeOf(document, text, { ...cursor, before: head, character: head.length })
  if (place.type !== 'expression' || !source.includes('.')) return undefined
  const parsed = parsedOr(source, document)
  return parsed && { source, parsed }
}

function parsedOr(source: string, { file }: Document): ParsedExpression | undefined {
  try {
    return parseExpression(source, wholePathIn(file))
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return undefined
  }
}

function valueText(value: InlineValue, look: Look): string {
  return valueMarkdown(shownValue(value, look))
}

function shownValue(value: Pick<InlineValue, 'ast' | 'filters' | 'source'>, look: Look): EvaluatedValue {
  const { document, published } = look.opened
  const { lang, texts } = document.frontMatter
  const experiments = sourcesIn(document.blocks)
  const runs = look.runs.shown.map(({ run }) => run)
  const context = {
    messages: messagesFor(lang),
    statuses: statusesOf(look.runs.shown),
    display: displayNames(texts),
  }
  return inlineValue(value, { experiments, runs, published }, context)
}

function valueMarkdown({ value: shown, error }: Pick<EvaluatedValue, 'value' | 'error'>): string {
  const origin = shown.origins.length === 0 ? '' : ` (${shown.origins.join(', ')})`
  return [
    `**${shown.text}**${origin}`,
    ...(error === undefined ? [] : [error]),
    ...shown.sources.map((one) => `- ${one}`),
  ].join('\n\n')
}

/** The inline value at a position. */
export function valueAt({ values }: Document, at: Position): InlineValue | undefined {
  return values.find(({ node }) => isAround(node, at))
}

/** Whether a node, which has a place, has the character behind a position. */
function isAround({ position }: Pick<Nodes, 'position'>, { line, character }: Position): boolean {
  if (position === undefined) return false
  const { start, end } = position
  const isAfter = line + 1 > start.line || (line + 1 === start.line && character + 1 >= start.column)
  const isBefore = line + 1 < end.line || (line + 1 === end.line && character + 1 < end.column)
  return isAfter && isBefore
}

/** The word after an @ around the cursor. */
function mentionAt({ before, after }: Cursor): string | undefined {
  const [, start] = /@([\p{L}\p{N}_:.+/-]*)$/u.exec(before + (after.startsWith('@') ? '@' : '')) ?? []
  if (start === undefined) return undefined
  const [rest = ''] = /^[\p{L}\p{N}_:.+/-]*/u.exec(after.replace(/^@/, '')) ?? []
  return (start + rest).replace(/[:.+/-]+$/, '')
}

/** The id that a link around a position leads to. */
function linkAt({ tree, abstract, captions }: Document, at: Position): string | undefined {
  const found = (node: Nodes): string | undefined => {
    if (node.position !== undefined && !isAround(node, at)) return undefined
    if (node.type === 'link') return node.url.startsWith('#') ? decoded(node.url.slice(1)) : undefined
    for (const child of 'children' in node ? node.children : []) {
      const id = found(child)
      if (id !== undefined) return id
    }
    return undefined
  }
  for (const root of [tree, ...(abstract ? [abstract] : []), ...captions.values()]) {
    const id = root.children.map(found).find((one) => one !== undefined)
    if (id !== undefined) return id
  }
  return undefined
}

/** What a link leads to that no reference does: a heading without an id, or a block. */
function nameLinked(id: string, document: Document): string | undefined {
  const heading = linkedIds(document).find((one) => one.id === id)?.node
  const type = document.fences.find((fence) => fence.id === id)?.type
  return heading === undefined ? type && `${id} (${type})` : textOf(heading).trim()
}

/**
 * Where an id is written; `isLink` also finds headings without one, and blocks that no reference leads to.
 */
function placeOfId(id: string, document: Document, isLink: boolean): Place | undefined {
  for (const fence of document.fences) {
    const isFloat = fence.type === 'table' || fence.type === 'figure'
    if (fence.id === id && (isFloat || isLink)) return fence.idPlace
    const parts = (fence.block?.type === 'figure' && fence.block.parts) || []
    const index = parts.findIndex((part) => part.id === id)
    if (index >= 0) return fence.source?.valuePlace(['parts', index, 'id'])
  }
  const heading = isLink ? linkedIds(document).find((one) => one.id === id)?.node : undefined
  return (document.targets.find((target) => target.id === id)?.node ?? heading)?.position?.start
}

/** Where what is under the cursor is defined: a block, a heading, a work, a script, a run. */
export function definitionsAt(text: string, position: Position, look: Look, works: Works): readonly Target[] {
  const { document } = look.opened
  const cursor = cursorAt(text, position)
  const at = (place: Place): Target => writtenRange(document, rangeOf(place, text))
  const value = valueAt(document, position) ?? expressionAt(text, cursor, document)?.parsed
  if (value !== undefined) return runsOf(value, look, at)
  const linked = linkAt(document, position)
  const word = linked ?? mentionAt(cursor)
  if (word !== undefined) {
    const place = placeOfId(word, document, linked !== undefined)
    return place ? [at(place)] : workAt(word, look, works)
  }
  const written = wordAt(cursor)
  // In a block, the id of any other, such as the figure that a claim is shown in.
  const isInBlock = scopeAt(document, text, cursor) !== undefined
  const source = document.fences.find(
    ({ id, type }) => id === written && (isInBlock || type === 'experiment' || type === 'data'),
  )
  if (source) return [at(source.idPlace)]
  return fileAt(cursor, look)
}

/** The file that is named under the cursor. */
export function fileAt(cursor: Cursor, { files }: Look): readonly Target[] {
  const path = wordAt(cursor)
  if (path === '' || files.problem(path) !== undefined || !files.exists(path)) return []
  return [{ path, range: top }]
}

/** Maps a range of the expanded text to the document or an included file, and the range there. */
function writtenRange({ file }: Document, { start, end }: Range): Target {
  const { path, line } = writtenAt(file, { line: start.line + 1, column: 1 })
  const moved = line - 1 - start.line
  return {
    path,
    range: { start: { ...start, line: start.line + moved }, end: { ...end, line: end.line + moved } },
  }
}

const top: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }

function runsOf(value: ParsedExpression, look: Look, at: (place: Place) => Target): readonly Target[] {
  const experiments = sourcesIn(look.opened.document.blocks)
  const paths = references(value.ast)
  const blocks = experiments.filter(({ id }) => paths.some(({ parts }) => parts[0] === id))
  const names = (() => {
    try {
      return cellsRead(paths, experiments).names
    } catch (error) {
      partError(error)
      return []
    }
  })()
  const runs = look.runs.shown.filter(({ run }) => names.includes(runName(run)))
  return [
    ...blocks.map(({ place }) => at(place)),
    ...runs
      .flatMap(({ run, from }) => {
        const folder = from === 'record' ? recordedFolder(run) : madeFolder(run, look.files)
        return folder === undefined ? [] : [`${folder}/run.json`]
      })
      .filter((path) => look.files.exists(path))
      .map((path) => ({ path, range: top })),
  ]
}

function workAt(key: string, { opened: { document } }: Look, works: Works): readonly Target[] {
  const path = document.frontMatter.bibliography?.file
  const place = works.get(key)?.place
  if (path === undefined || place === undefined) return []
  const start = { line: place.line - 1, character: place.column - 1 }
  return [{ path, range: { start, end: { ...start, character: start.character + key.length } } }]
}

function wordAt({ before, after }: Cursor): string {
  const [start = ''] = /[^\s'"`,[\]{}()]*$/.exec(before) ?? []
  const [rest = ''] = /^[^\s'"`,[\]{}()]*/.exec(after) ?? []
  return start + rest
}

export interface Symbol {
  readonly name: string
  readonly kind: 'section' | 'block'
  readonly detail: string
  readonly range: Range
  /** Of a section, from 1. */
  readonly depth: number
}

/** Headings and blocks of a file, in the order of the text. */
export function symbolsIn({ opened: { document } }: Look, path: string): readonly Symbol[] {
  const rangeAt = (position: { start: Place; end: Place } | undefined): Range => ({
    start: { line: (position?.start.line ?? 1) - 1, character: (position?.start.column ?? 1) - 1 },
    end: { line: (position?.end.line ?? 1) - 1, character: (position?.end.column ?? 1) - 1 },
  })
  const sections = headingsOf(document.tree).map((heading): Symbol => ({
    ...{ name: textOf(heading).trim() || '—', kind: 'section', detail: '', depth: heading.depth },
    range: rangeAt(heading.position),
  }))
  const blocks = document.fences.map(({ type, id, node }): Symbol => ({
    ...{ name: id ?? type, kind: 'block', detail: type, depth: 7 },
    range: rangeAt(node.position),
  }))
  return [...sections, ...blocks]
    .flatMap((symbol) => {
      const written = writtenRange(document, symbol.range)
      return written.path === path ? [{ ...symbol, range: written.range }] : []
    })
    .sort((a, b) => a.range.start.line - b.range.start.line)
}
