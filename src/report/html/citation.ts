/**
 * Metadata of a page for citation managers and search engines: the tags of Highwire Press, which Zotero, Mendeley and
 * Google Scholar read (https://scholar.google.com/intl/en/scholar/inclusion.html#indexing), and the license as a link
 * (https://html.spec.whatwg.org/multipage/links.html#link-type-license).
 */

import type { Element } from 'hast'
import { h } from 'hastscript'
import { licenseAddress, orcidAddress } from '../../document/identifier.ts'
import type { Report } from '../model.ts'

type Described = Pick<
  Report,
  'lang' | 'title' | 'subtitle' | 'authors' | 'date' | 'keywords' | 'license' | 'doi'
>

/** Returns elements for the head of a page, of what the front matter states. */
export function citationElements(report: Described): readonly Element[] {
  const { lang, title, subtitle, authors, date, keywords, license, doi } = report
  const published = date === undefined ? undefined : publicationDate(date)
  const address = license === undefined ? undefined : licenseAddress(license)
  return [
    meta('title', subtitle === undefined ? title : `${title}: ${subtitle}`),
    // What an author's tags say is of the author before them.
    ...authors.flatMap(({ name, affiliation, orcid }) => [
      meta('author', name),
      ...(affiliation === undefined ? [] : [meta('author_institution', affiliation)]),
      ...(orcid === undefined ? [] : [meta('author_orcid', orcidAddress(orcid))]),
    ]),
    ...(published === undefined ? [] : [meta('publication_date', published)]),
    ...keywords.map((word) => meta('keywords', word)),
    meta('language', lang),
    ...(doi === undefined ? [] : [meta('doi', doi)]),
    ...(address === undefined ? [] : [h('link', { rel: ['license'], href: address })]),
  ]
}

function meta(name: string, content: string): Element {
  return h('meta', { name: `citation_${name}`, content })
}

/** 2026-01-02 as 2026/01/02, also a year, or a year and a month; undefined for dates in words. */
function publicationDate(date: string): string | undefined {
  return /^\d{4}(?:-\d\d(?:-\d\d)?)?$/.test(date) ? date.replaceAll('-', '/') : undefined
}

/** A report as an entry of BibTeX; undefined without authors, who could not be told. */
export function citationText({ title, subtitle, authors, date, doi, lang }: Described): string | undefined {
  if (authors.length === 0) return undefined
  const year = /\d{4}/.exec(date ?? '')?.[0]
  const text = (value: string) => value.replaceAll(/[\\{}]/g, '').replaceAll(/[&%$#_]/g, String.raw`\$&`)
  const word = (words: string) => words.toLowerCase().match(/[a-z]+/g) ?? []
  const key = [word(authors[0]?.name ?? '').at(-1), year, word(title).find((one) => one.length > 3)]
  const fields = [
    // Braces keep BibTeX from taking a name apart, as those of organisations would be.
    ['author', authors.map(({ name }) => `{${text(name)}}`).join(' and ')],
    ['title', `{${text(subtitle === undefined ? title : `${title}: ${subtitle}`)}}`],
    ['year', year],
    ['doi', doi],
    ['language', lang],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`  ${name} = {${value}},`]))
  return `@misc{${key.filter((one) => one !== undefined).join('') || 'report'},\n${fields.join('\n')}\n}\n`
}
