/** Highlights code by lowlight, with the grammars of the languages that a document uses and no others. */

import type { Nodes, Root } from 'hast'
import { within } from '../text/deadline.ts'
import { grammars, loadLowlight } from './grammars.mjs'
import type { Token, TokenKind } from './model.ts'

/** Returns the parts of a code, one of text alone if its language is unknown; or why it has no colours. */
export type Highlighter = (
  code: string,
  language: string,
) => readonly (string | Token)[] | { readonly reason: string }

const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'c++': 'cpp',
    console: 'shell',
    f90: 'fortran',
    h: 'c',
    hs: 'haskell',
    html: 'xml',
    jl: 'julia',
    js: 'javascript',
    jsonc: 'json',
    make: 'makefile',
    md: 'markdown',
    mjs: 'javascript',
    mts: 'typescript',
    patch: 'diff',
    py: 'python',
    rb: 'ruby',
    rs: 'rust',
    sh: 'bash',
    svg: 'xml',
    tex: 'latex',
    toml: 'ini',
    ts: 'typescript',
    yml: 'yaml',
    zsh: 'bash',
  }),
)

/** Longest code that is highlighted, in characters. */
const longest = 50_000
/**
 * For all code of a report. Grammars are patterns, some of which take the square or the cube of a text's
 * length; what is not written for that takes a hundredth of it.
 */
const mostMs = 3000

export async function loadHighlighter(languages: Iterable<string>, ms = mostMs): Promise<Highlighter> {
  const names = [...new Set([...languages].map(nameOf))].filter((name) => grammars.has(name)).sort()
  if (names.length === 0) return (code) => [code]
  const { createLowlight } = await loadLowlight()
  const loaded = await Promise.all(
    names.map(async (name) => {
      const grammar = await grammars.get(name)?.()
      return grammar ? [[name, grammar.default] as const] : []
    }),
  )
  const lowlight = createLowlight(Object.fromEntries(loaded.flat()))
  let leftMs = ms
  return (code, language) => {
    const name = nameOf(language)
    if (!lowlight.registered(name)) return [code]
    if (code.length > longest) return { reason: `it has more than ${longest} characters` }
    if (leftMs < 1) return { reason: 'those before it take too long' }
    const start = performance.now()
    const found = within(Math.ceil(leftMs), () => lowlight.highlight(name, code))
    leftMs -= performance.now() - start
    return found ? joined(tokens(found, undefined)) : { reason: 'finding them takes too long' }
  }
}

function nameOf(language: string): string {
  const name = language.toLowerCase()
  return aliases.get(name) ?? name
}

/** Kinds by the scopes of highlight.js; others are plain. */
const kinds: ReadonlyMap<string, TokenKind> = new Map(
  Object.entries({
    keyword: 'keyword',
    'selector-tag': 'keyword',
    tag: 'keyword',
    name: 'keyword',
    literal: 'number',
    number: 'number',
    symbol: 'number',
    string: 'string',
    regexp: 'string',
    char: 'string',
    code: 'string',
    comment: 'comment',
    quote: 'comment',
    doctag: 'comment',
    meta: 'comment',
    prompt: 'comment',
    title: 'name',
    section: 'name',
    attr: 'name',
    attribute: 'name',
    property: 'name',
    built_in: 'type',
    type: 'type',
    class: 'type',
    addition: 'added',
    deletion: 'removed',
  } satisfies Record<string, TokenKind>),
)

/** The innermost scope decides. */
function tokens(node: Root | Nodes, kind: TokenKind | undefined): readonly (string | Token)[] {
  if (node.type === 'text') return [kind === undefined ? node.value : { kind, text: node.value }]
  if (!('children' in node)) return []
  const classes = node.type === 'element' ? [node.properties.className].flat() : []
  const own = classes.flatMap((name) => kinds.get(String(name).replace(/^hljs-/, '')) ?? [])[0]
  return node.children.flatMap((child) => tokens(child, own ?? kind))
}

/** Joins neighbours of one kind. */
function joined(parts: readonly (string | Token)[]): readonly (string | Token)[] {
  const found: (string | Token)[] = []
  for (const part of parts) {
    const last = found.at(-1)
    if (typeof part === 'string' && typeof last === 'string') found[found.length - 1] = last + part
    else if (typeof part === 'object' && typeof last === 'object' && last.kind === part.kind)
      found[found.length - 1] = { kind: part.kind, text: last.text + part.text }
    else found.push(part)
  }
  return found
}
