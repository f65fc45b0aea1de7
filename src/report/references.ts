/** Citations as numbers in the text, and the list of works that they lead to at its end. */

import type { Element, ElementContent } from 'hast'
import { type Entry, parseBibliography } from '../document/bibliography.ts'
import type { Citation } from '../document/citation.ts'
import type { Document } from '../document/document.ts'
import { type Child, element, textOf } from './element.ts'
import type { Words } from './words/en.ts'

/** By key, in the order of the numbers. */
export type Cited = ReadonlyMap<string, { readonly number: number; readonly entry: Entry }>

/**
 * Works in the order in which the text first cites them, from 1. Keys without an entry are left out, all of them where the bibliography
 * cannot be read: `check` has told the author.
 * @param readText text of a file of the project; rejects if there is none
 */
export async function citedWorks(
  { frontMatter: { bibliography }, citations }: Pick<Document, 'frontMatter' | 'citations'>,
  readText: (path: string) => Promise<string>,
): Promise<Cited> {
  if (bibliography === undefined || citations.length === 0) return new Map()
  const { entries } = await parseBibliography(await readText(bibliography.file).catch(() => ''))
  const keys = new Set(citations.flatMap(({ items }) => items.map(({ key }) => key)))
  const known = [...keys].flatMap((key) => {
    const entry = entries.get(key)
    return entry ? [{ key, entry }] : []
  })
  return new Map(known.map(({ key, entry }, index) => [key, { number: index + 1, entry }]))
}

/** `[1, p. 3; 2]`, each number a link. */
export function citationElement({ items }: Citation, cited: Cited, words: Words): Element {
  const separator = items.some(({ locator }) => locator !== undefined) ? '; ' : ', '
  return element(
    'span',
    { className: ['citation'] },
    '[',
    ...items.map(({ key, locator }, index) => [
      index === 0 ? '' : separator,
      numberElement(key, cited, words),
      locator === undefined ? '' : `, ${locator}`,
    ]),
    ']',
  )
}

function numberElement(key: string, cited: Cited, { references: own }: Words): Element {
  const work = cited.get(key)
  return work === undefined
    ? element('span', { className: ['missing'] }, own.noEntry(key))
    : element('a', { href: `#${idOf(key)}` }, String(work.number))
}

/** Neither headings nor blocks can have an id with a colon. */
function idOf(key: string): string {
  return `cite:${key}`
}

type Own = Words['references']

/** The section of references; undefined if nothing is cited. */
export function referencesElement(cited: Cited, { references: own }: Words): Element | undefined {
  if (cited.size === 0) return undefined
  return element(
    'section',
    { className: ['references'], ariaLabelledBy: 'references' },
    element('h2', { id: 'references' }, own.title),
    element(
      'ol',
      {},
      ...[...cited].map(([key, { entry }]) => element('li', { id: idOf(key) }, sentences(entry, key, own))),
    ),
  )
}

/**
 * People. Title. In *Container*, vol. 1, no. 2, pp. 3–4. Publisher, year. Link. Without a publisher or the like the year follows the pages.
 * What the entry does not have is left out; one that has nothing is its key.
 */
function sentences(entry: Entry, key: string, own: Own): readonly Child[] {
  const where = container(entry, own)
  const imprint = listed(edition(entry, own), genre(entry, own), publisher(entry))
  const date = dateOf(entry)
  const parts = [
    people(entry, own),
    title(entry),
    ...(imprint.length === 0 ? [listed(where, date)] : [where, listed(imprint, date)]),
    plain(entry.note),
    link(entry, own),
  ].filter((part) => part.length > 0)
  if (parts.length === 0) return [key]
  return parts.flatMap((part, index) => {
    const text = part.map((one) => (typeof one === 'string' ? one : textOf(one))).join('')
    const isLast = index === parts.length - 1
    return [...part, /[.?!。？！]$/.test(text) ? '' : '.', isLast ? '' : ' ']
  })
}

type Part = readonly (string | ElementContent)[]

function people({ author = [], editor = [] }: Entry, own: Own): Part {
  if (author.length > 0) return [namesOf(author, own)]
  return editor.length > 0 ? [namesOf(editor, own), own.editors(editor.length)] : []
}

type Name = NonNullable<Entry['author']>[number]

function namesOf(names: readonly Name[], own: Own): string {
  // `and others` at the end of a list is a person to the parser.
  const isOpen = names.length > 1 && names.at(-1)?.family === 'others' && names.at(-1)?.given === undefined
  const written = (isOpen ? names.slice(0, -1) : names).map(nameOf)
  if (isOpen) return `${written.join(', ')}${own.others}`
  const last = written.at(-1) ?? ''
  return written.length < 2 ? last : `${written.slice(0, -1).join(', ')}${own.and}${last}`
}

function nameOf(name: Name): string {
  const { given, family, suffix } = name
  const particles = [name['dropping-particle'], name['non-dropping-particle']]
  if (family === undefined) return plainText(name.literal ?? given ?? '')
  // Names in Chinese characters and kana have the family first.
  const isEastAsian = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(family)
  const order = isEastAsian ? [family, given] : [given, ...particles, family, suffix]
  return plainText(order.filter((part) => part !== undefined).join(' '))
}

function title(entry: Entry): Part {
  const text = plainText(entry.title ?? '')
  if (text === '') return []
  return [entry['container-title'] === undefined ? element('cite', {}, text) : text]
}

function container(entry: Entry, own: Own): Part {
  const name = plainText(entry['container-title'] ?? '')
  const series = plain(entry['collection-title']).map((text) => (name === '' ? text : ` (${text})`))
  const isPart = entry.type === 'paper-conference' || entry.type === 'chapter'
  const where = name === '' ? [] : [isPart ? own.inside : '', element('cite', {}, name)]
  return listed(
    [...where, ...series],
    numbered('vol.', entry.volume),
    numbered('no.', entry.issue),
    pages(entry.page),
  )
}

function numbered(what: string, value: string | number | undefined): Part {
  return value === undefined ? [] : [`${what}\u00a0${plainText(String(value))}`]
}

function pages(page: string | number | undefined): Part {
  if (page === undefined) return []
  const written = String(page).replace(/-+/g, '–')
  return numbered(/[–,]/.test(written) ? 'pp.' : 'p.', written)
}

function edition({ edition: value }: Entry, own: Own): Part {
  return value === undefined ? [] : [own.edition(plainText(String(value)))]
}

/** `PhD thesis`, `Technical report 5`. */
function genre({ genre: kind, number }: Entry, own: Own): Part {
  const genres: Readonly<Record<string, string>> = own.genres
  const parts = [kind && (genres[kind] ?? kind), number].filter((part) => part !== undefined)
  return parts.length === 0 ? [] : [plainText(parts.join(' '))]
}

function publisher(entry: Entry): Part {
  return listed(plain(entry.publisher), plain(entry['publisher-place']))
}

function dateOf({ issued }: Entry): Part {
  const date = writtenDate(issued)
  return date === undefined ? [] : [date]
}

/** `2003`, `2003-10`, `2020-09-29`; of a span `2020/2021`; what is no date as it is written. */
function writtenDate(date: Entry['issued']): string | undefined {
  const spans = (date?.['date-parts'] ?? []).map((parts) =>
    parts.map((part) => String(part).padStart(2, '0')).join('-'),
  )
  return spans.length > 0 ? spans.join('/') : (date?.literal ?? date?.raw)
}

function link({ DOI: doi, URL: url, accessed }: Entry, own: Own): Part {
  if (doi !== undefined) {
    const name = doi.replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/i, '')
    return [element('a', { href: `https://doi.org/${encodeURI(name)}` }, `doi:${name}`)]
  }
  const date = writtenDate(accessed)
  if (url === undefined) return []
  const shown = /^https?:/i.test(url) ? element('a', { href: url }, url) : url
  return [shown, date === undefined ? '' : ` (${own.accessed(date)})`]
}

/** Parts with commas between those that there are. */
function listed(...parts: readonly Part[]): Part {
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : [', ', ...part]))
}

function plain(text: string | undefined): Part {
  const written = plainText(text ?? '')
  return written === '' ? [] : [written]
}

/** The parser leaves italics and the like as HTML tags, and TeX's blank after a stop (`Proc.\\ 19th`) as it is. */
function plainText(text: string): string {
  return text
    .replace(/<\/?(?:i|b|su[bp]|span)(?:\s[^>]*)?>/g, '')
    .replace(/\\ /g, ' ')
    .trim()
}
