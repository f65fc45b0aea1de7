/** YAML 1.2 -> plain data, with the place of every key and value. Anything unusual becomes a message. */

import type { VFile } from 'vfile'
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLError,
} from 'yaml'
import type { Parameter, Parameters } from '../results/parameters.ts'
import { remembered } from '../text/memory.ts'
import type { Place } from './block.ts'
import { type Locate, offsetAt, placeAt, sourceText } from './place.ts'
import { fail, warn } from './problem.ts'

export type KeyPath = readonly PropertyKey[]

/** Places of a key and its value, for messages. */
export interface Entry {
  /** Of the key; for a list item, of its value. */
  readonly key: Place
  readonly value: Place
  /** The scalar's source: `4.10` is the number 4.1. */
  readonly written?: string | undefined
}

/** A mapping as an author wrote it. Places are those of a path, or of its nearest ancestor. */
export interface Mapping {
  readonly file: VFile
  /** False if parts could not be read; `data` has the rest, which can still be checked. */
  readonly valid: boolean
  readonly data: Parameters
  readonly keyPlace: (path: KeyPath) => Place
  readonly valuePlace: (path: KeyPath) => Place
  /** The scalar's source text. */
  readonly written: (path: KeyPath) => string | undefined
  /** Report an error at a key, or at a value. */
  readonly keyError: (ruleId: string, path: KeyPath, reason: string) => void
  readonly valueError: (ruleId: string, path: KeyPath, reason: string) => void
}

/** @param entries by path, as JSON; `fence` is the place of anything else */
export function mappingOf(
  parts: Pick<Mapping, 'file' | 'valid' | 'data'>,
  entries: ReadonlyMap<string, Entry>,
  fence: Place,
): Mapping {
  const nearest = (path: KeyPath): Entry => {
    if (path.length === 0) return { key: fence, value: fence }
    return entries.get(JSON.stringify(path)) ?? nearest(path.slice(0, -1))
  }
  const keyPlace = (path: KeyPath) => nearest(path).key
  const valuePlace = (path: KeyPath) => nearest(path).value
  return {
    ...parts,
    keyPlace,
    valuePlace,
    written: (path) => entries.get(JSON.stringify(path))?.written,
    keyError: (ruleId, path, reason) => fail(parts.file, ruleId, keyPlace(path), reason),
    valueError: (ruleId, path, reason) => fail(parts.file, ruleId, valuePlace(path), reason),
  }
}

/** Nesting limit, well within the stack. */
const deepest = 32
/** Limits the growth that aliases allow from a few lines. */
const mostValues = 20_000

/**
 * Reads one mapping.
 * @param what name in messages: 'experiment', 'front matter'
 * @param fence start of the whole block
 * @returns undefined if nothing can be read; the file then has an error
 */
export function readMapping(
  text: string,
  locate: Locate,
  { file, what, fence }: { file: VFile; what: string; fence: Place },
): Mapping | undefined {
  const entries = new Map<string, Entry>()
  let valid = true
  const report = (ruleId: string, place: Place, reason: string) => {
    valid = false
    fail(file, ruleId, place, reason)
  }

  const document = parse(text)
  if (document === undefined) {
    report('yaml-syntax', fence, `${what} is nested too deeply`)
    return undefined
  }
  for (const error of document.errors) report(...explain(error, locate))
  for (const warning of document.warnings) warn(file, 'yaml-syntax', locate(warning.pos[0]), warning.message)
  if (document.errors.length > 0) return undefined

  const place = (node: Node) => locate(node.range?.[0] ?? 0)
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    report('yaml-empty', fence, `${what} is empty: write its keys, one a line (key: value)`)
    return undefined
  }
  if (!isMap<Node, Node | null>(contents)) {
    const found = isSeq(contents) ? 'a list' : 'a single value'
    report('yaml-mapping', place(contents), `${what} is ${found}: write keys, one a line (key: value)`)
    return undefined
  }

  let count = 0
  const open = new Set<Node>()
  const plain = (node: Node | null, path: KeyPath, key: Place): Parameter => {
    count += 1
    const value = node === null ? key : place(node)
    const written = isScalar(node) ? (node.source ?? String(node.value)) : undefined
    entries.set(JSON.stringify(path), { key, value, written })
    if (count === mostValues) report('yaml-syntax', value, `${what} has more than ${mostValues} values`)
    if (path.length === deepest)
      report('yaml-syntax', value, `${what} is nested more than ${deepest} levels deep`)
    if (node === null || count >= mostValues || path.length >= deepest) return null
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (target !== undefined && !open.has(target)) return plain(target, path, key)
      const reason = target ? 'contains itself' : 'names no anchor above it'
      report('yaml-alias', value, `*${node.source} ${reason}`)
      return null
    }
    if (isScalar(node)) return scalar(node, written ?? '', value)
    open.add(node)
    const data = isMap<Node, Node | null>(node)
      ? mapping(node.items, path)
      : isSeq<Node>(node)
        ? node.items.map((item, index) => plain(item, [...path, index], place(item)))
        : null
    open.delete(node)
    return data
  }

  const mapping = (pairs: readonly Pair<Node, Node | null>[], path: KeyPath): Parameters => {
    const data: Record<string, Parameter> = {}
    for (const { key, value } of pairs) {
      const at = key === null ? fence : place(key)
      // Use the source, not the value: `null` and `4.10` are valid names.
      const name = isScalar(key) ? (key.source ?? String(key.value)) || undefined : undefined
      if (name === undefined || name === '__proto__') {
        const reason = name === undefined ? 'use a word' : 'every object of JavaScript has this name'
        report('yaml-key', at, `${name ?? 'a list, a mapping or nothing'} cannot be a key: ${reason}`)
        continue
      }
      if (Object.hasOwn(data, name)) report('yaml-duplicate-key', at, `key given twice: ${name}`)
      data[name] = plain(value, [...path, name], at)
    }
    return data
  }

  const scalar = ({ value, type }: Scalar, written: string, at: Place): Parameter => {
    if (typeof value === 'number' || typeof value === 'bigint') {
      const number = Number(value)
      if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number)))
        report('yaml-number', at, `${written} is no exact number: quote it, or give one within ±2^53`)
      return number
    }
    if (typeof value === 'boolean' || value === null) return value
    // YAML 1.1 reads these as booleans, YAML 1.2 as strings (Norway's country code became false).
    if (type === 'PLAIN' && /^(?:yes|no|on|off)$/i.test(written) && what !== 'front matter') {
      const truth = /^(?:yes|on)$/i.test(written)
      const reason = `${written} is a word here, not ${truth}: write ${truth}, or quote it ('${written}')`
      warn(file, 'yaml-word', at, reason)
    }
    return String(value)
  }

  const data = mapping(contents.items, [])
  return mappingOf({ file, valid, data }, entries, fence)
}

/** Locates characters of a value, even over several lines. After an escape (\u0041), all map to its start. */
export function locateInValue(source: Mapping, path: KeyPath): Locate {
  const start = source.valuePlace(path)
  const value = valueAt(source.data, path)
  const text = typeof value === 'string' ? value : source.written(path)
  const whole = sourceText(source.file)
  const from = offsetAt(whole, start)
  const offsets = text === undefined ? [] : alignment(text, whole.text.slice(from))
  return (offset) => {
    const at = offsets[Math.min(offset, offsets.length - 1)]
    return at === undefined ? start : placeAt(whole, from + at)
  }
}

/** Returns the part of the data at a path; a list in an attribute is comma-separated words. */
export function valueAt(data: unknown, path: KeyPath): unknown {
  return path.reduce((value, key) => {
    if (typeof value === 'string' && typeof key === 'number') return value.split(',')[key]
    return (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  }, data)
}

/**
 * Offset in the source for each character of a value, since YAML strips quotes, indentation and line ends.
 * Empty if they cannot be aligned.
 */
function alignment(value: string, written: string): readonly number[] {
  const block = /^[|>][^\r\n]*(?:\r\n|\n|\r)/.exec(written)?.[0]
  let at = block?.length ?? /^['"]?/.exec(written)?.[0].length ?? 0
  const offsets: number[] = []
  for (const character of value.split('')) {
    const isBlank = /\s/.test(character)
    // Skip blanks, block markers, and a backslash or quote before a character.
    while (!isBlank && written[at] !== character && /[\s>\\'"]/.test(written[at] ?? '')) at += 1
    if (!isBlank && written[at] !== character) return []
    offsets.push(at)
    if (!isBlank) at += 1
    else if (/\s/.test(written[at] ?? '')) at += written.startsWith('\r\n', at) ? 2 : 1
  }
  return [...offsets, at]
}

const parse = remembered((text) => {
  try {
    // Keys are compared below: here, each would be with all others.
    return parseDocument(text, { prettyErrors: false, version: '1.2', uniqueKeys: false })
  } catch (error) {
    if (error instanceof RangeError) return undefined // The parser recurses into [[[[...
    throw error
  }
})

function explain(error: YAMLError, locate: Locate): [string, Place, string] {
  const place = locate(error.pos[0])
  if (error.code === 'TAB_AS_INDENT') return ['yaml-tab', place, 'a tab cannot indent YAML: use spaces']
  if (error.code === 'MULTIPLE_DOCS')
    return ['yaml-syntax', place, '--- starts a second document: a block holds one']
  return ['yaml-syntax', place, `not YAML: ${error.message.replace(/\s+/g, ' ')}`]
}
