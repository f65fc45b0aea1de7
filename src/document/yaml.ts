/** YAML 1.2 -> plain data, with the place of every key and value. Anything unusual becomes a message. */

import type { VFile } from 'vfile'
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLError } from 'yaml'
import type { Parameter, Parameters } from '../results/parameters.ts'
import type { Place } from './block.ts'
import { type Locate, placeAt, sourceText } from './place.ts'
import { fail, warn } from './problem.ts'

export type Path = readonly PropertyKey[]

interface Entry {
  /** Of the key; for a list item, of its value. */
  readonly key: Place
  readonly value: Place
  /** The scalar's source: `4.10` is the number 4.1. */
  readonly written?: string
}

/** A mapping as an author wrote it. */
export interface Mapping {
  /** False if parts could not be read; `data` has the rest, which can still be checked. */
  readonly valid: boolean
  readonly data: Parameters
  /** Place of the key at this path, or of its nearest ancestor. */
  readonly keyPlace: (path: Path) => Place
  /** Place of the value at this path, or of its nearest ancestor. */
  readonly valuePlace: (path: Path) => Place
  /** The scalar's source text. */
  readonly written: (path: Path) => string | undefined
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
  let broken = false
  const report = (ruleId: string, place: Place, reason: string) => {
    broken = true
    fail(file, ruleId, place, reason)
  }

  const document = parse(text)
  if (document === undefined) {
    report('yaml-syntax', fence, `${what} is nested too deeply`)
    return undefined
  }
  for (const error of document.errors) report(...explain(error, text, locate))
  for (const warning of document.warnings) warn(file, 'yaml-syntax', locate(warning.pos[0]), warning.message)
  if (document.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return undefined

  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    report('yaml-empty', fence, `${what} is empty: write its keys, one a line (key: value)`)
    return undefined
  }
  if (!isMap(contents)) {
    const found = isSeq(contents) ? 'a list' : 'a single value'
    report(
      'yaml-mapping',
      locate(contents.range?.[0] ?? 0),
      `${what} is ${found}: write keys, one a line (key: value)`,
    )
    return undefined
  }

  let count = 0
  const open = new Set<Node>()
  const place = (node: Node) => locate(node.range?.[0] ?? 0)

  const plain = (node: Node | null, path: Path, key: Place): Parameter => {
    count += 1
    if (node === null) {
      entries.set(JSON.stringify(path), { key, value: key })
      return null
    }
    const entry = { key, value: place(node) }
    entries.set(JSON.stringify(path), entry)
    if (count === mostValues) report('yaml-syntax', entry.value, `${what} has more than ${mostValues} values`)
    if (path.length === deepest)
      report('yaml-syntax', entry.value, `${what} is nested more than ${deepest} levels deep`)
    if (count >= mostValues || path.length >= deepest) return null
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (target !== undefined && !open.has(target)) return plain(target, path, key)
      report(
        'yaml-alias',
        entry.value,
        `*${node.source} ${target ? 'contains itself' : 'names no anchor above it'}`,
      )
      return null
    }
    open.add(node)
    const value = isMap<Node, Node | null>(node)
      ? mapping(node.items, path)
      : isSeq<Node>(node)
        ? node.items.map((item, index) => plain(item, [...path, index], place(item)))
        : scalar(node, path, entry)
    open.delete(node)
    return value
  }

  const mapping = (pairs: readonly Pair<Node, Node | null>[], path: Path): Parameters => {
    const data: Record<string, Parameter> = {}
    for (const { key, value } of pairs) {
      const at = key === null ? fence : place(key)
      // Use the source, not the value: `null` and `4.10` are valid names.
      const name = isScalar(key) ? (key.source ?? String(key.value)) || undefined : undefined
      if (name === undefined || name === '__proto__') {
        report('yaml-key', at, `${name ?? 'a list, a mapping or nothing'} cannot be a key: use a word`)
        continue
      }
      data[name] = plain(value, [...path, name], at)
    }
    return data
  }

  const scalar = (node: Node, path: Path, entry: Entry): Parameter => {
    if (!isScalar(node)) return null
    const { value, type, source } = node
    const written = source ?? String(value)
    entries.set(JSON.stringify(path), { ...entry, written })
    if (typeof value === 'number' || typeof value === 'bigint') {
      const number = Number(value)
      if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number))) {
        report(
          'yaml-number',
          entry.value,
          `${written} is no exact number: quote it, or give one within ±2^53`,
        )
      }
      return number
    }
    if (typeof value === 'boolean' || value === null) return value
    // YAML 1.1 reads these as booleans, YAML 1.2 as strings (Norway's country code became false).
    if (type === 'PLAIN' && /^(?:yes|no|on|off)$/i.test(written) && what !== 'front matter') {
      const truth = /^(?:yes|on)$/i.test(written)
      warn(
        file,
        'yaml-word',
        entry.value,
        `${written} is a word here, not ${truth}: write ${truth}, or quote it ('${written}')`,
      )
    }
    return String(value)
  }

  const data = mapping((contents as { items: Pair<Node, Node | null>[] }).items, [])
  const around = (path: Path): Entry => {
    for (let length = path.length; length > 0; length -= 1) {
      const entry = entries.get(JSON.stringify(path.slice(0, length)))
      if (entry !== undefined) return entry
    }
    return { key: fence, value: fence }
  }
  return {
    valid: !broken,
    data,
    keyPlace: (path) => around(path).key,
    valuePlace: (path) => around(path).value,
    written: (path) => entries.get(JSON.stringify(path))?.written,
  }
}

/** Locates characters of a value, even over several lines. After an escape (\u0041), all map to its start. */
export function locateInValue(source: Mapping, path: Path, file: VFile): Locate {
  const start = source.valuePlace(path)
  const value = valueAt(source.data, path)
  const text = typeof value === 'string' ? value : source.written(path)
  const whole = sourceText(file)
  const from = (whole.lineStarts[start.line - 1] ?? 0) + start.column - 1
  const offsets = text === undefined ? [] : alignment(text, whole.text.slice(from))
  return (offset) => {
    const at = offsets[Math.min(offset, offsets.length - 1)]
    return at === undefined ? start : placeAt(whole, from + at)
  }
}

function valueAt(data: Parameters, path: Path): Parameter | undefined {
  return path.reduce<Parameter | undefined>((value, key) => {
    if (Array.isArray(value)) return (value as readonly Parameter[])[Number(key)]
    return typeof value === 'object' && value !== null ? (value as Parameters)[String(key)] : undefined
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
    if (/\s/.test(character)) {
      offsets.push(at)
      if (/\s/.test(written[at] ?? '')) at += written.startsWith('\r\n', at) ? 2 : 1
      continue
    }
    // Skip blanks, block markers, and a backslash or quote before a character.
    while (written[at] !== character && /[\s>\\'"]/.test(written[at] ?? '')) at += 1
    if (written[at] !== character) return []
    offsets.push(at)
    at += 1
  }
  return [...offsets, at]
}

function parse(text: string) {
  try {
    return parseDocument(text, { prettyErrors: false, version: '1.2' })
  } catch (error) {
    if (error instanceof RangeError) return undefined // The parser recurses into [[[[...
    throw error
  }
}

function explain(error: YAMLError, text: string, locate: Locate): [string, Place, string] {
  const place = locate(error.pos[0])
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[^:\s]+/.exec(text.slice(error.pos[0]))?.[0] ?? ''
    return ['yaml-duplicate-key', place, `key given twice: ${key}`]
  }
  if (error.code === 'TAB_AS_INDENT') return ['yaml-tab', place, 'a tab cannot indent YAML: use spaces']
  if (error.code === 'MULTIPLE_DOCS')
    return ['yaml-syntax', place, '--- starts a second document: a block holds one']
  return ['yaml-syntax', place, `not YAML: ${error.message.replace(/\s+/g, ' ')}`]
}
