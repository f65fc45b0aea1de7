/** YAML 1.2 -> plain data, with the offset of every key and value: a function of a text alone. */

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
import { recalled } from '../text/memory.ts'
import { isTooDeep } from '../text/yaml.ts'

/** Path as JSON, offset of the key (in a list, of the value), offset of the value, source of a scalar. */
export type Value = readonly [path: string, key: number, value: number, written?: string]

export interface YamlProblem {
  readonly ruleId: string
  /** Undefined for the mapping as a whole. */
  readonly offset?: number
  readonly reason: string
  readonly isWarning?: true
}

/** What a text says; JSON. */
export interface ParsedYaml {
  /** Undefined if the text is no mapping. */
  readonly data?: Parameters
  readonly values: readonly Value[]
  readonly problems: readonly YamlProblem[]
}

/** Nesting limit, well within the stack. */
const deepest = 32
/** Limits the growth that aliases allow from a few lines. */
const mostValues = 20_000

/** In messages; YAML 1.1 is common in it. */
const frontMatter = 'front matter'

/** @param what name in messages: 'experiment', 'front matter'; in one line */
export function parseYaml(what: string, text: string): ParsedYaml {
  return parseKnown(`${what}\n${text}`)
}

const parseKnown = recalled('yaml', (known): ParsedYaml => {
  const end = known.indexOf('\n')
  return parse(known.slice(0, end), known.slice(end + 1))
})

function parse(what: string, text: string): ParsedYaml {
  const values: Value[] = []
  const problems: YamlProblem[] = []
  const report = (ruleId: string, offset: number | undefined, reason: string) => {
    problems.push({ ruleId, ...(offset === undefined ? {} : { offset }), reason })
  }
  const warn = (ruleId: string, offset: number, reason: string) => {
    problems.push({ ruleId, offset, reason, isWarning: true })
  }

  const document = documentOf(text)
  if (document === undefined) {
    report('yaml-syntax', undefined, `${what} is nested too deeply`)
    return { values, problems }
  }
  for (const error of document.errors) report(...explain(error))
  for (const { pos, message } of document.warnings) warn('yaml-syntax', pos[0], message)
  if (document.errors.length > 0) return { values, problems }

  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    report('yaml-empty', undefined, `${what} is empty: write its keys, one a line (key: value)`)
    return { values, problems }
  }
  if (!isMap<Node, Node | null>(contents)) {
    const found = isSeq(contents) ? 'a list' : 'a single value'
    report('yaml-mapping', startOf(contents), `${what} is ${found}: write keys, one a line (key: value)`)
    return { values, problems }
  }

  const open = new Set<Node>()
  const plain = (node: Node | null, path: readonly PropertyKey[], key: number): Parameter => {
    const value = node === null ? key : startOf(node)
    const written = isScalar(node) ? (node.source ?? String(node.value)) : undefined
    const name = JSON.stringify(path)
    values.push(written === undefined ? [name, key, value] : [name, key, value, written])
    if (values.length === mostValues)
      report('yaml-syntax', value, `${what} has more than ${mostValues} values`)
    if (path.length === deepest)
      report('yaml-syntax', value, `${what} is nested more than ${deepest} levels deep`)
    if (node === null || values.length >= mostValues || path.length >= deepest) return null
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
        ? node.items.map((item, index) => plain(item, [...path, index], startOf(item)))
        : null
    open.delete(node)
    return data
  }

  const mapping = (pairs: readonly Pair<Node, Node | null>[], path: readonly PropertyKey[]): Parameters => {
    const data: Record<string, Parameter> = {}
    for (const { key, value } of pairs) {
      // Use the source, not the value: `null` and `4.10` are valid names.
      const name = isScalar(key) ? (key.source ?? String(key.value)) || undefined : undefined
      if (key === null || name === undefined || name === '__proto__') {
        const reason = name === undefined ? 'use a word' : 'every object of JavaScript has this name'
        const at = key === null ? undefined : startOf(key)
        report('yaml-key', at, `${name ?? 'a list, a mapping or nothing'} cannot be a key: ${reason}`)
        continue
      }
      const at = startOf(key)
      if (Object.hasOwn(data, name)) report('yaml-duplicate-key', at, `key given twice: ${name}`)
      data[name] = plain(value, [...path, name], at)
    }
    return data
  }

  const scalar = ({ value, type }: Scalar, written: string, at: number): Parameter => {
    if (typeof value === 'number' || typeof value === 'bigint') {
      const number = Number(value)
      if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number)))
        report('yaml-number', at, `${written} is no exact number: quote it, or give one within ±2^53`)
      return finite(number)
    }
    if (typeof value === 'boolean' || value === null) return value
    // YAML 1.1 reads these as booleans, YAML 1.2 as strings (Norway's country code became false).
    if (type === 'PLAIN' && /^(?:yes|no|on|off)$/i.test(written) && what !== frontMatter) {
      const truth = /^(?:yes|on)$/i.test(written)
      warn(
        'yaml-word',
        at,
        `${written} is a word here, not ${truth}: write ${truth}, or quote it ('${written}')`,
      )
    }
    return String(value)
  }

  const data = mapping(contents.items, [])
  return { data, values, problems }
}

/** Of numbers that JSON does not have, one near them. */
function finite(number: number): number {
  return Number.isNaN(number) ? 0 : Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, number)) + 0
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}

function documentOf(text: string) {
  if (isTooDeep(text)) return undefined
  try {
    // Keys are compared above: here, each would be with all others.
    return parseDocument(text, { prettyErrors: false, version: '1.2', uniqueKeys: false })
  } catch (error) {
    if (error instanceof RangeError) return undefined // The parser recurses into [[[[...
    throw error
  }
}

function explain(error: YAMLError): [string, number, string] {
  const [offset] = error.pos
  if (error.code === 'TAB_AS_INDENT') return ['yaml-tab', offset, 'a tab cannot indent YAML: use spaces']
  if (error.code === 'MULTIPLE_DOCS')
    return ['yaml-syntax', offset, '--- starts a second document: a block holds one']
  return ['yaml-syntax', offset, `not YAML: ${error.message.replace(/\s+/g, ' ')}`]
}
