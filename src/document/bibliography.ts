/** The bibliography of a document: a BibTeX or BibLaTeX file, and what the citations make of it. */

import type { CSL } from '@citation-js/core'
import type { Document } from './document.ts'
import { fail, warn } from './problem.ts'
import { hint } from './spelling.ts'

/** A work in the terms of CSL-JSON (https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html). */
export type Entry = CSL

export interface Bibliography {
  /** By key; of two entries with one key the first. */
  readonly entries: ReadonlyMap<string, Entry>
  readonly problems: readonly BibliographyProblem[]
}

export interface BibliographyProblem {
  /** 1-based, in the bibliography's own text. */
  readonly line: number
  readonly column: number
  readonly reason: string
}

/** BibLaTeX has BibTeX's types and fields, too. The rest are the parser's defaults, but for its notes of how it parsed. */
const options = {
  forceType: '@biblatex/text',
  target: '@csl/list+object',
  generateGraph: false,
  maxChainLength: 10,
  strict: true,
}

/** Reads BibTeX. What is wrong with it becomes problems; of a text that cannot be parsed there are no entries. */
export async function parseBibliography(text: string): Promise<Bibliography> {
  // The parser takes longer to load than all else of a check, and most documents are checked without it.
  const citation = await import('@citation-js/core')
  await import('@citation-js/plugin-bibtex')
  // It would also print what it throws. (Its types take the logger for a type.)
  ;(citation as unknown as { logger: { level: string } }).logger.level = 'silent'
  const entries = new Map<string, Entry>()
  try {
    for (const entry of citation.plugins.input.chain(text, options)) {
      const key = String(entry.id)
      if (!entries.has(key)) entries.set(key, entry)
    }
  } catch (error) {
    return { entries, problems: [syntaxProblem(error)] }
  }
  return { entries, problems: repeatedKeys(text, entries) }
}

/** `expected "comma", got "label" at line 1 col 12: (an excerpt)`. */
function syntaxProblem(error: unknown): BibliographyProblem {
  const found = error instanceof Error && /^(.*) at line (\d+) col (\d+):/.exec(error.message)
  if (!found) throw error
  const [, reason = '', line, column] = found
  return { line: Number(line), column: Number(column), reason }
}

/** The parser tells no places of entries. */
function repeatedKeys(text: string, entries: ReadonlyMap<string, Entry>): readonly BibliographyProblem[] {
  const lines = new Map<string, number>()
  const problems: BibliographyProblem[] = []
  for (const [index, written] of text.split(/\r\n|\n|\r/).entries()) {
    const start = /^\s*@\s*\w+\s*[{(]\s*([^,\s]+)\s*,/.exec(written)
    const key = start?.[1] ?? ''
    if (start === null || !entries.has(key)) continue
    const first = lines.get(key)
    if (first === undefined) lines.set(key, index + 1)
    else {
      const reason = `the key ${key} is taken at line ${first}`
      problems.push({ line: index + 1, column: start[0].indexOf(key) + 1, reason })
    }
  }
  return problems
}

/**
 * Adds what is wrong with the citations to the messages of the document's file: no bibliography, mistakes in it, keys that it does not
 * have, entries that nothing cites.
 * @param bibliography undefined where there is no such file, or nothing to look up
 */
export function checkCitations(
  { frontMatter, citations, file }: Document,
  bibliography: Bibliography | undefined,
): void {
  const named = frontMatter.bibliography
  const items = citations.flatMap((citation) => citation.items)
  const [first] = items
  if (named === undefined) {
    if (first === undefined) return
    const reason = `@${first.key} is cited without a bibliography: name a BibTeX file in the front matter (bibliography: paper/references.bib), or write \\@${first.key}`
    fail(file, 'no-bibliography', first.place, reason)
    return
  }
  if (first === undefined) {
    warn(file, 'uncited-entry', named.place, `nothing in the text cites ${named.file}: write [@key]`)
    return
  }
  if (bibliography === undefined) return
  for (const { line, column, reason } of bibliography.problems) {
    fail(file, 'bibliography', named.place, `${named.file}:${line}:${column}: ${reason}`)
  }
  const keys = [...bibliography.entries.keys()]
  // Where the file cannot be read, every key would be unknown.
  if (keys.length === 0 && bibliography.problems.length > 0) return
  for (const { key, place } of items) {
    if (!bibliography.entries.has(key))
      fail(file, 'unknown-entry', place, `unknown entry of ${named.file}: @${key}${hint(key, keys)}`)
  }
  const uncited = keys.filter((key) => !items.some((item) => item.key === key)).sort()
  if (uncited.length > 0)
    warn(file, 'uncited-entry', named.place, `nothing cites ${uncited.join(', ')} of ${named.file}`)
}
