/**
 * Includes: a block `yaml include` stands for the text of another file of the project, as if that were
 * written in its place. Texts are put together before they are parsed; `settlePlaces` then moves messages to
 * the files and lines that they are about.
 */

import type { Code } from 'mdast'
import { VFile } from 'vfile'
import type { Place } from './block.ts'
import { limits, LimitError } from './limits.ts'
import { parseFile } from './markdown.ts'
import { fenceText, locateInFence, type SourceText, sliceOf, sourceText, startOf } from './place.ts'
import { fail } from './problem.ts'
import { includeSchema } from './schema.ts'
import { validate } from './validation.ts'
import { readMapping } from './yaml.ts'

/** Reads a file of the project. */
export interface IncludeReader {
  /** Reason why a document may not name this file; undefined if it may, or if there is no such file. */
  readonly problem: (path: string) => string | undefined
  readonly read: (path: string) => Uint8Array | undefined
}

/** Lines of a text that was put together, from `start` on. */
interface Part {
  /** 1-based line of the whole text. */
  readonly start: number
  readonly path: string
  /** 1-based line of that file. */
  readonly line: number
}

interface Includes {
  readonly parts: readonly Part[]
  /** Line of a fence that was not replaced -> why. */
  readonly mistakes: ReadonlyMap<number, string>
  /** Files whose text could not stand here, such as one that ends in an open block. */
  readonly refused: readonly string[]
}

declare module 'vfile' {
  interface DataMap {
    includes: Includes
  }
}

const mostFiles = 200

/** Replaces the includes in a file's text, and in theirs. Mistakes are reported when the file is parsed. */
export function expandIncludes(file: VFile, files: IncludeReader): void {
  if (!hasInclude(String(file))) return
  const parts: Part[] = []
  const mistakes = new Map<number, string>()
  const refused: string[] = []
  const lines: string[] = []
  let count = 0
  let characters = 0
  const add = (path: string, text: string, open: readonly string[]) => {
    const source = sourceText(new VFile({ path, value: text }))
    const fences = new Map(fencesIn(source.text).map((node) => [startOf(node).line, node] as const))
    parts.push({ start: lines.length + 1, path, line: 1 })
    for (let line = 1; line <= source.lines.length; line += 1) {
      const node = fences.get(line)
      const named = node && fileNamed(node, source)
      if (node === undefined || named === undefined) {
        lines.push(source.lines[line - 1] ?? '')
        continue
      }
      const found = readable(named, [...open, path])
      if (typeof found === 'object') {
        add(named, found.text, [...open, path])
        line = node.position?.end.line ?? line
        parts.push({ start: lines.length + 1, path, line: line + 1 })
      } else {
        mistakes.set(lines.length + 1, found)
        lines.push(source.lines[line - 1] ?? '')
      }
    }
  }
  const readable = (path: string, open: readonly string[]): string | { readonly text: string } => {
    count += 1
    if (count > mostFiles) return `the document includes more than ${mostFiles} files`
    if (open.includes(path))
      return `${path} includes itself: ${[...open.slice(open.indexOf(path)), path].join(' -> ')}`
    const problem = files.problem(path)
    if (problem !== undefined) return problem
    const bytes = files.read(path)
    if (bytes === undefined) return `no file ${path}`
    characters += bytes.length
    if (characters > 4 * limits.characters) return `with ${path} the document is too long: split it`
    let text: string
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      return `${path} is not UTF-8`
    }
    const refusal = problemOfText(path, text)
    if (refusal !== undefined) refused.push(path)
    return refusal ?? { text }
  }
  add(file.path ?? '', String(file), [])
  file.value = lines.join('\n')
  file.data.includes = { parts, mistakes, refused }
}

/** Reason why a text would change what follows it, or be read otherwise than its author meant. */
function problemOfText(path: string, text: string): string | undefined {
  if (/^\uFEFF?---[^\S\r\n]*\r?\n/.test(text))
    return `${path} starts with front matter: an included file has none; only the document's counts`
  const source = sourceText(new VFile({ value: text }))
  const last = lastOf(source.text)
  const slice = last ? sliceOf(source, last).trimEnd() : ''
  if (last?.type === 'code' && /^(?:`{3,}|~{3,})/.test(slice) && !/[\r\n][ >]*(?:`{3,}|~{3,})$/.test(slice))
    return `${path} ends in a block that is never closed`
  if (last?.type === 'math' && !/\$\$[^\r\n]*$/.test(slice.slice(2)))
    return `${path} ends in a formula that is never closed`
  if (last?.type === 'html' && /<!--(?!.*-->)/s.test(slice))
    return `${path} ends in a comment that is never closed`
  return undefined
}

function lastOf(text: string) {
  try {
    return parseFile(text, { count: 0 }).children.at(-1)
  } catch (error) {
    if (error instanceof LimitError) return undefined // Reported for the whole.
    throw error
  }
}

function hasInclude(text: string): boolean {
  return /^(?:`{3,}|~{3,})[ \t]*yaml[ \t]+include\b/m.test(text)
}

/** Fences that stand by themselves. */
function fencesIn(text: string): readonly Code[] {
  if (!hasInclude(text)) return []
  try {
    return parseFile(text, { count: 0 }).children.flatMap((node) =>
      node.type === 'code' && isInclude(node) ? [node] : [],
    )
  } catch (error) {
    if (error instanceof LimitError) return []
    throw error
  }
}

export function isInclude(node: Code): boolean {
  return node.lang === 'yaml' && /^include\b/.test(node.meta?.trim() ?? '')
}

/** The file that an include names; undefined if the block has errors. */
function fileNamed(node: Code, source: SourceText, file = new VFile()): string | undefined {
  const fence = startOf(node)
  const mapping = readMapping(fenceText(node), locateInFence(source, node), {
    file,
    what: 'the block yaml include',
    fence,
  })
  return mapping && validate('include', () => includeSchema, mapping)?.file
}

/** Whether a fence is an include, which at this point is a mistake: says which. */
export function includeAt(node: Code, source: SourceText, file: VFile): boolean {
  if (!isInclude(node)) return false
  const place = startOf(node)
  if (fileNamed(node, source, file) === undefined) return true
  const reason =
    file.data.includes?.mistakes.get(place.line) ?? 'an include stands by itself, not in a list or a quote'
  fail(file, 'include', place, reason)
  return true
}

/** Files that a document includes, in the order of the text. */
export function includedFiles({ data, path }: VFile): readonly string[] {
  return [...new Set(data.includes?.parts.map((part) => part.path) ?? [])].filter((one) => one !== path)
}

/**
 * Those, and files that would be included but for their text, which may be one that somebody is just writing.
 */
export function namedFiles(file: VFile): readonly string[] {
  return [...includedFiles(file), ...(file.data.includes?.refused ?? [])]
}

/** Returns where a place of the whole text was written. */
export function writtenAt(
  { data, path = '' }: VFile,
  { line, column }: Place,
): Place & { readonly path: string } {
  const part = data.includes?.parts.findLast(({ start }) => start <= line)
  return part === undefined
    ? { path, line, column }
    : { path: part.path, line: part.line + line - part.start, column }
}

/**
 * Returns the 1-based line of the whole text that a line of a file is, first where it is included twice;
 * undefined if it is none.
 */
export function wholeLine({ data, path: own }: VFile, path: string, line: number): number | undefined {
  const parts = data.includes?.parts
  if (parts === undefined) return path === own ? line : undefined
  for (const [index, part] of parts.entries()) {
    const count = (parts[index + 1]?.start ?? Infinity) - part.start
    if (part.path === path && line >= part.line && line < part.line + count)
      return part.start + line - part.line
  }
  return undefined
}

/**
 * Moves the messages of a file, from the index `first` on, to the files and lines that they are about. Call
 * once for each message, after all checks.
 */
export function settlePlaces(file: VFile, first = 0): void {
  if (file.data.includes === undefined) return
  for (const message of file.messages.slice(first)) {
    if (message.line == null) continue
    const { path, line, column } = writtenAt(file, { line: message.line, column: message.column ?? 1 })
    Object.assign(message, {
      file: path,
      line,
      column,
      place: { line, column },
      name: `${path}:${line}:${column}`,
    })
  }
}
