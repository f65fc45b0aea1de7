/** Metadata of a page, as citation managers read it. */

import { describe, expect, it } from 'vitest'
import { citationElements } from '../../../src/report/html/citation.ts'

const whole = {
  lang: 'en',
  title: 'Naps & "clocks" <i>',
  subtitle: 'A study',
  authors: [
    { name: 'Ada Lovelace', affiliation: 'Analytical Society', orcid: '0000-0002-1825-0097' },
    { name: 'Charles Babbage' },
  ],
  date: '2026-01-02',
  keywords: ['sleep', 'clocks, old'],
  license: 'CC-BY-4.0',
  doi: '10.5281/zenodo.1234567',
}
const tags = (report: Parameters<typeof citationElements>[0]) =>
  citationElements(report).map(({ properties: { name, content, rel, href } }) =>
    name === undefined ? `${String(rel)} ${String(href)}` : `${String(name)} ${String(content)}`,
  )

describe('metadata for citation managers', () => {
  it('has all that the front matter states, and of each author behind their name', () => {
    expect(tags(whole)).toEqual([
      'citation_title Naps & "clocks" <i>: A study',
      'citation_author Ada Lovelace',
      'citation_author_institution Analytical Society',
      'citation_author_orcid https://orcid.org/0000-0002-1825-0097',
      'citation_author Charles Babbage',
      'citation_publication_date 2026/01/02',
      'citation_keywords sleep',
      'citation_keywords clocks, old',
      'citation_language en',
      'citation_doi 10.5281/zenodo.1234567',
      'license https://spdx.org/licenses/CC-BY-4.0.html',
    ])
  })

  it.each([
    ['2026', '2026'],
    ['2026-01', '2026/01'],
    ['January 2026', undefined],
    ['', undefined],
  ])('a date %j is %j, as readers take no words', (date, expected) => {
    const found = tags({ ...whole, date }).filter((one) => one.startsWith('citation_publication_date'))
    expect(found).toEqual(expected === undefined ? [] : [`citation_publication_date ${expected}`])
  })

  it('says nothing of what nobody stated', () => {
    expect(tags({ lang: 'ja', title: 'T', authors: [], keywords: [], license: 'MIT OR Apache-2.0' })).toEqual(
      ['citation_title T', 'citation_language ja'],
    )
  })
})
