/** Works as a file for BibTeX: of the types and fields that its styles know, from what the bibliography read. */

import type { CalendarDate, WrittenDate } from '../../../bibliography/date.ts'
import type { Work } from '../../../bibliography/work.ts'
import type { Inline } from '../../../text/markdown.ts'
import { markup, webAddress } from '../../markup.ts'

/** BibLaTeX type -> BibTeX's; others are `misc`. */
const types: Readonly<Record<string, string>> = {
  article: 'article',
  periodical: 'article',
  book: 'book',
  mvbook: 'book',
  collection: 'book',
  inbook: 'inbook',
  incollection: 'incollection',
  inproceedings: 'inproceedings',
  proceedings: 'proceedings',
  report: 'techreport',
  thesis: 'phdthesis',
  manual: 'manual',
  unpublished: 'unpublished',
}

/** BibLaTeX field -> BibTeX's. */
const fields: Readonly<Record<string, string>> = {
  title: 'title',
  journaltitle: 'journal',
  booktitle: 'booktitle',
  series: 'series',
  volume: 'volume',
  number: 'number',
  issue: 'number',
  pages: 'pages',
  edition: 'edition',
  publisher: 'publisher',
  organization: 'organization',
  location: 'address',
  howpublished: 'howpublished',
}

/** @param phrasing writes text as LaTeX */
export function bibtex(
  works: ReadonlyMap<string, Work>,
  phrasing: (content: readonly Inline[]) => string,
): string {
  return [...works].map(([key, work]) => entry(key, work, phrasing)).join('\n')
}

function entry(key: string, work: Work, phrasing: (content: readonly Inline[]) => string): string {
  const type = types[work.type] ?? 'misc'
  const text = (value: string) => balanced(phrasing(markup(value)))
  const found = new Map<string, string>()
  for (const [name, own] of Object.entries(fields)) {
    const value = work.fields.get(name)
    if (value !== undefined && !found.has(own)) found.set(own, text(value))
  }
  // BibTeX styles recognize a range of pages by an ASCII hyphen or comma.
  const pages = work.fields.get('pages')
  if (pages !== undefined)
    found.set(
      'pages',
      pages
        .split(/\s*(?:\u2013|--?)\s*/)
        .map(text)
        .join('--'),
    )
  const subtitle = work.fields.get('subtitle')
  const title = found.get('title')
  if (title !== undefined)
    // In braces, so that styles keep its capitals.
    found.set('title', `{${title}${subtitle === undefined ? '' : `: ${text(subtitle)}`}}`)
  const institution = work.fields.get('institution')
  if (institution !== undefined) found.set(type === 'phdthesis' ? 'school' : 'institution', text(institution))
  for (const [name, people] of [
    ['author', work.authors],
    ['editor', work.editors],
  ] as const) {
    // Names are as they are shown: braces keep BibTeX from taking them apart.
    const names = [...people.names.map((one) => `{${text(one)}}`), ...(people.isOpen ? ['others'] : [])]
    if (names.length > 0) found.set(name, names.join(' and '))
  }
  const year = yearOf(work.date)
  if (year !== undefined) found.set('year', text(year))
  const doi = work.fields.get('doi')
  const url = work.fields.get('url')
  const eprint = work.fields.get('eprint')
  const note = [work.fields.get('note'), work.fields.get('addendum')].flatMap((one) =>
    one === undefined ? [] : [text(one)],
  )
  const address = doi === undefined ? (url === undefined ? undefined : webAddress(url)) : doiUrl(doi)
  if (address !== undefined)
    note.push(
      balanced(
        phrasing([
          {
            type: 'link',
            url: address,
            children: [{ type: 'text', value: doi === undefined ? (url ?? '') : `doi:${doi}` }],
          },
        ]),
      ),
    )
  else if (eprint !== undefined) note.push(text(`arXiv:${eprint}`))
  if (note.length > 0) found.set('note', note.join('. '))
  const lines = [...found].map(([name, value]) => `  ${name} = {${value}},`)
  return `@${type}{${key},\n${lines.join('\n')}\n}\n`
}

function doiUrl(doi: string): string | undefined {
  return webAddress(
    `https://doi.org/${doi.replace(/^(?:https?:\/\/)?(?:dx\.|www\.)?doi\.org\/|^doi:\s*/i, '')}`,
  )
}

/** BibTeX counts braces, escaped ones too. */
function balanced(source: string): string {
  return source.replaceAll('\\{', '\\textbraceleft{}').replaceAll('\\}', '\\textbraceright{}')
}

function yearOf(date: WrittenDate | undefined): string | undefined {
  if (date === undefined) return undefined
  if (date.type === 'text') return date.text
  const calendar: CalendarDate | undefined =
    date.type === 'date' ? date.date : date.ends.find((end) => end !== undefined)
  return calendar === undefined ? undefined : String(calendar.year)
}
