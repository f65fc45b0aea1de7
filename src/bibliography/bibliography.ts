/** The bibliography of a document: parses a BibTeX or BibLaTeX file, and checks citations against it. */

import { isCitable } from '../document/citation.ts'
import type { Document } from '../document/document.ts'
import { fail, warn } from '../document/problem.ts'
import { isRecalled, recall, remembered } from '../text/memory.ts'
import { hint, nearest } from '../text/spelling.ts'
import { type BibliographyProblem, type BibtexEntry, readBibtex } from './bibtex.ts'
import { readWorks, typeNames, type Work } from './work.ts'

export interface Bibliography {
  /** Of all entries, in file order, without duplicates. */
  readonly keys: readonly string[]
  /** Cited works, by key. */
  readonly works: ReadonlyMap<string, Work>
  /** In file order. */
  readonly problems: readonly BibliographyProblem[]
}

/**
 * Parses BibTeX; errors become problems. Only cited works are parsed fully: a file may have tens of thousands
 * of others.
 * @param cited keys
 */
export async function parseBibliography(text: string, cited: Iterable<string>): Promise<Bibliography> {
  const { keys, works, problems } = await kept(JSON.stringify([[...cited], text]))
  return {
    keys,
    works: new Map(works.map(([key, work]) => [key, { ...work, fields: new Map(work.fields) }])),
    problems,
  }
}

/** A bibliography as JSON. */
interface Kept extends Omit<Bibliography, 'works'> {
  readonly works: readonly (readonly [
    key: string,
    work: Omit<Work, 'fields'> & { readonly fields: readonly (readonly [string, string])[] },
  ])[]
}

const name = 'works'

const kept = remembered(async (asked): Promise<Kept> => {
  const made = isRecalled(name, asked) ? undefined : await readKept(asked)
  return recall(name, asked, () => made as Kept)
}, 5)

async function readKept(asked: string): Promise<Kept> {
  const [cited, text] = JSON.parse(asked) as [string[], string]
  const { entries, problems } = readBibtex(text.replace(/^\uFEFF/, ''))
  const byKey = new Map<string, BibtexEntry>()
  for (const entry of entries) if (!byKey.has(entry.key)) byKey.set(entry.key, entry)
  const { works, problems: others } = await readWorks(new Set(cited), byKey)
  return {
    keys: [...byKey.keys()],
    works: [...works].map(([key, work]) => [key, { ...work, fields: [...work.fields] }]),
    problems: [...problems, ...entries.flatMap((entry) => checkEntry(entry, byKey)), ...others].sort(
      (a, b) => a.line - b.line || a.column - b.column,
    ),
  }
}

function checkEntry(
  { type, place, key, keyPlace }: BibtexEntry,
  byKey: ReadonlyMap<string, BibtexEntry>,
): readonly BibliographyProblem[] {
  const found: BibliographyProblem[] = []
  if (!typeNames.includes(type)) {
    const near = nearest(type, typeNames)
    const reason =
      `unknown type of entry: @${type}${near ? ` (did you mean @${near}?)` : ''}; ` + 'it is treated as @misc'
    found.push({ type: 'warning', ...place, reason })
  }
  const first = byKey.get(key)
  if (first && first.keyPlace !== keyPlace) {
    const reason = `the key ${key} is already used at line ${first.keyPlace.line}`
    found.push({ type: 'error', ...keyPlace, reason })
  } else if (!isCitable(key)) {
    const reason = `no citation can name the key ${key}: use letters, digits and _ : . + / -`
    found.push({ type: 'warning', ...keyPlace, reason })
  }
  return found
}

/** Messages shown; a file that is not a bibliography would yield thousands. */
const mostProblems = 50
const mostUncited = 20

/**
 * Reports citation problems in the document's file: no bibliography, errors in it, unknown keys, uncited
 * entries.
 * @param bibliography undefined if the file is missing or nothing is cited
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
    const reason =
      `@${first.key} is cited without a bibliography: name a BibTeX file in the front matter ` +
      `(bibliography: paper/references.bib), or write \\@${first.key}`
    fail(file, 'no-bibliography', first.place, reason)
    return
  }
  if (first === undefined) {
    warn(file, 'uncited-entry', named.place, `nothing in the text cites ${named.file}: write [@key]`)
    return
  }
  if (bibliography === undefined) return
  const { keys, problems } = bibliography
  for (const { type, line, column, reason } of problems.slice(0, mostProblems)) {
    const tell = type === 'error' ? fail : warn
    tell(file, 'bibliography', named.place, `${named.file}:${line}:${column}: ${reason}`)
  }
  if (problems.length > mostProblems) {
    const tell = problems.slice(mostProblems).some(({ type }) => type === 'error') ? fail : warn
    tell(file, 'bibliography', named.place, `${named.file} has more than ${mostProblems} problems`)
  }
  // If the file cannot be read, every key would be unknown.
  if (keys.length === 0 && problems.length > 0) return
  const known = new Set(keys)
  for (const { key, place } of items) {
    if (!known.has(key))
      fail(file, 'unknown-entry', place, `unknown entry of ${named.file}: @${key}${hint(key, keys)}`)
  }
  const cited = new Set(items.map(({ key }) => key))
  const uncited = keys.filter((key) => !cited.has(key)).sort()
  if (uncited.length === 0) return
  const shown = uncited.slice(0, mostUncited).join(', ')
  const more = uncited.length > mostUncited ? ` and ${uncited.length - mostUncited} more` : ''
  warn(file, 'uncited-entry', named.place, `nothing cites ${shown}${more} of ${named.file}`)
}
