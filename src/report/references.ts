/** Citations as numbers in the text, and the reference list. */

import type { PhrasingContent } from 'mdast'
import { parseBibliography } from '../bibliography/bibliography.ts'
import type { CalendarDate, WrittenDate } from '../bibliography/date.ts'
import type { People, Work } from '../bibliography/work.ts'
import { type Citation, citedKeys } from '../document/citation.ts'
import type { Document } from '../document/document.ts'
import type { Messages } from '../locale/en.ts'
import { inlines, link } from '../text/markdown.ts'
import { markup, webAddress } from './markup.ts'
import type { CitationNode, Entry, Missing, Report } from './model.ts'
import { textOf } from './textof.ts'

/** By key, in order of numbers. */
export type Cited = ReadonlyMap<string, { readonly number: number; readonly work: Work }>

/**
 * Returns works by first citation, numbered from 1. Omits keys without an entry, or all of them if the
 * bibliography is unreadable: `check` reports that.
 * @param readText reads a file of the project; rejects if there is none
 */
export async function citedWorks(
  { frontMatter: { bibliography }, citations }: Pick<Document, 'frontMatter' | 'citations'>,
  readText: (path: string) => Promise<string>,
): Promise<Cited> {
  if (bibliography === undefined || citations.length === 0) return new Map()
  const keys = citedKeys({ citations })
  const { works } = await parseBibliography(await readText(bibliography.file).catch(() => ''), keys)
  const known = keys.flatMap((key) => {
    const work = works.get(key)
    return work ? [{ key, work }] : []
  })
  return new Map(known.map(({ key, work }, index) => [key, { number: index + 1, work }]))
}

/** `[1, p. 3; 2]`, each number a link. */
export function citationNode({ items }: Citation, cited: Cited, messages: Messages): CitationNode {
  const separator = items.some(({ locator }) => locator !== undefined) ? '; ' : ', '
  const parts = items.map(({ key, locator }, index) => [
    index === 0 ? '' : separator,
    numberOf(key, cited, messages),
    locator === undefined ? '' : `, ${locator}`,
  ])
  return { type: 'citation', children: inlines(['[', ...parts, ']']) }
}

function numberOf(key: string, cited: Cited, { references: own }: Messages): PhrasingContent {
  const work = cited.get(key)
  if (work !== undefined) return link(`#${idOf(key)}`, String(work.number))
  return { type: 'missing', text: own.noEntry(key) } satisfies Missing
}

/** No heading or block id has a colon. */
function idOf(key: string): string {
  return `cite:${key}`
}

export type Own = Messages['references']

/** Id of the reference list's section. */
export const referencesId = 'page:references'

/** Entry of the reference list in the table of contents. */
export function referencesEntry(cited: Cited, { references: own }: Messages): readonly Entry[] {
  return cited.size === 0 ? [] : [{ id: referencesId, text: own.title, depth: 2 }]
}

/** Returns the reference list. */
export function references(cited: Cited, { references: own }: Messages): Report['references'] {
  return [...cited].map(([key, { work }]) => ({ id: idOf(key), content: sentences(work, key, own) }))
}

/**
 * Formats `People. Title. In *Container*, vol. 1, no. 2, pp. 3–4. Publisher, year. Link.` Without a publisher
 * or the like, the year follows the pages. Missing fields are omitted; an empty entry shows its key.
 */
function sentences(work: Work, key: string, own: Own): Part {
  const said = details(work, own)
  const where = container(said)
  const imprint = listed(...imprintNames.map((name) => said.get(name) ?? []))
  const date = dateOf(work, own)
  const parts = [
    responsible(work, own),
    title(work),
    ...(imprint.length === 0 ? [listed(where, date)] : [where, listed(imprint, date)]),
    field(work, 'note'),
    field(work, 'addendum'),
    ...links(work, own),
  ].filter((part) => part.length > 0)
  if (parts.length === 0) return [key]
  return parts.flatMap((part, index) => {
    const text = part.map((one) => (typeof one === 'string' ? one : textOf(one))).join('')
    const isLast = index === parts.length - 1
    return [...part, /[.?!。？！]$/.test(text) ? '' : '.', isLast ? '' : ' ']
  })
}

export type Part = readonly (string | PhrasingContent)[]

export function field({ fields }: Work, ...names: readonly string[]): Part {
  return markup(names.flatMap((name) => fields.get(name) ?? [])[0] ?? '')
}

/** The field in words of the report's language. */
function fieldAs({ fields }: Work, name: string, text: (value: string) => string): Part {
  const value = fields.get(name)
  return value === undefined ? [] : markup(text(value))
}

/** Returns the name of one of BibLaTeX's keys; other texts as they are. */
function nameIn(names: Readonly<Record<string, string>>, key: string): string {
  return (Object.hasOwn(names, key) && names[key]) || key
}

/** Joins a title and a subtitle: `Title: Subtitle`. */
export function titled(work: Work, name: string, sub: string): Part {
  const [main, second] = [field(work, name), field(work, sub)]
  return main.length === 0 || second.length === 0 ? main : [...main, ': ', ...second]
}

function responsible({ authors, editors }: Work, own: Own): Part {
  return authors.names.length > 0 ? namesOf(authors, own) : editedBy(editors, own)
}

export function editedBy(editors: People, own: Own): Part {
  if (editors.names.length === 0) return []
  return [...namesOf(editors, own), own.editors(editors.names.length + (editors.isOpen ? 1 : 0))]
}

function namesOf({ names, isOpen }: People, own: Own): Part {
  const before = (index: number) => (index === names.length - 1 && !isOpen ? own.and : ', ')
  const shown = names.flatMap((name, index) => [index === 0 ? '' : before(index), ...markup(name)])
  return isOpen ? [...shown, own.others] : shown
}

function title(work: Work): Part {
  const text = titled(work, 'title', 'subtitle')
  if (text.length === 0) return []
  return work.fields.has('journaltitle') || work.fields.has('booktitle') ? text : [workTitle(text)]
}

function workTitle(text: Part): PhrasingContent {
  return { type: 'workTitle', children: inlines(text) }
}

/** What the list says of a work between its title and its date, in order, by BibLaTeX's names of fields. */
export function details(work: Work, own: Own): ReadonlyMap<string, Part> {
  const journal = field(work, 'journaltitle')
  const book = journal.length > 0 ? [] : titled(work, 'booktitle', 'booksubtitle')
  return new Map<string, Part>([
    ['journaltitle', journal.length === 0 ? [] : [workTitle(journal)]],
    ['booktitle', book.length === 0 ? [] : [own.inside, workTitle(book)]],
    ['series', field(work, 'series')],
    ['editor', book.length > 0 && work.authors.names.length > 0 ? editedBy(work.editors, own) : []],
    ['volume', numbered('vol.', field(work, 'volume'))],
    ['number', numbered('no.', isReport(work) ? [] : field(work, 'number', 'issue'))],
    ['chapter', numbered('ch.', field(work, 'chapter'))],
    ['pages', pages(work)],
    ['eid', field(work, 'eid')],
    ['edition', fieldAs(work, 'edition', own.edition)],
    ['version', fieldAs(work, 'version', own.version)],
    ['type', genre(work, own)],
    ...['publisher', 'institution', 'organization', 'howpublished', 'location'].map(
      (name) => [name, field(work, name)] as const,
    ),
  ])
}

const containerNames = 'editor volume number chapter pages eid'.split(' ')

const imprintNames = 'edition version type publisher institution organization howpublished location'.split(
  ' ',
)

function container(said: ReadonlyMap<string, Part>): Part {
  const of = (name: string) => said.get(name) ?? []
  const [name, series] = [[...of('journaltitle'), ...of('booktitle')], of('series')]
  return listed(
    name.length === 0 || series.length === 0 ? [...name, ...series] : [...name, ' (', ...series, ')'],
    ...containerNames.map(of),
  )
}

/** Reports and the like have their number behind their genre. */
export function isReport({ type }: Work): boolean {
  return type === 'report' || type === 'thesis' || type === 'patent'
}

function numbered(what: string, value: Part): Part {
  return value.length === 0 ? [] : [`${what}\u00a0`, ...value]
}

function pages({ fields }: Work): Part {
  const written = fields.get('pages')?.replace(/\s*(?:-+|[–—])\s*/g, '–')
  if (written === undefined) return []
  return numbered(/[–,]|\bff?\b/.test(written) ? 'pp.' : 'p.', markup(written))
}

/** `PhD thesis`, `Technical report 5`. */
function genre(work: Work, own: Own): Part {
  const named = kind(work, own)
  const number = isReport(work) ? field(work, 'number') : []
  return named.length > 0 && number.length > 0 ? [...named, ' ', ...number] : [...named, ...number]
}

/** `PhD thesis`, `Technical report`. */
export function kind(work: Work, own: Own): Part {
  return fieldAs(work, 'type', (type) => nameIn(own.genres, type))
}

function dateOf(work: Work, own: Own): Part {
  return listed(state(work, own), work.date === undefined ? [] : markup(dateText(work.date, own)))
}

/** `in press`. */
export function state(work: Work, own: Own): Part {
  return fieldAs(work, 'pubstate', (name) => nameIn(own.states, name))
}

/**
 * Formats `2003`, `2003-10`, `2020-09-29`; spans as `2020/2021`, open ones as `2020/`; other texts as
 * written.
 */
export function dateText(date: WrittenDate, own: Own): string {
  switch (date.type) {
    case 'text':
      return date.text.replace(/(?<=\d)--?(?=\d{4})/, '–')
    case 'date':
      return calendarText(date.date, own)
    case 'span':
      return date.ends.map((end) => (end === undefined ? '' : calendarText(end, own))).join('/')
  }
}

function calendarText({ year, month, day, isApproximate, isUncertain }: CalendarDate, own: Own): string {
  const digits = (part: number) => String(part).padStart(2, '0')
  const season = month !== undefined && month > 12 ? own.seasons[month - 21] : undefined
  const shown = String(year > 0 ? year : 1 - year)
  const written =
    season !== undefined
      ? own.season(season, shown)
      : [shown, ...[month, day].filter((part) => part !== undefined).map(digits)].join('-')
  const text = year > 0 ? written : own.beforeChrist(written)
  return `${isApproximate ? own.about(text) : text}${isUncertain ? '?' : ''}`
}

/** Returns links: the number in an archive, then the DOI or else the address. */
export function links(work: Work, own: Own): readonly Part[] {
  const { fields, accessed } = work
  const [doi, url] = [fields.get('doi'), fields.get('url')]
  if (doi !== undefined) return [eprint(work), doiLink(doi)]
  if (url === undefined) return [eprint(work)]
  const date = accessed === undefined ? '' : ` (${own.accessed(dateText(accessed, own))})`
  return [eprint(work), [linked(webAddress(url), url), date]]
}

/** Returns the text, linked if there is an address. */
function linked(href: string | undefined, text: string): PhrasingContent | string {
  return href === undefined ? text : link(href, text)
}

function doiLink(written: string): Part {
  const address = /^(?:https?:\/\/)?(?:dx\.|www\.)?doi\.org\/(.*)$/i.exec(written)?.[1]
  const name = address === undefined ? written.replace(/^doi:\s*/i, '') : decoded(address)
  // DOIs start with 10. and a number.
  const isDoi = /^10\.\d{4,9}(?:\.\d+)*\/\S+$/.test(name)
  const path = name.split('/').map(escaped).join('/')
  return [linked(isDoi ? `https://doi.org/${path}` : undefined, `doi:${name}`)]
}

/** Escapes a path for a URL, but keeps `:`, `;`, `(` and the like, which are usual in DOIs. */
function escaped(part: string): string {
  return encodeURI(part.toWellFormed()).replace(/[#?]/g, (one) => encodeURIComponent(one))
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address)
  } catch {
    return address
  }
}

/** Archives' base addresses, by BibLaTeX's `eprinttype`. */
const archives: ReadonlyMap<string, readonly [name: string, address: string]> = new Map([
  ['arxiv', ['arXiv', 'https://arxiv.org/abs/']],
  ['jstor', ['JSTOR', 'https://www.jstor.org/stable/']],
  ['pubmed', ['PubMed', 'https://pubmed.ncbi.nlm.nih.gov/']],
  ['hdl', ['hdl', 'https://hdl.handle.net/']],
])

/** `arXiv:2101.00001 [cs.DC]`. */
function eprint({ fields }: Work): Part {
  const written = fields.get('eprint')
  if (written === undefined) return []
  const [, said, number = ''] = /^(?:(arXiv):\s*)?(.*)$/i.exec(written) ?? []
  const type = fields.get('eprinttype') ?? said ?? (/^\d{4}\.\d{4,5}(?:v\d+)?$/.test(number) ? 'arXiv' : '')
  const [name, address] = archives.get(type.toLowerCase()) ?? [type]
  const classes = fields.get('eprintclass')
  const text = `${name === '' ? '' : `${name}:`}${number}${classes === undefined ? '' : ` [${classes}]`}`
  const path = number.split('/').map(escaped).join('/')
  return [linked(address === undefined ? undefined : webAddress(address + path), text)]
}

/** Joins non-empty parts with commas. */
function listed(...parts: readonly Part[]): Part {
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : [', ', ...part]))
}
