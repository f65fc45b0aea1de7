/** Fenced blocks: selects those that the tool acts on, and parses their info strings. */

import type { Code } from 'mdast'
import type { VFile } from 'vfile'
import { languages } from '../languages/languages.ts'
import type { Parameter } from '../results/parameters.ts'
import { nearest } from '../text/spelling.ts'
import type { Block, Place } from './block.ts'
import { readClaim } from './claimblock.ts'
import { readDataBlock } from './datablock.ts'
import { readExperiment, readInlineExperiment } from './experiment.ts'
import { readFigure, readTable } from './float.ts'
import { isInclude } from './include.ts'
import { fenceText, locateInFence, type SourceText, sliceOf, startOf } from './place.ts'
import { fail, warn } from './problem.ts'
import { type Original, translateBlock } from './translation.ts'
import { type Entry, type Mapping, mappingOf, readMapping } from './yaml.ts'

/** A fence with a block's info string, even if invalid: its readable parts are still checked. */
export interface Fence {
  readonly node: Code
  readonly type: Block['type']
  /** Keys and values with their places. */
  readonly source?: Mapping
  readonly id?: string
  /** Of the id, or else of the fence. */
  readonly idPlace: Place
  /** Undefined when the block has errors. */
  readonly block?: Block
}

interface Kind {
  readonly type: Block['type']
  /** Whether keys are in the content or are attributes on the fence. */
  readonly keys: 'content' | 'attributes'
  readonly read: (source: Mapping, place: Place, code: string) => Block | undefined
}

/** By info string: language and kind. */
const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['yaml experiment', { type: 'experiment', keys: 'content', read: readExperiment }],
  ['ts experiment', { type: 'experiment', keys: 'attributes', read: readInlineExperiment }],
  ['yaml table', { type: 'table', keys: 'content', read: readTable }],
  ['yaml data', { type: 'data', keys: 'content', read: readDataBlock }],
  ['yaml claim', { type: 'claim', keys: 'content', read: readClaim }],
  ['yaml figure', { type: 'figure', keys: 'content', read: readFigure }],
  ...[...languages].flatMap(([language, { fences }]) =>
    fences.map((name): [string, Kind] => [
      `${name} experiment`,
      {
        type: 'experiment',
        keys: 'attributes',
        read: (source, place, code) => readInlineExperiment(source, place, code, language),
      },
    ]),
  ),
])

/** Info strings of all blocks: `yaml table`, `python experiment`. */
export function blockInfos(): readonly string[] {
  return [...kinds.keys(), 'yaml include']
}

export type BlockType = Block['type'] | 'include'

/** What block an info string marks; undefined for other code. */
export function blockType(node: Code): BlockType | undefined {
  return isInclude(node) ? 'include' : kinds.get(infoOf(node))?.type
}

/** Whether the info string marks a block. */
export function isBlock(node: Code): boolean {
  return kinds.has(infoOf(node))
}

function infoOf(node: Code): string {
  return [node.lang ?? '', node.meta?.trim().split(/\s+/)[0] ?? ''].join(' ').trim()
}

/**
 * Reads a block.
 * @param original of a translation, whose blocks only add text to the original's
 * @returns undefined for ordinary code (with a warning for a probable typo)
 */
export function readFence(node: Code, text: SourceText, file: VFile, original?: Original): Fence | undefined {
  const info = infoOf(node)
  const kind = kinds.get(info)
  const place = startOf(node)
  if (kind === undefined) {
    warnOfNearMiss(node, info, file)
    return undefined
  }
  const code = fenceText(node)
  if (!isClosed(node, text))
    fail(file, 'fence-unclosed', place, `the block ${info} is never closed: end it with a fence`)
  const source = (kind.keys === 'content' ? readContent : readAttributes)(node, text, file)
  if (original && kind.keys === 'attributes') {
    const reason = `the script comes from ${original.path}: write a block yaml experiment with its id`
    fail(file, 'translation-key', place, reason)
  }
  const read =
    source &&
    (original && kind.keys === 'content'
      ? translateBlock(kind.type, source, place, original)
      : kind.read(source, place, code))
  const block = source?.valid ? read : undefined
  // Guesses the id of a block with invalid YAML, so that references to it are not reported too.
  const id = source === undefined ? /^[ \t]*id:[ \t]*['"]?([\w-]+)/m.exec(code)?.[1] : source.data.id
  return {
    node,
    type: kind.type,
    ...(source && { source }),
    ...(typeof id === 'string' ? { id } : {}),
    idPlace: source?.valuePlace(['id']) ?? place,
    ...(block && { block }),
  }
}

function readContent(node: Code, text: SourceText, file: VFile): Mapping | undefined {
  const fence = startOf(node)
  const info = infoOf(node)
  const rest = node.meta?.trim().split(/\s+/).slice(1).join(' ')
  if (rest) warn(file, 'fence-attributes', fence, `${rest} is not read: a block ${info} has its keys inside`)
  return readMapping(fenceText(node), locateInFence(text, node), { file, what: `the block ${info}`, fence })
}

const numeric = ['trials', 'boots', 'seed', 'deadline', 'warmup']

/** Reads attributes after the kind: `experiment id=hello trials=20 note="two words"`. */
function readAttributes(node: Code, text: SourceText, file: VFile): Mapping {
  const fence = startOf(node)
  const meta = node.meta ?? ''
  const line = sliceOf(text, node).split(/[\r\n]/, 1)[0] ?? ''
  // If escapes make the source differ, fall back to the place of the fence.
  const metaStart = line.indexOf(meta)
  const place = (offset: number): Place =>
    metaStart < 0 ? fence : { line: fence.line, column: fence.column + metaStart + offset }

  const data: Record<string, Parameter> = {}
  const entries = new Map<string, Entry>()
  let valid = true
  for (const match of meta.matchAll(/[^\s="]+="[^"]*"|\S+/g)) {
    if (match.index === meta.search(/\S/)) continue // The kind.
    const [, name, quoted] = /^([^="]+)=(.*)$/.exec(match[0]) ?? []
    if (name === undefined || quoted === undefined || Object.hasOwn(data, name) || name === '__proto__') {
      const repeated = name !== undefined && Object.hasOwn(data, name)
      const reason = repeated ? `key given twice: ${name}` : `${match[0]} is no attribute: write key=value`
      fail(file, repeated ? 'repeated-name' : 'fence-attributes', place(match.index), reason)
      valid = false
      continue
    }
    const written = quoted.replace(/^"(.*)"$/, '$1')
    data[name] = numeric.includes(name) && /^[+-]?\d+(?:\.\d+)?$/.test(written) ? Number(written) : written
    const value = place(match.index + name.length + 1)
    entries.set(JSON.stringify([name]), { key: place(match.index), value, written })
  }
  return mappingOf({ file, valid, data }, entries, fence)
}

/** The parser extends an unclosed fence to the end of its container. */
function isClosed(node: Code, text: SourceText): boolean {
  const lines = sliceOf(text, node)
    .trimEnd()
    .split(/\r\n|\n|\r/)
  const opening = /^(`{3,}|~{3,})/.exec(lines[0] ?? '')?.[1]
  if (opening === undefined) return true
  return lines.length > 1 && isClosing(opening, lines.at(-1) ?? '')
}

/** Whether a line closes a fence that opened with these signs; it may stand in a quote. */
export function isClosing(opening: string, line: string): boolean {
  const own = line.replace(/^[\s>]*/, '')
  return own.startsWith(opening) && own.replaceAll(opening.charAt(0), '').trim() === ''
}

/** Languages an author might confuse with YAML or TypeScript. */
const relatives = ['javascript', 'js', 'json', 'mjs', 'mts', 'toml', 'ts', 'tsx', 'typescript', 'yaml', 'yml']

function isOwn(info: string): boolean {
  return /^(?:yaml|ts) /.test(info)
}

/** Warns of `yml table`, `yaml figrue`, `js experiment`: almost certainly typos. */
function warnOfNearMiss(node: Code, info: string, file: VFile): void {
  const [language = '', word = ''] = info.toLowerCase().split(' ')
  const isRelative = relatives.includes(language)
  // Short names of languages resemble too many others.
  const known = [...kinds.keys()].filter(
    (name) => isOwn(name) || (!isRelative && language.length > 3 && name.indexOf(' ') > 3),
  )
  const ofKind = isRelative ? [...kinds].filter(([name, { type }]) => type === word && isOwn(name)) : []
  const near = nearest(info, known, 2)
  const meant = near === undefined ? ofKind.map(([known]) => known) : [near]
  if (meant.length === 0) return
  const reason = `${info} is ordinary code (did you mean ${meant.join(' or ')}?)`
  warn(file, 'fence-near-miss', startOf(node), reason)
}
